// Sees to it that this node always has a certificate that is good, and trusts the roots that it should: it renews
// in time, when managers ask for it, and where there is none yet, and takes over the roots that managers name. What
// changes is on disk before it is used.

import { X509Certificate } from 'node:crypto'
import { Bell, firstOf } from '../agent/first-of.ts'
import { issuedBy } from '../ca/issued-by.ts'
import { certificatesIn } from '../ca/pem.ts'
import { renewalMs } from '../ca/renewal.ts'
import { validityOf } from '../ca/root-ca.ts'
import { verifyChain } from '../ca/verify-chain.ts'
import type { FrameStream } from '../effects/effects.ts'
import { type CertificateDeps, expiryMs, type NodeCertificate, renewCertificate, trustRoots } from './certificate.ts'

/** What managers say in a session. */
export interface TrustMessage {
  readonly roots?: string
  readonly renewal?: string
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

/** After a renewal that failed. */
const firstRetryMs = 5_000
/** Without a certificate nobody else can connect. */
const firstWithoutMs = 100
const longestRetryMs = 3_600_000
/** No timer is longer, and a wall clock that was set right is noticed. */
const longestSleepMs = 3_600_000

export class CertificateKeeper {
  readonly #deps: CertificateDeps
  readonly #options: KeeperOptions
  readonly #news = new Bell()
  readonly #changed = new Bell()
  #message: TrustMessage = {}
  /** Counts the messages that said something new: one that comes while something else is done is not missed. */
  #told = 0
  #present: NodeCertificate | undefined
  /** Ms since 1970. */
  #dueMs = 0
  #retryMs: number

  constructor(deps: CertificateDeps, options: KeeperOptions) {
    this.#deps = deps
    this.#options = options
    this.#present = options.first
    this.#retryMs = options.first === undefined ? firstWithoutMs : firstRetryMs
    if (options.first !== undefined) this.#dueMs = this.#dueOf(options.first)
  }

  /** Digest of the key of the authority that the certificate is of; undefined while there is none. */
  issuer(): string | undefined {
    return this.#present === undefined ? undefined : issuedBy(this.#present.certificate, this.#present.root)
  }

  /** Resolves when `issuer` is another than `known`. */
  async change(known: string | undefined, signal: AbortSignal): Promise<void> {
    while (this.issuer() === known) await this.#changed.wait(signal)
  }

  /** A manager says what to trust, and whose certificate to have. The last word counts. */
  tell({ roots, renewal }: TrustMessage): void {
    if (roots === this.#message.roots && renewal === this.#message.renewal) return
    this.#message = { ...(roots === undefined ? {} : { roots }), ...(renewal === undefined ? {} : { renewal }) }
    this.#retryMs = Math.min(this.#retryMs, firstRetryMs)
    this.#told += 1
    this.#news.notify()
  }

  /** Until `signal` fires. */
  async run(signal: AbortSignal): Promise<void> {
    const { random, log } = this.#deps
    while (!signal.aborted) {
      const told = this.#told
      try {
        await this.#wait(await this.#step(signal), told, signal)
      } catch (error) {
        if (signal.aborted) return
        const isFirst = this.#present === undefined
        if (!isFirst) log.warn('Could not renew the certificate of this node', { error, retryMs: this.#retryMs })
        const retryMs = isFirst ? Math.min(this.#retryMs, firstRetryMs) : this.#retryMs * random.next()
        this.#retryMs = Math.min(2 * this.#retryMs, longestRetryMs)
        await this.#wait(retryMs, told, signal)
      }
    }
  }

  /** Resolves with the time until there is something to do again, unless managers say something new. */
  async #step(signal: AbortSignal): Promise<number> {
    const { clock, disk, log } = this.#deps
    const { directory, onNew } = this.#options
    const { roots } = this.#message
    const before = this.#present
    if (before !== undefined && roots !== undefined && roots !== before.root && isOfRoots(before, roots, clock.wallMs())) {
      this.#use(await trustRoots(disk, directory, before, roots), onNew)
      log.info('Trusted other roots of the cluster', { count: certificatesIn(roots).length })
      return 0
    }
    const waitMs = this.#isWanted() ? 0 : this.#dueMs - clock.wallMs()
    if (waitMs > 0) return waitMs
    const present = await renewCertificate(this.#deps, directory, await this.#options.open(signal), signal)
    log.info('Renewed the certificate of this node', { until: new Date(expiryMs(present)).toISOString() })
    this.#dueMs = this.#dueOf(present)
    this.#use(present, onNew)
    // The manager has gone on to another root meanwhile, and will say so.
    if (this.#isWanted()) throw new Error('the new certificate is not of the root that was asked for')
    this.#retryMs = firstRetryMs
    return 0
  }

  /** Another authority is wanted, or roots that the certificate is not of. */
  #isWanted(): boolean {
    const { renewal, roots } = this.#message
    const present = this.#present
    if (present === undefined) return true
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
    await firstOf<void>(signal, [
      (inner) => this.#deps.clock.sleep(Math.min(waitMs, longestSleepMs), inner),
      (inner) => this.#news.wait(inner),
    ]).catch(() => undefined)
  }

  #dueOf({ certificate }: NodeCertificate): number {
    return renewalMs(validityOf(new X509Certificate(certificate)), this.#deps.random)
  }
}

/** Roots are taken over only when they vouch for what this node goes with: so nobody can talk it out of its cluster. */
function isOfRoots({ certificate, clusterId }: NodeCertificate, roots: string, nowMs: number): boolean {
  const verdict = verifyChain(certificatesIn(certificate), { roots: certificatesIn(roots), clusterId, nowMs })
  return !('problem' in verdict) || verdict.problem === 'Expired' || verdict.problem === 'NotYetValid' // Of time, others judge.
}
