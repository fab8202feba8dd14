import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countReplicas } from './replica-counts.ts'

for (const { desired, running, completed, summary } of [
  { desired: 3, running: 2, completed: 0, summary: '2/3' },
  { desired: 1, running: 0, completed: 1, summary: '1/1 done' },
  { desired: 3, running: 2, completed: 1, summary: '3/3 (1 done)' },
  { desired: 3, running: 0, completed: 1, summary: '1/3 (1 done)' },
  { desired: 0, running: 0, completed: 0, summary: '0/0' },
]) {
  test(`${running} running and ${completed} completed of ${desired} read ${summary}`, () => {
    assert.equal(countReplicas({ desired, running, completed }).summary, summary)
  })
}
