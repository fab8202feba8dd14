// Managers are made and unmade in a simulated cluster, over and over: each time somebody dies on another event of it, and it
// ends as the nodes' specs say; nobody votes twice, and tasks do not notice.
// `KIT_MOMENTS=1000 npm test -- sim/membership.test.ts` kills on each event; without it on some of them.

import assert from 'node:assert/strict'
import { inProcessClient } from '../client/in-process.ts'
import { assertNoWorkerHasAVote } from './checkers/no-worker-has-a-vote.ts'
import { nobodyVotesTwice } from './checkers/nobody-votes-twice.ts'
import { managerId, SimulatedCluster } from './cluster.ts'
import { CommonLog } from './common-log.ts'
import { createSimulatedClock } from './effects/clock.ts'
import { SeededRandom } from './effects/random.ts'
import { testInThread } from './testdata/test-in-thread.ts'

/** Of one scenario and one victim; as many as there are events at most. */
const moments = Number(process.env['KIT_MOMENTS'] ?? '4')
const downMs = 1_500
/** After the end, for what must not come any more. */
const quietMs = 10_000
const retryMs = 500
/** Longer than a manager looks for a leader. */
const answerMs = 6_000

type Client = ReturnType<typeof inProcessClient>

/** Who dies: the leader of that moment, or the machine. */
type Victim = 'leader' | (string & {})

interface Change {
  readonly host: string
  readonly to: 'Manager' | 'Worker'
}

interface Scenario {
  readonly name: string
  /** Asked for at once, each again until it is acknowledged. In turn where they are about the same node. */
  readonly changes: (leader: string) => readonly Change[]
  /** Down when the changes are asked for, and started soon after. */
  readonly away?: string
  readonly force?: true
  readonly victims: readonly Victim[]
}

const promoted = 'worker-1'
const follower = 'manager-2'
const scenarios: readonly Scenario[] = [
  { name: 'a worker is promoted', changes: () => [{ host: promoted, to: 'Manager' }], victims: ['leader', promoted, follower] },
  { name: 'a follower is demoted', changes: () => [{ host: follower, to: 'Worker' }], victims: ['leader', follower] },
  { name: 'the leader is demoted', changes: (leader) => [{ host: leader, to: 'Worker' }], victims: ['leader', managerId] },
  {
    name: 'two workers are promoted at once',
    changes: () => [
      { host: promoted, to: 'Manager' },
      { host: 'worker-2', to: 'Manager' },
    ],
    victims: ['leader', promoted],
  },
  {
    name: 'a worker is promoted and at once demoted again',
    changes: () => [
      { host: promoted, to: 'Manager' },
      { host: promoted, to: 'Worker' },
    ],
    victims: ['leader', promoted],
  },
  {
    name: 'a follower is demoted and at once promoted again',
    changes: () => [
      { host: follower, to: 'Worker' },
      { host: follower, to: 'Manager' },
    ],
    victims: ['leader', follower],
  },
  {
    name: 'the leader is demoted by force while another manager is away',
    changes: (leader) => [{ host: leader, to: 'Worker' }],
    away: 'manager-3',
    force: true,
    victims: ['leader', managerId],
  },
]

interface Death {
  readonly victim: Victim
  /** Events after the change was asked for. */
  readonly event: number
}

/** Resolves with the events that it took. */
async function play({ changes, away, force }: Scenario, death?: Death): Promise<number> {
  const fail = (error: unknown): void => void cluster.failures.push(error)
  const votes = nobodyVotesTwice(fail)
  const log = new CommonLog({
    onEntry: (events, { members }) => assertNoWorkerHasAVote(events, members),
    fail,
  })
  const cluster: SimulatedCluster = new SimulatedCluster({
    managers: 3,
    workers: 2,
    random: new SeededRandom(23),
    plan: () => ({ prepareMs: 20, startMs: 20, stopMs: 50 }),
    onStore(store, isRestart, host) {
      log.follow(store, isRestart, host)
      store.onLeadership((leads) => (leads ? votes.leads(host, store.status().term) : undefined))
    },
    onToldToStop: (_, task) => fail(new Error(`${task} was told to stop`)),
    onEnded: (_, error) => fail(error),
  })
  const { queue, network } = cluster
  network.listen = (...sent) => votes.sent(...sent)
  const until = async (what: string, isTrue: () => boolean, onDue: () => void = () => {}): Promise<void> => {
    const onEvent = (): void => {
      assertNoWorkerVotes(cluster, fail)
      onDue()
    }
    await cluster.until(what, isTrue, { onEvent, found: () => describe(cluster) })
  }
  const again = async (host: string): Promise<void> => {
    if (!cluster.isUp(host)) await cluster.start(host)
  }
  try {
    await cluster.startAll()
    const roles = new Map<string, Change['to']>(cluster.hosts.map((id) => [id, cluster.managers.includes(id) ? 'Manager' : 'Worker']))
    await until('all are there', () => isAsWanted(cluster, roles))
    const client = inProcessClient({
      router: { handle: (request) => (cluster.handle ?? assert.fail('no manager is up'))(request) },
      clock: createSimulatedClock(queue),
      name: 'user',
    })
    const spec = { replicas: 5, template: { image: 'app', command: ['app'] } }
    await queue.settle(client.apply('Service', { apiVersion: 'kit/v1', kind: 'Service', metadata: { name: 'web' }, spec }))
    await until('it runs', () => running(cluster).length === 5)
    const before = running(cluster)
    const ids = new Map(cluster.hosts.map((id) => [id, cluster.nodeOf(id)]))

    if (away !== undefined) {
      cluster.kill(away)
      queue.schedule(4_000, () => void again(away))
    }
    const wanted = changes(cluster.leader ?? assert.fail('nobody leads'))
    for (const { host, to } of wanted) roles.set(host, to)
    let open = 0
    for (const each of Map.groupBy(wanted, ({ host }) => host).values()) {
      open += 1
      void inTurn(cluster, client, each, force).then(() => (open -= 1), fail)
    }
    const first = queue.executed
    let isOver = death === undefined
    await until(
      'the nodes are what they should be',
      () => isOver && open === 0 && isAsWanted(cluster, roles),
      () => {
        if (isOver || death === undefined || queue.executed - first < death.event) return
        const victim = death.victim === 'leader' ? cluster.leader : death.victim
        if (victim === undefined) return
        isOver = true
        if (cluster.isUp(victim)) cluster.kill(victim)
        queue.schedule(downMs, () => void again(victim))
      },
    )
    const events = queue.executed - first
    await cluster.pass(quietMs)
    assert.ok(isAsWanted(cluster, roles), `it did not stay so: ${describe(cluster)}`)
    assert.deepEqual(running(cluster), before, 'tasks run on')
    assert.deepEqual(new Map(cluster.hosts.map((id) => [id, cluster.nodeOf(id)])), ids, 'everybody is who it was')
    return events
  } finally {
    cluster.end()
  }
}

async function inTurn(cluster: SimulatedCluster, client: Client, changes: readonly Change[], force: true | undefined): Promise<void> {
  for (const { host, to } of changes) await acknowledged(cluster, client, cluster.nodeOf(host) ?? assert.fail(), to, force)
}

/** Asks again until it is: who asks may ask a manager that dies, and what risks the majority is refused. */
async function acknowledged(
  cluster: SimulatedCluster,
  client: Client,
  node: string,
  role: Change['to'],
  force: true | undefined,
): Promise<void> {
  const later = (afterMs: number): Promise<void> => new Promise((resolve) => cluster.queue.schedule(afterMs, resolve))
  const isLate = later(answerMs).then(() => Promise.reject(new Error('whoever was asked has died')))
  const options = force === undefined ? {} : { force }
  try {
    await Promise.race([client.patch('Node', node, { type: 'merge', patch: { spec: { role } } }, options), isLate])
  } catch {
    await later(retryMs)
    await acknowledged(cluster, client, node, role, force)
  }
}

function running(cluster: SimulatedCluster): readonly string[] {
  return [...(cluster.store?.view.list('Task') ?? [])]
    .filter(({ status }) => status.state === 'Running')
    .map(({ metadata, spec }) => `${metadata.name} on ${spec.nodeName}`)
    .toSorted()
}

/** Specs, granted roles, certificates, members and processes say the same of every node. */
function isAsWanted(cluster: SimulatedCluster, roles: ReadonlyMap<string, Change['to']>): boolean {
  const { leader, store } = cluster
  if (leader === undefined || store === undefined) return false
  const managers = [...roles].filter(([, role]) => role === 'Manager').map(([host]) => cluster.nodeOf(host))
  const { voters, outgoing, learners } = store.members
  if (outgoing.length + learners.length > 0 || voters.toSorted().join() !== managers.toSorted().join()) return false
  return [...roles].every(([host, role]) => {
    const { spec, status } = store.view.get('Node', cluster.nodeOf(host) ?? '') ?? {}
    const isSaid = (spec?.role ?? 'Worker') === role && status?.role === role && status.state === 'Ready'
    const own = cluster.storeOf(host)
    const isSo = role === 'Manager' ? own?.members.voters.join() === voters.join() : own === undefined
    const isShown = role === 'Manager' ? status?.manager?.reachable === true : status?.manager === undefined
    return cluster.isUp(host) && isSaid && isSo && isShown && cluster.certificateOf(host)?.role === role
  })
}

/** Who has the certificate of a worker is out of the group, as the leader knows it. */
function assertNoWorkerVotes(cluster: SimulatedCluster, fail: (error: unknown) => void): void {
  const voters = cluster.leader === undefined ? [] : (cluster.storeOf(cluster.leader)?.members.voters ?? [])
  const worker = cluster.hosts.find((host) => cluster.certificateOf(host)?.role === 'Worker' && voters.includes(cluster.nodeOf(host) ?? ''))
  if (worker !== undefined) fail(new assert.AssertionError({ message: `${worker} has the certificate of a worker, and a vote` }))
}

function describe(cluster: SimulatedCluster): string {
  const { voters, learners } = cluster.store?.members ?? { voters: [], learners: [] }
  const nodes = cluster.hosts.map((host) => {
    const node = cluster.store?.view.get('Node', cluster.nodeOf(host) ?? '')
    return `${host}=${cluster.nodeOf(host)} up ${cluster.isUp(host)}: ${JSON.stringify([node?.spec, node?.status.role, node?.status.state, node?.status.manager])}, certificate ${cluster.certificateOf(host)?.role}, store ${cluster.storeOf(host) !== undefined}`
  })
  return `leader ${cluster.leader}, voters ${voters.join()}, learners ${learners.join()}\n${nodes.join('\n')}`
}

for (const scenario of scenarios)
  for (const victim of scenario.victims)
    testInThread(
      import.meta.filename,
      `${scenario.name}: it ends as it should, on whichever event ${victim === 'leader' ? 'the leader' : victim} dies`,
      async () => {
        const events = await play(scenario)
        const step = Math.max(1, events / moments)
        for (let at = 1; at <= events; at += step) {
          const event = Math.round(at)
          await play(scenario, { victim, event }).catch((error: unknown) => {
            throw new Error(`when ${victim} dies on event ${event} of ${events}`, { cause: error })
          })
        }
      },
    )
