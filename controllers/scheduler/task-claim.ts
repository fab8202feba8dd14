// What a task holds on its node, read from the task alone: resources and ports from Assigned until it has
// ended, a place among the active tasks while it is wanted.

import type { Task } from '../../api/objects.ts'
import { hasReached, isWanted } from '../../api/task.ts'
import type { Claim } from './node-table.ts'
import type { Footprint } from './requirements.ts'

export function claimFor(task: Task, footprintOfRevision: (name: string) => Footprint): Claim | undefined {
  const { nodeName, serviceUid, assignedGeneric, revision } = task.spec
  if (nodeName === undefined || !hasReached(task, 'Assigned') || hasReached(task, 'Complete')) return undefined
  return { nodeName, serviceUid, footprint: footprintOfRevision(revision), generic: assignedGeneric, active: !isWanted(task, 'Shutdown') }
}
