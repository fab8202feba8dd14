import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentHash } from '../../api/content-name.ts'
import type { ManagerMessage } from '../../api/session.ts'
import { createCluster, task } from './testdata/cluster.ts'

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
