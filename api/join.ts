// How a machine becomes a node, and how a node renews its certificate: JSON frames on a stream of protocol
// `join`. Strangers may open it, so everything in it is small, and nothing is believed but the token.

import { isJsonObject } from './wire.ts'

/** Longer frames of either side are not read. */
export const maxJoinFrameBytes = 64 * 1024

export type JoinRequest =
  /** What the stranger checks against the digest in its token, before it trusts this manager with the token. */
  | { readonly type: 'root' }
  /**
   * Makes this machine a node, in the role of the token. Of the request for a certificate only the public key counts. Asking
   * again with the same key gives the same node, so that an answer that was lost costs nothing.
   */
  | {
      readonly type: 'join'
      readonly token: string
      readonly csr: string
      readonly hostname: string
      readonly availability?: Availability
      /** Of the node that is made. One that is there keeps its own. */
      readonly labels?: Readonly<Record<string, string>>
    }
  /** For the node that the stream's own certificate names, in the role that it has now. */
  | { readonly type: 'renew'; readonly csr: string }

export type Availability = 'Active' | 'Pause' | 'Drain'

export type JoinAnswer =
  | { readonly type: 'root'; readonly certificate: string; readonly clusterId: string }
  | {
      readonly type: 'issued'
      readonly nodeId: string
      readonly clusterId: string
      readonly role: 'Worker' | 'Manager'
      /** PEM: the node's own, then what leads to the root. */
      readonly certificate: string
      /** PEM: all roots to trust. */
      readonly root: string
      /** When it was made, by the clock of the manager, where that does not follow from the certificate. */
      readonly madeMs?: number
    }
  /** `leader`: address of the manager to ask instead, where this one knows it. */
  | { readonly type: 'refused'; readonly reason: string; readonly message: string; readonly leader?: string }

export function isJoinRequest(value: unknown): value is JoinRequest {
  if (!isJsonObject(value)) return false
  const hasText = (...fields: readonly string[]): boolean => fields.every((field) => typeof value[field] === 'string')
  switch (value['type']) {
    case 'root':
      return true
    case 'join':
      return hasText('token', 'csr', 'hostname') && isAvailability(value['availability']) && isTextMap(value['labels'])
    case 'renew':
      return hasText('csr')
    default:
      return false
  }
}

export function isAvailability(value: unknown): value is Availability | undefined {
  return value === undefined || value === 'Active' || value === 'Pause' || value === 'Drain'
}

function isTextMap(value: unknown): boolean {
  return value === undefined || (isJsonObject(value) && Object.values(value).every((each) => typeof each === 'string'))
}

export function isJoinAnswer(value: unknown): value is JoinAnswer {
  if (!isJsonObject(value)) return false
  const hasText = (...fields: readonly string[]): boolean => fields.every((field) => typeof value[field] === 'string')
  switch (value['type']) {
    case 'root':
      return hasText('certificate', 'clusterId')
    case 'issued':
      return (
        hasText('nodeId', 'clusterId', 'certificate', 'root') &&
        (value['role'] === 'Worker' || value['role'] === 'Manager') &&
        isTime(value['madeMs'])
      )
    case 'refused':
      return hasText('reason', 'message') && (value['leader'] === undefined || hasText('leader'))
    default:
      return false
  }
}

function isTime(value: unknown): boolean {
  return value === undefined || (typeof value === 'number' && Number.isSafeInteger(value))
}
