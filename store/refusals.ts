// What Raft refuses, in the words and with the reasons that callers of the store get.

import { StatusError } from '../api/errors.ts'
import type { Refusal } from './raft/core.ts'

export function notLeader(leader: string | null): StatusError {
  return new StatusError(
    'NotLeader',
    leader === null ? 'no manager leads at present' : `the leader is ${leader}`,
    leader === null ? {} : { leader },
  )
}

export function refusal({ refused, why }: Refusal, leader: string | null): StatusError {
  if (refused === 'notLeader') return notLeader(leader)
  if (refused === 'invalidChange') return new StatusError('Invalid', why ?? 'the members cannot be changed so')
  return new StatusError('Unavailable', refusalTexts[refused])
}

const refusalTexts = {
  transferring: 'leadership is being handed over: try again',
  tooMuchUncommitted: 'too much is under way: try again',
  tooManyReads: 'too many reads are under way: try again',
  changePending: 'the members are being changed: try again when that is done',
  unreachable: 'a majority of the voters that there would be does not answer: start them, or force it',
  notVoter: 'only another voter can take over leadership',
} as const
