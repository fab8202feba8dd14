// What a constraint means on a node (the grammar is `api/constraint.ts`): every key of the language,
// evaluated against what is known of the node. Values compare without regard to case, as whole strings.

import { type Constraint, parseConstraint } from '../../api/constraint.ts'
import type { Node } from '../../api/objects.ts'
import { matchesAddress } from './ip-match.ts'

/** A text that is not a constraint was refused when the service was written; here it asks for nothing. */
export function readConstraints(texts: readonly string[] | undefined): readonly Constraint[] {
  return (texts ?? []).map(parseConstraint).filter((constraint) => typeof constraint !== 'string')
}

export function satisfies(node: Node, { key, operator, value }: Constraint): boolean {
  const found = factOf(node, key)
  if (found === undefined) return false
  if (key.toLowerCase() === 'node.ip') {
    const matches = matchesAddress(value, found)
    return matches !== undefined && matches === (operator === '==')
  }
  return (found.toLowerCase() === value.toLowerCase()) === (operator === '==')
}

/** The node's value for a key: '' when it has none, `undefined` when there is no such key. */
export function factOf(node: Node, key: string): string | undefined {
  const label = labelOf(key)
  if (label !== undefined) return labelsOf(node, label.of)?.[label.key] ?? ''
  const description = node.status.description
  switch (key.toLowerCase()) {
    case 'node.id':
      return node.metadata.name
    case 'node.hostname':
      return description?.hostname ?? ''
    case 'node.ip':
      return node.status.address ?? ''
    case 'node.role':
      return node.status.role ?? ''
    case 'node.platform.os':
      return description?.platform.os ?? ''
    case 'node.platform.arch':
      return description?.platform.arch ?? ''
    default:
      return undefined
  }
}

/** Splits `node.labels.<key>` and `engine.labels.<key>`: the prefix in any case, the key as written. */
export function labelOf(key: string): { readonly of: 'node' | 'engine'; readonly key: string } | undefined {
  const match = /^(node|engine)\.labels\.(.+)$/i.exec(key)
  if (match === null) return undefined
  return { of: match[1]?.toLowerCase() === 'node' ? 'node' : 'engine', key: match[2] ?? '' }
}

function labelsOf(node: Node, of: 'node' | 'engine'): Readonly<Record<string, string>> | undefined {
  return of === 'node' ? node.metadata.labels : node.status.description?.engine?.labels
}

export function describeConstraint({ key, operator, value }: Constraint): string {
  return `${key} ${operator} ${value}`
}
