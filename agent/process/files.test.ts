// Secrets, configs, volumes and binds of real processes.

import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { TaskTemplate } from '../../api/objects.ts'
import { signalProcess } from '../../effects/real/process-identity.ts'
import type { Executor, TaskFile, TaskToRun } from '../executor.ts'
import { assignment } from '../testdata/assignment.ts'
import { createTaskFile as file } from '../testdata/task-file.ts'
import { readClaim, readSpec } from './task-files.ts'
import { scratch } from './testdata/scratch.ts'
import { untilFound } from './until-found.ts'

const never = new AbortController().signal
const node = { id: 'node-1', hostname: 'one', os: 'linux', arch: 'x86_64' }
const isRoot = process.getuid?.() === 0
const hasMemory = existsSync('/dev/shm')
const needsMemory = { skip: hasMemory ? false : 'this machine has no tmpfs at /dev/shm' }

function taskWith(template: TaskTemplate, files: readonly TaskFile[] = [], name = 'web.1.a'): TaskToRun {
  return { ...assignment(name, template), files }
}

function sh(script: string, more: TaskTemplate = {}): TaskTemplate {
  return { command: ['/bin/sh', '-c', script], ...more }
}

async function start(executor: Executor, task: TaskToRun): Promise<void> {
  await executor.prepare(task, node, never)
  await executor.start(task, node, never)
}

async function outputOf(executor: Executor, task: TaskToRun): Promise<readonly string[]> {
  await executor.wait(task, never)
  const texts: string[] = []
  for await (const { text } of executor.logs(task.task, {}, never)) texts.push(text)
  return texts
}

function filesDirectory(directory: string, task: string): string {
  const found = readSpec(join(directory, 'tasks', task))?.filesDirectory
  assert.ok(found !== undefined)
  return found
}

function runs(context: TestContext, files: readonly TaskFile[], script = 'sleep 1000') {
  const { directory, open } = scratch(context)
  const [executor, task] = [open(), taskWith(sh(script), files)]
  return { directory, open, executor, task }
}

const password = file({ path: '/run/secrets/password', text: 'hunter2', mode: 0o400 })
const config = file({ kind: 'Config', path: '/etc/app.conf', text: 'port=1' })

test('a process reads its files where variables name them; they are on memory, and nowhere else', needsMemory, async (context) => {
  const { directory, open } = scratch(context)
  const script = `
    cat "$KIT_SECRETS_DIR/password"; echo
    cat "$KIT_CONFIGS_DIR/etc/app.conf"; echo
    cat "$PASSWORD_FILE"; echo
    cat "$APP_CONFIG"; echo
    echo "$OTHER"
    stat -f -c %T "$KIT_SECRETS_DIR"
    stat -c %a "$KIT_SECRETS_DIR" "$KIT_SECRETS_DIR/.." "$PASSWORD_FILE" "$APP_CONFIG"`
  const env = { PASSWORD_FILE: '/run/secrets/password', APP_CONFIG: '/etc/app.conf', OTHER: '/etc/app.config' }
  const [executor, task] = [open(), taskWith(sh(script, { env }), [password, config])]
  const notices = await executor.prepare(task, node, never)
  assert.deepEqual(
    notices.map(({ reason, message }) => `${reason}: ${message}`),
    [
      'FilesElsewhere: Files are not at their paths; variables name their directories: /run/secrets/password is below KIT_SECRETS_DIR, /etc/app.conf is below KIT_CONFIGS_DIR',
    ],
  )
  await executor.start(task, node, never)
  const lines = await outputOf(executor, task)
  assert.deepEqual(lines, ['hunter2', 'port=1', 'hunter2', 'port=1', '/etc/app.config', 'tmpfs', '700', '700', '400', '444'])
  const kept = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('log.'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  assert.ok(kept.length > 0)
  assert.doesNotMatch(kept.join(), /hunter2|port=1/)
})

test('owner and mode are as the reference says; the rest is the task’s user’s', {
  skip: !isRoot && 'only root may choose owners',
}, async (context) => {
  const { directory, open } = scratch(context)
  const owned = file({ path: '/run/secrets/owned', text: 'x', mode: 0o640, uid: 7, gid: 8 })
  const [executor, task] = [
    open(),
    taskWith(sh('cat $KIT_SECRETS_DIR/password; echo; sleep 1000', { user: '12345:54321' }), [password, owned]),
  ]
  await start(executor, task)
  const files = filesDirectory(directory, task.task)
  const facts = ['.', 'secrets', 'secrets/password', 'secrets/owned'].map((name) => {
    const { uid, gid, mode } = statSync(join(files, name))
    return `${name} ${uid}:${gid} ${(mode & 0o7777).toString(8)}`
  })
  assert.deepEqual(facts, ['. 12345:54321 700', 'secrets 12345:54321 700', 'secrets/password 12345:54321 400', 'secrets/owned 7:8 640'])
  for await (const { text } of executor.logs(task.task, { follow: true }, never)) {
    assert.equal(text, 'hunter2')
    break
  }
})

test('the files go when the task ends, is stopped, or is removed', needsMemory, async (context) => {
  const { directory, open } = scratch(context)
  const executor = open()
  const [ends, stops, goes] = ['web.1.a', 'web.2.b', 'web.3.c'].map((name, at) =>
    taskWith(sh(at === 0 ? 'exit 0' : 'sleep 1000'), [password], name),
  )
  assert.ok(ends !== undefined && stops !== undefined && goes !== undefined)
  for (const task of [ends, stops, goes]) await start(executor, task)
  const places = [ends, stops, goes].map(({ task }) => filesDirectory(directory, task))
  await executor.wait(ends, never)
  assert.deepEqual(places.map(existsSync), [false, true, true])
  await executor.stop(stops.task, never)
  assert.deepEqual(places.map(existsSync), [false, false, true])
  await executor.remove(goes.task)
  assert.deepEqual(places.map(existsSync), [false, false, false])
  assert.ok(!existsSync(dirname(places[0] ?? '')), 'and with the last of them the directory around them')
})

test('the files go when the task ends while no daemon runs', needsMemory, async (context) => {
  const { directory, open } = scratch(context)
  const [executor, task] = [open(), taskWith(sh(`while ! test -e ${directory}/gate; do sleep 0.02; done`), [password])]
  await start(executor, task)
  const files = filesDirectory(directory, task.task)
  assert.ok(existsSync(files))
  writeFileSync(join(directory, 'gate'), '') // Nobody asks the executor any more: the shim sees to it.
  await untilFound(join(directory, 'tasks', task.task), () => (existsSync(files) ? undefined : true), never)
})

test(
  'what a killed shim and a killed daemon left goes when the next daemon starts; running tasks keep theirs',
  needsMemory,
  async (context) => {
    const { directory, executor, open, task } = runs(context, [password])
    await start(executor, task)
    const other = taskWith(sh('sleep 1000'), [password], 'web.2.b')
    await start(executor, other)
    const [files, kept] = [filesDirectory(directory, task.task), filesDirectory(directory, other.task)]
    const unknown = join(files, '..', 'web.9.z')
    mkdirSync(unknown)
    const shim = readClaim(join(directory, 'tasks', task.task))?.shim
    assert.ok(shim !== undefined && shim !== null && shim !== 'unreadable')
    signalProcess(shim, 'SIGKILL')
    await untilFound(directory, () => (signalProcess(shim, 'SIGKILL') ? undefined : true), never)
    open()
    assert.deepEqual([files, unknown, kept].map(existsSync), [false, false, true])
  },
)

const refused: readonly [string, readonly TaskFile[], RegExp][] = [
  [
    'a file that would be a directory too',
    [file({ path: '/run/secrets/a' }), file({ path: '/run/secrets/a/b' })],
    /\/run\/secrets\/a would be a file and a directory/,
  ],
  ['two files that would be one', [file({ path: '/run/secrets/etc/a' }), file({ path: '/etc/a' })], /would both be secrets\/etc\/a/],
]
for (const [what, files, message] of refused) {
  test(`${what} is refused`, needsMemory, async (context) => {
    const { executor, task } = runs(context, files)
    await assert.rejects(start(executor, task), { name: 'FatalTaskError', message })
  })
}

test('a node without memory-backed storage refuses tasks with files, and no others', async (context) => {
  const { directory, open } = scratch(context, { memoryRoots: [] })
  const executor = open()
  await assert.rejects(executor.prepare(taskWith(sh('true'), [password]), node, never), {
    name: 'FatalTaskError',
    message: /no memory-backed file system .* cannot give secret "password" to a process: mount one, or use a node with Docker/,
  })
  await start(executor, taskWith(sh('true')))
  assert.ok(!existsSync(join(directory, 'web.1.a')))
})

test('a named volume is a directory that outlives its task, and variables that name its target mean it', async (context) => {
  const { directory, open } = scratch(context)
  const executor = open()
  const mounts: TaskTemplate['mounts'] = [{ type: 'Volume', source: 'data-{{.Task.Slot}}', target: '/var/lib/app' }]
  const env = { DB: '/var/lib/app/db', HOME_OF_IT: '/var/lib/app', OTHER: '/var/lib/apple' }
  const first = taskWith(sh('echo kept > "$DB"; echo "$KIT_VOLUME_data_1 $HOME_OF_IT $OTHER"', { mounts, env }))
  await start(executor, first)
  const volume = join(directory, 'volumes', 'data-1')
  assert.deepEqual(await outputOf(executor, first), [`${volume} ${volume} /var/lib/apple`])
  await executor.remove(first.task)
  const second = taskWith(sh('cat "$KIT_VOLUME_data_1/db"', { mounts }), [], 'web.1.b')
  await start(executor, second)
  assert.deepEqual(await outputOf(executor, second), ['kept'])
})

test('a bind that is where it is on the node is there; what a process cannot have names the way out', async (context) => {
  const { directory, open } = scratch(context)
  const executor = open()
  const here = join(directory, 'here')
  const bind = (source: string, target: string): TaskTemplate => sh('true', { mounts: [{ type: 'Bind', source, target, readOnly: true }] })
  const prepare = (template: TaskTemplate) => executor.prepare(taskWith(template), node, never)
  await assert.rejects(prepare(bind(here, here)), /there is no .*here on this node, which the task mounts: make it/)
  mkdirSync(here)
  const notices = await prepare(bind(here, `${here}/`))
  assert.deepEqual(
    notices.map(({ reason }) => reason),
    ['ReadOnlyIgnored'],
  )
  await assert.rejects(prepare(bind(here, '/data')), /cannot show .*here at \/data.*make the target .*here too, or use a node with Docker/)
  const tmpfs = sh('true', { mounts: [{ type: 'Tmpfs', target: '/tmp' }] })
  await assert.rejects(prepare(tmpfs), /cannot mount a tmpfs at \/tmp: use a named volume/)
  const driver = sh('true', { mounts: [{ type: 'Volume', source: 'v', target: '/v', driver: 'nfs' }] })
  await assert.rejects(prepare(driver), /without the driver nfs of volume "v"/)
  const options = sh('true', { mounts: [{ type: 'Volume', source: 'v', target: '/v', driverOptions: { type: 'nfs' } }] })
  await assert.rejects(prepare(options), /without the driver options type of volume "v"/)
})
