// Who may open which protocol between nodes, and who may serve it: one table. Everything that is not in it,
// nobody may.

import type { X509Certificate } from 'node:crypto'
import { validityOf } from '../ca/root-ca.ts'
import { type Trust, verifyChain } from '../ca/verify-chain.ts'
import type { CertifiedNode, Clock } from '../effects/effects.ts'
import type { Gate } from '../effects/gate.ts'

type Role = CertifiedNode['role']

interface Rule {
  readonly opens: readonly (Role | 'Stranger')[]
  readonly serves: readonly Role[]
}

/** `Stranger` has no certificate that is good here. */
export const protocols: Readonly<Record<string, Rule>> = {
  dispatcher: { opens: ['Worker', 'Manager'], serves: ['Manager'] },
  logs: { opens: ['Worker', 'Manager'], serves: ['Manager'] },
  exec: { opens: ['Worker', 'Manager'], serves: ['Manager'] },
  stats: { opens: ['Worker', 'Manager'], serves: ['Manager'] },
  raft: { opens: ['Manager'], serves: ['Manager'] },
  'raft-snapshot': { opens: ['Manager'], serves: ['Manager'] },
  api: { opens: ['Manager'], serves: ['Manager'] },
  join: { opens: ['Stranger', 'Worker', 'Manager'], serves: ['Manager'] },
}

export interface GateDeps {
  readonly clock: Pick<Clock, 'wallMs'>
  readonly isRemoved: (nodeId: string) => boolean
  /** Always, when left out. */
  readonly knowsMembers?: () => boolean
  /** Certificates of managers count also when they have expired: of all of them nobody could renew another's. */
  readonly acceptsExpired?: boolean
}

export function createGate(deps: GateDeps): Gate {
  return {
    examine(chain: readonly X509Certificate[], trust) {
      const verdict = verifyChain(chain, { ...trust, nowMs: deps.clock.wallMs() })
      if ('problem' in verdict) {
        const isAccepted = deps.acceptsExpired === true && verdict.problem === 'Expired'
        return (isAccepted ? expiredManager(chain, trust) : undefined) ?? verdict
      }
      const { identity } = verdict
      if (identity.kind === 'Operator') return { problem: 'Forbidden', why: 'the certificate is a user’s, not a node’s' }
      return { node: { id: identity.nodeId, role: identity.role, clusterId: identity.clusterId } }
    },
    mayOpen: (protocol, node) => ruleOf(protocol)?.opens.includes(node?.role ?? 'Stranger') === true,
    mayServe: (protocol, node) => ruleOf(protocol)?.serves.includes(node.role) === true,
    isRemoved: deps.isRemoved,
    knowsMembers: deps.knowsMembers ?? (() => true),
  }
}

/** Undefined where something else than its end keeps it from being believed, and of whoever is no manager. */
function expiredManager(chain: readonly X509Certificate[], trust: Omit<Trust, 'nowMs'>): ReturnType<Gate['examine']> | undefined {
  const [certificate] = chain
  if (certificate === undefined) return undefined
  const verdict = verifyChain(chain, { ...trust, nowMs: validityOf(certificate).notAfterMs - 1 })
  if ('problem' in verdict || verdict.identity.kind !== 'Node' || verdict.identity.role !== 'Manager') return undefined
  const { nodeId, role, clusterId } = verdict.identity
  return { node: { id: nodeId, role, clusterId }, isExpired: true }
}

function ruleOf(protocol: string): Rule | undefined {
  return Object.hasOwn(protocols, protocol) ? protocols[protocol] : undefined
}
