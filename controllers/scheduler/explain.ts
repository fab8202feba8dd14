// Why a task is where it is, or why it is nowhere: every node with every rule and its numbers, and the
// smallest change that would place it. Pure, on a view; it asks the same filters as the scheduler.
// Read next: `smallest-fix.ts`; `explain-format.ts` for the words.

import type { Revision, Task } from '../../api/objects.ts'
import type { StoreView } from '../../api/store.ts'
import { hasReached, isWanted } from '../../api/task.ts'
import { type Check, filters, type Requirements } from './filters.ts'
import { type NodeRecord, NodeTable } from './node-table.ts'
import { emptyFootprint, type Footprint, footprintOf, requirementsOf } from './requirements.ts'
import { type Fix, smallestFix } from './smallest-fix.ts'
import { claimFor } from './task-claim.ts'

export interface NodeRow {
  readonly node: string
  readonly hostname: string
  readonly fits: boolean
  /** Of every filter that applies, passed or failed, in order of the filters. */
  readonly checks: readonly Check[]
  /** Active tasks of the service, and of all services, without the task itself. */
  readonly serviceTasks: number
  readonly tasks: number
}

export interface Explanation {
  readonly task: string
  readonly service: string
  /** `unscheduled`: something else comes first, and `message` says what. */
  readonly outcome: 'placed' | 'pending' | 'unscheduled' | 'ended'
  readonly message: string
  readonly nodeName?: string
  /** When the present state began, ms since 1970. */
  readonly since: number
  readonly rows: readonly NodeRow[]
  /** Only for pending tasks that fit nowhere; absent when no change of nodes can help. */
  readonly fix?: Fix
}

/** `undefined` when there is no such task. Numbers are the present ones, with the task itself taken away. */
export function explainTask(view: StoreView, taskName: string): Explanation | undefined {
  const task = view.get('Task', taskName)
  if (task === undefined) return undefined
  const common = { task: taskName, service: task.spec.service, since: task.status.at }
  const nothing = { ...common, rows: [] }
  if (hasReached(task, 'Complete')) return { ...nothing, outcome: 'ended', message: `it has ended: ${task.status.state}` }
  if (isWanted(task, 'Shutdown') && !hasReached(task, 'Assigned')) {
    return { ...nothing, outcome: 'ended', message: 'it was called off before it had a node' }
  }
  if (task.status.state === 'New') return { ...nothing, outcome: 'unscheduled', message: whyNew(view, task) }
  const service = view.get('Service', task.spec.service)
  const revision = view.get('Revision', task.spec.revision)
  if (service === undefined || revision === undefined || service.metadata.uid !== task.spec.serviceUid) {
    return { ...nothing, outcome: 'unscheduled', message: 'its service is gone' }
  }
  const requirements = requirementsOf(revision, service.spec.template.placement)
  const table = tableWithout(view, taskName)
  const rows = [...table.records()].map((record) => toRow(record, requirements))
  const { nodeName } = task.spec
  if (nodeName !== undefined && hasReached(task, 'Assigned')) {
    return { ...common, outcome: 'placed', nodeName, rows, message: whyThere(task, rows) }
  }
  const considered = nodeName === undefined ? rows : rows.filter((row) => row.node === nodeName)
  if (considered.some((row) => row.fits))
    return { ...common, outcome: 'pending', rows: considered, message: 'it fits and will be placed at once' }
  const records = [...table.records()].filter((record) => nodeName === undefined || record.node.metadata.name === nodeName)
  const fix = smallestFix(records, requirements, tasksHolding(view, taskName), nodeName === undefined)
  return { ...common, outcome: 'pending', rows: considered, message: 'it cannot be placed', ...(fix === undefined ? {} : { fix }) }
}

function toRow(record: NodeRecord, task: Requirements): NodeRow {
  const applicable = filters.filter((filter) => filter.applies(task))
  return {
    node: record.node.metadata.name,
    hostname: record.node.status.description?.hostname ?? record.node.metadata.name,
    fits: applicable.every((filter) => filter.passes(task, record)),
    checks: applicable.flatMap((filter) => filter.detail(task, record)),
    serviceTasks: record.activeOf(task.serviceUid),
    tasks: record.active,
  }
}

function whyNew(view: StoreView, task: Task): string {
  const refused = view
    .get('Service', task.spec.service)
    ?.status.conditions?.find(({ type, status }) => type === 'PortsAllocated' && status === 'False')
  return refused?.message ?? 'its ports are not allocated yet'
}

function whyThere(task: Task, rows: readonly NodeRow[]): string {
  if (task.spec.node !== undefined) return 'its service has one task on each node that fits'
  const fitting = rows.filter((row) => row.fits)
  if (fitting.length === 1 && fitting[0]?.node === task.spec.nodeName) return 'it is the only node that fits'
  return 'among nodes that fit, the one with the fewest tasks of the service, then the fewest tasks, is taken'
}

export function footprintsOf(view: StoreView): (revision: string) => Footprint {
  const known = new Map<string, Footprint>()
  return (name) => {
    const revision: Revision | undefined = known.has(name) ? undefined : view.get('Revision', name)
    const footprint = known.get(name) ?? (revision === undefined ? emptyFootprint : footprintOf(revision))
    known.set(name, footprint)
    return footprint
  }
}

function tableWithout(view: StoreView, taskName: string): NodeTable {
  const table = new NodeTable()
  const footprint = footprintsOf(view)
  for (const node of view.list('Node')) {
    table.setNode(node)
    for (const task of view.tasksOnNode(node.metadata.name)) {
      const claim = task.metadata.name === taskName ? undefined : claimFor(task, footprint)
      if (claim !== undefined) table.claim(task.metadata.name, claim)
    }
  }
  return table
}

function tasksHolding(view: StoreView, taskName: string) {
  const footprint = footprintsOf(view)
  return (nodeName: string) =>
    [...view.tasksOnNode(nodeName)].flatMap((task) => {
      const claim = task.metadata.name === taskName ? undefined : claimFor(task, footprint)
      return claim === undefined ? [] : [{ task: task.metadata.name, claim }]
    })
}
