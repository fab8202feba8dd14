// Who holds a certificate: CN who, OU which role, O which cluster. The names are those of SwarmKit, so that
// its tools can read them.

import { createHash, type KeyObject, type X509Certificate } from 'node:crypto'
import { StatusError } from '../api/errors.ts'
import type { Subject } from './certificate.ts'

export interface NodeIdentity {
  readonly kind: 'Node'
  readonly nodeId: string
  readonly role: NodeRole
  readonly clusterId: string
}

export interface OperatorIdentity {
  readonly kind: 'Operator'
  readonly user: string
  readonly role: OperatorRole
  readonly clusterId: string
}

export type Identity = NodeIdentity | OperatorIdentity
export type NodeRole = 'Worker' | 'Manager'
export type OperatorRole = 'Admin' | 'Operator' | 'Viewer'

export const nodeUnits = { Worker: 'swarm-worker', Manager: 'swarm-manager' } as const
const operatorUnits = { Admin: 'kit-admin', Operator: 'kit-operator', Viewer: 'kit-viewer' } as const
/** Names of nodes stand in certificates as host names, too. */
const nodeIdPattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const userPattern = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/

/** Throws Invalid for names that may not stand in a certificate. */
export function subjectOf(identity: Identity): Subject {
  const { clusterId } = identity
  if (!nodeIdPattern.test(clusterId)) throw invalid(`${JSON.stringify(clusterId)} cannot be the id of a cluster`)
  if (identity.kind === 'Node') {
    if (!nodeIdPattern.test(identity.nodeId)) throw invalid(`${JSON.stringify(identity.nodeId)} cannot be the id of a node`)
    return [
      ['O', clusterId],
      ['OU', nodeUnits[identity.role]],
      ['CN', identity.nodeId],
    ]
  }
  if (!userPattern.test(identity.user))
    throw invalid(`${JSON.stringify(identity.user)} cannot be the name of a user: 1 to 64 letters, digits, '.', '_', '@' and '-'`)
  return [
    ['O', clusterId],
    ['OU', operatorUnits[identity.role]],
    ['CN', identity.user],
  ]
}

/** What the certificate says; whether to believe it is `verifyChain`'s question. Undefined when it names nobody of ours. */
export function identityOf(certificate: X509Certificate): Identity | undefined {
  const found = new Map<string, string>()
  // Node.js gives one attribute a line, and escapes what could be mistaken for another.
  for (const line of certificate.subject.split('\n')) {
    const [, attribute, value] = /^(O|OU|CN)=([A-Za-z0-9._@-]+)$/.exec(line) ?? []
    if (attribute === undefined || value === undefined || found.has(attribute)) return undefined
    found.set(attribute, value)
  }
  const [clusterId, unit, name] = [found.get('O'), found.get('OU'), found.get('CN')]
  if (clusterId === undefined || unit === undefined || name === undefined || !nodeIdPattern.test(clusterId)) return undefined
  for (const role of ['Worker', 'Manager'] as const)
    if (unit === nodeUnits[role] && nodeIdPattern.test(name)) return { kind: 'Node', nodeId: name, role, clusterId }
  for (const role of ['Admin', 'Operator', 'Viewer'] as const)
    if (unit === operatorUnits[role] && userPattern.test(name)) return { kind: 'Operator', user: name, role, clusterId }
  return undefined
}

/** By which a certificate is known again: SHA-256 of its public key, hexadecimal. */
export function keyDigest(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
}

function invalid(message: string): StatusError {
  return new StatusError('Invalid', message)
}
