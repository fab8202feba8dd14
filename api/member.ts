// What a member of the store says of itself when it is asked.

import { isJsonObject } from './wire.ts'

export interface MemberStatus {
  /** As in Raft: leader, follower, candidate … */
  readonly role: string
  readonly term: number
  /** Id of the node that leads, as far as it knows. */
  readonly leader?: string
  /** Last entry that it knows to be agreed on, and the last one that its copy of the state contains. */
  readonly commitIndex: number
  readonly appliedIndex: number
  /** Last entry that its last snapshot contains; 0 where it has none. */
  readonly snapshotIndex: number
  /** Undefined of one that was taken before its daemon started. */
  readonly snapshotAgeMs?: number
  /** Bytes of its log that a restart would have to replay. */
  readonly replayBytes: number
}

export function isMemberStatus(value: unknown): value is MemberStatus & Record<string, unknown> {
  if (!isJsonObject(value) || typeof value['role'] !== 'string') return false
  const { term, leader = '', commitIndex, appliedIndex, snapshotIndex, snapshotAgeMs = 0, replayBytes } = value
  return (
    typeof leader === 'string' &&
    [term, commitIndex, appliedIndex, snapshotIndex, snapshotAgeMs, replayBytes].every((amount) => typeof amount === 'number')
  )
}
