// Which executor a node gets, and that it keeps it.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Log } from '../../effects/effects.ts'
import { assertEngineAnswers, type ChoiceDeps, chooseExecutor, openRecordedExecutor } from './executor-choice.ts'

interface Scene {
  readonly deps: ChoiceDeps
  readonly host: string
  /** From now on something answers at the host as an engine does. */
  startEngine(): Promise<void>
  stopEngine(): void
}

function scene(context: TestContext, environment: Readonly<Record<string, string>> = {}): Scene {
  const directory = mkdtempSync(join(tmpdir(), 'kit-choice-'))
  const socket = join(directory, 'engine.sock')
  const engine = createServer((_, response) => response.end('OK'))
  const stopEngine = (): void => {
    engine.close()
    engine.closeAllConnections()
    rmSync(socket, { force: true })
  }
  context.after(() => {
    stopEngine()
    rmSync(directory, { recursive: true })
  })
  const ignore = (): void => {}
  const log: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore }
  const host = `unix://${socket}`
  const programs = { node: process.execPath, shim: '/no/shim' }
  const identity = { nodeId: 'node-1', clusterId: 'cluster-1' }
  return {
    deps: { directory, identity, programs, environment: { DOCKER_HOST: host, ...environment }, log },
    host,
    startEngine: () => new Promise((resolve) => engine.listen(socket, resolve)),
    stopEngine,
  }
}

test('auto takes Docker when it answers, and whoever stops the node finds that', async (context) => {
  const { deps, host, startEngine } = scene(context)
  await startEngine()
  assert.equal((await chooseExecutor(deps, { executor: 'auto' })).name, 'docker')
  const recorded = { executor: 'docker', dockerHost: host, nodeId: 'node-1', clusterId: 'cluster-1' }
  assert.deepEqual(JSON.parse(readFileSync(join(deps.directory, 'executor.json'), 'utf8')), recorded)
  assert.equal((await openRecordedExecutor(deps.directory, deps.programs)).name, 'docker')
})

test('an empty DOCKER_HOST names no engine, so the recorded one stays', async (context) => {
  const { deps, host, startEngine } = scene(context)
  await startEngine()
  await chooseExecutor(deps, { executor: 'docker' })
  await chooseExecutor({ ...deps, environment: { DOCKER_HOST: '' } }, { executor: 'auto' })
  assert.equal(JSON.parse(readFileSync(join(deps.directory, 'executor.json'), 'utf8')).dockerHost, host)
})

test('auto takes processes when nothing answers, and stays with them when Docker comes', async (context) => {
  const { deps, startEngine } = scene(context)
  assert.equal((await chooseExecutor(deps, { executor: 'auto' })).name, 'process')
  await startEngine()
  assert.equal((await chooseExecutor(deps, { executor: 'auto' })).name, 'process')
})

test('a node with Docker keeps it while its engine is away, also where nobody names it any more', async (context) => {
  const { deps, host, startEngine, stopEngine } = scene(context)
  await startEngine()
  await chooseExecutor(deps, { executor: 'auto' })
  stopEngine()
  const executor = await chooseExecutor({ ...deps, environment: {} }, { executor: 'auto' })
  assert.equal(executor.name, 'docker')
  assert.match((await executor.describe()).trouble ?? '', new RegExp(`^the Docker engine at ${host} does not answer: `))
})

test('Docker that is asked for is taken also before it answers; whoever waits for it learns that, and the way out', async (context) => {
  const { deps } = scene(context)
  const executor = await chooseExecutor(deps, { executor: 'docker' })
  assert.equal(executor.name, 'docker')
  const { resources, trouble } = await executor.describe()
  assert.ok(resources.cpus > 0 && resources.memoryBytes > 0)
  assert.match(trouble ?? '', /does not answer/)
  await assert.rejects(assertEngineAnswers({ executor: 'docker' }, deps.environment), /does not answer.*or use --executor process/)
})

test('an address that is none is refused', async (context) => {
  const { deps } = scene(context)
  await assert.rejects(chooseExecutor(deps, { executor: 'docker', dockerHost: 'ssh://me@there' }), /"ssh:\/\/me@there" is not the address/)
})

test('processes can be asked for where Docker answers', async (context) => {
  const { deps, startEngine } = scene(context)
  await startEngine()
  assert.equal((await chooseExecutor(deps, { executor: 'process' })).name, 'process')
})
