// What becomes of a cluster when a manager leaves it as it is, which needs force as it does in docker: the other managers
// keep it as one that does not answer. Said before and, where it was forced, afterwards.

import { StatusError } from '../../api/errors.ts'
import type { StoreView } from '../../api/store.ts'

export interface LeavingManager {
  readonly nodeId: string
  /** As this manager knows the cluster: the leader may know more. */
  readonly view: StoreView
  readonly voters: readonly string[]
}

/** What would be lost, so that nobody learns it afterwards, and what to do instead. */
export function stillManager(leaving: LeavingManager): StatusError {
  const { nodeId, view, voters } = leaving
  const others = othersOf(leaving)
  if (others.length === 0 && voters.includes(nodeId)) return lastManager(view)
  if (view.get('Node', nodeId)?.spec.role === 'Worker')
    return new StatusError(
      'Conflict',
      `this node is being made a worker, and can leave when it is one: try again. If it stays so, \`kit node inspect ${nodeId}\` says why`,
    )
  const demote = `\`kit node demote ${nodeId}\` first`
  const force = '`kit swarm leave --force` leaves as it is'
  if (!voters.includes(nodeId))
    return new StatusError('Conflict', `this node is about to be a manager: ${demote}. ${force}, and \`kit node rm\` removes what is left`)
  const { needed, silent, holds } = without(leaving)
  const is = `this node is one of ${voters.length} managers`
  if (holds)
    return new StatusError(
      'Conflict',
      `${is}: ${demote}. ${force}, and the others count it as a manager that does not answer until they demote it`,
    )
  const start = silent.length === 0 ? '' : ` Not answering: ${silent.join(', ')}; start them.`
  return new StatusError(
    'Conflict',
    `${is}, of which ${needed} must answer: if it leaves as it is, ${others.length - silent.length} would, and the cluster could not change anything any more.${start} Then ${demote}. ${force}: what is left goes on when \`kitd --force-new-cluster\` was started on one of the others`,
  )
}

/** What those that are left have to do now. Undefined where there are none. */
export function afterForce(leaving: LeavingManager): string | undefined {
  const { nodeId, voters } = leaving
  if (!voters.includes(nodeId))
    return `the managers still have node ${nodeId}: \`kit node demote ${nodeId}\` and \`kit node rm ${nodeId}\` there`
  if (voters.length === 1) return undefined
  const remove = `\`kit node demote ${nodeId}\` and \`kit node rm ${nodeId}\``
  const { needed, silent, holds } = without(leaving)
  if (holds) return `the other managers count node ${nodeId} as one that does not answer: ${remove} there`
  const start = silent.length === 0 ? '' : `start ${silent.join(', ')}; when that cannot be, `
  return `${needed} of ${voters.length} managers must answer, and too few do: ${start}start one of the others with \`kitd --force-new-cluster\`, and ${remove} there`
}

function othersOf({ nodeId, voters }: LeavingManager): readonly string[] {
  return voters.filter((id) => id !== nodeId)
}

/** It stays a voter, one that is silent. */
function without(leaving: LeavingManager): { readonly needed: number; readonly silent: readonly string[]; readonly holds: boolean } {
  const { view, voters } = leaving
  const others = othersOf(leaving)
  const silent = others.filter((id) => view.get('Node', id)?.status.manager?.reachable !== true)
  const needed = Math.floor(voters.length / 2) + 1
  return { needed, silent, holds: others.length - silent.length >= needed }
}

function lastManager(view: StoreView): StatusError {
  const counts = (['Service', 'Secret', 'Config', 'Network', 'Volume', 'Stack'] as const).map((kind) => {
    const count = view.count(kind)
    return count === 0 ? [] : [`${count} ${kind.toLowerCase()}${count === 1 ? '' : 's'}`]
  })
  const lost = [...counts.flat(), 'the certificates of all nodes']
  const workers = view.count('Node') - 1
  const alone =
    workers === 0 ? '' : workers === 1 ? ' Its worker runs on without a manager.' : ` Its ${workers} workers run on without a manager.`
  return new StatusError(
    'Conflict',
    `this node is the last manager: when it leaves, the cluster is erased, with ${lost.join(', ')}.${alone} What runs here is stopped. \`kit swarm leave --force\` does it`,
  )
}
