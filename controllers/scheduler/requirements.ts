// What a task asks of its node, read from its revision (resources, plugins, ports) and from the present
// placement of its service (constraints, platforms, limit per node). Read once per group of equal tasks.

import type { Revision, TaskTemplate } from '../../api/objects.ts'
import { cpuCores, memoryBytes } from '../../api/quantity.ts'
import { readConstraints } from './constraints.ts'
import type { Requirements } from './filters.ts'

/** What a task holds on its node until it has ended. */
export interface Footprint {
  readonly nanoCpus: number
  readonly memoryBytes: number
  readonly hostPorts: readonly string[]
}

export const emptyFootprint: Footprint = { nanoCpus: 0, memoryBytes: 0, hostPorts: [] }

export function footprintOf({ spec }: Revision): Footprint {
  const reserved = spec.template.resources?.reservations
  return {
    nanoCpus: reserved?.cpus === undefined ? 0 : Math.round(cpuCores(reserved.cpus) * 1e9),
    memoryBytes: reserved?.memory === undefined ? 0 : memoryBytes(reserved.memory),
    // Port 0 is chosen by the node itself, so it cannot be taken.
    hostPorts: (spec.hostPorts ?? []).filter((port) => port.publishedPort > 0).map((port) => `${port.protocol}/${port.publishedPort}`),
  }
}

export function requirementsOf(revision: Revision, placement: TaskTemplate['placement']): Requirements {
  const { template, serviceUid } = revision.spec
  const generic = Object.entries(template.resources?.reservations?.generic ?? {})
  return {
    serviceUid,
    ...footprintOf(revision),
    generic: generic.filter(([, amount]) => amount > 0).sort(([a], [b]) => (a < b ? -1 : 1)),
    plugins: pluginsOf(template),
    constraints: readConstraints(placement?.constraints),
    platforms: placement?.platforms ?? [],
    maxReplicasPerNode: placement?.maxReplicasPerNode ?? 0,
  }
}

/** Networks ask for no driver: each executor provides them in its own way (bridge, or nothing). */
function pluginsOf({ mounts, logDriver }: Revision['spec']['template']): Requirements['plugins'] {
  const drivers = (mounts ?? []).flatMap(({ type, driver }) => (type === 'Volume' && driver && driver !== 'local' ? [driver] : []))
  const volumes = drivers.map((name) => ({ type: 'Volume' as const, name }))
  const log = logDriver?.name
  return log && log !== 'none' ? [...volumes, { type: 'Log', name: log }] : volumes
}
