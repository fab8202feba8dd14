// Puts the tasks of one group on nodes. Equal tasks (one revision, one placement) ask the same of every
// node, so each node is filtered once; then the best node takes a task, is filtered again, and finds its
// new rank. Cost: nodes for the filters, log(nodes) for each task; far less when the emptiest nodes fit.

import type { Filter, Requirements } from './filters.ts'
import { filters } from './filters.ts'
import type { Claim, NodeRecord, NodeTable } from './node-table.ts'
import { leaf } from './ranking.ts'
import { buildTree } from './spread-tree.ts'

export interface Group {
  readonly requirements: Requirements
  /** Descriptors of the spread preferences, outermost first. */
  readonly spread: readonly string[]
  /** Nodes on which this revision failed too often, and how often. */
  readonly faulty: ReadonlyMap<string, number>
  readonly tasks: readonly string[]
}

export interface Outcome {
  readonly placed: readonly { readonly task: string; readonly claim: Claim }[]
  readonly unplaced: readonly string[]
  /** Why the unplaced ones are; empty when there is not a single node. */
  readonly explanation: string
}

export function placeGroup(table: NodeTable, group: Group): Outcome {
  const applicable = filters.filter((filter) => filter.applies(group.requirements))
  const fits = (record: NodeRecord): boolean => passesAll(applicable, group.requirements, record)
  const placed: { readonly task: string; readonly claim: Claim }[] = []
  const take = (record: NodeRecord): void => {
    const task = group.tasks[placed.length] ?? ''
    placed.push({ task, claim: table.place(task, record, group.requirements) })
  }
  if (group.spread.length === 0) placeOnEmptiest(table, group, fits, take)
  if (placed.length < group.tasks.length) {
    const usable = usableNodes(table, group, fits)
    const places =
      group.spread.length === 0 ? leaf(usable, fits) : buildTree(table.records(), usable, group.spread, group.requirements.serviceUid, fits)
    for (let best = places.next(); best !== undefined && placed.length < group.tasks.length; best = places.next()) {
      take(best)
      best.rankCount++
      places.used()
    }
  }
  const unplaced = group.tasks.slice(placed.length)
  return { placed, unplaced, explanation: unplaced.length === 0 ? '' : explainRefusals(table.records(), group.requirements) }
}

/** Looked at beyond the group's size before the full scan is the better bargain. */
const lookahead = 64

/**
 * The usual case of few tasks and many nodes: nodes without a task of the service and without failures rank
 * before all others, and among themselves by their load. They are read in that order, and each takes one task.
 */
function placeOnEmptiest(
  table: NodeTable,
  { tasks, requirements, faulty }: Group,
  fits: (record: NodeRecord) => boolean,
  take: (record: NodeRecord) => void,
): void {
  let budget = 2 * tasks.length + lookahead
  if (budget >= table.size) return // The full scan looks at each node once as well, and is simpler.
  let left = tasks.length
  for (const sequence of table.emptiest.read()) {
    if (budget-- === 0) return
    const record = table.at(sequence)
    if (record === undefined || record.activeOf(requirements.serviceUid) > 0 || faulty.has(record.node.metadata.name)) continue
    if (!fits(record)) continue
    take(record)
    if (--left === 0) return
  }
}

function usableNodes(table: NodeTable, { requirements, faulty }: Group, fits: (record: NodeRecord) => boolean): NodeRecord[] {
  const usable: NodeRecord[] = []
  for (const record of table.records()) {
    if (!fits(record)) continue
    record.rankFailures = faulty.size === 0 ? 0 : (faulty.get(record.node.metadata.name) ?? 0)
    record.rankCount = record.activeOf(requirements.serviceUid)
    usable.push(record)
  }
  return usable
}

function passesAll(applicable: readonly Filter[], task: Requirements, record: NodeRecord): boolean {
  for (const filter of applicable) if (!filter.passes(task, record)) return false
  return true
}

/** Counts, for every node, the first filter that refuses the task: most nodes first, then in order of the filters. */
export function explainRefusals(records: Iterable<NodeRecord>, task: Requirements): string {
  const counts = filters.map((filter) => ({ filter, count: 0, applies: filter.applies(task) }))
  for (const record of records) {
    const refusal = counts.find(({ filter, applies }) => applies && !filter.passes(task, record))
    if (refusal !== undefined) refusal.count++
  }
  return counts
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .map(({ filter, count }) => filter.explain(count))
    .join('; ')
}
