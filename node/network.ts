// How this node is connected with others: who it is, how it joined, the streams between nodes, and the
// certificate that they are opened with. A manager founds a cluster, has joined one with a token, or was promoted; a
// worker has joined with a token, or was demoted. What it is the certificate says, and, of a founder that has none yet,
// the file of managers (identity.ts).

import { within } from '../agent/first-of.ts'
import { parseJson } from '../agent/frames.ts'
import type { Availability } from '../api/join.ts'
import type { AgentMessage } from '../api/session.ts'
import type { CertifiedNode, Effects, FrameStream, Transport } from '../effects/effects.ts'
import type { CredentialSource, Credentials, NodeTransport, NodeTransportOptions } from '../effects/gate.ts'
import { messageOf } from '../effects/thrown.ts'
import { createGate, type GateDeps, protocols } from '../server/authorization.ts'
import { createRefusalLog } from '../server/refusal-log.ts'
import { isRemoved } from '../server/removed-nodes.ts'
import type { OpenStore } from '../store/store.ts'
import type { KeyFile } from '../store/wal/keys.ts'
import {
  believedOf,
  type CertificateDeps,
  isTokenOf,
  type JoinTrust,
  joinCluster,
  loadCertificate,
  type NodeCertificate,
  roleOnDisk,
} from './certificate.ts'
import { type Identity, loadIdentity, type ManagerIdentity, readIdentity } from './identity.ts'
import { untilJoined } from './join.ts'
import { openNodeKeys } from './open-keys.ts'
import { retireManager } from './retire.ts'
import { readText, writeDurably } from './state-file.ts'

export interface NetworkOptions {
  readonly hostname: string
  /** Managers: host:port where other nodes connect; all addresses and port 4242 when left out. */
  readonly listenRemoteApi?: string
  /** Managers: host:port that other nodes are told. */
  readonly advertise: () => string
  /** A manager, host:port. With it this node joins, in the role of the token. */
  readonly joinAddr?: string
  /** Asked for only when a token is needed. */
  readonly joinToken?: () => Promise<string>
  /** Whoever waits for it to join hears after so long why it has not. It waits on without. */
  readonly joinWithinMs?: number
  /** Managers: their certificates may have expired, its own and those of others. Without it nobody could renew them, where all have. */
  readonly acceptExpired?: boolean
  /** Of the node, when it joins. */
  readonly labels: Readonly<Record<string, string>>
  readonly availability?: Availability
  /** Of a manager that is locked. */
  readonly unlockKey?: Uint8Array
}

export interface NetworkDeps extends Omit<Effects, 'transport' | 'https'>, Pick<CertificateDeps, 'box'> {
  /** Streams between machines. */
  readonly createTransport: (options: NodeTransportOptions) => NodeTransport
  /** Streams of this node to itself, by its id. */
  readonly createLoopback: (node: CertifiedNode) => Transport
}

export type NodeRole =
  | { readonly is: 'Manager'; readonly identity: ManagerIdentity }
  | { readonly is: 'Worker'; readonly identity: Identity }

export interface NodeNetwork {
  readonly role: NodeRole
  readonly transport: Transport
  /** Managers to have a session with. A manager's own id is the first of its own. */
  readonly managers: readonly string[]
  /** What other nodes are told of this manager. */
  readonly advertise: string | undefined
  readonly onManagers: (managers: readonly string[]) => void
  readonly certificate?: NodeCertificate
  /** Of managers: those that its files are sealed with. */
  readonly keys?: KeyFile
  /** Of managers: what they show to whoever connects. */
  readonly credentials?: OwnCredentials
  readonly onCertificate: (certificate: NodeCertificate) => void
  /**
   * Lets others connect to a manager, until `signal` fires: the nodes in its store, and strangers that want to join. A node that
   * is removed loses its streams. Rejects when it cannot listen where it was told to.
   */
  run(signal: AbortSignal, store: Members | undefined): Promise<void>
}

export interface OwnCredentials extends CredentialSource {
  /** Resolves once there is a certificate, or when `signal` fires. */
  whenOwn(signal: AbortSignal): Promise<void>
}

type Members = Pick<OpenStore, 'view' | 'subscribe' | 'status' | 'members'>

export const defaultListen = '0.0.0.0:4242'
const longestManagersFile = 64 * 1024
const tellWithinMs = 5_000

export async function openNetwork(
  deps: NetworkDeps,
  directory: string,
  options: NetworkOptions,
  signal: AbortSignal,
): Promise<NodeNetwork> {
  const { disk } = deps
  const stored = await readIdentity(disk, directory)
  // One that was made a worker has nothing to lock any more.
  const isManager = stored !== undefined && (await roleOnDisk(disk, directory)) !== 'Worker'
  const keys = isManager ? await openNodeKeys(deps, directory, options.unlockKey) : undefined
  const present = await loadCertificate(disk, directory, keys)
  const isFounder = present === undefined && stored?.joined === false
  if (stored?.joined === false && present?.role !== 'Worker' && options.joinAddr !== undefined && !(await isOwnCluster(present, options)))
    throw new Error(whyNotAnother(directory, present))
  if (isFounder || (present === undefined && options.joinAddr === undefined && stored === undefined))
    return await openManager(deps, directory, options, undefined, keys)
  const known = await readManagers(deps, directory)
  const managers = [...new Set([...(options.joinAddr === undefined ? [] : [options.joinAddr]), ...known])]
  const certificate = await joined(keys === undefined ? deps : { ...deps, box: keys }, directory, options, managers, present, signal)
  if (certificate.role === 'Manager') return await openManager(deps, directory, options, { certificate, managers }, keys)
  if (stored !== undefined) await retireManager(deps, directory, stored, () => openNodeKeys(deps, directory, options.unlockKey))
  return openWorker(deps, directory, certificate, managers)
}

/** Who founded a cluster comes back to it when others lead, and its certificate has expired: with a token of theirs. */
async function isOwnCluster(present: NodeCertificate | undefined, { joinToken }: NetworkOptions): Promise<boolean> {
  return present !== undefined && joinToken !== undefined && isTokenOf(present, await joinToken())
}

function whyNotAnother(directory: string, present: NodeCertificate | undefined): string {
  const start = `${directory} belongs to a manager of a cluster: choose an empty directory to join another with, or delete it if that cluster is gone`
  return present === undefined
    ? `${start}. If the cluster goes on without this manager, whose certificate and key are lost: \`kit node demote\` and \`kit node rm\` it there, delete the directory, and join as a new node`
    : `${start}. To come back to its own cluster, it needs the token that \`kit swarm join-token manager\` prints there, in --join-token`
}

/**
 * The certificate of a node that has joined, now or before. A founder has made its own cluster, and renews what has expired, unless it is told
 * who leads there now.
 */
async function joined(
  deps: NetworkDeps,
  directory: string,
  options: NetworkOptions,
  managers: readonly string[],
  present: NodeCertificate | undefined,
  signal: AbortSignal,
): Promise<NodeCertificate> {
  // A manager finds the others through its store.
  const isLost = managers.length === 0 && present?.role !== 'Manager'
  const isFounder = options.joinAddr === undefined && (await readIdentity(deps.disk, directory))?.joined === false
  const isAccepted = options.acceptExpired === true && present?.role === 'Manager'
  if (present !== undefined && !isLost && (isUsable(present, deps, options) || isFounder || isAccepted)) return present
  if (managers.length === 0)
    throw new Error(`${directory} does not say where the managers of this node are: name one with --join-addr HOST:PORT`)
  return await join(deps, directory, options, managers, present, signal)
}

/** @param before of a node that came to a cluster that there was. */
async function openManager(
  deps: NetworkDeps,
  directory: string,
  options: NetworkOptions,
  before: { readonly certificate: NodeCertificate; readonly managers: readonly string[] } | undefined,
  open: KeyFile | undefined,
): Promise<NodeNetwork> {
  const identity = await loadIdentity(deps, directory, before?.certificate)
  const { nodeId, clusterId } = identity
  if (before !== undefined && before.certificate.nodeId !== nodeId)
    throw new Error(
      `${directory} has the store of manager ${nodeId}, which its cluster does not know any more: \`kit node demote\` and \`kit node rm\` node ${before.certificate.nodeId} there, delete the directory, and join as a new node`,
    )
  const keys = open ?? (await openNodeKeys(deps, directory, options.unlockKey))
  const first = before?.certificate
  if (options.acceptExpired === true) deps.log.info('Managers whose certificates have expired are accepted, as --accept-expired says')
  const credentials = new CurrentCredentials(first === undefined ? { clusterId, roots: '', own: undefined } : credentialsOf(first))
  let members: Members | undefined // Nobody can connect before it is there.
  // One that does not lead may not have heard yet of a node that has joined: it lets in whom it does not know.
  const knowsMembers = (): boolean => members?.status().leads === true
  const mustStayOut = (id: string): boolean => members === undefined || isRemoved(members.view, knowsMembers(), id)
  const remote = createRemote(deps, credentials, mustStayOut, { knowsMembers, acceptsExpired: options.acceptExpired === true })
  const local = deps.createLoopback({ id: nodeId, role: 'Manager', clusterId })
  const advertise = options.advertise()
  const isOwn = (to: string): boolean => to === nodeId || to === advertise
  const transport: Transport = {
    async serve(protocol, handler, ended) {
      await Promise.all([local.serve(protocol, handler, ended), remote.serve(protocol, handler, ended)])
    },
    connect: (to, protocol, until) => (isOwn(to) ? local.connect(nodeId, protocol, until) : remote.connect(to, protocol, until)),
  }
  return {
    role: { is: 'Manager', identity },
    transport,
    managers: [nodeId, ...(before?.managers ?? []).filter((each) => each !== advertise)],
    advertise,
    keys,
    credentials,
    onManagers: noteManagers(deps, directory),
    ...(first === undefined ? {} : { certificate: first }),
    onCertificate: (fresh) => credentials.replace(fresh),
    async run(signal, store) {
      members = store
      const unsubscribe = store?.subscribe((events) => {
        if (events.some(({ type, object }) => type === 'DELETED' && object.kind === 'Node')) remote.dropRemoved()
      })
      signal.addEventListener('abort', () => unsubscribe?.(), { once: true })
      await listenOnceCertified(deps, remote, credentials, options.listenRemoteApi, signal)
    },
  }
}

async function listenOnceCertified(
  { log }: NetworkDeps,
  remote: NodeTransport,
  credentials: CurrentCredentials,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const address = wanted ?? defaultListen
  await credentials.whenOwn(signal)
  if (signal.aborted) return
  const [host, port] = hostAndPort('--listen-remote-api', address)
  try {
    await remote.listen(host, port, signal)
    log.info('Listening for other nodes', { address })
  } catch (error) {
    // A node of its own needs nobody: only who asked for the address is kept from starting without it.
    if (wanted === undefined)
      return log.warn('No other node can join: the usual address cannot be listened on. Choose one with --listen-remote-api', {
        address,
        error,
      })
    throw new Error(`cannot listen for other nodes on ${address} (${messageOf(error)}): choose another with --listen-remote-api`, {
      cause: error,
    })
  }
}

function openWorker(deps: NetworkDeps, directory: string, first: NodeCertificate, managers: readonly string[]): NodeNetwork {
  const { nodeId, clusterId } = first
  const credentials = new CurrentCredentials(credentialsOf(first))
  return {
    role: { is: 'Worker', identity: { nodeId, clusterId } },
    transport: createRemote(deps, credentials, () => false),
    managers,
    advertise: undefined,
    onManagers: noteManagers(deps, directory),
    certificate: first,
    onCertificate: (fresh) => credentials.replace(fresh),
    run: () => Promise.resolve(),
  }
}

/** Writes down where the managers are, for the next start. */
function noteManagers({ disk, log }: NetworkDeps, directory: string): NodeNetwork['onManagers'] {
  let noted: readonly string[] = []
  return (now) => {
    if (now.length === 0 || now.join() === noted.join()) return
    noted = [...now]
    writeDurably(disk, directory, 'managers.json', `${JSON.stringify(now)}\n`).catch((error: unknown) =>
      log.warn('Could not note where the managers are', { error }),
    )
  }
}

/** One that is not valid yet, by the clock here, may well be by that of the managers: who has no token goes with it. */
function isUsable(certificate: NodeCertificate, { clock }: NetworkDeps, { joinToken }: NetworkOptions): boolean {
  const { notBeforeMs, notAfterMs } = believedOf(certificate)
  return clock.wallMs() < notAfterMs && (clock.wallMs() >= notBeforeMs || joinToken === undefined)
}

async function join(
  deps: NetworkDeps,
  directory: string,
  options: NetworkOptions,
  managers: readonly string[],
  before: NodeCertificate | undefined,
  signal: AbortSignal,
): Promise<NodeCertificate> {
  if (options.joinToken === undefined) throw new Error(whyToken(before, deps.clock.wallMs()))
  const { hostname, labels, availability, joinWithinMs } = options
  const asked = { directory, token: await options.joinToken(), hostname, labels, ...(availability === undefined ? {} : { availability }) }
  const ask = (manager: string): Promise<NodeCertificate> =>
    joinCluster(deps, asked, (trust, until) => openJoin(deps, manager, trust, until), signal)
  return await untilJoined(deps, { managers, ask, ...(joinWithinMs === undefined ? {} : { withinMs: joinWithinMs }) }, signal)
}

function whyToken(before: NodeCertificate | undefined, nowMs: number): string {
  const role = before?.role === 'Manager' ? 'manager' : 'worker'
  const how = `print the token with 'kit swarm join-token ${role}' on a manager, and start this node with --join-token TOKEN (or @FILE)`
  if (before === undefined) return `joining needs a token: ${how}`
  const [expired, now] = [believedOf(before).notAfterMs, nowMs].map((atMs) => new Date(atMs).toISOString())
  return `the certificate of this node expired on ${expired}, and the clock of this machine says ${now}. If the clock is right, ${how}: it keeps its id and its tasks`
}

function openJoin(deps: NetworkDeps, manager: string, trust: JoinTrust | undefined, signal: AbortSignal): Promise<FrameStream> {
  const credentials = new CurrentCredentials({ clusterId: trust?.clusterId ?? '', roots: trust?.root ?? '', own: undefined })
  const remote = createRemote(deps, credentials, () => false)
  return trust === undefined ? remote.connectToStranger(manager, signal) : remote.connect(manager, 'join', signal)
}

/** Tells a manager that this worker does not come back. False when none has heard it: then heartbeats will fail. */
export async function tellLeaving(
  deps: NetworkDeps,
  directory: string,
  certificate: NodeCertificate,
  signal: AbortSignal,
): Promise<boolean> {
  const remote = createRemote(deps, new CurrentCredentials(credentialsOf(certificate)), () => false)
  for (const manager of await readManagers(deps, directory)) {
    try {
      const tell = (until: AbortSignal): Promise<boolean> => sayLeaving(remote, manager, certificate.nodeId, until)
      if (await within(deps.clock, tellWithinMs, 'it does not answer', signal, tell)) return true
    } catch (error) {
      deps.log.info('A manager could not be told that this node leaves', { manager, error })
    }
  }
  return false
}

async function sayLeaving(remote: NodeTransport, manager: string, nodeName: string, signal: AbortSignal): Promise<boolean> {
  const message: AgentMessage = { type: 'leave', nodeName }
  const stream = await remote.connect(manager, 'dispatcher', signal)
  const close = (): void => stream.close()
  signal.addEventListener('abort', close, { once: true })
  try {
    await stream.send(Buffer.from(JSON.stringify(message)))
    for await (const frame of stream.frames()) return isAck(parseJson(Buffer.from(frame).toString()))
    return false
  } finally {
    signal.removeEventListener('abort', close)
    stream.close()
  }
}

function isAck(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'ack'
}

function createRemote(
  deps: NetworkDeps,
  credentials: CredentialSource,
  isRemoved: (nodeId: string) => boolean,
  more: Pick<GateDeps, 'knowsMembers' | 'acceptsExpired'> = {},
): NodeTransport {
  const tell = createRefusalLog(deps)
  return deps.createTransport({
    credentials,
    gate: createGate({ clock: deps.clock, isRemoved, ...more }),
    refused: ({ address, protocol, code, why, node }) =>
      tell(`${address} ${code} ${knownProtocol(protocol)} ${node?.id}`, 'Refused a connection of another machine', {
        address,
        protocol,
        code,
        why,
        ...(node === undefined ? {} : { object: `Node/${node.id}` }),
      }),
    failed: (protocol, stream, error) => deps.log.info('A stream ended', { protocol, address: stream.peer.address, error }),
  })
}

/** Names that somebody makes up are one kind of refusal: no hundred of them hide the rest. */
function knownProtocol(protocol: string | undefined): string | undefined {
  return protocol !== undefined && Object.hasOwn(protocols, protocol) ? protocol : undefined
}

/** The certificate that is good now; whoever listens hears of the next. */
class CurrentCredentials implements OwnCredentials {
  readonly #listeners = new Set<() => void>()
  #present: Credentials

  constructor(first: Credentials) {
    this.#present = first
  }

  current(): Credentials {
    return this.#present
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  replace(certificate: NodeCertificate): void {
    this.#present = credentialsOf(certificate)
    for (const listener of this.#listeners) listener()
  }

  whenOwn(signal: AbortSignal): Promise<void> {
    if (this.#present.own !== undefined || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        unsubscribe()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const unsubscribe = this.subscribe(done)
      signal.addEventListener('abort', done, { once: true })
    })
  }
}

function credentialsOf({ clusterId, root, certificate, key }: NodeCertificate): Credentials {
  return { clusterId, roots: root, own: { certificate, key } }
}

async function readManagers({ disk }: NetworkDeps, directory: string): Promise<readonly string[]> {
  const value = parseJson((await readText(disk, `${directory}/managers.json`, longestManagersFile)) ?? '[]')
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}

export function hostAndPort(flag: string, text: string): readonly [host: string, port: number] {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  if (host === undefined || Number(port) > 65_535) throw new Error(`${flag}: "${text}" is not HOST:PORT, such as 192.168.1.10:4242`)
  return [host, Number(port)]
}
