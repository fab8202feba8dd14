// What the controllers of the slot contract share: which events concern them, and the parameters they get.

import type { Clock } from '../../effects/effects.ts'
import type { Controller, ControllerStore, EventRecorder, Result } from '../runtime/controller.ts'
import type { NodeFacts } from './classify.ts'
import type { SlotIndex } from './slot-index.ts'

export interface SlotControllerDeps {
  readonly store: ControllerStore
  readonly clock: Clock
  readonly events: EventRecorder
  readonly slots: SlotIndex
  readonly nodes: NodeFacts
}

/** Keys are names of services: its own changes, those of its tasks, those of nodes that matter to it. */
export function watchSlots(slots: SlotIndex): Controller['watches'] {
  return {
    Service: (service) => [service.metadata.name],
    Task: (task) => [task.spec.service],
    Node: (node) => slots.servicesOn(node.metadata.name),
  }
}

/** Look again when time alone may have changed something. */
export function lookAgainAt(at: number | undefined, now: number): Result {
  return at === undefined ? {} : { requeueAfterMs: Math.max(1, at - now) }
}

/** The first of the times that are known. */
export function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}
