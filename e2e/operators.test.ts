// People on other machines: a manager that serves its API on an address of its own, users with certificates, contexts, and
// what each of them may do. Their machines are directories here: each has a file of contexts of its own.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { eventually, isAlive, type Outcome, projectRoot } from './cluster.ts'
import { freeAddress } from './free-address.ts'

const home = mkdtempSync(join(tmpdir(), 'kit-operators-'))
const state = join(home, 'm')
const socket = join(state, 'kit.sock')
const running = new Set<ChildProcess>()
const host = process.platform === 'linux' ? '127.0.0.23' : '127.0.0.1'
let api = ''
let remote = ''
let daemon: ChildProcess | undefined
let log = ''

async function start(): Promise<void> {
  const args = ['-d', state, '--hostname', 'm', '--executor', 'process', '--publish-address', '127.0.0.1']
  const listen = ['--listen-remote-api', remote, '--listen-api', api]
  const child = spawn(join(projectRoot, 'bin/kitd'), [...args, ...listen], { stdio: ['ignore', 'pipe', 'pipe'] })
  daemon = child
  running.add(child)
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (log += text))
  await eventually(() => assert.match(log, /"Listening for users"/))
}

async function stop(): Promise<void> {
  if (daemon === undefined || daemon.exitCode !== null) return
  const ended = once(daemon, 'exit')
  daemon.kill('SIGTERM')
  await ended
}

before(async () => {
  api = await freeAddress(host)
  remote = await freeAddress(host)
  await start()
})
after(async () => {
  await local('delete', 'stack/s').catch(() => undefined)
  for (const child of running) child.kill('SIGKILL')
  rmSync(home, { recursive: true, force: true })
})

interface Command extends Outcome {
  readonly child: ChildProcess
}

function spawnKit(
  args: readonly string[],
  config: string,
  input = '',
): { child: ChildProcess; text: () => string; ended: Promise<Command> } {
  const env = { ...process.env, CI: 'true', KIT_SOCKET: undefined, SWARM_SOCKET: undefined, KIT_CONTEXT: undefined, KIT_CONFIG: config }
  const child = spawn(join(projectRoot, 'bin/kit'), args, { cwd: home, env, stdio: ['pipe', 'pipe', 'pipe'] })
  running.add(child)
  const printed = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.err += text))
  child.stdin.on('error', () => {}).end(input)
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child)
    return { code, ...printed, child }
  })
  return { child, text: () => printed.out + printed.err, ended }
}

/** On the manager itself. */
async function local(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await spawnKit(['--socket', socket, ...args], join(home, 'none.yaml')).ended
  assert.equal(code, 0, `kit ${args.join(' ')} ended with ${code}\n${out}${err}`)
  return out
}

const configOf = (who: string): string => join(home, who, '.kit', 'config.yaml')
const run = (who: string, args: readonly string[], input = ''): Promise<Command> => spawnKit(args, configOf(who), input).ended

/** On the machine of that person, whose current context it is. */
async function kit(who: string, ...args: readonly string[]): Promise<string> {
  const { code, out, err } = await run(who, args)
  assert.equal(code, 0, `kit ${args.join(' ')} of ${who} ended with ${code}\n${out}${err}`)
  return out
}

async function fails(who: string, code: number, ...args: readonly string[]): Promise<string> {
  const outcome = await run(who, args)
  assert.equal(outcome.code, code, `kit ${args.join(' ')} of ${who}: ${outcome.out}${outcome.err}`)
  return outcome.err
}

/** Made on the manager, carried to the machine of the person, taken there. */
async function welcome(name: string, role: string, ...more: readonly string[]): Promise<void> {
  await local('swarm', 'user', 'add', name, '--role', role, ...more)
  assert.match(await kit(name, 'ctx', 'add', `kit-${name}.yaml`), new RegExp(`context "${name}" added`))
}

const loop = 'trap "exit 0" TERM; while :; do sleep 0.1; done'
const stack = `services: {web: {image: none, command: [sh, -c, '${loop}'], stop_grace_period: 1s, deploy: {replicas: 1, update_config: {monitor: 100ms}}}}`

async function task(who: string): Promise<string> {
  return (await kit(who, 'get', 'tasks', '--field-selector', 'spec.service=s_web', '-o', 'jsonpath={.items[0].metadata.name}')).trim()
}

test('a user is made on the manager, and reads the cluster from another machine; the key is in no file and no answer of the manager', async () => {
  writeFileSync(join(home, 's.yml'), stack)
  await local('apply', '-f', 's.yml')
  await welcome('vera', 'viewer', '--expiry', '2d')
  assert.match(await kit('vera', 'get', 'services'), /s_web/)
  assert.match(await kit('vera', 'whoami'), /^vera \(viewer\) vera$/m)
  assert.match(await kit('vera', 'ctx'), new RegExp(`\\* +vera +vera +${api}`))
  const file = readFileSync(join(home, 'kit-vera.yaml'), 'utf8')
  const [, key = ''] = /BEGIN PRIVATE KEY-----\s+(\S{20})/.exec(file) ?? []
  assert.notEqual(key, '')
  assert.ok(!(await local('get', 'users', '-o', 'json')).includes(key))
  assert.ok(!log.includes(key))
  for (const path of ['kit-vera.yaml', join('vera', '.kit', 'config.yaml')]) assert.equal(statSync(join(home, path)).mode & 0o777, 0o600)
  assert.equal(statSync(join(home, 'vera', '.kit')).mode & 0o777, 0o700)
  const users = await local('swarm', 'user', 'ls')
  assert.match(users, /vera +viewer +\d{4}-/)
})

test('a viewer reads, logs included, and changes nothing, runs nothing, and sees no token', async () => {
  const name = await task('vera')
  await kit('vera', 'logs', `task/${name}`)
  await kit('vera', 'describe', 'service/s_web')
  await kit('vera', 'events')
  for (const args of [
    ['delete', 'service/s_web'],
    ['scale', 's_web=3'],
    ['apply', '-f', 's.yml'],
    ['drain', 'm'],
    ['swarm', 'user', 'rm', 'vera'],
    ['secret', 'create', 'x', 's.yml'],
  ])
    assert.match(await fails('vera', 6, ...args), /is forbidden: User "vera" cannot .*takes role .*vera has role viewer/s)
  assert.match(await fails('vera', 6, 'exec', name, '--', 'true'), /cannot create resource "tasks\/exec"/)
  assert.doesNotMatch(await kit('vera', 'get', 'cluster', 'default', '-o', 'yaml'), /SWMTKN|joinTokens/)
  assert.match(await fails('vera', 1, 'swarm', 'join-token', 'worker'), /shown to admins only/)
  assert.match(await local('swarm', 'join-token', 'worker'), /SWMTKN/)
})

test('an operator changes what runs and runs commands, and touches neither users nor the cluster', async () => {
  await welcome('otto', 'operator')
  await kit('otto', 'scale', 's_web=2')
  const name = await task('otto')
  assert.equal(await kit('otto', 'exec', name, '--', 'echo', 'from afar'), 'from afar\n')
  const { out, code } = await run('otto', ['exec', '-i', name, '--', 'sh', '-c', 'wc -c; exit 7'], 'x'.repeat(300_000))
  assert.deepEqual([out.trim(), code], ['300000', 7])
  await kit('otto', 'label', 'node', 'm', 'disk=ssd')
  for (const args of [
    ['swarm', 'user', 'add', 'eve', '--role', 'admin'],
    ['cluster', 'update', 'default', '--taskhistory', '3'],
    ['node', 'rm', '--force', 'm'],
  ])
    assert.match(await fails('otto', 6, ...args), /takes role admin, and otto has role operator/)
  assert.equal(existsSync(join(home, 'kit-eve.yaml')), false)
})

test('an admin of another machine makes users, and a role that is changed counts at once', async () => {
  await welcome('ada', 'admin')
  await kit('ada', 'swarm', 'user', 'add', 'ben', '--role', 'viewer')
  await kit('ben', 'ctx', 'add', 'kit-ben.yaml')
  await fails('ben', 6, 'scale', 's_web=1')
  await kit('ada', 'swarm', 'user', 'renew', 'ben', '--role', 'operator', '--file', 'kit-ben-2.yaml')
  assert.match(await fails('ada', 2, 'swarm', 'user', 'renew', 'ada'), /"ada" is who you are here: another admin renews it/)
  assert.match(await fails('ben', 1, 'get', 'services'), /not the one that user "ben" was given last.*kit swarm user/s)
  await kit('ben', 'ctx', 'add', 'kit-ben-2.yaml')
  await kit('ben', 'scale', 's_web=1')
  assert.match(await fails('ada', 1, 'swarm', 'user', 'add', 'ben', '--role', 'viewer', '--file', 'again.yaml'), /kit swarm user renew ben/)
})

test('a user who is removed is refused from the next request on, and loses the watches and commands that are open', async () => {
  const name = await task('ben')
  const watch = spawnKit(['get', 'services', '-w'], configOf('ben'))
  const command = spawnKit(['exec', name, '--', 'sh', '-c', 'echo begun $$; sleep 1000'], configOf('ben'))
  await eventually(() => assert.match(watch.text(), /s_web/))
  const pid = await eventually(() => Number(/begun (\d+)/.exec(command.text())?.[1] ?? assert.fail(command.text())))
  const stays = spawnKit(['get', 'services', '-w'], configOf('vera'))
  await eventually(() => assert.match(stays.text(), /s_web/))
  await kit('ada', 'swarm', 'user', 'rm', 'ben')
  assert.match(await fails('ben', 1, 'get', 'services'), /user "ben" was removed from the cluster/)
  const ended = await watch.ended
  assert.equal(ended.code, 1)
  assert.match(ended.err, /user "ben" was removed from the cluster/)
  assert.notEqual((await command.ended).code, 0)
  await eventually(() => assert.equal(isAlive(pid), false))
  assert.equal(stays.child.exitCode, null)
  stays.child.kill('SIGINT')
  await stays.ended
})

test('contexts: one is switched to, chosen for one command, renamed, removed; and what is wrong with them is said', async () => {
  const both = configOf('two')
  const two = (...args: readonly string[]) => kit('two', ...args)
  await two('ctx', 'add', 'kit-vera.yaml')
  await two('ctx', 'add', 'kit-ada.yaml', '--name', 'prod')
  assert.match(await two('whoami'), /^vera /)
  assert.match(await two('--context', 'prod', 'whoami'), /^ada \(admin\) prod$/m)
  assert.equal(await two('ctx', 'prod'), 'prod\n')
  assert.match(await two('whoami'), /^ada /)
  assert.match(await two('--context', 'vera', 'whoami'), /^vera /)
  assert.match(await two('--socket', socket, 'whoami'), /^admin@socket \(admin\) /)
  assert.match(await fails('two', 2, '--context', 'prod', '--socket', socket, 'whoami'), /give one of them/)
  assert.match(await fails('two', 2, 'swarm', 'leave'), /is about this machine, and commands are for context "prod" now/)
  assert.match(await fails('two', 2, 'ctx', 'prot'), /there is no context "prot"; did you mean "prod"\?/)
  assert.match(await fails('two', 2, 'ctx', 'add', 'kit-vera.yaml', '--name', 'prod'), /of another cluster or user/)
  assert.match(await fails('two', 2, 'ctx', 'add', 's.yml'), /holds no context/)
  assert.equal((await two('ctx', '-q')).trim(), 'local\nprod\nvera')
  const kubeconfig = await two('ctx', 'kubeconfig')
  assert.match(kubeconfig, new RegExp(`server: https://${api}`))
  assert.match(kubeconfig, /tls-server-name: swarm-manager/)
  await two('ctx', 'rm', 'prod')
  assert.match(await fails('two', 2, '--context', 'prod', 'whoami'), /there is no context "prod"/)
  assert.doesNotMatch(readFileSync(both, 'utf8'), /ada/)

  mkdirSync(join(home, 'broken', '.kit'), { recursive: true })
  const secret = 'MIGHAgEAMBMGByqGSM49'
  for (const text of [`contexts: {a: {key: ${secret}`, `contexts: {a: {servers: [x], key: ${secret}}}`, `contexts: ${secret}`]) {
    writeFileSync(configOf('broken'), text)
    const said = await fails('broken', 2, 'get', 'services')
    assert.match(said, /config\.yaml: /)
    assert.ok(!said.includes(secret))
  }
})

/** Undefined where there is none, after one line that says so. */
async function findKubectl(): Promise<((...args: readonly string[]) => Promise<{ code: number | null; text: string }>) | undefined> {
  const run = async (...args: readonly string[]): Promise<{ code: number | null; text: string }> => {
    const child = spawn('kubectl', ['--cache-dir', join(home, 'kube-cache'), ...args], { cwd: home, stdio: ['ignore', 'pipe', 'pipe'] })
    running.add(child)
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => (text += part))
    const [code] = await once(child, 'close')
    return { code, text }
  }
  const found = await run('version', '--client').catch((error: Error) => ({ code: 1, text: error.message }))
  if (found.code === 0) return run
  if ((process.env['KIT_REQUIRE'] ?? '').split(',').includes('kubectl')) throw new Error(`KIT_REQUIRE names kubectl, and: ${found.text}`)
  console.log(`skipped: kubectl over --listen-api, because it does not run (${found.text.trim()}). Install it to have that tried`)
  return undefined
}

test('unmodified kubectl goes by what kit ctx kubeconfig prints, over HTTP/2, and meets the same roles', async () => {
  const kubectl = await findKubectl()
  if (kubectl === undefined) return
  for (const who of ['vera', 'otto']) writeFileSync(join(home, `${who}.kubeconfig`), await kit(who, 'ctx', 'kubeconfig'), { mode: 0o600 })
  const as = (who: string, ...args: readonly string[]) => kubectl('--kubeconfig', `${who}.kubeconfig`, ...args)
  const nodes = await as('vera', 'get', 'nodes.kit')
  assert.equal(nodes.code, 0, nodes.text)
  assert.match(nodes.text, /NAME +HOSTNAME +STATUS/)
  const whoami = await as('vera', 'auth', 'whoami')
  assert.match(whoami.text, /Username +vera|could not find the requested resource/) // Older ones ask another version of it.
  const scale = ['patch', 'services.kit', 's_web', '--type=merge', '-p', '{"spec":{"replicas":2}}']
  const refused = await as('vera', ...scale)
  assert.notEqual(refused.code, 0)
  assert.match(refused.text, /Error from server \(Forbidden\): services.kit "s_web" is forbidden: User "vera" cannot patch/)
  const done = await as('otto', ...scale)
  assert.equal(done.code, 0, done.text)
  assert.equal((await kit('vera', 'get', 'service', 's_web', '-o', 'jsonpath={.spec.replicas}')).trim(), '2')
})

test('drift is shown with the person who made it, whichever program several people use', async () => {
  await welcome('ola', 'operator')
  mkdirSync(join(home, 'deploy'))
  const file = (name: string): string =>
    `apiVersion: kit/v1\nkind: Service\nmetadata: {name: ${name}, labels: {tier: front}}\nspec: {replicas: 0, template: {image: x, command: [sleep, "1000"], env: {A: "1", B: "2"}}}\n`
  writeFileSync(join(home, 'deploy/watched.yml'), file('watched'))
  writeFileSync(join(home, 'deploy/other.yml'), file('other'))
  await local('gitops', 'add', 'shop', '--dir', 'deploy', '--report-drift')
  await kit('otto', 'scale', 'watched=1', '--no-wait')
  await kit('ola', 'label', 'service/watched', 'tier=back', '--overwrite')
  const patch = async (who: string, body: string): Promise<void> => {
    const outcome = await run(who, ['api', 'PATCH', '/apis/kit/v1/services/watched?fieldManager=editor', '-f', '-'], body)
    assert.equal(outcome.code, 0, outcome.err)
  }
  await patch('otto', '{"spec":{"template":{"env":{"A":"9"}}}}')
  await patch('ola', '{"spec":{"template":{"env":{"B":null}}}}')
  await kit('otto', 'delete', 'service/other')
  const expected = [
    /^~ Service\/other: is gone$/m,
    /^~ Service\/watched: metadata\.labels\.tier is "back", and the files say "front" \(by ola with kit-label, \d+s ago\)$/m,
    /^~ Service\/watched: spec\.replicas is 1, and the files say 0 \(by otto with kit-scale, \d+s ago\)$/m,
    /^~ Service\/watched: spec\.template\.env\.A is "9", and the files say "1" \(by otto with editor, \d+s ago\)$/m,
    /^~ Service\/watched: spec\.template\.env\.B is not set, and the files say "2" \(by ola with editor, \d+s ago\)$/m,
  ]
  await eventually(async () => {
    const { out } = await run('vera', ['gitops', 'diff', 'shop'])
    for (const line of expected) assert.match(out, line)
  })
  // Ola cannot make it otto's, nor her own work his: what she sends of the record is read as hers.
  const { items } = JSON.parse(await kit('ola', 'api', 'GET', '/apis/kit/v1/services'))
  const watched = items.find(({ metadata }: { metadata: { name: string } }) => metadata.name === 'watched')
  const forged = watched.metadata.managedFields.map((entry: object) => ({ ...entry, user: 'otto', time: '2020-01-01T00:00:00Z' }))
  await patch('ola', JSON.stringify({ metadata: { managedFields: forged } }))
  await local('gitops', 'sync', 'shop')
  const events = await kit('vera', 'events', 'source/shop')
  assert.match(events, /ObjectDeleted +otto deleted Service\/other/)
  assert.match(events, /Healed .*Service\/watched metadata\.labels\.tier \(by ola with kit-label\)/)
  assert.match(await kit('vera', 'describe', 'source', 'shop'), /ObjectDeleted +otto deleted Service\/other/)
  await local('gitops', 'rm', 'shop', '--prune')
})

test('kubectl reads, edits and replaces objects whose record of fields names users, and applies over it', async () => {
  const kubectl = await findKubectl()
  if (kubectl === undefined) return
  writeFileSync(join(home, 'ola.kubeconfig'), await kit('ola', 'ctx', 'kubeconfig'), { mode: 0o600 })
  const as = async (who: string, ...args: readonly string[]): Promise<string> => {
    const { code, text } = await kubectl('--kubeconfig', `${who}.kubeconfig`, ...args)
    assert.equal(code, 0, text)
    return text
  }
  const config = (data: string): string =>
    `apiVersion: kit/v1\nkind: Service\nmetadata: {name: edited}\nspec: {replicas: 0, template: {image: x, command: [sleep, "${data}"]}}\n`
  writeFileSync(join(home, 'edited.yml'), config('1'))
  await as('ola', 'apply', '--server-side', '--validate=false', '-f', 'edited.yml')
  assert.match(
    await as('vera', 'get', 'services.kit', 'edited', '-o', 'yaml', '--show-managed-fields'),
    /manager: kubectl\n.*\n.*\n.*user: ola/,
  )
  await as('otto', 'label', 'services.kit', 'edited', 'tier=back')
  writeFileSync(join(home, 'whole.json'), await as('otto', 'get', 'services.kit', 'edited', '-o', 'json', '--show-managed-fields'))
  await as('ola', 'replace', '--validate=false', '-f', 'whole.json')
  writeFileSync(join(home, 'edited.yml'), config('2'))
  await as('otto', 'apply', '--server-side', '--validate=false', '-f', 'edited.yml')
  assert.match(await as('vera', 'describe', 'services.kit', 'edited'), /Name: +edited/)
  const users = await as(
    'vera',
    'get',
    'services.kit',
    'edited',
    '-o',
    'jsonpath={range .metadata.managedFields[*]}{.operation} {.user};{end}',
  )
  assert.equal(users, 'Update otto;Apply otto;')
  await as('ola', 'delete', 'services.kit', 'edited')
})

test('an address where nobody is, or somebody else, is said to be that', async () => {
  const swap = (address: string): void => {
    const text = readFileSync(configOf('vera'), 'utf8').replaceAll(api, address)
    mkdirSync(join(home, 'lost', '.kit'), { recursive: true })
    writeFileSync(configOf('lost'), text)
    chmodSync(configOf('lost'), 0o600)
  }
  const nowhere = await freeAddress(host)
  swap(nowhere)
  assert.match(
    await fails('lost', 1, 'get', 'services'),
    new RegExp(`nobody listens at ${nowhere}: is kitd running there, with --listen-api`),
  )
  // Where other nodes connect, nobody speaks HTTP.
  swap(remote)
  assert.match(await fails('lost', 1, 'get', 'services'), /is not a manager of this context's cluster|broke/)
  // Of several addresses those that do not answer are passed over.
  swap(`${nowhere}\n      - ${api}`)
  assert.match(await kit('lost', 'get', 'services'), /s_web/)
})

test('the manager restarts: users and their certificates are as before', async () => {
  await stop()
  assert.match(await fails('vera', 1, 'get', 'services'), /nobody listens at/)
  log = ''
  await start()
  assert.match(await kit('vera', 'get', 'services'), /s_web/)
  assert.match(await fails('ben', 1, 'get', 'services'), /user "ben" was removed/)
})

test('a worker does not serve the API, and says so', async () => {
  const token = (await local('swarm', 'join-token', 'worker', '-q')).trim()
  const args = [
    '-d',
    join(home, 'w'),
    '--executor',
    'process',
    '--join-addr',
    remote,
    '--join-token',
    token,
    '--listen-api',
    await freeAddress(host),
  ]
  const child = spawn(join(projectRoot, 'bin/kitd'), args, { stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let text = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part))
  const [code] = await once(child, 'close')
  assert.equal(code, 1)
  assert.match(text, /^kitd: --listen-api: this node is a worker, and managers alone serve the API/m)
})
