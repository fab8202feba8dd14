// With a real engine, from a wish to running containers: a service of 1, 10 and 100, a rolling update of 20 by twos, a
// stack of 3 services with a network, a killed container to its replacement. Each by kit; by Swarm mode in the same engine; and
// by the engine alone, which is the floor for both: the same containers made and started through its API,
// as many at a time as kit would. The engine is our own, with a network namespace of its own; containers copy their layers (vfs).
//
// Until the container runs and whoever asked for it can see that (polled every 20 ms). No health checks, no ports,
// no delays, containers that end at once when they are told to. Medians.

import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Docker from 'dockerode'
import { findEngine } from '../../agent/docker/testdata/engine.ts'
import { connect } from '../../cli/connect.ts'
import type { Client } from '../../client/client.ts'
import { createClock } from '../../effects/real/clock.ts'
import { startDaemon } from './daemon.ts'
import { median, print } from './figure.ts'

/** Who makes containers. Everything resolves once it can be seen to be so. */
interface Subject {
  readonly name: string
  create(service: string, replicas: number): Promise<void>
  /** Every container is replaced, two at a time. */
  update(service: string, replicas: number): Promise<void>
  /** Three services of one container each, on a network of their own. */
  createStack(): Promise<void>
  /** Of a service with one container. */
  containerOf(service: string): Promise<string>
  untilReplaced(service: string, container: string): Promise<void>
  removeAll(): Promise<void>
}

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1, 10, 100]
const updated = 20
const parallelism = 2
const stackServices = ['a', 'b', 'c']
const command = ['sleep', '100000']
const lookAgainMs = 20

async function until(isDone: () => Promise<boolean>): Promise<void> {
  while (!(await isDone())) await sleep(lookAgainMs)
}

async function untilEmpty(docker: Docker, label: string): Promise<void> {
  const filters = JSON.stringify({ label: [label] })
  await until(async () => (await docker.listContainers({ all: true, filters })).length === 0)
}

function engineAlone(docker: Docker, image: string): Subject {
  const label = 'kit-bench'
  const containers = new Map<string, string[]>()
  const start = async (service: string, network?: string): Promise<string> => {
    const container = await docker.createContainer({
      Image: image,
      Cmd: command,
      StopSignal: 'SIGKILL',
      Labels: { [label]: service },
      HostConfig: network === undefined ? {} : { NetworkMode: network },
    })
    await container.start()
    return container.id
  }
  const replace = async (service: string, id: string): Promise<string> => {
    await docker.getContainer(id).stop()
    return await start(service)
  }
  return {
    name: 'engine alone',
    async create(service, replicas) {
      containers.set(service, await Promise.all(Array.from({ length: replicas }, () => start(service))))
    },
    async update(service) {
      const old = containers.get(service) ?? []
      const fresh: string[] = []
      for (let at = 0; at < old.length; at += parallelism)
        fresh.push(...(await Promise.all(old.slice(at, at + parallelism).map((id) => replace(service, id)))))
      containers.set(service, fresh)
    },
    async createStack() {
      await docker.createNetwork({ Name: 'bench', Labels: { [label]: 'net' } })
      await Promise.all(stackServices.map((service) => start(service, 'bench')))
    },
    async containerOf(service) {
      return containers.get(service)?.[0] ?? ''
    },
    async untilReplaced(service, container) {
      await docker.getContainer(container).wait()
      await start(service)
    },
    async removeAll() {
      const all = await docker.listContainers({ all: true, filters: JSON.stringify({ label: [label] }) })
      await Promise.all(all.map(({ Id }) => docker.getContainer(Id).remove({ force: true })))
      for (const { Id } of await docker.listNetworks({ filters: JSON.stringify({ label: [label] }) })) await docker.getNetwork(Id).remove()
    },
  }
}

function kit(client: Client, docker: Docker, image: string): Subject {
  const template = { image, command, stopSignal: 'SIGKILL', restart: { delay: '0s' } }
  const update = { parallelism, delay: '0s', monitor: '1ms' }
  const running = async (service: string) =>
    (await client.list('Task', { fieldSelector: `spec.service=${service}` })).items.filter(
      ({ spec, status }) => spec.desired === 'Running' && status.state === 'Running',
    )
  const untilRunning = (service: string, replicas: number): Promise<void> => until(async () => (await running(service)).length === replicas)
  return {
    name: 'kit',
    async create(service, replicas) {
      await client.create('Service', {
        apiVersion: 'kit/v1',
        kind: 'Service',
        metadata: { name: service },
        spec: { replicas, template, update },
      })
      await untilRunning(service, replicas)
    },
    async update(service, replicas) {
      const old = new Set((await running(service)).map(({ spec }) => spec.revision))
      await client.patch('Service', service, { type: 'merge', patch: { spec: { template: { env: { VERSION: '2' } } } } })
      await until(async () => (await running(service)).filter(({ spec }) => !old.has(spec.revision)).length === replicas)
    },
    async createStack() {
      const services = Object.fromEntries(stackServices.map((service) => [service, { image, command, stop_signal: 'SIGKILL' }]))
      await client.create('Stack', { apiVersion: 'kit/v1', kind: 'Stack', metadata: { name: 's' }, spec: { services } })
      await Promise.all(stackServices.map((service) => untilRunning(`s_${service}`, 1)))
    },
    async containerOf(service) {
      return (await running(service))[0]?.status.containerId ?? ''
    },
    untilReplaced: (service, container) =>
      until(async () => (await running(service)).some(({ status }) => status.containerId !== container)),
    async removeAll() {
      for (const kind of ['Stack', 'Service'] as const)
        for (const { metadata } of (await client.list(kind)).items)
          if (metadata.ownerReferences === undefined) await client.delete(kind, metadata.name)
      await untilEmpty(docker, 'kit/task')
    },
  }
}

/** Missing in the types of dockerode. */
interface SwarmStatus {
  readonly State?: string
  readonly ContainerStatus?: { readonly ContainerID?: string }
}
function statusOf(task: object): SwarmStatus | undefined {
  return Reflect.get(task, 'Status')
}

function swarm(docker: Docker, image: string): Subject {
  const specOf = (service: string, replicas: number, version: string, network?: string) => ({
    Name: service,
    TaskTemplate: {
      ContainerSpec: { Image: image, Command: command, StopSignal: 'SIGKILL', Env: [`VERSION=${version}`] },
      RestartPolicy: { Delay: 0 },
      ...(network === undefined ? {} : { Networks: [{ Target: network }] }),
    },
    Mode: { Replicated: { Replicas: replicas } },
    UpdateConfig: { Parallelism: parallelism, Delay: 0, Monitor: 1_000_000, Order: 'stop-first' as const },
  })
  const running = async (service: string, version: string) =>
    (await docker.listTasks({ filters: JSON.stringify({ service: [service], 'desired-state': ['running'] }) })).filter(
      (task) => statusOf(task)?.State === 'running' && JSON.stringify(task).includes(`VERSION=${version}`),
    )
  const untilRunning = (service: string, replicas: number, version = '1'): Promise<void> =>
    until(async () => (await running(service, version)).length === replicas)
  const containerId = (task: object | undefined): string => (task === undefined ? '' : (statusOf(task)?.ContainerStatus?.ContainerID ?? ''))
  return {
    name: 'Swarm',
    async create(service, replicas) {
      await docker.createService(specOf(service, replicas, '1'))
      await untilRunning(service, replicas)
    },
    async update(service, replicas) {
      const { Version } = await docker.getService(service).inspect()
      await docker.getService(service).update({ ...specOf(service, replicas, '2'), version: Version.Index })
      await untilRunning(service, replicas, '2')
    },
    async createStack() {
      await docker.createNetwork({ Name: 's_default', Driver: 'overlay' })
      for (const service of stackServices) await docker.createService(specOf(`s_${service}`, 1, '1', 's_default'))
      await Promise.all(stackServices.map((service) => untilRunning(`s_${service}`, 1)))
    },
    async containerOf(service) {
      return containerId((await running(service, '1'))[0])
    },
    untilReplaced: (service, container) => until(async () => (await running(service, '1')).some((task) => containerId(task) !== container)),
    async removeAll() {
      for (const { ID } of await docker.listServices()) await docker.getService(ID).remove()
      await untilEmpty(docker, 'com.docker.swarm.task')
      for (const { Id } of (await docker.listNetworks({ filters: JSON.stringify({ name: ['s_default'] }) })) ?? [])
        await removed(docker, Id)
    },
  }
}

/** Swarm holds a network for a moment after its last task. */
async function removed(docker: Docker, network: string): Promise<void> {
  await until(() =>
    docker
      .getNetwork(network)
      .remove()
      .then(() => true)
      .catch(() => false),
  )
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

async function measure(subject: Subject, docker: Docker): Promise<void> {
  const say = (name: string, values: readonly number[]): void =>
    print({ name: `${name}, ${subject.name}`, value: median(values), unit: 's', with: { runs: values.length } })
  const repeat = async (runs: number, work: (run: number) => Promise<number>): Promise<readonly number[]> => {
    const values: number[] = []
    for (let run = 0; run < runs; run++) {
      values.push(await work(run))
      await subject.removeAll()
    }
    return values
  }
  for (const size of sizes)
    say(`${size} containers to Running`, await repeat(size > 10 ? 1 : 3, (run) => timed(() => subject.create(`web-${size}-${run}`, size))))
  const update = await repeat(1, async () => {
    await subject.create('rolling', updated)
    return await timed(() => subject.update('rolling', updated))
  })
  say(`rolling update of ${updated} by ${parallelism}`, update)
  say(`stack of ${stackServices.length} services`, await repeat(3, () => timed(() => subject.createStack())))
  const replaced = await repeat(3, async (run) => {
    const service = `killed-${run}`
    await subject.create(service, 1)
    const container = await subject.containerOf(service)
    return await timed(async () => {
      await docker.getContainer(container).kill()
      await subject.untilReplaced(service, container)
    })
  })
  say('killed container to replacement', replaced)
}

const script = join(import.meta.dirname, '../../.ci/docker-engine')
const directory = mkdtempSync(join(tmpdir(), 'kit-bench-'))
try {
  const alone = 'exec unshare --net sh -c \'ip link set lo up && exec "$0" start "$1"\' "$0" "$1"'
  execFileSync('sh', ['-c', alone, script, directory], { stdio: ['ignore', 'ignore', 'inherit'] })
} catch {
  console.error('docker: not measured, since no engine could be started (above is why)')
  process.exit(0)
}
const stopEngine = (): void => void execFileSync(script, ['stop', directory], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    stopEngine()
    process.exit(1)
  })
const host = `unix://${directory}/docker.sock`
const docker = new Docker({ socketPath: `${directory}/docker.sock` })
try {
  process.env['DOCKER_HOST'] = host
  const { image } = (await findEngine()) ?? { image: '' }
  await measure(engineAlone(docker, image), docker)
  const daemon = await startDaemon(['--executor', 'docker', '--docker-host', host])
  const { client, close } = connect(daemon.socket, createClock())
  await measure(kit(client, docker, image), docker)
  close()
  await daemon.stop()
  await docker.swarmInit({ AdvertiseAddr: '127.0.0.1', ListenAddr: '127.0.0.1:2377' })
  await measure(swarm(docker, image), docker)
} finally {
  stopEngine()
}
