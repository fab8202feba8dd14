// A session of an agent, as the dispatcher remembers it while it lasts: what the agent was told, what it said, and what it
// has to be told next.

import type { Task } from '../../api/objects.ts'
import type { ManagerMessage, PortProblem } from '../../api/session.ts'
import type { FrameStream } from '../../effects/effects.ts'
import type { EndpointChanges } from './endpoints.ts'
import { PayloadLedger } from './payloads.ts'
import { encodeMessage } from './session-messages.ts'

export interface Session {
  readonly id: string
  readonly nodeName: string
  readonly stream: FrameStream
  /** Tasks that changed since the last flush. */
  readonly dirty: Set<string>
  /** What the agent was told: task → desired. */
  readonly told: Map<string, string>
  readonly payloads: PayloadLedger
  /** What changed of published ports since the last flush. */
  readonly endpoints: EndpointChanges
  /** Up to which index the agent chooses tasks for published ports by what it was told; -1 before it has said so. */
  served: number
  /** Service uid → why the agent does not listen on its ports. */
  problems: ReadonlyMap<string, readonly PortProblem[]>
  /** Services whose ports were told, with the index of the message. */
  readonly unconfirmed: Map<string, number>
  readonly ended: AbortController
  /** Until the next heartbeat, as the agent was told last. */
  periodMs: number
  /** When that is to come, by the monotonic clock. */
  beatDueMs: number
  /** Where another machine with the same certificate has asked for a session since this one was heard. */
  rival: string | undefined
  sequence: number
  /** Its first report has been committed: the store knows what the node knows. */
  hasReported: boolean
  wake: () => void
}

/** Of one that has just begun. */
export function createSession(begun: Pick<Session, 'id' | 'nodeName' | 'stream' | 'periodMs'>): Session {
  return {
    ...begun,
    dirty: new Set(),
    told: new Map(),
    payloads: new PayloadLedger(),
    endpoints: new Map(),
    served: -1,
    problems: new Map(),
    unconfirmed: new Map(),
    ended: new AbortController(),
    beatDueMs: Number.POSITIVE_INFINITY,
    rival: undefined,
    sequence: 0,
    hasReported: false,
    wake: () => undefined,
  }
}

export type Refusal = Extract<ManagerMessage, { type: 'refused' }>

export function refused(reason: string, message: string, retry: boolean): Refusal {
  return { type: 'refused', reason, message, retry }
}

export function send(session: Session, message: ManagerMessage): Promise<void> {
  if (session.ended.signal.aborted) return Promise.reject(new Error('the session has ended'))
  return session.stream.send(encodeMessage(message))
}

export function end(session: Session): void {
  session.ended.abort()
  session.wake()
  session.stream.close()
}

/** Resolves when so many tasks are dirty, or the session has ended. */
export function changes(session: Session, count: number): Promise<void> {
  return new Promise((resolve) => {
    session.wake = () => {
      if (session.dirty.size + session.endpoints.size >= count || session.ended.signal.aborted) resolve()
    }
    session.wake()
  })
}

/** The agent of the task is to be told of it, if it has a session. */
export function markTask(sessions: ReadonlyMap<string, Session>, task: Task): void {
  const session = task.spec.nodeName === undefined ? undefined : sessions.get(task.spec.nodeName)
  if (session === undefined) return
  session.dirty.add(task.metadata.name)
  session.wake()
}

export function addChanges(session: Session, changes: EndpointChanges): void {
  for (const [uid, tasks] of changes) {
    const known = session.endpoints.get(uid)
    if (known === undefined) session.endpoints.set(uid, new Set(tasks))
    else for (const task of tasks) known.add(task)
  }
  session.wake()
}
