// Who gets a session: the node itself, a member of the cluster, not too often, and of two machines with one certificate the
// one that was there first.

import type { AgentMessage } from '../../api/session.ts'
import type { Store } from '../../api/store.ts'
import type { Clock, Peer } from '../../effects/effects.ts'
import type { TellRefusal } from '../refusal-log.ts'
import { type Refusal, refused, type Session } from './session.ts'

const registrationsPerWindow = 3
const registrationWindowMs = 8_000
/** An agent that has been silent for its period and this long may have started anew on another machine. */
const lateBeatMs = 2_000
/** Ids of sessions that others took the place of, of one node. */
const maxReplaced = 4

export type Hello = Extract<AgentMessage, { type: 'hello' }>
export type Opening = Extract<AgentMessage, { type: 'hello' | 'leave' }>

export interface SessionAdmissionDeps {
  readonly store: Pick<Store, 'view'>
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly tell: TellRefusal
  readonly sessions: ReadonlyMap<string, Session>
  /** Infinite where it was never heard. */
  readonly silentMs: (nodeName: string) => number
}

export class SessionAdmission {
  readonly #deps: SessionAdmissionDeps
  /** Node → when it has begun sessions lately. */
  readonly #registrations = new Map<string, readonly number[]>()
  /** Node → ids of sessions that another agent took the place of. */
  readonly #replaced = new Map<string, readonly string[]>()

  constructor(deps: SessionAdmissionDeps) {
    this.#deps = deps
  }

  /** Why there shall be no session; undefined when there may be one, which counts as an attempt. */
  refusal(opening: Opening, { node, address }: Peer): Refusal | undefined {
    const { nodeName } = opening
    if (node?.id !== nodeName) {
      const why = `the connection belongs to '${node?.id ?? 'a stranger'}', not to '${nodeName}'`
      const who = node === undefined ? {} : { object: `Node/${node.id}` }
      this.#deps.tell(`${address} ${node?.id}`, 'Refused a session in the name of another node', {
        ...who,
        address,
        reason: 'Forbidden',
        why,
      })
      return refused('Forbidden', why, false)
    }
    const { view } = this.#deps.store
    if (view.get('Node', nodeName) === undefined) {
      const isFounded = view.get('Cluster', 'default') !== undefined && view.count('Node') > 0
      return refused('NotFound', `node '${nodeName}' is not a member of this cluster`, !isFounded)
    }
    if (opening.type === 'leave') return undefined
    const now = this.#deps.clock.monotonicMs()
    const other = this.#sessionElsewhere(opening, address)
    if (other !== undefined) return this.#refuseRival(other, address)
    const recent = (this.#registrations.get(nodeName) ?? []).filter((at) => now - at < registrationWindowMs)
    if (recent.length >= registrationsPerWindow) return refused('TooManyRequests', `node '${nodeName}' registers too often`, true)
    this.#registrations.set(nodeName, [...recent, now])
    return undefined
  }

  /**
   * The session of another machine that has the same certificate, as after a disk was copied, and is alive: its agent was heard
   * within its period. Of two agents at one address it is the later one's, when the earlier one comes again.
   */
  #sessionElsewhere({ nodeName, sessionId }: Hello, address: string): Session | undefined {
    const session = this.#deps.sessions.get(nodeName)
    if (session === undefined || session.id === sessionId) return undefined
    if (this.#deps.silentMs(nodeName) > session.periodMs + lateBeatMs) return undefined
    const wasReplaced = sessionId !== undefined && this.#replaced.get(nodeName)?.includes(sessionId) === true
    return session.stream.peer.address !== address || wasReplaced ? session : undefined
  }

  /** The one that has a session keeps it, so that they do not fight; the other is told, and asks again in case the first one goes. */
  #refuseRival(session: Session, address: string): Refusal {
    const { nodeName, stream } = session
    session.rival = address
    this.#deps.tell(`${nodeName} ${address}`, 'Refused a second session of a node', {
      object: `Node/${nodeName}`,
      address,
      session: stream.peer.address,
    })
    return refused(
      'Conflict',
      `node '${nodeName}' has a session from ${stream.peer.address} already, and two machines must not be one node. If this one is a copy, delete the directory 'certificates' of its state and join with a token; if it took the place of the other, it is let in as soon as that one is silent`,
      true,
    )
  }

  /** Another agent of the node has taken the place of the session. */
  replaced({ nodeName, id }: Session): void {
    this.#replaced.set(nodeName, [...(this.#replaced.get(nodeName) ?? []), id].slice(-maxReplaced))
  }

  /** The node is gone. */
  forget(nodeName: string): void {
    this.#registrations.delete(nodeName)
    this.#replaced.delete(nodeName)
  }

  /** The term is over. */
  clear(): void {
    this.#registrations.clear()
    this.#replaced.clear()
  }
}
