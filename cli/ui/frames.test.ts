// Each screen as it is seen, whole: drawn by Ink from what the API of a cluster in memory answers.
// `npm run screens` records again, with those that docs/dashboard.md shows; the diff shows what people will see differently.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { renderToString } from 'ink'
import { render } from 'ink-testing-library'
import { createElement } from 'react'
import { App } from './app.ts'
import { openThree } from './testdata/three-clusters.ts'
import { createTown } from './testdata/town.ts'

const path = join(import.meta.dirname, 'testdata/frames.txt')
const isRewriting = process.env['KIT_REWRITE'] === '1'
const recorded = new Map(
  (isRewriting ? '' : readFileSync(path, 'utf8'))
    .split(/^=== /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1).trimEnd()]),
)
const seen = new Map<string, string>()

function compare(name: string, frame: string): void {
  const text = frame.replaceAll(/ +$/gm, '').trimEnd()
  seen.set(name, text)
  if (!isRewriting) assert.equal(text, recorded.get(name), `${name}: npm run screens records it`)
}

const guides = ['docs/dashboard.md', 'README.md'].map((name) => join(import.meta.dirname, '../..', name))
const picture = /^<!-- frame: (.*) -->\n(?:\n(?: {5}.*\n)+)?/gm

/** The guides show screens of this test, without the lines that are empty, in a box too. */
function illustrated(text: string): string {
  return text.replaceAll(picture, (_, name: string) => {
    const frame = seen.get(name)
    assert.ok(frame !== undefined, `a guide shows a frame that is none: ${name}`)
    const lines = stripVTControlCharacters(frame)
      .split('\n')
      .filter((line) => !/^[\s|]*$/.test(line))
    return `<!-- frame: ${name} -->\n\n${lines.map((line) => `     ${line.trimEnd()}\n`).join('')}`
  })
}

after(() => {
  for (const guide of guides) {
    const text = readFileSync(guide, 'utf8')
    if (isRewriting) writeFileSync(guide, illustrated(text))
    else assert.equal(text, illustrated(text), `${guide} shows these screens: npm run screens renews them`)
  }
  if (isRewriting) writeFileSync(path, [...seen].map(([name, text]) => `=== ${name}\n${text}\n`).join(''))
  else assert.deepEqual([...seen.keys()], [...recorded.keys()], 'frames recorded and frames seen')
})

/** What is typed before the frame is looked at, as a terminal sends it. */
const screens: readonly (readonly [name: string, keys: readonly string[]])[] = [
  ['overview', []],
  ['services', ['2']],
  ['services, filtered', ['2', '/', 'a', 'p', 'i']],
  ['tasks of a service, with those that were replaced', ['2', 'j', 'j', 'j', '\r', 'h']],
  ['tasks, by attempts, most first', ['3', ...Array<string>(7).fill('<'), '=']],
  ['rollout', ['2', 'u']],
  ['nodes', ['4']],
  ['stacks', ['5']],
  ['events', ['6']],
  ['logs of a service', ['2', 'l']],
  ['logs of a task, with times', ['3', 'l', 't']],
  ['yaml', ['4', 'y']],
  ['describe', ['4', 'd']],
  ['help', ['3', '?']],
  ['command line', [':', 's', 'v']],
  ['a mistake in the command line', [':', 's', 'r', 'v', 'i', 'c', 'e', 's', '\r']],
  ['draining', ['4', 'D']],
  ['deleting a service', ['2', '\u0018']],
  ['deleting a stack', ['5', '\u0018', 's', 'h', 'o', 'p', '\t']],
  ['undoing', ['2', 'U']],
  ['scaling', ['2', 'S']],
  ['tree', ['5', '\r']],
  ['tree, folded', ['2', 'x', '\u001b[D']],
  ['pulse', ['8']],
  ['cluster', [':', ...'cluster', '\r']],
  ['sources', ['7']],
  ['all kinds', ['\u0001']],
  ['only faults', ['3', '!']],
  ['marked services', ['2', ' ', 'j', ' ']],
  ['deleting what is marked', ['2', ' ', ' ', '\u0018']],
  ['columns to the right', ['3', '\u001b[C', '\u001b[C']],
  ['chosen columns', ['3', ':', ...'columns name,mem,cpu', '\r']],
  ['choosing columns', ['3', '|', 'j', ' ', 'j', '>']],
  ['yaml of what somebody changed', ['2', 'G', 'y']],
  ['where an object is not as its stack says', ['2', 'G', 'y', 'y', 'y', 'y']],
  ['a filter that was saved', ['3', '/', ...'state=failed', '\u0013', '\r', '4', '3', '/']],
  ['topology', ['4', 't']],
  ['wide columns', ['3', '\u0017', '\u001b[C']],
  ['the selected service, alone', ['2', '\t']],
  ['the selected task, alone', ['2', 'j', '\r', '\t']],
  ['the selected node, alone', ['4', 'j', '\t']],
  ['the selected stack, alone', ['5', '\t']],
  ['events of the selected service, alone', ['2', '\t', '\t']],
  ['events of the overview', ['1', '\t', 'z']],
  ['the line that was typed before', [':', ...'svc', '\r', ':', '\u001b[A']],
]

for (const [name, keys] of screens)
  test(`${name}, on 80 columns`, async () => {
    const town = createTown()
    const { close } = await town.open()
    const { stdin, lastFrame, unmount } = render(createElement(App, { session: town.session }))
    for (const key of keys) stdin.write(key)
    await town.clock.advance(2_500)
    compare(name, lastFrame() ?? '')
    unmount()
    close()
  })

for (const [name, keys] of [
  ['several clusters', []],
  ['services of several clusters', ['2']],
  ['a service of one of several clusters', ['2', 'G', 'u']],
] as const)
  test(`${name}, on 80 columns`, async () => {
    const { town, advance, close } = await openThree()
    const { stdin, lastFrame, unmount } = render(createElement(App, { session: town.session }))
    for (const key of keys) stdin.write(key)
    await advance(2_500)
    compare(name, lastFrame() ?? '')
    unmount()
    close()
  })

for (const [name, key] of [
  ['services, 240x80', '2'],
  ['tasks, 240x80', '3'],
  ['nodes, 240x80', '4'],
  ['help, 240x80', '?'],
] as const)
  test(`${name}: a wide screen shows every column, and what is selected beside them, and help has two`, async () => {
    const town = createTown({ size: { columns: 240, rows: 80 } })
    const { close } = await town.open()
    await town.type(key)
    compare(name, renderToString(createElement(App, { session: town.session }), { columns: 240 }))
    close()
  })

test('a high screen has the selected object below the list', async () => {
  const town = createTown({ size: { columns: 100, rows: 50 } })
  const { close } = await town.open()
  await town.type('2', 'tab')
  compare('services, 100x50', renderToString(createElement(App, { session: town.session }), { columns: 100 }))
  close()
})

test('the overview uses a wide screen', async () => {
  const town = createTown({ size: { columns: 240, rows: 80 } })
  const { close } = await town.open()
  compare('overview, 240x80', renderToString(createElement(App, { session: town.session }), { columns: 240 }))
  close()
})

test('a window that is too small says which size is needed, and the screen is back once it is larger', async () => {
  const town = createTown({ size: { columns: 52, rows: 14 } })
  const { close } = await town.open()
  const { lastFrame, unmount } = render(createElement(App, { session: town.session }))
  compare('too small', lastFrame() ?? '')
  town.session.resize({ columns: 80, rows: 24 })
  await town.clock.advance(100)
  const lines = (lastFrame() ?? '').split('\n')
  assert.equal(lines.length, 24)
  assert.match(lines[2] ?? '', /^\+ needs you/)
  unmount()
  close()
})
