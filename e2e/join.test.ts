// Machines that join, as daemons on loopback addresses: with a token and without, restarts of either side, and
// nodes that are drained, die, are removed and come again.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually, isAlive, projectRoot } from './cluster.ts'

const cluster = new Cluster()
const other = new Cluster()
const children: ChildProcess[] = []

before(() => cluster.kit('up', '--workers', '2'))
after(async () => {
  const tasks = (await running('j_web').catch(() => new Map<string, readonly Placed[]>())).get('third') ?? []
  for (const child of children) child.kill('SIGKILL')
  for (const pid of await programs('third')) kill(pid)
  for (const { status } of tasks) if (status.pid !== undefined) kill(status.pid)
  await other.remove()
  await cluster.remove()
})

interface NodeObject {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly role: string }
  readonly status: { readonly state: string; readonly description?: { readonly hostname: string } }
}
interface Placed {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly desired: string; readonly nodeName?: string }
  readonly status: { readonly state: string; readonly pid?: number }
}

/** Host name → node; of two with one name the one that is Ready. */
async function nodes(): Promise<ReadonlyMap<string, NodeObject>> {
  const { items } = await cluster.json<{ readonly items: readonly NodeObject[] }>('nodes')
  const inOrder = items.toSorted((a, b) => Number(a.status.state === 'Ready') - Number(b.status.state === 'Ready'))
  return new Map(inOrder.map((node) => [node.status.description?.hostname ?? '', node]))
}

async function ids(): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries([...(await nodes())].map(([host, { metadata }]) => [host, metadata.name]))
}

/** Tasks that run, by the host name of their node. */
async function running(service: string): Promise<ReadonlyMap<string, readonly Placed[]>> {
  const hosts = new Map([...(await nodes())].map(([host, { metadata }]) => [metadata.name, host]))
  const { items } = await cluster.json<{ readonly items: readonly Placed[] }>('tasks', '--field-selector', `spec.service=${service}`)
  const up = items.filter(({ spec, status }) => spec.desired === 'Running' && status.state === 'Running')
  return Map.groupBy(up, ({ spec }) => hosts.get(spec.nodeName ?? '') ?? '')
}

const namesOf = (tasks: ReadonlyMap<string, readonly Placed[]>): readonly string[] =>
  [...tasks.values()].flat().map(({ metadata, status }) => `${metadata.name} ${status.pid}`).toSorted() // biome-ignore format: one idea

async function waitFor(host: string, state: string): Promise<void> {
  await eventually(async () => assert.equal((await nodes()).get(host)?.status.state, state))
}

interface Plan {
  readonly nodes: readonly { readonly address: string; readonly port?: number }[]
}
function joinAddress(): string {
  const { nodes: planned }: Plan = JSON.parse(readFileSync(join(cluster.directory, 'cluster.json'), 'utf8'))
  return `${planned[0]?.address}:${planned[0]?.port}`
}

const token = async (role = 'worker', of = cluster): Promise<string> =>
  (await of.kit('get', 'cluster', 'default', '-o', `jsonpath={.status.joinTokens.${role}}`)).trim()

const directoryOf = (name: string): string => join(cluster.home, name)
const daemonOf = (directory: string): number => Number(JSON.parse(readFileSync(join(directory, 'lock'), 'utf8')).pid)

interface Daemon {
  /** While it runs: null. */
  readonly code: number | null
  readonly text: () => string
  readonly ended: Promise<unknown>
}

/** `kitd` by hand, until it is ready or has ended. */
async function kitd(name: string, ...args: readonly string[]): Promise<Daemon> {
  const child = spawn(
    join(projectRoot, 'bin/kitd'),
    ['-d', directoryOf(name), '--hostname', name, '--executor', 'process', '--publish-address', '127.0.0.1', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  children.push(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => (text += part))
  const ended = once(child, 'close')
  await Promise.race([ended, eventually(() => assert.match(text, /^ready /m))])
  return { code: /^ready /m.test(text) ? null : child.exitCode, text: () => text, ended }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

async function killDaemon(directory: string): Promise<void> {
  const pid = daemonOf(directory)
  kill(pid)
  await eventually(() => assert.equal(existsSync(`/proc/${pid}`), false))
}

/** Processes whose command line names the directory of the node: its daemon and the shims of its tasks. */
async function programs(name: string): Promise<readonly number[]> {
  const home = name.startsWith('node-') ? join(cluster.directory, name) : directoryOf(name)
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(home)
      } catch {
        return false
      }
    })
}

const script = 'echo "from $KIT_NODE"; trap "exit 0" TERM; while :; do sleep 0.1; done'
const stack = (replicas: number): string => `
name: j
services:
  web:
    image: none
    command: [sh, -c, '${script.replaceAll('$', '$$$$')}']
    environment: { KIT_NODE: "{{.Node.Hostname}}" }
    stop_grace_period: 2s
    deploy: { replicas: ${replicas}, update_config: { monitor: 100ms } }
`

test('kit up --workers 2 makes three nodes, each with tasks of its own', async () => {
  assert.deepEqual([...(await nodes())].map(([host, { spec, status }]) => `${host} ${spec.role} ${status.state}`).toSorted(), [
    'node-1 Manager Ready',
    'node-2 Worker Ready',
    'node-3 Worker Ready',
  ])
  await cluster.kit('apply', '--timeout', '30s', '-f', cluster.file('j.yml', stack(6)))
  const placed = await running('j_web')
  assert.deepEqual([...placed].map(([host, tasks]) => `${host} ${tasks.length}`).toSorted(), ['node-1 2', 'node-2 2', 'node-3 2'])
})

test('no token lies on disk or in command lines and environments of programs, and the key of the root is never said', async () => {
  const secrets = [await token(), await token('manager')].map((each) => each.slice(-25))
  const holds = (path: string): boolean => {
    try {
      const text = readFileSync(path, 'latin1')
      return secrets.some((secret) => text.includes(secret))
    } catch {
      return false // It has ended, or is a socket.
    }
  }
  const files = readdirSync(cluster.directory, { recursive: true, encoding: 'utf8' }).map((name) => join(cluster.directory, name))
  assert.deepEqual(files.filter(holds), [])
  const pids = (await Promise.all(['node-1', 'node-2', 'node-3'].map(programs))).flat()
  assert.ok(pids.length >= 3)
  assert.deepEqual(pids.flatMap((pid) => [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`]).filter(holds), [])
  for (const path of files) {
    const found = lstatSync(path)
    if (!found.isSymbolicLink()) assert.equal(found.mode & 0o077, 0, path)
  }
  for (const args of [
    ['get', 'cluster', 'default', '-o', 'yaml'],
    ['describe', 'cluster', 'default'],
    ['cluster', 'inspect', 'default'],
    ['swarm', 'ca'],
  ])
    assert.doesNotMatch(await cluster.kit(...args), /PRIVATE KEY/)
})

test('a worker is started by hand with the token, also from a file; without, or with another, it is refused with advice', async () => {
  const at = joinAddress()
  const without = await kitd('third', '--join-addr', at)
  assert.equal(without.code, 1)
  assert.match(without.text(), /^kitd: joining needs a token: print the token with 'kit swarm join-token worker' on a manager/m)
  const right = await token()
  const wrong = `${right.slice(0, -3)}${right.endsWith('000') ? '111' : '000'}`
  const refused: readonly (readonly [string, RegExp])[] = [
    [wrong, /the join token is not valid: it may have been replaced/],
    ['nonsense', /it does not begin with SWMTKN/],
    [right.slice(0, -1), /a part is missing/],
    [`@${directoryOf('nowhere')}`, /cannot read the token: ENOENT/],
  ]
  for (const [given, why] of refused) {
    const { code, text } = await kitd('third', '--join-addr', at, '--join-token', given)
    assert.equal(code, 1, text())
    assert.match(text(), why)
    assert.ok(given.length < 20 || given.startsWith('@') || !text().includes(given), 'the token is not repeated')
  }
  await other.kit('up')
  assert.match(
    (await kitd('third', '--join-addr', at, '--join-token', await token('worker', other))).text(),
    /is of another cluster than the one/,
  )

  const { text, code } = await kitd('third', '--join-addr', at, '--join-token', `@${cluster.file('token', `${right}\n`)}`)
  assert.equal(code, null, text())
  await waitFor('third', 'Ready')
  assert.equal((await nodes()).size, 4, 'who was refused is no node')
})

test('a token that was replaced lets nobody in, and nodes stay', async () => {
  const before = await ids()
  const old = await token()
  const spec = cluster.file(
    'cluster.yml',
    'apiVersion: kit/v1\nkind: Cluster\nmetadata: { name: default }\nspec: { ca: { rotateWorkerToken: 1 } }\n',
  )
  await cluster.kit('apply', '-f', spec)
  const fresh = await eventually(async () => {
    const present = await token()
    assert.notEqual(present, old)
    return present
  })
  const { code, text } = await kitd('fourth', '--join-addr', joinAddress(), '--join-token', old)
  assert.equal(code, 1)
  assert.match(text(), /the join token is not valid: it may have been replaced. Print the present one with 'kit swarm join-token worker'/)
  assert.equal(fresh, (await cluster.kit('swarm', 'join-token', 'worker', '-q')).trim())
  assert.deepEqual(await ids(), before)
})

test('workers and the manager are killed: ids and tasks stay, logs and commands reach the tasks again', async () => {
  const before = { ids: await ids(), tasks: namesOf(await running('j_web')) }
  const reach = async (): Promise<void> => {
    const placed = await running('j_web')
    for (const host of ['node-2', 'node-3', 'third']) {
      const task = placed.get(host)?.[0]?.metadata.name
      if (task === undefined) continue
      assert.equal(await cluster.kit('logs', `task/${task}`), `from ${host}\n`)
      assert.equal(await cluster.kit('exec', task, '--', 'sh', '-c', 'echo "$KIT_NODE"'), `${host}\n`)
    }
  }
  await reach()
  await killDaemon(join(cluster.directory, 'node-2'))
  await killDaemon(directoryOf('third'))
  await cluster.kit('up')
  // No token: the directory has a certificate.
  assert.equal((await kitd('third', '--join-addr', joinAddress())).code, null)
  for (const host of ['node-2', 'third']) await waitFor(host, 'Ready')
  await eventually(async () => assert.deepEqual({ ids: await ids(), tasks: namesOf(await running('j_web')) }, before))
  await reach()

  kill(cluster.daemonPid)
  for (const [, pid] of before.tasks.map((line) => line.split(' '))) assert.ok(isAlive(Number(pid)), 'tasks run on')
  await cluster.kit('up')
  for (const host of ['node-1', 'node-2', 'node-3', 'third']) await waitFor(host, 'Ready')
  await eventually(reach)
  assert.deepEqual({ ids: await ids(), tasks: namesOf(await running('j_web')) }, before)
  // Nor does it need to be told where: managers are remembered.
  await killDaemon(directoryOf('third'))
  const { code, text } = await kitd('third')
  assert.equal(code, null, text())
  await waitFor('third', 'Ready')
  assert.deepEqual(await ids(), before.ids)
})

test('a worker that is drained gives its tasks to others', async () => {
  assert.match(await cluster.kit('drain', 'node-2', '--timeout', '20s'), /now Drain/)
  await eventually(async () => {
    const placed = await running('j_web')
    assert.equal(placed.has('node-2'), false)
    assert.equal([...placed.values()].flat().length, 6)
  })
  await cluster.kit('activate', 'node-2')
})

test('a worker that dies is Down, its tasks move, and when it is removed and joins again it is a new node', async () => {
  await cluster.kit('cluster', 'update', 'default', '--heartbeatperiod', '1s')
  await cluster.kit('apply', '--timeout', '30s', '-f', cluster.file('j.yml', stack(8)))
  const before = await ids()
  await eventually(async () => assert.ok((await running('j_web')).has('third')))
  const lost = (await running('j_web')).get('third') ?? []
  assert.match(
    await cluster.fails(1, 'node', 'rm', 'third'),
    /is Ready: stop its daemon first, or remove it with force \(`kit node rm --force`\)/,
  )
  for (const pid of await programs('third')) kill(pid)
  for (const { status } of lost) if (status.pid !== undefined) kill(status.pid)
  await waitFor('third', 'Down')
  await eventually(async () =>
    assert.equal([...(await running('j_web'))].filter(([host]) => host !== 'third').flatMap(([, tasks]) => tasks).length, 8),
  )
  assert.match(await cluster.kit('node', 'rm', 'third'), /node\/\w+ deleted/)
  assert.equal((await nodes()).has('third'), false)

  // It was off when it was removed.
  const gone = await kitd('third')
  await gone.ended
  assert.match(
    gone.text(),
    /^kitd: this node was removed from the cluster .*delete \S+\/certificates, and start with --join-addr and --join-token/m,
  )
  const again = await kitd('third-again', '--join-addr', joinAddress(), '--join-token', await token(), '--hostname', 'third')
  assert.equal(again.code, null, again.text())
  await waitFor('third', 'Ready')
  assert.notEqual((await ids())['third'], before['third'])
})

test('a worker of kit up that was removed while it ran ends, and joins as a new node with the next kit up', async () => {
  const before = await ids()
  const pid = daemonOf(join(cluster.directory, 'node-3'))
  const old = (await running('j_web')).get('node-3') ?? []
  assert.ok(old.length > 0)
  await cluster.kit('node', 'rm', '--force', 'node-3')
  await eventually(() => assert.equal(isAlive(pid), false))
  for (const { status } of old) assert.equal(isAlive(status.pid ?? 0), false, 'it has stopped what it ran before it ended')
  const log = readFileSync(join(cluster.directory, 'node-3', 'kitd.log'), 'utf8')
  assert.match(log, /^kitd: this node was removed from the cluster .*To join again, as a new node/m)
  const { code, err } = await cluster.run(['up'])
  assert.equal(code, 0, err)
  assert.match(err, /node-3 was removed from the cluster \(as \w+\): it joins as a new node/)
  await waitFor('node-3', 'Ready')
  assert.notEqual((await ids())['node-3'], before['node-3'])
  await eventually(async () => assert.equal([...(await running('j_web')).values()].flat().length, 8))
})

test('kit down stops all of it, kit up brings it back, and more workers may follow', async () => {
  const before = await ids()
  const tasks = namesOf(await running('j_web'))
  assert.match(await cluster.kit('down'), /^Stopped node-1, node-2, node-3 and all tasks\.$/m)
  for (const name of ['node-1', 'node-2', 'node-3']) assert.deepEqual(await programs(name), [], name)
  assert.ok(tasks.length > 0)
  await cluster.kit('up', '--workers', '3')
  await waitFor('node-4', 'Ready')
  const { 'node-4': added, ...rest } = await ids()
  assert.ok(added !== undefined && existsSync(join(cluster.directory, 'node-4')))
  assert.deepEqual(rest, before)
  await cluster.kit('wait', 'service/j_web', '--timeout', '30s')
})
