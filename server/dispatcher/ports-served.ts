// Whether nodes listen on the ports that a service publishes: condition PortsServed of the service, written
// from what agents say. False as soon as one node cannot, with its reason; True once all that are there do.

import { isDeepStrictEqual } from 'node:util'
import { contentHash } from '../../api/content-name.ts'
import type { Service } from '../../api/objects.ts'
import type { PortProblem } from '../../api/session.ts'
import { formatTimestamp } from '../../api/timestamp.ts'

type Condition = NonNullable<Service['status']['conditions']>[number]

/** What one node has said about the ports of one service. */
export interface NodeReport {
  readonly hostname: string
  /** It has heard of the ports as they are. */
  readonly isCurrent: boolean
  readonly problems: readonly PortProblem[]
}

const namedProblems = 3

/** The service with the condition as it has to be now; undefined when nothing has to be written. `reports` are of nodes with a session. */
export function withPortsServed(service: Service, publishes: boolean, reports: readonly NodeReport[], nowMs: number): Service | undefined {
  const conditions = service.status.conditions ?? []
  const old = conditions.find(({ type }) => type === 'PortsServed')
  const now = publishes ? conditionOf(service, old, reports, nowMs) : undefined
  if (publishes && now === undefined) return undefined
  if (isDeepStrictEqual(now, old)) return undefined
  const others = conditions.filter((condition) => condition !== old)
  return { ...service, status: { ...service.status, conditions: now === undefined ? others : [...others, now] } }
}

/** Undefined while it cannot be said. */
function conditionOf(service: Service, old: Condition | undefined, reports: readonly NodeReport[], nowMs: number): Condition | undefined {
  const isAllocated = service.status.endpoint?.observedPorts === contentHash(service.spec.endpoint?.ports ?? [])
  if (!isAllocated) return undefined
  const troubled = reports.filter(({ problems }) => problems.length > 0)
  if (troubled.length === 0 && (reports.length === 0 || reports.some(({ isCurrent }) => !isCurrent))) return undefined
  const status = troubled.length === 0 ? 'True' : 'False'
  const at = old?.status === status ? old.lastTransitionTime : undefined
  return {
    type: 'PortsServed',
    status,
    reason: troubled.length === 0 ? 'Listening' : 'PortNotServed',
    ...(troubled.length === 0 ? {} : { message: describe(troubled) }),
    observedGeneration: service.metadata.generation,
    lastTransitionTime: at ?? formatTimestamp(nowMs),
  }
}

function describe(troubled: readonly NodeReport[]): string {
  const all = troubled.flatMap(({ hostname, problems }) => problems.map(({ message }) => `${hostname}: ${message}`)).toSorted()
  const more = all.length - namedProblems
  return [...all.slice(0, namedProblems), ...(more > 0 ? [`and ${more} more`] : [])].join('; ').slice(0, 1024)
}
