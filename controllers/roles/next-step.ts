// Which one step brings the group of managers closer to what the nodes' specs say. Pure: the nodes and the group go in.
//
//   promote   grant the role → the node gets its certificate and reports where it listens → learner → voter
//   demote    hand leadership over → out of the group → grant the role of a worker
//
// So nobody has a vote before it has the log, and nobody has a worker's certificate while it counts for a quorum.

import { isForced } from '../../api/force.ts'
import type { Node } from '../../api/objects.ts'
import type { Group } from './group.ts'

type Role = NonNullable<Node['status']['role']>

export type Step =
  | { readonly do: 'grant'; readonly node: Node; readonly role: Role }
  | { readonly do: 'member'; readonly make: 'voter' | 'learner' | 'stranger'; readonly id: string; readonly force?: true }
  | { readonly do: 'handOver'; readonly to: string }

/** A learner that lacks no more entries than that is made a voter: it has the rest within one exchange. */
const fewEntries = 100

/** Undefined when all is as it should be, or has to wait. */
export function nextStep(nodes: readonly Node[], group: Group): Step | undefined {
  return grant(nodes, group) ?? evict(nodes, group) ?? admit(nodes, group)
}

export function wantedRole({ spec }: Node): Role {
  return spec.role ?? 'Worker'
}

export function memberIds({ members: { voters, outgoing, learners } }: Group): ReadonlySet<string> {
  return new Set([...voters, ...outgoing, ...learners])
}

function grant(nodes: readonly Node[], group: Group): Step | undefined {
  const members = memberIds(group)
  const node = nodes.find(({ spec, status, metadata: { name } }) => {
    const wanted = spec.role ?? 'Worker'
    return status.role !== wanted && (status.role === undefined || wanted === 'Manager' || !members.has(name))
  })
  return node === undefined ? undefined : { do: 'grant', node, role: wantedRole(node) }
}

function evict(nodes: readonly Node[], group: Group): Step | undefined {
  const stays = new Set(nodes.filter((node) => wantedRole(node) === 'Manager').map(({ metadata }) => metadata.name))
  const leaving = [...memberIds(group)].filter((id) => !stays.has(id))
  const other = leaving.find((id) => id !== group.self)
  if (other !== undefined) {
    const force = nodes.some((node) => node.metadata.name === other && isForced(node))
    return { do: 'member', make: 'stranger', id: other, ...(force ? { force } : {}) }
  }
  if (leaving.length === 0) return undefined
  const [heir] = (group.followers() ?? [])
    .filter(({ id, isReachable }) => isReachable && stays.has(id) && group.members.voters.includes(id))
    .toSorted((a, b) => a.behind - b.behind)
  return heir === undefined ? undefined : { do: 'handOver', to: heir.id }
}

function admit(nodes: readonly Node[], group: Group): Step | undefined {
  const progress = new Map((group.followers() ?? []).map((follower) => [follower.id, follower]))
  const ready = group.members.learners.find((id) => {
    const follower = progress.get(id)
    return follower?.isReachable === true && follower.behind <= fewEntries
  })
  if (ready !== undefined) return { do: 'member', make: 'voter', id: ready }
  const members = memberIds(group)
  const fresh = nodes.find(
    ({ spec, status, metadata: { name } }) =>
      spec.role === 'Manager' &&
      status.role === 'Manager' &&
      status.state === 'Ready' &&
      status.description?.managerAddress !== undefined &&
      !members.has(name),
  )
  return fresh === undefined ? undefined : { do: 'member', make: 'learner', id: fresh.metadata.name }
}
