// Which of the nodes that fit comes first.

import { Heap } from './heap.ts'
import type { NodeRecord } from './node-table.ts'

/** Where tasks are taken from, best place first. `next` claims nothing; `used` tells that it was taken. */
export interface Places {
  next(): NodeRecord | undefined
  used(): void
}

/** Strict total order: fewer counted failures, fewer tasks of the service, fewer tasks, then the older node. */
export function ranksBefore(a: NodeRecord, b: NodeRecord): boolean {
  if (a.rankFailures !== b.rankFailures) return a.rankFailures < b.rankFailures
  if (a.rankCount !== b.rankCount) return a.rankCount < b.rankCount
  if (a.active !== b.active) return a.active < b.active
  return a.sequence < b.sequence
}

/** Nodes by rank. A node that no longer fits after it took a task is out. */
export function leaf(usable: NodeRecord[], fits: (record: NodeRecord) => boolean): Places {
  const heap = new Heap(ranksBefore, usable)
  return {
    next: () => heap.top(),
    used() {
      const record = heap.top()
      if (record === undefined) return
      if (fits(record)) heap.sinkTop()
      else heap.pop()
    },
  }
}
