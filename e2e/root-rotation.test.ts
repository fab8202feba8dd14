// Another root for all certificates, on a manager and workers on loopback addresses: what runs and what is connected
// goes on, whoever is away is waited for, and who joins does so with the token of the root that there is.

import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually, isAlive, projectRoot, type Running } from './cluster.ts'
import { freeAddress } from './free-address.ts'

const cluster = new Cluster()
const children: ChildProcess[] = []
const watchers: Running[] = []

before(() => cluster.kit('up', '--workers', '2'))
after(async () => {
  await Promise.all(watchers.map((watcher) => watcher.kill()))
  const tasks = await cluster.tasks('r_web').catch(() => [])
  for (const child of children) child.kill('SIGKILL')
  for (const { status } of tasks) if (status.pid !== undefined && isAlive(status.pid)) process.kill(status.pid, 'SIGKILL') // What ran on those.
  await cluster.remove()
})

interface NodeObject {
  readonly metadata: { readonly name: string }
  readonly status: { readonly state: string; readonly description?: { readonly hostname: string; readonly issuer?: string } }
}
interface ClusterObject {
  readonly spec: { readonly ca?: { readonly rotateRoot?: number } }
  readonly status: {
    readonly ca: { readonly certificate: string; readonly rotation?: { readonly updated: number; readonly total: number } }
    readonly joinTokens: { readonly worker: string; readonly manager: string }
  }
}

const present = (): Promise<ClusterObject> => cluster.json<ClusterObject>('cluster', 'default')
const nodes = async (): Promise<readonly NodeObject[]> => (await cluster.json<{ readonly items: readonly NodeObject[] }>('nodes')).items
const directoryOf = (name: string): string => (name.startsWith('node-') ? join(cluster.directory, name) : join(cluster.home, name))
const daemonOf = (name: string): number => Number(JSON.parse(readFileSync(join(directoryOf(name), 'lock'), 'utf8')).pid)
const trusted = (name: string): string => JSON.parse(readFileSync(join(directoryOf(name), 'certificates/node.json'), 'utf8')).issued.root

async function waitFor(host: string, state: string): Promise<void> {
  await eventually(async () => {
    const found = (await nodes()).find(({ status }) => status.description?.hostname === host)
    assert.equal(found?.status.state, state, host)
  })
}

async function killDaemon(name: string): Promise<void> {
  const pid = daemonOf(name)
  process.kill(pid, 'SIGKILL')
  await eventually(() => assert.equal(isAlive(pid), false))
}

/** `kitd` by hand, until it is ready or has ended. */
async function kitd(name: string, ...args: readonly string[]): Promise<{ readonly code: number | null; readonly text: string }> {
  const child = spawn(
    join(projectRoot, 'bin/kitd'),
    ['-d', directoryOf(name), '--hostname', name, '--executor', 'process', '--publish-address', '127.0.0.1', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  children.push(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => (text += part))
  await Promise.race([once(child, 'close'), eventually(() => assert.match(text, /^ready /m))])
  return { code: /^ready /m.test(text) ? null : child.exitCode, text }
}

function joinFlags(token: string): readonly string[] {
  const plan: { readonly nodes: readonly { readonly address: string; readonly port?: number }[] } = JSON.parse(
    readFileSync(join(cluster.directory, 'cluster.json'), 'utf8'),
  )
  return ['--join-addr', `${plan.nodes[0]?.address}:${plan.nodes[0]?.port}`, '--join-token', token]
}

function watch(...args: readonly string[]): Running {
  const running = cluster.start(args)
  watchers.push(running)
  return running
}

/** A root of the operator's own, with its key, as files. */
function ownRoot(name: string, days = 3650): { readonly certificate: string; readonly key: string; readonly pem: string } {
  const [certificate, key] = [cluster.file(`${name}.pem`, ''), cluster.file(`${name}-key.pem`, '')]
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384', '-nodes', '-sha256', '-days', `${days}`]
  execFileSync('openssl', [...args, '-subj', `/O=Example/CN=${name}`, '-out', certificate, '-keyout', key], { stdio: 'ignore' })
  return { certificate, key, pem: readFileSync(certificate, 'utf8') }
}

const script = 'trap "exit 0" TERM; while :; do echo tick; sleep 0.2; done'
const stack = `
name: r
services:
  web:
    image: none
    command: [sh, -c, '${script}']
    deploy: { replicas: 3, update_config: { monitor: 100ms } }
`

async function pids(): Promise<readonly string[]> {
  const tasks = await cluster.tasks('r_web')
  return tasks.map(({ metadata, status }) => `${metadata.name} ${status.pid}`)
}

const sessions = (name: string): number =>
  readFileSync(join(directoryOf(name), 'kitd.log'), 'utf8').match(/session with a manager ended/g)?.length ?? 0

test('a rotation gives every node a certificate of a new root; tasks, sessions, logs and commands go on', async () => {
  await cluster.kit('apply', '--timeout', '30s', '-f', cluster.file('r.yml', stack))
  const [before, tasks] = [await present(), await pids()]
  const old = await nodes()
  const logs = ['node-1', 'node-2', 'node-3'].map(sessions)
  const [task = ''] = tasks[0]?.split(' ') ?? []
  const open = [watch('logs', '-f', 'service/r_web'), watch('exec', task, '--', 'sh', '-c', script), watch('get', 'nodes', '-w')]
  for (const each of open) await eventually(() => assert.notEqual(each.text(), ''))

  const { code, out, err } = await cluster.run(['swarm', 'ca', '--rotate'])
  assert.equal(code, 0, err)
  assert.match(err, /^\d\d:\d\d \d of 3 nodes have a certificate of the new root; waiting for .*node-/m)
  assert.match(err, /Every node has a certificate of the new root. Join tokens are new, too\. Back up again \(`kit cluster backup FILE`\)/m)
  const after = await present()
  assert.equal(out, after.status.ca.certificate)
  assert.notEqual(out, before.status.ca.certificate)
  assert.equal(after.status.ca.rotation, undefined)
  for (const role of ['worker', 'manager'] as const) assert.notEqual(after.status.joinTokens[role], before.status.joinTokens[role])
  const issuers = new Set((await nodes()).map(({ status }) => status.description?.issuer))
  assert.equal(issuers.size, 1)
  assert.ok(!issuers.has(old[0]?.status.description?.issuer))
  for (const name of ['node-1', 'node-2', 'node-3']) await eventually(() => assert.equal(trusted(name), out, name))

  assert.deepEqual(await pids(), tasks)
  const printed = open.map((each) => each.text().length)
  for (const [at, each] of open.slice(0, 2).entries()) await eventually(() => assert.ok(each.text().length > (printed[at] ?? 0)))
  for (const each of open) assert.equal(await Promise.race([each.ended, Promise.resolve('goes on')]), 'goes on')
  assert.deepEqual(['node-1', 'node-2', 'node-3'].map(sessions), logs, 'no session has ended')

  const late = await kitd('late', ...joinFlags(before.status.joinTokens.worker))
  assert.equal(late.code, 1)
  assert.match(late.text, /the join token is of another cluster than the one that answers, or of an earlier root of it/)
  const third = await kitd('third', ...joinFlags(after.status.joinTokens.worker))
  assert.equal(third.code, null, third.text)
  await waitFor('third', 'Ready')
})

test('a worker that is away is named and waited for; who joins meanwhile is fine, and restarts do no harm', async () => {
  const { status } = await present()
  await cluster.kit('cluster', 'update', 'default', '--heartbeatperiod', '1s') // So that who is away is Down soon.
  await killDaemon('node-3')
  await waitFor('node-3', 'Down')
  const rotation = watch('swarm', 'ca', '--rotate')
  await eventually(() =>
    assert.match(
      rotation.text(),
      /3 of 4 nodes have a certificate of the new root; waiting for node-3 \(Down\); start what is down, or remove it/,
    ),
  )
  const shown = await cluster.run(['swarm', 'ca'])
  assert.equal(shown.out, status.ca.certificate, 'it still is the root')
  assert.match(shown.err, /The root is being replaced: 3 of 4 nodes .*node-3 \(Down\)/)
  assert.match(await cluster.kit('cluster', 'inspect', 'default'), /Root Rotation: 3 of 4 nodes/)
  const joined = await kitd('fourth', ...joinFlags(status.joinTokens.worker))
  assert.equal(joined.code, null, joined.text)
  await waitFor('fourth', 'Ready')

  for (const name of ['node-2', 'node-1']) await killDaemon(name)
  // Both come back with what is on their disks, and so does node-3, with a certificate and a root of before.
  await cluster.kit('up')
  for (const name of ['node-1', 'node-2', 'node-3', 'third', 'fourth']) await waitFor(name, 'Ready')
  const { code, err } = await rotation.ended // It has waited for the manager, too.
  assert.equal(code, 0, err)
  assert.equal((await present()).status.ca.rotation, undefined)
  const root = (await present()).status.ca.certificate
  assert.notEqual(root, status.ca.certificate)
  for (const name of ['node-1', 'node-2', 'node-3', 'third', 'fourth']) await eventually(() => assert.equal(trusted(name), root, name))
})

test('a root of the operator takes the place of a rotation that is under way; a node that is removed is forgotten', async () => {
  const own = ownRoot('own')
  await killDaemon('fourth')
  await waitFor('fourth', 'Down')
  const first = watch('swarm', 'ca', '--rotate')
  await eventually(() => assert.match(first.text(), /4 of 5 nodes .* waiting for fourth \(Down\)/))
  const second = watch('swarm', 'ca', '--rotate', '--ca-cert', own.certificate, '--ca-key', own.key, '--cert-expiry', '48h')
  assert.match((await first.ended).err, /somebody else has asked for another root meanwhile/)
  await eventually(() => assert.match(second.text(), /4 of 5 nodes .* waiting for fourth \(Down\)/))
  await cluster.kit('node', 'rm', 'fourth')
  const { code, out, err } = await second.ended
  assert.equal(code, 0, err)
  assert.equal(out, own.pem)
  const again = await cluster.run(['swarm', 'ca', '--rotate', '--ca-cert', own.certificate, '--ca-key', own.key])
  assert.equal(again.code, 0, again.err)
  assert.match(again.err, /That is the root already/)
  const { notAfter } = (await cluster.json<{ readonly status: { readonly certificate: { readonly notAfter: number } } }>('nodes', 'third')).status.certificate // biome-ignore format: one idea
  assert.ok(notAfter < Date.now() + 49 * 3_600_000)

  const secret = readFileSync(own.key, 'utf8').split('\n')[1] ?? ''
  assert.ok(secret.length > 40)
  const logs = ['node-1', 'node-2', 'node-3'].map((name) => readFileSync(join(directoryOf(name), 'kitd.log'), 'utf8'))
  const said = [await cluster.kit('get', 'cluster', 'default', '-o', 'yaml'), await cluster.kit('get', 'cluster', '-o', 'json'), ...logs]
  for (const text of said) assert.ok(!text.includes(secret) && !text.includes('PRIVATE KEY'))
})

test('a root that cannot be used is refused with its fault, and the cluster keeps what it has', async () => {
  const before = await present()
  const [own, short, other] = [ownRoot('one'), ownRoot('short', 30), ownRoot('other')]
  const rotate = ['swarm', 'ca', '--rotate']
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[...rotate, '--ca-cert', own.certificate], /a root of your own is a certificate and its key: give --ca-cert and --ca-key/],
    [['swarm', 'ca', '--ca-cert', own.certificate], /--ca-cert is for a new root: write --rotate, too/],
    [
      [...rotate, '--ca-cert', own.certificate, '--ca-key', other.key],
      /spec.ca.root: the certificate of the root does not belong to the key/,
    ],
    [[...rotate, '--ca-cert', short.certificate, '--ca-key', short.key], /it must last one year from now at least/],
    [[...rotate, '--ca-cert', own.key, '--ca-key', own.key], /must hold one certificate, and holds 0/],
    [[...rotate, '--ca-cert', own.certificate, '--ca-key', own.certificate], /the key of the root cannot be read/],
    [[...rotate, '--ca-cert', cluster.home, '--ca-key', own.key], /is a directory/],
    [[...rotate, '--ca-cert', join(cluster.home, 'nowhere'), '--ca-key', own.key], /there is no file/],
  ]
  for (const [args, why] of cases) {
    const { code, err } = await cluster.run(args)
    assert.equal(code, 2, err)
    assert.match(err, why)
    assert.doesNotMatch(err, /PRIVATE KEY/)
  }
  const after = await present()
  assert.deepEqual([after.spec, after.status.ca], [before.spec, before.status.ca])
})

test('a manager may found its cluster with a root of the operator, and with no other later', async () => {
  const [own, other] = [ownRoot('founder'), ownRoot('late-root')]
  const listen = ['--listen-remote-api', await freeAddress()]
  const flags = (root: typeof own): readonly string[] => ['--ca-cert', root.certificate, '--ca-key', root.key]
  const wrong = await kitd('own', ...listen, '--ca-cert', own.certificate, '--ca-key', other.key)
  assert.equal(wrong.code, 1)
  assert.match(wrong.text, /^kitd: the certificate of the root does not belong to the key/m)
  assert.equal(readdirSync(cluster.home).includes('own'), false, 'nothing was begun')
  const founded = await kitd('own', ...listen, ...flags(own))
  assert.equal(founded.code, null, founded.text)
  const socket = join(directoryOf('own'), 'kit.sock')
  await eventually(async () => assert.equal(await cluster.kit('--socket', socket, 'swarm', 'ca'), own.pem))
  await killDaemon('own')
  const refused = await kitd('own', ...listen, ...flags(other))
  assert.equal(refused.code, 1)
  assert.match(
    refused.text,
    /holds a cluster that has another root: start without --ca-cert and --ca-key, and change the root with 'kit swarm ca --rotate/,
  )
  const again = await kitd('own', ...listen, ...flags(own))
  assert.equal(again.code, null, again.text)
  const joining = await kitd('joins', ...flags(own), ...joinFlags('SWMTKN-1-x'))
  assert.match(joining.text, /--ca-cert and --ca-key are for the node that founds a cluster/)
})

test('users of other machines are named when the root is another, and a new certificate lets them in again', async () => {
  const [listen, api] = [await freeAddress(), await freeAddress()]
  const manager = await kitd('api', '--listen-remote-api', listen, '--listen-api', api)
  assert.equal(manager.code, null, manager.text)
  const socket = join(directoryOf('api'), 'kit.sock')
  const environment = { ...process.env, KIT_CONFIG: join(cluster.home, 'config.yaml'), KIT_SOCKET: undefined }
  const kit = (...args: readonly string[]): string =>
    execFileSync(join(projectRoot, 'bin/kit'), args, { cwd: cluster.home, env: environment, encoding: 'utf8', stdio: 'pipe' })
  await eventually(() => kit('--socket', socket, 'swarm', 'user', 'add', 'ann', '--role', 'viewer', '--file', 'ann.yaml'))
  kit('ctx', 'add', 'ann.yaml', '--name', 'before')
  assert.match(kit('--context', 'before', 'get', 'nodes'), /Ready/)
  const { code, err } = await cluster.run(['--socket', socket, 'swarm', 'ca', '--rotate'])
  assert.equal(code, 0, err)
  assert.match(err, /Users of other machines need new certificates \(`kit swarm user renew NAME`\): ann/)
  await eventually(() =>
    assert.throws(
      () => kit('--context', 'before', 'get', 'nodes'),
      /not signed by the root of this cluster|not a manager of this context's cluster/,
    ),
  )
  kit('--socket', socket, 'swarm', 'user', 'renew', 'ann', '--file', 'new.yaml')
  kit('ctx', 'add', 'new.yaml', '--name', 'after')
  assert.match(kit('--context', 'after', 'get', 'nodes'), /Ready/)
})
