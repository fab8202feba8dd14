import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service, UpdateStatus } from '../api/objects.ts'
import { assess, type ServiceView, type TaskView, withoutLost, withoutReplaced } from './convergence.ts'

const now = 100_000

const endpoint = { ports: [{ protocol: 'TCP', targetPort: 80, publishedPort: 8080, publishMode: 'Ingress' }] } as const

function service(status: Partial<Service['status']> = {}, replicas = 2, spec: Partial<Service['spec']> = {}): ServiceView {
  return {
    metadata: { name: 'web', generation: 3 },
    spec: { mode: 'Replicated', replicas, template: { image: 'web' }, ...spec },
    status: { revision: 'r2', revisionGeneration: 3, replicas: { desired: replicas, running: 0 }, ...status },
  }
}

/** `1:Running`, `2:Failed!` (finished for good), `2:Unhealthy` (failed for that, with exit code 0), `1:Running@r1` (of revision r1), `1:Running-` (told to stop); up for 20 s. */
function task(text: string): TaskView {
  const [, slot = '1', state = 'Running', finished, revision = 'r2', leaving] = /^(\d+):(\w+?)(!)?(?:@(\w+))?(-)?$/.exec(text) ?? []
  return {
    metadata: { name: `web.${slot}` },
    spec: {
      service: 'web',
      serviceUid: 'u',
      slot: Number(slot),
      revision,
      attempt: leaving === undefined ? 2 : 1,
      desired: finished === undefined && leaving === undefined ? 'Running' : 'Shutdown',
      ...(finished === undefined ? {} : { verdict: 'Finished' as const }),
    },
    status: {
      state: state === 'Unhealthy' ? 'Failed' : (state as TaskView['status']['state']),
      at: now - 20_000,
      startedAt: now - 20_000,
      ...(state === 'Failed' ? { exitCode: 1 } : {}),
      ...(state === 'Unhealthy' ? { exitCode: 0, health: 'Unhealthy' as const, error: 'failed its health check: no /data' } : {}),
      ...(state === 'Pending' ? { error: 'no suitable node' } : {}),
    },
  }
}

function update(state: UpdateStatus['state'], more: Partial<UpdateStatus> = {}): Partial<Service['status']> {
  return {
    update: {
      id: 'x',
      of: 'r2',
      target: state.startsWith('Rollback') ? 'r1' : 'r2',
      state,
      startedAt: 0,
      total: 2,
      failures: 1,
      reason: 'web.1 exited with 1',
      ...more,
    },
  }
}

const cases: readonly {
  readonly name: string
  readonly service?: ServiceView
  readonly tasks: readonly string[]
  readonly outcome: string
  readonly stuck?: boolean
  readonly reason?: RegExp
}[] = [
  { name: 'all slots up for the monitor time', tasks: ['1:Running', '2:Running'], outcome: 'converged' },
  { name: 'a slot is missing', tasks: ['1:Running'], outcome: 'converging' },
  { name: 'a task has not started yet', tasks: ['1:Running', '2:Preparing'], outcome: 'converging', stuck: false },
  { name: 'a task of the old revision still runs', tasks: ['1:Running', '2:Running@r1'], outcome: 'converging' },
  { name: 'an old task is still stopping', tasks: ['1:Running', '2:Running', '1:Running-'], outcome: 'converging', reason: /stopping/ },
  { name: 'what is left fits nowhere', tasks: ['1:Running', '2:Pending'], outcome: 'converging', stuck: true, reason: /no suitable node/ },
  {
    name: 'a port that another service has keeps its tasks from being placed, and is said',
    service: service({
      conditions: [
        { type: 'PortsAllocated', status: 'False', reason: 'PortTaken', message: 'port 80/tcp is already published by service a' },
      ],
    }),
    tasks: ['1:New', '2:New'],
    outcome: 'converging',
    stuck: true,
    reason: /^port 80\/tcp is already published by service a$/,
  },
  {
    name: 'one that starts and one that fits nowhere are not stuck',
    tasks: ['1:Preparing', '2:Pending'],
    outcome: 'converging',
    stuck: false,
  },
  {
    name: 'a task that follows one which failed says why that failed',
    tasks: ['1:Running', '2:Failed-', '2:Preparing'],
    outcome: 'converging',
    stuck: false,
    reason: /^the last attempt exited with 1$/,
  },
  {
    name: 'a failed health check is why it ended, whatever its exit code',
    tasks: ['1:Running', '2:Unhealthy-', '2:Preparing'],
    outcome: 'converging',
    stuck: false,
    reason: /^the last attempt failed its health check: no \/data$/,
  },
  {
    name: 'failures of an older revision say nothing of this one',
    tasks: ['1:Running', '2:Failed@r1-', '2:Preparing'],
    outcome: 'converging',
    reason: /^$/,
  },
  {
    name: 'an old failure where all is well now says nothing of another slot',
    tasks: ['1:Failed-', '1:Running', '2:Preparing'],
    outcome: 'converging',
    reason: /^$/,
  },
  { name: 'a one-shot task that completed is done', tasks: ['1:Complete!', '2:Running'], outcome: 'converged' },
  {
    name: 'one that completed at an older revision is still to be replaced',
    tasks: ['1:Complete!@r1', '2:Running'],
    outcome: 'converging',
  },
  { name: 'a task that failed for good is a failure', tasks: ['1:Failed!', '2:Running'], outcome: 'failed', reason: /exited with 1/ },
  { name: 'a failure of an older revision does not count', service: service({}, 1), tasks: ['1:Failed!@r1'], outcome: 'converging' },
  {
    name: 'a paused update has failed',
    service: service(update('Paused')),
    tasks: ['1:Running', '2:Running'],
    outcome: 'failed',
    reason: /paused/,
  },
  {
    name: 'an update that somebody paused says how it goes on',
    service: service(update('Paused', { requested: true }), 2, { paused: true }),
    tasks: ['1:Running', '2:Running@r1'],
    outcome: 'failed',
    reason: /somebody paused the update; `kit rollout resume web` goes on/,
  },
  {
    name: 'one that somebody lets go on is about to',
    service: service(update('Paused', { requested: true })),
    tasks: ['1:Running', '2:Running@r1'],
    outcome: 'converging',
    reason: /about to go on/,
  },
  {
    name: 'so is one whose failures are accepted',
    service: service(update('Paused'), 2, { acceptedFailures: { rollout: 'x', count: 1 } }),
    tasks: ['1:Running', '2:Running@r1'],
    outcome: 'converging',
  },
  {
    name: 'those of another rollout are no help',
    service: service(update('Paused'), 2, { acceptedFailures: { rollout: 'y', count: 1 } }),
    tasks: ['1:Running', '2:Running@r1'],
    outcome: 'failed',
  },
  {
    name: 'a rollback under way goes on',
    service: service(update('RollbackStarted')),
    tasks: ['1:Running', '2:Running'],
    outcome: 'converging',
  },
  {
    name: 'a rollback that is over is told',
    service: service(update('RollbackCompleted')),
    tasks: ['1:Running@r1', '2:Running@r1'],
    outcome: 'rolledBack',
  },
  { name: 'a revision that is not made yet is waited for', service: service({ revisionGeneration: 2 }), tasks: [], outcome: 'converging' },
  {
    name: 'a port that nodes do not listen on yet is waited for',
    service: service({ endpoint }),
    tasks: ['1:Running', '2:Running'],
    outcome: 'converging',
    reason: /waiting for nodes to listen/,
  },
  {
    name: 'a port that is taken is waited for, with its reason',
    service: service({
      endpoint,
      conditions: [{ type: 'PortsServed', status: 'False', message: 'port 80/tcp is taken', observedGeneration: 3 }],
    }),
    tasks: ['1:Running', '2:Running'],
    outcome: 'converging',
    reason: /80\/tcp is taken/,
  },
  {
    name: 'what was said of an older generation does not count',
    service: service({ endpoint, conditions: [{ type: 'PortsServed', status: 'True', observedGeneration: 2 }] }),
    tasks: ['1:Running', '2:Running'],
    outcome: 'converging',
  },
  {
    name: 'all nodes listen',
    service: service({ endpoint, conditions: [{ type: 'PortsServed', status: 'True', observedGeneration: 3 }] }),
    tasks: ['1:Running', '2:Running'],
    outcome: 'converged',
  },
  { name: 'no replicas wanted and none there', service: service({}, 0), tasks: [], outcome: 'converged' },
]

for (const { name, tasks, outcome, stuck, reason, service: given = service() } of cases) {
  test(`${name}: ${outcome}`, () => {
    const { verdict } = assess(given, tasks.map(task), now, 3)
    assert.equal(verdict.outcome, outcome)
    if (stuck !== undefined && verdict.outcome === 'converging') assert.equal(verdict.stuck, stuck)
    if (reason !== undefined) assert.match('reason' in verdict ? (verdict.reason ?? '') : '', reason)
  })
}

test('tasks still to be replaced are told apart from those that start, whatever their state', () => {
  const tasks = ['1:Running', '2:Starting', '3:Running@r1', '4:Starting@r1'].map(task)
  assert.deepEqual(assess(service({}, 4), tasks, now, 3).others, [
    ['Starting', 1],
    ['old', 2],
  ])
})

test('a task that is up only for a second has not converged', () => {
  const young = { ...task('1:Running'), status: { state: 'Running' as const, at: now - 1000, startedAt: now - 1000 } }
  assert.equal(assess(service({}, 1), [young], now, 3).verdict.outcome, 'converging')
})

test('what ended with its node says nothing of the service', () => {
  const ended = task('2:Failed-')
  const byNode: TaskView = { ...ended, status: { ...ended.status, nodeFault: 'Stopped' } }
  const { verdict } = assess(service(), [task('1:Running'), byNode, task('2:Preparing')], now, 3)
  assert.ok(verdict.outcome === 'converging' && verdict.reason === undefined)
})

test('a task that cannot be told to stop, because its node does not answer, is not waited for', () => {
  const on = (node: string, text: string): TaskView => ({ ...task(text), spec: { ...task(text).spec, nodeName: node } })
  const tasks = [on('a', '1:Running'), on('lost', '1:Running-'), on('a', '2:Running')]
  const assessed = (isLost: (node: string) => boolean) => assess(service(), withoutLost(tasks, isLost), now, 3).verdict.outcome
  assert.equal(
    assessed(() => false),
    'converging',
  )
  assert.equal(
    assessed((node) => node === 'lost'),
    'converged',
  )
  assert.deepEqual(withoutLost([on('lost', '1:Running')], () => true).length, 1, 'what nobody has called off yet counts')
})

test('of what runs and ended, tasks that another one follows are left out', () => {
  const names = (...tasks: readonly string[]): readonly string[] => withoutReplaced(tasks.map(task)).map(({ metadata }) => metadata.name)
  assert.deepEqual(names('1:Failed-', '2:Running', '3:Failed-', '3:Complete!'), ['web.2', 'web.3'])
  assert.deepEqual(names('1:Running-', '1:Starting'), ['web.1', 'web.1'], 'what still runs is there')
})
