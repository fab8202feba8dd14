import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Changes } from './changes.ts'
import { parseFilter } from './filter.ts'
import { type Column, type Look, listing, order } from './listing.ts'
import { plain, widthOf } from './text.ts'

interface Item {
  readonly name: string
  readonly state: string
  readonly cpu: number
}

const columns: readonly Column<Item>[] = [
  { id: 'name', heading: 'NAME', width: 8, grow: 1, rank: 0, text: ({ name }) => name },
  { id: 'state', heading: 'STATE', width: 8, rank: 1, text: ({ state }) => state },
  { id: 'cpu', heading: 'CPU', width: 5, rank: 2, align: 'right', text: ({ cpu }) => String(cpu), amount: ({ cpu }) => cpu },
]
const items: readonly Item[] = [
  { name: 'web.1', state: 'running', cpu: 9 },
  { name: 'web.2', state: 'failed', cpu: 80 },
  { name: 'api.1', state: 'running', cpu: 10 },
]
const source = { items: () => items, columns, key: ({ name }: Item) => name, compare: (a: Item, b: Item) => (a.name < b.name ? -1 : 1) }
const keys = (filter: string, by?: string, isDescending = false) =>
  listing(source, filter, by === undefined ? undefined : { by, isDescending }).keys

test('a filter is words and conditions, and all must hold', () => {
  const table: readonly (readonly [filter: string, keys: readonly string[]])[] = [
    ['', ['api.1', 'web.1', 'web.2']],
    ['WEB', ['web.1', 'web.2']],
    ['!web', ['api.1']],
    ['~^api', ['api.1']],
    ['state=running', ['api.1', 'web.1']],
    ['state!=running', ['web.2']],
    ['cpu>9', ['api.1', 'web.2']],
    ['cpu<10', ['web.1']],
    ['web state=running', ['web.1']],
    ['nothing=1', []],
    // Still being typed.
    ['state=', ['api.1', 'web.1', 'web.2']],
    ['~(', ['api.1', 'web.1', 'web.2']],
    ['!', ['api.1', 'web.1', 'web.2']],
  ]
  for (const [filter, wanted] of table) assert.deepEqual(keys(filter), wanted, filter)
  assert.equal(parseFilter('  '), undefined)
})

test('a word finds a name by letters of it, each after the one before or at the beginning of a word', () => {
  const row = (name: string) => ({ name, text: `${name} running`, column: () => undefined, labels: {} })
  const found = (filter: string, name: string): boolean => parseFilter(filter)?.(row(name)) === true
  for (const filter of ['shw', 'sw', 'shopweb', 'web', 'hop', 'sho1', 'SW1', 'shop run']) assert.ok(found(filter, 'shop_web-1'), filter)
  for (const filter of ['sb', 'ws', 'shopeb', 'api', 'hw']) assert.ok(!found(filter, 'shop_web-1'), filter)
  assert.ok(!found('api', 'app_nginx'))
  assert.ok(!found('!shop', 'shop_web') && found('!sw', 'shop_web'), 'what is left out is so by whole words')
})

test('a column sorts by what it means, either way', () => {
  assert.deepEqual(keys('', 'cpu'), ['web.1', 'api.1', 'web.2'])
  assert.deepEqual(keys('', 'cpu', true), ['web.2', 'api.1', 'web.1'])
  assert.deepEqual(keys('', 'state'), ['web.2', 'api.1', 'web.1'])
})

test('narrow terminals lose columns, the least important first; no line is wider than asked for', () => {
  const headings = (width: number): string => plain(listing(source, '', undefined).draw(0, 3, width, { skipped: 0 }).headings)
  assert.match(headings(40), /NAME .*STATE .*CPU/)
  assert.match(headings(24), /NAME .*STATE/)
  assert.doesNotMatch(headings(24), /CPU/)
  assert.doesNotMatch(headings(12), /STATE/)
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 200 }), fc.string({ unit: 'grapheme' }), (width, name) => {
      const { headings: head, rows } = listing({ ...source, items: () => [{ name, state: 'x', cpu: 1 }] }, '', undefined).draw(
        0,
        1,
        width,
        {
          skipped: 0,
        },
      )
      for (const line of [head, ...rows]) assert.ok(widthOf(plain(line)) <= width)
    }),
  )
})

test('columns to the right are scrolled to, or chosen; the first stays', () => {
  const headings = (look: Look): string => plain(listing(source, '', undefined).draw(0, 3, 24, look).headings).trim()
  assert.match(headings({ skipped: 0 }), /^NAME +STATE$/)
  assert.match(headings({ skipped: 1 }), /^NAME +CPU$/)
  assert.match(headings({ skipped: 0, columns: ['cpu', 'name'] }), /^CPU +NAME$/)
  const { columnAt } = listing(source, '', undefined)
  assert.equal(columnAt(2, 40, { skipped: 0 }), 'name')
  assert.equal(columnAt(39, 40, { skipped: 0 }), 'cpu')
  assert.equal(columnAt(23, 24, { skipped: 0, columns: ['cpu', 'name'] }), 'name')
})

test('of ten thousand rows only those on the screen are written out', () => {
  let written = 0
  const counting = columns.map((column) => ({
    ...column,
    text: (item: Item) => {
      written++
      return column.text(item)
    },
  }))
  const many = Array.from({ length: 10_000 }, (_, at): Item => ({ name: `web.${at}`, state: 'running', cpu: at % 100 }))
  const { keys: all, draw } = listing({ ...source, items: () => many, columns: counting }, '', { by: 'cpu', isDescending: true })
  assert.equal(all.length, 10_000)
  draw(5_000, 40, 100, { skipped: 0 })
  assert.equal(written, 40 * columns.length)
})

test('a list that is read again has the rows that one made anew would have, whatever changed meanwhile', () => {
  const byNumber = (a: Item, b: Item): number => order(a.name, b.name)
  const change = fc.record({
    name: fc.integer({ min: 1, max: 30 }).map((number) => `web.${number}`),
    state: fc.constantFrom('running', 'failed', 'gone'),
    cpu: fc.integer({ min: 0, max: 5 }),
  })
  const rounds = fc.array(fc.array(change, { maxLength: 8 }), { maxLength: 6 })
  const sorts = fc.constantFrom(undefined, { by: 'state', isDescending: false }, { by: 'cpu', isDescending: true })
  fc.assert(
    fc.property(rounds, sorts, fc.constantFrom('', 'cpu>1'), fc.boolean(), (all, sort, filter, isTold) => {
      const now = new Map<string, Item>()
      const log = new Changes<Item>()
      const changing = { ...source, items: () => now.values(), compare: byNumber }
      let kept = listing(isTold ? { ...changing, changes: sinceLast(log) } : changing, filter, sort)
      for (const changes of all) {
        for (const item of changes) {
          log.add(now.get(item.name), item.state === 'gone' ? undefined : item)
          if (item.state === 'gone') now.delete(item.name)
          else now.set(item.name, item)
        }
        kept = kept.again?.() ?? assert.fail()
        const anew = listing(changing, filter, sort)
        assert.deepEqual([kept.keys, kept.total], [anew.keys, anew.total])
        assert.deepEqual(kept.draw(0, 30, 40, { skipped: 0 }), anew.draw(0, 30, 40, { skipped: 0 }))
      }
    }),
  )
})

function sinceLast(log: Changes<Item>) {
  let seen = log.end
  return () => {
    const changes = log.since(seen)
    seen = log.end
    return changes
  }
}

test('a list that is told what has changed reads the rest only where that is not remembered any more', () => {
  let readings = 0
  const now = new Map(items.map((item) => [item.name, item]))
  const log = new Changes<Item>()
  const read = (): Iterable<Item> => {
    readings++
    return now.values()
  }
  let list = listing({ ...source, items: read, changes: sinceLast(log) }, '', undefined)
  const change = (cpu: number): void => {
    const item = { name: 'web.1', state: 'failed', cpu }
    log.add(now.get(item.name), item)
    now.set(item.name, item)
  }
  const cpuShown = (): string => {
    list = list.again?.() ?? assert.fail()
    return plain(list.draw(1, 1, 40, { skipped: 0 }).rows[0] ?? []).trim()
  }
  change(1)
  change(2)
  assert.match(cpuShown(), / 2$/)
  assert.equal(readings, 1)
  for (let cpu = 0; cpu < 5_000; cpu++) change(cpu)
  assert.match(cpuShown(), / 4999$/)
  assert.equal(readings, 2)
})

test('what rows sort by may change while they stay the same', () => {
  const used = new Map([
    ['web.1', 1],
    ['web.2', 2],
  ])
  const byUse = columns.map((column) => (column.id === 'cpu' ? { ...column, amount: ({ name }: Item) => used.get(name) ?? 0 } : column))
  const before = listing({ ...source, columns: byUse }, '', { by: 'cpu', isDescending: true })
  assert.deepEqual(before.keys, ['web.2', 'web.1', 'api.1'])
  used.set('api.1', 3).set('web.1', 4)
  assert.deepEqual(before.again?.().keys, ['web.1', 'api.1', 'web.2'])
})

test('of ten thousand rows of which a hundred have changed those are compared', () => {
  let compared = 0
  const compare = (a: Item, b: Item): number => {
    compared++
    return a.cpu - b.cpu
  }
  const many = Array.from({ length: 10_000 }, (_, at): Item => ({ name: `web.${at}`, state: 'running', cpu: (at * 7_919) % 10_000 }))
  const list = listing({ ...source, items: () => many, compare }, '', undefined)
  for (let at = 0; at < 10_000; at += 100) many[at] = { name: `web.${at}`, state: 'failed', cpu: at }
  compared = 0
  list.again?.()
  assert.ok(compared < 100 * 22, `${compared}`) // 14 to find the place of each, and their own order.
})
