// The daemon dies, the shim dies, process ids are used again: what a task's record still says then.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setImmediate as nextRound } from 'node:timers/promises'
import { identify, isAlive, signalLeftovers, signalProcess } from '../../effects/real/process-identity.ts'
import { assignment } from '../testdata/assignment.ts'
import { claimTask, fileOf, readClaim, readStarted } from './task-files.ts'
import { scratch, shimPath } from './testdata/scratch.ts'
import { untilFound } from './until-found.ts'

const never = new AbortController().signal
const node = { id: 'node-1', hostname: 'one', os: 'linux', arch: 'x86_64' }
const daemonPath = join(import.meta.dirname, 'testdata', 'daemon.ts')

/** A daemon that has started the task, and its first line. */
async function startDaemon(
  directory: string,
  task: string,
  script: string,
): Promise<{ readonly daemon: ChildProcess; readonly pid: number }> {
  const daemon = spawn(process.execPath, [daemonPath, directory, shimPath, task, script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface({ input: daemon.stdout }), 'line')
  return { daemon, pid: Number(/"pid":(\d+)/.exec(String(line))?.[1]) }
}

async function kill(daemon: ChildProcess): Promise<void> {
  const exit = once(daemon, 'exit')
  daemon.kill('SIGKILL')
  await exit
}

test('a task outlives a daemon that is killed, and the next daemon takes it over', async (context) => {
  const { directory, open } = scratch(context)
  const { daemon, pid } = await startDaemon(directory, 'web.1.a', 'echo before; sleep 1000')
  await kill(daemon)
  const [executor, task] = [open(), assignment('web.1.a')]
  assert.deepEqual(await executor.find(task.task), { running: { pid, ports: {} } })
  assert.ok(identify(pid) !== undefined)
  await executor.stop(task.task, never)
  assert.equal((await executor.wait(task, never)).signal, 'SIGTERM')
  assert.equal(identify(pid), undefined)
})

test('a task that ends while no daemon runs leaves its exit code and all of its output', async (context) => {
  const { directory, open } = scratch(context)
  const gate = join(directory, 'gate')
  const { daemon } = await startDaemon(
    directory,
    'web.1.a',
    `echo before; while [ ! -e ${gate} ]; do sleep 0.02; done; echo after; exit 42`,
  )
  await kill(daemon)
  writeFileSync(gate, '')
  const taskDirectory = join(directory, 'tasks', 'web.1.a')
  await untilFound(taskDirectory, () => (existsSync(fileOf.exit(taskDirectory)) ? true : undefined), never)
  const [executor, task] = [open(), assignment('web.1.a')]
  const found = await executor.find(task.task)
  assert.ok(found !== undefined && 'ended' in found && found.ended.exitCode === 42)
  const texts: string[] = []
  for await (const { text } of executor.logs(task.task, {}, never)) texts.push(text)
  assert.deepEqual(texts, ['before', 'after'])
})

test('a process id that was used again is neither taken for the task nor signalled', async (context) => {
  const { directory, open } = scratch(context)
  const [executor, task] = [open(), assignment('web.1.a')]
  await executor.prepare(assignment('web.1.a', { command: ['true'] }), node, never)
  const bystander = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' })
  context.after(() => bystander.kill('SIGKILL'))
  const own = identify(bystander.pid ?? 0)
  assert.ok(own !== undefined)
  const earlier = { pid: own.pid, started: `${own.started}0` }
  const taskDirectory = join(directory, 'tasks', 'web.1.a')
  assert.ok(claimTask(taskDirectory, { shim: earlier }))
  writeFileSync(fileOf.started(taskDirectory), JSON.stringify({ program: earlier, ports: {} }))
  const found = await executor.find(task.task)
  assert.ok(found !== undefined && 'ended' in found)
  assert.match(found.ended.reason ?? '', /shim died/)
  await executor.stop(task.task, never)
  await executor.remove('web.1.a')
  assert.equal(signalProcess(earlier, 'SIGKILL'), false)
  assert.equal(signalLeftovers(earlier, 'SIGKILL'), false)
  assert.equal(signalLeftovers({ pid: own.pid, started: 'another boot' }, 'SIGKILL'), false)
  assert.ok(isAlive(own), 'the bystander must live on')
})

test('when a shim is killed its task is ended with it and counts as lost', async (context) => {
  const { directory, open } = scratch(context)
  const [executor, task] = [open(), assignment('web.1.a', { command: ['sleep', '1000'] })]
  await executor.prepare(task, node, never)
  await executor.start(task, node, never)
  const taskDirectory = join(directory, 'tasks', 'web.1.a')
  const claim = readClaim(taskDirectory)
  const started = readStarted(taskDirectory)
  assert.ok(claim?.shim && claim.shim !== 'unreadable' && started !== undefined)
  signalProcess(claim.shim, 'SIGKILL')
  const exit = await executor.wait(task, never)
  assert.match(exit.reason ?? '', /shim died/)
  assert.equal(exit.nodeFault, 'Lost')
  await untilFound(directory, () => (isAlive(started.program) ? undefined : true), never)
})

test('who stops a task leaves word of it, so that the end of a whole node is told from that of a program', async (context) => {
  const { open } = scratch(context)
  const task = assignment('web.1.a', { command: ['/bin/sh', '-c', "trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done"] })
  const executor = open()
  await executor.prepare(task, node, never)
  await executor.start(task, node, never)
  for await (const { text } of executor.logs(task.task, { follow: true }, never)) if (text === 'ready') break
  await open().stop(task.task, never)
  const { exitCode, nodeFault } = await executor.wait(task, never)
  assert.deepEqual([exitCode, nodeFault], [0, 'Stopped'])
})

for (const damage of ['', '{"shim":{"pid":1', '{"shim":{"pidx":1}}', '\u0000\u0000\u0000'])
  test(`a task whose claim reads ${JSON.stringify(damage)} is ended, not left to run unknown`, async (context) => {
    const { directory, open } = scratch(context)
    const [executor, task] = [open(), assignment('web.1.a', { command: ['sleep', '1000'] })]
    await executor.prepare(task, node, never)
    await executor.start(task, node, never)
    const taskDirectory = join(directory, 'tasks', 'web.1.a')
    const started = readStarted(taskDirectory)
    assert.ok(started !== undefined && isAlive(started.program))
    writeFileSync(fileOf.claim(taskDirectory), damage)
    const found = await open().find(task.task)
    assert.ok(found !== undefined && 'ended' in found)
    await untilFound(directory, () => (isAlive(started.program) ? undefined : true), AbortSignal.timeout(10_000))
  })

test('when the shim and the program have died, what the program had started is ended, too', async (context) => {
  const { directory, open } = scratch(context)
  const file = join(directory, 'child')
  const script = `sleep 1000 & echo $! > ${file}.new; mv ${file}.new ${file}; exec sleep 1000`
  const [executor, task] = [open(), assignment('web.1.a', { command: ['/bin/sh', '-c', script] })]
  await executor.prepare(task, node, never)
  await executor.start(task, node, never)
  await untilFound(directory, () => (existsSync(file) ? true : undefined), never)
  const child = identify(Number(readFileSync(file, 'utf8')))
  const taskDirectory = join(directory, 'tasks', 'web.1.a')
  const claim = readClaim(taskDirectory)
  const started = readStarted(taskDirectory)
  assert.ok(claim?.shim && claim.shim !== 'unreadable' && started !== undefined && child !== undefined)
  signalProcess(claim.shim, 'SIGKILL')
  signalProcess(started.program, 'SIGKILL')
  await untilFound(directory, () => (isAlive(started.program) ? undefined : true), never)
  const exit = await executor.wait(task, never)
  assert.match(exit.reason ?? '', /shim died/)
  await untilFound(directory, () => (isAlive(child) ? undefined : true), AbortSignal.timeout(10_000))
})

test('tasks that start at once take turns: no more shims are on their way than there are processors', async (context) => {
  const { directory, open } = scratch(context)
  const executor = open()
  const tasks = Array.from({ length: 12 }, (_, at) => assignment(`web.${at}.a`, { command: ['true'] }))
  await Promise.all(tasks.map((task) => executor.prepare(task, node, never)))
  let started = false
  const starting = Promise.all(tasks.map((task) => executor.start(task, node, never))).finally(() => (started = true))
  let most = 0
  while (!started) {
    await nextRound()
    const of = tasks.map(({ task }) => join(directory, 'tasks', task))
    const onTheirWay = of.filter((path) => existsSync(join(path, 'shim-errors')) && !existsSync(fileOf.claim(path)))
    most = Math.max(most, onTheirWay.length)
  }
  await starting
  assert.ok(most >= 1 && most <= availableParallelism(), `${most} at once`)
  await Promise.all(tasks.map((task) => executor.wait(task, never)))
})

test('of many shims for one task exactly one runs it', async (context) => {
  const { directory, open } = scratch(context)
  const task = assignment('web.1.a', { command: ['/bin/sh', '-c', `echo x >> ${directory}/ran; sleep 1000`] })
  const executors = Array.from({ length: 4 }, open)
  await executors[0]?.prepare(task, node, never)
  const handles = await Promise.all(executors.map((executor) => executor.start(task, node, never)))
  assert.equal(new Set(handles.map(({ pid }) => pid)).size, 1)
  assert.equal(readFileSync(join(directory, 'ran'), 'utf8'), 'x\n')
})

test('what a task has started is killed when the task ends', async (context) => {
  const { directory, open } = scratch(context)
  const script = `sleep 1000 & echo $! > ${directory}/child; exit 0`
  const [executor, task] = [open(), assignment('web.1.a', { command: ['/bin/sh', '-c', script] })]
  await executor.prepare(task, node, never)
  await executor.start(task, node, never)
  assert.equal((await executor.wait(task, never)).exitCode, 0)
  const child = Number(readFileSync(join(directory, 'child'), 'utf8'))
  await untilFound(directory, () => (identify(child) === undefined ? true : undefined), never)
})

test('fifty tasks at once all run, and all end', async (context) => {
  const { open } = scratch(context)
  const executor = open()
  const tasks = Array.from({ length: 50 }, (_, index) => assignment(`web.${index}.a`, { command: ['/bin/sh', '-c', `exit ${index}`] }))
  const codes = await Promise.all(
    tasks.map(async (task) => {
      await executor.prepare(task, node, never)
      await executor.start(task, node, never)
      return (await executor.wait(task, never)).exitCode
    }),
  )
  assert.deepEqual(
    codes,
    tasks.map((_, index) => index),
  )
})
