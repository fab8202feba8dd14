// Where the tasks of a node would go, were it drained now: asked of the scheduler's own rules, on the present nodes. Nothing
// is written, and the cluster may change before somebody drains. Pure, on a view.

import type { Task } from '../../api/objects.ts'
import type { StoreView } from '../../api/store.ts'
import { isEnded, isWanted } from '../../api/task.ts'
import { footprintsOf } from './explain.ts'
import { NodeTable } from './node-table.ts'
import { placeGroup } from './place.ts'
import { requirementsOf } from './requirements.ts'
import { claimFor } from './task-claim.ts'

export interface DrainForecast {
  /** Tasks by the node that they would go to. */
  readonly moves: ReadonlyMap<string, readonly string[]>
  /** Tasks that fit on no other node, and why. */
  readonly homeless: readonly { readonly task: string; readonly reason: string }[]
  /** Tasks of global services: they end, and nothing takes their place. */
  readonly ending: number
}

export function forecastDrain(view: StoreView, nodeName: string): DrainForecast {
  const there = [...view.tasksOnNode(nodeName)].filter((task) => !isEnded(task) && !isWanted(task, 'Shutdown'))
  const own = there.filter(({ spec }) => spec.node !== undefined)
  const table = tableWithout(view, nodeName)
  const moves = new Map<string, string[]>()
  const homeless: { task: string; reason: string }[] = []
  const free = there.filter(({ spec }) => spec.node === undefined)
  for (const tasks of Map.groupBy(free, ({ spec }) => `${spec.service} ${spec.revision}`).values()) {
    const outcome = placeTogether(view, table, tasks)
    for (const { task, claim } of outcome.placed) {
      const moved = moves.get(claim.nodeName) ?? []
      moves.set(claim.nodeName, [...moved, task])
    }
    const reason = outcome.explanation === '' ? 'there is no other node' : outcome.explanation
    homeless.push(...outcome.unplaced.map((task) => ({ task, reason })))
  }
  return { moves, homeless, ending: own.length }
}

function placeTogether(
  view: StoreView,
  table: NodeTable,
  tasks: readonly Task[],
): Pick<ReturnType<typeof placeGroup>, 'placed' | 'unplaced' | 'explanation'> {
  const names = tasks.map(({ metadata }) => metadata.name)
  const [first] = tasks
  const revision = view.get('Revision', first?.spec.revision ?? '')
  const placement = view.get('Service', first?.spec.service ?? '')?.spec.template.placement
  if (revision === undefined) return { placed: [], unplaced: names, explanation: 'its revision is gone' }
  const spread = (placement?.preferences ?? []).map((preference) => preference.spread)
  return placeGroup(table, { requirements: requirementsOf(revision, placement), spread, faulty: new Map(), tasks: names })
}

function tableWithout(view: StoreView, nodeName: string): NodeTable {
  const table = new NodeTable()
  const footprint = footprintsOf(view)
  for (const node of view.list('Node')) {
    if (node.metadata.name === nodeName) continue
    table.setNode(node)
    for (const task of view.tasksOnNode(node.metadata.name)) {
      const claim = claimFor(task, footprint)
      if (claim !== undefined) table.claim(task.metadata.name, claim)
    }
  }
  return table
}

/** For people: a line for each thing that they would want to know before. */
export function formatForecast(view: StoreView, { moves, homeless, ending }: DrainForecast): string {
  const host = (node: string): string => view.get('Node', node)?.status.description?.hostname ?? node
  const count = [...moves.values()].reduce((sum, tasks) => sum + tasks.length, 0)
  const goes = [...moves].map(([node, tasks]) => `${host(node)} ${tasks.length}`)
  const reasons = Map.groupBy(homeless, ({ reason }) => reason)
  return [
    ...(count === 0 ? [] : [`${count === 1 ? '1 task goes' : `${count} tasks go`} to ${goes.join(', ')}`]),
    ...[...reasons].map(([reason, tasks]) => {
      const [one] = tasks
      const who = tasks.length === 1 ? `task ${one?.task} does` : `${tasks.length} tasks, such as ${one?.task}, do`
      return `${who} NOT fit elsewhere: ${reason}`
    }),
    ...(ending === 0 ? [] : [`${ending === 1 ? '1 task of a global service ends' : `${ending} tasks of global services end`}`]),
    ...(count + homeless.length + ending === 0 ? ['nothing runs there'] : []),
  ].join('\n')
}
