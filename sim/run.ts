// One simulated run from one seed: a cluster, users, ten minutes of which six bring faults and four bring
// rest, checkers on every entry, and a trace whose hash is equal whenever the seed is.

import assert from 'node:assert/strict'
import { crc32 } from 'node:zlib'
import { RefusedError } from '../agent/session.ts'
import { reasonOf } from '../api/errors.ts'
import type { Assignment, PayloadName } from '../api/session.ts'
import type { Store, StoreEvent, StoreView } from '../api/store.ts'
import { hasReached, isOpen, slotOf } from '../api/task.ts'
import type { Client } from '../client/client.ts'
import { inProcessClient } from '../client/in-process.ts'
import { expiryMs } from '../node/certificate.ts'
import type { OpenStore } from '../store/store.ts'
import { type Acknowledged, acknowledgedWritesSurvive } from './checkers/acknowledged-writes-survive.ts'
import type { Checker } from './checkers/checker.ts'
import { converged } from './checkers/converged.ts'
import { failuresAreCounted } from './checkers/failures-are-counted.ts'
import { filesFollowTasks, type WorkerFiles } from './checkers/files-follow-tasks.ts'
import { heldTasksAreReleased } from './checkers/held-tasks-are-released.ts'
import { machinesComeBack } from './checkers/machines-come-back.ts'
import { noClientForAStoppingTask } from './checkers/no-client-for-a-stopping-task.ts'
import { nobodyVotesTwice } from './checkers/nobody-votes-twice.ts'
import { nodesTakeTheBlame } from './checkers/nodes-take-the-blame.ts'
import { oneNodePerMachine } from './checkers/one-node-per-machine.ts'
import { oneWantedTaskPerSlot } from './checkers/one-wanted-task-per-slot.ts'
import { onlyMembersAreServed } from './checkers/only-members-are-served.ts'
import { parallelismIsRespected } from './checkers/parallelism-is-respected.ts'
import { portsAreServed } from './checkers/ports-are-served.ts'
import { resourcesAreNeverOversubscribed } from './checkers/resources-are-never-oversubscribed.ts'
import { restartLimitsAreRespected } from './checkers/restart-limits-are-respected.ts'
import { rootsAreTrusted } from './checkers/roots-are-trusted.ts'
import { statesOnlyMoveForward } from './checkers/states-only-move-forward.ts'
import { stopsAreHeldShortly } from './checkers/stops-are-held-shortly.ts'
import { watchSeesEveryVersion } from './checkers/watch-sees-every-version.ts'
import { connectAtRandom } from './clients.ts'
import { managerId, SimulatedCluster } from './cluster.ts'
import { CommonLog } from './common-log.ts'
import { createSimulatedClock } from './effects/clock.ts'
import { SeededRandom } from './effects/random.ts'
import type { OpenedStream } from './effects/transport.ts'
import type { TaskPlan } from './executor.ts'
import { drawKinds, type FaultKind, inject } from './faults.ts'
import { Intruder } from './intruder.ts'
import { lookAfter, setClockRight } from './machines.ts'
import { Registers } from './registers.ts'
import {
  applyFile,
  applyService,
  fileManifests,
  firstEndpoint,
  patchNode,
  patchService,
  serviceManifest,
  serviceNames,
  template,
} from './workload.ts'

export interface RunResult {
  /** Equal for equal seeds. */
  readonly traceHash: number
  readonly faults: ReadonlyMap<FaultKind, number>
  /** Rows of the slot contract that were acted upon or seen. */
  readonly rows: ReadonlySet<string>
  readonly entries: number
  readonly events: number
}

export interface RunOptions {
  readonly seed: number
  readonly minutes: number
  /** Lines of the trace, as they are written. */
  readonly onLine?: (line: string) => void
}

const workers = 5
/** Of runs with three managers, or five. */
const severalShare = 0.4
/** Of those with several. */
const fiveShare = 0.1
const clocksDifferShare = 0.5
const faultShare = 0.6
/** At the end nothing may be written for this long. */
const silenceMs = 30_000
const fewestMinutesOfRenewals = 10
const meanBetweenFaultsMs = 6000
const tickMs = 1000

export async function runSeed(options: RunOptions): Promise<RunResult> {
  const clusters: SimulatedCluster[] = []
  try {
    return await simulate(options, (cluster) => clusters.push(cluster))
  } finally {
    for (const cluster of clusters) cluster.end()
  }
}

async function simulate(
  { seed, minutes, onLine = () => {} }: RunOptions,
  onCluster: (cluster: SimulatedCluster) => void,
): Promise<RunResult> {
  const random = new SeededRandom(seed)
  const trace = new Trace(onLine)
  const faults = new Map<FaultKind, number>()
  const rows = new Set<string>()
  const survive = acknowledgedWritesSurvive()
  const watches = watchSeesEveryVersion()
  const fail = (error: unknown): void => {
    failure ??= error
  }
  const clients = noClientForAStoppingTask(() => cluster, fail)
  const roots = rootsAreTrusted(() => cluster, fail)
  const members = onlyMembersAreServed(
    () => cluster.store?.view,
    (host) => cluster.storeOf(host),
    fail,
  )
  const machines = oneNodePerMachine(() => cluster.store?.view, fail)
  const comeBack = machinesComeBack(() => cluster, fail)
  const votes = nobodyVotesTwice(fail)
  const files = filesFollowTasks(() => workerFiles(cluster), fail)
  const registers = new Registers({
    get queue() {
      return cluster.queue
    },
    random: random.split('registers'),
    client: () => client(),
    isOver: () => nowMs() > endMs * faultShare,
    fail,
  })
  const checkers: readonly Checker[] = [
    oneWantedTaskPerSlot(),
    parallelismIsRespected(),
    failuresAreCounted(),
    resourcesAreNeverOversubscribed(),
    restartLimitsAreRespected(),
    heldTasksAreReleased(),
    statesOnlyMoveForward(),
    converged(),
    files,
    members,
    machines,
    comeBack,
    nodesTakeTheBlame((task) => cluster.wentDownWithNode(task)),
    clients,
    stopsAreHeldShortly(() => cluster),
    portsAreServed(() => cluster),
    roots,
    survive,
    registers,
    watches,
  ]
  const endMs = minutes * 60_000
  let failure: unknown
  let entries = 0
  const guard = (check: (checker: Checker) => void): void => {
    for (const checker of checkers) {
      try {
        check(checker)
      } catch (error) {
        fail(error)
      }
    }
  }
  const several = random.split('fifth manager').chance(fiveShare) ? 5 : 3
  const managers = random.split('managers').chance(severalShare) ? several : 1
  const log = new CommonLog({
    onEntry,
    onReplayed: (events) => guard((checker) => checker.replayed?.(events)),
    onLeads: (view) => guard((checker) => checker.leads?.(view)),
    fail,
  })
  const cluster = new SimulatedCluster({
    managers,
    workers,
    managerClocksDiffer: random.split('manager clocks').chance(clocksDifferShare),
    random: random.split('cluster'),
    plan: planFrom(random.split('plans'), () => nowMs() <= endMs * faultShare),
    onToldToStop: clients.toldToStop,
    onWarning: (node, message, fields) => trace.line(nowMs(), node, message, JSON.stringify(fields, errorsToo)),
    onStore,
    onCertificate(host, certificate) {
      intruder.steal(certificate)
      roots.changed(host)
      trace.line(nowMs(), host, 'has a certificate', certificate.nodeId)
    },
    onDiskIsNew: machines.diskIsNew,
    onEnded(host, error) {
      trace.line(nowMs(), host, 'has ended', error.message)
      if (error instanceof RefusedError) comeBack.removed(host)
      lookAfter({ cluster, random: care }, host, error)
    },
  })
  onCluster(cluster)
  const care = random.split('care')
  const intruder = new Intruder(cluster, random.split('intruder'), fail)
  cluster.network.watch = overhearManager
  cluster.network.listen = votes.sent
  const clock = createSimulatedClock(cluster.queue)
  const nowMs = (): number => cluster.queue.nowMs()

  function onStore(store: OpenStore, isRestart: boolean, host: string): void {
    trace.line(nowMs(), host, isRestart ? 'recovered' : 'founded', String(store.view.resourceVersion))
    log.follow(store, isRestart, host)
    store.onLeadership((leads) => {
      const { term } = store.status()
      trace.line(nowMs(), host, leads ? 'leads' : 'follows', String(term))
      if (leads) votes.leads(host, term)
    })
    watch(cluster, store, host, random.split(`watch ${host} ${store.view.resourceVersion}`), watches, fail)
  }

  function onEntry(events: readonly StoreEvent[], { view }: OpenStore): void {
    entries += 1
    for (const { type, object, resourceVersion } of events)
      trace.line(nowMs(), `${type} ${object.kind}/${object.metadata.name}`, String(resourceVersion), describe(object))
    noteRows(events, view, rows)
    guard((checker) => checker.observe({ elapsedMs: nowMs(), nowMs: cluster.wallMs, view, events }))
  }

  /** What the manager says to others: checked against what it knows at that moment. */
  function overhearManager(stream: OpenedStream): (frame: Uint8Array) => void {
    members.opened(stream)
    return (frame) => {
      const isOfMember = stream.node !== undefined && cluster.store?.view.get('Node', stream.node.id) !== undefined
      const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength)
      const type = /^\{"type":"(\w+)"/.exec(bytes.toString('latin1', 0, 32))?.[1] ?? ''
      if (stream.protocol === 'dispatcher' && isOfMember && type !== 'payload') return
      const message: unknown = type === 'payload' || type === 'issued' ? JSON.parse(bytes.toString()) : undefined
      const issued = isIssued(message) ? message.nodeId : undefined
      members.sent(stream, type, issued)
      if (issued !== undefined) machines.issued(stream.from, issued)
      if (isPayload(message)) files.sent(stream.node?.id ?? '', `${message.payload.kind}/${message.payload.name}`, nowMs())
    }
  }

  const client = (): Client | undefined => {
    const { handle } = cluster
    return handle === undefined ? undefined : inProcessClient({ router: { handle }, clock, name: 'user' })
  }
  let version = 0
  const nextVersion = (): number => (version += 1)
  const knobs = random.split('knobs')
  /** In some runs every certificate lives for minutes only, and is renewed all the time. The last of them must be replaced before the silence. */
  const lifeMs = knobs.chance(0.4) && minutes >= fewestMinutesOfRenewals ? 120_000 + knobs.below(120_000) : undefined
  const context = {
    cluster,
    lifeMs,
    random: random.split('faults'),
    client,
    nextVersion,
    isOver: () => nowMs() > endMs * faultShare,
    acknowledged,
    note(kind: FaultKind) {
      trace.line(nowMs(), 'fault', kind, '')
      faults.set(kind, (faults.get(kind) ?? 0) + 1)
    },
  }
  function acknowledged(write: Acknowledged): void {
    try {
      survive.acknowledged(write)
    } catch (error) {
      fail(error)
    }
  }
  const isBroken = (): boolean => failure !== undefined || cluster.failures.length > 0
  const run = async (untilMs: number): Promise<void> => {
    await cluster.queue.run(untilMs, () => {}, isBroken)
    if (isBroken()) throw failure ?? cluster.failures[0]
  }

  await cluster.queue.settle(cluster.start(managerId))
  const { store } = cluster
  assert.ok(store !== undefined)
  if (lifeMs !== undefined) limitCertificates(store, lifeMs)
  await cluster.queue.run(
    5_000,
    () => {},
    () => isBroken() || cluster.token !== undefined,
  )
  for (const id of [...cluster.managers.slice(1), ...cluster.workers]) void cluster.start(id)
  for (const manifest of fileManifests) {
    const present = client()
    assert.ok(present !== undefined)
    acknowledged(await cluster.queue.settle(applyFile(present, manifest)))
  }
  for (const name of serviceNames) {
    const present = client()
    assert.ok(present !== undefined)
    acknowledged(await cluster.queue.settle(applyService(present, serviceManifest(name, random.split(name), nextVersion(), 'runs'))))
  }
  connectAtRandom(cluster, random.split('clients'), clients.reached)
  registers.start()
  intruder.start()
  const tick = (): void => {
    guard((checker) => checker.tick?.(nowMs()))
    cluster.queue.schedule(tickMs, tick)
  }
  tick()
  const kinds = drawKinds(random.split('kinds'), context)
  const trouble = (): void => {
    if (nowMs() > endMs * faultShare) return
    inject(context, context.random.pick(kinds))
    cluster.queue.schedule(context.random.exponential(meanBetweenFaultsMs), trouble)
  }
  cluster.queue.schedule(15_000, trouble)
  await run(endMs * faultShare)
  comeBack.calm(nowMs())
  await rest(cluster, client, nextVersion)
  // The clock may be set in the middle of the last rollouts, and stays so: they end all the same.
  const last = random.split('last step')
  const byMs = lifeMs === undefined ? last.pick([-1, 0, 1]) * 3_600_000 : 0
  cluster.queue.schedule(last.exponential(5_000), () => cluster.setManagerClocks(byMs))
  await run(endMs - silenceMs)
  const { store: settled } = cluster
  assert.ok(settled !== undefined)
  const quietSince = settled.view.resourceVersion
  await run(endMs)
  assert.equal(settled.view.resourceVersion, quietSince, 'silence once settled')
  guard((checker) => checker.settled?.(settled.view))
  for (const id of cluster.managers) survive.atRest(id, cluster.storeOf(id)?.view ?? assert.fail(`${id} is not up`))
  if (failure !== undefined) throw failure
  assert.ok(intruder.tried > 0)
  return { traceHash: trace.hash, faults, rows, entries, events: cluster.queue.executed }
}

/** Everything is healed, and every service gets a spec that works. */
async function rest(cluster: SimulatedCluster, client: () => Client | undefined, nextVersion: () => number): Promise<void> {
  const { queue } = cluster
  cluster.network.healAll()
  for (const id of cluster.managers)
    Object.assign(cluster.disk(id).faults, { slowness: 1, syncStallMs: 0, syncErrors: 0, capacityBytes: Number.POSITIVE_INFINITY })
  for (const id of cluster.hosts) {
    cluster.ports(id).freeAll()
    const wasRight = setClockRight(cluster, id)
    if (cluster.managers.includes(id) || !cluster.isUp(id)) continue
    const certificate = cluster.certificateOf(id)
    // It cannot renew any more, and says so in its log; with a token it goes on as the node that it is. Or it could not while its
    // clock was wrong, and waits for minutes before it tries again.
    if (!wasRight || (certificate !== undefined && expiryMs(certificate) <= cluster.wallMs)) cluster.kill(id)
  }
  for (const id of cluster.hosts) if (!cluster.isUp(id)) await queue.settle(cluster.start(id))
  await queue.run(
    queue.nowMs() + 20_000,
    () => {},
    () => cluster.failures.length > 0,
  )
  const present = client()
  assert.ok(present !== undefined, 'the manager is back')
  await queue.settle(
    present.patch('Cluster', 'default', { type: 'merge', patch: { spec: { ca: { nodeCertExpiry: null } } } }, { fieldManager: 'user' }),
  )
  for (const [at, worker] of cluster.workers.entries()) {
    const node = cluster.nodeOf(worker)
    const change = { spec: { availability: 'Active' }, metadata: { labels: { zone: at < 3 ? 'a' : 'b' } } }
    if (node !== undefined) await queue.settle(patchNode(present, node, change).catch(() => undefined))
  }
  // What was a machine before it lost its disk is nobody any more.
  for (const { metadata } of [...(cluster.store?.view.list('Node') ?? [])])
    if (cluster.hostOf(metadata.name) === undefined)
      await queue.settle(present.delete('Node', metadata.name, { force: true }).catch(() => undefined))
  const random = new SeededRandom(1)
  for (const name of serviceNames) {
    const exists = await queue.settle(
      present.get('Service', name).then(
        (service) => service.metadata.deletionTimestamp === undefined,
        () => false,
      ),
    )
    const spec = {
      template: template(name, nextVersion(), 'runs'),
      ...firstEndpoint(name),
      ...(name === 'everywhere' ? {} : { replicas: 3 }),
      update: { parallelism: 2, delay: '1s', monitor: '2s' },
    }
    if (exists) await queue.settle(patchService(present, name, spec))
    else await queue.settle(applyService(present, serviceManifest(name, random, nextVersion(), 'runs')).catch(() => undefined))
  }
}

function workerFiles(cluster: SimulatedCluster): readonly WorkerFiles[] {
  return cluster.workers.map((name) => {
    const machine = cluster.machine(name)
    return {
      name,
      node: cluster.nodeOf(name),
      running: () => machine.running().map((task) => ({ task, files: machine.filesOf(task.task).length })),
      told: () => cluster.told(name).payloads,
    }
  })
}

/** As the API would not: it takes nothing below half an hour. */
function limitCertificates(store: Store, lifeMs: number): void {
  const limit = (): void => {
    const cluster = store.view.get('Cluster', 'default')
    if (cluster === undefined || cluster.spec.ca?.nodeCertExpiry !== undefined) return
    const spec = { ...cluster.spec, ca: { ...cluster.spec.ca, nodeCertExpiry: `${lifeMs}ms` } }
    store.commit({ writes: [{ op: 'update', object: { ...cluster, spec } }] }).then(unsubscribe, limit)
  }
  const unsubscribe = store.subscribe(limit)
  limit()
}

function isIssued(message: unknown): message is { readonly nodeId: string } {
  return typeof message === 'object' && message !== null && 'nodeId' in message && typeof message.nodeId === 'string'
}

function isPayload(message: unknown): message is { readonly payload: PayloadName } {
  return typeof message === 'object' && message !== null && 'payload' in message
}

/** `areFaultsOn`: a task that its node refuses is a fault like the others, and ends with them. */
function planFrom(random: SeededRandom, areFaultsOn: () => boolean): (task: Assignment) => TaskPlan {
  return ({ template: { env = {} } }) => {
    const base: TaskPlan = {
      prepareMs: 20 + random.exponential(300),
      startMs: 10 + random.exponential(100),
      stopMs: random.exponential(500),
      healthyAfterMs: random.exponential(800),
      ...(random.chance(0.05) ? { ignoresStop: true } : {}),
    }
    const isRefused = random.chance(0.01) && areFaultsOn()
    if (isRefused) return { ...base, prepare: 'is-refused' }
    if (env['BEHAVIOUR'] === 'crashes') return { ...base, runMs: 1000 + random.exponential(5000), exitCode: 1 }
    return env['BEHAVIOUR'] === 'completes' ? { ...base, runMs: 1000 + random.exponential(3000) } : base
  }
}

/** A watcher that is slow, and comes back from where it was. */
function watch(
  cluster: SimulatedCluster,
  store: OpenStore,
  host: string,
  random: SeededRandom,
  watches: ReturnType<typeof watchSeesEveryVersion>,
  fail: (error: unknown) => void,
): void {
  let since = store.view.resourceVersion
  let seen = watches.begin(host, since)
  const follow = async (): Promise<void> => {
    const stop = new AbortController()
    let batches = 3 + random.below(20)
    for await (const events of store.watch(since, stop.signal)) {
      seen(events)
      since = events.at(-1)?.resourceVersion ?? since
      batches -= 1
      if (batches === 0) stop.abort()
    }
    cluster.queue.schedule(random.exponential(2000), () => void follow().catch(again))
  }
  const again = (error: unknown): void => {
    if (error instanceof assert.AssertionError) fail(error)
    if (reasonOf(error) !== 'Expired') return // The store closed with its process.
    since = store.view.resourceVersion
    seen = watches.begin(host, since)
    follow().catch(again)
  }
  follow().catch(again)
}

/** Rows told by what was written, or by what is there after it. */
function noteRows(events: readonly StoreEvent[], view: StoreView, rows: Set<string>): void {
  for (const { type, object, previous } of events) {
    if (object.kind !== 'Task') continue
    const { spec } = object
    const before = previous?.kind === 'Task' ? previous : undefined
    if (type === 'ADDED' && spec.attempt === 1) rows.add('empty')
    if (spec.stop?.reason === 'ScaledDown') rows.add('surplus')
    if (spec.stop?.by === 'drain') rows.add('misplaced')
    if (spec.stop?.by === 'placement') rows.add('unfit')
    if (spec.stop?.by === 'global') rows.add('absent')
    if (spec.stop?.by === 'reaper') rows.add('orphaned')
    if (spec.stop?.reason === 'Superseded') rows.add('crowded')
    if (before !== undefined && before.spec.verdict === undefined && spec.verdict !== undefined)
      rows.add(events.length === 1 && spec.verdict === 'Replaced' ? 'superseded' : 'ended')
    if (before?.spec.desired === 'Ready' && spec.desired === 'Running') rows.add('waiting')
    if (before !== undefined && isOpen(before) && spec.stop?.reason === 'Outdated')
      rows.add(hasReached(before, 'Starting') ? 'outdated' : 'stale')
    if (view.tasksOfSlot(spec.serviceUid, slotOf(object)).filter(isOpen).length > 1) rows.add('replacing')
    if (object.status.state === 'Running') rows.add('settled')
  }
}

export const allRows = [
  'orphaned',
  'surplus',
  'absent',
  'misplaced',
  'unfit',
  'crowded',
  'ended',
  'stale',
  'waiting',
  'superseded',
  'outdated',
  'replacing',
  'empty',
  'settled',
] as const

function describe(object: StoreEvent['object']): string {
  if (object.kind === 'Task')
    return `${object.spec.desired} ${object.status.state} ${object.spec.nodeName ?? '-'} ${object.spec.verdict ?? ''} ${object.spec.stop?.by ?? ''} ${object.status.error ?? ''}`
  return object.kind === 'Service' ? `generation ${object.metadata.generation} ${JSON.stringify(object.status.update ?? {})}` : ''
}

function errorsToo(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value
}

class Trace {
  readonly #onLine: (line: string) => void
  hash = 0

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  line(nowMs: number, who: string, what: string, details: string): void {
    const text = `${nowMs.toFixed(3).padStart(12)}  ${who.padEnd(44)} ${what.padEnd(18)} ${details}`
    this.hash = crc32(text, this.hash)
    this.#onLine(text)
  }
}
