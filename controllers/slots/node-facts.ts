// What the slot rules ask about nodes, answered from the store: does a node satisfy a placement, and do
// the tasks on it still fit it.

import { placementHash } from '../../api/content-name.ts'
import type { Node, Service, Task, TaskTemplate } from '../../api/objects.ts'
import { cpuCores, memoryBytes } from '../../api/quantity.ts'
import type { StoreView } from '../../api/store.ts'
import { isOpen } from '../../api/task.ts'
import { satisfiesPlacement } from '../scheduler/filters.ts'
import type { NodeFacts } from './classify.ts'

type Resources = NonNullable<Node['status']['description']>['resources']

interface Reserved {
  readonly cpus: number
  readonly memoryBytes: number
  readonly generic: Readonly<Record<string, number>>
}

const rounding = 1e-9

export function createNodeFacts(view: StoreView): NodeFacts {
  const hashes = new WeakMap<TaskTemplate, string>()
  const reservedBy = new WeakMap<TaskTemplate, Reserved>()
  /** Of each description of a node's resources, the tasks that no longer fitted when it was first seen. */
  const overflowing = new WeakMap<Resources, ReadonlySet<string>>()

  function reservations(template: TaskTemplate): Reserved {
    const known = reservedBy.get(template)
    if (known !== undefined) return known
    const { cpus, memory, generic = {} } = template.resources?.reservations ?? {}
    const reserved = { cpus: cpus === undefined ? 0 : cpuCores(cpus), memoryBytes: memory === undefined ? 0 : memoryBytes(memory), generic }
    reservedBy.set(template, reserved)
    return reserved
  }

  /** Oldest tasks keep their place, so that a node which shrank gives up as few and as young ones as possible. */
  function findOverflowing(node: Node, resources: Resources): ReadonlySet<string> {
    const tasks = [...view.tasksOnNode(node.metadata.name)]
      .filter(isOpen)
      .toSorted((a, b) => a.metadata.createdAt - b.metadata.createdAt || (a.metadata.name < b.metadata.name ? -1 : 1))
    const over = new Set<string>()
    let cpus = resources.cpus
    let memory = resources.memoryBytes
    const generic = new Map(Object.entries(resources.generic ?? {}).map(([kind, values]) => [kind, amountOf(values)]))
    for (const task of tasks) {
      const template = view.get('Revision', task.spec.revision)?.spec.template
      if (template === undefined) continue
      const wanted = reservations(template)
      const fits =
        wanted.cpus <= cpus + rounding &&
        wanted.memoryBytes <= memory &&
        Object.entries(wanted.generic).every(([kind, count]) => count <= (generic.get(kind) ?? 0))
      if (!fits) {
        over.add(task.metadata.name)
        continue
      }
      cpus -= wanted.cpus
      memory -= wanted.memoryBytes
      for (const [kind, count] of Object.entries(wanted.generic)) generic.set(kind, (generic.get(kind) ?? 0) - count)
    }
    return over
  }

  return {
    node: (name) => view.get('Node', name),
    satisfies: (node, service) => satisfiesPlacement(node, service.spec.template.placement),
    placementHash(service: Service) {
      const { template } = service.spec
      const known = hashes.get(template) ?? placementHash(template.placement)
      hashes.set(template, known)
      return known
    },
    whyUnfit(task: Task, service: Service, node: Node) {
      if (!satisfiesPlacement(node, service.spec.template.placement)) return 'ConstraintsNotSatisfied'
      const resources = node.status.description?.resources
      if (resources === undefined) return undefined
      const over = overflowing.get(resources) ?? findOverflowing(node, resources)
      overflowing.set(resources, over)
      return over.has(task.metadata.name) ? 'ResourcesNotAvailable' : undefined
    },
  }
}

/** Discrete resources are one number; named ones are as many as there are names. */
function amountOf(values: readonly string[]): number {
  const [only] = values
  return values.length === 1 && only !== undefined && /^\d+$/.test(only) ? Number(only) : values.length
}
