import assert from 'node:assert/strict'
import { test } from 'node:test'
import { task } from '../slots/testdata/notation.ts'
import { beyondHistory } from './reaper.ts'

const cases: readonly {
  readonly name: string
  readonly tasks: readonly string[]
  readonly limit: number
  readonly deleted: readonly number[]
}[] = [
  { name: 'the limit counts the live task, too', tasks: ['1:Failed#ok/S=', '2:Failed#ok/S=', '3:Running#ok'], limit: 2, deleted: [1] },
  { name: 'the oldest go first', tasks: ['3:Failed#ok/S=', '1:Failed#ok/S=', '2:Failed#ok/S=', '4:Running#ok'], limit: 2, deleted: [1, 2] },
  { name: 'a limit of 0 leaves what lives', tasks: ['1:Failed#ok/S=', '2:Running#ok'], limit: 0, deleted: [1] },
  { name: 'a negative limit keeps all history', tasks: ['1:Failed#ok/S=', '2:Running#ok'], limit: -1, deleted: [] },
  { name: 'but not what was to be removed', tasks: ['1:Shutdown#ok/X=', '2:Running#ok'], limit: -1, deleted: [1] },
  { name: 'a task that has not stopped stays', tasks: ['1:Running#ok/S=', '2:Running#ok'], limit: 1, deleted: [] },
  { name: 'so does one that was to be removed', tasks: ['1:Running#ok/X='], limit: 5, deleted: [] },
  { name: 'the claim of a finished slot stays: it is the slot’s memory', tasks: ['1:Failed#ok/S!'], limit: 0, deleted: [] },
]

for (const { name, tasks, limit, deleted } of cases) {
  test(name, () => {
    const found = beyondHistory(
      tasks.map((text) => task(text)),
      limit,
    )
    assert.deepEqual(found.map(({ spec }) => spec.attempt).toSorted(), deleted)
  })
}
