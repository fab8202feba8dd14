// One root takes the place of another. The new one is signed by the old one, too, so that nodes that know only
// the old one believe its certificates; every node gets one; then the new root is the root. Everything here is
// decided from what the store holds, so a rotation goes on wherever it was, and a new one may begin in its middle.

import { X509Certificate } from 'node:crypto'
import { StatusError } from '../../api/errors.ts'
import type { Cluster, Node } from '../../api/objects.ts'
import { type ClusterCa, wantedIssuer } from '../../ca/cluster-ca.ts'
import { keyDigest } from '../../ca/identity.ts'
import { type Authority, crossSign, type IssueDeps, makeRootCa, readRootCa, readRootCertificate, readRootKey } from '../../ca/root-ca.ts'

type WantedCa = NonNullable<Cluster['spec']['ca']>

/** Nodes that are asked at a time. */
export const mostAtOnce = 30
/** A node that was asked and has not changed after this long does not keep others waiting. */
export const patienceMs = 60_000
const namedNodes = 10

/** The first authority of a cluster. Throws Invalid for a root of the operator's that cannot be used. */
export function firstCa(deps: IssueDeps, { root, rotateRoot = 0 }: WantedCa, nowMs: number): ClusterCa {
  const authority = root === undefined ? makeRootCa(deps, nowMs) : givenRoot(root, nowMs)
  return { ...stored(authority), rotated: rotateRoot }
}

/**
 * The authority, on its way to the root that is wanted; the same object when it is already. The root that it had before a
 * rotation began gives that rotation up. Throws Invalid for a root that cannot be used.
 */
export function directed(deps: IssueDeps, { root, rotateRoot = 0 }: WantedCa, ca: ClusterCa, nowMs: number): ClusterCa {
  const { rotated = 0 } = ca
  if (root === undefined) return rotateRoot > rotated ? begun(deps, ca, makeRootCa(deps, nowMs), rotateRoot) : ca
  const certificate = readRootCertificate(root.certificate).toString()
  if (certificate === ca.certificate) {
    const { rotation: _, ...present } = ca
    return isAsWanted(ca, rotateRoot) && ca.rotation === undefined ? ca : { ...present, rotated: Math.max(rotated, rotateRoot) }
  }
  if (certificate === ca.rotation?.certificate) return isAsWanted(ca, rotateRoot) ? ca : { ...ca, rotated: Math.max(rotated, rotateRoot) }
  return begun(deps, ca, givenRoot(root, nowMs), Math.max(rotated, rotateRoot))
}

/** Throws Invalid when the cluster, being what it is, cannot go over to that root. */
export function assertUsable(ca: ClusterCa | undefined, root: NonNullable<WantedCa['root']>, nowMs: number): void {
  const certificate = readRootCertificate(root.certificate).toString()
  if (certificate === ca?.certificate || certificate === ca?.rotation?.certificate) return
  const { publicKey } = new X509Certificate(givenRoot(root, nowMs).certificate)
  for (const [
    whose,
    present,
  ] of [['the present root', ca?.certificate], ['the root that takes its place', ca?.rotation?.certificate]] as const) // biome-ignore format: one table
    if (present !== undefined && keyDigest(new X509Certificate(present).publicKey) === keyDigest(publicKey))
      throw new StatusError('Invalid', `the certificate of the root is another one for the key of ${whose}: a rotation needs a new key`)
}

function isAsWanted({ rotated = 0 }: ClusterCa, rotateRoot: number): boolean {
  return rotated >= rotateRoot
}

function givenRoot({ certificate, key = '' }: NonNullable<WantedCa['root']>, nowMs: number): Authority {
  if (key === '') throw new StatusError('Invalid', 'the root has no key: give the private key that belongs to its certificate')
  return readRootCa(certificate, readRootKey(key), nowMs)
}

function begun(deps: IssueDeps, ca: ClusterCa, next: Authority, rotated: number): ClusterCa {
  const { certificate, key } = ca
  const { intermediates } = crossSign(deps, { certificate, key: readRootKey(key), intermediates: '' }, next)
  return { certificate, key, rotated, rotation: { ...stored(next), crossSigned: intermediates, updated: 0, total: 0 } }
}

function stored({ certificate, key }: Authority): { readonly certificate: string; readonly key: string } {
  return { certificate, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

/** With the nodes counted; once all go with a certificate of the new root, that is the root. The same object when nothing is new. */
export function progressed(ca: ClusterCa, nodes: readonly Node[]): ClusterCa {
  const { rotation, rotated = 0 } = ca
  if (rotation === undefined) return ca
  const updated = nodes.length - withoutCertificateOf(wantedIssuer(ca), nodes).length
  if (updated === nodes.length) return { certificate: rotation.certificate, key: rotation.key, rotated }
  if (updated === rotation.updated && nodes.length === rotation.total) return ca
  return { ...ca, rotation: { ...rotation, updated, total: nodes.length } }
}

/** Nodes that have to be asked now for a renewal. Those that do not answer are asked when they come back: they keep nobody waiting. */
export function nodesToAsk(ca: ClusterCa, nodes: readonly Node[], nowMs: number): readonly Node[] {
  const issuer = wantedIssuer(ca)
  const left = withoutCertificateOf(issuer, nodes).filter(
    ({ status }) => status.state === 'Ready' && status.description?.issuer !== undefined,
  )
  const asked = left.filter(({ status }) => status.renewal?.issuer === issuer)
  const underWay = asked.filter(({ status }) => Math.abs(nowMs - (status.renewal?.at ?? 0)) < patienceMs).length
  return left.filter((node) => !asked.includes(node)).slice(0, Math.max(0, mostAtOnce - underWay))
}

/** For people: how far it is, and whom it waits for. */
export function describeProgress(ca: ClusterCa, nodes: readonly Node[]): string {
  const left = withoutCertificateOf(wantedIssuer(ca), nodes).toSorted((one, other) => Number(isReady(one)) - Number(isReady(other)))
  const names = left.slice(0, namedNodes).map(nameOf).join(', ')
  const more = left.length > namedNodes ? ` and ${left.length - namedNodes} more` : ''
  return `${nodes.length - left.length} of ${nodes.length} nodes have a certificate of the new root; waiting for ${names}${more}`
}

function nameOf(node: Node): string {
  const { description, state = 'Unknown' } = node.status
  return `${description?.hostname ?? node.metadata.name}${isReady(node) ? '' : ` (${state})`}`
}

function isReady({ status }: Node): boolean {
  return status.state === 'Ready'
}

function withoutCertificateOf(issuer: string, nodes: readonly Node[]): readonly Node[] {
  return nodes.filter(({ status }) => status.description?.issuer !== issuer)
}
