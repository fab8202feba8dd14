// Who serves the published ports: for each service that every node listens for, its ports and the tasks that
// may be given connections. It follows from services and tasks alone, so it is kept in memory, event by event,
// and made anew by each leader. What changed is told to every session, by the store's index.
//
// A task that is to stop leaves the table first. It is held back from its own agent until every session has said
// that it no longer chooses it, or for a short time at most: then no client is sent to a task that is going.

import type { Service, Task } from '../../api/objects.ts'
import type { EndpointsUpdate, IngressPort, ManagerMessage } from '../../api/session.ts'
import type { Store, StoreEvent, StoreView } from '../../api/store.ts'
import { isEndpoint, isWanted } from '../../api/task.ts'

/** An agent that does not answer delays the stop of a task by no more than this. */
export const longestHoldMs = 5_000
/** Endpoints in one message, so that a frame stays far below its bound. */
const maxChanges = 10_000

type EndpointsMessage = Extract<ManagerMessage, { type: 'endpoints' }>

interface Table {
  readonly service: string
  readonly uid: string
  readonly ports: readonly IngressPort[]
  /** Index at which the ports became these. */
  readonly portsVersion: number
  /** Task → node. */
  readonly endpoints: Map<string, string>
}

/** What a session has not been told yet: service uid → tasks that came or went. Absent tasks mean: the ports alone. */
export type EndpointChanges = Map<string, Set<string>>

interface Hold {
  /** Index at which the task left its table. */
  readonly version: number
  readonly sinceMs: number
}

export class EndpointTables {
  readonly #store: Pick<Store, 'view'>
  readonly #tables = new Map<string, Table>()
  readonly #holds = new Map<string, Hold>()
  /** Running tasks that have left before they were to stop, with the index: unhealthy, or their service is being deleted. */
  readonly #left = new Map<string, number>()

  constructor(store: Pick<Store, 'view'>) {
    this.#store = store
  }

  /** Another one after a member that was far behind got the state as a whole. */
  get #view(): StoreView {
    return this.#store.view
  }

  /**
   * Reads everything anew, at the start of a term. A running task that is to stop may still be chosen by agents
   * that have not heard of it, so it counts as having just left.
   */
  restore(nowMs: number): void {
    this.#tables.clear()
    this.#holds.clear()
    this.#left.clear()
    for (const service of this.#view.list('Service')) {
      const ports = ingressPorts(service)
      if (ports.length === 0) continue
      this.#addTable(service, ports)
      for (const task of this.#view.tasksOfService(service.metadata.uid)) if (isLeaving(task)) this.#hold(task, nowMs)
    }
  }

  /** Called within the store's apply, with the events of one entry. Returns what every session has to be told. */
  notice(events: readonly StoreEvent[], nowMs: number): EndpointChanges {
    const changes: EndpointChanges = new Map()
    for (const { object, type } of events) {
      if (object.kind === 'Service') this.#noticeService(object, type === 'DELETED', changes)
      if (object.kind !== 'Task') continue
      const { name } = object.metadata
      if (this.#noticeTask(object, type === 'DELETED', changes)) this.#left.set(name, this.#view.resourceVersion)
      const left = this.#left.get(name)
      if (type === 'DELETED' || object.status.state !== 'Running') {
        this.#left.delete(name)
        this.#holds.delete(name)
      } else if (isLeaving(object) && left !== undefined) {
        this.#left.delete(name)
        this.#holds.set(name, { version: left, sinceMs: nowMs })
      }
    }
    return changes
  }

  isHeld(task: string): boolean {
    return this.#holds.has(task)
  }

  /** By the monotonic clock, when the oldest hold ends in any case. */
  nextReleaseMs(): number | undefined {
    const [oldest] = this.#holds.values()
    return oldest === undefined ? undefined : endOf(oldest)
  }

  /** Ends the holds of what left its table by `version`, which every session has acknowledged, and those that have lasted too long. */
  release(version: number, nowMs: number): readonly string[] {
    const released: string[] = []
    for (const [task, hold] of this.#holds) {
      if (hold.version > version && nowMs < endOf(hold)) continue
      this.#holds.delete(task)
      released.push(task)
    }
    return released
  }

  /** Name of the service with this uid, while nodes listen for it. */
  serviceOf(uid: string): string | undefined {
    return this.#tables.get(uid)?.service
  }

  /** Index at which the service's ports became what they are; undefined when nodes listen for none. */
  portsVersion(uid: string): number | undefined {
    return this.#tables.get(uid)?.portsVersion
  }

  /** All tables, as messages. */
  complete(): readonly EndpointsMessage[] {
    const all = [...this.#tables.values()].map((table) => updateOf(table, [...table.endpoints.keys()]))
    return this.#messages('complete', all, [])
  }

  /** What a session has to be told of `changes`, as they are now. */
  incremental(changes: EndpointChanges): readonly EndpointsMessage[] {
    const gone = [...changes.keys()].filter((uid) => !this.#tables.has(uid))
    const updates = [...changes].flatMap(([uid, tasks]) => {
      const table = this.#tables.get(uid)
      return table === undefined ? [] : [updateOf(table, tasks)]
    })
    return this.#messages('incremental', updates, gone)
  }

  /** The version goes with the last message: before that the tables are not whole. */
  #messages(mode: 'complete' | 'incremental', updates: readonly EndpointsUpdate[], remove: readonly string[]): readonly EndpointsMessage[] {
    const groups = grouped(updates)
    const last = this.#view.resourceVersion
    return groups.map((update, at) => ({
      type: 'endpoints',
      mode: at === 0 ? mode : 'incremental',
      version: at === groups.length - 1 ? last : 0,
      update,
      remove: at === 0 ? remove : [],
    }))
  }

  #noticeService(service: Service, isDeleted: boolean, changes: EndpointChanges): void {
    const { uid } = service.metadata
    const table = this.#tables.get(uid)
    const ports = isDeleted ? [] : ingressPorts(service)
    if (ports.length === 0) {
      if (table === undefined) return
      this.#tables.delete(uid)
      tasksIn(changes, uid)
      for (const task of table.endpoints.keys()) this.#left.set(task, this.#view.resourceVersion)
    } else if (table === undefined) {
      const added = tasksIn(changes, uid)
      for (const task of this.#addTable(service, ports).endpoints.keys()) added.add(task)
    } else if (!isSamePorts(table.ports, ports)) {
      this.#tables.set(uid, { ...table, ports, portsVersion: this.#view.resourceVersion })
      tasksIn(changes, uid)
    }
  }

  /** True when an endpoint has left. */
  #noticeTask(task: Task, isDeleted: boolean, changes: EndpointChanges): boolean {
    const { name } = task.metadata
    const table = this.#tables.get(task.spec.serviceUid)
    if (table === undefined) return false
    const node = isDeleted ? undefined : endpointNode(task)
    if (table.endpoints.get(name) === node) return false
    tasksIn(changes, table.uid).add(name)
    if (node === undefined) return table.endpoints.delete(name)
    table.endpoints.set(name, node)
    this.#left.delete(name)
    return false
  }

  #addTable(service: Service, ports: readonly IngressPort[]): Table {
    const { name, uid } = service.metadata
    const endpoints = new Map<string, string>()
    for (const task of this.#view.tasksOfService(uid)) {
      const node = endpointNode(task)
      if (node !== undefined) endpoints.set(task.metadata.name, node)
    }
    const table = { service: name, uid, ports, portsVersion: this.#view.resourceVersion, endpoints }
    this.#tables.set(uid, table)
    return table
  }

  #hold(task: Task, nowMs: number): void {
    this.#holds.set(task.metadata.name, { version: this.#view.resourceVersion, sinceMs: nowMs })
  }
}

/** One sum for whoever sleeps until then and for whoever asks whether it is over: else they may differ by the last bit, for ever. */
function endOf({ sinceMs }: Hold): number {
  return sinceMs + longestHoldMs
}

/** The ports of a service that every node listens on, as they are assigned. */
export function ingressPorts({ metadata, status }: Service): readonly IngressPort[] {
  if (metadata.deletedAt !== undefined) return []
  return (status.endpoint?.ports ?? []).flatMap(({ protocol, publishedPort, targetPort, publishMode, proxyProtocol }) =>
    publishMode === 'Ingress' && protocol !== 'SCTP'
      ? [{ protocol, publishedPort, targetPort, ...(proxyProtocol === 'V2' ? { proxyProtocol } : {}) }]
      : [],
  )
}

/** The node of a task that may be given connections. */
function endpointNode(task: Task): string | undefined {
  return isEndpoint(task) ? task.spec.nodeName : undefined
}

/** It runs, and is to stop. */
function isLeaving(task: Task): boolean {
  return task.status.state === 'Running' && isWanted(task, 'Shutdown')
}

function updateOf({ service, uid, ports, endpoints }: Table, tasks: Iterable<string>): EndpointsUpdate {
  const added: { readonly task: string; readonly node: string }[] = []
  const removed: string[] = []
  for (const task of tasks) {
    const node = endpoints.get(task)
    if (node === undefined) removed.push(task)
    else added.push({ task, node })
  }
  return { service, uid, ports, added, removed }
}

/** At least one group. A service with very many tasks is told in parts. */
function grouped(updates: readonly EndpointsUpdate[]): readonly (readonly EndpointsUpdate[])[] {
  const parts = updates.flatMap(inParts)
  const groups: EndpointsUpdate[][] = [[]]
  let size = 0
  for (const part of parts) {
    const changes = 1 + part.added.length + part.removed.length
    if (size > 0 && size + changes > maxChanges) {
      groups.push([])
      size = 0
    }
    groups.at(-1)?.push(part)
    size += changes
  }
  return groups
}

function inParts(update: EndpointsUpdate): readonly EndpointsUpdate[] {
  const { added, removed } = update
  const count = Math.max(1, Math.ceil(Math.max(added.length, removed.length) / (maxChanges / 2)))
  return Array.from({ length: count }, (_, at) => {
    const part = <T>(list: readonly T[]): readonly T[] => list.slice((at * maxChanges) / 2, ((at + 1) * maxChanges) / 2)
    return { ...update, added: part(added), removed: part(removed) }
  })
}

function isSamePorts(a: readonly IngressPort[], b: readonly IngressPort[]): boolean {
  return a.length === b.length && a.every((port, at) => JSON.stringify(port) === JSON.stringify(b[at]))
}

function tasksIn(changes: EndpointChanges, uid: string): Set<string> {
  const tasks = changes.get(uid) ?? new Set<string>()
  changes.set(uid, tasks)
  return tasks
}
