// The certificate of this node: where it is kept, how a machine gets its first one with a token, and how it gets
// the next. One file holds all of it, so that key, certificate and roots always belong together. When the next
// is due, `certificate-keeper.ts` knows.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { parseJson } from '../agent/frames.ts'
import { reasonOf, StatusError } from '../api/errors.ts'
import { isJoinAnswer, type JoinAnswer, type JoinRequest, maxJoinFrameBytes } from '../api/join.ts'
import type { Validity } from '../ca/certificate.ts'
import { makeCsr } from '../ca/csr.ts'
import { type JoinToken, parseToken, verifyRootAgainstToken } from '../ca/join-token.ts'
import { certificatesIn } from '../ca/pem.ts'
import { backdateMs, readRootCertificate, validityOf } from '../ca/root-ca.ts'
import type { Clock, Disk, FrameStream, Keys, Log, Random } from '../effects/effects.ts'
import type { KeyFile } from '../store/wal/keys.ts'
import { readText, writeDurably } from './state-file.ts'

export interface NodeCertificate {
  readonly nodeId: string
  readonly clusterId: string
  readonly role: 'Worker' | 'Manager'
  /** PEM: the node's own, then what leads to a root. */
  readonly certificate: string
  readonly key: KeyObject
  /** PEM: the roots to trust. */
  readonly root: string
  /** When it was made, where that does not follow from the certificate. */
  readonly madeMs?: number
}

export interface CertificateDeps {
  readonly clock: Clock
  readonly random: Random
  readonly keys: Keys
  readonly disk: Disk
  readonly log: Log
  /** Of managers: what private keys are sealed with on the disk. */
  readonly box?: KeyBox
}

export type KeyBox = Pick<KeyFile, 'seal' | 'unseal' | 'isStale'>

/** Whom a joining machine trusts: the root that its token names, and the cluster that says it is of that root. */
export interface JoinTrust {
  readonly root: string
  readonly clusterId: string
}

/** Opens a stream of protocol `join` to a manager: trusting this root only, or nobody in particular. */
export type OpenJoin = (trust: JoinTrust | undefined, signal: AbortSignal) => Promise<FrameStream>

export interface JoinOptions {
  readonly directory: string
  readonly token: string
  readonly hostname: string
  readonly availability?: 'Active' | 'Pause' | 'Drain'
  readonly labels?: Readonly<Record<string, string>>
}

const longestFile = 256 * 1024
/** Managers may have to ask authorities outside of the cluster before they answer. */
const answerLimitMs = 40_000

/** Below the directory of a node. Without it the node is nobody, and may join. */
export const certificatesOf = (directory: string): string => `${directory}/certificates`
const nextKeyFile = 'next-key.pem'
const fileOf = (directory: string): string => `${certificatesOf(directory)}/node.json`

/** A certificate of a manager that is locked needs its `box`. */
export async function loadCertificate(disk: Disk, directory: string, box?: KeyBox): Promise<NodeCertificate | undefined> {
  const stored = await readStored(disk, directory)
  if (stored === undefined) return undefined
  const pem = box === undefined ? stored.key : box.unseal(stored.key)
  if (pem === undefined) throw damaged(directory)
  return certificateOf(stored.issued, createPrivateKey(pem))
}

/** What the certificate says that the node is; the key is not looked at. */
export async function roleOnDisk(disk: Disk, directory: string): Promise<NodeCertificate['role'] | undefined> {
  return (await readStored(disk, directory))?.issued.role
}

/** Whether the private key lies there as it should not any more: in the open, or as before the unlock key was changed. */
export async function isKeyStale({ disk, box }: Pick<CertificateDeps, 'disk' | 'box'>, directory: string): Promise<boolean> {
  const stored = await readStored(disk, directory)
  return stored !== undefined && box?.isStale(stored.key) === true
}

type Issued = Extract<JoinAnswer, { type: 'issued' }>

async function readStored(disk: Disk, directory: string): Promise<{ readonly issued: Issued; readonly key: string } | undefined> {
  const text = await readText(disk, fileOf(directory), longestFile)
  if (text === undefined) return undefined
  const value = parseJson(text)
  if (typeof value === 'object' && value !== null && 'issued' in value && 'key' in value && typeof value.key === 'string') {
    const { issued, key } = value
    if (isJoinAnswer(issued) && issued.type === 'issued') return { issued, key }
  }
  throw damaged(directory)
}

function damaged(directory: string): StatusError {
  return new StatusError(
    'InternalError',
    `${fileOf(directory)} is damaged. Restore it from a backup, or delete it and join again with --join-token: the node is then a new one`,
  )
}

/**
 * Makes this machine a node. The key is on disk before it is used, so that trying again, after whatever happened, gives the
 * same node; one whose certificate has expired keeps its id in this way, too.
 */
export async function joinCluster(
  deps: CertificateDeps,
  options: JoinOptions,
  open: OpenJoin,
  signal: AbortSignal,
): Promise<NodeCertificate> {
  const { directory, hostname, availability, labels } = options
  const token = parseToken(options.token)
  const root = await ask(deps.clock, await open(undefined, signal), { type: 'root' }, signal)
  if (root.type !== 'root') throw unexpected()
  verifyRootAgainstToken(root.certificate, token)
  readRootCertificate(root.certificate)
  // One that has expired is known to the cluster by its key.
  const key = (await loadCertificate(deps.disk, directory, deps.box))?.key ?? (await nextKey(deps, directory))
  const request: JoinRequest = {
    type: 'join',
    token: options.token.trim(),
    csr: makeCsr(deps.keys, key),
    hostname,
    ...(availability === undefined ? {} : { availability }),
    ...(labels === undefined ? {} : { labels }),
  }
  const issued = await ask(deps.clock, await open({ root: root.certificate, clusterId: root.clusterId }, signal), request, signal)
  if (issued.type !== 'issued') throw unexpected()
  return await keepNew(deps, directory, issued, key)
}

/**
 * A certificate for a new key, from any manager. The stream must be one that the present certificate has opened, or of this process.
 * The key is on disk before it is sent, and the same until an answer comes: of the key of the present certificate and that
 * one the cluster always knows both, so that a node whose answers were lost until its certificate expired is still known.
 */
export async function renewCertificate(
  deps: CertificateDeps,
  directory: string,
  stream: FrameStream,
  signal: AbortSignal,
): Promise<NodeCertificate> {
  const key = await nextKey(deps, directory)
  const issued = await ask(deps.clock, stream, { type: 'renew', csr: makeCsr(deps.keys, key) }, signal)
  if (issued.type !== 'issued') throw unexpected()
  return await keepNew(deps, directory, issued, key)
}

/** Whether the token is of the cluster that has given the certificate. Throws Invalid for what is no token. */
export function isTokenOf({ root }: NodeCertificate, token: string): boolean {
  const parsed = parseToken(token)
  return certificatesIn(root).some((each) => isRootOf(parsed, each.toString()))
}

function isRootOf(token: JoinToken, root: string): boolean {
  try {
    verifyRootAgainstToken(root, token)
    return true
  } catch (error) {
    if (reasonOf(error) !== 'Forbidden') throw error
    return false
  }
}

/** Durably other roots to trust. */
export async function trustRoots(
  deps: Pick<CertificateDeps, 'disk' | 'box'>,
  directory: string,
  present: NodeCertificate,
  root: string,
): Promise<NodeCertificate> {
  const { key, ...rest } = present
  return await keep(deps, directory, { type: 'issued', ...rest, root }, key)
}

/** When nobody believes it any more, ms since 1970. */
export function expiryMs(certificate: NodeCertificate): number {
  return believedOf(certificate).notAfterMs
}

/** From when until when others believe it, by their clocks. */
export function believedOf({ certificate }: NodeCertificate): Validity {
  return validityOf(new X509Certificate(certificate))
}

/** How long it lives, for whoever asks how old it is: authorities outside of the cluster date theirs back by as much as they like. */
export function lifetimeOf(certificate: NodeCertificate): Validity {
  const { notBeforeMs, notAfterMs } = believedOf(certificate)
  const { madeMs } = certificate
  return { notBeforeMs: madeMs === undefined ? notBeforeMs : madeMs - backdateMs, notAfterMs }
}

/** What is asked for a certificate with, until there is one for it. */
async function nextKey({ disk, keys, log, box }: CertificateDeps, directory: string): Promise<KeyObject> {
  const kept = readKey(await readText(disk, `${certificatesOf(directory)}/${nextKeyFile}`, longestFile), log, box)
  // Where it was not deleted after its certificate came.
  if (kept !== undefined && (await loadCertificate(disk, directory, box))?.key.equals(kept) !== true) return kept
  const key = keys.generate()
  await disk.makeDirectory(directory, 0o700)
  await writeDurably(disk, certificatesOf(directory), nextKeyFile, toDisk(key, box))
  return key
}

function toDisk(key: KeyObject, box: KeyBox | undefined): string {
  const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString()
  return box === undefined ? pem : box.seal(pem)
}

/** One that lay there in the open is not taken for a certificate of a manager that is locked now. */
function readKey(text: string | undefined, log: Log, box: KeyBox | undefined): KeyObject | undefined {
  if (text === undefined || box?.isStale(text) === true) return undefined
  try {
    return createPrivateKey(box?.unseal(text) ?? text)
  } catch (error) {
    log.warn('The key for the next certificate is damaged; making another', { error })
    return undefined
  }
}

async function keep(
  { disk, box }: Pick<CertificateDeps, 'disk' | 'box'>,
  directory: string,
  issued: Issued,
  key: KeyObject,
): Promise<NodeCertificate> {
  const certificate = new X509Certificate(issued.certificate)
  if (!certificate.checkPrivateKey(key)) throw new StatusError('InternalError', 'the manager answered with a certificate for another key')
  const text = JSON.stringify({ issued, key: toDisk(key, issued.role === 'Manager' ? box : undefined) }, undefined, 2)
  await disk.makeDirectory(directory, 0o700)
  await writeDurably(disk, certificatesOf(directory), 'node.json', `${text}\n`)
  return certificateOf(issued, key)
}

/** The certificate has come that was asked for with the next key. */
async function keepNew(...what: Parameters<typeof keep>): Promise<NodeCertificate> {
  const [{ disk }, directory] = what
  const fresh = await keep(...what)
  await disk.remove(`${certificatesOf(directory)}/${nextKeyFile}`).catch(() => undefined) // Or it is noticed when the next is asked for.
  return fresh
}

function certificateOf({ nodeId, clusterId, role, certificate, root, madeMs }: Issued, key: KeyObject): NodeCertificate {
  return { nodeId, clusterId, role, certificate, root, key, ...(madeMs === undefined ? {} : { madeMs }) }
}

async function ask(clock: Clock, stream: FrameStream, request: JoinRequest, signal: AbortSignal): Promise<JoinAnswer> {
  const enough = new AbortController()
  const close = (): void => stream.close()
  signal.addEventListener('abort', close, { once: true })
  void clock.sleep(answerLimitMs, enough.signal).then(close, () => undefined)
  try {
    await stream.send(Buffer.from(JSON.stringify(request)))
    for await (const frame of stream.frames()) return readAnswer(frame)
    throw new StatusError('Unavailable', 'the manager closed the connection without an answer')
  } finally {
    enough.abort()
    signal.removeEventListener('abort', close)
    stream.close()
  }
}

function readAnswer(frame: Uint8Array): JoinAnswer {
  const value = frame.byteLength > maxJoinFrameBytes ? undefined : parseJson(Buffer.from(frame).toString())
  if (!isJoinAnswer(value)) throw unexpected()
  if (value.type === 'refused') throw new JoinRefused(value.reason, value.message, value.leader)
  return value
}

/** The manager said no; its words are for the person who started this node. */
export class JoinRefused extends Error {
  override readonly name = 'JoinRefused'
  readonly reason: string
  /** Address of the manager that leads, where the one that refused knows it. */
  readonly leader: string | undefined

  constructor(reason: string, message: string, leader?: string) {
    super(message)
    this.reason = reason
    this.leader = leader
  }
}

function unexpected(): StatusError {
  return new StatusError('InternalError', 'the manager gave an answer that this version does not know')
}
