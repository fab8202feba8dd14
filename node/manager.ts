// A manager: its copy of the store, kept with the other managers by Raft, and the API in front of it. Whoever leads
// runs the controllers, the dispatcher and what else there may be only once (leader.ts); the others tell agents where the
// leader is, read for themselves, and hand it what they cannot answer (../server/door.ts).
//
// Read next: leader.ts, ../store/store.ts, ../store/links/links.ts.

import { firstOf } from '../agent/first-of.ts'
import { StatusError } from '../api/errors.ts'
import type { MemberStatus } from '../api/member.ts'
import type { Kind } from '../api/objects.ts'
import { validateObject } from '../api/schema/validate.ts'
import { forecastDrain, formatForecast } from '../controllers/scheduler/drain-forecast.ts'
import { explainTask } from '../controllers/scheduler/explain.ts'
import { formatExplanation } from '../controllers/scheduler/explain-format.ts'
import type { Clock, Effects } from '../effects/effects.ts'
import { checkDemotion } from '../server/admission/demotion.ts'
import { checkStack } from '../server/admission/stack-admission.ts'
import { createDecider, createDoor } from '../server/door.ts'
import { EventLog } from '../server/events.ts'
import { Forwarder, serveForwarded } from '../server/forwarding.ts'
import { createMemberDoor } from '../server/member-door.ts'
import { redirectToLeader } from '../server/redirect.ts'
import { createRouter } from '../server/router.ts'
import { PeerLinks } from '../store/links/links.ts'
import { openStore } from '../store/open-store.ts'
import { membersOf } from '../store/raft/configuration.ts'
import type { OpenStore } from '../store/store.ts'
import { createBackup } from './backup.ts'
import { groupOf } from './controllers.ts'
import { runGitops } from './gitops.ts'
import { createHealth } from './health.ts'
import { noteStart } from './identity.ts'
import { Leader } from './leader.ts'
import { NodeMetrics } from './metrics.ts'
import type { KitNode, ManagerOptions } from './node-options.ts'
import { formerTerm } from './retire.ts'

/** Recovers the store. Nothing runs before `run`. */
export async function openManager(
  effects: Effects,
  options: ManagerOptions,
  runBeside: (signal: AbortSignal, store: OpenStore) => Promise<void>,
): Promise<KitNode> {
  const { identity, directory, version, forceNewCluster = false, processMetrics: ofProcess } = options
  if (forceNewCluster && identity.isForced)
    throw new StatusError(
      'Conflict',
      '--force-new-cluster was carried out at the last start: start without it, or managers that have joined since would be thrown out again',
    )
  const { nodeId, clusterId, hasLog, joined } = identity
  let opened: OpenStore | undefined
  const addressOf = (id: string): string | undefined => opened?.view.get('Node', id)?.status.description?.managerAddress
  const links = new PeerLinks({ ...effects, id: nodeId, addressOf })
  const metrics = new NodeMetrics({ clock: effects.clock, version, ...(ofProcess === undefined ? {} : { ofProcess }) })
  const store = await openStore(
    { ...effects, peers: links, metrics: metrics.store },
    {
      directory: `${directory}/raft`,
      ...{ nodeId, clusterId, isKnown: hasLog },
      founders: joined ? [] : [nodeId],
      formerTerm: await formerTerm(effects.disk, directory),
      forceNewCluster,
      ...options.log,
      ...(options.keys === undefined ? {} : { keys: options.keys }),
    },
  )
  opened = store
  try {
    await noteStart(effects.disk, directory, identity, forceNewCluster)
    assertFounds(store, options)
  } catch (error) {
    await store.close()
    throw error
  }
  metrics.expose(store, options.ownCertificate)
  return createManager(effects, options, { store, links, metrics, addressOf }, runBeside)
}

/** A cluster that has its root is not given another by starting its manager with one. */
function assertFounds({ view }: OpenStore, { founding, directory }: ManagerOptions): void {
  const root = founding?.cluster?.ca?.root
  const present = view.get('Cluster', 'default')?.status.ca?.certificate
  if (root === undefined || present === undefined || present === root.certificate) return
  throw new StatusError(
    'Conflict',
    `${directory} holds a cluster that has another root: start without --ca-cert and --ca-key, and change the root with 'kit swarm ca --rotate --ca-cert FILE --ca-key FILE'`,
  )
}

/** Longer than it takes where the other one answers. */
const handOverLimitMs = 1_000

interface Opened {
  readonly store: OpenStore
  readonly links: PeerLinks
  readonly metrics: NodeMetrics
  readonly addressOf: (id: string) => string | undefined
}

function createManager(
  effects: Effects,
  options: ManagerOptions,
  { store, links, metrics, addressOf }: Opened,
  runBeside: (signal: AbortSignal, store: OpenStore) => Promise<void>,
): KitNode {
  const { clock, random, log, transport } = effects
  const { nodeId, clusterId } = options.identity
  const uidOf = (kind: Kind, name: string): string | undefined => {
    const metadata = store.view.get(kind, name)?.metadata
    return metadata !== undefined && 'uid' in metadata ? metadata.uid : undefined
  }
  const events = new EventLog(clock, uidOf, metrics.events)
  const group = groupOf(store, nodeId)
  let leader: Leader | undefined
  const leading = (): Leader => {
    if (leader === undefined) throw new StatusError('NotLeader', 'this manager does not lead')
    return leader
  }
  const leaderAddress = (): string | undefined => {
    const { leader: id } = store.status()
    return id === null || id === nodeId ? undefined : addressOf(id)
  }

  const whyNobodyLeads = (): string => whyNone(store, nodeId, addressOf, (id) => links.isHeard(id))

  const router = createRouter({
    store,
    clock,
    random,
    log,
    events,
    admission: { validate: validateObject, checkStack, checkDemotion: (node, force) => checkDemotion(store.view, group, node, force) },
    version: options.version,
    health: createHealth(store, whyNobodyLeads, () => leader?.hasReported(nodeId) === true),
    metrics: () => metrics.text(),
    logs: (of, logOptions, signal) => leading().logs(of, logOptions, signal),
    stats: (nodeName) => leading().stats(nodeName),
    member: { name: nodeId, status: () => memberStatus(store) },
    exec: (task, command, who, signal) => leading().exec(task, command, who, signal),
    forecastDrain(view, name) {
      const forecast = forecastDrain(view, name)
      return { ...forecast, moves: Object.fromEntries(forecast.moves), text: formatForecast(view, forecast) }
    },
    ...(options.keys === undefined ? {} : { lockVersion: () => options.keys?.lockVersion ?? 0 }),
    backup: createBackup({ store, clock, random, clusterId, version: options.version }),
    explainTask(view, name) {
      const explanation = explainTask(view, name)
      return explanation === undefined ? undefined : { ...explanation, text: formatExplanation(explanation) }
    },
  })
  const here = metrics.measureRequests(router.handle)
  const decide = createDecider({ clock, store, here })
  const forwarder = new Forwarder(transport)
  // Of its own: a forwarder keeps the streams to one manager.
  const memberForwarder = new Forwarder(transport)
  const handle = createMemberDoor({
    ...{ clock, forwarder: memberForwarder },
    addressOf: (id) => (id !== nodeId && membersOf(store.members).includes(id) ? addressOf(id) : undefined),
    next: createDoor({ ...{ clock, forwarder, store, leaderAddress }, here, hasSay: () => hasSay(store, nodeId), whyNone: whyNobodyLeads }),
  })

  /** Leads, or follows, until `signal` fires. Nothing of one term is left in the next. */
  async function serve(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await whileRole(store, false, signal, (inner) => redirectToLeader(transport, leaderAddress, inner))
      await whileRole(store, true, signal, async (inner) => {
        leader = new Leader(effects, options, store, events, metrics)
        try {
          await leader.run(inner)
        } finally {
          leader = undefined
        }
      })
    }
  }

  return {
    nodeId,
    handle,
    store,
    async run(signal) {
      const stop = new AbortController()
      const all = stop.signal
      const leave = (): void => void handOver(store, clock, all).finally(() => stop.abort(signal.reason))
      if (signal.aborted) stop.abort(signal.reason)
      else signal.addEventListener('abort', leave, { once: true })
      const broken = store.fatal.then((error) => {
        throw error
      })
      try {
        const gitops = runGitops(effects, options, { store, metrics, here, anywhere: handle }, all)
        const parts = [serve(all), links.run(all), serveForwarded(transport, decide, all), gitops, runBeside(all, store)]
        await Promise.race([Promise.all(parts), broken])
      } finally {
        signal.removeEventListener('abort', leave)
        stop.abort()
        forwarder.close()
        memberForwarder.close()
        await store.close()
      }
    },
  }
}

function memberStatus(store: OpenStore): MemberStatus {
  const { role, term, leader, commit, applied, snapshotIndex, snapshotAgeMs, replayBytes } = store.status()
  return {
    ...{ role, term, snapshotIndex, replayBytes, commitIndex: commit, appliedIndex: applied },
    ...(leader === null ? {} : { leader }),
    ...(snapshotAgeMs === undefined ? {} : { snapshotAgeMs }),
  }
}

/** A leader that goes lets another one lead at once, where there is one: nobody waits for an election then. */
async function handOver(store: OpenStore, clock: Clock, signal: AbortSignal): Promise<void> {
  const { voters } = store.members
  const [heir] = (store.followers() ?? [])
    .filter(({ id, isReachable }) => isReachable && voters.includes(id))
    .toSorted((a, b) => a.behind - b.behind)
  if (heir === undefined) return
  try {
    store.transferLeadership(heir.id)
    await firstOf(signal, [(inner) => untilRole(store, false, inner), (inner) => clock.sleep(handOverLimitMs, inner)])
  } catch {
    // Then the others elect one.
  }
}

function hasSay({ members: { voters, outgoing, learners } }: OpenStore, own: string): boolean {
  return voters.length === 0 || [...voters, ...outgoing, ...learners].includes(own)
}

/** For whoever asked for something that takes a majority. */
function whyNone(store: OpenStore, own: string, addressOf: (id: string) => string | undefined, isHeard: (id: string) => boolean): string {
  if (!hasSay(store, own)) return 'this manager has no say any more, and is about to be a worker: ask another one'
  const { voters } = store.members
  if (voters.length === 0) return 'this manager has just joined, and has not heard from the others yet: try again'
  const { leader, isStopped } = store.status()
  if (isStopped) return 'the store of this manager has stopped, and its log says why; its daemon ends'
  if (leader !== null) return `the leader ${leader} (${addressOf(leader) ?? 'address unknown'}) does not answer: try again`
  const needed = Math.floor(voters.length / 2) + 1
  const silent = voters.filter((id) => id !== own && !isHeard(id))
  const where = silent.map((id) => `${id} (${addressOf(id) ?? 'address unknown'})`).join(', ')
  const what =
    silent.length === 0 ? 'all of them are heard from, so try again' : `this one does not hear from ${where}. Start those that are down`
  return `no manager leads: it takes ${needed} of ${voters.length} managers that reach each other, and ${what}; what this manager has, which may be old, can still be read (kit --stale, resourceVersion=0). Who the managers are cannot be changed either, by force or not: when too many are lost for good, start one that is left with \`kitd --force-new-cluster\``
}

/** Runs `work` once this node leads, or does not, as `wanted`; its signal fires when that changes, or `signal` does. */
async function whileRole(
  store: OpenStore,
  wanted: boolean,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (signal.aborted || store.status().leads !== wanted) return
  const over = new AbortController()
  const changed = untilRole(store, !wanted, signal).then(() => over.abort())
  await work(over.signal)
  await changed
}

/** Resolves when leading is `wanted`, or `signal` fires. */
function untilRole(store: OpenStore, wanted: boolean, signal: AbortSignal): Promise<void> {
  if (store.status().leads === wanted || signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const unsubscribe = store.onLeadership((leads) => {
      if (leads === wanted) done()
    })
    const done = (): void => {
      unsubscribe()
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
  })
}
