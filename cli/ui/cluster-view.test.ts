import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { WireObject } from '../../api/wire.ts'
import { ClusterView, type Counts, phaseOf, phases, type Task } from './cluster-view.ts'

type Status = Task['status']
type Spec = Task['spec']

function task(name: string, spec: Partial<Spec> = {}, status: Partial<Status> = {}): WireObject<'Task'> {
  return {
    apiVersion: 'kit/v1',
    kind: 'Task',
    metadata: { name, uid: name, resourceVersion: '1', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { service: 'web', serviceUid: 'u', slot: 1, revision: 'r', attempt: 1, desired: 'Running', ...spec },
    status: { state: 'Running', at: 1, ...status },
  }
}

test('what a task means to whoever looks at its service', () => {
  const table: readonly (readonly [phase: string, spec: Partial<Spec>, status: Partial<Status>])[] = [
    ['running', {}, {}],
    ['running', {}, { health: 'Healthy' }],
    ['unhealthy', {}, { health: 'Unhealthy' }],
    ['starting', {}, { state: 'Preparing' }],
    ['starting', {}, { state: 'New' }],
    ['pending', {}, { state: 'Pending', error: 'no node fits' }],
    ['starting', { desired: 'Ready' }, { state: 'Ready' }],
    ['stopping', { desired: 'Shutdown' }, { state: 'Running' }],
    ['failed', {}, { state: 'Failed' }],
    ['failed', { desired: 'Shutdown', verdict: 'Finished' }, { state: 'Rejected' }],
    ['done', { desired: 'Shutdown', verdict: 'Finished' }, { state: 'Complete' }],
    ['past', { desired: 'Shutdown', verdict: 'Replaced' }, { state: 'Failed' }],
    ['past', { desired: 'Remove' }, { state: 'Complete' }],
    ['past', { desired: 'Shutdown' }, { state: 'Shutdown' }],
  ]
  for (const [phase, spec, status] of table) assert.equal(phaseOf(task('a', spec, status)), phase, JSON.stringify({ spec, status }))
})

test('counts and indexes are those of the objects that are there, whatever happened before', () => {
  const change = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    isRemoved: fc.boolean(),
    service: fc.constantFrom('web', 'api'),
    nodeName: fc.constantFrom(undefined, 'n1', 'n2'),
    state: fc.constantFrom<Status['state']>('Pending', 'Running', 'Failed', 'Complete'),
    desired: fc.constantFrom<Spec['desired']>('Running', 'Shutdown'),
  })
  fc.assert(
    fc.property(fc.array(change), fc.boolean(), (changes, isReset) => {
      const view = new ClusterView()
      for (const { name, isRemoved, service, nodeName, state, desired } of changes) {
        if (isRemoved) view.remove('Task', name)
        else view.set('Task', task(name, { service, desired, ...(nodeName === undefined ? {} : { nodeName }) }, { state }))
      }
      if (isReset) view.reset('Task', [task('b'), task('z', { service: 'api', nodeName: 'n2' })])
      const all = [...view.all('Task').values()]
      const counted = (tasks: readonly Task[]): Counts => {
        const counts = Object.fromEntries(phases.map((phase) => [phase, 0])) as Record<keyof Counts, number>
        for (const each of tasks) counts[phaseOf(each)]++
        return counts
      }
      assert.deepEqual(view.counts(), counted(all))
      for (const service of ['web', 'api']) {
        const own = all.filter(({ spec }) => spec.service === service)
        assert.deepEqual(view.counts({ service }), counted(own))
        assert.deepEqual(new Set(view.tasksOf(service).keys()), new Set(own.map(({ metadata }) => metadata.name)))
      }
      for (const node of ['n1', 'n2']) {
        const own = all.filter(({ spec }) => spec.nodeName === node)
        assert.deepEqual(view.counts({ node }), counted(own))
        assert.deepEqual(new Set(view.tasksOn(node).values()), new Set(own))
      }
      for (const each of view.troubled.values()) assert.ok(all.includes(each))
    }),
  )
})
