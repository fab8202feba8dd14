// How a machine was told what it is: a request and the flags of kitd become what is recorded, and that becomes flags again.

import { type Availability, isAvailability } from '../../api/join.ts'
import type { Objects } from '../../api/objects.ts'
import { validateObject } from '../../api/schema/validate.ts'
import { isJsonObject } from '../../api/wire.ts'
import { foundingProblems, invalid } from '../../server/admission/admission.ts'
import type { InitRequest, JoinRequest } from '../cluster/membership.ts'
import type { NodeFlags } from '../daemon/kitd-node.ts'
import { advertisedAddress, type Interfaces, listenAddress } from '../daemon/own-address.ts'

/** Somebody waits for `kit swarm join`. */
const joinWithinMs = 20_000

/** How the machine was told. `Leaving` counts by itself: what is left of the node has to go. */
export type Told =
  | {
      readonly as: 'Manager'
      readonly listen: string
      readonly advertise: string
      readonly availability?: Availability
      readonly cluster?: Objects['Cluster']['spec']
    }
  | {
      readonly as: 'Worker'
      readonly manager: string
      readonly listen: string
      readonly advertise?: string
      readonly availability?: Availability
    }
  | { readonly as: 'Leaving' }

export function toFound(request: InitRequest, flags: NodeFlags, interfaces: Interfaces, nowMs: number): Told & { readonly as: 'Manager' } {
  const { availability, cluster } = request
  const listen = listenAddress(request.listen ?? flags.listenRemoteApi, interfaces)
  const advertise = advertisedAddress(request.advertise ?? flags.advertiseAddr, listen, interfaces)
  const causes = validateObject(
    'Cluster',
    { apiVersion: 'kit/v1', kind: 'Cluster', metadata: { name: 'default' }, spec: { ...cluster } },
    undefined,
  )
  if (causes.length > 0) throw invalid('Cluster', 'default', causes)
  const unusable = foundingProblems(cluster ?? {}, nowMs)
  if (unusable.length > 0) throw invalid('Cluster', 'default', unusable)
  return {
    as: 'Manager',
    listen,
    advertise,
    ...(availability === undefined ? {} : { availability }),
    ...(cluster === undefined || Object.keys(cluster).length === 0 ? {} : { cluster }),
  }
}

export function toJoin(request: JoinRequest, manager: string, flags: NodeFlags, interfaces: Interfaces): Told {
  const { availability } = request
  const listen = listenAddress(request.listen ?? flags.listenRemoteApi, interfaces)
  const wanted = request.advertise ?? flags.advertiseAddr
  return {
    as: 'Worker',
    manager,
    listen,
    ...(wanted === undefined ? {} : { advertise: advertisedAddress(wanted, listen, interfaces) }),
    ...(availability === undefined ? {} : { availability }),
  }
}

export function flagsOf(flags: NodeFlags, told: Told | undefined, token: string | undefined): NodeFlags {
  if (told === undefined || told.as === 'Leaving') return flags
  const { availability = flags.availability, advertise = flags.advertiseAddr } = told
  return {
    ...flags,
    listenRemoteApi: told.listen,
    ...(advertise === undefined ? {} : { advertiseAddr: advertise }),
    ...(availability === undefined ? {} : { availability }),
    ...(told.as === 'Worker' ? { joinAddr: told.manager } : {}),
    ...(token === undefined ? {} : { joinToken: token, joinWithinMs }),
  }
}

export function isTold(value: unknown): value is Told {
  if (!isJsonObject(value)) return false
  const isText = (name: string): boolean => typeof value[name] === 'string'
  switch (value['as']) {
    case 'Leaving':
      return true
    case 'Manager':
      return isText('listen') && isText('advertise') && isAvailability(value['availability'])
    case 'Worker':
      return isText('manager') && isText('listen') && isAvailability(value['availability'])
    default:
      return false
  }
}
