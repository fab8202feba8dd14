// What a machine is told about its place in a cluster, by a person on that machine: to found one, to join one, to
// leave it. These requests go to the control socket of the machine itself, and concern no other.

import { type Availability, isAvailability } from '../../api/join.ts'
import type { Objects } from '../../api/objects.ts'
import { isJsonObject } from '../../api/wire.ts'

export const membershipPath = '/membership'

export interface Membership {
  /** `Removed`: a node that its cluster has taken out, and that has not left yet. `Locked`: a manager that waits for its unlock key. */
  readonly state: 'None' | 'Worker' | 'Manager' | 'Removed' | 'Locked'
  readonly nodeId?: string
}

/** Addresses are written as people write them: IP or interface, with or without a port. */
export interface InitRequest {
  readonly listen?: string
  readonly advertise?: string
  readonly availability?: Availability
  /** Checked as any Cluster is. */
  readonly cluster?: Objects['Cluster']['spec']
}

export interface JoinRequest {
  /** A manager, with or without a port. */
  readonly manager: string
  readonly token: string
  readonly listen?: string
  readonly advertise?: string
  readonly availability?: Availability
}

export interface LeaveRequest {
  /** Also when that is the end of the cluster. */
  readonly force?: boolean
}

export interface UnlockRequest {
  /** As people carry it. */
  readonly key: string
}

export interface UnlockAnswer {
  readonly nodeId: string
}

export interface InitAnswer {
  readonly nodeId: string
  /** It was so before: this request, or the same one earlier, has made it so. */
  readonly already: boolean
}

export interface JoinAnswer extends InitAnswer {
  /** As the token says. */
  readonly role: 'Manager' | 'Worker'
  /** The node has had a session with a manager. It goes on trying where it has not. */
  readonly connected: boolean
}

export interface LeaveAnswer {
  /** There was nothing to leave. */
  readonly already: boolean
  /** A manager knows. Undefined where there was none to tell. */
  readonly told?: boolean
  /** What is to be done about a manager that left by force, where others are left. */
  readonly advice?: string
}

const isOptionalText = (value: unknown): boolean => value === undefined || typeof value === 'string'

export function isInitRequest(value: unknown): value is InitRequest {
  return (
    isJsonObject(value) &&
    isOptionalText(value['listen']) &&
    isOptionalText(value['advertise']) &&
    isAvailability(value['availability']) &&
    (value['cluster'] === undefined || isJsonObject(value['cluster']))
  )
}

export function isJoinRequest(value: unknown): value is JoinRequest {
  return (
    isJsonObject(value) &&
    typeof value['manager'] === 'string' &&
    typeof value['token'] === 'string' &&
    isOptionalText(value['listen']) &&
    isOptionalText(value['advertise']) &&
    isAvailability(value['availability'])
  )
}

export function isLeaveRequest(value: unknown): value is LeaveRequest {
  return isJsonObject(value) && (value['force'] === undefined || typeof value['force'] === 'boolean')
}

export function isUnlockRequest(value: unknown): value is UnlockRequest {
  return isJsonObject(value) && typeof value['key'] === 'string'
}
