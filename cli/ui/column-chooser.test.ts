import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { type ColumnShelf, kept, type SavedColumns } from '../saved-columns.ts'
import { openThree } from './testdata/three-clusters.ts'
import { createTown } from './testdata/town.ts'

/** A shelf that several dashboards have, one after the other. */
function shelf(columns: SavedColumns = {}) {
  const has = { columns }
  const shelfOf: ColumnShelf = {
    read: async () => has.columns,
    keep: async (of, chosen) => {
      has.columns = kept(has.columns, of, chosen)
      return has.columns
    },
  }
  return { has, columns: shelfOf }
}

async function start(columns: ColumnShelf) {
  const town = createTown({ columns, start: { screen: 'services' } })
  const { close } = await town.open()
  const frame = async (...keys: readonly string[]): Promise<string> => {
    await town.type(...keys)
    return town.session.frame().map(stripVTControlCharacters).join('\n')
  }
  return { close, frame }
}

test('columns are hidden, shown and moved, the list shows it at once, and other lists of the kind have them, another day too', async () => {
  const { has, columns } = shelf()
  const { frame, close } = await start(columns)
  assert.match(await frame('|'), /columns, \d+ of \d+ *\n >\[x\] name +NAME[\s\S]*\n NAME +TASKS/)
  assert.match(await frame('j', 'j', ' '), />\[ \] tasks[\s\S]*\n NAME +(MODE +)?REV/)
  assert.match(await frame(' ', '>'), /\[x\] rev[^\n]*\n >\[x\] tasks[\s\S]*\n NAME +(MODE +)?REV +TASKS/)
  assert.deepEqual(has.columns, {}, 'nothing is kept before enter')
  await frame('enter')
  assert.deepEqual(has.columns['services']?.slice(0, 4), ['name', 'mode', 'rev', 'tasks'])
  close()
  const second = await start(columns)
  assert.match(await second.frame(), /\n NAME +(MODE +)?REV +TASKS/)
  assert.match(await second.frame('|', 'backspace'), /\n NAME +TASKS +REV/)
  assert.deepEqual(has.columns, {})
  second.close()
})

test('esc leaves all as it was, one column stays, and after : the same is kept', async () => {
  const { has, columns } = shelf()
  const { frame, close } = await start(columns)
  assert.match(await frame('|', 'j', ' ', 'esc'), /\n NAME +TASKS +REV/)
  await frame(':', ...'columns name,image', 'enter')
  assert.deepEqual(has.columns, { services: ['name', 'image'] })
  assert.match(await frame('|', ' ', 'j', ' '), /one column stays|\[x\] image/)
  assert.match(await frame('esc', ':', ...'columns', 'enter'), /\n NAME +TASKS +REV/)
  assert.deepEqual(has.columns, {})
  close()
})

test('of several clusters rows say of which they are; columns that there are not are passed over', async () => {
  const { town, advance, close } = await openThree(shelf({ services: ['rev', 'name'], nodes: ['nothing'] }))
  for (const key of '2') town.session.press(key)
  await advance(2_500)
  assert.match(town.session.frame()[2] ?? '', /^ CONTEXT +REV +NAME *$/)
  town.session.press('4')
  await advance(2_500)
  assert.match(town.session.frame()[2] ?? '', /^ CONTEXT +NAME +STATE/)
  close()
})
