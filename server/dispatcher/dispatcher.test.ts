import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ManagerMessage } from '../../api/session.ts'
import { type ClusterCa, wantedIssuer } from '../../ca/cluster-ca.ts'
import { issueDeps } from '../../ca/testdata/authority.ts'
import { firstCa } from '../../controllers/authority/root-rotation.ts'
import type { Peer } from '../../effects/effects.ts'
import { settle } from '../testdata/world.ts'
import { createCluster, description, task } from './testdata/cluster.ts'

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
