// Placement preferences: one level of branches per preference, one branch per value of its label (nodes
// without the label share a branch). Each task goes down to the branch with the fewest tasks of the service
// that still has room, so branches fill evenly and one that is full passes its share on to the others.
// Branches that are equal are tried in the order of their best nodes.

import { factOf, labelOf } from './constraints.ts'
import { Heap } from './heap.ts'
import type { NodeRecord } from './node-table.ts'
import { leaf, type Places, ranksBefore } from './ranking.ts'

interface Branch {
  readonly places: Places
  /** Active tasks of the service on all nodes of the branch, usable or not. */
  tasks: number
}

/** Descriptors that are not `node.labels.<key>` or `engine.labels.<key>` add no level. */
export function buildTree(
  all: Iterable<NodeRecord>,
  usable: readonly NodeRecord[],
  spread: readonly string[],
  serviceUid: string,
  fits: (record: NodeRecord) => boolean,
): Places {
  const levels = spread.filter((descriptor) => labelOf(descriptor) !== undefined)
  return buildLevel([...all], new Set(usable), levels, serviceUid, fits)
}

function buildLevel(
  all: readonly NodeRecord[],
  usable: ReadonlySet<NodeRecord>,
  levels: readonly string[],
  serviceUid: string,
  fits: (record: NodeRecord) => boolean,
): Places {
  const [descriptor, ...inner] = levels
  if (descriptor === undefined) {
    return leaf(
      all.filter((record) => usable.has(record)),
      fits,
    )
  }
  const byValue = Map.groupBy(all, (record) => factOf(record.node, descriptor) ?? '')
  const branches: Branch[] = [...byValue.values()].map((records) => ({
    places: buildLevel(records, usable, inner, serviceUid, fits),
    tasks: records.reduce((sum, record) => sum + record.activeOf(serviceUid), 0),
  }))
  return evenly(branches.filter((branch) => branch.places.next() !== undefined))
}

function evenly(branches: Branch[]): Places {
  const heap = new Heap(fillsBefore, branches)
  return {
    next: () => heap.top()?.places.next(),
    used() {
      const branch = heap.top()
      if (branch === undefined) return
      branch.tasks++
      branch.places.used()
      if (branch.places.next() === undefined) heap.pop()
      else heap.sinkTop()
    },
  }
}

function fillsBefore(a: Branch, b: Branch): boolean {
  if (a.tasks !== b.tasks) return a.tasks < b.tasks
  const [best, other] = [a.places.next(), b.places.next()]
  return best !== undefined && other !== undefined && ranksBefore(best, other)
}
