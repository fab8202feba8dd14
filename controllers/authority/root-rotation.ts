// One root takes the place of another. The new one is signed by the old one, too, so that nodes that know only
// the old one believe its certificates; every node gets one; then the new root is the root. Everything here is
// decided from what the store holds, so a rotation goes on wherever it was, and a new one may begin in its middle.

import { X509Certificate } from 'node:crypto'
import { StatusError } from '../../api/errors.ts'
import type { Cluster, Node } from '../../api/objects.ts'
import type { Certifier } from '../../ca/certifier.ts'
import { type ClusterCa, type ExternalCa, hasSigner, type Root, wantedIssuer } from '../../ca/cluster-ca.ts'
import { keyDigest } from '../../ca/identity.ts'
import {
  type Authority,
  type IssueDeps,
  makeRootCa,
  readRootCa,
  readRootCertificate,
  readRootKey,
  readUsableRoot,
} from '../../ca/root-ca.ts'

type WantedCa = NonNullable<Cluster['spec']['ca']>

/** Nodes that are asked at a time. */
export const mostAtOnce = 30
/** A node that was asked and has not changed after this long does not keep others waiting. */
export const patienceMs = 60_000
const namedNodes = 10

export interface RotationDeps extends IssueDeps {
  readonly certifier: Pick<Certifier, 'crossSign'>
}

/** The first authority of a cluster. Throws Invalid for a root of the operator's that cannot be used. */
export function firstCa(deps: IssueDeps, wanted: WantedCa, nowMs: number): ClusterCa {
  const { rotateRoot = 0 } = wanted
  return { ...(wanted.root === undefined ? stored(makeRootCa(deps, nowMs)) : givenRoot(wanted.root, wanted, nowMs)), rotated: rotateRoot }
}

/**
 * The authority, on its way to the root that is wanted; the same object when it is already. The root that it had before a
 * rotation began gives that rotation up. Throws Invalid for a root that cannot be used, and Unavailable while an authority
 * outside does not sign it.
 */
export async function directed(
  deps: RotationDeps,
  wanted: WantedCa,
  ca: ClusterCa,
  nowMs: number,
  signal: AbortSignal,
): Promise<ClusterCa> {
  const { root, rotateRoot = 0 } = wanted
  const rotated = Math.max(ca.rotated ?? 0, rotateRoot)
  const begin = async (next: Root): Promise<ClusterCa> => {
    const { rotation: _, ...present } = ca
    const crossSigned = await deps.certifier.crossSign(present, next, externalsOf(wanted), signal)
    return { ...present, rotated, rotation: { ...next, crossSigned, updated: 0, total: 0 } }
  }
  if (root === undefined) return rotateRoot > (ca.rotated ?? 0) ? await begin(stored(makeRootCa(deps, nowMs))) : ca
  const certificate = readRootCertificate(root.certificate).toString()
  if (certificate === ca.certificate) {
    const key = wantedKey(ca, root, wanted)
    const isSo = key === ca.key && ca.rotation === undefined && isAsWanted(ca, rotateRoot)
    return isSo ? ca : { certificate, ...(key === undefined ? {} : { key }), rotated }
  }
  if (certificate === ca.rotation?.certificate) {
    const key = wantedKey(ca.rotation, root, wanted)
    if (key === ca.rotation.key && isAsWanted(ca, rotateRoot)) return ca
    const { key: _, ...rotation } = ca.rotation
    return { ...ca, rotated, rotation: { ...rotation, ...(key === undefined ? {} : { key }) } }
  }
  return await begin(givenRoot(root, wanted, nowMs))
}

/** Throws Invalid when the cluster, being what it is, cannot go over to what is wanted, or would be left without a signer. */
export function assertUsable(ca: ClusterCa | undefined, wanted: WantedCa, nowMs: number): void {
  const externals = externalsOf(wanted)
  for (const { caCert } of externals) readRootCertificate(caCert)
  const next = following(ca, wanted, nowMs)
  if (ca === undefined) return
  if (!hasSigner(next === undefined ? (ca.rotation ?? ca) : ca, externals))
    throw new StatusError(
      'Invalid',
      'the cluster does not have the key of its root, and nobody else could sign: an external authority of that root must be named',
    )
  if (next?.hasKey === false && ca.key === undefined)
    throw new StatusError(
      'Invalid',
      'the root that follows must be signed by the present one, and the cluster has neither of their keys: give the key of the root that follows, or go over to a root that kit makes in between (`kit swarm ca --rotate`)',
    )
}

/** The root that a rotation would begin to; undefined where none would. */
function following(ca: ClusterCa | undefined, wanted: WantedCa, nowMs: number): { readonly hasKey: boolean } | undefined {
  const { root, rotateRoot = 0 } = wanted
  if (root === undefined) return ca !== undefined && rotateRoot > (ca.rotated ?? 0) ? { hasKey: true } : undefined
  const certificate = readRootCertificate(root.certificate).toString()
  for (const known of [ca, ca?.rotation]) {
    if (known?.certificate !== certificate) continue
    wantedKey(known, root, wanted)
    return undefined
  }
  const next = givenRoot(root, wanted, nowMs)
  const { publicKey } = new X509Certificate(next.certificate)
  for (const [
    whose,
    present,
  ] of [['the present root', ca?.certificate], ['the root that takes its place', ca?.rotation?.certificate]] as const) // biome-ignore format: one table
    if (present !== undefined && keyDigest(new X509Certificate(present).publicKey) === keyDigest(publicKey))
      throw new StatusError('Invalid', `the certificate of the root is another one for the key of ${whose}: a rotation needs a new key`)
  return { hasKey: next.key !== undefined }
}

function externalsOf({ externalCAs = [] }: WantedCa): readonly ExternalCa[] {
  return externalCAs
}

function isAsWanted({ rotated = 0 }: ClusterCa, rotateRoot: number): boolean {
  return rotated >= rotateRoot
}

/** Of a root that is there. A key that is given is taken up; where none is, and an authority outside has it, the cluster forgets its own. */
function wantedKey({ certificate, key: present }: Root, { key = '' }: Root, wanted: WantedCa): string | undefined {
  if (key === '') return hasSigner({ certificate }, externalsOf(wanted)) ? undefined : present
  const given = readRootKey(key)
  if (!new X509Certificate(certificate).checkPrivateKey(given))
    throw new StatusError('Invalid', 'the certificate of the root does not belong to the key')
  return given.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function givenRoot(root: Root, wanted: WantedCa, nowMs: number): Root {
  const { certificate, key = '' } = root
  if (key !== '') return stored(readRootCa(certificate, readRootKey(key), nowMs))
  const usable = readUsableRoot(certificate, nowMs).toString()
  if (hasSigner({ certificate: usable }, externalsOf(wanted))) return { certificate: usable }
  throw new StatusError(
    'Invalid',
    'the root has no key: give the private key that belongs to its certificate, or name the external authority that has it',
  )
}

function stored({ certificate, key }: Authority): Required<Root> {
  return { certificate, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

/** With the nodes counted; once all go with a certificate of the new root, that is the root. The same object when nothing is new. */
export function progressed(ca: ClusterCa, nodes: readonly Node[]): ClusterCa {
  const { rotation, rotated = 0 } = ca
  if (rotation === undefined) return ca
  const updated = nodes.length - withoutCertificateOf(wantedIssuer(ca), nodes).length
  const { certificate, key } = rotation
  if (updated === nodes.length) return { certificate, ...(key === undefined ? {} : { key }), rotated }
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
  const way = left.some(({ status }) => status.state === 'Down') ? '; start what is down, or remove it (`kit node rm NAME`)' : ''
  return `${nodes.length - left.length} of ${nodes.length} nodes have a certificate of the new root; waiting for ${names}${more}${way}`
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
