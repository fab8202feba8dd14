// What only an engine has: memory limits, networks, images and their pulls, and its own absence.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration } from '../../api/duration.ts'
import type { TaskTemplate } from '../../api/objects.ts'
import type { Assignment } from '../../api/session.ts'
import { suiteNode } from '../executor.suite.ts'
import { type Executor, FatalTaskError } from '../executor.ts'
import { assignment } from '../testdata/assignment.ts'
import { createDockerExecutor } from './docker-executor.ts'
import { breakableEngine } from './testdata/breakable-engine.ts'
import { findEngine, type TestEngine } from './testdata/engine.ts'

const never = new AbortController().signal
const engine = await findEngine()
if (engine !== undefined) {
  const found: TestEngine = engine
  const waits = "trap 'exit 143' TERM; while :; do sleep 0.05; done"
  let count = 0

  interface Scene {
    readonly executor: Executor
    readonly nodeId: string
    /** A task of a name that nobody else has. */
    task(template: TaskTemplate, more?: Partial<Assignment>): Assignment
    startNew(template: TaskTemplate, more?: Partial<Assignment>): Promise<Assignment>
  }
  async function scene(context: TestContext, host = found.host): Promise<Scene> {
    count += 1
    const nodeId = `truths-${process.pid}-${Date.now()}-${count}`
    const executor = await createDockerExecutor({ host, nodeId, clusterId: 'test' })
    let tasks = 0
    const cleaner = await createDockerExecutor({ host: found.host, nodeId, clusterId: 'test' })
    context.after(async () => {
      for (const task of await cleaner.list()) await cleaner.remove(task)
    })
    const task: Scene['task'] = (template, more) => {
      tasks += 1
      return assignment(`web.${nodeId}.${tasks}`, { image: found.image, stopGracePeriod: '300ms', ...template }, more)
    }
    return {
      executor,
      nodeId,
      task,
      async startNew(template, more) {
        const started = task(template, more)
        await executor.prepare(started, suiteNode, never)
        await executor.start(started, suiteNode, never)
        return started
      },
    }
  }

  /** With whether they are internal. */
  async function networksOf(nodeId: string): Promise<readonly string[]> {
    const filters = encodeURIComponent(JSON.stringify({ label: [`kit/node=${nodeId}`] }))
    const list = await found.json('GET', `/networks?filters=${filters}`)
    return Array.isArray(list) ? list.map(({ Name, Internal }) => `${Name} ${Internal}`).toSorted() : []
  }

  async function textsOf(executor: Executor, task: Assignment): Promise<readonly (readonly [string, string])[]> {
    const lines: [string, string][] = []
    for await (const { stream, text } of executor.logs(task.task, {}, never)) lines.push([stream, text])
    return lines
  }

  test('a program that wants more memory than its limit is reported as that', async (context) => {
    const { executor, startNew } = await scene(context)
    const task = await startNew({
      command: ['sh', '-c', 'head -c 200m /dev/zero | cat > /dev/shm/x; x=$(head -c 100m /dev/zero | cat -v); echo'],
      resources: { limits: { memory: '16Mi' } },
      entrypoint: [],
    })
    const exit = await executor.wait(task, never)
    assert.deepEqual([exit.signal, exit.reason], ['SIGKILL', 'out of memory'])
  })

  test('standard output and standard error are told apart', async (context) => {
    const { executor, startNew } = await scene(context)
    const task = await startNew({ command: ['sh', '-c', 'echo one; echo two >&2'] })
    await executor.wait(task, never)
    assert.deepEqual((await textsOf(executor, task)).toSorted(), [
      ['stderr', 'two'],
      ['stdout', 'one'],
    ])
  })

  test('a health test runs inside the container, and its result and output are told', async (context) => {
    const { executor, startNew } = await scene(context)
    const task = await startNew({ command: ['sh', '-c', `touch /tmp/ready; ${waits}`], env: { WHO: 'me' } })
    assert.deepEqual(await executor.check(task, ['CMD-SHELL', 'test -e /bin/busybox && echo $WHO'], 5000, never), {
      healthy: true,
      output: 'me',
    })
    assert.deepEqual(await executor.check(task, ['CMD', 'test', '-e', '/no'], 5000, never), { healthy: false, output: '' })
    const missing = await executor.check(task, ['CMD', '/no/such/program'], 5000, never)
    assert.equal(missing.healthy, false)
  })

  test('a health test that takes too long has failed, and is ended, also when it was only about to begin', async (context) => {
    const { executor, startNew } = await scene(context)
    const task = await startNew({ command: ['sh', '-c', waits] })
    for (const limitMs of [200, 60, 20]) {
      const { healthy, output } = await executor.check(task, ['CMD', 'sleep', '1234'], limitMs, never)
      assert.deepEqual([healthy, output], [false, `took longer than ${formatDuration(limitMs)}`])
    }
    const top = async (): Promise<string> => JSON.stringify(await found.json('GET', `/containers/${task.task}/top`))
    // What was killed is there until the kernel has come to it.
    for (let looks = 0; looks < 100 && /sleep 1234/.test(await top()); looks += 1) await sleep(50)
    assert.doesNotMatch(await top(), /sleep 1234/)
  })

  test('tasks of one network find each other by the name of their service; the network goes with the last of them', async (context) => {
    const { executor, nodeId, startNew } = await scene(context)
    const more = { networks: { front: {}, back: { internal: true } } }
    const networks = [{ target: 'front', aliases: ['www'] }, { target: 'back' }]
    const first = await startNew({ command: ['sh', '-c', waits], networks }, more)
    const second = await startNew({ command: ['sh', '-c', waits], networks }, more)
    for (const name of ['web', 'www']) {
      const { healthy, output } = await executor.check(first, ['CMD', 'nslookup', name], 10_000, never)
      assert.equal(healthy, true, output)
    }
    const held = (): Promise<readonly string[]> => networksOf(nodeId)
    assert.deepEqual(await held(), [`back.${nodeId} true`, `front.${nodeId} false`])
    await executor.remove(first.task)
    assert.equal((await held()).length, 2)
    await executor.remove(second.task)
    assert.deepEqual(await held(), [])
  })

  test('a container that the engine refuses to make leaves no network, nor does an agent that died before it was made', async (context) => {
    const { executor, nodeId, task } = await scene(context)
    const mounts = [{ type: 'Bind', source: '/no/such/directory', target: '/data' }] as const
    const refused = task({ networks: [{ target: 'front' }], mounts }, { networks: { front: {} } })
    await assert.rejects(executor.prepare(refused, suiteNode, never), /bind source path does not exist: \/no\/such\/directory/)
    assert.deepEqual(await networksOf(nodeId), [])
    await found.json('POST', '/networks/create', { Name: `left.${nodeId}`, Labels: { 'kit/node': nodeId } })
    await createDockerExecutor({ host: found.host, nodeId, clusterId: 'test' })
    assert.deepEqual(await networksOf(nodeId), [])
  })

  test('of networks of one name, which an engine makes when it is asked twice at once, one is left', async (context) => {
    const { executor, nodeId, startNew } = await scene(context)
    const twin = { Name: `front.${nodeId}`, Labels: { 'kit/node': nodeId } }
    await Promise.all([1, 2, 3].map(() => found.call('POST', '/networks/create', twin)))
    const task = await startNew({ command: ['sh', '-c', waits], networks: [{ target: 'front' }] }, { networks: { front: {} } })
    assert.deepEqual(await networksOf(nodeId), [`front.${nodeId} false`])
    await executor.remove(task.task)
    assert.deepEqual(await networksOf(nodeId), [])
  })

  test('a running task has an address, and host-mode ports are those of the node', async (context) => {
    const { executor, task } = await scene(context)
    const port = { protocol: 'TCP', targetPort: 80, publishedPort: 29_000 + (process.pid % 1000) } as const
    const front = { networks: [{ target: 'front' }] }
    const serving = task({ command: ['sh', '-c', waits], ...front }, { hostPorts: [port], networks: { front: {} } })
    await executor.prepare(serving, suiteNode, never)
    const handle = await executor.start(serving, suiteNode, never)
    assert.match(handle.address ?? '', /^\d+\.\d+\.\d+\.\d+$/)
    assert.deepEqual(handle.ports, { '80/tcp': port.publishedPort })
    assert.deepEqual(await executor.find(serving.task), { running: handle })
  })

  test('a container of the same name that is not this node’s is left alone', async (context) => {
    const { executor, task } = await scene(context)
    const { executor: other } = await scene(context)
    const taken = task({ command: ['sh', '-c', waits] })
    await executor.prepare(taken, suiteNode, never)
    await assert.rejects(other.prepare(taken, suiteNode, never), FatalTaskError)
    await assert.rejects(other.stop(taken.task, never), /not this node's/)
    assert.deepEqual(await other.list(), [])
    assert.deepEqual(await executor.list(), [taken.task])
  })

  test('an image that is there is never asked for; a missing one is pulled once for all who wait, with their credentials', async (context) => {
    const asked: string[] = []
    const registry = createServer((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization ?? ''}`.trim())
      const isKnown = request.headers.authorization !== undefined
      // Long enough for all to wait for it.
      setTimeout(() => {
        response.writeHead(isKnown ? 404 : 401, { 'content-type': 'application/json', 'www-authenticate': 'Basic realm="test"' })
        response.end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"there is no such image"}]}')
      }, 300)
    })
    const port = await new Promise<number>((resolve) =>
      registry.listen(0, '127.0.0.1', () => {
        const address = registry.address()
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      }),
    )
    context.after(() => registry.close())
    const { executor, task } = await scene(context)
    const credentials = Buffer.from(JSON.stringify({ username: 'me', password: 'secret' })).toString('base64url')
    const image = `127.0.0.1:${port}/app:1`
    const reports: string[] = []
    const pulls = [1, 2, 3].map(() =>
      executor.prepare(task({ image, registryAuth: credentials }), suiteNode, never, (text) => reports.push(text)),
    )
    const refused = /^cannot get image 127\.0\.0\.1:\d+\/app:1: (?!.*HTTP code)/
    const isRefused = (error: unknown): boolean => error instanceof FatalTaskError && refused.test(error.message)
    await Promise.all(pulls.map((pull) => assert.rejects(pull, isRefused)))
    assert.deepEqual(reports, [`pulling ${image}`, `pulling ${image}`, `pulling ${image}`])
    const manifests = asked.filter((line) => line.includes('/manifests/') && line.includes('Basic'))
    assert.ok(manifests.length > 0 && manifests.length < 3, asked.join('\n'))
    const before = asked.length
    await executor.prepare(task({ command: ['true'] }), suiteNode, never)
    assert.equal(asked.length, before)
  })

  test('while the engine is away nothing is lost: what ended meanwhile is known when it is back', async (context) => {
    const between = await breakableEngine(context, found.host)
    const { executor, startNew } = await scene(context, between.host)
    const task = await startNew({ command: ['sh', '-c', "trap 'exit 9' TERM; while :; do sleep 0.05; done"] })
    const description = await executor.describe()
    const waiting = executor.wait(task, never)
    between.cut()
    await assert.rejects(executor.find(task.task), /does not answer/)
    const { trouble, ...known } = await executor.describe()
    assert.match(trouble ?? '', /does not answer/)
    assert.deepEqual(known, description)
    await found.json('POST', `/containers/${task.task}/stop`)
    between.mend()
    assert.equal((await waiting).exitCode, 9)
  })

  test('a container that somebody removes has ended', async (context) => {
    const { executor, startNew } = await scene(context)
    const task = await startNew({ command: ['sh', '-c', waits] })
    const waiting = executor.wait(task, never)
    await found.json('DELETE', `/containers/${task.task}?force=true`)
    const exit = await waiting
    assert.ok(exit.reason === 'its container was removed' || exit.signal === 'SIGKILL')
  })
}
