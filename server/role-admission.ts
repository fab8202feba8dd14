// Whether a node may be made a manager, or a manager a worker: never the last one, and never so that those that are left
// could decide nothing any more.

import { StatusError } from '../api/errors.ts'
import type { Node } from '../api/objects.ts'
import type { StoreView } from '../api/store.ts'
import type { Group } from '../controllers/roles/group.ts'

/** Throws Conflict, with the numbers. */
export function assertDemotable(view: StoreView, group: Group, { metadata: { name } }: Node): void {
  const details = { kind: 'nodes', name }
  const others = [...view.list('Node')].filter(({ spec, metadata }) => spec.role === 'Manager' && metadata.name !== name)
  if (others.length === 0)
    throw new StatusError('Conflict', `Node "${name}" is the only manager: promote another node first (\`kit node promote NODE\`)`, details)
  const { voters } = group.members
  if (!voters.includes(name)) return
  const answering = new Set([group.self, ...(group.followers() ?? []).filter(({ isReachable }) => isReachable).map(({ id }) => id)])
  const left = voters.filter((id) => id !== name)
  const silent = left.filter((id) => !answering.has(id))
  const needed = Math.floor(left.length / 2) + 1
  if (left.length - silent.length >= needed) return
  throw new StatusError(
    'Conflict',
    `without node "${name}" there would be ${left.length} managers, of which ${needed} must answer and ${left.length - silent.length} do: nobody could decide anything any more. Not answering: ${silent.join(', ')}. Start them, or demote them first`,
    details,
  )
}
