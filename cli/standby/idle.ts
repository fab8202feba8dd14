// What a machine is on which no node runs, and what it answers then.

import { StatusError } from '../../api/errors.ts'
import type { Handle } from '../../api/request.ts'
import { messageOf } from '../../effects/thrown.ts'
import { answer, failure } from '../../server/answer.ts'
import { answerLocked } from '../daemon/locked-member.ts'

export interface Idle {
  readonly state: 'None' | 'Removed' | 'Worker' | 'Locked'
  readonly nodeId?: string
  /** For whoever asks this machine about a cluster. */
  readonly why: string
}

export const none: Idle = {
  state: 'None',
  why: 'this node is in no cluster: `kit swarm init` founds one, `kit swarm join` makes it a worker of one',
}

/** A person can mend it: by joining again with a token, or by leaving. */
export function cannotStart(error: unknown): Idle {
  return {
    state: 'Worker',
    why: `this worker cannot start (${messageOf(error)}): \`kit swarm join\` it again, or let it \`kit swarm leave\``,
  }
}

/** Of a daemon whose node is not there to answer. */
export function answerIdle({ state, why }: Idle, path: string): Awaited<ReturnType<Handle>> {
  if (path === '/livez' || path === '/healthz') return answer(200, 'ok', { 'content-type': 'text/plain; charset=utf-8' })
  return state === 'Locked' ? answerLocked(path) : failure(new StatusError('NotLeader', why))
}
