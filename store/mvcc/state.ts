// The store's state: every object, its indexes, and the events that led here. A deterministic function
// of the log: members that applied the same entries hold the same state, whatever their clocks,
// addresses or history of restarts. Nothing here waits, logs, or fails half-way: `apply` first decides
// about the whole commit (`check.ts`), then does it. Objects are immutable; a write replaces them.
//
// Read on with `table.ts` and `task-index.ts` (how objects are kept), `event-ring.ts` (the past),
// `snapshot.ts` (the state as bytes), and `../driver.ts`, which feeds this from Raft.

import assert from 'node:assert/strict'
import type { StatusError } from '../../api/errors.ts'
import type { Kind, KitObject, Objects, Task } from '../../api/objects.ts'
import type { AppliedRequest, Commit, RequestMark, StoreEvent, StoreView, Write } from '../../api/store.ts'
import { AppliedRequests, type Forgotten } from './applied-requests.ts'
import { check } from './check.ts'
import { equal } from './equal.ts'
import { defaultMaxRingEvents, EventRing } from './event-ring.ts'
import { Interner } from './intern.ts'
import { OwnerIndex } from './owner-index.ts'
import { StateHash } from './state-hash.ts'
import { Table } from './table.ts'
import { type ServiceTasks, TaskIndex } from './task-index.ts'

/** What became of an entry: its events (none when it changed nothing), why it was refused, or of which request it is a repeat. */
export type Outcome = { readonly events: readonly StoreEvent[] } | { readonly refused: StatusError } | { readonly applied: AppliedRequest }

export interface StateOptions {
  readonly maxRingEvents?: number
  /** The same for every member of a group. */
  readonly mostRequests?: number
}

/** Events that a message about a conflict looks through to say what changed. */
const maxEventsForMessage = 256

export class State implements StoreView {
  readonly #tables = new Map<Kind, Table>()
  readonly #tasks = new TaskIndex()
  readonly #owners = new OwnerIndex()
  readonly #interner = new Interner()
  readonly #requests: AppliedRequests
  readonly #ring: EventRing
  readonly #hash = new StateHash()
  #applied: number

  /** Empty, as of `index`: 0 for a new store, the snapshot's index when one is restored into it. */
  constructor(index = 0, options: StateOptions = {}) {
    assert(index >= 0)
    this.#applied = index
    this.#ring = new EventRing(index, options.maxRingEvents ?? defaultMaxRingEvents)
    this.#requests = new AppliedRequests(options.mostRequests)
  }

  /** Recent events; readers keep their own place in it. */
  get ring(): EventRing {
    return this.#ring
  }

  get resourceVersion(): number {
    return this.#applied
  }

  /** Of all objects, as they were written. */
  get hash(): string {
    return this.#hash.text
  }

  get hashParts(): readonly [first: number, second: number] {
    return this.#hash.parts
  }

  /**
   * Applies the entry at `index`. Takes the commit over: no part of it may be referred to elsewhere,
   * because its objects become the stored ones. A refused commit changes nothing but the index, and neither does one of a
   * request that another entry has carried out: two leaders may each have put it into the log.
   */
  apply(index: number, commit: Commit): Outcome {
    assert(index > this.#applied, 'an entry is applied once, in order')
    const repeated = this.repeatOf(commit)
    const refused = repeated === undefined ? this.check(commit) : undefined
    this.#applied = index
    if (repeated !== undefined) return repeated
    if (refused !== undefined) return { refused }
    if (commit.request !== undefined) this.#requests.add(this.#requestOf(index, commit.request, commit.writes))
    const events: StoreEvent[] = []
    for (const write of commit.writes) {
      const event = write.op === 'delete' ? this.#delete(index, write.kind, write.name) : this.#put(index, write)
      if (event !== undefined) events.push(event)
    }
    if (events.length > 0) this.#ring.append(index, events)
    return { events }
  }

  /** An entry that is no commit: the one with which a leader begins its term, or a change of members. */
  skip(index: number): void {
    assert(index > this.#applied, 'an entry is applied once, in order')
    this.#applied = index
  }

  /** Why the commit would be refused if it were applied now. */
  check(commit: Commit): StatusError | undefined {
    return check(this, commit)
  }

  /** What a commit of a request that was carried out before comes to, whatever it is based on. */
  repeatOf({ request }: Commit): ReturnType<AppliedRequests['find']> {
    return request === undefined ? undefined : this.#requests.find(request)
  }

  appliedRequest(mark: RequestMark): AppliedRequest | undefined {
    const found = this.#requests.find(mark)
    if (found !== undefined && 'refused' in found) throw found.refused
    return found?.applied
  }

  get requestCount(): number {
    return this.#requests.size
  }

  forgottenRequestsMs(mark: RequestMark): number {
    return this.#requests.forgottenMs(mark)
  }

  get<K extends Kind>(kind: K, name: string): Objects[K] | undefined {
    const object = kind === 'Task' ? this.#tasks.byName.get(name)?.current : this.#tables.get(kind)?.get(name)?.current
    return object !== undefined && isOf(object, kind) ? object : undefined
  }

  list<K extends Kind>(kind: K): Iterable<Objects[K]> {
    const cells: () => Iterable<{ readonly current: KitObject }> =
      kind === 'Task' ? () => this.#tasks.byName.values() : () => this.#tables.get(kind)?.cells() ?? []
    return {
      *[Symbol.iterator]() {
        for (const { current } of cells()) if (isOf(current, kind)) yield current
      },
    }
  }

  count(kind: Kind): number {
    return kind === 'Task' ? this.#tasks.byName.size : (this.#tables.get(kind)?.size ?? 0)
  }

  /** In order of creation. */
  tasksOfService(serviceUid: string): Iterable<Task> {
    return currentOf(this.#tasks.service(serviceUid)?.cells ?? [])
  }

  *tasksOfServiceNamed(wanted: string): Iterable<Task> {
    for (const [, { name, cells }] of this.#tasks.services()) if (name === wanted) yield* currentOf(cells)
  }

  tasksOfSlot(serviceUid: string, slot: string): readonly Task[] {
    return (
      this.#tasks
        .service(serviceUid)
        ?.slots.get(slot)
        ?.cells.map(({ current }) => current) ?? []
    )
  }

  tasksOnNode(nodeName: string): Iterable<Task> {
    return currentOf(this.#tasks.onNode(nodeName))
  }

  ownedBy(uid: string): Iterable<KitObject> {
    return currentOf(this.#owners.of(uid))
  }

  slotIndex(serviceUid: string, slot: string): number {
    return this.#tasks.service(serviceUid)?.slots.get(slot)?.index ?? 0
  }

  claimsIndex(serviceUid: string): number {
    return this.#tasks.service(serviceUid)?.claimsIndex ?? 0
  }

  isServiceKnown(serviceUid: string): boolean {
    return this.#tasks.isKnown(serviceUid)
  }

  serviceName(serviceUid: string): string | undefined {
    return this.#tasks.service(serviceUid)?.name
  }

  recentEvents(since: number): readonly StoreEvent[] {
    return since < Math.max(this.#ring.floor, this.#applied - maxEventsForMessage) ? [] : this.#ring.allAfter(since)
  }

  /** How many objects there are. */
  get size(): number {
    let size = this.#tasks.byName.size
    for (const table of this.#tables.values()) size += table.size
    return size
  }

  /** Every object: kinds in order of name, tasks last, those of a kind as they came to be. For snapshots; takes about 5 ms for 100,000. */
  objects(): readonly KitObject[] {
    const objects: KitObject[] = []
    for (const kind of [...this.#tables.keys()].sort()) for (const { current } of this.#tables.get(kind)?.all() ?? []) objects.push(current)
    for (const { current } of this.#tasks.byName.values()) objects.push(current)
    assert(objects.length >= this.#tasks.byName.size)
    return objects
  }

  /** By service uid: tasks, slots, and what the guards compare. For snapshots. */
  services(): Iterable<readonly [uid: string, ServiceTasks]> {
    return this.#tasks.services()
  }

  /** Requests that were carried out, the oldest first. For snapshots. */
  requests(): readonly AppliedRequest[] {
    return this.#requests.all()
  }

  restoreRequest(request: AppliedRequest): void {
    assert(request.index <= this.#applied)
    this.#requests.add(request)
  }

  forgottenRequests(): readonly Forgotten[] {
    return this.#requests.forgotten()
  }

  /** Before the requests. */
  restoreForgottenRequests(forgotten: Forgotten): void {
    this.#requests.restoreForgotten(forgotten)
  }

  /** Puts an object back as a snapshot has it. Tasks come last, in order of creation. */
  restore(object: KitObject): void {
    assert(object.metadata.resourceVersion <= this.#applied, 'a snapshot holds nothing from after it')
    this.#insert(object)
  }

  restoreSlot(serviceUid: string, serviceName: string, slot: string, index: number): void {
    assert(index <= this.#applied)
    this.#tasks.restoreSlot(serviceUid, serviceName, slot, index)
  }

  restoreClaims(serviceUid: string, serviceName: string, index: number): void {
    assert(index <= this.#applied)
    this.#tasks.restoreClaims(serviceUid, serviceName, index)
  }

  /** Before the writes happen: what is deleted is still there. */
  #requestOf(index: number, mark: RequestMark, writes: readonly Write[]): AppliedRequest {
    const last = writes.at(-1)
    assert(last !== undefined, 'a request is carried out by a write')
    const { kind, name } = last.op === 'delete' ? last : { kind: last.object.kind, name: last.object.metadata.name }
    const object = last.op === 'delete' ? this.get(kind, name) : last.object
    assert(object !== undefined, 'checked before')
    const uid = object.kind === 'Task' ? undefined : object.metadata.uid
    return { ...mark, index, kind, name, ...(uid !== undefined && { uid }) }
  }

  #put(index: number, write: Write & { readonly op: 'create' | 'update' }): StoreEvent | undefined {
    const { object } = write
    if (write.op === 'create') return this.#create(index, object)
    return object.kind === 'Task' ? this.#updateTask(index, object) : this.#update(index, object)
  }

  #create(index: number, given: KitObject): StoreEvent {
    const object =
      given.kind === 'Task' ? versionedTask(given, index) : { ...given, metadata: { ...given.metadata, resourceVersion: index } }
    this.#insert(object)
    return { type: 'ADDED', resourceVersion: index, object }
  }

  #insert(object: KitObject): void {
    this.#hash.add(object)
    if (object.kind === 'Task') {
      this.#tasks.add({ ...object, spec: this.#interner.taskSpec(object.spec) }, object.metadata.resourceVersion)
      return
    }
    this.#owners.move(this.#tableOf(object.kind).add(object), undefined, object)
    if (object.kind === 'Service') this.#tasks.serviceCreated(object.metadata.uid)
  }

  #updateTask(index: number, next: Task): StoreEvent | undefined {
    const cell = this.#tasks.byName.get(next.metadata.name)
    assert(cell !== undefined, 'checked before')
    const previous = cell.current
    const spec = equal(previous.spec, next.spec) ? previous.spec : this.#interner.taskSpec(next.spec)
    const status = equal(previous.status, next.status) ? previous.status : next.status
    if (spec === previous.spec && status === previous.status) return undefined
    const { name, createdAt } = previous.metadata
    const object: Task = { kind: 'Task', metadata: { name, resourceVersion: index, createdAt }, spec, status }
    this.#hash.remove(previous)
    this.#hash.add(object)
    this.#tasks.replace(cell, object, index)
    return { type: 'MODIFIED', resourceVersion: index, object, previous }
  }

  #update(index: number, next: Exclude<KitObject, Task>): StoreEvent | undefined {
    const cell = this.#tables.get(next.kind)?.get(next.metadata.name)
    assert(cell !== undefined, 'checked before')
    const previous = cell.current
    if (equal(previous, next)) return undefined
    const object = { ...next, metadata: { ...next.metadata, resourceVersion: index } }
    this.#hash.remove(previous)
    this.#hash.add(object)
    cell.current = object
    this.#owners.move(cell, previous, object)
    return { type: 'MODIFIED', resourceVersion: index, object, previous }
  }

  #delete(index: number, kind: Kind, name: string): StoreEvent {
    if (kind === 'Task') {
      const cell = this.#tasks.byName.get(name)
      assert(cell !== undefined, 'checked before')
      this.#hash.remove(cell.current)
      this.#tasks.remove(cell, index)
      return { type: 'DELETED', resourceVersion: index, object: cell.current, previous: cell.current }
    }
    const table = this.#tableOf(kind)
    const cell = table.get(name)
    assert(cell !== undefined, 'checked before')
    const previous = cell.current
    this.#hash.remove(previous)
    table.remove(name)
    this.#owners.move(cell, previous, undefined)
    if (previous.kind === 'Service') this.#tasks.serviceDeleted(previous.metadata.uid)
    return { type: 'DELETED', resourceVersion: index, object: previous, previous }
  }

  #tableOf(kind: Kind): Table {
    assert(kind !== 'Task', 'tasks have an index of their own')
    let table = this.#tables.get(kind)
    if (table === undefined) {
      table = new Table()
      this.#tables.set(kind, table)
    }
    return table
  }
}

function versionedTask(task: Task, resourceVersion: number): Task {
  const { name, createdAt } = task.metadata
  return { kind: 'Task', metadata: { name, resourceVersion, createdAt }, spec: task.spec, status: task.status }
}

function isOf<K extends Kind>(object: KitObject, kind: K): object is Objects[K] {
  return object.kind === kind
}

/** What the cells hold now. May be iterated several times. */
function currentOf<T>(cells: Iterable<{ readonly current: T }>): Iterable<T> {
  return {
    *[Symbol.iterator]() {
      for (const { current } of cells) yield current
    },
  }
}
