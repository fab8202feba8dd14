// The rows of every slot of every service, kept up to date from the store's events, so that a controller
// asks only for the slots of its own rows. What one event may have changed is marked and classified again
// when somebody asks: reconciling a service of 100,000 tasks after one changed looks at one slot.
//
// One index serves all controllers of a process. It is a cache of what the store says and of nothing else.

import { isBeforeStep, isDue } from '../../api/clock-step.ts'
import type { KitObject, Node, Service, Task, TaskState } from '../../api/objects.ts'
import { replicasOf } from '../../api/schema/defaults.ts'
import type { StoreEvent, StoreView } from '../../api/store.ts'
import { claims, slotOf } from '../../api/task.ts'
import { type Classified, classify, isRunning, keepOrder, type NodeFacts, type Row, type RowName } from './classify.ts'
import { awaitsCount, rolloutPolicyOf } from './policy.ts'

export interface SlotEntry<R extends Row = Row> {
  readonly slot: string
  readonly row: R
}

/** The slots of one service. Asking for anything first classifies what was marked. */
export class ServiceSlots {
  readonly serviceUid: string
  readonly #view: StoreView
  readonly #nodes: NodeFacts
  #service: Service
  readonly #entries = new Map<string, Classified>()
  readonly #byRow = new Map<RowName, Set<string>>()
  readonly #dirty = new Set<string>()
  /** Slots whose row changes by time alone, with when (ms since 1970). */
  readonly #revisits = new Map<string, number>()
  readonly #claimed = new Set<string>()
  readonly #running = new Set<string>()
  readonly #completed = new Set<string>()
  /** Tasks of the rollout under way that count against its budget: not settled, or settled less than `delay` ago. */
  readonly #inTheAir = new Map<string, Task>()
  /** Tasks of the rollout under way that ended, were not stopped, and have not been counted. */
  readonly #uncounted = new Map<string, Task>()
  #rolloutId: string | undefined
  #lastSettledAt = 0
  #refreshedAt = 0
  #lowestFree = 1
  /** Those to go first at the front; undefined while it has to be found anew. */
  #surplus: Set<string> | undefined
  #wasSurplus: ReadonlySet<string> = new Set()
  /** How often a slot was classified: what tests measure. */
  classifications = 0
  /** How often it was found out which slots are surplus: a pass through all of them. */
  rankings = 0

  constructor(service: Service, view: StoreView, nodes: NodeFacts) {
    this.serviceUid = service.metadata.uid
    this.#service = service
    this.#view = view
    this.#nodes = nodes
    this.#markAll()
  }

  get service(): Service {
    return this.#service
  }

  setService(service: Service): void {
    const previous = this.#service
    this.#service = service
    if (!sameForSlots(previous, service)) this.#markAll()
  }

  markTask(task: Task, deleted: boolean): void {
    this.#dirty.add(slotOf(task))
    this.#noteRollout(task, deleted)
  }

  markSlot(slot: string): void {
    this.#dirty.add(slot)
  }

  /** Slots in that row, at `now` (ms since 1970). The order is that in which they entered it. */
  in<N extends RowName>(name: N, now: number): readonly SlotEntry<Extract<Row, { row: N }>>[] {
    this.#refresh(now)
    return [...(this.#byRow.get(name) ?? [])].flatMap((slot) => {
      const row = this.#entries.get(slot)?.row
      return isRow(row, name) ? [{ slot, row }] : []
    })
  }

  count(name: RowName, now: number): number {
    this.#refresh(now)
    return this.#byRow.get(name)?.size ?? 0
  }

  counts(now: number): { readonly slots: number; readonly claimed: number; readonly running: number; readonly completed: number } {
    this.#refresh(now)
    return { slots: this.#entries.size, claimed: this.#claimed.size, running: this.#running.size, completed: this.#completed.size }
  }

  /**
   * The task that says most for its revision: of the slot that has been running longest, or of one that has finished its work.
   * A slot whose tasks crash leaves `#running` and comes back at its end.
   */
  bestTask(now: number): Task | undefined {
    this.#refresh(now)
    const [running] = this.#running
    const [completed] = this.#completed
    const find = (slot: string | undefined, state: TaskState): Task | undefined =>
      slot === undefined ? undefined : this.#view.tasksOfSlot(this.serviceUid, slot).find(({ status }) => status.state === state)
    return find(running, 'Running') ?? find(completed, 'Complete')
  }

  /** When a row may change by time alone (ms since 1970). */
  nextRevisit(now: number): number | undefined {
    this.#refresh(now)
    let next: number | undefined
    for (const at of this.#revisits.values()) next = Math.min(next ?? at, at)
    return next
  }

  /** The lowest slot numbers that nothing claims, at most `count`. */
  lowestFree(count: number, now: number): readonly number[] {
    this.#refresh(now)
    const free: number[] = []
    for (let number = this.#lowestFree; free.length < count; number += 1) {
      if (this.#claimed.has(String(number))) {
        if (free.length === 0) this.#lowestFree = number + 1
      } else free.push(number)
    }
    return free
  }

  /** Slots beyond the first `replicas`, at most `count`, those to go first at the front. Ranked only when there are any. */
  surplus(count: number, now: number): readonly string[] {
    this.#refresh(now)
    return [...this.#surplusSlots().values().take(count)]
  }

  /** What the rollout under way has going on (slots.md, "Update, per service"). */
  rollout(now: number): {
    readonly inTheAir: number
    readonly nextLanding: number | undefined
    readonly unsettled: number
    readonly lastSettledAt: number
    readonly uncounted: readonly Task[]
  } {
    const { delayMs } = rolloutPolicyOf(this.#service)
    let nextLanding: number | undefined
    let unsettled = 0
    for (const [name, { spec }] of this.#inTheAir) {
      if (spec.settledAt === undefined) unsettled += 1
      else if (isDue(spec.settledAt + delayMs, spec.settledAt, now)) this.#inTheAir.delete(name)
      else nextLanding = Math.min(nextLanding ?? Number.POSITIVE_INFINITY, spec.settledAt + delayMs)
    }
    return {
      inTheAir: this.#inTheAir.size,
      nextLanding,
      unsettled,
      lastSettledAt: this.#lastSettledAt,
      uncounted: [...this.#uncounted.values()],
    }
  }

  #markAll(): void {
    for (const task of this.#view.tasksOfService(this.serviceUid)) this.#dirty.add(slotOf(task))
    for (const slot of this.#entries.keys()) this.#dirty.add(slot)
    if (this.#service.spec.mode === 'Global') for (const node of this.#view.list('Node')) this.#dirty.add(node.metadata.name)
    this.#surplus = undefined
    this.#restartRollout()
  }

  #restartRollout(): void {
    this.#rolloutId = this.#service.status.update?.id
    this.#inTheAir.clear()
    this.#uncounted.clear()
    this.#lastSettledAt = this.#service.status.update?.startedAt ?? 0
    if (this.#rolloutId === undefined) return
    for (const task of this.#view.tasksOfService(this.serviceUid)) this.#noteRollout(task, false)
  }

  #noteRollout(task: Task, deleted: boolean): void {
    const { metadata, spec } = task
    if (spec.rollout === undefined || spec.rollout.id !== this.#rolloutId) return
    if (deleted) {
      this.#inTheAir.delete(metadata.name)
      this.#uncounted.delete(metadata.name)
      return
    }
    // One that landed long ago comes back with its later events; `rollout` takes it out again.
    this.#inTheAir.set(metadata.name, task)
    if (spec.settledAt !== undefined) this.#lastSettledAt = Math.max(this.#lastSettledAt, spec.settledAt)
    if (awaitsCount(task, this.#service)) this.#uncounted.set(metadata.name, task)
    else this.#uncounted.delete(metadata.name)
  }

  #refresh(now: number): void {
    const wasSetBack = isBeforeStep(this.#refreshedAt, now)
    this.#refreshedAt = now
    for (const [slot, at] of this.#revisits) if (at <= now || wasSetBack) this.#dirty.add(slot)
    if (this.#dirty.size === 0 && this.#surplus !== undefined) return
    const dirty = new Set(this.#dirty)
    this.#dirty.clear()
    for (const slot of dirty) this.#noteClaims(slot)
    // Which slots are surplus depends on all claims, so they are known before any row is.
    const surplus = this.#surplusSlots()
    if (surplus !== this.#wasSurplus) {
      for (const slot of surplus) if (!this.#wasSurplus.has(slot)) dirty.add(slot)
      for (const slot of this.#wasSurplus) if (!surplus.has(slot)) dirty.add(slot)
      this.#wasSurplus = surplus
    }
    for (const slot of dirty) this.#classify(slot, surplus, now)
  }

  #isGlobal(): boolean {
    return this.#service.spec.mode === 'Global'
  }

  #noteClaims(slot: string): void {
    const tasks = this.#view.tasksOfSlot(this.serviceUid, slot)
    const isClaimed = tasks.some(claims)
    this.#noteRank(slot, isClaimed)
    setMember(this.#claimed, slot, isClaimed)
    if (!this.#claimed.has(slot)) this.#lowestFree = Math.min(this.#lowestFree, Math.max(1, Number(slot) || 1))
    setMember(
      this.#running,
      slot,
      tasks.some((task) => isRunning(task) && claims(task) && !isBadNode(this.#nodes.node(task.spec.nodeName ?? ''))),
    )
    setMember(
      this.#completed,
      slot,
      tasks.some((task) => task.spec.verdict === 'Finished' && task.status.state === 'Complete'),
    )
  }

  /**
   * When a surplus slot goes, the others stay surplus: slots of its node that ranked behind it move up to its place at most, which
   * was beyond the first `replicas`. So taking thousands away, some at a time, ranks them once.
   */
  #noteRank(slot: string, isClaimed: boolean): void {
    if (this.#surplus === undefined || (!isClaimed && !this.#claimed.has(slot))) return
    const isSettled = this.#surplus.size === 0 || replicasOf(this.#service) === 0
    if (!isClaimed && this.#surplus.has(slot)) this.#surplus.delete(slot)
    else if (!isSettled || isClaimed !== this.#claimed.has(slot)) this.#surplus = undefined
  }

  #surplusSlots(): ReadonlySet<string> {
    if (this.#surplus !== undefined) return this.#surplus
    const replicas = replicasOf(this.#service)
    if (this.#isGlobal() || this.#claimed.size <= replicas) this.#surplus = new Set()
    else {
      this.rankings += 1
      const slots =
        replicas === 0
          ? [...this.#claimed].map(Number)
          : keepOrder([...this.#claimed].map((slot) => ({ slot: Number(slot), tasks: this.#view.tasksOfSlot(this.serviceUid, slot) })))
      this.#surplus = new Set(slots.slice(replicas).toReversed().map(String))
    }
    return this.#surplus
  }

  #classify(slot: string, surplus: ReadonlySet<string>, now: number): void {
    this.classifications += 1
    const tasks = this.#view.tasksOfSlot(this.serviceUid, slot)
    const before = this.#entries.get(slot)?.row.row
    const isGlobal = this.#isGlobal()
    if (tasks.length === 0 && !(isGlobal && this.#view.get('Node', slot) !== undefined)) {
      this.#entries.delete(slot)
      this.#revisits.delete(slot)
      if (before !== undefined) this.#byRow.get(before)?.delete(slot)
      return
    }
    // Replicated slots are filled by number (`lowestFree`); a slot that still has old tasks is no better than a new one.
    const classified = classify(
      { service: this.#service, tasks, nodeSlot: isGlobal ? slot : undefined, isWanted: false, isSurplus: surplus.has(slot), now },
      this.#nodes,
    )
    this.#entries.set(slot, classified)
    if (classified.revisitAt === undefined) this.#revisits.delete(slot)
    else this.#revisits.set(slot, classified.revisitAt)
    const { row } = classified.row
    if (before !== row) {
      if (before !== undefined) this.#byRow.get(before)?.delete(slot)
      const members = this.#byRow.get(row) ?? new Set()
      this.#byRow.set(row, members.add(slot))
    }
  }
}

function isRow<N extends RowName>(row: Row | undefined, name: N): row is Extract<Row, { row: N }> {
  return row?.row === name
}

function isBadNode(node: Node | undefined): boolean {
  return node === undefined || node.status.state === 'Down'
}

function setMember(set: Set<string>, member: string, isMember: boolean): void {
  if (isMember) set.add(member)
  else set.delete(member)
}

/** Whether nothing changed that any row depends on. A changed spec has another generation. */
function sameForSlots(a: Service, b: Service): boolean {
  const { update: before } = a.status
  const { update: after } = b.status
  return (
    a.metadata.generation === b.metadata.generation &&
    a.metadata.deletedAt === b.metadata.deletedAt &&
    a.status.revision === b.status.revision &&
    before?.id === after?.id &&
    before?.state === after?.state &&
    before?.of === after?.of &&
    before?.target === after?.target
  )
}

/** All services. Feed it the events of every applied entry before any controller looks. */
export class SlotIndex {
  readonly #view: StoreView
  readonly #nodes: NodeFacts
  readonly #services = new Map<string, ServiceSlots>()

  constructor(view: StoreView, nodes: NodeFacts) {
    this.#view = view
    this.#nodes = nodes
    for (const service of view.list('Service')) this.#services.set(service.metadata.uid, new ServiceSlots(service, view, nodes))
  }

  /** The slots of the service of that name, as it is now. */
  of(serviceName: string): ServiceSlots | undefined {
    const service = this.#view.get('Service', serviceName)
    return service === undefined ? undefined : this.#services.get(service.metadata.uid)
  }

  apply(events: readonly StoreEvent[]): void {
    for (const { type, object } of events) this.#note(object, type === 'DELETED')
  }

  /** Services that a change of the node may concern: those with tasks there, and all global ones. */
  servicesOn(nodeName: string): readonly string[] {
    const names = new Set<string>()
    for (const { spec } of this.#view.tasksOnNode(nodeName)) names.add(spec.service)
    for (const { service } of this.#services.values()) if (service.spec.mode === 'Global') names.add(service.metadata.name)
    return [...names]
  }

  #note(object: KitObject, deleted: boolean): void {
    if (object.kind === 'Task') this.#services.get(object.spec.serviceUid)?.markTask(object, deleted)
    else if (object.kind === 'Service') this.#noteService(object, deleted)
    else if (object.kind === 'Node') this.#noteNode(object.metadata.name)
  }

  #noteService(service: Service, deleted: boolean): void {
    const { uid } = service.metadata
    if (deleted) this.#services.delete(uid)
    else {
      const known = this.#services.get(uid)
      if (known === undefined) this.#services.set(uid, new ServiceSlots(service, this.#view, this.#nodes))
      else known.setService(service)
    }
  }

  #noteNode(nodeName: string): void {
    for (const { spec } of this.#view.tasksOnNode(nodeName)) this.#services.get(spec.serviceUid)?.markSlot(spec.node ?? String(spec.slot))
    for (const slots of this.#services.values()) if (slots.service.spec.mode === 'Global') slots.markSlot(nodeName)
  }
}
