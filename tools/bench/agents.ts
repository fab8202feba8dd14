// Many machines, as far as a manager sees them: a built kitd, and agents that join over real mutual TLS with a token,
// each with its own directory, certificate and session. Agents are the production code with tasks that run at once; they share
// processes of their own, beside the manager's. 100 and 500 joining at once; what 1,000 that only beat cost the manager;
// from a killed agent to its tasks running elsewhere. `npm run bench -- agents`; heartbeats come every 5 s.

import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '../../cli/connect.ts'
import type { Client } from '../../client/client.ts'
import { freeAddress } from '../../e2e/free-address.ts'
import { createClock } from '../../effects/real/clock.ts'
import { startAgents } from './agent-host.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { print } from './figure.ts'

const agentsPerProcess = 250
const joinSizes = [100, 500]
const manyAgents = 1_000
const beatingSeconds = 60
const lossNodes = 10
const lossTasks = 100
const losses = 5
const lookAgainMs = 20

await measure()

async function measure(): Promise<void> {
  for (const size of joinSizes) await withCluster(async (cluster) => measureJoining(cluster, size))
  await withCluster(measureBeating)
  await withCluster(measureLoss)
}

interface Cluster {
  readonly daemon: Daemon
  readonly client: Client
  /** Processes that are loaded, and join when they are told to. */
  agents(count: number, perProcess?: number): Promise<readonly ChildProcess[]>
  ready(): Promise<number>
}

async function withCluster(work: (cluster: Cluster) => Promise<void>): Promise<void> {
  const address = await freeAddress()
  const directory = mkdtempSync(join(tmpdir(), 'kit-bench-agents-'))
  const daemon = await startDaemon(['--executor', 'process', '--listen-remote-api', address])
  const { client, close } = connect(daemon.socket, createClock())
  const children: ChildProcess[] = []
  try {
    const token = await until(async () => (await client.get('Cluster', 'default')).status.joinTokens?.worker)
    await work({
      daemon,
      client,
      async agents(count, perProcess = agentsPerProcess) {
        const started = await startAgents(count, perProcess, { address, token, directory })
        children.push(...started)
        return started
      },
      ready: async () => (await client.list('Node')).items.filter(({ status }) => status.state === 'Ready').length,
    })
  } finally {
    close()
    for (const child of children) child.kill('SIGKILL')
    await daemon.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

async function measureJoining({ daemon, agents, ready }: Cluster, count: number): Promise<void> {
  const processes = await agents(count)
  const { cpuMs: before } = daemon.usage()
  const started = performance.now()
  for (const each of processes) each.stdin?.write('join\n')
  await until(async () => (await ready()) > count || undefined)
  const seconds = (performance.now() - started) / 1000
  const { cpuMs, rssMiB } = daemon.usage()
  // The root, the certificate and the session are a connection each.
  const details = {
    managerCpuMsEach: (cpuMs - before) / count,
    handshakesPerSecond: Math.round((3 * count) / seconds),
    rssMiB: Math.round(rssMiB),
  }
  print({ name: `${count} agents joined`, value: seconds, unit: 's', with: details })
}

async function measureBeating({ daemon, agents, ready }: Cluster): Promise<void> {
  for (const each of await agents(manyAgents)) each.stdin?.write('join\n')
  await until(async () => (await ready()) > manyAgents || undefined)
  await sleep(5_000)
  const before = daemon.usage()
  await sleep(beatingSeconds * 1000)
  const after = daemon.usage()
  const cpu = (after.cpuMs - before.cpuMs) / (10 * beatingSeconds)
  const details = { seconds: beatingSeconds, rssMiB: Math.round(after.rssMiB) }
  print({ name: `manager with ${manyAgents} agents that beat, CPU`, value: cpu, unit: '% of a core', with: details })
}

/** The process is killed, so its connection ends at once, as when a machine's kernel is alive but kitd is not. */
async function measureLoss({ client, agents, ready }: Cluster): Promise<void> {
  const processes = await agents(lossNodes, 1)
  for (const each of processes) each.stdin?.write('join\n')
  await until(async () => (await ready()) > lossNodes || undefined)
  const manager = (await client.list('Node')).items.find(({ spec }) => spec.role === 'Manager')?.metadata.name ?? ''
  await client.patch('Node', manager, { type: 'merge', patch: { spec: { availability: 'Drain' } } })
  const spec = { replicas: lossTasks, template: { command: ['x'] } }
  await client.create('Service', { apiVersion: 'kit/v1', kind: 'Service', metadata: { name: 'web' }, spec })
  const running = async () =>
    (await client.list('Task', { fieldSelector: 'status.state=Running' })).items.filter((task) => task.spec.desired === 'Running')
  await until(async () => (await running()).length === lossTasks || undefined)
  const seconds: number[] = []
  for (const victim of processes.slice(0, losses)) {
    const hostname = `agent-${victim.pid}-0`
    const lost = (await client.list('Node')).items.find(({ status }) => status.description?.hostname === hostname)?.metadata.name
    await sleep(Math.random() * 5_000) // Anywhere between two beats.
    victim.kill('SIGKILL')
    const started = performance.now()
    await until(async () => {
      const now = await running()
      return (now.length === lossTasks && now.every((task) => task.spec.nodeName !== lost)) || undefined
    })
    seconds.push((performance.now() - started) / 1000)
  }
  const sorted = seconds.toSorted((a, b) => a - b)
  const details = { runs: losses, fastest: tenths(sorted[0]), slowest: tenths(sorted.at(-1)) }
  print({ name: 'killed agent to its tasks running elsewhere', value: sorted[Math.floor(losses / 2)] ?? 0, unit: 's', with: details })
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look().catch(() => undefined)
    if (found !== undefined) return found
    await sleep(lookAgainMs)
  }
}

function tenths(value = Number.NaN): number {
  return Math.round(10 * value) / 10
}
