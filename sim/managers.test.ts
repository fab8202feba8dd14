// Three managers in a simulated cluster, over and over: each time the leader dies, or is cut off, at another moment of a
// rolling update, a storm of restarts and a drain; nothing that was remembered is forgotten, and it ends as it would have.
// `KIT_MOMENTS=10000 npm test -- sim/managers.test.ts` is the complete run: every moment of each. A leader that dies between two
// of its deeds (`deedsOf`) dies as after the first of them, and links that are cut while nothing passes are cut as when something
// had passed last: the events at which neither happens are no moments of their own.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Task } from '../api/objects.ts'
import { isOpen, slotOf } from '../api/task.ts'
import type { JsonObject } from '../api/wire.ts'
import { inProcessClient } from '../client/in-process.ts'
import { failuresAreCounted } from './checkers/failures-are-counted.ts'
import { oneWantedTaskPerSlot } from './checkers/one-wanted-task-per-slot.ts'
import { parallelismIsRespected } from './checkers/parallelism-is-respected.ts'
import { restartLimitsAreRespected } from './checkers/restart-limits-are-respected.ts'
import { statesOnlyMoveForward } from './checkers/states-only-move-forward.ts'
import { managerId, SimulatedCluster } from './cluster.ts'
import { CommonLog } from './common-log.ts'
import { createSimulatedClock } from './effects/clock.ts'
import { SeededRandom } from './effects/random.ts'

const troubles = ['killed', 'cut off'] as const
type Trouble = (typeof troubles)[number]

/** Of one scenario and trouble; as many as there are at most. */
const moments = Number(process.env['KIT_MOMENTS'] ?? '8')
const downMs = 4_000
/** How much later than without a loss a task may end that had to wait. */
const lateMs = 12_000
/** After the end, for what must not come any more. */
const quietMs = 5_000
const patienceMs = 180_000
/** Longer than a manager looks for a leader. */
const answerMs = 6_000

interface Scenario {
  readonly name: string
  /** Of the service at first. */
  readonly spec: JsonObject
  /** What is asked for while the leader is lost. */
  readonly change: (cluster: SimulatedCluster, client: ReturnType<typeof inProcessClient>) => Promise<unknown>
  readonly isDone: (cluster: SimulatedCluster) => boolean
  /** What must come out the same. */
  readonly outcome: (cluster: SimulatedCluster) => unknown
}

const template = (version: number, behaviour = 'runs'): JsonObject => ({
  image: 'app',
  command: ['app'],
  env: { VERSION: String(version), BEHAVIOUR: behaviour },
})

const service = (cluster: SimulatedCluster) => cluster.store?.view.get('Service', 'web')

function tasksOf(cluster: SimulatedCluster): readonly Task[] {
  const uid = service(cluster)?.metadata.uid
  return uid === undefined ? [] : [...(cluster.store?.view.tasksOfService(uid) ?? [])]
}

const running = (cluster: SimulatedCluster): readonly Task[] =>
  tasksOf(cluster).filter(({ spec, status }) => spec.desired === 'Running' && status.state === 'Running')

const updated = (cluster: SimulatedCluster): number =>
  running(cluster).filter(({ spec }) => spec.revision === service(cluster)?.status.revision).length

const later = (cluster: SimulatedCluster, afterMs: number): Promise<void> =>
  new Promise((resolve) => cluster.queue.schedule(afterMs, resolve))

async function whenSo(cluster: SimulatedCluster, isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await later(cluster, 50)
}

const retrying = <T>(attempt: () => Promise<T>, cluster: SimulatedCluster): Promise<T> =>
  attempt().catch(async () => {
    await later(cluster, 500)
    return await retrying(attempt, cluster)
  })

const scenarios: readonly Scenario[] = [
  {
    name: 'a rolling update',
    spec: { replicas: 6, template: template(1), update: { parallelism: 2, delay: '500ms', monitor: '1s' } },
    change: (_, client) =>
      client.patch('Service', 'web', { type: 'merge', patch: { spec: { template: template(2) } } }, { fieldManager: 'user' }),
    isDone: (cluster) =>
      service(cluster)?.status.update?.state === 'Completed' &&
      running(cluster).length === 6 &&
      running(cluster).every(({ spec }) => spec.revision === service(cluster)?.status.revision),
    outcome: (cluster) => [service(cluster)?.status.update?.state, running(cluster).map(slotOf).toSorted()],
  },
  {
    name: 'a rolling update that fails and goes back',
    spec: {
      replicas: 4,
      template: template(1),
      update: { parallelism: 1, delay: '200ms', monitor: '2s', failureAction: 'Rollback', maxFailureRatio: 0.2 },
    },
    change: (_, client) =>
      client.patch('Service', 'web', { type: 'merge', patch: { spec: { template: template(2, 'crashes') } } }, { fieldManager: 'user' }),
    isDone: (cluster) => service(cluster)?.status.update?.state === 'RollbackCompleted' && running(cluster).length === 4,
    outcome: (cluster) => [service(cluster)?.status.update?.state, running(cluster).length],
  },
  {
    name: 'a rolling update that somebody pauses and lets go on',
    spec: { replicas: 6, template: template(1), update: { parallelism: 1, delay: '500ms', monitor: '1s' } },
    async change(cluster, client) {
      const patch = (spec: JsonObject) =>
        retrying(() => client.patch('Service', 'web', { type: 'merge', patch: { spec } }, { fieldManager: 'user' }), cluster)
      await patch({ template: template(2) })
      await whenSo(cluster, () => updated(cluster) >= 2)
      await patch({ paused: true })
      await whenSo(cluster, () => service(cluster)?.status.update?.state === 'Paused')
      const stopped = updated(cluster)
      await later(cluster, 5_000)
      assert.ok(updated(cluster) - stopped <= 1, 'a paused rollout begins with no other slot')
      await patch({ paused: false })
    },
    isDone: (cluster) => service(cluster)?.status.update?.state === 'Completed' && updated(cluster) === 6 && running(cluster).length === 6,
    outcome: (cluster) => [service(cluster)?.status.update?.state, running(cluster).map(slotOf).toSorted()],
  },
  {
    name: 'a storm of restarts that is allowed three attempts',
    spec: {
      replicas: 3,
      template: { ...template(1, 'crashes'), restart: { condition: 'Any', delay: '500ms', maxAttempts: 3, window: '1h' } },
    },
    change: async () => undefined,
    isDone: (cluster) => {
      const slots = [...Map.groupBy(tasksOf(cluster), slotOf).values()]
      return (
        slots.length === 3 && slots.every((tasks) => tasks.every((task) => !isOpen(task)) && tasks.some(({ spec }) => spec.attempt > 3))
      )
    },
    outcome: (cluster) =>
      [...Map.groupBy(tasksOf(cluster), slotOf)]
        .map(([slot, tasks]) => [slot, Math.max(...tasks.map(({ spec }) => spec.attempt))])
        .toSorted(),
  },
  {
    // The next leader knows since when they wait: none begins early, and none waits anew.
    name: 'tasks that wait longer to be started again than the leader is away',
    spec: {
      replicas: 3,
      template: { ...template(1, 'crashes'), restart: { condition: 'Any', delay: '15s', maxAttempts: 1, window: '1h' } },
    },
    change: async () => undefined,
    isDone: (cluster) => {
      const slots = [...Map.groupBy(tasksOf(cluster), slotOf).values()]
      return slots.length === 3 && slots.every((tasks) => tasks.length === 2 && tasks.every((task) => !isOpen(task)))
    },
    outcome: (cluster) =>
      [...Map.groupBy(tasksOf(cluster), slotOf)]
        .map(([slot, tasks]) => {
          const [first, second] = tasks.toSorted((a, b) => a.spec.attempt - b.spec.attempt)
          const waitedMs = (second?.status.at ?? 0) - (first?.status.at ?? 0)
          assert.ok(waitedMs > 15_000 && waitedMs < 15_000 + lateMs, `slot ${slot} waited ${waitedMs} ms`)
          return slot
        })
        .toSorted(),
  },
  {
    name: 'a drain',
    spec: { replicas: 6, template: template(1) },
    change: (cluster, client) =>
      client.patch(
        'Node',
        cluster.nodeOf('worker-1') ?? '',
        { type: 'merge', patch: { spec: { availability: 'Drain' } } },
        { fieldManager: 'user' },
      ),
    isDone: (cluster) => {
      const drained = cluster.nodeOf('worker-1')
      return running(cluster).length === 6 && running(cluster).every(({ spec }) => spec.nodeName !== drained)
    },
    outcome: (cluster) => running(cluster).map(slotOf).toSorted(),
  },
]

interface Loss {
  readonly trouble: Trouble
  /** Events after the change was asked for. */
  readonly event: number
}

interface Played {
  readonly events: number
  /** Of an undisturbed run: the events after which a loss is another one than after the event before. */
  readonly moments: Readonly<Record<Trouble, readonly number[]>>
  readonly outcome: unknown
}

async function play({ spec, change, isDone, outcome }: Scenario, loss?: Loss): Promise<Played> {
  let failure: unknown
  const fail = (error: unknown): void => {
    failure ??= error
  }
  const checkers = [
    oneWantedTaskPerSlot(),
    parallelismIsRespected(),
    failuresAreCounted(),
    restartLimitsAreRespected(),
    statesOnlyMoveForward(),
  ]
  const log = new CommonLog({
    onEntry(events, { view }) {
      for (const checker of checkers) {
        try {
          checker.observe({ elapsedMs: cluster.queue.nowMs(), nowMs: cluster.wallMs, view, events })
        } catch (error) {
          fail(error)
        }
      }
    },
    fail,
  })
  const cluster: SimulatedCluster = new SimulatedCluster({
    managers: 3,
    workers: 3,
    random: new SeededRandom(11),
    plan: ({ template: { env = {} } }) => ({
      prepareMs: 20,
      startMs: 20,
      stopMs: 50,
      ...(env['BEHAVIOUR'] === 'crashes' ? { runMs: 700, exitCode: 1 } : {}),
    }),
    onStore: (store, isRestart, host) => log.follow(store, isRestart, host),
    onToldToStop: () => undefined,
    onCertificate: () => undefined,
    onDiskIsNew: () => undefined,
    onEnded: (_, error) => fail(error),
    onWarning: () => undefined,
  })
  const { queue, network } = cluster
  /** Asked and answered. */
  let requests = 0
  const until = async (what: string, isTrue: () => boolean, onEvent: () => void = () => {}): Promise<void> => {
    await queue.run(queue.nowMs() + patienceMs, onEvent, () => isTrue() || failure !== undefined || cluster.failures.length > 0)
    if (failure !== undefined) throw failure
    assert.deepEqual(cluster.failures, [])
    assert.ok(isTrue(), `not within ${patienceMs} ms: ${what}`)
  }
  try {
    await queue.settle(cluster.start(managerId))
    await until('there is a token', () => cluster.token !== undefined)
    for (const id of [...cluster.managers.slice(1), ...cluster.workers]) void cluster.start(id)
    const voters = (): number =>
      [...(cluster.store?.view.list('Node') ?? [])].filter(({ status }) => (status.manager?.member ?? 'Learner') !== 'Learner').length
    const ready = (): number => [...(cluster.store?.view.list('Node') ?? [])].filter(({ status }) => status.state === 'Ready').length
    await until('all are there', () => voters() === 3 && ready() === 6)

    const handle: Parameters<typeof inProcessClient>[0]['router']['handle'] = (request) => {
      const door = cluster.handle
      if (door === undefined) return Promise.reject(new Error('no manager is up'))
      const late = later(cluster, answerMs).then(() => Promise.reject(new Error('whoever was asked has died')))
      requests += 1
      const answered = door(request).finally(() => (requests += 1))
      return Promise.race([answered, late])
    }
    const client = inProcessClient({ router: { handle }, clock: createSimulatedClock(queue), name: 'user' })
    const manifest = { apiVersion: 'kit/v1', kind: 'Service', metadata: { name: 'web' }, spec }
    const isStorm = change.length === 0
    await queue.settle(client.apply('Service', manifest, { fieldManager: 'user' }))
    if (!isStorm) await until('it runs', () => running(cluster).length === spec['replicas'])

    const first = queue.executed
    const noticed: Record<Trouble, number[]> = { killed: [], 'cut off': [] }
    const noticedSoFar = { killed: 0, 'cut off': 0 }
    const notice = (leader: string): void => {
      const soFar = { killed: requests + cluster.deedsOf(leader), 'cut off': requests + network.passedBy(leader) }
      for (const trouble of troubles) if (soFar[trouble] !== noticedSoFar[trouble]) noticed[trouble].push(queue.executed - first)
      Object.assign(noticedSoFar, soFar)
    }
    void retrying(() => change(cluster, client), cluster)
    let isOver = loss === undefined
    await until(
      'the change is carried out',
      () => isOver && isDone(cluster),
      () => {
        const { leader } = cluster
        if (leader === undefined) return
        if (loss === undefined) return notice(leader)
        if (isOver || queue.executed - first < loss.event) return
        isOver = true
        if (loss.trouble === 'killed') {
          cluster.kill(leader)
          queue.schedule(downMs, () => void cluster.start(leader))
        } else {
          const others = cluster.hosts.filter((host) => host !== leader)
          for (const other of others)
            for (const [from, to] of [
              [leader, other],
              [other, leader],
            ] as const)
              network.cut(from, to)
          queue.schedule(downMs, () => network.healAll())
        }
      },
    )
    const events = queue.executed - first
    await queue.run(
      queue.nowMs() + quietMs,
      () => {},
      () => failure !== undefined,
    )
    if (failure !== undefined) throw failure
    return { events, moments: noticed, outcome: outcome(cluster) }
  } finally {
    cluster.end()
  }
}

/** At most so many of them, the first among them. */
function evenly(all: readonly number[], most: number): readonly number[] {
  const step = Math.max(1, all.length / most)
  return all.filter((_, at) => Math.floor(at / step) !== Math.floor((at - 1) / step))
}

for (const scenario of scenarios)
  for (const trouble of troubles)
    test(`${scenario.name}: it ends as it would have, at whichever moment the leader is ${trouble}`, async (context) => {
      const undisturbed = await play(scenario)
      const all = undisturbed.moments[trouble]
      assert.ok(all.length > 0)
      const tried = evenly(all, moments)
      for (const event of tried) {
        const { outcome } = await play(scenario, { trouble, event }).catch((error: unknown) => {
          throw new Error(`when the leader is ${trouble} on event ${event} of ${undisturbed.events}`, { cause: error })
        })
        assert.deepEqual(outcome, undisturbed.outcome, `event ${event}`)
      }
      context.diagnostic(`${tried.length} of ${all.length} moments in ${undisturbed.events} events`)
    })
