// Nodes of a cluster on the loopback, with certificates of one root, for tests of the transport.

import type { KeyObject } from 'node:crypto'
import { createKeys } from '../keys.ts'
import { issueNodeCertificate } from '../../../ca/issue.ts'
import { createPublicKey } from 'node:crypto'
import { type Authority, makeRootCa } from '../../../ca/root-ca.ts'
import type { Validity } from '../../../ca/certificate.ts'
import type { CertifiedNode } from '../../effects.ts'
import type { Credentials, CredentialSource, Gate, NodeTransport, Refused } from '../../gate.ts'
import { createGate } from '../../../server/authorization.ts'
import { createRandom } from '../random.ts'
import { createTlsTransport, type TlsTransportOptions } from '../tls-transport.ts'

export const clock = { wallMs: () => Date.now() }
export const clusterId = 'cluster1'
const deps = { keys: createKeys(), random: createRandom() }
const day = 86_400_000

export function createRoot(): Authority {
  return makeRootCa(deps, Date.now())
}

export interface Holder {
  readonly id?: string
  readonly role?: CertifiedNode['role']
  readonly clusterId?: string
  readonly validity?: Validity
}

export function issue(root: Authority, of: Holder = {}): { readonly certificate: string; readonly key: KeyObject } {
  const key = deps.keys.generate()
  const identity = { kind: 'Node', nodeId: of.id ?? 'a', role: of.role ?? 'Manager', clusterId: of.clusterId ?? clusterId } as const
  const validity = of.validity ?? { notBeforeMs: Date.now() - day, notAfterMs: Date.now() + day }
  return { certificate: issueNodeCertificate(deps, root, createPublicKey(key), identity, validity), key }
}

/** Credentials that can be changed while they are in use. */
export class ChangingCredentials implements CredentialSource {
  #now: Credentials
  readonly #listeners: (() => void)[] = []

  constructor(first: Credentials) {
    this.#now = first
  }

  current(): Credentials {
    return this.#now
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.push(listener)
    return () => {}
  }

  change(to: Partial<Credentials>): void {
    this.#now = { ...this.#now, ...to }
    for (const listener of this.#listeners) listener()
  }
}

export interface TestNode {
  readonly transport: NodeTransport
  readonly credentials: ChangingCredentials
  readonly refused: Refused[]
  readonly failed: unknown[]
}

export interface TestNodeOptions extends Partial<TlsTransportOptions> {
  readonly own?: Credentials['own']
  readonly isRemoved?: (nodeId: string) => boolean
  readonly knowsMembers?: () => boolean
  readonly acceptsExpired?: boolean
  /** Where every protocol is to be had by everybody with a certificate. */
  readonly isOpen?: boolean
}

export function createNode(roots: string, { own, isRemoved = () => false, knowsMembers = () => true, acceptsExpired = false, isOpen, ...options }: TestNodeOptions = {}): TestNode {
  const credentials = new ChangingCredentials({ clusterId, roots, own })
  const gate: Gate = createGate({ clock, isRemoved, knowsMembers, acceptsExpired })
  const open: Gate = { ...gate, mayOpen: (_, node) => node !== undefined, mayServe: () => true }
  const refused: Refused[] = []
  const failed: unknown[] = []
  const transport = createTlsTransport({
    clock,
    credentials,
    gate: isOpen === true ? open : gate,
    refused: (each) => refused.push(each),
    failed: (_protocol, _stream, error) => failed.push(error),
    ...options,
  })
  return { transport, credentials, refused, failed }
}
