import assert from 'node:assert/strict'
import { test } from 'node:test'
import { howItEnded } from './how-it-ended.ts'

test('the end of a task in a few words: the cause, where the exit code is not it', () => {
  const end = { state: 'Failed', at: 0 } as const
  assert.equal(howItEnded({ status: { ...end, exitCode: 1, error: 'exited with code 1' } }), 'exited with 1')
  assert.equal(howItEnded({ status: { ...end, signal: 'SIGKILL' } }), 'was ended by SIGKILL')
  assert.equal(howItEnded({ status: { ...end, state: 'Rejected', error: 'no such image' } }), 'failed: no such image')
  const unhealthy = { ...end, health: 'Unhealthy', error: 'failed its health check: no /data' } as const
  assert.equal(howItEnded({ status: { ...unhealthy, exitCode: 0 } }), 'failed its health check: no /data')
  assert.equal(howItEnded({ status: { ...unhealthy, exitCode: 0, nodeFault: 'Stopped' } }), 'was stopped with its node')
})
