import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service, Task, UpdateStatus } from '../../api/objects.ts'
import type { UpdatePolicyMs } from '../../api/schema/defaults.ts'
import { now, type ServiceOptions, service, task } from '../slots/testdata/notation.ts'
import { decide, type RolloutFacts, type RolloutStep } from './decide.ts'

const policy: UpdatePolicyMs = {
  parallelism: 2,
  delayMs: 1000,
  monitorMs: 5000,
  failureAction: 'Rollback',
  maxFailureRatio: 0,
  order: 'StopFirst',
}
const quiet: RolloutFacts = {
  outOfDate: 0,
  inTheAir: 0,
  unsettled: 0,
  lastSettledAt: 0,
  uncounted: [],
  best: undefined,
  countOthers: () => 3,
  now,
}
const crashed: Task = task('2:Failed#ok/o')

function step(options: ServiceOptions, facts: Partial<RolloutFacts>, change: Partial<UpdatePolicyMs> = {}): RolloutStep {
  return decide(service(options), { ...policy, ...change }, { ...quiet, ...facts })
}

const cases: readonly {
  readonly name: string
  readonly service: ServiceOptions
  readonly facts: Partial<RolloutFacts>
  readonly policy?: Partial<UpdatePolicyMs>
  readonly expected: object
}[] = [
  {
    name: 'slots out of date start a rollout to the present revision',
    service: {},
    facts: { outOfDate: 2 },
    expected: { kind: 'start', update: { state: 'Updating', target: 'r2', from: 'r1', total: 2 } },
  },
  { name: 'none out of date start nothing', service: {}, facts: {}, expected: { kind: 'rest' } },
  { name: 'a paused service starts nothing', service: { update: 'Paused' }, facts: { outOfDate: 2 }, expected: { kind: 'rest' } },
  {
    name: 'while a rollback holds a new rollout is a rollback',
    service: { update: 'RollbackCompleted' },
    facts: { outOfDate: 1 },
    expected: { kind: 'start', update: { state: 'RollbackStarted', target: 'r1' } },
  },
  {
    name: 'the budget is what the parallelism leaves',
    service: { update: 'Updating' },
    facts: { outOfDate: 3, inTheAir: 1, unsettled: 1 },
    expected: { kind: 'roll', budget: 1 },
  },
  {
    name: 'a parallelism of 0 means all',
    service: { update: 'Updating' },
    facts: { outOfDate: 3 },
    policy: { parallelism: 0 },
    expected: { kind: 'roll', budget: Number.POSITIVE_INFINITY },
  },
  {
    name: 'a failure turns the rollout round',
    service: { update: 'Updating' },
    facts: { uncounted: [crashed] },
    expected: { kind: 'count', turnsRound: true, update: { state: 'RollbackStarted', target: 'r1', total: 3, failures: 0 } },
  },
  {
    name: 'or pauses it',
    service: { update: 'Updating' },
    facts: { uncounted: [crashed] },
    policy: { failureAction: 'Pause' },
    expected: { kind: 'count', update: { state: 'Paused', failures: 1 } },
  },
  {
    name: 'or is only counted',
    service: { update: 'Updating' },
    facts: { uncounted: [crashed] },
    policy: { failureAction: 'Continue' },
    expected: { kind: 'count', update: { state: 'Updating', failures: 1 } },
  },
  {
    name: 'a tolerated share does nothing: half is not more than half',
    service: { update: 'Updating' },
    facts: { uncounted: [crashed] },
    policy: { maxFailureRatio: 0.5 },
    expected: { kind: 'count', update: { state: 'Updating', failures: 1 } },
  },
  {
    name: 'a rollback is never rolled back',
    service: { update: 'RollbackStarted' },
    facts: { uncounted: [crashed] },
    expected: { kind: 'count', turnsRound: false, update: { state: 'RollbackPaused' } },
  },
  {
    name: 'somebody pauses a rollout',
    service: { update: 'Updating', paused: true },
    facts: { outOfDate: 1 },
    expected: { kind: 'pause', update: { state: 'Paused', requested: true } },
  },
  {
    name: 'or the way back',
    service: { update: 'RollbackStarted', paused: true },
    facts: {},
    expected: { kind: 'pause', update: { state: 'RollbackPaused', requested: true } },
  },
  {
    name: 'a failure is counted before it stands still',
    service: { update: 'Updating', paused: true },
    facts: { uncounted: [crashed] },
    policy: { failureAction: 'Pause' },
    expected: { kind: 'count', update: { state: 'Paused', failures: 1 } },
  },
  {
    name: 'one that failures paused counts on',
    service: { update: 'Paused' },
    facts: { uncounted: [crashed] },
    policy: { failureAction: 'Pause' },
    expected: { kind: 'count', update: { state: 'Paused', failures: 1 } },
  },
  {
    name: 'a rollback that failures paused is never rolled back',
    service: { update: 'RollbackPaused' },
    facts: { uncounted: [crashed] },
    expected: { kind: 'count', turnsRound: false, update: { state: 'RollbackPaused' } },
  },
  {
    name: 'all settled and watched long enough is the end',
    service: { update: 'Updating' },
    facts: { lastSettledAt: now - 6000 },
    expected: { kind: 'finish', update: { state: 'Completed' }, lastGood: 'r2' },
  },
  {
    name: 'not before delay and monitor have passed',
    service: { update: 'Updating' },
    facts: { lastSettledAt: now - 5999 },
    expected: { kind: 'roll', budget: 0, finishAt: now + 1 },
  },
  {
    name: 'a delay as long as the monitor extends the watch',
    service: { update: 'Updating' },
    facts: { lastSettledAt: now - 10_999 },
    policy: { delayMs: 5000 },
    expected: { kind: 'roll', finishAt: now + 1 },
  },
  {
    name: 'a rollback that is over makes nothing good',
    service: { update: 'RollbackStarted' },
    facts: { lastSettledAt: now - 6000 },
    expected: { kind: 'finish', update: { state: 'RollbackCompleted' }, lastGood: undefined },
  },
]

for (const { name, service: options, facts, policy: change, expected } of cases) {
  test(name, () => assert.partialDeepStrictEqual(step(options, facts, change), expected))
}

/** A rollout that stands still. */
function still(update: Partial<UpdateStatus>, spec: Partial<Service['spec']> = {}): Service {
  const stands = service({ update: 'Paused' })
  return {
    ...stands,
    spec: { ...stands.spec, ...spec },
    status: { ...stands.status, update: { ...(stands.status.update ?? assert.fail()), ...update } },
  }
}

const goesOn: readonly (readonly [name: string, service: Service, expected: object])[] = [
  ['what somebody paused waits for them', still({ requested: true }, { paused: true }), { kind: 'rest' }],
  ['and then goes on', still({ requested: true }), { kind: 'resume', update: { state: 'Updating', requested: undefined } }],
  [
    'so does the way back, and it stays known why',
    still({ requested: true, state: 'RollbackPaused', reason: 'it failed' }),
    { kind: 'resume', update: { state: 'RollbackStarted', reason: 'it failed' } },
  ],
  ['failures that nobody accepted hold it', still({ failures: 1 }), { kind: 'rest' }],
  [
    'accepted ones do not',
    still({ failures: 1, reason: 'it failed' }, { acceptedFailures: { rollout: 'u1', count: 1 } }),
    { kind: 'resume', update: { state: 'Updating', failures: 1, reason: undefined } },
  ],
  ['unless there are more by now', still({ failures: 2 }, { acceptedFailures: { rollout: 'u1', count: 1 } }), { kind: 'rest' }],
  ['or it was another rollout', still({ failures: 1 }, { acceptedFailures: { rollout: 'u0', count: 1 } }), { kind: 'rest' }],
  [
    'or somebody wants it paused all the same',
    still({ failures: 1 }, { acceptedFailures: { rollout: 'u1', count: 1 }, paused: true }),
    { kind: 'rest' },
  ],
]
for (const [name, stands, expected] of goesOn) {
  test(`of a rollout that stands still: ${name}`, () => {
    const step = decide(stands, policy, { ...quiet, outOfDate: 1 })
    assert.deepEqual({ kind: step.kind, ...('update' in step ? { update: pick(step.update, expected) } : {}) }, expected)
  })
}

/** Those fields that the expectation names. */
function pick(update: object, expected: object): object {
  const named: object = 'update' in expected && typeof expected.update === 'object' && expected.update !== null ? expected.update : {}
  return Object.fromEntries(Object.keys(named).map((key) => [key, Object.entries(update).find(([name]) => name === key)?.[1]]))
}

test('with accepted failures the next one pauses or turns round as it would without them', () => {
  const going = still({ state: 'Updating', failures: 1, total: 10 }, { acceptedFailures: { rollout: 'u1', count: 1 } })
  const next = (maxFailureRatio: number): RolloutStep =>
    decide(going, { ...policy, failureAction: 'Pause', maxFailureRatio }, { ...quiet, uncounted: [crashed] })
  assert.partialDeepStrictEqual(next(0), { kind: 'count', update: { state: 'Paused', failures: 2 } })
  assert.partialDeepStrictEqual(next(0.1), { kind: 'count', update: { state: 'Updating', failures: 2 } })
})

test('a task that ran longer than the monitor time is counted, not as a failure', () => {
  const late: Task = { ...crashed, status: { ...crashed.status, startedAt: now - 10_000, at: now } }
  assert.partialDeepStrictEqual(step({ update: 'Updating' }, { uncounted: [late] }), {
    kind: 'count',
    update: { failures: 0, state: 'Updating' },
  })
})

test('a task that ended with its node, or was given up with it, is counted, not as a failure', () => {
  const given: Task['status'][] = [
    { ...crashed.status, nodeFault: 'Stopped' },
    { ...crashed.status, state: 'Orphaned' },
  ]
  for (const status of given) {
    const gone: Task = { ...crashed, status }
    assert.partialDeepStrictEqual(step({ update: 'Updating' }, { uncounted: [gone] }), {
      kind: 'count',
      tasks: [gone],
      update: { failures: 0, state: 'Updating' },
    })
  }
})

/** Began to run so long ago. */
function running(text: string, agoMs: number): Task {
  const best = task(text)
  return { ...best, spec: { ...best.spec, settledAt: now - agoMs } }
}

function withoutGood(): Service {
  const { lastGood: _, ...status } = service().status
  return { ...service(), status }
}

test('the first revision of a service is good once something of it has run for the monitor time, or has finished', () => {
  const step = (best: Task | undefined): RolloutStep => decide(withoutGood(), policy, { ...quiet, best })
  assert.deepEqual(step(undefined), { kind: 'rest' })
  assert.deepEqual(step(running('3:Running#ok', 4999)), { kind: 'rest', goodAt: now + 1 })
  assert.deepEqual(step(running('3:Running#ok', 5000)), { kind: 'good', lastGood: 'r2' })
  assert.deepEqual(step(task('1:Complete#ok/!')), { kind: 'good', lastGood: 'r2' })
  assert.deepEqual(step(running('1:Running@r1#ok', 9000)), { kind: 'rest' })
})

test('so is one that no rollout brought because nothing ran; what a rollout watches is good by its end', () => {
  const best = running('1:Running#ok', 9000)
  assert.deepEqual(decide(service(), policy, { ...quiet, best }), { kind: 'good', lastGood: 'r2' })
  assert.deepEqual(decide(service({ update: 'Completed' }), policy, { ...quiet, best }), { kind: 'rest' })
  assert.deepEqual(decide(service({ update: 'RollbackCompleted' }), policy, { ...quiet, best }), { kind: 'rest' })
})

test('a first revision that is replaced sooner is good if it runs and its slot has never failed', () => {
  const from = (best: Task | undefined) => {
    const step = decide(withoutGood(), policy, { ...quiet, outOfDate: 1, best })
    assert.ok(step.kind === 'start' && step.update.from === step.lastGood)
    return step.lastGood
  }
  assert.equal(from(undefined), undefined)
  assert.equal(from(running('1:Running@r1#ok', 10)), 'r1')
  assert.equal(from(running('4:Running@r1#ok', 10)), undefined)
  assert.equal(from(running('4:Running@r1#ok', 5000)), 'r1')
  assert.equal(from(running('1:Running#ok', 10)), undefined)
})

test('without a good revision a failing rollout pauses', () => {
  const { from: _, ...update } = service({ update: 'Updating' }).status.update ?? assert.fail()
  const first = { ...withoutGood(), status: { ...withoutGood().status, update } }
  assert.partialDeepStrictEqual(decide(first, policy, { ...quiet, uncounted: [crashed] }), { kind: 'count', update: { state: 'Paused' } })
})

test('a rollout that went on over too many failures completes, and makes nothing good', () => {
  const going = service({ update: 'Updating' })
  const update = { ...(going.status.update ?? assert.fail()), failures: 2 }
  const facts = { ...quiet, lastSettledAt: now - 6000 }
  const end = (change: Partial<UpdatePolicyMs>): RolloutStep =>
    decide({ ...going, status: { ...going.status, update } }, { ...policy, failureAction: 'Continue', ...change }, facts)
  assert.partialDeepStrictEqual(end({}), { kind: 'finish', update: { state: 'Completed' }, lastGood: undefined })
  assert.partialDeepStrictEqual(end({ maxFailureRatio: 1 }), { kind: 'finish', lastGood: 'r2' })
})

test('no more failures are counted at once than one commit takes', () => {
  const uncounted = Array.from({ length: 2_500 }, (_, at) => task('2:Failed#ok/o', at + 1))
  const counted = step({ update: 'Updating' }, { uncounted }, { failureAction: 'Continue' })
  assert(counted.kind === 'count')
  assert.equal(counted.tasks.length, 999)
  assert.equal(counted.update.failures, 999)
})
