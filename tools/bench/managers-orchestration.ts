// From a wish to its fulfilment on three managers: built daemons with logs of their own, and ten agents with tasks that run at
// once, which joined over TLS and share one process. Create, update, drain and scale to zero of 1,000 and 10,000 tasks, or of the
// sizes that are given; what is meant by each is said in orchestration.ts. The client asks the leader again and again whether it
// is done. CPU is that of the managers, and of the agents, for each task.

import type { ChildProcess } from 'node:child_process'
import type { Client } from '../../client/client.ts'
import { startAgents } from './agent-host.ts'
import { usageOf } from './daemon.ts'
import { print, rounded } from './figure.ts'
import { ManagerGroup, until } from './manager-group.ts'

const managers = 3
const workers = 10
const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1_000, 10_000]

for (const size of sizes) await measure(size)

async function measure(size: number): Promise<void> {
  const group = await ManagerGroup.start(managers)
  let agents: ChildProcess | undefined
  try {
    const leader = await group.leader()
    const client = group.client(leader)
    for (const { metadata } of (await client.list('Node')).items)
      await client.patch('Node', metadata.name, { type: 'merge', patch: { spec: { availability: 'Drain' } } })
    const { worker } = await group.joinTokens()
    const place = { address: group.addressOf(leader), token: worker, directory: group.home }
    ;[agents] = await startAgents(workers, workers, place)
    agents?.stdin?.write('join\n')
    const nodes = await until(async () => {
      const ready = (await client.list('Node')).items.filter(({ spec, status }) => spec.role === 'Worker' && status.state === 'Ready')
      return ready.length === workers ? ready : undefined
    })
    await measureSteps(group, client, agents?.pid ?? 0, size, nodes[0]?.metadata.name ?? '')
  } finally {
    agents?.kill('SIGKILL')
    await group.close()
  }
}

async function measureSteps(group: ManagerGroup, client: Client, agents: number, size: number, drained: string): Promise<void> {
  const timed = async (name: string, act: () => Promise<unknown>, isDone: () => Promise<boolean>, count = size): Promise<void> => {
    const [began, ofManagers, ofAgents] = [performance.now(), group.cpuMs(), usageOf(agents).cpuMs]
    await act()
    await until(async () => (await isDone()) || undefined)
    const seconds = (performance.now() - began) / 1_000
    const details = {
      managersCpuMsPerTask: rounded((group.cpuMs() - ofManagers) / count),
      agentsCpuMsPerTask: rounded((usageOf(agents).cpuMs - ofAgents) / count),
    }
    print({ name: `three managers, ${name}, ${size} tasks`, value: seconds, unit: 's', with: details })
  }
  const status = async () => (await client.get('Service', 'web')).status
  const running = async () => (await status()).replicas?.running ?? 0
  const isNone = async (fieldSelector: string) => (await client.list('Task', { fieldSelector, limit: 1 })).items.length === 0
  const spec = { replicas: size, template: { command: ['run'] }, update: { parallelism: 0, delay: '0s', monitor: '1ms' } }
  await timed(
    'create',
    () => client.create('Service', { apiVersion: 'kit/v1', kind: 'Service', metadata: { name: 'web' }, spec }),
    async () => (await running()) === size,
  )
  await timed(
    'update all at once',
    () => client.patch('Service', 'web', { type: 'merge', patch: { spec: { template: { env: { VERSION: '2' } } } } }),
    async () => (await status()).update?.state === 'Completed',
  )
  await until(async () => (await running()) === size || undefined)
  await timed(
    `drain one of ${workers} nodes`,
    () => client.patch('Node', drained, { type: 'merge', patch: { spec: { availability: 'Drain' } } }),
    async () => (await isNone(`spec.nodeName=${drained},status.state=Running`)) && (await running()) === size,
    size / workers,
  )
  await timed(
    'scale to zero',
    () => client.scale('Service', 'web', 0),
    async () => (await running()) === 0,
  )
}
