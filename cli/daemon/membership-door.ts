// The requests about this machine's own place in a cluster (`cluster/membership.ts`), in front of those about the cluster.
// What they do is not decided here: a daemon that waits for them does it, any other refuses.

import { StatusError } from '../../api/errors.ts'
import { type ApiRequest, type ApiResponse, type Handle, localAdmin } from '../../api/request.ts'
import type { Json } from '../../api/wire.ts'
import { answer, failure } from '../../server/answer.ts'
import { readBody } from '../../server/body.ts'
import {
  type InitAnswer,
  type InitRequest,
  isInitRequest,
  isJoinRequest,
  isLeaveRequest,
  isUnlockRequest,
  type JoinAnswer,
  type JoinRequest,
  type LeaveAnswer,
  type LeaveRequest,
  type Membership,
  membershipPath,
  type UnlockAnswer,
  type UnlockRequest,
} from '../cluster/membership.ts'

export interface MembershipActions {
  describe(): Membership
  init(request: InitRequest): Promise<InitAnswer>
  /** `signal` fires when whoever asked has gone. */
  join(request: JoinRequest, signal: AbortSignal): Promise<JoinAnswer>
  leave(request: LeaveRequest): Promise<LeaveAnswer>
  unlock(request: UnlockRequest): Promise<UnlockAnswer>
}

/** Serves these, and hands everything else on. */
export function withMembership(actions: MembershipActions, next: Handle): Handle {
  return async (request) => {
    if (request.path !== membershipPath && !request.path.startsWith(`${membershipPath}/`)) return await next(request)
    try {
      return await route(actions, request)
    } catch (error) {
      if (error instanceof StatusError) return failure(error)
      throw error
    }
  }
}

async function route(actions: MembershipActions, request: ApiRequest): Promise<ApiResponse> {
  const verb = request.path.slice(membershipPath.length + 1)
  if (verb === '' && request.method === 'GET') return answer(200, actions.describe())
  if (!['init', 'join', 'leave', 'unlock'].includes(verb))
    throw new StatusError('NotFound', 'the server could not find the requested resource')
  if (request.method !== 'POST') throw new StatusError('MethodNotAllowed', `${request.method} of ${verb}: it is asked for with POST`)
  if (request.identity.from !== localAdmin.from)
    throw new StatusError('Forbidden', 'only users who may open the control socket of this machine may do this')
  const { value } = readBody(request.body, false)
  if (verb === 'init') return answer(200, await actions.init(read(value, isInitRequest)))
  if (verb === 'join') return answer(200, await actions.join(read(value, isJoinRequest), request.signal))
  if (verb === 'unlock') return answer(200, await actions.unlock(read(value, isUnlockRequest)))
  return answer(200, await actions.leave(read(value, isLeaveRequest)))
}

function read<T>(value: Json, isRequest: (value: unknown) => value is T): T {
  if (!isRequest(value)) throw new StatusError('BadRequest', 'that is not such a request')
  return value
}

/** Of a daemon whose flags have decided. */
export function fixedMembership(membership: Membership) {
  const refuse = (how: string): Promise<never> =>
    Promise.reject(
      new StatusError(
        'Conflict',
        `this kitd was started without --standby, so its flags say where it belongs, and it is ${
          membership.state === 'Worker' ? 'a worker' : 'a manager'
        }: ${how}`,
      ),
    )
  const other = 'start a kitd with --standby and a directory of its own, and ask that one'
  return {
    describe: () => membership,
    init: () => refuse(other),
    join: () => refuse(other),
    unlock: () => Promise.reject(new StatusError('Conflict', 'this node is not locked')),
    leave: () =>
      refuse('stop it, and remove it on a manager with `kit node rm`; or start it again with --standby, and then `kit swarm leave` works'),
  } satisfies MembershipActions
}
