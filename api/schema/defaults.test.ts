import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { durationMs } from '../duration.ts'
import type { Metadata, Service } from '../objects.ts'
import { healthCheckOf, replicasOf, restartPolicyOf, stopGraceMs, updatePolicyOf, withDefaults } from './defaults.ts'

const metadata: Metadata = { name: 'a', uid: 'u', resourceVersion: 1, generation: 1, createdAt: 0 }

function service(spec: Service['spec']): Service {
  return { kind: 'Service', metadata, spec, status: {} }
}

test('defaults are filled in where the parent is there, and the stored object is left alone', () => {
  const stored = service({ template: { restart: {} }, endpoint: { ports: [{ targetPort: 80 }] } })
  const before = structuredClone(stored)
  const { spec } = withDefaults('Service', stored)
  assert.equal(spec.mode, 'Replicated')
  assert.equal(spec.template.stopGracePeriod, '10s')
  assert.deepEqual(spec.template.restart, { condition: 'Any', delay: '5s', maxAttempts: 0, window: '0s' })
  assert.deepEqual(spec.endpoint, {
    mode: 'VIP',
    ports: [{ targetPort: 80, protocol: 'TCP', publishMode: 'Ingress', proxyProtocol: 'None' }],
  })
  assert.equal(spec.update, undefined)
  assert.deepEqual(stored, before)
})

test('one spec is filled in once', () => {
  const stored = service({ template: {} })
  assert.equal(withDefaults('Service', stored).spec, withDefaults('Service', { ...stored }).spec)
})

test('filling in twice is filling in once, and what is given is kept', () => {
  const spec = fc.record(
    {
      replicas: fc.nat(),
      mode: fc.constantFrom('Replicated' as const, 'Global' as const),
      update: fc.record(
        { parallelism: fc.nat(), order: fc.constantFrom('StopFirst' as const, 'StartFirst' as const) },
        { requiredKeys: [] },
      ),
      template: fc.record(
        { image: fc.string(), restart: fc.record({ maxAttempts: fc.nat() }, { requiredKeys: [] }) },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['template'] },
  )
  fc.assert(
    fc.property(spec, (given) => {
      const once = withDefaults('Service', service(given))
      assert.deepEqual(withDefaults('Service', once), once)
      assert.partialDeepStrictEqual(once.spec, given)
    }),
  )
})

test('a restart policy that is there but empty means Any', () => {
  assert.deepEqual(restartPolicyOf({ restart: {} }), { condition: 'Any', delayMs: 5000, maxAttempts: 0, windowMs: 0 })
  assert.deepEqual(restartPolicyOf({ restart: {} }), restartPolicyOf({}))
})

test('the numbers for hot paths are those that the definitions give', () => {
  const { spec } = withDefaults('Service', service({ template: { restart: {}, healthCheck: {} }, update: {}, rollback: {} }))
  const { restart, healthCheck, stopGracePeriod } = spec.template
  const bare = service({ template: {} })
  const policy = restartPolicyOf(bare.spec.template)
  assert.deepEqual(
    [restart?.condition, durationMs(restart?.delay ?? ''), restart?.maxAttempts, durationMs(restart?.window ?? '')],
    [policy.condition, policy.delayMs, policy.maxAttempts, policy.windowMs],
  )
  for (const which of ['update', 'rollback'] as const) {
    const { parallelism, delay = '', monitor = '', failureAction, maxFailureRatio, order } = spec[which] ?? {}
    const expected = { parallelism, delayMs: durationMs(delay), monitorMs: durationMs(monitor), failureAction, maxFailureRatio, order }
    assert.deepEqual(updatePolicyOf(bare, which), expected)
  }
  const { interval = '', timeout = '', retries, startPeriod = '', startInterval = '' } = healthCheck ?? {}
  assert.deepEqual(healthCheckOf({ healthCheck: {} }), {
    test: [],
    intervalMs: durationMs(interval),
    timeoutMs: durationMs(timeout),
    retries,
    startPeriodMs: durationMs(startPeriod),
    startIntervalMs: durationMs(startInterval),
  })
  assert.equal(stopGraceMs({}), durationMs(stopGracePeriod ?? ''))
  assert.equal(replicasOf(bare), 1)
})

test('a health check of NONE is none', () => {
  assert.equal(healthCheckOf({ healthCheck: { test: ['NONE'] } }), undefined)
  assert.equal(healthCheckOf({}), undefined)
})
