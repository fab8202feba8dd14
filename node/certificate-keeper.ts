// Sees to it that this node always has a certificate that is good, and trusts the roots that it should: it renews
// in time, when managers ask for it, and where there is none yet, and takes over the roots that managers name. What
// changes is on disk before it is used.

import { Bell, firstOf } from '../agent/first-of.ts'
import type { Validity } from '../ca/certificate.ts'
import { issuedBy } from '../ca/issued-by.ts'
import { certificatesIn } from '../ca/pem.ts'
import { madeMs } from '../ca/renewal.ts'
import { verifyChain } from '../ca/verify-chain.ts'
import type { FrameStream } from '../effects/effects.ts'
import {
  believedOf,
  type CertificateDeps,
  isKeyStale,
  JoinRefused,
  lifetimeOf,
  type NodeCertificate,
  renewCertificate,
  trustRoots,
} from './certificate.ts'
import {
  clockToleranceMs,
  firstRetryMs,
  type Life,
  lifeFromNow,
  lifeOnDisk,
  longestBetweenTriesMs,
  untilDueMs,
} from './certificate-life.ts'

/** What managers say in a session. */
export interface TrustMessage {
  readonly roots?: string
  readonly renewal?: string
  readonly role?: NodeCertificate['role']
}

export interface KeeperOptions {
  readonly directory: string
  /** Undefined while the node has none. */
  readonly first: NodeCertificate | undefined
  /** A stream of protocol `join` to any manager. */
  readonly open: (signal: AbortSignal) => Promise<FrameStream>
  /** Called with each that replaces the one before. */
  readonly onNew: (certificate: NodeCertificate) => void
}

/** Without a certificate nobody else can connect. */
const firstWithoutMs = 100
/** A wall clock that was set, and a machine that has slept, are noticed after that long. */
const lookAgainMs = 10_000

export class CertificateKeeper {
  readonly #deps: CertificateDeps
  readonly #options: KeeperOptions
  readonly #news = new Bell()
  readonly #changed = new Bell()
  #message: TrustMessage = {}
  /** Counts the messages that said something new: one that comes while something else is done is not missed. */
  #told = 0
  #present: NodeCertificate | undefined
  /** How the private key lies on the disk is to be looked at; and that it does not lie there as it should. */
  #mustCheckKey = true
  #isKeyStale = false
  /** Of the present certificate. */
  #life: Life | undefined
  #retryMs: number

  constructor(deps: CertificateDeps, options: KeeperOptions) {
    this.#deps = deps
    this.#options = options
    this.#present = options.first
    this.#retryMs = options.first === undefined ? firstWithoutMs : firstRetryMs
    if (options.first !== undefined) this.#life = lifeOnDisk(lifetimeOf(options.first), deps)
  }

  /** The certificate that this node goes with; undefined while there is none. */
  present(): NodeCertificate | undefined {
    return this.#present
  }

  /** Digest of the key of the authority that the certificate is of; undefined while there is none. */
  issuer(): string | undefined {
    return this.#present === undefined ? undefined : issuedBy(this.#present.certificate, this.#present.root)
  }

  /** From when until when the certificate is good; undefined while there is none. */
  validity(): Validity | undefined {
    return this.#present === undefined ? undefined : believedOf(this.#present)
  }

  /** Resolves when `issuer` is another than `known`. */
  async change(known: string | undefined, signal: AbortSignal): Promise<void> {
    while (this.issuer() === known) await this.#changed.wait(signal)
  }

  /** A manager says what to trust, and whose certificate to have. The last word counts. */
  tell({ roots, renewal, role }: TrustMessage): void {
    if (roots === this.#message.roots && renewal === this.#message.renewal && role === this.#message.role) return
    this.#message = {
      ...(roots === undefined ? {} : { roots }),
      ...(renewal === undefined ? {} : { renewal }),
      ...(role === undefined ? {} : { role }),
    }
    this.#retryMs = Math.min(this.#retryMs, firstRetryMs)
    this.#told += 1
    this.#news.notify()
  }

  /** The unlock key was changed: a private key that lay there in the open is replaced. */
  checkKey(): void {
    this.#mustCheckKey = true
    this.#told += 1
    this.#news.notify()
  }

  /** Until `signal` fires. */
  async run(signal: AbortSignal): Promise<void> {
    const { random, clock } = this.#deps
    while (!signal.aborted) {
      const told = this.#told
      try {
        await this.#wait(await this.#step(signal), told, signal)
      } catch (error) {
        if (signal.aborted) return
        const isFirst = this.#present === undefined
        if (this.#present !== undefined) tellFailure(error, this.#present, this.#retryMs, this.#deps)
        const retryMs = isFirst ? Math.min(this.#retryMs, firstRetryMs) : this.#retryMs * random.next()
        this.#retryMs = Math.min(2 * this.#retryMs, longestBetweenTriesMs(this.#life, clock))
        await this.#wait(retryMs, told, signal)
      }
    }
  }

  /** Resolves with the time until there is something to do again, unless managers say something new. */
  async #step(signal: AbortSignal): Promise<number> {
    const { clock, log } = this.#deps
    const { directory, onNew } = this.#options
    const { roots } = this.#message
    const before = this.#present
    if (before !== undefined && roots !== undefined && roots !== before.root && isOfRoots(before, roots, clock.wallMs())) {
      this.#use(await trustRoots(this.#deps, directory, before, roots), onNew)
      log.info('Trusted other roots of the cluster', { count: certificatesIn(roots).length })
      return 0
    }
    if (this.#mustCheckKey) {
      this.#mustCheckKey = false
      this.#isKeyStale = await isKeyStale(this.#deps, directory)
    }
    const waitMs = this.#isWanted() || this.#life === undefined ? 0 : untilDueMs(this.#life, clock)
    if (waitMs > 0) return Math.min(Math.ceil(waitMs), lookAgainMs)
    const present = await renewCertificate(this.#deps, directory, await this.#options.open(signal), signal)
    this.#life = lifeFromNow(lifetimeOf(present), this.#deps)
    this.#mustCheckKey = true // The unlock key may have been changed meanwhile.
    this.#isKeyStale = false
    tellRenewed(present, this.#deps)
    this.#use(present, onNew)
    // The manager has gone on meanwhile, and will say so.
    if (this.#isWanted()) throw new Error('the new certificate is not the one that was asked for')
    this.#retryMs = firstRetryMs
    return 0
  }

  /** Another authority is wanted, another role, or roots that the certificate is not of. */
  #isWanted(): boolean {
    const { renewal, roots, role } = this.#message
    const present = this.#present
    if (present === undefined || (role !== undefined && role !== present.role)) return true
    if (this.#isKeyStale) return true
    if (renewal !== undefined && renewal !== this.issuer()) return true
    return roots !== undefined && roots !== present.root && !isOfRoots(present, roots, this.#deps.clock.wallMs())
  }

  #use(present: NodeCertificate, onNew: (certificate: NodeCertificate) => void): void {
    this.#present = present
    onNew(present)
    this.#changed.notify()
  }

  /** Shorter when more was told than `told`. */
  async #wait(waitMs: number, told: number, signal: AbortSignal): Promise<void> {
    if (waitMs <= 0 || this.#told !== told) return
    await firstOf<void>(signal, [(inner) => this.#deps.clock.sleep(waitMs, inner), (inner) => this.#news.wait(inner)]).catch(
      () => undefined,
    )
  }
}

function tellRenewed(fresh: NodeCertificate, { clock, log }: CertificateDeps): void {
  const validity = lifetimeOf(fresh)
  log.info('Renewed the certificate of this node', { until: new Date(validity.notAfterMs).toISOString() })
  const aheadMs = clock.wallMs() - madeMs(validity)
  if (Math.abs(aheadMs) > clockToleranceMs)
    log.warn('The clock of this machine is not that of the manager: one of both is wrong', { aheadMs })
}

function tellFailure(error: unknown, present: NodeCertificate, retryMs: number, { clock, log }: CertificateDeps): void {
  // The transport takes who shows a certificate that is not good for somebody without one.
  if (error instanceof JoinRefused && error.reason === 'Unauthorized')
    log.error('The manager does not believe the certificate of this node: if no clock is wrong, it must join again with a token', {
      error,
      clock: new Date(clock.wallMs()).toISOString(),
      retryMs,
    })
  // A manager asks itself where it does not know who leads, and nobody tells it. One that is alone leads before it asks again.
  else if (believedOf(present).notAfterMs <= clock.wallMs() && retryMs > firstRetryMs)
    log.error(
      'The certificate of this node has expired, and nobody has renewed it: if no clock is wrong, stop its kitd, and start it with --join-addr of a manager that leads and --join-token of that cluster; it stays the node that it is',
      { error, clock: new Date(clock.wallMs()).toISOString(), retryMs },
    )
  else log.warn('Could not renew the certificate of this node', { error, retryMs })
}

/** Roots are taken over only when they vouch for what this node goes with: so nobody can talk it out of its cluster. */
function isOfRoots({ certificate, clusterId }: NodeCertificate, roots: string, nowMs: number): boolean {
  const verdict = verifyChain(certificatesIn(certificate), { roots: certificatesIn(roots), clusterId, nowMs })
  return !('problem' in verdict) || verdict.problem === 'Expired' || verdict.problem === 'NotYetValid' // Of time, others judge.
}
