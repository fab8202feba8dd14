// Which manager reads a source. Every manager asks this of every source, of its own copy of the store; that one of them is
// named in `status.node` makes it one. Pure.
//
// The name is a claim, and kept: another manager takes it over when the one that has it is down, gone or no manager any
// more, or when `spec.node` names another. The server refuses what a manager writes that has lost it (`source-claim.ts`).

import type { Node, Source } from '../../api/objects.ts'

export type Turn =
  | { readonly do: 'Read' }
  /** Nobody has it, and this one may: where it has the directory, unless the source names this node. */
  | { readonly do: 'Claim'; readonly isNamed: boolean; readonly lost?: string }
  | { readonly do: 'Leave' }
  /** Nobody can: the leader says why. */
  | { readonly do: 'Say'; readonly reason: 'NotHere' | 'NodeDown'; readonly message: string }

export interface Self {
  readonly nodeId: string
  readonly leads: boolean
}

export function turnOf({ metadata, spec, status }: Source, nodes: readonly Node[], { nodeId, leads }: Self): Turn {
  if (metadata.deletedAt === undefined && spec.node !== undefined) return turnOfNamed(spec.node, status.node, nodes, { nodeId, leads })
  if (status.node === nodeId) return { do: 'Read' }
  const holder = nodes.find((node) => node.metadata.name === status.node)
  if (holder !== undefined && isManager(holder) && !isDown(holder)) return { do: 'Leave' }
  // What a source that goes has created can be deleted anywhere: no directory is read for that.
  if (metadata.deletedAt !== undefined) return leads ? { do: 'Claim', isNamed: true } : { do: 'Leave' }
  return { do: 'Claim', isNamed: false, ...(holder === undefined || !isManager(holder) ? {} : { lost: nameOf(holder) }) }
}

function turnOfNamed(wanted: string, holder: string | undefined, nodes: readonly Node[], { nodeId, leads }: Self): Turn {
  const say = (reason: 'NotHere' | 'NodeDown', message: string): Turn => (leads ? { do: 'Say', reason, message } : { do: 'Leave' })
  const [node, another] = nodes.filter(({ metadata, status }) => metadata.name === wanted || status.description?.hostname === wanted)
  if (node === undefined) return say('NotHere', `there is no node ${wanted}`)
  if (another !== undefined) return say('NotHere', `more than one node has the host name ${wanted}: name one by its id`)
  if (!isManager(node)) return say('NotHere', `node ${wanted} is a worker: only managers read directories; keep the directory on a manager`)
  if (node.metadata.name === nodeId) return holder === nodeId ? { do: 'Read' } : { do: 'Claim', isNamed: true }
  return isDown(node) ? say('NodeDown', downWords(wanted)) : { do: 'Leave' }
}

export function downWords(node: string): string {
  return `node ${node}, which reads the directory, is down; what was applied stays`
}

function isManager({ status }: Node): boolean {
  return status.role === 'Manager'
}

function isDown({ status }: Node): boolean {
  return status.state === 'Down'
}

function nameOf({ metadata, status }: Node): string {
  return status.description?.hostname ?? metadata.name
}
