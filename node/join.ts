// Whom a machine that joins a cluster asks, and how long it is patient. What it says to a manager, and how it knows that it
// can trust one, is in `certificate.ts`.

import { StatusError } from '../api/errors.ts'
import type { Clock, Log } from '../effects/effects.ts'
import { messageOf } from '../effects/thrown.ts'
import { JoinRefused, type NodeCertificate } from './certificate.ts'

export interface Joining {
  /** host:port of each; at least one. They are asked in turn. */
  readonly managers: readonly string[]
  /** Rejects with JoinRefused when the manager answered, and with whatever went wrong when it did not. */
  readonly ask: (manager: string) => Promise<NodeCertificate>
  /** Without limit when left out. */
  readonly withinMs?: number
}

/** A manager that does not answer may just be starting. */
const maxFailures = 5
const betweenFailuresMs = 1_000
/** A follower goes on naming a leader that has died until another one is elected; that takes seconds. */
const electionPatienceMs = 15_000
const betweenAnswersMs = 3_000

/**
 * Asks until a manager gives a certificate: for a few seconds while none answers, longer while a leader is replaced, and
 * without end while one answers that it has to wait itself. A refusal is final. Rejects with an Error for whoever started this node.
 */
export async function untilJoined(
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  { managers, ask, withinMs = Number.POSITIVE_INFINITY }: Joining,
  signal: AbortSignal,
): Promise<NodeCertificate> {
  const beganMs = clock.monotonicMs()
  let turn = 0
  let manager = managers[0] ?? ''
  /** The follower that says that `manager` leads. */
  let namedBy: string | undefined
  let failures = 0
  let failingSinceMs = 0
  let patienceMs = 0
  for (;;) {
    try {
      const joined = await ask(manager)
      log.info('Joined the cluster', { object: `Node/${joined.nodeId}`, manager })
      return joined
    } catch (error) {
      const nowMs = clock.monotonicMs()
      const giveUp = (): Error => {
        const place = namedBy === undefined ? manager : `${manager}, its leader according to ${namedBy}`
        return new Error(`cannot join the cluster at ${place}: ${messageOf(error)}`, { cause: error })
      }
      if (isRefusal(error) || nowMs - beganMs >= withinMs || signal.aborted) throw giveUp()
      if (error instanceof JoinRefused && error.leader === undefined) {
        log.warn('Waiting to join the cluster', { manager, why: error.message })
        failures = 0
        await clock.sleep(betweenAnswersMs, signal)
        continue
      }
      const leader = error instanceof JoinRefused ? error.leader : undefined
      if (leader !== undefined) patienceMs = electionPatienceMs
      // The leader is asked at once, but whom that one names only after a pause: two may name each other.
      if (leader === undefined || namedBy !== undefined) {
        log.info('The cluster cannot be joined yet', { manager, error })
        if (failures === 0) failingSinceMs = nowMs
        failures += 1
        if (failures >= maxFailures && nowMs - failingSinceMs >= patienceMs) throw giveUp()
        await clock.sleep(betweenFailuresMs, signal)
      }
      namedBy = leader === undefined ? undefined : manager
      manager = leader ?? managers[++turn % managers.length] ?? ''
    }
  }
}

function isRefusal(error: unknown): boolean {
  return (error instanceof JoinRefused || error instanceof StatusError) && error.reason !== 'Unavailable'
}
