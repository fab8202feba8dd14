import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatusError } from '../../api/errors.ts'
import type { Client } from '../../client/client.ts'
import { createTown } from './testdata/town.ts'

test('however many events come, there are at most ten frames a second; without a difference there is none', async () => {
  const town = createTown({ start: { screen: 'services' } })
  const { close } = await town.open()
  let frames = 0
  town.session.subscribe(() => frames++)
  await town.clock.advance(10_000)
  assert.equal(frames, 0, 'services have no ages at 80 columns')

  for (let moment = 0; moment < 20; moment++) {
    for (let change = 0; change < 50; change++) {
      const service = town.store.view.get('Service', 'shop_web')
      assert.ok(service !== undefined)
      const replicas = moment * 50 + change
      await town.commit([
        { op: 'update', object: { ...service, status: { ...service.status, replicas: { desired: replicas, running: 0 } } } },
      ])
    }
    await town.clock.advance(50)
  }
  assert.ok(frames >= 5 && frames <= 11, `${frames} frames in a second`)
  await town.clock.advance(1_000)
  assert.match(town.session.frame().join('\n'), /shop_web .* 2\/999 /)
  close()
})

test('that all is well is said once it is known', async () => {
  const town = createTown({ start: { screen: 'overview' } })
  assert.match(town.session.frame().join('\n'), /needs you[\s\S]*reading what there is…/)
  const { close } = await town.open()
  assert.doesNotMatch(town.session.frame().join('\n'), /reading what there is…/)
  close()
})

test('a key is answered at once', async () => {
  const town = createTown()
  const { close } = await town.open()
  let frames = 0
  town.session.subscribe(() => frames++)
  town.session.press('2')
  assert.equal(frames, 1)
  assert.match(town.session.frame()[1] ?? '', /^ services/)
  close()
})

test('what came while one looked elsewhere is there when one comes back, and what is gone is not selected', async () => {
  const town = createTown()
  const { close } = await town.open()
  await town.type('2', 'G', '6')
  const service = town.store.view.get('Service', 'shop_web')
  assert.ok(service !== undefined)
  await town.commit([{ op: 'delete', kind: 'Service', name: 'shop_web' }])
  await town.type('[')
  const frame = town.session.frame().join('\n')
  assert.doesNotMatch(frame, /shop_web/)
  assert.match(frame, />shop_big/)
  await town.commit([{ op: 'create', object: { ...service, metadata: { ...service.metadata, name: 'added' } } }])
  await town.clock.advance(1_000)
  assert.match(town.session.frame().join('\n'), /^ added/m)
  assert.match(town.session.frame().join('\n'), />shop_big/)
  close()
})

test('a command that failed says why, and one that worked says what it did', async () => {
  const answers = [
    { isGood: false, text: 'error: no node can take it\n  next: kit explain\n' },
    { isGood: true, text: 'service/shop_api scaled to 9\n' },
  ]
  const town = createTown({ run: async () => answers.shift() ?? { isGood: true, text: '' } })
  const { close } = await town.open()
  const scale = ['2', 'S', 'backspace', '9', 'enter']
  await town.type(...scale)
  assert.match(town.session.frame().at(-1) ?? '', /error: no node can take it/)
  await town.type(...scale)
  assert.match(town.session.frame().at(-1) ?? '', /service\/shop_api scaled to 9/)
  close()
})

test('the screen of a service has the last words of its newest failure, and says why where there are none', async () => {
  const town = createTown({ start: { screen: 'service', name: 'shop_api' } })
  const { close } = await town.open()
  const frame = (): string => town.session.frame().join('\n')
  assert.match(frame(), /^ logs {5}00:00:02 shop_api\.2 \| Error: DB_URL is not set/m)
  await town.clock.advance(2_500)
  assert.match(frame(), /^ uses {5}v2 {3}0\.25 cores, 3\.0Mi a task +█ *\n +v1 {3}0\.25 cores, 3\.0Mi a task +█ *$/m)
  const task = town.store.view.get('Task', 'shop_api.1.a1')
  assert.ok(task !== undefined)
  const failed = { ...task.status, state: 'Failed', exitCode: 3, at: town.clock.wallMs() } as const
  await town.commit([{ op: 'update', object: { ...task, status: failed } }])
  await town.clock.advance(2_500)
  assert.match(frame(), /^ logs {5}00:00:00 shop_api\.1 \| listening on 80[ \n]+00:00:03 shop_api\.1 \| GET \/cart 200 in 12 ms/m)
  await town.type(':', ...'service/shop_bad', 'enter')
  assert.match(frame(), /^ logs {5}shop_bad\.1 has said nothing/m)
  close()

  let asked = 0
  const client: Client = {
    ...town.client,
    // biome-ignore lint/correctness/useYield: it has nothing to say
    async *logs() {
      asked++
      throw new StatusError('Unavailable', 'no answer about shop_bad.1')
    },
  }
  const silent = createTown({ clusters: [{ name: 'local', context: 'local', client }], start: { screen: 'service', name: 'shop_bad' } })
  const second = await silent.open()
  await silent.clock.advance(10_000)
  assert.match(silent.session.frame().join('\n'), /^ logs {5}of shop_bad\.1 are not to be had: no answer about shop_bad\.1/m)
  assert.equal(asked, 1, 'a task that has ended says no more: it is asked once')
  second.close()
})

test('rows have graphs of what they use, and nodes how long they take to answer: of those on the screen only', async () => {
  const town = createTown({ start: { screen: 'tasks' }, size: { columns: 130, rows: 24 } })
  const asked: string[] = []
  const { stats } = town.client
  Object.assign(town.client, {
    stats: async (node: string) => {
      asked.push(node)
      await town.clock.sleep(20, new AbortController().signal)
      return await stats(node)
    },
  })
  const { close } = await town.open()
  const frame = (): string => town.session.frame().join('\n')
  // 12 signs for 60 readings: one for five, two seconds apart.
  await town.clock.advance(22_000)
  assert.match(frame(), /shop_api\.1 .* 25\.0 +3\.0Mi +[█▁]{3} /)
  assert.match(frame(), /shop_big\.1 .* - +- +- +insufficient/)
  await town.type('4')
  await town.clock.advance(4_000)
  assert.match(frame(), /NAME .* ANSWERS/)
  assert.match(frame(), />mgr-1 .* 20 ms/)
  assert.match(frame(), /^ w-3 .* - +/m, 'one that is down is not asked')
  assert.ok(!asked.includes('id-w-3'))
  const { length } = asked
  await town.type('6')
  await town.clock.advance(10_000)
  assert.ok(asked.length - length <= 1, 'events use nothing')
  close()
})

test('the overview sums up what is used, twice at first and then seldom, and goes on while a node does not answer', async () => {
  const town = createTown()
  const asked: string[] = []
  const { stats, raw } = town.client
  let isSilent = false
  Object.assign(town.client, {
    stats: async (node: string) => {
      asked.push(node)
      if (isSilent) await new Promise(() => undefined)
      return await stats(node)
    },
    raw: (request: Parameters<typeof raw>[0]) => {
      if (request.path === '/metrics') asked.push('metrics')
      return raw(request)
    },
  })
  const { close } = await town.open()
  const frame = (): string => town.session.frame().join('\n')
  assert.match(
    frame(),
    /cpu {2}\[##\.{5}\] res 29% used 10% +\|[\s\S]*disk \[####\.{3}\] 59% {2}5 processes +\|[\s\S]*net {2}in 12 MB\/s {2}out 2\.7 MB\/s/,
  )
  assert.match(frame(), /store {4}commit 3\.0 ms {2}lag 0 {2}snap 5m/)
  await town.clock.advance(55_000)
  const times = (what: string): number => asked.filter((each) => each === what).length
  assert.deepEqual([times('id-w-1'), times('metrics'), times('id-w-3')], [5, 5, 0])
  isSilent = true
  await town.clock.advance(16_000)
  town.events.recorder('agent').record({ object: { kind: 'Node', name: 'id-w-1' }, type: 'Normal', reason: 'Pulled', message: 'an image' })
  await town.clock.advance(3_000)
  assert.match(frame(), /Pulled/)
  await town.clock.advance(60_000)
  assert.equal(times('metrics'), 6, 'nothing is asked again before there is an answer')
  close()
})

test('the pulse has figures of the manager while one looks, and none of a time when nobody asked', async () => {
  const town = createTown()
  const { close } = await town.open()
  const frame = (): string => town.session.frame().join('\n')
  await town.clock.advance(10_000)
  await town.type('8')
  await town.clock.advance(20_000)
  assert.match(frame(), /^ commit {4}3\.0 ms {7} +█{7,9} {2}most 3/m)
  assert.match(frame(), /^ tasks .* █{11,13} /m)
  assert.match(frame(), /^ queue {5}2 .* most 2/m)
  assert.match(frame(), /^ watches {3}7 /m)
  assert.match(frame(), /^ events {4}3\.0\/s /m)
  assert.match(frame(), /^ reconcile - *$/m)
  assert.match(frame(), /^ log {7}40 entries, 12\.4 KiB to replay {3}snapshot 1200, 5m ago/m)
  close()
})

test('on a lost connection it says when it is tried again, keeps what it had, and goes on by itself', async () => {
  const world = createTown()
  let isAway = false
  const client: Client = {
    ...world.client,
    async list(kind, options) {
      if (isAway) throw new StatusError('Unavailable', 'nobody listens')
      return await world.client.list(kind, options)
    },
    async *watch(kind, options, signal) {
      for await (const event of world.client.watch(kind, options, signal)) {
        if (isAway) throw new StatusError('Unavailable', 'the connection broke')
        yield event
      }
    },
  }
  const town = createTown({ clusters: [{ name: 'local', context: 'local', client }], start: { screen: 'services' } })
  await world.open()
  const { close } = await town.open()
  const change = async (desired: number): Promise<void> => {
    for (const kind of ['Service', 'Node', 'Task', 'Revision', 'Stack'] as const) {
      const [object] = [...world.store.view.list(kind)]
      assert.ok(object !== undefined)
      await world.commit([{ op: 'update', object }])
    }
    const service = world.store.view.get('Service', 'shop_web')
    assert.ok(service !== undefined)
    await world.commit([{ op: 'update', object: { ...service, status: { ...service.status, replicas: { desired, running: 2 } } } }])
  }
  isAway = true
  await change(7)
  await Promise.all([world.clock.advance(3_000), town.clock.advance(3_000)])
  const lost = town.session.frame()
  assert.match(lost[0] ?? '', /DISCONNECTED \d+s/)
  assert.match(lost.at(-1) ?? '', /^ what is shown is old; retrying in [1-5] s; (the connection broke|nobody listens)/)
  assert.match(lost.join('\n'), /shop_web .* 2\/3 /)
  isAway = false
  await Promise.all([world.clock.advance(6_000), town.clock.advance(6_000)])
  assert.match(town.session.frame()[0] ?? '', /live $/)
  assert.match(town.session.frame().join('\n'), /shop_web .* 2\/7 /)
  close()
})
