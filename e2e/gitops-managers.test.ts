// A source of three managers, of which one has the directory: it is read there whoever leads, and goes on when managers
// die, once.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually, isAlive } from './cluster.ts'

const hosts = ['node-1', 'node-2', 'node-3'] as const
type Host = (typeof hosts)[number]

const cluster = new Cluster()
before(async () => {
  await cluster.kit('up', '--managers', '3', '--executor', 'process')
  // A node that is killed is down soon after.
  await cluster.kit('swarm', 'update', '--dispatcher-heartbeat', '1s')
})
after(() => cluster.remove())

interface NodeObject {
  readonly metadata: { readonly name: string }
  readonly status: {
    readonly state: string
    readonly manager?: { readonly member: string }
    readonly description?: { readonly hostname: string }
  }
}
interface SourceObject {
  readonly status: {
    readonly node?: string
    readonly lastAppliedRevision?: string
    readonly history?: readonly { readonly revision: string }[]
    readonly conditions?: readonly { readonly reason: string; readonly message: string }[]
  }
}
interface ServiceObject {
  readonly metadata: { readonly uid: string; readonly generation: number }
  readonly spec: { readonly replicas: number }
}

async function nodes(): Promise<ReadonlyMap<string, NodeObject>> {
  const { items } = await cluster.json<{ readonly items: readonly NodeObject[] }>('nodes')
  return new Map(items.map((node) => [node.status.description?.hostname ?? '', node]))
}

async function leader(): Promise<Host> {
  return await eventually(async () => {
    const present = await nodes()
    const found = hosts.find((host) => present.get(host)?.status.manager?.member === 'Leader')
    assert.ok(found !== undefined)
    return found
  })
}

async function kill(host: Host): Promise<void> {
  const pid = Number(/\d+/.exec(readFileSync(join(cluster.directory, host, 'lock'), 'utf8'))?.[0])
  process.kill(pid, 'SIGKILL')
  await eventually(() => assert.ok(!isAlive(pid)))
}

const source = (): Promise<SourceObject> => cluster.json<SourceObject>('source', 'shop')
const web = (): Promise<ServiceObject> => cluster.json<ServiceObject>('service', 'web')
const write = (directory: string, replicas: number): string =>
  cluster.file(
    `${directory}/web.yml`,
    `apiVersion: kit/v1\nkind: Service\nmetadata: {name: web}\nspec: {replicas: ${replicas}, template: {image: x, command: [sleep, "1000"], stopGracePeriod: 1s}}\n`,
  )
const applied = async (replicas: number): Promise<ServiceObject> =>
  await eventually(async () => {
    const found = await web()
    assert.equal(found.spec.replicas, replicas)
    return found
  })

test('a directory is read on the manager that it is on, and on while the leader is killed', async () => {
  const first = await leader()
  const holder = hosts.find((host) => host !== first) ?? 'node-1'
  const id = (await nodes()).get(holder)?.metadata.name
  write('deploy', 1)
  const said = await cluster.kit('gitops', 'add', 'shop', '--dir', 'deploy', '--node', holder)
  assert.match(said, /service\/web created\nsource\/shop: 1 object is as in revision/)
  assert.equal((await source()).status.node, id)
  const made = await web()

  write('deploy', 2)
  await applied(2)
  await kill(first)
  write('deploy', 3)
  const changed = await applied(3)
  assert.deepEqual([changed.metadata.uid, changed.metadata.generation], [made.metadata.uid, made.metadata.generation + 2], 'once each')
  await eventually(async () => {
    const { status } = await source()
    assert.deepEqual([status.conditions?.[0]?.reason, status.history?.length, status.node], ['Applied', 3, id])
  })
  // Drift is seen and told of, whoever leads now.
  await cluster.kit('scale', 'web=5', '--no-wait')
  await applied(3)
  await eventually(async () =>
    assert.match(await cluster.kit('events', 'source/shop'), /Healed .*spec\.replicas \(by admin@socket with kit-scale\) is 5/),
  )
  await cluster.kit('up')
})

test('while the node of the directory is down the source says so, and it goes on when it is back', async () => {
  const present = await nodes()
  const { status } = await source()
  const holder = hosts.find((host) => present.get(host)?.metadata.name === status.node) ?? 'node-1'
  await kill(holder)
  write('deploy', 4)
  await eventually(async () => {
    const [ready] = (await source()).status.conditions ?? []
    assert.equal(ready?.reason, 'NodeDown')
    assert.equal(ready.message, `node ${holder}, which reads the directory, is down; what was applied stays`)
  })
  assert.equal((await web()).spec.replicas, 3)
  await cluster.kit('up')
  await applied(4)
})

test('where no node is named, any manager that has the directory takes over from one that is down, and one at a time reads', async () => {
  await cluster.kit('gitops', 'rm', 'shop')
  await cluster.kit('gitops', 'add', 'shop', '--dir', 'deploy')
  const before = await web()
  const present = await nodes()
  const nameOf = (id: string | undefined): Host => hosts.find((host) => present.get(host)?.metadata.name === id) ?? 'node-1'
  const first = nameOf((await source()).status.node)
  await kill(first)
  await eventually(async () => assert.equal((await nodes()).get(first)?.status.state, 'Down'))
  write('deploy', 5)
  const changed = await applied(5)
  assert.equal(changed.metadata.generation, before.metadata.generation + 1)
  const second = nameOf((await source()).status.node)
  assert.notEqual(second, first)
  await cluster.kit('up')
  await eventually(async () => assert.equal((await nodes()).get(first)?.status.state, 'Ready'))
  write('deploy', 6)
  assert.equal((await applied(6)).metadata.generation, before.metadata.generation + 2)
  assert.equal(nameOf((await source()).status.node), second, 'it stays where it is')
})
