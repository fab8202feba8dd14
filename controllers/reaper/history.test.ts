import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UpdateStatus } from '../../api/objects.ts'
import { service, task } from '../slots/testdata/notation.ts'
import { beyondHistory } from './reaper.ts'

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
