// What tasks use: counters of a control group, written by hand; the tree of processes is in the executor's suite.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { usageOfCgroup } from './usage.ts'

test('a control group tells its CPU time, its memory without spare files, its limit and its processes', (context) => {
  const directory = mkdtempSync(join(tmpdir(), 'kit-usage-'))
  context.after(() => rmSync(directory, { recursive: true }))
  const files = {
    'cpu.stat': 'usage_usec 1500000\nuser_usec 1000000\n',
    'memory.current': '5000\n',
    'memory.stat': 'anon 3000\ninactive_file 1000\n',
    'memory.max': 'max\n',
    'pids.current': '3\n',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  assert.deepEqual(usageOfCgroup(directory), { cpuMs: 1500, memoryBytes: 4000, processes: 3 })
  writeFileSync(join(directory, 'memory.max'), '10000\n')
  assert.equal(usageOfCgroup(directory)?.memoryLimitBytes, 10_000)
  assert.equal(usageOfCgroup(join(directory, 'nothing')), undefined)
})
