// Nodes as rows of boxes: each task as wide as what is set aside for it, of a row as long as the node is large. What is free
// is dotted.

import { type ClusterView, type Node, phaseOf, type Task } from './cluster-view.ts'
import { hostOf, taskName } from './names.ts'
import { byHost, loadOf, reservationOf } from './tables.ts'
import { cell, type Line, type Span, widthOf } from './text.ts'
import type { Style } from './themes.ts'

const nameColumns = 14
/** A box has its edges and a sign; a node has room for one, however small it is. */
const smallestBox = 3
const smallestNode = 8
export function topologyLines(view: ClusterView, columns: number): readonly Line[] {
  const nodes = [...view.all('Node').values()].toSorted(byHost)
  const largest = Math.max(1, ...nodes.map(coresOf))
  const room = Math.max(smallestNode, columns - nameColumns - 22)
  return [
    [{ text: ' [] is a task, as wide as the cores that are set aside for it; () has none; . is free', style: 'dim' }],
    [],
    ...nodes.map((node) => nodeRow(view, node, Math.max(smallestNode, Math.round((coresOf(node) / largest) * room)))),
  ]
}

function coresOf({ status }: Node): number {
  return status.description?.resources.cpus ?? 0
}

function nodeRow(view: ClusterView, node: Node, width: number): Line {
  const { name } = node.metadata
  const isReady = node.status.state === 'Ready'
  const cores = Math.max(coresOf(node), 1)
  const tasks = [...view.tasksOn(name).values()]
    .filter((task) => !['past', 'done', 'failed'].includes(phaseOf(task)))
    .toSorted((a, b) =>
      a.spec.service < b.spec.service ? -1 : a.spec.service > b.spec.service ? 1 : (a.spec.slot ?? 0) - (b.spec.slot ?? 0),
    )
  const boxes: Span[] = []
  let left = width
  let hidden = 0
  for (const task of tasks) {
    const share = reservationOf(view, task).cpus / cores
    const box = share === 0 ? namedBox(view, task) : taskBox(view, task, Math.max(smallestBox, Math.round(share * width)))
    if (widthOf(box.text) > left) hidden++
    else {
      boxes.push(box)
      left -= widthOf(box.text)
    }
  }
  const share = Math.round((loadOf(view, name).reserved.cpus / cores) * 100)
  const note = `${cell(`${coresOf(node)}c`, 5, 'right')} ${cell(`${share}%`, 5, 'right')}${hidden === 0 ? '' : `  +${hidden} more`}`
  return [
    { text: ` ${cell(hostOf(view, name), nameColumns)} `, style: isReady ? 'bold' : 'red' },
    ...boxes,
    { text: '.'.repeat(left), style: 'dim' },
    isReady ? note : { text: `${note}  ${(node.status.state ?? 'Unknown').toLowerCase()}`, style: 'red' },
  ]
}

const styles: Readonly<Partial<Record<ReturnType<typeof phaseOf>, Style>>> = {
  unhealthy: 'red',
  starting: 'cyan',
  stopping: 'dim',
}

interface Box {
  readonly text: string
  readonly style: Style
}

function taskBox(view: ClusterView, task: Task, width: number): Box {
  return { text: `[${cell(titleOf(view, task), width - 2)}]`, style: styles[phaseOf(task)] ?? 'green' }
}

/** Nothing is set aside for it, so that its width says nothing either. */
function namedBox(view: ClusterView, task: Task): Box {
  return { text: `(${titleOf(view, task)})`, style: styles[phaseOf(task)] ?? 'green' }
}

function titleOf(view: ClusterView, task: Task): string {
  const phase = phaseOf(task)
  const sign = phase === 'running' ? '' : phase === 'unhealthy' ? '!' : phase === 'starting' ? '+' : '-'
  return `${sign}${taskName(view, task)}`
}
