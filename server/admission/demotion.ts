// Whether a node may be made a manager, or a manager a worker: never the last one, and only by force so that those that are
// left could decide nothing any more.

import { StatusError } from '../../api/errors.ts'
import type { Node } from '../../api/objects.ts'
import type { StoreView } from '../../api/store.ts'
import type { Group } from '../../controllers/roles/group.ts'

/**
 * Throws Conflict, with the numbers. With `force` it returns instead what is to be expected; undefined when nothing is. This change still
 * needs a majority of the managers that there are now: where there is none, nobody leads, and nothing gets here.
 */
export function checkDemotion(view: StoreView, group: Group, { metadata: { name } }: Node, force: boolean): string | undefined {
  const details = { kind: 'nodes', name }
  const others = [...view.list('Node')].filter(({ spec, metadata }) => spec.role === 'Manager' && metadata.name !== name)
  if (others.length === 0)
    throw new StatusError('Conflict', `Node "${name}" is the only manager: promote another node first (\`kit node promote NODE\`)`, details)
  const { voters } = group.members
  if (!voters.includes(name)) return undefined
  const answering = new Set([group.self, ...(group.followers() ?? []).filter(({ isReachable }) => isReachable).map(({ id }) => id)])
  const left = voters.filter((id) => id !== name)
  const silent = left.filter((id) => !answering.has(id))
  const needed = Math.floor(left.length / 2) + 1
  if (left.length - silent.length >= needed) return undefined
  const numbers = `${left.length} managers, of which ${needed} must answer and ${left.length - silent.length} do`
  const names = `Not answering: ${silent.join(', ')}`
  if (force)
    return `without node "${name}" there are ${numbers}: from now on nothing can be changed, and this demotion waits, too, until more of them answer. ${names}. Start them; if they are lost for good, start \`kitd --force-new-cluster\` on one that is left`
  throw new StatusError(
    'Conflict',
    `without node "${name}" there would be ${numbers}: the cluster could not change anything any more. ${names}. Start them, or demote them first. \`kit node demote --force\` does it anyway: nothing can be changed then until they are started`,
    details,
  )
}
