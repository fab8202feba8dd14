// Every screen in every size: what is drawn fits, uses what there is, and is the same again after other sizes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { smallest } from './screens.ts'
import { createTown } from './testdata/town.ts'
import { widthOf } from './text.ts'

const usual = { columns: 80, rows: 24 }
const large = { columns: 240, rows: 80 }
const sizes = [smallest, usual, { columns: 100, rows: 30 }, { columns: 61, rows: 80 }, { columns: 240, rows: 16 }, large]

/** Keys that lead there from the overview, and what a large screen shows of it that a usual one does not. */
const screens: readonly (readonly [name: string, keys: readonly string[], onlyLarge?: RegExp])[] = [
  ['overview', [], /2 tasks pending 6\ds: insufficient memory on 2 nodes +w why +\|/],
  ['services', ['2', 'G'], /\bAGE\b/],
  ['tasks', ['3', 'G']],
  ['tasks of a node', ['4', 'j', 'enter', 'G']],
  ['rollout', ['2', 'u']],
  ['nodes', ['4', 'G']],
  ['events', ['6', 'G']],
  ['stacks', ['5']],
  ['tree', ['5', 'enter', 'G']],
  ['pulse', ['8']],
  ['cluster', [':', ...'cluster', 'enter']],
  ['kinds', ['ctrl-a', 'G']],
  ['help', ['3', '?', 'G']],
  ['yaml', ['2', 'y', 'G']],
  ['columns', ['3', '|', 'j', ' ']],
  ['describe', ['2', 'd']],
  ['logs', ['2', 'l']],
  ['logs, wrapped', ['2', 'l', 'w', 't']],
  ['the selected service', ['2', 'tab']],
  ['events of a task', ['3', 'G', 'tab', 'tab', 'G']],
  ['the selected task, zoomed', ['3', 'tab', 'z']],
  ['a list, zoomed', ['4', 'G', 'z']],
  ['events of the overview', ['tab', 'G']],
  ['the overview, zoomed', ['z', 'G']],
  ['topology', ['4', 't']],
  ['wide columns', ['3', 'ctrl-w', 'right', 'right', 'G']],
  ['a port to open', ['2', 'F']],
  ['open ports', ['2', 'F', 'enter', ':', ...'forwards', 'enter']],
  ['without the first line', ['ctrl-e', '2', 'G']],
  ['a question', ['2', ' ', ' ', ' ', ' ', 'ctrl-x']],
  ['a filter', ['3', '/', ...'state=failed and words that are longer than any line of a small terminal has room for, by far']],
  ['a command', [':', ...'service/with-a-name-that-is-longer-than-any-line-of-a-small-terminal-has-room-for-by-far']],
]

function isSelected(line: string): boolean {
  return /^\|?>/.test(line)
}

for (const [name, keys, onlyLarge] of screens)
  test(`${name}: fits into every size, and is as it was after all of them`, async () => {
    const town = createTown()
    const { close } = await town.open()
    await town.type(...keys)
    const shown = (): readonly string[] => town.session.frame().map(stripVTControlCharacters)
    town.session.resize(usual) // Ages are those of this moment then.
    const before = shown()
    for (const size of sizes) {
      town.session.resize(size)
      const lines = shown()
      assert.equal(lines.length, size.rows)
      for (const line of lines) assert.ok(widthOf(line) <= size.columns, `${size.columns}x${size.rows}: ${line}`)
      // Where a row is selected it is on the screen, in a small one too.
      if (before.some(isSelected)) assert.ok(lines.some(isSelected), `${size.columns}x${size.rows}: the selection`)
    }
    if (onlyLarge !== undefined) {
      assert.doesNotMatch(before.join('\n'), onlyLarge)
      assert.match(shown().join('\n'), onlyLarge)
    }
    town.session.resize({ columns: smallest.columns - 1, rows: smallest.rows })
    assert.match(shown().join('\n'), /kit ui needs 60x16, this is 59x16/)
    town.session.resize(usual)
    assert.deepEqual(shown(), before)
    close()
  })

test('of a long line that is typed the end is seen', async () => {
  const town = createTown()
  const { close } = await town.open()
  town.session.resize(smallest)
  await town.type('3', '/', ...`${'state=failed '.repeat(8)}漢字 the end`)
  assert.match(town.session.frame().at(-1) ?? '', /^ \/….*state=failed 漢字 the end_…?$/)
  await town.type('esc', ':', ...'service/'.repeat(20), ...'last')
  assert.match(town.session.frame().at(-1) ?? '', /^ :….*service\/last_…?$/)
  close()
})

test('read-only is said in the frame of every screen and every size', async () => {
  const town = createTown({ isReadOnly: true })
  const { close } = await town.open()
  for (const [, keys] of screens) {
    await town.type('esc', 'esc', 'esc', '1', ...keys)
    for (const size of sizes) {
      town.session.resize(size)
      assert.match(town.session.frame()[0] ?? '', /READ-ONLY/)
    }
  }
  close()
})

test('a theme is chosen while one looks, and what there is no theme of says which there are', async () => {
  const town = createTown({ hasColour: true })
  const { close } = await town.open()
  await town.type('2')
  const dark = town.session.frame()
  await town.type(':', ...'theme production', 'enter')
  const production = town.session.frame()
  assert.notDeepEqual(production.slice(0, -1), dark.slice(0, -1))
  assert.deepEqual(production.slice(0, -1).map(stripVTControlCharacters), dark.slice(0, -1).map(stripVTControlCharacters))
  await town.type(':', ...'theme pink', 'enter')
  assert.match(town.session.frame().at(-1) ?? '', /themes: dark, light, contrast, safe, mono, production/)
  assert.deepEqual(town.session.frame().slice(0, -1), production.slice(0, -1))
  close()
})
