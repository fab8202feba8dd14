// What a transport over TLS is told and asks: with which certificate to go, and whom to let in. The transport
// checks what OpenSSL can check; who somebody is and what they may do, the gate decides.

import type { KeyObject, X509Certificate } from 'node:crypto'
import type { CertifiedNode, FrameStream, Transport } from './effects.ts'
import type { StreamVersions } from './stream-versions.ts'

export interface Credentials {
  readonly clusterId: string
  /** PEM, one after the other: two while one root takes the place of the other. */
  readonly roots: string
  /** PEM: the node's own certificate, then what leads to a root. Undefined of a node that has not joined. */
  readonly own: { readonly certificate: string; readonly key: KeyObject } | undefined
}

export interface CredentialSource {
  current(): Credentials
  /**
   * Called when `current` has changed: new connections go with the new ones, open streams go on. The listener
   * throws when they cannot be used, such as a key of another certificate; then those before are used on.
   */
  subscribe(listener: () => void): () => void
}

/** Why a connection does not come about. */
export type RefusalCode =
  | 'NotTrusted'
  | 'WrongCluster'
  | 'Expired'
  | 'NotYetValid'
  /** The node was removed from the cluster. */
  | 'Removed'
  /** Good certificate, but not a role that may open, or serve, the protocol. */
  | 'Forbidden'
  | 'NoCertificate'
  | 'NotServed'
  /** Two versions of kit that do not understand each other. */
  | 'WrongVersion'
  | 'TooMany'

export interface Gate {
  /**
   * @param chain as the peer sent it, its own certificate first; maybe that one only. `why` is a clause: "the
   * certificate expired …". `isVerified`: OpenSSL has found the way from it to one of the roots. Where it has
   * not, the transport refuses, unless `isExpired` says that this is why, and that it is believed all the same.
   */
  examine(
    chain: readonly X509Certificate[],
    trust: { readonly roots: readonly X509Certificate[]; readonly clusterId: string; readonly isVerified: boolean },
  ): { readonly node: CertifiedNode; readonly isExpired?: true } | { readonly problem: RefusalCode; readonly why: string }
  /** Undefined is somebody without a certificate that is good here. */
  mayOpen(protocol: string, node: CertifiedNode | undefined): boolean
  mayServe(protocol: string, node: CertifiedNode): boolean
  /** As far as is known here: it is refused in any case. */
  isRemoved(nodeId: string): boolean
  /** Whether what is known here is the present. Only then is a node told `Removed`, at which it stops what it runs. */
  knowsMembers(): boolean
}

/** For the record: nothing of it is secret, and none of it was said by somebody whom we believe. */
export interface Refused {
  readonly address: string
  readonly protocol: string | undefined
  /** Malformed: it did not get as far as asking for something. */
  readonly code: RefusalCode | 'Malformed'
  readonly why: string
  /** Only where the certificate was good. */
  readonly node: CertifiedNode | undefined
}

export interface NodeTransportOptions {
  /** What this program understands, where that is not what this kit does. */
  readonly versions?: StreamVersions
  readonly credentials: CredentialSource
  readonly gate: Gate
  /** Hears of every connection that was not let in. It may be called often: whoever writes it down bounds that. */
  readonly refused?: (refused: Refused) => void
  /** A handler has thrown; its stream is broken. */
  readonly failed?: (protocol: string, stream: FrameStream, error: unknown) => void
}

/** Streams between machines. A connection that does not come about rejects with an Error whose `code` is a RefusalCode, or says what the network did. */
export interface NodeTransport extends Transport {
  /** Lets others connect until `signal` fires, which ends their streams. Resolves with the port. Needs a certificate. */
  listen(host: string, port: number, signal: AbortSignal): Promise<number>
  /**
   * Connects without a certificate to somebody who may be anybody, for protocol `join` and nothing else: so a
   * node gets the root of its cluster, which it then checks against its token.
   */
  connectToStranger(to: string, signal: AbortSignal): Promise<FrameStream>
  /** Ends the streams that nodes which are removed by now have opened here. */
  dropRemoved(): void
}
