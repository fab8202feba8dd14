import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatusError } from '../../api/errors.ts'
import type { Task, UpdateStatus } from '../../api/objects.ts'
import type { Commit } from '../../api/store.ts'
import { createSimulatedClock } from '../../sim/effects/clock.ts'
import { EventQueue } from '../../sim/effects/event-queue.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { service, task } from '../slots/testdata/notation.ts'
import { beyondHistory, reaperController } from './reaper.ts'

const clock = createSimulatedClock(new EventQueue())

const cases: readonly {
  readonly name: string
  readonly tasks: readonly string[]
  readonly limit: number
  readonly update?: UpdateStatus['state']
  readonly deleted: readonly number[]
}[] = [
  { name: 'the limit counts the live task, too', tasks: ['1:Failed#ok/S=', '2:Failed#ok/S=', '3:Running#ok'], limit: 2, deleted: [1] },
  { name: 'the oldest go first', tasks: ['3:Failed#ok/S=', '1:Failed#ok/S=', '2:Failed#ok/S=', '4:Running#ok'], limit: 2, deleted: [1, 2] },
  { name: 'a limit of 0 leaves what lives', tasks: ['1:Failed#ok/S=', '2:Running#ok'], limit: 0, deleted: [1] },
  { name: 'a negative limit keeps all history', tasks: ['1:Failed#ok/S=', '2:Running#ok'], limit: -1, deleted: [] },
  { name: 'but not what was to be removed', tasks: ['1:Shutdown#ok/X=', '2:Running#ok'], limit: -1, deleted: [1] },
  { name: 'a task that has not stopped stays', tasks: ['1:Running#ok/S=', '2:Running#ok'], limit: 1, deleted: [] },
  { name: 'so does one that was to be removed', tasks: ['1:Running#ok/X='], limit: 5, deleted: [] },
  {
    name: 'a failure that the rollout has not counted yet stays, however often it was replaced',
    tasks: ['1:Failed#ok/S=o', '2:Failed#ok/S=o', '3:Running#ok/o'],
    limit: 1,
    update: 'Updating',
    deleted: [],
  },
  { name: 'also one that was to be removed', tasks: ['1:Failed#ok/X=o'], limit: 1, update: 'RollbackStarted', deleted: [] },
  { name: 'a counted one goes', tasks: ['1:Failed#ok/S=oc', '2:Running#ok/o'], limit: 1, update: 'Updating', deleted: [1] },
  { name: 'one that was stopped goes', tasks: ['1:Shutdown#ok/S=uo', '2:Running#ok/o'], limit: 1, update: 'Updating', deleted: [1] },
  {
    name: 'nobody counts once the rollout is over',
    tasks: ['1:Failed#ok/S=o', '2:Running#ok/o'],
    limit: 1,
    update: 'Completed',
    deleted: [1],
  },
  { name: 'or for another rollout', tasks: ['1:Failed#ok/S=', '2:Running#ok/o'], limit: 1, update: 'Updating', deleted: [1] },
  { name: 'the claim of a finished slot stays: it is the slot’s memory', tasks: ['1:Failed#ok/S!'], limit: 0, deleted: [] },
]

for (const { name, tasks, limit, update, deleted } of cases) {
  test(name, () => {
    const found = beyondHistory(
      tasks.map((text) => task(text)),
      service(update === undefined ? {} : { update }),
      limit,
    )
    assert.deepEqual(found.map(({ spec }) => spec.attempt).toSorted(), deleted)
  })
}

test('a task that lives wakes nobody, unless its slot has more than it', async () => {
  const store = createMemoryStore()
  const controller = reaperController({ store, clock })
  const keys = (object: Task, previous?: Task): readonly string[] => controller.watches.Task?.(object, previous) ?? []
  await store.commit({ writes: [{ op: 'create', object: service() }] })
  const first = task('1:Running#ok')
  await store.commit({ writes: [{ op: 'create', object: first }] })
  assert.deepEqual(keys(first), [])
  assert.deepEqual(keys(task('1:Running#ok'), task('1:Starting#ok')), [])
  assert.deepEqual(keys(task('1:Failed#ok'), first), ['history:'])
  const second = task('2:Pending')
  await store.commit({ writes: [{ op: 'create', object: second }] })
  assert.deepEqual(keys(second), ['history:'])
  const stray = task('1:Running#ok')
  assert.deepEqual(keys({ ...stray, spec: { ...stray.spec, serviceUid: 'another' } }, stray), ['history:'])
})

test('what is past the history of many slots goes in few entries, and what has to be tried again is', async () => {
  const memory = createMemoryStore()
  await memory.commit({ writes: [{ op: 'create', object: service() }] })
  const tasks = Array.from({ length: 64 }, (_, at) => task('1:Shutdown#ok/X=', at + 1))
  await memory.commit({ writes: tasks.map((object) => ({ op: 'create', object })) })
  let commits = 0
  const store = {
    ...memory,
    async commit(commit: Commit) {
      commits += 1
      if (commits <= 4) throw new StatusError('Unavailable', 'no space left')
      return memory.commit(commit)
    },
  }
  const controller = reaperController({ store, clock })
  for (const each of tasks) controller.watches.Task?.(each, undefined)
  const { signal } = new AbortController()
  await assert.rejects(controller.reconcile('history:', signal), /no space left/)
  await controller.reconcile('history:', signal)
  assert.equal(memory.view.count('Task'), 0)
  assert.equal(commits, 8)
})
