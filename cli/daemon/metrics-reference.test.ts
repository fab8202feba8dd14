// docs/observability.md has every metric of a manager, with what is declared of it: KIT_REWRITE=1 writes the tables.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Registry } from 'prom-client'
import { createClock } from '../../effects/real/clock.ts'
import { createDisk } from '../../effects/real/disk.ts'
import { createRandom } from '../../effects/real/random.ts'
import { NodeMetrics } from '../../node/metrics.ts'
import { openStore } from '../../store/open-store.ts'
import { measureProcess } from './process-metrics.ts'

const document = join(import.meta.dirname, '../../docs/observability.md')
const log = { debug() {}, info() {}, warn() {}, error() {} }

/** prom-client's types leave the names of labels out. */
function labelsOf(metric: object): readonly string[] {
  assert.ok('labelNames' in metric && Array.isArray(metric.labelNames))
  return metric.labelNames.filter((name) => name !== 'le')
}

function tableOf(registry: Registry): string {
  const rows = registry
    .getMetricsAsArray()
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((metric) => [
      `\`${metric.name}\``,
      metric.type,
      labelsOf(metric)
        .map((label) => `\`${label}\``)
        .join(', '),
      metric.help,
    ])
  return ['| metric | type | labels | what |', '|---|---|---|---|', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n')
}

async function ofNode(): Promise<Registry> {
  const directory = mkdtempSync(join(tmpdir(), 'kit-metrics-'))
  const clock = createClock()
  const deps = { clock, disk: createDisk(), random: createRandom(), log }
  const store = await openStore(deps, { directory, nodeId: 'n', clusterId: 'c', segmentBytes: 1024 * 1024 })
  const metrics = new NodeMetrics({ clock, version: '1' })
  metrics.expose(store, () => undefined)
  metrics.measureRequests(() => assert.fail('nobody asks'))
  await store.close()
  rmSync(directory, { recursive: true })
  return metrics.registry
}

for (const [what, registry] of [
  ['kit', await ofNode()],
  ['the process', measureProcess()],
] as const)
  test(`the metrics of ${what} are those of docs/observability.md`, () => {
    const text = readFileSync(document, 'utf8')
    const block = new RegExp(`(<!-- metrics of ${what}: [^\\n]* -->\\n)([\\s\\S]*?)(<!-- end -->)`)
    const table = `${tableOf(registry)}\n`
    if (process.env['KIT_REWRITE'] === '1')
      writeFileSync(
        document,
        text.replace(block, (_, begin, _old, end) => `${begin}${table}${end}`),
      )
    else assert.equal(block.exec(text)?.[2], table)
  })

test('names and units are as Prometheus wants them', async () => {
  for (const metric of (await ofNode()).getMetricsAsArray()) {
    assert.match(metric.name, /^kit_[a-z]+(_[a-z]+)*$/)
    assert.equal(metric.name.endsWith('_total'), String(metric.type) === 'counter', metric.name)
    assert.doesNotMatch(metric.name, /_(ms|milliseconds|minutes|days|kb|mb)(_|$)/)
    assert.ok(metric.help.endsWith('.'), metric.name)
  }
})
