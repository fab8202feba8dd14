// A root, and certificates of every sort, for tests.

import type { KeyObject } from 'node:crypto'
import { createPublicKey } from 'node:crypto'
import type { Keys } from '../../effects/effects.ts'
import { createSimulatedKeys } from '../../sim/effects/keys.ts'
import { SeededRandom } from '../../sim/effects/random.ts'
import type { Validity } from '../certificate.ts'
import type { NodeIdentity, NodeRole } from '../identity.ts'
import { certificateValidity, issueNodeCertificate } from '../issue.ts'
import type { Authority, IssueDeps } from '../root-ca.ts'

export const clusterId = 'cluster1'

export function issueDeps(seed = 1): IssueDeps & { readonly keys: Keys } {
  const random = new SeededRandom(seed)
  return { keys: createSimulatedKeys(random.split('keys')), random }
}

export interface IssuedNode {
  /** PEM. */
  readonly certificate: string
  readonly key: KeyObject
  readonly identity: NodeIdentity
}

export function issueNode(
  deps: IssueDeps,
  authority: Authority,
  of: { readonly nodeId?: string; readonly role?: NodeRole; readonly clusterId?: string; readonly nowMs: number; readonly validity?: Validity },
): IssuedNode {
  const identity: NodeIdentity = { kind: 'Node', nodeId: of.nodeId ?? 'n1', role: of.role ?? 'Worker', clusterId: of.clusterId ?? clusterId }
  const key = deps.keys.generate()
  const validity = of.validity ?? certificateValidity(of.nowMs)
  return { certificate: issueNodeCertificate(deps, authority, createPublicKey(key), identity, validity), key, identity }
}

