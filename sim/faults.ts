// What goes wrong, drawn from the seed. Each run draws its own knobs, some of them off, so that runs differ
// in kind and not only in timing. Every fault ends by itself; at the end all are healed.

import type { ListenPort } from '../agent/mesh/port-server.ts'
import type { JsonObject } from '../api/wire.ts'
import type { Client } from '../client/client.ts'
import { ingressPorts } from '../server/dispatcher/endpoints.ts'
import type { Acknowledged } from './checkers/acknowledged-writes-survive.ts'
import { managerId, type SimulatedCluster } from './cluster.ts'
import type { SeededRandom } from './effects/random.ts'
import { disturbMachine, isMachineFault, isPossible, type MachineContext, machineFaultKinds } from './machines.ts'
import {
  applyService,
  patchNode,
  patchService,
  publishingNames,
  randomEndpoint,
  rotateRoot,
  type ServiceName,
  serviceManifest,
  serviceNames,
  template,
} from './workload.ts'

export const faultKinds = [
  'task fails',
  'agent killed',
  'agent frozen',
  'machine switched off',
  'node stopped',
  'manager killed',
  'all managers killed',
  'manager cut off',
  'managers far apart',
  'manager frozen',
  'manager disk slow',
  'manager disk stands still',
  'manager disk full',
  'manager disk fails',
  'manager clock set',
  'agent clock set',
  'link cut',
  'link cut one way',
  'link slow',
  'link reset',
  'node drained',
  'node paused',
  'node relabelled',
  'service scaled',
  'service revised',
  'service broken',
  'service deleted',
  'ports changed',
  'port taken',
  'root rotated',
  ...machineFaultKinds,
] as const
export type FaultKind = (typeof faultKinds)[number]

export interface FaultContext extends MachineContext {
  readonly note: (kind: FaultKind) => void
  /** Everything is being healed: what was still to come does not. */
  readonly isOver: () => boolean
  /** A write that the API acknowledged. */
  readonly acknowledged: (write: Acknowledged) => void
  /** Versions of templates, counting up. */
  readonly nextVersion: () => number
}

/** Weights of this run: a third of the kinds are off. */
export function drawKinds(random: SeededRandom, context: Pick<MachineContext, 'lifeMs' | 'cluster'>): readonly FaultKind[] {
  const isAlone = context.cluster.managers.length === 1
  const possible = faultKinds.filter(
    (kind) => isPossible(kind, context) && !(isAlone && (kind === 'manager cut off' || kind === 'managers far apart')),
  )
  const kinds = possible.filter(() => random.chance(0.67))
  return kinds.length >= 4 ? kinds : possible
}

/** Starts one fault, and schedules its end. A user's request may fail while the manager is away; that is part of it. */
export function inject(context: FaultContext, kind: FaultKind): void {
  const { cluster, random, note } = context
  const worker = random.pick(cluster.workers)
  const manager = cluster.leader !== undefined && random.chance(0.5) ? cluster.leader : random.pick(cluster.managers)
  const lastsMs = 2000 + random.exponential(12_000)
  const later = (run: () => void): void => void cluster.queue.schedule(lastsMs, run)
  note(kind)
  switch (kind) {
    case 'task fails':
      killSomeTask(context)
      break
    case 'agent killed':
      if (!cluster.isUp(worker)) return
      cluster.kill(worker)
      later(() => restart(cluster, worker))
      break
    case 'machine switched off':
    case 'node stopped':
      // The moment to fear is in the middle of a rollout.
      if (random.chance(0.5)) void disturb(context, 'service revised', worker, lastsMs)
      cluster.queue.schedule(random.exponential(3000), () => takeDown(context, kind, random.pick([manager, ...cluster.workers]), lastsMs))
      break
    case 'agent frozen':
      cluster.freeze(worker, lastsMs)
      break
    case 'port taken':
      takePort(context, random.pick(cluster.hosts), lastsMs)
      break
    case 'manager killed':
      if (!cluster.isUp(manager)) return
      cluster.kill(manager)
      cluster.queue.schedule(500 + random.exponential(3000), () => restart(cluster, manager))
      break
    case 'all managers killed':
      // The moment to fear is the one in which a client is told that its write is done.
      if (random.chance(0.5)) void disturb(context, 'service revised', worker, lastsMs).then(() => killManagers(context))
      else killManagers(context)
      break
    case 'manager cut off':
      for (const other of cluster.managers) {
        if (other === manager) continue
        cluster.network.cut(manager, other)
        if (random.chance(0.7)) cluster.network.cut(other, manager)
      }
      later(() => {
        for (const other of cluster.managers) heal(cluster, manager, other)
      })
      break
    case 'managers far apart':
      spread(context, 20_000 + 2 * lastsMs)
      break
    case 'manager frozen':
      cluster.freeze(manager, random.exponential(4000))
      break
    case 'manager disk slow':
      cluster.disk(manager).faults.slowness = 50 + random.below(400)
      later(() => {
        cluster.disk(manager).faults.slowness = 1
      })
      break
    case 'manager disk stands still':
      // A sync takes seconds, as on a disk that is about to fail or is shared with somebody greedy.
      cluster.disk(manager).faults.syncStallMs = 1000 + random.below(5000)
      later(() => {
        cluster.disk(manager).faults.syncStallMs = 0
      })
      break
    case 'manager disk full': {
      const disk = cluster.disk(manager)
      disk.faults.capacityBytes = disk.platter.usedBytes() + random.below(20_000)
      later(() => {
        disk.faults.capacityBytes = Number.POSITIVE_INFINITY
      })
      break
    }
    case 'manager disk fails':
      // Until its daemon has ended of that, and somebody has looked after it; or nothing was written meanwhile.
      cluster.disk(manager).faults.syncErrors = 0.5
      later(() => {
        cluster.disk(manager).faults.syncErrors = 0
      })
      break
    case 'manager clock set':
      setClock(context, managerId, (byMs) => cluster.setManagerClocks(byMs))
      break
    case 'agent clock set':
      setClock(context, worker, (byMs) => cluster.setClock(worker, byMs))
      break
    case 'link cut':
      cluster.network.cut(worker, manager)
      cluster.network.cut(manager, worker)
      later(() => heal(cluster, worker, manager))
      break
    case 'link cut one way':
      if (random.chance(0.5)) cluster.network.cut(worker, manager)
      else cluster.network.cut(manager, worker)
      later(() => heal(cluster, worker, manager))
      break
    case 'link slow':
      cluster.network.slow(worker, manager, 200)
      later(() => cluster.network.slow(worker, manager, 1))
      break
    case 'link reset':
      cluster.network.resetBetween(worker, manager)
      break
    default:
      if (isMachineFault(kind)) disturbMachine(context, kind, worker, lastsMs)
      else void disturb(context, kind, worker, lastsMs)
  }
}

/**
 * By an hour either way, and to an hour off at most: with more nobody believes anybody, as it should be. It stays so: nothing else may
 * depend on what the clock was before.
 */
function setClock({ cluster, random }: FaultContext, id: string, set: (byMs: number) => void): void {
  const hourMs = 3_600_000
  const offHours = Math.round(cluster.clockErrorMs(id) / hourMs)
  const wantedHours = offHours === 0 ? random.pick([-1, 1]) : 0
  set((wantedHours - offHours) * hourMs)
}

function restart(cluster: SimulatedCluster, id: string): void {
  if (!cluster.isUp(id)) void cluster.start(id)
}

function killManagers({ cluster, random, isOver }: FaultContext): void {
  if (isOver()) return
  for (const id of cluster.managers) {
    if (cluster.isUp(id)) cluster.kill(id)
    cluster.queue.schedule(500 + random.exponential(3000), () => restart(cluster, id))
  }
}

/** Their messages take as long as some ticks. The moment to fear is an election then: who asks for votes does not know yet that others do. */
function spread({ cluster, random, isOver }: FaultContext, lastsMs: number): void {
  const { queue, managers, network } = cluster
  const slow = (factor: number): void => {
    for (const one of managers) for (const other of managers) if (one !== other) network.slow(one, other, factor)
  }
  slow(100 + random.below(200))
  for (let atMs = random.exponential(6000); atMs < lastsMs; atMs += 4000 + random.exponential(6000))
    queue.schedule(atMs, () => {
      const { leader } = cluster
      if (leader === undefined || isOver()) return
      cluster.kill(leader)
      queue.schedule(500 + random.exponential(2000), () => restart(cluster, leader))
    })
  queue.schedule(lastsMs, () => slow(1))
}

function takeDown(
  { cluster, random, isOver }: FaultContext,
  kind: 'machine switched off' | 'node stopped',
  id: string,
  lastsMs: number,
): void {
  if (isOver() || !cluster.isUp(id)) return
  cluster.kill(id)
  if (kind === 'machine switched off') cluster.machine(id).powerOff()
  else cluster.machine(id).stopAll(random.chance(0.5) ? { exitCode: 0 } : { signal: 'SIGTERM' }, random.chance(0.5))
  cluster.queue.schedule(lastsMs, () => restart(cluster, id))
}

/** Another program can take a port of a node only while the agent does not listen on it. */
function takePort({ cluster, random }: FaultContext, id: string, lastsMs: number): void {
  const wanted = [...(cluster.store?.view.list('Service') ?? [])].flatMap((service) => ingressPorts(service))
  if (wanted.length === 0 || !cluster.isUp(id)) return
  const port: ListenPort = random.pick(wanted)
  const ports = cluster.ports(id)
  cluster.kill(id)
  ports.occupy(port, true)
  cluster.queue.schedule(1000, () => restart(cluster, id))
  cluster.queue.schedule(15_000 + lastsMs, () => ports.occupy(port, false))
}

function heal(cluster: SimulatedCluster, one: string, other: string): void {
  cluster.network.heal(one, other)
  cluster.network.heal(other, one)
}

function killSomeTask({ cluster, random }: FaultContext): void {
  const running = cluster.workers.flatMap((worker) =>
    cluster
      .machine(worker)
      .running()
      .map(({ task }) => ({ worker, task })),
  )
  if (running.length === 0) return
  const { worker, task } = random.pick(running)
  cluster.machine(worker).kill(task, random.chance(0.3) ? { exitCode: 0 } : random.chance(0.5) ? { exitCode: 1 } : { signal: 'SIGKILL' })
}

/** What users do. */
async function disturb(context: FaultContext, kind: FaultKind, worker: string, lastsMs: number): Promise<void> {
  const { cluster, random } = context
  const name = random.pick(serviceNames)
  const ask = async (request: (client: Client) => Promise<Acknowledged | undefined>): Promise<void> => {
    const client = context.client()
    if (client === undefined) return
    const write = await request(client).catch(() => undefined) // Refused, or nobody knows: users live with that.
    if (write !== undefined) context.acknowledged(write)
  }
  const patch = (change: JsonObject): Promise<void> => ask((client) => patchNode(client, cluster.nodeOf(worker) ?? 'nobody', change))
  const availability = (value: string): Promise<void> => patch({ spec: { availability: value } })
  const revise = (behaviour: 'runs' | 'crashes'): Promise<void> =>
    ask((client) => patchService(client, name, { template: revised(name, context.nextVersion(), behaviour) }))
  switch (kind) {
    case 'node drained':
    case 'node paused':
      await availability(kind === 'node drained' ? 'Drain' : 'Pause')
      cluster.queue.schedule(lastsMs, () => void availability('Active'))
      return
    case 'node relabelled':
      return patch({ metadata: { labels: { zone: random.pick(['a', 'b']) } } })
    case 'service scaled':
      return ask((client) =>
        name === 'everywhere' ? Promise.reject(new Error('global')) : patchService(client, name, { replicas: random.below(7) }),
      )
    case 'service revised':
      return revise('runs')
    case 'service broken':
      return revise('crashes')
    case 'ports changed': {
      const publishing = random.pick(publishingNames)
      return ask((client) => patchService(client, publishing, { endpoint: randomEndpoint(publishing, random) }))
    }
    case 'root rotated':
      return ask(rotateRoot)
    case 'service deleted':
      await ask((client) => client.delete('Service', name).then((left) => (left.kind === 'Status' ? undefined : left)))
      cluster.queue.schedule(
        lastsMs,
        () => void ask((client) => applyService(client, serviceManifest(name, random, context.nextVersion(), 'runs'))),
      )
      return
  }
}

function revised(name: ServiceName, version: number, behaviour: 'runs' | 'crashes'): JsonObject {
  return template(name, version, behaviour)
}
