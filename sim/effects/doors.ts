// Whether two simulated hosts come together: who shows which certificate, and what the gates of both say. In the
// order of the transport over TLS: first the one who connects looks at the other, then the other at it.

import { X509Certificate } from 'node:crypto'
import type { CertifiedNode } from '../../effects/effects.ts'
import type { Credentials, NodeTransportOptions, RefusalCode } from '../../effects/gate.ts'

interface Meeting {
  readonly from: string
  readonly to: string
  readonly protocol: string
  /** Undefined: it has no certificate, and believes anybody. */
  readonly connecting: NodeTransportOptions | undefined
  readonly listening: NodeTransportOptions
}

/** Who each sees at the other end: `near` is the one who listens, as seen by the one who connects. */
export interface Ends {
  readonly near: CertifiedNode | undefined
  readonly far: CertifiedNode | undefined
}

type Refused = { readonly code: RefusalCode; readonly why: string; readonly node?: CertifiedNode }

export class Doors {
  /** By their PEM: certificates are shown many times. */
  readonly #parsed = new Map<string, readonly X509Certificate[]>()

  /** Throws with a RefusalCode. */
  admit(meeting: Meeting): Ends {
    const near = this.#server(meeting)
    const far = this.#client(meeting)
    if (far !== undefined && 'code' in far) {
      const { from: address, protocol, listening, to } = meeting
      listening.refused?.({ address, protocol, code: far.code, why: far.why, node: far.node })
      throw refusal(far.code, to, protocol, far.why)
    }
    return { near, far }
  }

  #server({ connecting, listening, to, protocol }: Meeting): CertifiedNode | undefined {
    if (connecting === undefined) return undefined
    const found = this.#examine(listening.credentials.current(), connecting)
    if ('code' in found) throw refusal(found.code, to, protocol, found.why)
    if (!connecting.gate.mayServe(protocol, found))
      throw refusal('Forbidden', to, protocol, `it is a ${found.role}, which may not serve it`)
    return found
  }

  #client({ connecting, listening: { gate, ...own }, protocol }: Meeting): CertifiedNode | Refused | undefined {
    const shown = connecting?.credentials.current()
    const found = shown?.own === undefined ? undefined : this.#examine(shown, { gate, ...own })
    if (found !== undefined && !('code' in found))
      return gate.mayOpen(protocol, found) ? found : { code: 'Forbidden', why: `a ${found.role} may not open it`, node: found }
    // Who was believed once, and is not now, may do what strangers may.
    if (gate.mayOpen(protocol, undefined)) return undefined
    return found ?? { code: 'NoCertificate', why: 'only nodes may open it, and it has no certificate' }
  }

  #examine({ own }: Credentials, { gate, credentials }: NodeTransportOptions): CertifiedNode | Refused {
    const { roots, clusterId } = credentials.current()
    const chain = this.#certificatesIn(own?.certificate ?? '')
    const verdict = gate.examine(chain, { roots: this.#certificatesIn(roots), clusterId, isVerified: false })
    if ('problem' in verdict) return { code: verdict.problem, why: verdict.why }
    const { node } = verdict
    if (!gate.isRemoved(node.id)) return node
    if (gate.knowsMembers()) return { code: 'Removed', why: `node ${node.id} was removed from the cluster` }
    return { code: 'NotServed', why: `this manager does not know node ${node.id}, and does not lead` }
  }

  #certificatesIn(pem: string): readonly X509Certificate[] {
    const known = this.#parsed.get(pem)
    if (known !== undefined) return known
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
    const parsed = blocks.map((block) => new X509Certificate(block))
    this.#parsed.set(pem, parsed)
    return parsed
  }
}

/** As the transport over TLS words it, and with its code. */
export function refusal(code: string, to: string, protocol: string, why: string): Error {
  return Object.assign(new Error(`${to} cannot be reached for ${protocol}: ${why}`), { code })
}
