import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runHealthTest } from './health-check.ts'

test('a health test that takes too long says how long it had, as people write it', async () => {
  const spec = {
    task: 'web.1',
    program: 'sleep',
    args: [],
    env: {},
    workingDir: '/',
    stopSignal: 'SIGTERM',
    graceMs: 0,
    ports: {},
    maxLogFileBytes: 0,
  } as const
  const result = await runHealthTest(spec, ['CMD-SHELL', 'exec sleep 60'], 1500, new AbortController().signal)
  assert.deepEqual(result, { healthy: false, output: 'took longer than 1.5s' })
})
