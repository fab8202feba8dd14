// Credentials as TLS wants them, made again when they change.

import { constants, X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext, type SecureContextOptions, type TLSSocket } from 'node:tls'
import type { Credentials } from '../../gate.ts'

/** The name of what is spoken after the handshake, and its version: who does not know it does not get that far. */
export const alpn = 'kit/1'
/** A connection that is idle for that long is asked whether it is still there. */
export const keepAliveMs = 15_000
/** A certificate, the root that follows, and the root that brings itself. */
const longestChain = 5

export interface Trust {
  readonly credentials: Credentials
  readonly options: SecureContextOptions
  readonly context: SecureContext
  readonly roots: readonly X509Certificate[]
}

export function trustOf(credentials: Credentials): Trust {
  const blocks = credentials.roots.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  const options: SecureContextOptions = {
    minVersion: 'TLSv1.3',
    // A session that is taken up again would not show its certificate again.
    secureOptions: constants.SSL_OP_NO_TICKET,
    // An array, even when it is empty: without one the roots of the system would be trusted.
    ca: blocks,
    ...(credentials.own !== undefined && {
      cert: credentials.own.certificate,
      key: credentials.own.key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    }),
  }
  return { credentials, options, context: createSecureContext(options), roots: blocks.map((block) => new X509Certificate(block)) }
}

/** As the peer sent it, its own first. */
export function peerChain(socket: TLSSocket): readonly X509Certificate[] {
  const chain: X509Certificate[] = []
  for (let next = socket.getPeerX509Certificate(); next !== undefined && chain.length < longestChain; next = next.issuerCertificate) {
    if (chain.some(({ fingerprint256 }) => fingerprint256 === next?.fingerprint256)) break
    chain.push(next)
  }
  return chain
}
