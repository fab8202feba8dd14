// A scenario in a cluster of three managers and three workers, over and over: each time the leader dies, or is cut off, at
// another moment; and it ends as it would have. A leader that dies between two of its deeds (`deedsOf`) dies as after the first
// of them, and links that are cut while nothing passes are cut as when something had passed last: the events at which neither
// happens are no moments of their own.

import assert from 'node:assert/strict'
import type { Task } from '../api/objects.ts'
import type { JsonObject } from '../api/wire.ts'
import { inProcessClient } from '../client/in-process.ts'
import type { Https } from '../effects/effects.ts'
import { failuresAreCounted } from './checkers/failures-are-counted.ts'
import { oneWantedTaskPerSlot } from './checkers/one-wanted-task-per-slot.ts'
import { parallelismIsRespected } from './checkers/parallelism-is-respected.ts'
import { restartLimitsAreRespected } from './checkers/restart-limits-are-respected.ts'
import { statesOnlyMoveForward } from './checkers/states-only-move-forward.ts'
import { SimulatedCluster } from './cluster.ts'
import { CommonLog } from './common-log.ts'
import { createSimulatedClock } from './effects/clock.ts'
import type { Schedule } from './effects/event-queue.ts'
import { SeededRandom } from './effects/random.ts'
import { testInThread } from './testdata/test-in-thread.ts'

const troubles = ['killed', 'cut off'] as const
type Trouble = (typeof troubles)[number]

/** Of one scenario and trouble; as many as there are at most. */
const moments = Number(process.env['KIT_MOMENTS'] ?? '8')
/** Those that follow each other from this one on, counted from 0; spread over all when left out. */
const firstMoment = process.env['KIT_MOMENTS_FROM']
const workers = 3
const downMs = 4_000
/** How much later than without a loss something may happen that had to wait for its time. */
export const lateMs = 12_000
/** After the end, for what must not come any more. */
const quietMs = 5_000
const patienceMs = 180_000
/** Longer than a manager looks for a leader. */
const answerMs = 6_000
const retryMs = 500
const againMs = 1_000
/** Until every agent has been told another period of heartbeats. */
const toldMs = 6_000

export interface Stage {
  readonly cluster: SimulatedCluster
  /** When the change was asked for, by the clock of managers. */
  readonly askedMs: number
  /** Merged, by a user who asks until it is acknowledged. */
  readonly patch: (kind: 'Cluster' | 'Node' | 'Service', name: string, patch: JsonObject) => Promise<void>
}

export interface Scenario {
  readonly name: string
  /** Of the cluster, before anything else. */
  readonly settings?: (cluster: SimulatedCluster) => JsonObject
  /** Of the service at first. */
  readonly spec: JsonObject
  /** It runs, and then something happens; a storm begins with the service itself. */
  readonly isStorm?: true
  /** A fourth worker, which is not there at first. */
  readonly absent?: string
  /** The world outside, as one process sees it. */
  readonly https?: (cluster: SimulatedCluster, process: Schedule) => Https
  /** What happens, or is asked for, while the leader is lost. */
  readonly change: (stage: Stage) => Promise<void>
  readonly isDone: (stage: Stage) => boolean
  /** What must come out the same. */
  readonly outcome: (stage: Stage) => unknown
}

export const service = (cluster: SimulatedCluster) => cluster.store?.view.get('Service', 'web')

export function tasksOf(cluster: SimulatedCluster): readonly Task[] {
  const uid = service(cluster)?.metadata.uid
  return uid === undefined ? [] : [...(cluster.store?.view.tasksOfService(uid) ?? [])]
}

export const running = (cluster: SimulatedCluster): readonly Task[] =>
  tasksOf(cluster).filter(({ spec, status }) => spec.desired === 'Running' && status.state === 'Running')

export const template = (version: number, behaviour = 'runs'): JsonObject => ({
  image: 'app',
  command: ['app'],
  env: { VERSION: String(version), BEHAVIOUR: behaviour },
})

export const later = (cluster: SimulatedCluster, afterMs: number): Promise<void> =>
  new Promise((resolve) => cluster.queue.schedule(afterMs, resolve))

export async function whenSo(cluster: SimulatedCluster, isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await later(cluster, 50)
}

const retrying = <T>(attempt: () => Promise<T>, cluster: SimulatedCluster): Promise<T> =>
  attempt().catch(async () => {
    await later(cluster, retryMs)
    return await retrying(attempt, cluster)
  })

/** Tests of all moments, or as many as were asked for. @param file that this is called in */
export function outlastsTheLeader(file: string, scenario: Scenario): void {
  for (const trouble of troubles)
    testInThread(file, `${scenario.name}: it ends as it would have, at whichever moment the leader is ${trouble}`, async () => {
      const undisturbed = await play(scenario)
      const all = undisturbed.moments[trouble]
      assert.ok(all.length > 0)
      const from = Number(firstMoment ?? '0')
      const tried = firstMoment === undefined ? evenly(all, moments) : all.slice(from, from + moments)
      for (const event of tried) {
        const { outcome } = await play(scenario, { trouble, event }).catch((error: unknown) => {
          throw new Error(`when the leader is ${trouble} on event ${event} of ${undisturbed.events}`, { cause: error })
        })
        assert.deepEqual(outcome, undisturbed.outcome, `event ${event}`)
      }
      return `${tried.length} of ${all.length} moments from ${from} on in ${undisturbed.events} events`
    })
}

/** At most so many of them, the first among them. */
function evenly(all: readonly number[], most: number): readonly number[] {
  const step = Math.max(1, all.length / most)
  return all.filter((_, at) => Math.floor(at / step) !== Math.floor((at - 1) / step))
}

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

async function play(scenario: Scenario, loss?: Loss): Promise<Played> {
  const { spec, settings, isStorm = false, absent, https, change, isDone, outcome } = scenario
  const fail = (error: unknown): void => void cluster.failures.push(error)
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
    workers: absent === undefined ? workers : workers + 1,
    random: new SeededRandom(11),
    plan: ({ template: { env = {} } }) => ({
      prepareMs: 20,
      startMs: 20,
      stopMs: 50,
      ...(env['BEHAVIOUR'] === 'crashes' ? { runMs: 700, exitCode: 1 } : {}),
    }),
    onStore: (store, isRestart, host) => log.follow(store, isRestart, host),
    // Somebody who comes may be told too often that nobody leads; what looks after daemons starts it again.
    onEnded: (host, error) => (host === absent ? cluster.queue.schedule(againMs, () => void cluster.start(host)) : fail(error)),
    ...(https !== undefined && { https: (process) => https(cluster, process) }),
  })
  const { queue, network } = cluster
  /** Asked and answered. */
  let requests = 0
  try {
    await cluster.startAll(absent)
    const voters = (): number =>
      [...(cluster.store?.view.list('Node') ?? [])].filter(({ status }) => (status.manager?.member ?? 'Learner') !== 'Learner').length
    const ready = (): number => [...(cluster.store?.view.list('Node') ?? [])].filter(({ status }) => status.state === 'Ready').length
    await cluster.until('all are there', () => voters() === 3 && ready() === cluster.managers.length + workers)

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
    const patch: Stage['patch'] = async (kind, name, body) => {
      await retrying(() => client.patch(kind, name, { type: 'merge', patch: body }, { fieldManager: 'user' }), cluster)
    }
    if (settings !== undefined) {
      await queue.settle(patch('Cluster', 'default', { spec: settings(cluster) }))
      await cluster.pass(toldMs)
    }
    await queue.settle(client.apply('Service', manifest, { fieldManager: 'user' }))
    if (!isStorm) await cluster.until('it runs', () => running(cluster).length === spec['replicas'])

    const first = queue.executed
    const noticed: Record<Trouble, number[]> = { killed: [], 'cut off': [] }
    const noticedSoFar = { killed: 0, 'cut off': 0 }
    const notice = (leader: string): void => {
      const soFar = { killed: requests + cluster.deedsOf(leader), 'cut off': requests + network.passedBy(leader) }
      for (const trouble of troubles) if (soFar[trouble] !== noticedSoFar[trouble]) noticed[trouble].push(queue.executed - first)
      Object.assign(noticedSoFar, soFar)
    }
    const stage: Stage = { cluster, patch, askedMs: cluster.wallMs }
    let isAsked = false
    change(stage).then(() => (isAsked = true), fail)
    let isOver = loss === undefined
    const onEvent = (): void => {
      if (loss !== undefined && (isOver || queue.executed - first < loss.event)) return
      const { leader } = cluster // Looking for it on each event would take longer than the event.
      if (leader === undefined) return
      if (loss === undefined) {
        notice(leader)
        return
      }
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
    }
    await cluster.until('the change is carried out', () => isOver && isAsked && isDone(stage), { withinMs: patienceMs, onEvent })
    const events = queue.executed - first
    await cluster.pass(quietMs)
    // A manager that was cut off is a node that was lost: where it is missed only now, what it ran is on the move.
    await cluster.until('it is so again', () => isDone(stage), { withinMs: patienceMs })
    return { events, moments: noticed, outcome: outcome(stage) }
  } finally {
    cluster.end()
  }
}
