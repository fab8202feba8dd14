// The node that runs on a machine that was told to be one, and when it is what the command that made it promises.

import { withSignal } from '../../agent/first-of.ts'
import { StatusError } from '../../api/errors.ts'
import { localAdmin } from '../../api/request.ts'
import type { Clock } from '../../effects/effects.ts'
import type { OpenNode } from '../daemon/kitd-node.ts'

const foundedWithinMs = 60_000
const connectedWithinMs = 20_000
const lookAgainMs = 20

export interface MemberDeps {
  readonly clock: Clock
  /** The end of the daemon: tasks run on. */
  readonly stop: AbortSignal
  /** Hears why the node failed. While that is new, whoever has started it hears it, too. It may be said twice. */
  readonly onEnd: (member: Member, error: unknown) => void
}

export class Member {
  readonly node: OpenNode
  readonly #deps: MemberDeps
  readonly #end = new AbortController()
  readonly #ended: Promise<void>
  readonly #connected: Promise<void>
  #isNew: boolean

  /** `connected`: its first session with a manager. `isNew`: until whoever has started it has seen it work. */
  constructor(deps: MemberDeps, node: OpenNode, { isNew, connected }: { readonly isNew: boolean; readonly connected: Promise<void> }) {
    this.#deps = deps
    this.node = node
    this.#connected = connected
    this.#isNew = isNew
    this.#ended = node.run(AbortSignal.any([deps.stop, this.#end.signal]))
    this.#tellEnd()
  }

  get isNew(): boolean {
    return this.#isNew
  }

  /** Rejects when the node must not go on. */
  get ended(): Promise<void> {
    return this.#ended
  }

  /** Resolves, or rejects as `ended`, once it has. */
  async end(): Promise<void> {
    this.#end.abort()
    await this.#ended
  }

  /** Once others can be asked to join. */
  async founded(): Promise<void> {
    await this.#attempt(foundedWithinMs, async (signal) => {
      const ready = { method: 'GET', path: '/readyz', query: {}, headers: {}, identity: localAdmin, signal } as const
      while (!isFounded(this.node) || (await this.node.handle(ready)).status !== 200) await this.#deps.clock.sleep(lookAgainMs, signal)
    })
  }

  /** False when it has not yet, and goes on trying. */
  async connected(): Promise<boolean> {
    return await this.#attempt(2 * connectedWithinMs, async (signal) => {
      const late = this.#deps.clock.sleep(connectedWithinMs, signal).then(() => false)
      return await Promise.race([this.#connected.then(() => true), late])
    })
  }

  /** Does `work` while the node runs; what ends the node ends it. */
  async #attempt<T>(limitMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, stop: daemonStop } = this.#deps
    const outcome = await withSignal(daemonStop, async (signal, stop) => {
      const late = clock.sleep(limitMs, signal).then(() => {
        throw new StatusError('Timeout', `that took longer than ${limitMs / 1000} s: the log of kitd says more`)
      })
      const ended = this.#ended.then(() => {
        throw new StatusError('Unavailable', 'kitd is stopping')
      })
      try {
        return await Promise.race([work(signal), ended, late])
      } finally {
        stop(new Error('no longer needed'))
      }
    })
    this.#isNew = false
    this.#tellEnd() // It may have ended just before.
    return outcome
  }

  #tellEnd(): void {
    this.#ended.catch((error: unknown) => this.#deps.onEnd(this, error))
  }
}

/** Others can join, and can know this manager: where an authority outside does not sign, that is said instead. */
function isFounded({ store, identity }: OpenNode): boolean {
  const status = store?.view.get('Cluster', 'default')?.status
  const hasCertificate = store?.view.get('Node', identity.nodeId)?.status.certificate !== undefined
  const unreachable = status?.conditions?.find(({ type }) => type === 'ExternalCAReachable')
  if (!hasCertificate && unreachable?.status === 'False')
    throw new StatusError('Unavailable', `the external authority cannot be reached (${unreachable.message}): nothing was founded`)
  return status?.joinTokens !== undefined && hasCertificate
}
