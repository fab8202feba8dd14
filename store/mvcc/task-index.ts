// Tasks: by name, and indexed by service, by slot and by node. Also keeps what the guards of slot writes
// compare (slots.md "Guard"): for each slot the index of its last change, and for each service the index
// at which a task last began or ceased to claim its slot. Both count deletions, so they outlive tasks.

import assert from 'node:assert/strict'
import type { Task } from '../../api/objects.ts'
import { claims, slotOf } from '../../api/task.ts'

/** A task that keeps its place in every index while its content changes. */
export class TaskCell {
  current: Task
  readonly service: ServiceTasks
  readonly slot: SlotTasks
  constructor(task: Task, service: ServiceTasks, slot: SlotTasks) {
    this.current = task
    this.service = service
    this.slot = slot
  }
}

export class SlotTasks {
  /** Index of the last change in the slot, deletions included. */
  index = 0
  /** Replaced, never changed in place: almost always one to five, and arrays that grow waste memory. */
  cells: readonly TaskCell[] = []
}

export class ServiceTasks {
  /** Name that its tasks give it. */
  readonly name: string
  claimsIndex = 0
  readonly cells = new Set<TaskCell>()
  readonly slots = new Map<string, SlotTasks>()
  /** Slots whose last change was a deletion; for all others it is that of one of their tasks. A snapshot names them. */
  readonly deletedIn = new Map<string, SlotTasks>()
  constructor(name: string) {
    this.name = name
  }
}

const none: ReadonlySet<TaskCell> = new Set()

export class TaskIndex {
  /** In order of creation. */
  readonly byName = new Map<string, TaskCell>()
  readonly #services = new Map<string, ServiceTasks>()
  readonly #nodes = new Map<string, Set<TaskCell>>()
  readonly #liveServices = new Set<string>()

  service(uid: string): ServiceTasks | undefined {
    return this.#services.get(uid)
  }

  services(): Iterable<readonly [uid: string, ServiceTasks]> {
    return this.#services
  }

  onNode(nodeName: string): ReadonlySet<TaskCell> {
    return this.#nodes.get(nodeName) ?? none
  }

  /** Whether the service is stored, or has tasks still. For any other, slots and claims are forgotten. */
  isKnown(serviceUid: string): boolean {
    return this.#liveServices.has(serviceUid) || this.#services.has(serviceUid)
  }

  serviceCreated(uid: string): void {
    this.#liveServices.add(uid)
  }

  serviceDeleted(uid: string): void {
    this.#liveServices.delete(uid)
    this.#forget(uid)
  }

  /** Adds a task that changed at `index`: created then, or written last then when a snapshot is restored. */
  add(task: Task, index: number): TaskCell {
    assert(!this.byName.has(task.metadata.name), 'a task is added once')
    const service = this.#serviceOf(task.spec.serviceUid, task.spec.service)
    const name = slotOf(task)
    const slot = slotIn(service, name)
    const cell = new TaskCell(task, service, slot)
    this.byName.set(task.metadata.name, cell)
    service.cells.add(cell)
    slot.cells = [...slot.cells, cell]
    if (index >= slot.index) service.deletedIn.delete(name)
    slot.index = Math.max(slot.index, index)
    if (claims(task)) service.claimsIndex = Math.max(service.claimsIndex, index)
    this.#moveNode(cell, undefined, task.spec.nodeName)
    return cell
  }

  replace(cell: TaskCell, task: Task, index: number): void {
    const before = cell.current
    assert.equal(before.metadata.name, task.metadata.name)
    assert.equal(before.spec.serviceUid, task.spec.serviceUid, 'a task stays with its service')
    cell.current = task
    if (before.spec.nodeName !== task.spec.nodeName) this.#moveNode(cell, before.spec.nodeName, task.spec.nodeName)
    cell.service.deletedIn.delete(slotOf(task))
    this.#changed(cell, index, claims(before), claims(task))
  }

  remove(cell: TaskCell, index: number): void {
    const task = cell.current
    assert.equal(this.byName.get(task.metadata.name), cell, 'a task is removed once')
    this.byName.delete(task.metadata.name)
    cell.service.cells.delete(cell)
    cell.slot.cells = cell.slot.cells.filter((other) => other !== cell)
    // One commit may delete a task of the slot and write another.
    if (!cell.slot.cells.some(({ current }) => current.metadata.resourceVersion === index))
      cell.service.deletedIn.set(slotOf(task), cell.slot)
    this.#moveNode(cell, task.spec.nodeName, undefined)
    this.#changed(cell, index, claims(task), false)
    this.#forget(task.spec.serviceUid)
  }

  /** Puts back what a snapshot remembers of a slot beyond its tasks. */
  restoreSlot(serviceUid: string, serviceName: string, slot: string, index: number): void {
    const service = this.#serviceOf(serviceUid, serviceName)
    const found = slotIn(service, slot)
    found.index = index
    service.deletedIn.set(slot, found)
  }

  restoreClaims(serviceUid: string, serviceName: string, index: number): void {
    this.#serviceOf(serviceUid, serviceName).claimsIndex = index
  }

  #changed(cell: TaskCell, index: number, claimedBefore: boolean, claimsNow: boolean): void {
    assert(index >= cell.slot.index, 'the log only goes forward')
    cell.slot.index = index
    if (claimedBefore !== claimsNow) cell.service.claimsIndex = index
  }

  #moveNode(cell: TaskCell, from: string | undefined, to: string | undefined): void {
    if (from !== undefined) {
      const cells = this.#nodes.get(from)
      assert(cells !== undefined, 'a task on a node is indexed there')
      cells.delete(cell)
      if (cells.size === 0) this.#nodes.delete(from)
    }
    if (to === undefined) return
    const cells = this.#nodes.get(to)
    if (cells === undefined) this.#nodes.set(to, new Set([cell]))
    else cells.add(cell)
  }

  #serviceOf(uid: string, name: string): ServiceTasks {
    let service = this.#services.get(uid)
    if (service === undefined) {
      service = new ServiceTasks(name)
      this.#services.set(uid, service)
    }
    return service
  }

  /** Slots of a service that is gone are never asked for again: uids are not reused. */
  #forget(uid: string): void {
    if (!this.#liveServices.has(uid) && this.#services.get(uid)?.cells.size === 0) this.#services.delete(uid)
  }
}

function slotIn(service: ServiceTasks, name: string): SlotTasks {
  let slot = service.slots.get(name)
  if (slot === undefined) {
    slot = new SlotTasks()
    service.slots.set(name, slot)
  }
  return slot
}
