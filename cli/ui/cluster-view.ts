// What the dashboard knows of the cluster: a copy of its objects with the indexes and counts that screens ask
// for. Each event costs the same however many tasks there are. It knows nothing of time, screens or connections.

import type { MemberStatus } from '../../api/member.ts'
import type { Kind } from '../../api/objects.ts'
import { claims, hasReached, isEnded, isOpen, isWanted } from '../../api/task.ts'
import type { WireEvent, WireObject } from '../../api/wire.ts'
import { Changes } from './changes.ts'
import type { ManagerFigures } from './manager-figures.ts'
import { type NodeUsage, Trends, type Usage } from './usage.ts'

export type Task = WireObject<'Task'>
export type Service = WireObject<'Service'>
export type Node = WireObject<'Node'>

/** What a task means to whoever looks at a service. */
export const phases = ['running', 'unhealthy', 'starting', 'pending', 'stopping', 'failed', 'done', 'past'] as const
export type Phase = (typeof phases)[number]
export type Counts = Readonly<Record<Phase, number>>

/** `failed` and `done`: it still stands for its slot. `past`: another task does, or none any more. */
export function phaseOf(task: Task): Phase {
  const { status } = task
  if (isOpen(task)) {
    if (status.state === 'Running') return status.health === 'Unhealthy' ? 'unhealthy' : 'running'
    return !hasReached(task, 'Assigned') && status.error !== undefined ? 'pending' : 'starting'
  }
  if (!isEnded(task)) return 'stopping'
  if (!claims(task) || isWanted(task, 'Remove') || task.spec.verdict === 'Replaced') return 'past'
  return status.state === 'Complete' ? 'done' : status.state === 'Shutdown' ? 'past' : 'failed'
}

/** Whether it says that somebody may have to do something: it is in trouble, or it failed and was replaced. */
function isTroubled({ status }: Task, phase: Phase): boolean {
  if (phase === 'failed' || phase === 'pending' || phase === 'unhealthy') return true
  return phase === 'past' && (status.state === 'Failed' || status.state === 'Rejected') && status.nodeFault === undefined
}

class Group {
  readonly tasks = new Map<string, Task>()
  readonly counts: Record<Phase, number> = noTasks()
}

function noTasks(): Record<Phase, number> {
  return { running: 0, unhealthy: 0, starting: 0, pending: 0, stopping: 0, failed: 0, done: 0, past: 0 }
}

type Objects = { readonly [K in Kind]: Map<string, WireObject<K>> }

const none: ReadonlyMap<string, Task> = new Map()
const nothing: Counts = noTasks()

export class ClusterView {
  readonly #objects: Objects = {
    Cluster: new Map(),
    Node: new Map(),
    Service: new Map(),
    Task: new Map(),
    Revision: new Map(),
    Network: new Map(),
    Secret: new Map(),
    Config: new Map(),
    Volume: new Map(),
    Stack: new Map(),
    Source: new Map(),
    User: new Map(),
  }
  readonly #known = new Set<Kind>()
  readonly #byService = new Map<string, Group>()
  readonly #byNode = new Map<string, Group>()
  readonly #counts = noTasks()
  readonly #troubled = new Map<string, Task>()
  readonly trends = new Trends()
  /** Those of tasks, which are the most and change the most. */
  readonly taskChanges = new Changes<Task>()
  readonly #totals = { started: 0, failed: 0, events: 0 }
  #events: readonly WireEvent[] = []
  #usage: ReadonlyMap<string, Usage> = new Map()
  #nodeUsage: ReadonlyMap<string, NodeUsage> = new Map()
  #members: ReadonlyMap<string, MemberStatus> = new Map()
  #figures: ManagerFigures = {}
  #version = 0
  #readings = 0

  /** Grows with every change of objects and events. */
  get version(): number {
    return this.#version
  }

  /** Grows with every reading of what is used. Rows come and go without it; filters and orders may depend on it. */
  get readings(): number {
    return this.#readings
  }

  /** Whether all objects of the kind are here. */
  isKnown(kind: Kind): boolean {
    return this.#known.has(kind)
  }

  get<K extends Kind>(kind: K, name: string): WireObject<K> | undefined {
    return this.#objects[kind].get(name)
  }

  all<K extends Kind>(kind: K): ReadonlyMap<string, WireObject<K>> {
    return this.#objects[kind]
  }

  tasksOf(service: string): ReadonlyMap<string, Task> {
    return this.#byService.get(service)?.tasks ?? none
  }

  tasksOn(node: string): ReadonlyMap<string, Task> {
    return this.#byNode.get(node)?.tasks ?? none
  }

  /** Of one service, one node, or all tasks. */
  counts(of: { readonly service?: string; readonly node?: string } = {}): Counts {
    if (of.service !== undefined) return this.#byService.get(of.service)?.counts ?? nothing
    if (of.node !== undefined) return this.#byNode.get(of.node)?.counts ?? nothing
    return this.#counts
  }

  /** Tasks in trouble, and those that failed and were replaced. */
  get troubled(): ReadonlyMap<string, Task> {
    return this.#troubled
  }

  /** What was seen to happen since the beginning: only differences mean something. */
  get totals(): { readonly started: number; readonly failed: number; readonly events: number } {
    return this.#totals
  }

  /** Oldest first. */
  get events(): readonly WireEvent[] {
    return this.#events
  }

  set events(events: readonly WireEvent[]) {
    this.#events = events
    this.#version++
  }

  /** Of tasks that were asked about lately, by name. */
  get usage(): ReadonlyMap<string, Usage> {
    return this.#usage
  }

  set usage(usage: ReadonlyMap<string, Usage>) {
    this.#usage = usage
    this.#readings++
  }

  /** Of nodes that were asked about lately, and answered. */
  get nodeUsage(): ReadonlyMap<string, NodeUsage> {
    return this.#nodeUsage
  }

  set nodeUsage(usage: ReadonlyMap<string, NodeUsage>) {
    this.#nodeUsage = usage
    this.#readings++
  }

  /** What members of the store said of themselves when they were asked last, by node; those that did not answer are not there. */
  get members(): ReadonlyMap<string, MemberStatus> {
    return this.#members
  }

  set members(members: ReadonlyMap<string, MemberStatus>) {
    this.#members = members
    this.#readings++
  }

  /** What the manager that answers measured of itself, when it was asked last. */
  get figures(): ManagerFigures {
    return this.#figures
  }

  set figures(figures: ManagerFigures) {
    this.#figures = figures
    this.#readings++
  }

  /** All objects of the kind, as a list answered them. */
  reset<K extends Kind>(kind: K, items: readonly WireObject<K>[]): void {
    const names = new Set(items.map(({ metadata }) => metadata.name))
    for (const name of [...this.#objects[kind].keys()]) if (!names.has(name)) this.remove(kind, name)
    for (const item of items) this.set(kind, item)
    this.#known.add(kind)
    this.#version++
  }

  set<K extends Kind>(kind: K, object: WireObject<K>): void {
    const { name } = object.metadata
    const objects = this.#objects[kind]
    const before = objects.get(name)
    objects.set(name, object)
    this.#version++
    this.#totals.events++
    if (isTask(object)) this.#replace(before !== undefined && isTask(before) ? before : undefined, object)
  }

  remove(kind: Kind, name: string): void {
    const before = this.#objects[kind].get(name)
    if (before === undefined) return
    this.#objects[kind].delete(name)
    this.#version++
    if (!isTask(before)) return
    this.#forget(before)
    this.taskChanges.add(before, undefined)
  }

  #replace(before: Task | undefined, task: Task): void {
    if (task.status.state !== before?.status.state) this.#count(task)
    const { service, nodeName } = task.spec
    if (before !== undefined) this.#forget(before, before.spec.service === service && before.spec.nodeName === nodeName)
    this.#note(task)
    this.taskChanges.add(before, task)
  }

  #count({ status }: Task): void {
    if (status.state === 'Running') this.#totals.started++
    if (status.state === 'Failed' || status.state === 'Rejected') this.#totals.failed++
  }

  #note(task: Task): void {
    const phase = phaseOf(task)
    this.#counts[phase]++
    for (const group of this.#groupsOf(task)) {
      group.tasks.set(task.metadata.name, task)
      group.counts[phase]++
    }
    if (isTroubled(task, phase)) this.#troubled.set(task.metadata.name, task)
  }

  /** Lists sort anyway: where it stands in its groups means nothing. */
  #forget(task: Task, staysInGroups = false): void {
    const phase = phaseOf(task)
    this.#counts[phase]--
    for (const group of this.#groupsOf(task)) {
      if (!staysInGroups) group.tasks.delete(task.metadata.name)
      group.counts[phase]--
    }
    this.#troubled.delete(task.metadata.name)
  }

  #groupsOf({ spec: { service, nodeName } }: Task): readonly Group[] {
    const groups = [groupIn(this.#byService, service)]
    if (nodeName !== undefined) groups.push(groupIn(this.#byNode, nodeName))
    return groups
  }
}

function groupIn(groups: Map<string, Group>, name: string): Group {
  const known = groups.get(name)
  if (known !== undefined) return known
  const made = new Group()
  groups.set(name, made)
  return made
}

function isTask(object: WireObject): object is Task {
  return object.kind === 'Task'
}
