// The issuer: makes nodes of machines that show a token, and renews the certificates of nodes. Streams of
// protocol `join` are open to strangers, so they are short, small and few, and wrong tokens cost patience.

import { durationMs } from '../api/duration.ts'
import { reasonOf, StatusError } from '../api/errors.ts'
import { isJoinRequest, type JoinAnswer, type JoinRequest, maxJoinFrameBytes } from '../api/join.ts'
import { createId, createUid } from '../api/new-id.ts'
import type { Cluster, Node } from '../api/objects.ts'
import type { Store } from '../api/store.ts'
import { metadataMistakes } from '../api/validation/metadata.ts'
import type { Certified, Certifier, Signing } from '../ca/certifier.ts'
import { signingRoot, trustedRoots } from '../ca/cluster-ca.ts'
import { readCsr } from '../ca/csr.ts'
import type { WantedCertificate } from '../ca/external-ca.ts'
import { keyDigest, type NodeRole } from '../ca/identity.ts'
import { certificateValidity, defaultCertificateLifeMs } from '../ca/issue.ts'
import { roleOfToken } from '../ca/join-token.ts'
import type { ControllerStore, EventRecorder, WriteList } from '../controllers/runtime/controller.ts'
import { guardStore } from '../controllers/runtime/guarded-store.ts'
import type { Clock, FrameStream, Log, Peer, Random, Transport } from '../effects/effects.ts'
import { messageOf } from '../effects/thrown.ts'
import { createRefusalLog, type TellRefusal } from './refusal-log.ts'

export const issuerWrites: WriteList = { Node: ['create', 'status.certificate'] }

export interface IssuerDeps {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly certifier: Certifier
  readonly transport: Transport
  readonly events: EventRecorder
  /** In every certificate. */
  readonly clusterId: string
  /** Certificates of a shorter life are not made; what production has, when left out. */
  readonly shortestLifeMs?: number
}

/** A joiner asks twice: for the root, then with its token. */
const requestsPerStream = 4
const streamLimitMs = 10_000
/** Wrong tokens of one address within the window; then it has to wait. */
const mostFailures = 5
const failureWindowMs = 60_000
const rememberedAddresses = 10_000
const maxCommitAttempts = 16

type Issued = Extract<JoinAnswer, { type: 'issued' }>

/** When a stream is closed. */
interface Limit {
  readonly signal: AbortSignal
  /** Beyond what strangers have: while an authority outside is asked for somebody who may have a certificate. */
  moreMs: number
}

/** A certificate, and what it was signed for and by. */
interface Signed extends Certified {
  readonly root: string
  readonly role: NodeRole
}

export class Issuer {
  readonly #deps: IssuerDeps
  readonly #store: ControllerStore
  readonly #tell: TellRefusal
  /** Address → when it showed wrong tokens. */
  readonly #failures = new Map<string, readonly number[]>()
  /** Digest of the public key → name of the node that is being made for it. */
  readonly #making = new Map<string, Promise<string>>()

  constructor(deps: IssuerDeps) {
    this.#deps = deps
    this.#store = guardStore(deps.store, 'issuer', issuerWrites)
    this.#tell = createRefusalLog(deps)
  }

  /** Serves until `signal` fires, that is while this node leads. */
  run(signal: AbortSignal): Promise<void> {
    return this.#deps.transport.serve('join', (stream, ended) => this.#serve(stream, AbortSignal.any([signal, ended])), signal)
  }

  async #serve(stream: FrameStream, signal: AbortSignal): Promise<void> {
    const enough = new AbortController()
    const late = new AbortController()
    const close = (): void => {
      late.abort(new StatusError('Unavailable', 'it took too long: try again'))
      stream.close()
    }
    signal.addEventListener('abort', close, { once: true })
    const limit: Limit = { signal: late.signal, moreMs: 0 }
    const closeLate = async (): Promise<void> => {
      await this.#deps.clock.sleep(streamLimitMs, enough.signal)
      if (limit.moreMs > 0) await this.#deps.clock.sleep(limit.moreMs, enough.signal)
      close()
    }
    void closeLate().catch(() => undefined)
    try {
      let left = requestsPerStream
      for await (const frame of stream.frames()) {
        const answer = await this.#answer(frame, stream.peer, limit)
        if (late.signal.aborted) return
        await stream.send(Buffer.from(JSON.stringify(answer)))
        if (answer.type !== 'root' || --left === 0) return
      }
    } finally {
      enough.abort()
      signal.removeEventListener('abort', close)
      stream.close()
    }
  }

  async #answer(frame: Uint8Array, peer: Peer, late: Limit): Promise<JoinAnswer> {
    try {
      const request = decode(frame)
      return await this.#perform(request, peer, late)
    } catch (error) {
      const reason = reasonOf(error) ?? 'InternalError'
      const why = error instanceof StatusError ? error.message : error
      this.#tell(`${peer.address} ${String(why)}`, 'Refused to issue a certificate', {
        ...(peer.node === undefined ? {} : { object: `Node/${peer.node.id}` }),
        ...{ address: peer.address, reason, why },
      })
      // What went wrong inside is nobody's business outside.
      return { type: 'refused', reason, message: error instanceof StatusError ? error.message : 'the manager could not do it; see its log' }
    }
  }

  #perform(request: JoinRequest, peer: Peer, late: Limit): Promise<JoinAnswer> | JoinAnswer {
    switch (request.type) {
      case 'root':
        return { type: 'root', certificate: this.#cluster().ca.certificate, clusterId: this.#deps.clusterId }
      case 'join':
        return this.#join(request, peer, late)
      case 'renew':
        return this.#renew(request, peer, late)
    }
  }

  /** The same key again is the same machine, whose answer was lost or whose certificate expired: it keeps its id and its tasks. */
  async #join(request: Extract<JoinRequest, { type: 'join' }>, peer: Peer, late: Limit): Promise<Issued> {
    this.#assertPatient(peer.address)
    const { tokens } = this.#cluster()
    const role = roleOfToken(request.token.trim(), tokens)
    if (role === undefined) {
      this.#noteFailure(peer.address)
      throw new StatusError(
        'Forbidden',
        "the join token is not valid: it may have been replaced. Print the present one with 'kit swarm join-token worker' (or 'manager') on a manager",
      )
    }
    const publicKey = readCsr(request.csr)
    const digest = keyDigest(publicKey)
    const known = this.#nodeOf(digest)
    if (known !== undefined) {
      if (roleOf(known) === role) return await this.#issue(known.metadata.name, request.csr, late)
      throw new StatusError(
        'Conflict',
        `this machine is a node already, as ${roleOf(known)}: \`kit node promote\` or \`demote\` changes that`,
      )
    }
    // Whoever asks again while the first request is under way must not become a second node.
    const making = this.#making.get(digest) ?? this.#makeNode(role, request, digest, peer).finally(() => this.#making.delete(digest))
    this.#making.set(digest, making)
    return await this.#issue(await making, request.csr, late)
  }

  /** Resolves with its name. */
  async #makeNode(role: NodeRole, request: Extract<JoinRequest, { type: 'join' }>, publicKey: string, peer: Peer): Promise<string> {
    const node = this.#newNode(role, request, publicKey)
    const { name } = node.metadata
    const [mistake] = metadataMistakes('Node', { name, labels: node.metadata.labels })
    if (mistake !== undefined) throw new StatusError('Invalid', `the labels of the node cannot be taken: ${mistake.message}`)
    await this.#store.commit({ writes: [{ op: 'create', object: node }] })
    this.#deps.log.info('A node joined', { object: `Node/${name}`, role, address: peer.address, hostname: request.hostname.slice(0, 64) })
    this.#deps.events.record({
      object: { kind: 'Node', name },
      type: 'Normal',
      reason: 'Joined',
      message: `joined as ${role} from ${peer.address}`,
    })
    return name
  }

  async #renew({ csr }: Extract<JoinRequest, { type: 'renew' }>, peer: Peer, late: Limit): Promise<Issued> {
    if (peer.node === undefined)
      throw new StatusError(
        'Unauthorized',
        'only a node can renew its certificate, and this one showed none, or one that has expired, is not valid yet or is not of this cluster: stop its kitd, and start it with --join-addr and --join-token',
      )
    const publicKey = readCsr(csr)
    const owner = this.#nodeOf(keyDigest(publicKey))
    // A request that was overheard: who has its key would be taken for this node when it joins again.
    if (owner !== undefined && owner.metadata.name !== peer.node.id)
      throw new StatusError('Forbidden', 'the key of the request is that of another node')
    return await this.#issue(peer.node.id, csr, late)
  }

  /** Whose key it is, or was before the last. */
  #nodeOf(publicKey: string): Node | undefined {
    return [...this.#store.view.list('Node')].find(({ status: { certificate } }) =>
      [certificate?.publicKey, certificate?.formerPublicKey].includes(publicKey),
    )
  }

  #newNode(role: NodeRole, { availability = 'Active', labels = {} }: Extract<JoinRequest, { type: 'join' }>, publicKey: string): Node {
    const { clock, random } = this.#deps
    const base = { name: createId(random), uid: createUid(random), resourceVersion: 0, generation: 1, createdAt: clock.wallMs() }
    const metadata = Object.keys(labels).length === 0 ? base : { ...base, labels }
    return { kind: 'Node', metadata, spec: { role, availability }, status: { role, certificate: { publicKey, notAfter: 0 } } }
  }

  /**
   * In the role that the node has. Written down before it is handed out. Given up once `late`: while the disk stands still a node
   * asks again and again, and none of its old requests may write over the last one.
   */
  async #issue(name: string, csr: string, late: Limit): Promise<Issued> {
    const { clusterId } = this.#deps
    const publicKey = readCsr(csr)
    let signed: Signed | undefined
    for (let left = maxCommitAttempts; ; left--) {
      late.signal.throwIfAborted()
      const node = this.#present(name)
      const { ca } = this.#cluster()
      const role = roleOf(node)
      // Signing takes its time, and the node or the cluster may be another afterwards: then Conflict, or this once more.
      if (signed?.role !== role || signed.root !== signingRoot(ca)) signed = await this.#sign(name, role, { csr, publicKey }, late)
      else {
        const { chain, notAfterMs: notAfter, madeMs } = signed
        const status = { ...node.status, certificate: { ...keysOf(node, keyDigest(publicKey)), notAfter } }
        try {
          await this.#store.commit({ writes: [{ op: 'update', object: { ...node, status } }] })
          const issued = { type: 'issued', nodeId: name, clusterId, role, certificate: chain, root: trustedRoots(ca) } as const
          return madeMs === undefined ? issued : { ...issued, madeMs }
        } catch (error) {
          if (reasonOf(error) !== 'Conflict' || left <= 1) throw error
        }
      }
    }
  }

  async #sign(nodeId: string, role: NodeRole, request: Pick<WantedCertificate, 'csr' | 'publicKey'>, late: Limit): Promise<Signed> {
    const { clock, clusterId, certifier, shortestLifeMs, events } = this.#deps
    const { lifeMs, ...signing } = this.#cluster()
    const identity = { kind: 'Node', nodeId, role, clusterId } as const
    const validity = certificateValidity(clock.wallMs(), lifeMs, shortestLifeMs)
    late.moreMs = Math.max(late.moreMs, certifier.patienceMs(signing))
    try {
      const certified = await certifier.certify(signing, { ...request, identity, validity }, late.signal)
      return { ...certified, root: signingRoot(signing.ca), role }
    } catch (error) {
      if (reasonOf(error) !== 'Unavailable' || late.signal.aborted) throw error
      const message = `nobody has signed a certificate for this node: ${messageOf(error)}`
      events.record({
        object: { kind: 'Node', name: nodeId },
        type: 'Warning',
        reason: 'CertificateNotSigned',
        message,
        series: `certificate ${nodeId}`,
      })
      throw new StatusError('Unavailable', message, {}, { cause: error })
    }
  }

  #present(name: string): Node {
    const node = this.#store.view.get('Node', name)
    if (node !== undefined) return node
    throw new StatusError(
      'Forbidden',
      `node "${name}" was removed from the cluster; delete the directory 'certificates' of the node's state, and join again with a token`,
    )
  }

  #cluster(): Signing & { readonly tokens: Readonly<Record<NodeRole, string>>; readonly lifeMs: number } {
    const cluster = this.#store.view.get('Cluster', 'default')
    const { ca, joinTokens } = cluster?.status ?? {}
    if (cluster === undefined || ca === undefined || joinTokens === undefined)
      throw new StatusError('Unavailable', 'the cluster has no root for certificates yet: try again')
    return {
      ca,
      externalCAs: cluster.spec.ca?.externalCAs ?? [],
      tokens: { Worker: joinTokens.worker, Manager: joinTokens.manager },
      lifeMs: lifeOf(cluster),
    }
  }

  #assertPatient(address: string): void {
    if (this.#recentFailures(address).length < mostFailures) return
    throw new StatusError('TooManyRequests', `too many wrong tokens from ${address}: wait a minute`)
  }

  #noteFailure(address: string): void {
    const recent = [...this.#recentFailures(address), this.#deps.clock.monotonicMs()]
    this.#failures.delete(address)
    this.#failures.set(address, recent)
    const [oldest] = this.#failures.keys()
    if (this.#failures.size > rememberedAddresses && oldest !== undefined) this.#failures.delete(oldest)
  }

  #recentFailures(address: string): readonly number[] {
    const now = this.#deps.clock.monotonicMs()
    return (this.#failures.get(address) ?? []).filter((at) => now - at < failureWindowMs)
  }
}

function decode(frame: Uint8Array): JoinRequest {
  if (frame.byteLength > maxJoinFrameBytes)
    throw new StatusError('RequestEntityTooLarge', `a request to join has at most ${maxJoinFrameBytes} bytes`)
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(frame).toString())
  } catch (error) {
    throw new StatusError('BadRequest', 'a request to join must be JSON', {}, { cause: error })
  }
  if (!isJoinRequest(value)) throw new StatusError('BadRequest', 'that is not a request to join')
  return value
}

function lifeOf({ spec }: Cluster): number {
  return spec.ca?.nodeCertExpiry === undefined ? defaultCertificateLifeMs : durationMs(spec.ca.nodeCertExpiry)
}

/** What the node may be: what it is, and at first what it was made for. */
function roleOf({ spec, status }: Node): NodeRole {
  return status.role ?? spec.role ?? 'Worker'
}

/** The node may never hear of its new certificate, and come back with the key of the one before. */
function keysOf(
  { status: { certificate } }: Node,
  publicKey: string,
): Pick<NonNullable<Node['status']['certificate']>, 'publicKey' | 'formerPublicKey'> {
  const former = certificate?.publicKey === publicKey ? certificate.formerPublicKey : certificate?.publicKey
  return { publicKey, ...(former === undefined ? {} : { formerPublicKey: former }) }
}
