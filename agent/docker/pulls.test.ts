// Images that come from a registry: with credentials, slowly, in spite of dropped connections, once for all who wait.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Assignment } from '../../api/session.ts'
import { until } from '../../effects/real/testdata/until.ts'
import { suiteNode } from '../executor.suite.ts'
import type { Executor } from '../executor.ts'
import { assignment } from '../testdata/assignment.ts'
import { createDockerExecutor } from './docker-executor.ts'
import { findEngine } from './testdata/engine.ts'
import { startRegistry, type TestRegistry } from './testdata/registry.ts'

const engine = await findEngine()
if (engine !== undefined) {
  const never = new AbortController().signal
  let count = 0

  interface Scene {
    readonly executor: Executor
    readonly registry: TestRegistry
    task(more?: Partial<Assignment['template']>): Assignment
  }
  async function scene(context: TestContext, options: Parameters<typeof startRegistry>[0] = {}): Promise<Scene> {
    count += 1
    const nodeId = `pulls-${process.pid}-${Date.now()}-${count}`
    const registry = await startRegistry(options)
    const executor = await createDockerExecutor({ host: engine?.host ?? '', nodeId, clusterId: 'test' })
    let tasks = 0
    context.after(async () => {
      registry.close()
      for (const task of await executor.list()) await executor.remove(task)
      await engine?.call('DELETE', `/images/${registry.image}`)
    })
    return {
      executor,
      registry,
      task(more) {
        tasks += 1
        return assignment(`web.${nodeId}.${tasks}`, { image: registry.image, stopGracePeriod: '300ms', ...more })
      },
    }
  }

  test('an image is pulled with the credentials of the spec, and runs', async (context) => {
    const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`
    const { executor, task } = await scene(context, { authorization })
    await assert.rejects(
      executor.prepare(task(), suiteNode, never),
      /^FatalTaskError: cannot get image 127\.0\.0\.1:\d+\/app:1: .*(no basic auth|who are you)/,
    )
    const allowed = task({ registryAuth: Buffer.from(JSON.stringify({ username: 'me', password: 'secret' })).toString('base64') })
    await executor.prepare(allowed, suiteNode, never)
    await executor.start(allowed, suiteNode, never)
    const found = await executor.find(allowed.task)
    assert.ok(found !== undefined && 'running' in found)
  })

  test('a slow pull is shared by two tasks, and says how far it is', async (context) => {
    const { executor, registry, task } = await scene(context)
    registry.isSlow = true
    const said: string[] = []
    const pulls = [1, 2].map(() => executor.prepare(task(), suiteNode, never, (text) => said.push(text)))
    await until('both say how far it is', () => said.filter((text) => /^pulling \S+: [4-8]\.\d of 9\.\d MB$/.test(text)).length === 2)
    registry.isSlow = false
    await Promise.all(pulls)
    assert.equal(registry.layerRequests, 1)
  })

  test('who gives up is free at once; the pull goes on for the other, and ends with the last', async (context) => {
    const { executor, registry, task } = await scene(context)
    registry.isSlow = true
    const [first, second] = [new AbortController(), new AbortController()]
    const pulls = [first, second].map(({ signal }) => executor.prepare(task(), suiteNode, signal))
    await until('the pull is under way', () => registry.underWay === 1)
    first.abort(new Error('not wanted any more'))
    await assert.rejects(pulls[0] ?? Promise.resolve(), /not wanted any more/)
    assert.equal(registry.underWay, 1)
    second.abort(new Error('nor this'))
    await assert.rejects(pulls[1] ?? Promise.resolve(), /nor this/)
    await until('the pull has ended', () => registry.underWay === 0)
    // Whoever comes now begins anew.
    registry.isSlow = false
    await executor.prepare(task(), suiteNode, never)
  })

  test('a dropped connection is no failure: the pull goes on', async (context) => {
    const { executor, registry, task } = await scene(context)
    registry.isSlow = true
    const pull = executor.prepare(task(), suiteNode, never)
    await until('the pull is under way', () => registry.underWay === 1)
    registry.dropConnections()
    registry.isSlow = false
    await pull
    assert.equal(registry.layerRequests, 2)
  })
}
