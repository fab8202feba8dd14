import assert from 'node:assert/strict'
import type { Task } from '../../api/objects.ts'
import { cpuCores, memoryBytes } from '../../api/quantity.ts'
import type { StoreView } from '../../api/store.ts'
import { hasReached } from '../../api/task.ts'
import { type Checker, touchedTasks } from './checker.ts'

const rounding = 1e-9

/** What tasks reserve on a node, from assignment until they have ended, never exceeds what the node has. */
export function resourcesAreNeverOversubscribed(): Checker {
  return {
    name: 'resources are never oversubscribed',
    observe(observation) {
      const { view } = observation
      const nodes = new Set([...touchedTasks(observation)].flatMap(({ spec }) => spec.nodeName ?? []))
      for (const nodeName of nodes) {
        const resources = view.get('Node', nodeName)?.status.description?.resources
        if (resources === undefined) continue
        const held = [...view.tasksOnNode(nodeName)].filter((task) => hasReached(task, 'Assigned') && !hasReached(task, 'Complete'))
        const cpus = held.reduce((sum, task) => sum + cpuCores(reservations(view, task).cpus ?? '0'), 0)
        const memory = held.reduce((sum, task) => sum + memoryBytes(reservations(view, task).memory ?? '0'), 0)
        assert.ok(cpus <= resources.cpus + rounding, `${nodeName} has ${resources.cpus} cores and ${cpus} are reserved`)
        assert.ok(memory <= resources.memoryBytes, `${nodeName} has ${resources.memoryBytes} bytes and ${memory} are reserved`)
      }
    },
  }
}

function reservations(view: StoreView, task: Task): { readonly cpus?: string; readonly memory?: string } {
  return view.get('Revision', task.spec.revision)?.spec.template.resources?.reservations ?? {}
}
