// `kitd --standby` and what it is told: kit swarm init, join, leave, each also when the daemon dies in the middle.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually, isAlive, type Outcome, projectRoot } from './cluster.ts'
import { freeAddress, freePort } from './free-address.ts'

const cluster = new Cluster()
const children = new Map<string, ChildProcess>()
let port = 0

before(async () => {
  port = await freePort()
})
after(async () => {
  for (const name of children.keys()) await kit(name, 'swarm', 'leave', '--force').catch(() => undefined)
  for (const child of children.values()) child.kill('SIGKILL')
  await cluster.remove()
})

const directoryOf = (name: string): string => join(cluster.home, name)
const at = (name: string, path: string): string => join(directoryOf(name), path)

/** Starts the daemon and waits until it is ready. */
async function kitd(name: string, ...args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(
    join(projectRoot, 'bin/kitd'),
    ['-d', directoryOf(name), '--hostname', name, '--executor', 'process', '--publish-address', '127.0.0.1', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => (text += part))
  children.set(name, child)
  await eventually(() => assert.match(text, /^ready /m, `${name}: ${text}`))
  return child
}
const standBy = (name: string): Promise<ChildProcess> => kitd(name, '--standby')

/** Runs the command on that machine. */
const run = (name: string, ...args: readonly string[]): Promise<Outcome> => cluster.run(['--socket', at(name, 'kit.sock'), ...args])
async function kit(name: string, ...args: readonly string[]): Promise<string> {
  const { code, out, err } = await run(name, ...args)
  assert.equal(code, 0, `kit ${args.join(' ')} on ${name} ended with ${code}\n${out}${err}`)
  return out
}
async function fails(code: number, name: string, ...args: readonly string[]): Promise<string> {
  const outcome = await run(name, ...args)
  assert.equal(outcome.code, code, `kit ${args.join(' ')} on ${name} ended with ${outcome.code}\n${outcome.out}${outcome.err}`)
  return outcome.err
}

async function kill(name: string): Promise<void> {
  const child = children.get(name)
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

const initArgs = (): readonly string[] => ['swarm', 'init', '--advertise-addr', 'lo', '--listen-addr', `127.0.0.1:${port}`]
const joinArgs = async (role: 'worker' | 'manager' = 'worker'): Promise<readonly string[]> => {
  const token = await kit('first', 'swarm', 'join-token', role, '-q')
  return ['swarm', 'join', '--token', `@${cluster.file('token', token)}`, `127.0.0.1:${port}`]
}

interface NodeObject {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly availability: string }
  readonly status: {
    readonly state?: string
    readonly message?: string
    readonly description?: { readonly hostname: string }
    readonly manager?: { readonly member: string }
  }
}
interface TaskObject {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly desired: string; readonly nodeName?: string }
  readonly status: { readonly state: string; readonly pid?: number }
}

async function list<T>(kind: string, asked = 'first'): Promise<readonly T[]> {
  const { items }: { readonly items: readonly T[] } = JSON.parse(await kit(asked, 'get', kind, '-o', 'json'))
  return items
}
const nodes = async (hostname: string): Promise<readonly NodeObject[]> =>
  (await list<NodeObject>('nodes')).filter(({ status }) => status.description?.hostname === hostname)
const running = async (): Promise<readonly TaskObject[]> =>
  (await list<TaskObject>('tasks')).filter(({ spec, status }) => spec.desired === 'Running' && status.state === 'Running')

test('in no cluster, it says how to be in one', async () => {
  await standBy('first')
  await standBy('second')
  assert.equal(
    await fails(1, 'first', 'get', 'nodes'),
    'error: this node is in no cluster: `kit swarm init` founds one, `kit swarm join` makes it a worker of one\n',
  )
  assert.equal(await kit('first', 'swarm', 'leave'), 'This node is in no swarm.\n')
  for (const [args, code, why] of [
    [
      ['--advertise-addr', 'eth77'],
      2,
      /"eth77": it is neither an IP address nor an interface of this machine, which has lo \(127\.0\.0\.1\)/,
    ],
    [['--advertise-addr', '0.0.0.0'], 2, /others cannot reach that/],
    [['--advertise-addr', '127.0.0.1', '--cert-expiry', '5m'], 2, /must be at least 30m/],
    [['--max-snapshots', '3'], 2, /--max-snapshots: kit keeps what it needs/],
    [['--external-ca', 'protocol=cfssl,url=https://x'], 2, /--external-ca: say which root it signs with: cacert=FILE/],
    [['--data-path-addr', 'eth0'], 2, /--data-path-addr: networks do not reach/],
    [['--force-new-cluster'], 2, /start kitd once with --force-new-cluster/],
  ] as const)
    assert.match(await fails(code, 'first', 'swarm', 'init', ...args), why)
  const taken = createServer().listen(port, '127.0.0.1')
  await once(taken, 'listening')
  assert.match(
    await fails(1, 'first', ...initArgs()),
    /cannot listen for other nodes on 127\.0\.0\.1:\d+ .*choose another with --listen-addr/,
  )
  taken.close()
  await once(taken, 'close')
  assert.deepEqual(readdirSync(directoryOf('first')).toSorted(), ['kit.sock', 'lock'], 'nothing of it stays')
})

test('swarm init founds a cluster with its settings; again it changes nothing', async () => {
  const args = [
    ...initArgs(),
    '--task-history-limit',
    '3',
    '--dispatcher-heartbeat',
    '2s',
    '--cert-expiry',
    '720h',
    '--availability',
    'drain',
  ]
  const out = await kit('first', ...args)
  const token = /SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}/.exec(out)?.[0]
  const [, id = ''] = /\((\w{25})\)/.exec(out) ?? []
  assert.equal(
    out,
    `Swarm initialized: current node (${id}) is now a manager.

To add a worker to this swarm, run the following command:

    kit swarm join --token ${token} 127.0.0.1:${port}

where \`kitd --standby\` runs, or start its daemon as a worker:

    kitd -d DIRECTORY --join-addr 127.0.0.1:${port} --join-token ${token}

`,
  )
  const settings = await kit('first', 'cluster', 'inspect', 'default')
  for (const line of [/entries: 3$/m, /heartbeat period: 2s$/m, /Validity Duration: 720h0m0s$/m]) assert.match(settings, line)
  assert.deepEqual(
    (await nodes('first')).map(({ metadata, spec }) => [metadata.name, spec.availability]),
    [[id, 'Drain']],
  )
  assert.match(
    await kit('first', ...args),
    new RegExp(`^This swarm is there already: current node \\(${id}\\) is its manager\\.\n\nTo add a worker`),
  )
  assert.match(
    await fails(1, 'first', ...initArgs()),
    new RegExp(`this machine is a manager of a cluster already, as node ${id}: let it leave that first`),
  )
  assert.equal(await kit('first', 'swarm', 'update', '--task-history-limit', '5'), 'Swarm updated.\n')
  assert.match(await fails(2, 'first', 'swarm', 'update'), /nothing to change: /)
  await kit('first', 'node', 'activate', 'first')
})

test('swarm join makes a worker, with the token only', async () => {
  const address = `127.0.0.1:${port}`
  const token = (await kit('first', 'swarm', 'join-token', 'worker', '-q')).trim()
  for (const [given, code, why] of [
    ['nonsense', 2, /it does not begin with SWMTKN/],
    [`${token.slice(0, -3)}${token.endsWith('000') ? '111' : '000'}`, 1, /the join token is not valid/],
    ['@/nowhere', 2, /--token: cannot read it: ENOENT/],
  ] as const)
    assert.match(await fails(code, 'second', 'swarm', 'join', '--token', given, address), why)
  assert.match(await fails(2, 'second', 'swarm', 'join', address), /--token/)
  assert.equal(existsSync(at('second', 'membership.json')), false)

  assert.equal(await kit('second', ...(await joinArgs()), '--availability', 'pause'), 'This node joined a swarm as a worker.\n')
  assert.deepEqual(
    (await nodes('second')).map(({ spec, status }) => [status.state, spec.availability]),
    [['Ready', 'Pause']],
  )
  assert.equal(await kit('second', ...(await joinArgs())), 'This node is a worker of that swarm already.\n')
  assert.match(await fails(1, 'second', 'get', 'nodes'), /this node is a worker: ask a manager/)
  assert.match(await fails(1, 'second', ...initArgs()), /this machine is a worker of a cluster already/)
  await kit('first', 'node', 'activate', 'second')
})

test('both are what they were after their daemons were killed', async () => {
  await kit('first', 'service', 'create', '--name', 'web', '--replicas', '4', '--image', 'none', '--volume', 'data:/data', '--args', 'sh -c "date > $KIT_VOLUME_data/here; sleep 1000"', '--stop-grace-period', '1s', '--update-monitor', '100ms') // biome-ignore format: one command
  const look = async (): Promise<unknown> => ({
    nodes: (await list<NodeObject>('nodes')).map(({ metadata, status }) => [metadata.name, status.state]),
    tasks: (await running()).map(({ metadata, status }) => [metadata.name, status.pid]),
  })
  const earlier = await look()
  for (const name of ['first', 'second']) {
    await kill(name)
    await standBy(name)
  }
  await eventually(async () => assert.deepEqual(await look(), earlier))
})

test('swarm leave stops what runs there, tells the managers, and leaves nothing but the data of volumes', async () => {
  const [node] = await nodes('second')
  const own = (await running()).filter(({ spec }) => spec.nodeName === node?.metadata.name)
  assert.ok(own.length > 0)
  assert.equal(await kit('second', 'swarm', 'leave'), 'Node left the swarm.\n')
  for (const { status } of own) assert.equal(isAlive(status.pid ?? 0), false)
  await eventually(async () =>
    assert.deepEqual(
      (await nodes('second')).map(({ status }) => [status.state, status.message]),
      [['Down', 'it left the cluster']],
    ),
  )
  await eventually(async () => assert.equal((await running()).length, 4))
  assert.deepEqual(readdirSync(directoryOf('second')).toSorted(), ['kit.sock', 'lock', 'tasks'])
  assert.deepEqual(readdirSync(at('second', 'tasks')), ['volumes'])
  assert.match(readFileSync(at('second', 'tasks/volumes/data/here'), 'utf8'), /\d/)
  assert.match(await fails(1, 'second', 'get', 'nodes'), /this node is in no cluster/)
  await kit('first', 'node', 'rm', 'second')

  await kit('second', ...(await joinArgs()))
  const [again] = await nodes('second')
  assert.notEqual(again?.metadata.name, node?.metadata.name)
})

test('a node that was removed stops what it ran and says so, and leaves before it joins again', async () => {
  await kit('first', 'service', 'update', 'web', '--force')
  const [node] = await nodes('second')
  const own = (await running()).filter(({ spec }) => spec.nodeName === node?.metadata.name)
  assert.ok(own.length > 0)
  await kit('first', 'node', 'rm', '--force', 'second')
  await eventually(async () =>
    assert.match(await fails(1, 'second', 'get', 'nodes'), /this node was removed from its cluster .* is stopped. After `kit swarm leave`/),
  )
  for (const { status } of own) assert.equal(isAlive(status.pid ?? 0), false)
  assert.match(await fails(1, 'second', ...(await joinArgs())), /still part of a cluster already, as node \w+: let it leave that first/)
  assert.match(await kit('second', 'swarm', 'leave'), /Node left the swarm/)
})

/** Starts the command, and kills the daemon as soon as `isTime`; or lets both come to their end. */
async function killWhen(name: string, args: readonly string[], isTime: () => boolean): Promise<boolean> {
  const command = cluster.start(['--socket', at(name, 'kit.sock'), ...args])
  let isOver = false
  void command.ended.finally(() => (isOver = true))
  while (!isOver && !isTime()) await new Promise((resolve) => setImmediate(resolve))
  const wasKilled = !isOver
  await kill(name)
  await command.ended
  return wasKilled
}

test('join and leave of a daemon that is killed at any step can be told again', async () => {
  const join = await joinArgs()
  const steps: readonly (readonly [string, () => boolean])[] = [
    ['asked', () => existsSync(at('second', 'membership.json'))],
    ['key', () => existsSync(at('second', 'certificates/join-key.pem'))],
    ['certificate', () => existsSync(at('second', 'certificates/node.json'))],
    ['executor', () => existsSync(at('second', 'executor.json'))],
    ['session', () => existsSync(at('second', 'managers.json'))],
  ]
  const isGone = (path: string) => (): boolean => !existsSync(at('second', path))
  const isLeaving = (): boolean =>
    existsSync(at('second', 'membership.json')) && readFileSync(at('second', 'membership.json'), 'utf8').includes('Leaving')
  const ends: readonly (readonly [string, () => boolean])[] = [
    ['asked', isLeaving],
    ['certificates', isGone('certificates')],
    ['agent', isGone('agent')],
    ['executor', isGone('executor.json')],
    ['record', isGone('membership.json')],
  ]
  let killed = 0
  for (const [at, [step, isTime]] of steps.entries()) {
    killed += Number(await killWhen('second', join, isTime))
    await standBy('second')
    assert.match(await kit('second', ...join), /^This node (joined|is a worker)/, step)
    await eventually(async () =>
      assert.deepEqual(
        (await nodes('second')).map(({ status }) => status.state),
        ['Ready'],
        step,
      ),
    )
    await eventually(async () => assert.ok((await running()).length === 4))
    const [end, isDone] = ends[at] ?? assert.fail()
    killed += Number(await killWhen('second', ['swarm', 'leave'], isDone))
    await standBy('second')
    assert.match(await kit('second', 'swarm', 'leave'), /^(Node left|This node is in no) /, end)
    assert.deepEqual(readdirSync(directoryOf('second')).toSorted(), ['kit.sock', 'lock', 'tasks'], end)
    await eventually(async () =>
      assert.deepEqual(
        (await nodes('second')).map(({ status }) => status.state),
        ['Down'],
        end,
      ),
    )
    await kit('first', 'node', 'rm', 'second')
  }
  assert.ok(killed >= 5, `the daemon was killed ${killed} times only`)
})

test('the last manager is let go only with --force, when all is erased; init and leave may be killed at any step, too', async () => {
  const text = await fails(1, 'first', 'swarm', 'leave')
  assert.match(
    text,
    /this node is the last manager: when it leaves, the cluster is erased, with 1 service, the certificates of all nodes\. What runs here is stopped\. `kit swarm leave --force` does it/,
  )
  const pids = (await running()).map(({ status }) => status.pid ?? 0)
  assert.equal(await kit('first', 'swarm', 'leave', '--force'), 'Node left the swarm.\n')
  for (const pid of pids) assert.equal(isAlive(pid), false)
  const isThere = (path: string) => (): boolean => existsSync(at('first', path))
  const isGone = (path: string) => (): boolean => !existsSync(at('first', path))
  const init = [...initArgs(), '--task-history-limit', '2']
  let killed = 0
  for (const [appears, goes] of [
    ['membership.json', 'certificates'],
    ['node.json', 'raft'],
    ['raft', 'executor.json'],
    ['executor.json', 'node.json'],
    ['certificates/node.json', 'membership.json'],
  ] as const) {
    killed += Number(await killWhen('first', init, isThere(appears)))
    await standBy('first')
    assert.match(await kit('first', ...init), /is (now a|its) manager\.\n\nTo add a worker/, appears)
    assert.match(await kit('first', 'cluster', 'inspect', 'default'), /entries: 2$/m, appears)
    await eventually(async () =>
      assert.deepEqual(
        (await nodes('first')).map(({ status }) => status.state),
        ['Ready'],
        appears,
      ),
    )
    killed += Number(await killWhen('first', ['swarm', 'leave', '--force'], isGone(goes)))
    await standBy('first')
    assert.match(await kit('first', 'swarm', 'leave', '--force'), /^(Node left|This node is in no) /, goes)
    assert.deepEqual(readdirSync(directoryOf('first')).toSorted(), ['kit.sock', 'lock', 'tasks'], goes)
  }
  assert.ok(killed >= 5, `the daemon was killed ${killed} times only`)
})

test('a worker that cannot start stands by, says why, and may join again as the same node, or leave', async () => {
  await kit('first', ...initArgs())
  await kit('second', ...(await joinArgs()))
  const [node] = await nodes('second')
  const isLost = async (): Promise<void> => {
    await kill('second')
    for (const file of ['managers.json', 'membership.json']) rmSync(at('second', file))
    await standBy('second')
    const why =
      /this worker cannot start \(.* does not say where the managers of this node are.*`kit swarm join` it again, or let it `kit swarm leave`/
    assert.match(await fails(1, 'second', 'get', 'nodes'), why)
  }
  await isLost()
  assert.equal(await kit('second', ...(await joinArgs())), 'This node joined a swarm as a worker.\n')
  assert.deepEqual(
    (await nodes('second')).map(({ metadata }) => metadata.name),
    [node?.metadata.name],
  )
  await isLost()
  const { out, err } = await run('second', 'swarm', 'leave')
  assert.equal(out, 'Node left the swarm.\n')
  assert.match(err, /no manager could be told: there the node is Down after a while/)
})

test('a daemon without --standby refuses all of it, with what to do', async () => {
  await kitd('plain', '--listen-remote-api', '127.0.0.1:0')
  for (const verb of [['init'], ['join', '--token', 'x', 'y'], ['leave', '--force']])
    assert.match(
      await fails(1, 'plain', 'swarm', ...verb),
      /this kitd was started without --standby, so its flags say where it belongs, and it is a manager: /,
    )
  await kill('plain')
  const child = await kitd('plain', '--standby')
  assert.match(await kit('plain', 'swarm', 'leave', '--force'), /Node left/)
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  assert.deepEqual(await ended, [0, null])
})

test('a locked manager that stands by takes its key, or leaves with --force when that is lost', async () => {
  await kit('first', 'swarm', 'leave', '--force')
  const [key = ''] = /SWMKEY-1-[\w+/]{43}/.exec(await kit('first', ...initArgs(), '--autolock')) ?? []
  const restart = async (): Promise<void> => {
    await kill('first')
    await standBy('first')
    assert.match(await fails(1, 'first', 'get', 'nodes'), /this manager is locked/)
  }
  await restart()
  assert.match(await fails(1, 'first', ...initArgs()), /is a manager of a cluster already/)
  assert.match(await fails(1, 'first', 'swarm', 'leave'), /If the key is lost, `kit swarm leave --force` erases what is here/)
  assert.equal((await cluster.run(['--socket', at('first', 'kit.sock'), 'swarm', 'unlock'], key)).code, 0)
  assert.equal((await nodes('first')).length, 1)
  await restart()
  assert.equal(await kit('first', 'swarm', 'leave', '--force'), 'Node left the swarm.\n')
  assert.deepEqual(readdirSync(directoryOf('first')).toSorted(), ['kit.sock', 'lock', 'tasks'])
})

test('a manager among others leaves by force only, and is told before and after what that means', async () => {
  await standBy('third')
  await kit('first', ...initArgs())
  const join = await joinArgs('manager')
  for (const name of ['second', 'third'])
    assert.equal(
      await kit(name, ...join, '--advertise-addr', 'lo', '--listen-addr', await freeAddress()),
      'This node joined a swarm as a manager.\n',
    )
  const members = async (asked: string): Promise<readonly (readonly [host: string | undefined, member: string])[]> =>
    (await list<NodeObject>('nodes', asked)).flatMap(({ status: { description, manager } }) =>
      manager === undefined ? [] : [[description?.hostname, manager.member] as const],
    )
  const areVoters = (asked: string, count: number): Promise<void> =>
    eventually(async () => assert.equal((await members(asked)).filter(([, member]) => member !== 'Learner').length, count))
  await areVoters('second', 3)
  const [node] = await nodes('first')
  const id = node?.metadata.name ?? ''
  assert.match(await fails(1, 'first', 'swarm', 'leave'), new RegExp(`one of 3 managers: \`kit node demote ${id}\` first`))
  const { code, out, err } = await run('first', 'swarm', 'leave', '--force')
  assert.deepEqual([code, out], [0, 'Node left the swarm.\n'])
  assert.match(err, new RegExp(`the other managers count node ${id} as .*: \`kit node demote ${id}\` and \`kit node rm ${id}\` there`))
  await eventually(async () => assert.ok((await members('second')).some(([host, member]) => host !== 'first' && member === 'Leader')))
  await kit('second', 'node', 'demote', id)
  await areVoters('second', 2)
  await eventually(() => kit('second', 'node', 'rm', id))

  const own =
    (await list<NodeObject>('nodes', 'third')).find(({ status }) => status.description?.hostname === 'second')?.metadata.name ?? ''
  assert.match(
    await fails(1, 'second', 'swarm', 'leave'),
    /one of 2 managers, of which 2 must answer: .* the cluster could not change anything/,
  )
  await kit('third', 'node', 'demote', own)
  await eventually(async () => assert.equal(await kit('second', 'swarm', 'leave'), 'Node left the swarm.\n'))
  assert.match(await fails(1, 'third', 'swarm', 'leave'), /this node is the last manager/)
})
