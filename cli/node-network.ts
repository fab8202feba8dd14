// How this node is connected with others: who it is, how it joined, the streams between nodes, and the
// certificate that they are opened with. A manager founds a cluster, or comes back to it; a worker has joined
// with a token, or does so now.

import { readFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { parseJson } from '../agent/frames.ts'
import { StatusError } from '../api/errors.ts'
import type { Store } from '../api/store.ts'
import type { Effects, FrameStream, Transport } from '../effects/effects.ts'
import type { CredentialSource, Credentials } from '../effects/gate.ts'
import { createTlsTransport, type TlsTransport } from '../effects/real/tls-transport.ts'
import { Loopback } from '../effects/real/transport.ts'
import { expiryMs, JoinRefused, type JoinTrust, joinCluster, loadCertificate, type NodeCertificate } from '../node/certificate.ts'
import { type Identity, loadIdentity } from '../node/identity.ts'
import { readText, writeDurably } from '../node/state-file.ts'
import { createGate } from '../server/authorization.ts'
import { createRefusalLog } from '../server/refusal-log.ts'

export interface NetworkFlags {
  readonly hostname: string
  /** Managers: host:port where other nodes connect; all addresses and port 4242 when left out. */
  readonly listenRemoteApi?: string
  /** host:port that other nodes are told. */
  readonly advertiseAddr?: string
  /** A manager, host:port. With it this node is a worker. */
  readonly joinAddr?: string
  /** The token, or `@` and a file that holds it. */
  readonly joinToken?: string
  /** Of the node, when it joins. */
  readonly labels: Readonly<Record<string, string>>
}

export interface NodeNetwork {
  readonly identity: Identity
  readonly transport: Transport
  /** Managers to have a session with; empty where this node is one. */
  readonly managers: readonly string[]
  /** What other nodes are told of this manager. */
  readonly advertise: string | undefined
  readonly onManagers: (managers: readonly string[]) => void
  readonly certificate?: NodeCertificate
  readonly onCertificate: (certificate: NodeCertificate) => void
  /**
   * Lets others connect to a manager, until `signal` fires: the nodes in its store, and strangers that want to join. A node that
   * is removed loses its streams. Rejects when it cannot listen where it was told to.
   */
  run(signal: AbortSignal, store: Members | undefined): Promise<void>
}

type Deps = Omit<Effects, 'transport'>
type Members = Pick<Store, 'view' | 'subscribe'>

const defaultListen = '0.0.0.0:4242'
const joinAttempts = 5
const betweenAttemptsMs = 1_000
const longestManagersFile = 64 * 1024

export async function openNetwork(deps: Deps, directory: string, flags: NetworkFlags, signal: AbortSignal): Promise<NodeNetwork> {
  return flags.joinAddr === undefined && !(await isWorker(deps, directory))
    ? await openManager(deps, directory, flags)
    : await openWorker(deps, directory, flags, signal)
}

async function isWorker({ disk }: Deps, directory: string): Promise<boolean> {
  return (await loadCertificate(disk, directory))?.role === 'Worker'
}

async function openManager(deps: Deps, directory: string, flags: NetworkFlags): Promise<NodeNetwork> {
  const identity = await loadIdentity(deps, directory)
  const { nodeId, clusterId } = identity
  const first = await loadCertificate(deps.disk, directory)
  const credentials = new CurrentCredentials(first === undefined ? { clusterId, roots: '', own: undefined } : credentialsOf(first))
  let members: Members | undefined // Nobody can connect before it is there.
  const tls = createTls(deps, credentials, (id) => members?.view.get('Node', id) === undefined)
  const local = new Loopback().transport({ id: nodeId, role: 'Manager', clusterId })
  const advertise = flags.advertiseAddr ?? advertised(flags.listenRemoteApi ?? defaultListen)
  const isOwn = (to: string): boolean => to === nodeId || to === advertise
  const transport: Transport = {
    async serve(protocol, handler, ended) {
      await Promise.all([local.serve(protocol, handler, ended), tls.serve(protocol, handler, ended)])
    },
    connect: (to, protocol, until) => (isOwn(to) ? local.connect(nodeId, protocol, until) : tls.connect(to, protocol, until)),
  }
  return {
    identity,
    transport,
    managers: [],
    advertise,
    onManagers: () => undefined,
    ...(first === undefined ? {} : { certificate: first }),
    onCertificate: (fresh) => credentials.replace(fresh),
    async run(signal, store) {
      members = store
      const unsubscribe = store?.subscribe((events) => {
        if (events.some(({ type, object }) => type === 'DELETED' && object.kind === 'Node')) tls.dropRemoved()
      })
      signal.addEventListener('abort', () => unsubscribe?.(), { once: true })
      await listenOnceCertified(deps, tls, credentials, flags.listenRemoteApi, signal)
    },
  }
}

async function listenOnceCertified(
  { log }: Deps,
  tls: TlsTransport,
  credentials: CurrentCredentials,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const address = wanted ?? defaultListen
  await credentials.whenOwn(signal)
  if (signal.aborted) return
  const [host, port] = hostAndPort('--listen-remote-api', address)
  try {
    await tls.listen(host, port, signal)
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

async function openWorker(deps: Deps, directory: string, flags: NetworkFlags, signal: AbortSignal): Promise<NodeNetwork> {
  const known = await readManagers(deps, directory)
  const managers = [...new Set([...(flags.joinAddr === undefined ? [] : [flags.joinAddr]), ...known])]
  if (managers.length === 0)
    throw new Error(`${directory} does not say where the managers of this node are: name one with --join-addr HOST:PORT`)
  const before = await loadCertificate(deps.disk, directory)
  if ((await readText(deps.disk, `${directory}/node.json`, 1)) !== undefined)
    throw new Error(
      `${directory} belongs to a manager of a cluster: choose an empty directory to join another with, or delete it if that cluster is gone`,
    )
  const first =
    before !== undefined && expiryMs(before) > deps.clock.wallMs() ? before : await join(deps, directory, flags, managers, before, signal)
  const { nodeId, clusterId } = first
  const credentials = new CurrentCredentials(credentialsOf(first))
  const tls = createTls(deps, credentials, () => false)
  let noted = known
  return {
    identity: { nodeId, clusterId },
    transport: tls,
    managers,
    advertise: undefined,
    onManagers(now) {
      if (now.length === 0 || now.join() === noted.join()) return
      noted = [...now]
      writeDurably(deps.disk, directory, 'managers.json', `${JSON.stringify(now)}\n`).catch((error: unknown) =>
        deps.log.warn('Could not note where the managers are', { error }),
      )
    },
    certificate: first,
    onCertificate: (fresh) => credentials.replace(fresh),
    run: () => Promise.resolve(),
  }
}

/** Managers that are just starting are waited for; a refusal is final. */
async function join(
  deps: Deps,
  directory: string,
  flags: NetworkFlags,
  managers: readonly string[],
  before: NodeCertificate | undefined,
  signal: AbortSignal,
): Promise<NodeCertificate> {
  if (flags.joinToken === undefined) throw new Error(whyToken(before))
  const token = flags.joinToken.startsWith('@') ? await readToken(flags.joinToken.slice(1)) : flags.joinToken
  for (let attempt = 1; ; attempt++) {
    const manager = managers[(attempt - 1) % managers.length] ?? ''
    try {
      const open = (trust: JoinTrust | undefined, until: AbortSignal): Promise<FrameStream> => openJoin(deps, manager, trust, until)
      const joined = await joinCluster(deps, { directory, token, hostname: flags.hostname, labels: flags.labels }, open, signal)
      deps.log.info('Joined the cluster', { object: `Node/${joined.nodeId}`, manager })
      return joined
    } catch (error) {
      const isFinal =
        (error instanceof JoinRefused && error.reason !== 'Unavailable') || (error instanceof StatusError && error.reason !== 'Unavailable')
      if (isFinal || attempt >= joinAttempts || signal.aborted)
        throw new Error(`cannot join the cluster at ${manager}: ${messageOf(error)}`, { cause: error })
      deps.log.info('The cluster cannot be joined yet', { manager, error })
      await deps.clock.sleep(betweenAttemptsMs, signal)
    }
  }
}

function whyToken(before: NodeCertificate | undefined): string {
  const how = "print the token with 'kit swarm join-token worker' on a manager, and start this node with --join-token TOKEN (or @FILE)"
  if (before === undefined) return `joining needs a token: ${how}`
  return `the certificate of this node expired on ${new Date(expiryMs(before)).toISOString()}, unless the clock of this machine is wrong: ${how}. It keeps its id and its tasks`
}

async function readToken(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Error(`cannot read the token: ${messageOf(error)}`, { cause: error })
  })
}

function openJoin(deps: Deps, manager: string, trust: JoinTrust | undefined, signal: AbortSignal): Promise<FrameStream> {
  const credentials = new CurrentCredentials({ clusterId: trust?.clusterId ?? '', roots: trust?.root ?? '', own: undefined })
  const tls = createTls(deps, credentials, () => false)
  return trust === undefined ? tls.connectToStranger(manager, signal) : tls.connect(manager, 'join', signal)
}

function createTls(deps: Deps, credentials: CredentialSource, isRemoved: (nodeId: string) => boolean): TlsTransport {
  const tell = createRefusalLog(deps)
  return createTlsTransport({
    clock: deps.clock,
    credentials,
    gate: createGate({ clock: deps.clock, isRemoved }),
    refused: ({ address, protocol, code, why, node }) =>
      tell(`${address} ${code} ${protocol} ${node?.id}`, 'Refused a connection of another machine', {
        address,
        protocol,
        code,
        why,
        ...(node === undefined ? {} : { object: `Node/${node.id}` }),
      }),
    failed: (protocol, stream, error) => deps.log.info('A stream ended', { protocol, address: stream.peer.address, error }),
  })
}

/** The certificate that is good now; whoever listens hears of the next. */
class CurrentCredentials implements CredentialSource {
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

async function readManagers({ disk }: Deps, directory: string): Promise<readonly string[]> {
  const value = parseJson((await readText(disk, `${directory}/managers.json`, longestManagersFile)) ?? '[]')
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}

/** Where nothing better is said: the address to listen on, or the first of this machine that others may reach. */
function advertised(listen: string): string {
  const [host, port] = hostAndPort('--listen-remote-api', listen)
  if (host !== '0.0.0.0' && host !== '::') return listen
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')
  return `${outside?.address ?? '127.0.0.1'}:${port}`
}

export function hostAndPort(flag: string, text: string): readonly [host: string, port: number] {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  if (host === undefined || Number(port) > 65_535) throw new Error(`${flag}: "${text}" is not HOST:PORT, such as 192.168.1.10:4242`)
  return [host, Number(port)]
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
