import assert from 'node:assert/strict'
import { test } from 'node:test'
import { labels } from './container-options.ts'
import { exitOf } from './exit.ts'

const ended = (exitCode: number, boot: string) =>
  exitOf({ exitCode, outOfMemory: false, finishedAt: 7, labels: { [labels.boot]: boot } }, 'now')

test('a container of an earlier start of the machine went down with it, unless it had finished its work', () => {
  assert.deepEqual(ended(143, 'before'), { signal: 'SIGTERM', reason: 'its machine was stopped', nodeFault: 'Stopped', at: 7 })
  assert.deepEqual(ended(255, 'before'), { exitCode: 255, reason: 'its machine was stopped', nodeFault: 'Stopped', at: 7 })
  assert.deepEqual(ended(0, 'before'), { exitCode: 0, at: 7 })
})

test('one of this start ended by itself', () => {
  assert.deepEqual(ended(143, 'now'), { signal: 'SIGTERM', at: 7 })
})
