// Which nodes were removed and must not come back with the certificates that they have. The manager that leads knows all nodes, and
// lets in nobody else. Managers that follow know of nodes what they have applied: whom they do not know may be new. Whom they must
// not let in they are told, by a list in the status of the cluster.

import type { Cluster, Node } from '../api/objects.ts'
import type { StoreView } from '../api/store.ts'

/** The last so many are remembered; the leader knows all. */
export const mostRemoved = 10_000
/**
 * Of these also those whose certificates have ended. Nobody lets them in, as a rule: but one of before may be valid for longer, the clock of
 * another manager may be behind, and managers may have been told to accept expired ones (docs/adr/0035).
 */
export const mostEnded = 1_000

export function withRemoved(cluster: Cluster, { metadata, status }: Node, nowMs: number): Cluster {
  const known = (cluster.status.removedNodes ?? []).filter(({ node }) => node !== metadata.name)
  const all = [...known, { node: metadata.name, until: status.certificate?.notAfter ?? 0 }].slice(-mostRemoved)
  const removedNodes = all.filter(({ until }, at) => until > nowMs || at >= all.length - mostEnded)
  return { ...cluster, status: { ...cluster.status, removedNodes } }
}

export function isRemoved(view: Pick<StoreView, 'get'>, leads: boolean, nodeId: string): boolean {
  if (leads) return view.get('Node', nodeId) === undefined
  return view.get('Cluster', 'default')?.status.removedNodes?.some(({ node }) => node === nodeId) === true
}
