// Secrets and configs as files of containers.

import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { suiteNode } from '../executor.suite.ts'
import type { Executor, TaskFile, TaskToRun } from '../executor.ts'
import { filesSuite } from '../files.suite.ts'
import { assignment } from '../testdata/assignment.ts'
import { createTaskFile } from '../testdata/task-file.ts'
import { createDockerExecutor } from './docker-executor.ts'
import { findEngine, type TestEngine } from './testdata/engine.ts'

const never = new AbortController().signal
const memory = '/dev/shm'
const password = createTaskFile({ path: '/run/secrets/password', text: 'hunter2', mode: 0o400 })
const waits = "trap 'exit 0' TERM; while :; do sleep 0.05; done"
const engine = await findEngine()
if (engine !== undefined && !existsSync(memory)) console.log(`skipped: files of containers, because this machine has no tmpfs at ${memory}`)
else if (engine !== undefined) {
  const found: TestEngine = engine
  let scenes = 0

  interface Scene {
    readonly executor: Executor
    readonly nodeId: string
    readonly open: () => Promise<Executor>
    /** Names of the tasks that have files on the node. */
    readonly held: () => readonly string[]
    /** The directory around the files, while there are any. */
    readonly around: () => string
    readonly task: (script: string, files?: readonly TaskFile[]) => TaskToRun
  }
  async function scene(context: TestContext): Promise<Scene> {
    scenes += 1
    const nodeId = `files-${process.pid}-${Date.now()}-${scenes}`
    const root = mkdtempSync(join(memory, 'kit-test-'))
    const open = () => createDockerExecutor({ host: found.host, nodeId, clusterId: 'test', memoryRoots: [root] })
    context.after(async () => {
      const executor = await open()
      for (const task of await executor.list()) await executor.remove(task)
      rmSync(root, { recursive: true, force: true })
    })
    const around = (): string => join(root, readdirSync(root).find((name) => name.startsWith('kit-')) ?? 'none')
    const held = (): readonly string[] => (existsSync(around()) ? readdirSync(around()).toSorted() : [])
    let tasks = 0
    const task: Scene['task'] = (script, files = [password]) => {
      tasks += 1
      return {
        ...assignment(`web.${nodeId}.${tasks}`, { image: found.image, command: ['sh', '-c', script], stopGracePeriod: '5s' }),
        files,
      }
    }
    return { executor: await open(), nodeId, open, held, around, task }
  }

  async function start(executor: Executor, task: TaskToRun): Promise<void> {
    await executor.prepare(task, suiteNode, never)
    await executor.start(task, suiteNode, never)
  }

  async function outputOf(executor: Executor, task: TaskToRun): Promise<readonly string[]> {
    await executor.wait(task, never)
    const texts: string[] = []
    for await (const { text } of executor.logs(task.task, {}, never)) texts.push(text)
    return texts
  }

  filesSuite('docker', async (context) => {
    const { executor, nodeId, open } = await scene(context)
    const shell = (script: string) => ({ image: found.image, command: ['/bin/sh', '-c', script] })
    return { executor, taskName: `web.${nodeId}`, restart: open, shell }
  })

  test('files are root’s unless they say otherwise, in memory, and not to be written; the engine is not told what is in them', async (context) => {
    const { executor, task } = await scene(context)
    const owned = createTaskFile({ kind: 'Config', path: '/etc/app.conf', text: 'port=1', mode: 0o640, uid: 7, gid: 8 })
    const script = `
      stat -c '%u:%g %a' /run/secrets/password /etc/app.conf
      stat -f -c %T /run/secrets/password
      cat /etc/app.conf; echo
      { echo x > /etc/app.conf; } 2>/dev/null || echo read-only`
    const reads = task(script, [password, owned])
    await start(executor, reads)
    assert.deepEqual(await outputOf(executor, reads), ['0:0 400', '7:8 640', 'tmpfs', 'port=1', 'read-only'])
    const { text } = await found.call('GET', `/containers/${reads.task}/json`)
    assert.match(text, /\/run\/secrets\/password/)
    assert.doesNotMatch(text, /hunter2|port=1/)
  })

  test('the files go when the container ends, is stopped, or is removed, by kit or by somebody else', async (context) => {
    const { executor, held, around, task } = await scene(context)
    const [ends, stops, waitsToStart, goes, lost] = [task('exit 0'), task(waits), task(waits), task(waits), task(waits)]
    for (const one of [ends, stops, goes, lost]) await start(executor, one)
    await executor.prepare(waitsToStart, suiteNode, never)
    const directory = around()
    await executor.wait(ends, never)
    assert.deepEqual(held(), [stops.task, waitsToStart.task, goes.task, lost.task])
    await executor.stop(stops.task, never)
    await executor.stop(waitsToStart.task, never)
    assert.deepEqual(held(), [goes.task, lost.task])
    await executor.remove(goes.task)
    const end = executor.wait(lost, never)
    await found.json('DELETE', `/containers/${lost.task}?force=true`)
    await end
    assert.ok(!existsSync(directory), 'and with the last of them the directory around them')
  })

  test('the files go when a container cannot be created or started', async (context) => {
    const { executor, held, task } = await scene(context)
    const twice = { ...task(waits), template: { ...task(waits).template, mounts: [{ type: 'Tmpfs' as const, target: password.path }] } }
    await assert.rejects(executor.prepare(twice, suiteNode, never), { name: 'FatalTaskError', message: /Duplicate mount point/ })
    assert.deepEqual(held(), [])
    const missing = { ...task(waits), template: { image: found.image, command: ['/no/such/program'] } }
    await assert.rejects(start(executor, missing), { name: 'FatalTaskError' })
    assert.deepEqual(held(), [])
  })

  test('what a killed agent left goes when the next one starts; containers that run keep theirs', async (context) => {
    const { executor, open, held, around, task } = await scene(context)
    const [runs, ended, created] = [task(waits), task(waits), task('cat /run/secrets/password')]
    await start(executor, runs)
    await start(executor, ended)
    await executor.prepare(created, suiteNode, never)
    await found.json('POST', `/containers/${ended.task}/kill`)
    for (const name of ['web.unknown', 'web.half.unfinished+']) mkdirSync(join(around(), name))
    assert.equal(held().length, 5)
    const next = await open()
    assert.deepEqual(held(), [runs.task])
    const changed = { ...created, files: [createTaskFile({ path: password.path, text: 'hunter3' })] }
    await next.start(changed, suiteNode, never)
    assert.deepEqual(await outputOf(next, changed), ['hunter3'])
    assert.deepEqual(await next.check(runs, ['CMD', 'cat', '/run/secrets/password'], 10_000, never), { healthy: true, output: 'hunter2' })
  })

  test('an engine that does not see the memory of the node is named, with the way out', async (context) => {
    const { nodeId, held, around, task } = await scene(context)
    const path = join(around(), '..', 'socket')
    const url = new URL(found.host)
    // To an engine elsewhere the files are not there, which here they are not any more once it is asked.
    const front = createServer((near) => {
      const far = url.protocol === 'unix:' ? connect(url.pathname) : connect(Number(url.port), url.hostname)
      near.on('data', (piece) => {
        if (piece.includes('/containers/create')) for (const name of held()) rmSync(join(around(), name), { recursive: true })
        far.write(piece)
      })
      near.on('close', () => far.destroy()).on('error', () => {})
      far.on('error', () => near.destroy()).pipe(near)
    })
    await new Promise<void>((resolve) => front.listen(path, resolve))
    context.after(() => front.close())
    const memoryRoots = [dirname(path)]
    const elsewhere = await createDockerExecutor({ host: `unix://${path}`, nodeId, clusterId: 'test', memoryRoots })
    await assert.rejects(elsewhere.prepare(task(waits), suiteNode, never), {
      name: 'FatalTaskError',
      message: /engine does not see \S+ of this node, .*: run kitd on the engine's own machine/,
    })
    assert.deepEqual(held(), [])
  })

  test('a node without memory-backed storage refuses containers with files, and no others', async (context) => {
    const { executor, nodeId, task } = await scene(context)
    const without = await createDockerExecutor({ host: found.host, nodeId, clusterId: 'test', memoryRoots: [] })
    await assert.rejects(without.prepare(task(waits), suiteNode, never), {
      name: 'FatalTaskError',
      message: /no memory-backed file system .* cannot give secret "password" to a container: mount one, or use a node that has one/,
    })
    const plain = task('echo hello', [])
    await start(without, plain)
    assert.deepEqual(await outputOf(executor, plain), ['hello'])
  })
}
