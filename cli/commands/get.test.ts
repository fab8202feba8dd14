import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatusError } from '../../api/errors.ts'
import { createWorld, service, settle } from '../../server/testdata/world.ts'
import { type Running, startProgram } from '../testdata/program.ts'
import { createTown } from '../ui/testdata/town.ts'

/** Turns of the event loop: far more than any of it takes. */
const mostTurns = 20_000

async function until(running: Running, condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn === mostTurns) {
      running.interrupt()
      assert.fail(`it says no more than ${running.out()}${running.err()}`)
    }
    await settle()
  }
}

async function following(
  ...words: readonly string[]
): Promise<{ readonly world: ReturnType<typeof createWorld>; readonly running: Running }> {
  const world = createWorld()
  await world.client.create('Service', service('web', { replicas: 2 }))
  const running = startProgram(['get', ...words, '-w'], world.client, world.clock)
  await until(running, () => /web/.test(running.out()))
  return { world, running }
}

/** Where the second column of a line begins. */
const second = (line: string): number => line.search(/(?<= {2})\S/)

test('get -w goes on below the table: the same columns, wider where they must be, and headings once', async () => {
  const { world, running } = await following('services')
  await world.client.create('Service', service('a-name-that-is-longer'))
  await until(running, () => /longer/.test(running.out()))
  await world.client.scale('Service', 'web', 3)
  await until(running, () => running.out().split('\n').length > 4)
  await world.store.commit({ writes: [{ op: 'delete', kind: 'Service', name: 'web' }] })
  await until(running, () => /deleted/.test(running.out()))
  running.interrupt()
  await running.ended
  const [heading = '', web = '', long = '', again = '', gone = ''] = running.out().split('\n')
  assert.match(heading, /^NAME /)
  assert.equal(second(web), second(heading))
  assert.deepEqual([second(again), second(gone)], [second(long), second(long)])
  assert.match(gone, /^web +deleted$/)
  assert.equal(running.out().match(/NAME/g)?.length, 1)
})

test('get -w of nothing has its headings above the first row', async () => {
  const world = createWorld()
  const running = startProgram(['get', 'services', '-w'], world.client, world.clock)
  await until(running, () => /No services found/.test(running.err()))
  assert.equal(running.out(), '')
  await world.client.create('Service', service('web'))
  await until(running, () => /web/.test(running.out()))
  running.interrupt()
  await running.ended
  assert.match(running.out(), /^NAME .*\nweb .*\n$/)
})

test('get -w on a terminal paints the table over, with what is there now', async () => {
  const world = createWorld()
  await world.client.create('Service', service('web'))
  await world.client.create('Service', service('api'))
  const running = startProgram(['get', 'services', '-w'], world.client, world.clock, { columns: 100, rows: 24 })
  const frames = (): readonly string[] => running.out().split('\u001b[J')
  await until(running, () => /web/.test(running.out()))
  await world.client.create('Service', service('later'))
  await until(running, () => /later/.test(running.out()))
  await world.store.commit({ writes: [{ op: 'delete', kind: 'Service', name: 'web' }] })
  await until(running, () => !/web/.test(frames().at(-1) ?? ''))
  running.interrupt()
  await running.ended
  for (const frame of frames()) assert.match(frame, /^NAME .*\napi /)
  // Three lines up and over them; then four lines up.
  for (const up of ['\u001b[3A\u001b[JNAME', '\u001b[4A\u001b[JNAME']) assert.ok(running.out().includes(up))
})

test('get -w on a terminal goes on while nobody answers, and says that what it shows is old', async () => {
  const world = createWorld()
  await world.client.create('Service', service('web'))
  let isAway = false
  const table: typeof world.client.table = (...asked) => {
    if (isAway) throw new StatusError('Unavailable', 'nothing answers')
    return world.client.table(...asked)
  }
  const client = { ...world.client, table: async (...asked: Parameters<typeof table>) => await table(...asked) }
  const running = startProgram(['get', 'services', '-w'], client, world.clock, { columns: 100, rows: 24 })
  const last = (): string => running.out().split('\u001b[J').at(-1) ?? ''
  await until(running, () => /web/.test(running.out()))
  isAway = true
  await world.clock.advance(10_000)
  await until(running, () => /^web .*\nwhat is shown is old/m.test(last()))
  isAway = false
  await world.clock.advance(10_000)
  await until(running, () => /^web /m.test(last()) && !/old/.test(last()))
  running.interrupt()
  await running.ended
})

test('memory of nodes is written for people, and sorted by what it is', async () => {
  const town = createTown()
  await town.fill()
  const running = startProgram(['get', 'nodes', '-o', 'wide', '--sort-by', 'memory'], town.client, town.clock)
  assert.equal(await running.ended, 0)
  assert.match(running.out(), /MEMORY.*\n.* 8\.00Gi /)
})

for (const [words, said] of [
  [['get', 'services,tasks', '-w'], /^error: --watch follows one kind, or one object/],
  [['get', 'all', '-w'], /^error: --watch follows one kind, or one object/],
  [['get', 'service', 'web', 'api', '-w'], /^error: --watch follows one kind, or one object/],
  [['get', 'service/web', 'node/n', '-w'], /^error: --watch follows one kind, or one object/],
  [['get', 'run_web'], /^error: there is no kind "run_web"; did you mean service\/run_web\?\n$/],
  [['describe', 'run_we'], /^error: there is no kind "run_we"; did you mean service\/run_web\?\n$/],
  [['delete', 'run_web'], /^error: there is no kind "run_web"; did you mean service\/run_web\?\n$/],
  [['wait', 'run_web'], /^error: there is no kind "run_web"; did you mean service\/run_web\?\n$/],
  [['get', 'run_web', 'run_api'], /^error: there is no kind "run_web"; did you mean service\/run_web\?\n$/],
  [['wait', 'service'], /^error: which service\? Write service\/NAME, or service NAME\n$/],
  [['get', 'shop'], /^error: there is no kind "shop"; did you mean network\/shop or volume\/shop\?\n$/],
  [['get', 'nobody'], /^error: there is no kind "nobody"\n$/],
  [['get', 'servces'], /^error: there is no kind "servces"; did you mean "services"\?\n$/],
] as const)
  test(`kit ${words.join(' ')} is refused, with what was meant`, async () => {
    const { client, clock } = createWorld()
    await client.create('Service', service('run_web'))
    for (const kind of ['Network', 'Volume'] as const)
      await client.create(kind, { apiVersion: 'kit/v1', kind, metadata: { name: 'shop' }, spec: {} })
    const running = startProgram(words, client, clock)
    assert.equal(await running.ended, 2)
    assert.match(running.err(), said)
    assert.equal(running.out(), '')
  })
