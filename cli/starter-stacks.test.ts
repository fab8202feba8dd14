import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { parseDuration } from '../api/duration.ts'
import { starterStacks } from './starter-stacks.ts'

const sample = readFileSync(join(import.meta.dirname, '../manifests/run.yml'), 'utf8')

for (const [name, text] of Object.entries({ ...starterStacks, 'manifests/run.yml': sample })) {
  test(`${name} fits a terminal, and its health checks leave a busy machine the time that it needs`, () => {
    for (const line of text.split('\n')) assert.ok(line.length <= 80, line)
    const { services } = parse(text) as { services: Record<string, { healthcheck?: Record<string, string> }> }
    for (const { healthcheck } of Object.values(services)) {
      if (healthcheck === undefined) continue
      assert.ok((parseDuration(healthcheck['timeout'] ?? '') ?? 0) >= 30_000)
      assert.ok((parseDuration(healthcheck['start_period'] ?? '') ?? 0) >= 60_000)
    }
  })
}
