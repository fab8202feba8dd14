import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentHash } from '../../api/content-name.ts'
import type { Task } from '../../api/objects.ts'
import type { ManagerMessage } from '../../api/session.ts'
import { type ClusterCa, wantedIssuer } from '../../ca/cluster-ca.ts'
import { issueDeps } from '../../ca/testdata/authority.ts'
import { firstCa } from '../../controllers/authority/root-rotation.ts'
import type { FrameStream, Peer, Transport } from '../../effects/effects.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { EventLog } from '../events.ts'
import { ExecBroker } from '../exec.ts'
import { LogBroker } from '../logs.ts'
import { StatsBroker } from '../stats.ts'
import { streamPair } from '../testdata/streams.ts'
import { countingRandom, settle, silentLog, TestClock } from '../testdata/world.ts'
import { Dispatcher } from './dispatcher.ts'

type Handler = (stream: FrameStream, signal: AbortSignal) => Promise<void>

const description = {
  hostname: 'host-1',
  platform: { os: 'linux', arch: 'amd64' },
  resources: { cpus: 4, memoryBytes: 1 },
  executor: 'simulated' as const,
}

function task(name: string, state: Task['status']['state'] = 'Assigned', nodeName = 'n1'): Task {
  return {
    kind: 'Task',
    metadata: { name, resourceVersion: 0, createdAt: 0 },
    spec: { service: 'web', serviceUid: 'u', slot: 1, revision: 'web-r', attempt: 1, desired: 'Running', nodeName },
    status: { state, at: 1 },
  }
}

async function createCluster() {
  const clock = new TestClock()
  const store = createMemoryStore()
  const handlers = new Map<string, Handler>()
  const signal = new AbortController().signal
  const transport: Transport = {
    serve(protocol, handler, until) {
      handlers.set(protocol, handler)
      return new Promise((resolve) => until.addEventListener('abort', () => resolve()))
    },
    connect: () => Promise.reject(new Error('not used')),
  }
  const metadata = (name: string) => ({ name, uid: name, resourceVersion: 0, generation: 1, createdAt: 0 })
  await store.commit({
    writes: [
      { op: 'create', object: { kind: 'Cluster', metadata: metadata('default'), spec: { heartbeatPeriod: '2s' }, status: {} } },
      { op: 'create', object: { kind: 'Node', metadata: metadata('n1'), spec: {}, status: {} } },
      {
        op: 'create',
        object: {
          kind: 'Service',
          metadata: { ...metadata('web'), uid: 'u', labels: { a: 'b' } },
          spec: { template: { image: 'x' } },
          status: {},
        },
      },
      {
        op: 'create',
        object: {
          kind: 'Revision',
          metadata: metadata('web-r'),
          spec: { service: 'web', serviceUid: 'u', number: 1, template: { image: 'x' } },
          status: {},
        },
      },
    ],
  })
  const events = new EventLog(clock)
  const logged: string[] = []
  const write = (message: string, fields: Readonly<Record<string, unknown>> = {}) => void logged.push(`${message} ${fields['object']}`)
  const deps = { store, clock, random: countingRandom(), log: { ...silentLog, info: write, warn: write }, transport }
  const stop = new AbortController()
  const dispatcher = new Dispatcher({ ...deps, events: events.recorder('agent'), address: 'm:1' })
  const broker = new LogBroker({ ...deps, requestStream: (...request) => dispatcher.requestStream(...request) })
  const exec = new ExecBroker({
    ...deps,
    events: events.recorder('exec'),
    requestStream: (...request) => dispatcher.requestStream(...request),
  })
  const stats = new StatsBroker({ ...deps, requestStream: (...request) => dispatcher.requestStream(...request) })
  const running = [dispatcher.run(stop.signal), broker.run(stop.signal), exec.run(stop.signal), stats.run(stop.signal)]
  const open = (protocol: string, peer: string | Peer): FrameStream => {
    const { agent, manager } = streamPair(peer)
    void handlers.get(protocol)?.(manager, signal)
    return agent
  }
  const join = async (nodeName = 'n1', peer: string | Peer = nodeName, sessionId?: string) => {
    const stream = open('dispatcher', peer)
    const heard: ManagerMessage[] = []
    const reading = (async () => {
      for await (const frame of stream.frames()) heard.push(JSON.parse(Buffer.from(frame).toString()))
    })()
    const say = async (message: object) => {
      await stream.send(Buffer.from(JSON.stringify(message)))
      await settle()
    }
    await say({ type: 'hello', nodeName, description, ...(sessionId === undefined ? {} : { sessionId }) })
    await settle()
    const sessionOf = () => heard.flatMap((message) => (message.type === 'session' ? [message.sessionId] : []))[0]
    const assignments = () => heard.flatMap((message) => (message.type === 'assignments' ? [message] : []))
    return { heard, say, stream, reading, assignments, sessionOf }
  }
  const create = (object: Task) => store.commit({ writes: [{ op: 'create', object }] })
  const edit = (name: string, change: (stored: Task) => Task) => {
    const stored = store.view.get('Task', name)
    assert.ok(stored)
    return store.commit({ writes: [{ op: 'update', object: change(stored) }] })
  }
  return { clock, store, events, logged, dispatcher, broker, stats, exec, stop, running, join, open, create, edit }
}

test('a node that counts as down and goes on with its session is noticed', async () => {
  const { join, store, dispatcher } = await createCluster()
  const { say } = await join()
  const heard: string[] = []
  dispatcher.subscribe((name) => heard.push(name))
  await say({ type: 'heartbeat' })
  assert.deepEqual(heard, [])
  const node = store.view.get('Node', 'n1')
  assert.ok(node)
  await store.commit({ writes: [{ op: 'update', object: { ...node, status: { ...node.status, state: 'Down' } } }] })
  await say({ type: 'heartbeat' })
  assert.deepEqual(heard, ['n1'])
})

test('an agent is told what to trust, whose certificate to get, and each change of that', async () => {
  const { join, store } = await createCluster()
  const deps = issueDeps()
  const [ca, other] = [firstCa(deps, {}, Date.now()), firstCa(deps, {}, Date.now())]
  const write = async (next: ClusterCa): Promise<void> => {
    const cluster = store.view.get('Cluster', 'default')
    assert.ok(cluster)
    await store.commit({ writes: [{ op: 'update', object: { ...cluster, status: { ca: next } } }] })
    await settle()
  }
  const ask = async (issuer: string): Promise<void> => {
    const node = store.view.get('Node', 'n1')
    assert.ok(node)
    await store.commit({ writes: [{ op: 'update', object: { ...node, status: { ...node.status, renewal: { issuer, at: 1 } } } }] })
    await settle()
  }
  const { heard } = await join()
  const told = () => heard.flatMap((message) => (message.type === 'session' ? [{ roots: message.roots, renewal: message.renewal }] : []))
  await write(ca)
  const crossSigned = other.certificate // Nobody here looks into it.
  const rotating = { ...ca, rotation: { certificate: other.certificate, crossSigned, updated: 0, total: 1 } }
  await write(rotating)
  await ask(wantedIssuer(rotating))
  await write({ ...rotating, rotated: 1 })
  await ask('of an earlier rotation')
  await write(other)
  assert.deepEqual(told(), [
    { roots: undefined, renewal: undefined },
    { roots: ca.certificate, renewal: undefined },
    { roots: ca.certificate + other.certificate, renewal: undefined },
    { roots: ca.certificate + other.certificate, renewal: wantedIssuer(other) },
    { roots: ca.certificate + other.certificate, renewal: undefined },
    { roots: other.certificate, renewal: undefined },
  ])
  assert.ok(!JSON.stringify(heard).includes('PRIVATE KEY'))
})

test('an agent is welcomed with session, heartbeat and a complete list, and its node is described', async () => {
  const { store, create, join, dispatcher } = await createCluster()
  await create(task('web.1.a'))
  await create(task('web.1.b', 'Pending'))
  const { heard } = await join()
  assert.deepEqual(
    heard.map(({ type }) => type),
    ['session', 'heartbeat', 'assignments', 'endpoints'],
  )
  const [, beat, list] = heard
  assert.ok(beat?.type === 'heartbeat' && beat.periodMs === 2000)
  assert.ok(list?.type === 'assignments' && list.mode === 'complete' && list.appliesTo === '')
  assert.deepEqual(
    list.update.map((each) => [each.task, each.template.image, each.service.labels]),
    [['web.1.a', 'x', { a: 'b' }]],
  )
  assert.deepEqual(store.view.get('Node', 'n1')?.status, { description, address: 'n1.example' })
  assert.equal(typeof dispatcher.lastSeenMs('n1'), 'number')
})

test('strangers, impostors and those who register too often are refused', async () => {
  const { join } = await createCluster()
  const first = async (nodeName: string, peer: string) => (await join(nodeName, peer)).heard[0]
  const stranger = await first('n9', 'n9')
  assert.ok(stranger?.type === 'refused' && !stranger.retry)
  const impostor = await first('n1', 'n2')
  assert.ok(impostor?.type === 'refused' && impostor.reason === 'Forbidden')
  for (let at = 0; at < 3; at++) assert.equal((await first('n1', 'n1'))?.type, 'session')
  const eager = await first('n1', 'n1')
  assert.ok(eager?.type === 'refused' && eager.retry)
})

test('changes follow as one chain, batched, and only what the agent does not know', async () => {
  const { clock, create, edit, join } = await createCluster()
  const agent = await join()
  await clock.advance(200)
  await create(task('web.1.a'))
  await settle()
  assert.equal(agent.assignments().length, 2, 'at once when nothing went out lately')
  await create(task('web.2.a'))
  await edit('web.1.a', (stored) => ({ ...stored, status: { state: 'Accepted', at: 2 } }))
  await edit('web.1.a', (stored) => ({ ...stored, spec: { ...stored.spec, desired: 'Shutdown' } }))
  await settle()
  assert.equal(agent.assignments().length, 2, 'then it waits')
  await clock.advance(100)
  await settle()
  const [first, second, third] = agent.assignments()
  assert.ok(first !== undefined && second !== undefined && third !== undefined)
  assert.deepEqual([second.appliesTo, third.appliesTo], [first.resultsIn, second.resultsIn])
  assert.deepEqual(third.update.map((each) => [each.task, each.desired]).sort(), [
    ['web.1.a', 'Shutdown'],
    ['web.2.a', 'Running'],
  ])
})

test('a deleted task is removed from the agent', async () => {
  const { clock, create, store, join } = await createCluster()
  await create(task('web.1.a'))
  const agent = await join()
  await clock.advance(200)
  await store.commit({ writes: [{ op: 'delete', kind: 'Task', name: 'web.1.a' }] })
  await settle()
  assert.deepEqual(agent.assignments().at(-1)?.remove, ['web.1.a'])
})

test('reports are written before they are acknowledged; late and foreign ones are refused, and logged', async () => {
  const { create, store, join, logged } = await createCluster()
  await create(task('web.1.a'))
  await create(task('web.2.a', 'Running', 'n2'))
  const agent = await join()
  const report = (name: string, state: string) => ({ task: name, status: { state, at: 5 } })
  await agent.say({
    type: 'status',
    number: 1,
    reports: [report('web.1.a', 'Running'), report('web.2.a', 'Failed'), report('gone', 'Failed')],
  })
  await settle()
  assert.ok(agent.heard.some((message) => message.type === 'ack' && message.number === 1))
  const written = store.view.get('Task', 'web.1.a')
  assert.equal(written?.status.state, 'Running')
  assert.equal(typeof written?.spec.settledAt, 'number')
  assert.equal(store.view.get('Task', 'web.2.a')?.status.state, 'Running')
  assert.deepEqual(logged.splice(0), ['Refused a report on a task of another node Task/web.2.a'])
  await agent.say({ type: 'status', number: 2, reports: [report('web.1.a', 'Starting')] })
  await settle()
  assert.equal(store.view.get('Task', 'web.1.a')?.status.state, 'Running')
  assert.deepEqual(logged, ['Refused a report that goes back Task/web.1.a'])
})

test('a removed node is told not to come back', async () => {
  const { store, join } = await createCluster()
  const agent = await join()
  await store.commit({ writes: [{ op: 'delete', kind: 'Node', name: 'n1' }] })
  await settle()
  const last = agent.heard.at(-1)
  assert.ok(last?.type === 'refused' && !last.retry)
  await agent.reading
})

test('from the moment of its removal a node is told that, and nothing else', async () => {
  const { store, create, join } = await createCluster()
  await create(task('web.1.a'))
  const agent = await join()
  const before = agent.heard.length
  await Promise.all([
    create(task('web.2.b')),
    store.commit({ writes: [{ op: 'delete', kind: 'Node', name: 'n1' }] }),
    create(task('web.3.c')),
  ])
  await agent.reading
  assert.deepEqual(
    agent.heard.slice(before).map(({ type }) => type),
    ['refused'],
  )
})

test('a changed period of heartbeats is told with the next beat, each half a second off at most', async () => {
  const { store, join, dispatcher } = await createCluster()
  const agent = await join()
  assert.equal(dispatcher.periodMs('n1'), 2_000)
  const cluster = store.view.get('Cluster', 'default')
  assert.ok(cluster)
  await store.commit({ writes: [{ op: 'update', object: { ...cluster, spec: { heartbeatPeriod: '30s' } } }] })
  assert.equal(dispatcher.periodMs('n1'), 2_000, 'it was not told yet')
  await agent.say({ type: 'heartbeat' })
  const last = agent.heard.at(-1)
  assert.ok(last?.type === 'heartbeat' && Math.abs(last.periodMs - 30_000) <= 500)
  assert.equal(dispatcher.periodMs('n1'), last.periodMs)
})

test('a node that comes and goes every second costs no write, and is held back after three times', async () => {
  const { store, create, join, clock } = await createCluster()
  await create(task('web.1.a'))
  const report = { type: 'status', number: 1, reports: [{ task: 'web.1.a', status: { state: 'Running', at: 5 } }] }
  const first = await join()
  await first.say(report)
  await settle()
  const { resourceVersion } = store.view
  let sessions = 0
  for (let second = 0; second < 60; second++) {
    await clock.advance(1_000)
    const agent = await join()
    if (agent.sessionOf() !== undefined) {
      sessions += 1
      await agent.say(report)
    }
    agent.stream.close()
    await settle()
  }
  assert.equal(store.view.resourceVersion, resourceVersion)
  assert.ok(sessions >= 15 && sessions <= 24, `${sessions} sessions in a minute`)
})

const at = (address: string): Peer => ({ address, node: { id: 'n1', role: 'Worker', clusterId: 'c' } })

test('of two machines with one certificate the first keeps its session; the other is told, and let in when that one is silent', async () => {
  const { join, events, clock, logged } = await createCluster()
  const first = await join('n1', at('192.0.2.1'))
  const id = first.sessionOf()
  const refusals = async (): Promise<readonly string[]> =>
    (await join('n1', at('192.0.2.2'))).heard.map((message) =>
      message.type === 'refused' ? `${message.reason} ${message.retry}` : message.type,
    )
  for (let second = 0; second < 20; second++) {
    assert.deepEqual(await refusals(), ['Conflict true'])
    await clock.advance(1_000)
    await first.say({ type: 'heartbeat' })
  }
  assert.equal(first.heard.filter(({ type }) => type === 'refused').length, 0)
  const told = events.list().filter(({ reason }) => reason === 'TwoMachines')
  assert.deepEqual(
    told.map(({ message }) => message),
    ['two machines have the certificate of this node: the one at 192.0.2.1 is let in, the one at 192.0.2.2 is not'],
  )
  assert.equal(logged.filter((line) => line === 'Refused a second session of a node Node/n1').length, 2, 'once in ten seconds')
  await clock.advance(4_100)
  const second = await join('n1', at('192.0.2.2'))
  assert.ok(second.sessionOf() !== undefined && second.sessionOf() !== id)
  const again = await join('n1', at('192.0.2.1'), id)
  assert.ok(again.heard[0]?.type === 'refused' && again.heard[0].reason === 'Conflict')
})

test('at one address the later agent takes the session, and the earlier one does not take it back', async () => {
  const { join } = await createCluster()
  const first = await join('n1', at('192.0.2.1'))
  const second = await join('n1', at('192.0.2.1'))
  await first.reading
  assert.ok(second.sessionOf() !== undefined)
  const back = await join('n1', at('192.0.2.1'), first.sessionOf())
  assert.ok(back.heard[0]?.type === 'refused' && back.heard[0].retry)
  assert.equal(second.heard.filter(({ type }) => type === 'refused').length, 0)
})

test('an agent keeps the id of its session when it comes back, also from another address; one of another life gets a new one', async () => {
  const { join } = await createCluster()
  const first = await join('n1', at('192.0.2.1'))
  const back = await join('n1', at('192.0.2.9'), first.sessionOf())
  assert.equal(back.sessionOf(), first.sessionOf())
  back.stream.close()
  await settle()
  const other = await join('n1', at('192.0.2.9'), 'of a leader that is gone')
  assert.ok(other.sessionOf() !== undefined && other.sessionOf() !== 'of a leader that is gone')
})

test('when leadership ends, so do the sessions', async () => {
  const { join, stop, running, dispatcher } = await createCluster()
  const agent = await join()
  stop.abort()
  await Promise.all(running)
  await agent.reading
  assert.equal(dispatcher.lastSeenMs('n1'), undefined)
})

test('logs come from the node that was asked, and end with it', async () => {
  const { create, join, open, broker } = await createCluster()
  await create(task('web.1.a', 'Running'))
  const agent = await join()
  const lines: string[] = []
  const reading = (async () => {
    for await (const line of broker.read({ kind: 'Service', name: 'web' }, { tail: 5 }, new AbortController().signal)) lines.push(line.text)
  })()
  await settle()
  const asked = agent.heard.at(-1)
  assert.ok(asked?.type === 'logs' && asked.task === 'web.1.a' && asked.options.tail === 5)
  const foreign = open('logs', 'n2')
  await foreign.send(Buffer.from(JSON.stringify({ id: asked.id })))
  const stream = open('logs', 'n1')
  await stream.send(Buffer.from(JSON.stringify({ id: asked.id })))
  for (const text of ['one', 'two']) await stream.send(Buffer.from(JSON.stringify({ task: 'web.1.a', stream: 'stdout', at: 1, text })))
  stream.close()
  await reading
  assert.deepEqual(lines, ['one', 'two'])
})

test('a log that cannot be complete says which task is missing', async () => {
  const { create, broker } = await createCluster()
  await create(task('web.1.a', 'Running', 'n7'))
  const read = async () => Array.fromAsync(broker.read({ kind: 'Task', name: 'web.1.a' }, {}, new AbortController().signal))
  await assert.rejects(read(), /no answer about web\.1\.a on n7/)
})

test('what tasks use comes from the node that was asked, once for all who ask meanwhile', async () => {
  const { join, open, stats } = await createCluster()
  await assert.rejects(stats.read('n7'), /node "n7" does not say/)
  const agent = await join()
  const readings = [stats.read('n1'), stats.read('n1')]
  await settle()
  const asked = agent.heard.filter(({ type }) => type === 'stats')
  assert.equal(asked.length, 1)
  const answer = async (peer: string, processes: number): Promise<void> => {
    const stream = open('stats', peer)
    const found = [{ task: 'web.1.a', at: 1, cpuMs: 2, memoryBytes: 3, processes }]
    for (const frame of [asked[0] ?? {}, { stats: found }]) await stream.send(Buffer.from(JSON.stringify(frame)))
    stream.close()
  }
  await answer('n2', 7)
  await answer('n1', 4)
  for (const reading of readings) assert.deepEqual(await reading, [{ task: 'web.1.a', at: 1, cpuMs: 2, memoryBytes: 3, processes: 4 }])
})

/** Tasks of this revision use the secret `pw` and the config `conf`. */
async function withPayloads({ store }: Pick<Awaited<ReturnType<typeof createCluster>>, 'store'>): Promise<void> {
  const metadata = (name: string) => ({ name, uid: `uid-${name}`, resourceVersion: 0, generation: 1, createdAt: 0 })
  const template = { image: 'x', secrets: [{ source: 'pw' }], configs: [{ source: 'conf' }] }
  await store.commit({
    writes: [
      { op: 'create', object: { kind: 'Node', metadata: metadata('n2'), spec: {}, status: {} } },
      { op: 'create', object: { kind: 'Secret', metadata: metadata('pw'), spec: { data: 'aGk=' }, status: {} } },
      {
        op: 'create',
        object: {
          kind: 'Revision',
          metadata: metadata('files-r'),
          spec: { service: 'web', serviceUid: 'u', number: 2, template },
          status: {},
        },
      },
    ],
  })
}
const withRevision = (given: Task, revision: string): Task => ({ ...given, spec: { ...given.spec, revision } })

test('a node is told what its tasks use before it is told of them, and each payload once', async () => {
  const cluster = await createCluster()
  await withPayloads(cluster)
  await cluster.create(withRevision(task('web.1.a'), 'files-r'))
  await cluster.create(task('web.2.b', 'Assigned', 'n2'))
  const [first, second] = [await cluster.join(), await cluster.join('n2')]
  const told = first.heard.slice(2)
  assert.deepEqual(told.slice(0, 2), [
    { type: 'payload', payload: { kind: 'Secret', name: 'pw', data: 'aGk=' } },
    { type: 'payload', payload: { kind: 'Config', name: 'conf', missing: 'config "conf" does not exist' } },
  ])
  assert.deepEqual(
    told.map(({ type }) => type),
    ['payload', 'payload', 'assignments', 'endpoints'],
  )
  assert.doesNotMatch(JSON.stringify(told[2]), /aGk=/)

  await cluster.create(withRevision(task('web.3.c'), 'files-r'))
  await cluster.clock.advance(200)
  assert.deepEqual(
    first.heard.slice(6).map(({ type }) => type),
    ['assignments'],
  )
  await cluster.store.commit({
    writes: [
      {
        op: 'create',
        object: {
          kind: 'Config',
          metadata: { name: 'conf', uid: 'c', resourceVersion: 0, generation: 1, createdAt: 0 },
          spec: { data: 'eA==', template: 'golang' },
          status: {},
        },
      },
    ],
  })
  await cluster.create(withRevision(task('web.4.d'), 'files-r'))
  await cluster.clock.advance(200)
  assert.deepEqual(
    first.heard.slice(7, -1),
    [{ type: 'payload', payload: { kind: 'Config', name: 'conf', data: 'eA==', template: 'golang' } }],
    'what was missing is looked for again, and only that',
  )
  assert.doesNotMatch(JSON.stringify(second.heard), /payload|aGk=/)
})

test('when the last task that uses it has ended, a node is told to forget; a removed and remade secret is told anew', async () => {
  const cluster = await createCluster()
  await withPayloads(cluster)
  await cluster.create(withRevision(task('web.1.a', 'Running'), 'files-r'))
  await cluster.create(withRevision(task('web.2.b', 'Running'), 'files-r'))
  const { heard } = await cluster.join()
  const before = heard.length
  await cluster.edit('web.1.a', (stored) => ({ ...stored, status: { state: 'Failed', at: 2 } }))
  await cluster.clock.advance(200)
  assert.equal(heard.length, before)
  await cluster.edit('web.2.b', (stored) => ({ ...stored, status: { state: 'Complete', at: 2 } }))
  await cluster.clock.advance(200)
  assert.deepEqual(heard.slice(before), [
    {
      type: 'forget',
      payloads: [
        { kind: 'Secret', name: 'pw' },
        { kind: 'Config', name: 'conf' },
      ],
    },
  ])

  await cluster.create(withRevision(task('web.3.c'), 'files-r'))
  await cluster.clock.advance(200)
  const secret = cluster.store.view.get('Secret', 'pw')
  assert.ok(secret !== undefined)
  await cluster.store.commit({ writes: [{ op: 'delete', kind: 'Secret', name: 'pw', expect: secret.metadata.resourceVersion }] })
  await cluster.store.commit({
    writes: [{ op: 'create', object: { ...secret, metadata: { ...secret.metadata, uid: 'another' }, spec: { data: 'eW8=' } } }],
  })
  const again = heard.length
  await cluster.create(withRevision(task('web.4.d'), 'files-r'))
  await cluster.clock.advance(200)
  assert.deepEqual(heard[again], { type: 'payload', payload: { kind: 'Secret', name: 'pw', data: 'eW8=' } })
})

test('the failure of a task is an event with its cause, once', async () => {
  const { create, join, events } = await createCluster()
  await create(task('web.1.a', 'Running'))
  const agent = await join()
  const status = { state: 'Failed' as const, at: 5, error: 'ended by SIGKILL' }
  for (const number of [1, 2]) await agent.say({ type: 'status', number, reports: [{ task: 'web.1.a', status }] })
  await settle()
  const told = events.list().map(({ type, reason, message, count }) => ({ type, reason, message, count }))
  assert.deepEqual(told, [{ type: 'Warning', reason: 'Failed', message: 'ended by SIGKILL', count: 1 }])
})

test('the same failure of the next task of the slot only counts up', async () => {
  const { create, join, events } = await createCluster()
  const agent = await join()
  for (const [number, name] of ['web.1.a', 'web.1.b'].entries()) {
    await create(task(name, 'Running'))
    await agent.say({ type: 'status', number, reports: [{ task: name, status: { state: 'Failed', at: 5, error: 'exited with code 1' } }] })
  }
  await settle()
  const told = events.list().map(({ involvedObject, message, count }) => ({ involvedObject, message, count }))
  assert.deepEqual(told, [
    { involvedObject: { apiVersion: 'kit/v1', kind: 'Task', name: 'web.1.b' }, message: 'exited with code 1', count: 2 },
  ])
})

test('what agents say of every task of a revision is said once, of its service', async () => {
  const { create, join, events } = await createCluster()
  const agent = await join()
  for (const name of ['web.1.a', 'web.2.a']) {
    await create(task(name))
    await agent.say({ type: 'event', task: name, level: 'Normal', reason: 'ImageIgnored', message: 'Image x is ignored' })
    await agent.say({ type: 'event', task: name, level: 'Warning', reason: 'OptionsIgnored', message: 'tty' })
  }
  const told = events.list().map(({ involvedObject, reason, count }) => ({ name: involvedObject, reason, count }))
  const of = (kind: string, name: string) => ({ apiVersion: 'kit/v1', kind, name })
  assert.deepEqual(told, [
    { name: of('Service', 'web'), reason: 'ImageIgnored', count: 1 },
    { name: of('Task', 'web.1.a'), reason: 'OptionsIgnored', count: 1 },
    { name: of('Task', 'web.2.a'), reason: 'OptionsIgnored', count: 1 },
  ])
})

test('a command runs through the node that was asked, and no other node can answer for it', async () => {
  const { create, join, open, exec, events } = await createCluster()
  await create(task('web.1.a', 'Running'))
  const agent = await join()
  const opening = exec.open('web.1.a', { command: ['sh', '-c', 'secret'] }, 'operator', new AbortController().signal)
  await settle()
  const asked = agent.heard.at(-1)
  assert.ok(asked?.type === 'exec' && asked.task === 'web.1.a' && 'command' in asked.request && asked.request.command[0] === 'sh')
  const id = Buffer.from(JSON.stringify({ id: asked.id }))
  const foreign = open('exec', 'n2')
  await foreign.send(id)
  const refused = await foreign.frames()[Symbol.asyncIterator]().next()
  assert.equal(refused.done, true)
  const stream = open('exec', 'n1')
  await stream.send(id)
  const connection = await opening
  await stream.send(Buffer.from('out'))
  await connection.send(Buffer.from('in'))
  const [out, into] = [connection.frames()[Symbol.asyncIterator](), stream.frames()[Symbol.asyncIterator]()]
  assert.equal(String(Buffer.from((await out.next()).value ?? [])), 'out')
  assert.equal(String(Buffer.from((await into.next()).value ?? [])), 'in')
  connection.close()
  assert.equal((await into.next()).done, true)
  const recorded = JSON.stringify(events.list())
  assert.match(recorded, /operator ran .*sh.* in the task/)
  assert.doesNotMatch(recorded, /secret/)
})

test('a command is refused where no task runs, and given up where the node does not answer', async () => {
  const { clock, create, join, exec } = await createCluster()
  const open = (name: string) => exec.open(name, { command: ['sh'] }, 'operator', new AbortController().signal)
  await create(task('web.1.a', 'Running'))
  await create(task('web.2.a', 'Pending'))
  await assert.rejects(open('web.2.a'), /web.2.a" is Pending/)
  await assert.rejects(open('web.9.a'), /is gone/)
  await assert.rejects(open('web.1.a'), /does not answer/)
  await join()
  const opening = assert.rejects(open('web.1.a'), /does not answer/)
  await clock.advance(10_000)
  await opening
})

// Published ports.

const web8080 = { ports: [{ protocol: 'TCP', targetPort: 80, publishedPort: 8080, publishMode: 'Ingress' }] } as const

async function createPublishing() {
  const cluster = await createCluster()
  const { store } = cluster
  const service = () => {
    const found = store.view.get('Service', 'web')
    assert.ok(found)
    return found
  }
  const ports = [{ targetPort: 80, publishedPort: 8080 }]
  const endpoint = { ...web8080, observedPorts: contentHash(ports) }
  const node = { name: 'n2', uid: 'n2', resourceVersion: 0, generation: 1, createdAt: 0 }
  await store.commit({
    writes: [
      { op: 'create', object: { kind: 'Node', metadata: node, spec: {}, status: {} } },
      { op: 'update', object: { ...service(), spec: { ...service().spec, endpoint: { ports } }, status: { endpoint } } },
    ],
  })
  const condition = () => service().status.conditions?.find(({ type }) => type === 'PortsServed')
  const endpointsOf = (heard: readonly ManagerMessage[]) => heard.flatMap((message) => (message.type === 'endpoints' ? [message] : []))
  const served = (agent: { readonly say: (message: object) => Promise<void>; readonly heard: readonly ManagerMessage[] }, message = '') =>
    agent.say({
      type: 'served',
      version: endpointsOf(agent.heard).at(-1)?.version,
      problems: message === '' ? [] : [{ service: 'u', protocol: 'TCP', publishedPort: 8080, message }],
    })
  return { ...cluster, service, condition, endpointsOf, served }
}

test('a node that leaves has left for every leader to come until it comes back, and only it can say so', async () => {
  const { store, open, join, stop, running } = await createCluster()
  const { stream } = await join()
  const leftAt = () => store.view.get('Node', 'n1')?.status.leftAt
  const leave = async (peer: string): Promise<readonly ManagerMessage[]> => {
    const saying = open('dispatcher', peer)
    await saying.send(Buffer.from(JSON.stringify({ type: 'leave', nodeName: 'n1' })))
    const heard: ManagerMessage[] = []
    for await (const frame of saying.frames()) heard.push(JSON.parse(Buffer.from(frame).toString()))
    return heard
  }
  assert.equal((await leave('n2'))[0]?.type, 'refused')
  assert.equal(leftAt(), undefined)
  assert.deepEqual(await leave('n1'), [{ type: 'ack', number: 0 }])
  assert.notEqual(leftAt(), undefined)
  stream.close()
  await settle()
  await join()
  assert.equal(leftAt(), undefined)
  stop.abort()
  await Promise.all(running)
})

test('a task leaves every balancer before its own agent is told to stop it', async () => {
  const cluster = await createPublishing()
  await cluster.create(task('web.1.a', 'Running'))
  const [own, other] = [await cluster.join('n1'), await cluster.join('n2')]
  assert.deepEqual(cluster.endpointsOf(other.heard)[0]?.update[0]?.added, [{ task: 'web.1.a', node: 'n1' }])
  await cluster.served(own)
  await cluster.served(other)
  await cluster.clock.advance(200)

  await cluster.edit('web.1.a', (old) => ({ ...old, spec: { ...old.spec, desired: 'Shutdown' } }))
  await cluster.clock.advance(200)
  assert.deepEqual(cluster.endpointsOf(own.heard).at(-1)?.update[0]?.removed, ['web.1.a'])
  await cluster.served(own)
  await cluster.clock.advance(200)
  assert.deepEqual(own.assignments().slice(1), [], 'the other node may still choose it')
  await cluster.served(other)
  await cluster.clock.advance(200)
  assert.deepEqual(
    own
      .assignments()
      .slice(1)
      .flatMap(({ update }) => update.map((each) => [each.task, each.desired])),
    [['web.1.a', 'Shutdown']],
  )
})

test('an agent that does not answer delays a stop by five seconds at most, and one that left not at all', async () => {
  const cluster = await createPublishing()
  for (const name of ['web.1.a', 'web.2.b']) await cluster.create(task(name, 'Running'))
  const [own, other] = [await cluster.join('n1'), await cluster.join('n2')]
  const stop = (name: string) => cluster.edit(name, (old) => ({ ...old, spec: { ...old.spec, desired: 'Shutdown' } }))
  const stopped = () =>
    own
      .assignments()
      .slice(1)
      .flatMap(({ update }) => update.map((each) => each.task))
  await stop('web.1.a')
  await cluster.clock.advance(4_900)
  assert.deepEqual(stopped(), [])
  await cluster.clock.advance(200)
  assert.deepEqual(stopped(), ['web.1.a'])

  await stop('web.2.b')
  await cluster.clock.advance(200)
  await cluster.served(own)
  assert.deepEqual(stopped(), ['web.1.a'])
  other.stream.close()
  await cluster.clock.advance(200)
  assert.deepEqual(stopped(), ['web.1.a', 'web.2.b'])
})

test('an agent that comes back while a task is held is told that it goes on, until it is not', async () => {
  const cluster = await createPublishing()
  await cluster.create({ ...task('web.1.a', 'Running'), spec: { ...task('web.1.a').spec, desired: 'Shutdown' } })
  const [, other] = [await cluster.join('n1'), await cluster.join('n2')]
  await cluster.edit('web.1.a', (old) => ({ ...old, spec: { ...old.spec, desired: 'Running' } }))
  await cluster.served(other)
  await cluster.edit('web.1.a', (old) => ({ ...old, spec: { ...old.spec, desired: 'Shutdown' } }))
  const again = await cluster.join('n1')
  assert.deepEqual(
    again.assignments()[0]?.update.map(({ desired }) => desired),
    ['Running'],
  )
  await cluster.clock.advance(200)
  await cluster.served(again)
  await cluster.served(other)
  await cluster.clock.advance(200)
  assert.deepEqual(
    again.assignments()[1]?.update.map(({ desired }) => desired),
    ['Shutdown'],
  )
})

test('whether ports are served is a condition of the service, with the reason of each node that cannot', async () => {
  const cluster = await createPublishing()
  const [one, two] = [await cluster.join('n1'), await cluster.join('n2')]
  await cluster.served(one)
  assert.equal(cluster.condition(), undefined, 'the other node has not said anything')
  await cluster.served(two, 'port 8080/tcp is taken')
  await cluster.clock.advance(10)
  const { lastTransitionTime: _, ...refused } = cluster.condition() ?? {}
  assert.deepEqual(refused, {
    type: 'PortsServed',
    status: 'False',
    reason: 'PortNotServed',
    message: 'host-1: port 8080/tcp is taken',
    observedGeneration: 1,
  })
  assert.equal(cluster.events.list().filter(({ reason }) => reason === 'PortNotServed').length, 1)

  await cluster.served(two)
  await cluster.clock.advance(10)
  assert.equal(cluster.condition()?.status, 'True')
  const { view } = cluster.store
  const before = view.resourceVersion
  await cluster.served(one)
  await cluster.clock.advance(10)
  assert.equal(view.resourceVersion, before, 'what is known is not written again')

  await cluster.store.commit({ writes: [{ op: 'update', object: { ...cluster.service(), spec: { template: {} }, status: {} } }] })
  await cluster.clock.advance(10)
  assert.equal(cluster.condition(), undefined)
})
