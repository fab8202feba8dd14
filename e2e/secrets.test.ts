// Secrets, configs and volumes: made by hand and by a stack file, read by processes, and seen by nobody else.

import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually, isAlive } from './cluster.ts'

const cluster = new Cluster()
after(() => cluster.remove())

const password = 'correct-horse-battery-staple'
const second = `${password}-two`
const sha256 = (text: string): string => hash('sha256', text)

/** Prints what the files are, never what is in the secret. */
const script = [
  'sha256sum < "$$PASSWORD_FILE"',
  'sha256sum < "$$KIT_SECRETS_DIR/token"',
  'sha256sum < "$$KIT_CONFIGS_DIR/etc/app.conf"',
  'head -n 1 "$$KIT_CONFIGS_DIR/etc/app.conf"',
  'echo "$$(stat -c %a "$$KIT_SECRETS_DIR/token") $$KIT_VOLUME_app_data"',
  'exec sleep 1000',
].join('; ')

const stack = (name = ''): string => `
name: app
services:
  web:
    image: web
    command: [sh, -c, '${script}']
    environment: {PASSWORD_FILE: /run/secrets/password}
    stop_grace_period: 1s
    secrets: [password, {source: token, mode: 0400}]
    configs: [{source: conf, target: /etc/app.conf}]
    volumes: ["data:/data"]
    deploy: {replicas: 2, update_config: {monitor: 100ms, failure_action: rollback}}
secrets:
  password: {file: ./password.txt${name}}
  token: {external: true}
configs:
  conf: {file: ./app.conf, template_driver: golang}
volumes:
  data: {}
`
const conf = 'slot={{.Task.Slot}} node={{.Node.Hostname}}\npassword={{secret "password"}}\n'
const confOf = (slot: number, pw: string): string => `slot=${slot} node=node-1\npassword=${pw}`

before(async () => {
  cluster.file('password.txt', password)
  cluster.file('app.conf', conf)
  await cluster.kit('up')
})

async function linesOf(task: string): Promise<readonly string[]> {
  return (await cluster.kit('logs', `task/${task}`)).trim().split('\n')
}

/** What each slot's task has printed, once all of it is there. */
async function reports(slots: number): Promise<readonly (readonly string[])[]> {
  return await eventually(async () => {
    const tasks = await cluster.tasks('app_web')
    assert.equal(tasks.length, slots)
    const all = await Promise.all(tasks.map(({ metadata }) => linesOf(metadata.name)))
    for (const lines of all) assert.equal(lines.length, 5, lines.join('\n'))
    return all
  })
}

/** All files below a directory, as bytes. */
function filesBelow(directory: string): readonly { readonly path: string; readonly bytes: Buffer }[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, bytes: readFileSync(path) }))
}

/** Directories of tasks' files on the tmpfs, for tasks of this test. */
function filesDirectories(): readonly string[] {
  const shims = filesBelow(join(cluster.directory, 'node-1')).filter(({ path }) => path.endsWith('/spec.json'))
  return shims.flatMap(({ bytes }) => JSON.parse(bytes.toString()).filesDirectory ?? [])
}

test('secrets and configs by hand: create, ls, inspect, rm', async () => {
  const created = await cluster.run(['secret', 'create', '-l', 'team=shop', 'token', '-'], `${password}\0\xff`)
  assert.deepEqual([created.code, created.out], [0, 'secret/token created\n'])
  await cluster.kit('config', 'create', '--template-driver', 'golang', 'motd', cluster.file('motd', 'hello {{.Node.Hostname}}'))
  assert.match(await cluster.kit('secret', 'ls'), /^NAME +DRIVER +TEMPLATE +AGE\ntoken +/)
  assert.equal(await cluster.kit('secret', 'ls', '-q', '-l', 'team=shop'), 'token\n')
  assert.match(await cluster.kit('config', 'ls'), /^NAME +TEMPLATE +AGE\nmotd +golang +/)
  assert.match(await cluster.kit('secret', 'inspect', 'token'), /^Name: +token\nKind: +Secret\nLabels: +team=shop\n/)
  assert.equal(await cluster.kit('config', 'inspect', 'motd', '-o', 'jsonpath={.spec.data}'), 'aGVsbG8ge3suTm9kZS5Ib3N0bmFtZX19\n')

  assert.match(
    await cluster.fails(1, 'secret', 'create', 'token', cluster.file('x', 'x')),
    /secret "token" exists already.*create another one/s,
  )
  assert.match(await cluster.fails(2, 'secret', 'create', 'none', 'no-such-file'), /there is no file no-such-file/)
  assert.match(await cluster.fails(2, 'secret', 'create', 'large', cluster.file('large', 'x'.repeat(512_000))), /less than 512000/)
  await cluster.kit('secret', 'create', 'most', cluster.file('large', 'x'.repeat(511_999)))
  await cluster.kit('config', 'rm', 'motd')
  await cluster.kit('secret', 'rm', 'most')
  assert.equal(await cluster.kit('get', 'secrets,configs', '-o', 'name'), 'secret/token\n')
})

test('tasks of a stack read their secrets, their filled-in config, and their volume', async () => {
  await cluster.kit('apply', '-f', cluster.file('app.yml', stack()))
  const token = hash('sha256', Buffer.from(`${password}\0\xff`))
  const volume = join(cluster.directory, 'node-1', 'tasks', 'volumes', 'app_data')
  for (const [at, lines] of (await reports(2)).entries()) {
    assert.deepEqual(lines, [
      `${sha256(password)}  -`,
      `${token}  -`,
      `${sha256(`${confOf(at + 1, password)}\n`)}  -`,
      `slot=${at + 1} node=node-1`,
      `400 ${volume}`,
    ])
  }
  assert.ok(existsSync(volume))
})

test('nobody else sees a secret: not the API, not events, not logs, not the disk', async () => {
  const said = await Promise.all([
    cluster.kit('get', 'stacks,services,tasks,nodes,secrets,configs,volumes,revisions', '-o', 'yaml'),
    cluster.kit('get', 'secrets', '-o', 'json'),
    cluster.kit('get', 'stack', 'app', '-o', 'yaml'),
    cluster.kit('describe', 'stack', 'app'),
    cluster.kit('describe', 'secret/app_password', 'service/app_web'),
    cluster.kit('events'),
    cluster.kit('diff', '-f', join(cluster.home, 'app.yml')),
    cluster.kit('apply', '--dry-run', '-f', join(cluster.home, 'app.yml')),
  ])
  assert.match(said[2] ?? '', /template_driver: golang/)
  const needles = [password, Buffer.from(password).toString('base64').slice(0, 30), Buffer.from(password).toString('hex')]
  for (const needle of needles) {
    assert.ok(!said.join('\n').includes(needle), `what kit says has ${needle}`)
    const files = filesBelow(cluster.directory)
    assert.ok(files.some(({ path }) => path.endsWith('kitd.log')) && files.length > 10)
    assert.deepEqual(
      files.filter(({ bytes }) => bytes.includes(needle)).map(({ path }) => path),
      [],
    )
  }
  const tmpfs = filesDirectories()
  assert.equal(tmpfs.length, 2)
  assert.ok(tmpfs.every((path) => filesBelow(path).some(({ bytes }) => bytes.includes(password))))
})

test('a secret that is used cannot be deleted', async () => {
  assert.match(await cluster.fails(1, 'secret', 'rm', 'token'), /Secret "token" is used by service 'app_web'/)
})

test('after the daemon was killed, running tasks are attached to and new ones get their secrets', async () => {
  const before = await cluster.tasks('app_web')
  const pid = cluster.daemonPid
  process.kill(pid, 'SIGKILL')
  await eventually(() => assert.equal(isAlive(pid), false))
  await cluster.kit('up')
  await cluster.kit('scale', 'service/app_web=3')
  const now = await cluster.tasks('app_web')
  assert.deepEqual(
    now.slice(0, 2).map(({ metadata, status }) => [metadata.name, status.pid]),
    before.map(({ metadata, status }) => [metadata.name, status.pid]),
  )
  assert.deepEqual(
    (await reports(3)).map(([line]) => line),
    Array.from({ length: 3 }, () => `${sha256(password)}  -`),
  )
})

test('changed content needs a new name; then it is a rolling update that can be undone', async () => {
  cluster.file('password.txt', second)
  const refusal = await cluster.fails(2, 'apply', '-f', join(cluster.home, 'app.yml'))
  assert.match(refusal, /Secret "app_password" exists with other content, and content cannot be changed: write "name: app_password_2"/)
  assert.doesNotMatch(refusal, new RegExp(password))

  await cluster.kit('apply', '-f', cluster.file('app.yml', stack(', name: app_password_2')))
  assert.deepEqual(
    (await reports(3)).map(([line]) => line),
    Array.from({ length: 3 }, () => `${sha256(second)}  -`),
  )
  assert.equal(await cluster.kit('secret', 'ls', '-q'), 'app_password\napp_password_2\ntoken\n', 'an undo finds the old one')
  await cluster.kit('rollout', 'undo', 'service/app_web')
  assert.deepEqual(
    (await reports(3)).map(([line]) => line),
    Array.from({ length: 3 }, () => `${sha256(password)}  -`),
  )
})

test('a stack takes a secret from the environment of who applies it, and says when it is not there', async () => {
  const file = cluster.file(
    'env.yml',
    `
name: env
services: {}
secrets: {a: {environment: HOME}, b: {environment: NO_SUCH_VARIABLE}}
configs: {c: {file: ./missing.conf}}
`,
  )
  const refusal = await cluster.fails(2, 'apply', '-f', file)
  assert.match(refusal, /the variable NO_SUCH_VARIABLE is not set/)
  assert.match(refusal, /there is no file \S+missing\.conf/)
  await cluster.kit('apply', '-f', cluster.file('env.yml', 'name: env\nservices: {}\nsecrets: {a: {environment: HOME}}\n'))
  assert.match(await cluster.kit('secret', 'ls', '-q'), /^env_a$/m)
})

test('when the stack goes, so do its secrets and everything on the tmpfs; the volume stays', async () => {
  const directories = filesDirectories()
  assert.ok(directories.length >= 3)
  await cluster.kit('delete', 'stack', 'app', 'env')
  await eventually(async () => {
    assert.deepEqual(directories.filter(existsSync), [])
    assert.ok(!existsSync(dirname(directories[0] ?? '')))
    assert.equal(await cluster.kit('secret', 'ls', '-q'), 'token\n')
  })
  assert.ok(existsSync(join(cluster.directory, 'node-1', 'tasks', 'volumes', 'app_data')))
  await cluster.kit('secret', 'rm', 'token')
})
