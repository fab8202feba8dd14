import assert from 'node:assert/strict'
import type { StoreView } from '../../api/store.ts'
import { isEnded, isOpen, slotOf } from '../../api/task.ts'
import type { Checker } from './checker.ts'

/** Once faults have ended every service is as its spec says: its slots filled, its rollout over, nothing left behind. */
export function converged(): Checker {
  return {
    name: 'it converges after faults end',
    observe() {},
    settled(view) {
      for (const service of view.list('Service')) {
        const { name, uid } = service.metadata
        const tasks = [...view.tasksOfService(uid)]
        const open = tasks.filter(isOpen)
        const finished = tasks.filter(({ spec }) => spec.verdict === 'Finished' && spec.desired !== 'Remove').map(slotOf)
        const filled = new Set([...open.map(slotOf), ...finished])
        const wanted = service.spec.mode === 'Global' ? nodesFor(view) : (service.spec.replicas ?? 1)
        assert.equal(filled.size, wanted, `${name}: ${wanted} slots are wanted, and ${filled.size} are filled`)
        assert.equal(new Set(open.map(slotOf)).size, open.length, `${name}: one task per slot`)
        for (const task of open)
          assert.equal(task.status.state, 'Running', `${task.metadata.name} is ${task.status.state}: ${task.status.error ?? ''}`)
        for (const task of tasks) assert.ok(isOpen(task) || isEnded(task), `${task.metadata.name} is still stopping`)
        const { update } = service.status
        assert.ok(
          update === undefined || update.of !== service.status.revision || !['Updating', 'RollbackStarted'].includes(update.state),
          `${name}: its rollout is still ${update?.state}`,
        )
      }
      for (const task of view.list('Task'))
        assert.ok(view.get('Service', task.spec.service) !== undefined, `${task.metadata.name} outlived its service`)
    },
  }
}

function nodesFor(view: StoreView): number {
  return [...view.list('Node')].filter(({ status, spec }) => status.state === 'Ready' && (spec.availability ?? 'Active') === 'Active')
    .length
}
