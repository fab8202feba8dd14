// What happens to machines as nodes: they join, leave, lose their disk, die while they join, come with a token that
// was replaced, a wrong one, or a clock that is off; and strangers knock. Somebody looks after them: reads why a daemon
// has ended, and starts it again with what it lacked.

import type { Cluster } from '../api/objects.ts'
import { makeToken } from '../ca/join-token.ts'
import type { Client } from '../client/client.ts'
import { isOfDisk, managerId, type SimulatedCluster } from './cluster.ts'
import type { SeededRandom } from './effects/random.ts'
import { patchNode } from './workload.ts'

export const machineFaultKinds = [
  'node removed by force',
  'node leaves and comes back',
  'disk wiped',
  'dies while it joins',
  'manager dies while it issues',
  'token replaced',
  'wrong token',
  'clock wrong while it joins',
  'machine flaps',
  'away for longer than its certificate',
] as const
export type MachineFaultKind = (typeof machineFaultKinds)[number]

export interface MachineContext {
  readonly cluster: SimulatedCluster
  readonly random: SeededRandom
  /** Undefined while the manager is down. */
  readonly client: () => Client | undefined
  /** Of the certificates of nodes; undefined: longer than the run. */
  readonly lifeMs: number | undefined
}

const hourMs = 3_600_000

export function isMachineFault(kind: string): kind is MachineFaultKind {
  return machineFaultKinds.some((each) => each === kind)
}

/** Clocks, when they are set, are set by hours: with certificates of minutes nobody would believe anybody for the rest of the run. */
export function isPossible(kind: string, { lifeMs }: Pick<MachineContext, 'lifeMs'>): boolean {
  const isOfClocks = kind === 'manager clock set' || kind === 'agent clock set' || kind === 'clock wrong while it joins'
  return lifeMs === undefined ? kind !== 'away for longer than its certificate' : !isOfClocks
}

export function disturbMachine(context: MachineContext, kind: MachineFaultKind, id: string, lastsMs: number): void {
  const { cluster, random } = context
  const { queue } = cluster
  const startLater = (delayMs: number, token?: string): void => {
    queue.schedule(delayMs, () => {
      if (!cluster.isUp(id)) void cluster.start(id, token === undefined ? undefined : { token })
    })
  }
  const manager = cluster.leader
  switch (kind) {
    case 'node removed by force':
      void removeNode(context, id)
      return
    case 'node leaves and comes back':
      void leave(context, id, lastsMs)
      return
    case 'disk wiped':
      if (!wipe(context, id)) return
      startLater(random.exponential(5_000))
      return
    case 'dies while it joins':
      if (!wipe(context, id)) return
      startLater(0)
      // A join takes a few milliseconds; most of them are after the key is on disk.
      queue.schedule(random.exponential(6), () => void (cluster.isUp(id) && cluster.kill(id)))
      startLater(1_000 + lastsMs)
      return
    case 'manager dies while it issues':
      if (manager === undefined || !wipe(context, id)) return
      startLater(0)
      queue.schedule(random.exponential(6), () => void (cluster.isUp(manager) && cluster.kill(manager)))
      queue.schedule(500 + random.exponential(3_000), () => void (cluster.isUp(manager) || cluster.start(manager)))
      return
    case 'token replaced': {
      const old = cluster.token
      if (random.chance(0.5) && wipe(context, id)) startLater(random.exponential(20), old)
      void replaceToken(context)
      return
    }
    case 'wrong token':
      if (!wipe(context, id)) return
      for (let times = 1 + random.below(7); times > 0; times--) startLater(random.exponential(2_000), wrongToken(context))
      return
    case 'clock wrong while it joins':
      if (!wipe(context, id)) return
      cluster.setClock(id, random.pick([-3, -2, 2, 3]) * hourMs)
      startLater(0)
      queue.schedule(lastsMs, () => setClockRight(cluster, id))
      return
    case 'machine flaps':
      for (let at = 0; at < 5 + random.below(15); at++) queue.schedule(at * 1_000, () => flap(context, id))
      return
    case 'away for longer than its certificate':
      if (!cluster.isUp(id)) return
      cluster.kill(id)
      // Without a token it says what is the matter, and ends; then somebody brings one.
      queue.schedule((context.lifeMs ?? 0) + lastsMs, () => void (cluster.isUp(id) || cluster.start(id, { token: undefined })))
      return
  }
}

/** Reads why the daemon of a machine has ended, and starts it again. */
export function lookAfter({ cluster, random }: Pick<MachineContext, 'cluster' | 'random'>, id: string, error: Error): void {
  const { message } = error
  if (isOfDisk(error)) {
    // What had not reached the disk is gone; a second sync would have said that it is there.
    cluster.disk(id).crash()
    cluster.disk(id).faults.syncErrors = 0
  }
  cluster.queue.schedule(500 + random.exponential(3_000), () => {
    if (cluster.isUp(id)) return
    if (/was removed from the cluster|is not a member/.test(message)) cluster.forgetCertificates(id)
    if (/not valid before|clock/.test(message) && random.chance(0.5)) setClockRight(cluster, id)
    void cluster.start(id)
  })
}

/** A few seconds off, as most are. Returns whether it was no more than that before. */
export function setClockRight(cluster: SimulatedCluster, id: string): boolean {
  const offHours = Math.round(cluster.clockErrorMs(id) / hourMs)
  cluster.setClock(id, -offHours * hourMs)
  return offHours === 0
}

async function removeNode({ cluster, client }: MachineContext, id: string): Promise<void> {
  const node = cluster.nodeOf(id)
  if (node === undefined) return
  await client()
    ?.delete('Node', node, { force: true })
    .catch(() => undefined)
}

/** Drained, then off, then removed as soon as it is Down; and after a while it is there again, as somebody new. */
async function leave(context: MachineContext, id: string, lastsMs: number): Promise<void> {
  const { cluster, client, random } = context
  const { queue } = cluster
  const node = cluster.nodeOf(id)
  if (node === undefined || !cluster.isUp(id)) return
  const present = client()
  if (present === undefined) return
  await patchNode(present, node, { spec: { availability: 'Drain' } }).catch(() => undefined)
  queue.schedule(random.exponential(5_000), () => {
    if (!cluster.isUp(id) || cluster.nodeOf(id) !== node) return
    cluster.kill(id)
    cluster.machine(id).powerOff()
    const force = random.chance(0.3)
    queue.schedule(
      force ? 0 : 25_000,
      () =>
        void client()
          ?.delete('Node', node, { force })
          .catch(() => undefined),
    )
    queue.schedule(26_000 + lastsMs, () => {
      if (cluster.isUp(id)) return
      cluster.wipe(id)
      void cluster.start(id)
    })
  })
}

/** The machine gets an empty disk. Its programs run on, or it was off meanwhile. */
function wipe({ cluster, random }: MachineContext, id: string): boolean {
  if (!cluster.isUp(id)) return false
  cluster.kill(id)
  if (random.chance(0.5)) cluster.machine(id).powerOff()
  cluster.wipe(id)
  return true
}

function flap({ cluster, random }: MachineContext, id: string): void {
  if (random.chance(0.7)) cluster.network.resetBetween(id, cluster.leader ?? managerId)
  else if (cluster.isUp(id)) {
    cluster.kill(id)
    cluster.queue.schedule(random.exponential(300), () => void (cluster.isUp(id) || cluster.start(id)))
  }
}

async function replaceToken({ client }: MachineContext): Promise<void> {
  const present = client()
  if (present === undefined) return
  try {
    const cluster = await present.get('Cluster', 'default')
    const { ca } = cluster.spec as Cluster['spec']
    const patch = { spec: { ca: { rotateWorkerToken: (ca?.rotateWorkerToken ?? 0) + 1 } } }
    await present.patch('Cluster', 'default', { type: 'merge', patch }, { fieldManager: 'user' })
  } catch {
    // Whoever wanted it tries another time.
  }
}

/** The root is right, the secret is not; or both are of another cluster. */
function wrongToken({ cluster, random }: MachineContext): string {
  const root = cluster.certificateOf(managerId)?.root ?? ''
  return makeToken(random.chance(0.7) ? root : 'another root', random)
}
