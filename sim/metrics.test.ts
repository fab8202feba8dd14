// What a whole manager tells Prometheus, on simulated machines: it is true, and the same from the same seed.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { localAdmin } from '../api/request.ts'
import { inProcessClient } from '../client/in-process.ts'
import { SimulatedCluster } from './cluster.ts'
import { createSimulatedClock } from './effects/clock.ts'
import { SeededRandom } from './effects/random.ts'

class Run {
  readonly cluster = new SimulatedCluster({
    workers: 2,
    random: new SeededRandom(7),
    plan: () => ({ prepareMs: 1, startMs: 1, stopMs: 1 }),
    onEnded: () => undefined,
  })

  async start(): Promise<void> {
    const { cluster } = this
    await cluster.startAll()
    await cluster.until('all are there', () => this.#nodes('Ready') === 3)
    const { handle } = cluster
    assert.ok(handle !== undefined)
    const client = inProcessClient({ router: { handle }, clock: createSimulatedClock(cluster.queue), name: 'user' })
    const metadata = { name: 'web' }
    void client.create('Service', { apiVersion: 'kit/v1', kind: 'Service', metadata, spec: { replicas: 5, template: { image: 'i' } } })
    await cluster.until('it runs', () => cluster.store?.view.get('Service', 'web')?.status.replicas?.running === 5)
  }

  async loseWorker(): Promise<void> {
    this.cluster.kill('worker-1')
    await this.cluster.until('it is missed', () => this.#nodes('Down') === 1)
    await this.cluster.until('it runs elsewhere', () => this.cluster.store?.view.get('Service', 'web')?.status.replicas?.running === 5)
  }

  #nodes(state: string): number {
    return [...(this.cluster.store?.view.list('Node') ?? [])].filter(({ status }) => status.state === state).length
  }

  async metrics(): Promise<string> {
    const { handle, queue } = this.cluster
    const signal = new AbortController().signal
    const asked = handle?.({ method: 'GET', path: '/metrics', query: {}, headers: {}, identity: localAdmin, signal })
    assert.ok(asked !== undefined)
    const response = await queue.settle(asked)
    assert.ok('body' in response && typeof response.body === 'string')
    return response.body
  }
}

function samplesOf(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]))
}

test('a manager tells what its cluster runs, and what itself does', async () => {
  const run = new Run()
  await run.start()
  const { store } = run.cluster
  const told = samplesOf(await run.metrics())
  const expected = {
    'kit_service_replicas_desired{service="web"}': 5,
    'kit_service_replicas_running{service="web"}': 5,
    'kit_service_replicas_healthy{service="web"}': 5,
    'kit_tasks{state="Running"}': 5,
    'kit_nodes{role="Worker",state="Ready",availability="Active"}': 2,
    kit_agent_sessions: 3,
    kit_store_is_leader: 1,
    kit_store_has_leader: 1,
    kit_store_has_space: 1,
    kit_store_applied_index: store?.view.resourceVersion,
    'kit_workqueue_depth{controller="scheduler"}': 0,
    'kit_api_request_duration_seconds_count{verb="create",resource="services",code="201"}': 1,
  }
  for (const [sample, value] of Object.entries(expected)) assert.equal(told.get(sample), value, sample)
  // Every entry of the log was written in some batch, and each batch synced.
  assert.equal(told.get('kit_wal_batch_entries_sum'), store?.view.resourceVersion)
  assert.ok((told.get('kit_wal_fsync_duration_seconds_count') ?? 0) >= (told.get('kit_wal_batch_entries_count') ?? Number.NaN))
  assert.ok((told.get('kit_reconciles_total{controller="replicated",result="Done"}') ?? 0) > 0)
  assert.ok((told.get('kit_agent_heartbeat_delay_seconds_count') ?? 0) > 0)
  assert.ok((told.get('kit_events_total{component="node-lifecycle",type="Normal"}') ?? 0) > 0)
  const wallMs = createSimulatedClock(run.cluster.queue).wallMs()
  for (const certificate of ['root', 'node', 'first_node'])
    assert.ok((told.get(`kit_certificate_not_after_timestamp_seconds{certificate="${certificate}"}`) ?? 0) * 1000 > wallMs, certificate)

  await run.loseWorker()
  const after = samplesOf(await run.metrics())
  assert.equal(after.get('kit_nodes{role="Worker",state="Down",availability="Active"}'), 1)
  assert.equal(after.get('kit_agent_sessions'), 2)
  for (const [sample, value] of told)
    if (/_(total|count|sum|bucket)(\{|$)/.test(sample)) assert.ok((after.get(sample) ?? 0) >= value, `${sample} went back`)
  run.cluster.end()
})

test('of one seed all figures are the same', async () => {
  const [one, other] = await Promise.all(
    [new Run(), new Run()].map(async (run) => {
      await run.start()
      await run.loseWorker()
      const text = await run.metrics()
      run.cluster.end()
      return text
    }),
  )
  assert.equal(one, other)
})
