// The core under bad luck: lost, late and repeated messages, slow disks, crashes at the worst moment,
// members cut off, snapshots. First safety while it is bad, then liveness once it is good.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultSettings } from './core.ts'
import { Cluster, type Member, seeded, tightSettings } from './testdata/cluster.ts'

const runs = 150
const stepsPerRun = 3_000

interface Luck {
  readonly loss: number
  readonly repeat: number
  readonly crash: number
  readonly isolate: number
  readonly compact: number
  /** A crash right after a message left: votes and acknowledgements are promises. */
  readonly crashAfterSending: number
  readonly slowDisk: number
}

function drawLuck(random: () => number): Luck {
  const maybe = (chance: number) => (random() < 0.3 ? 0 : random() * chance)
  return {
    loss: maybe(0.2),
    repeat: maybe(0.1),
    crash: maybe(0.01),
    isolate: maybe(0.01),
    compact: maybe(0.05),
    crashAfterSending: maybe(0.05),
    slowDisk: maybe(0.8),
  }
}

function run(seed: number): { readonly committed: number; readonly terms: number; readonly snapshots: number } {
  const random = seeded(seed)
  const luck = drawLuck(random)
  const ids = ['1', '2', '3', '4', '5'].slice(0, random() < 0.5 ? 3 : 5)
  const learners = random() < 0.3 ? ['9'] : []
  const settings = random() < 0.5 ? tightSettings : { ...defaultSettings, electionTicks: 5 }
  const cluster = new Cluster([...ids, ...learners], random, settings, learners)
  let snapshots = 0
  for (let step = 0; step < stepsPerRun; step += 1) {
    const member = pick(cluster.members, random)
    disturb(cluster, member, luck, random)
    if (cluster.network.some(({ type }) => type === 'snapshot')) snapshots += 1
    advance(cluster, member, luck, random, step)
    if (step % 50 === 0) cluster.checkLogs()
  }
  heal(cluster)
  const { term, commit } = cluster.leaders[0]?.raft.status ?? { term: 0, commit: 0 }
  return { committed: commit, terms: term, snapshots }
}

function pick<T>(from: readonly T[], random: () => number): T {
  const picked = from[Math.floor(random() * from.length)]
  assert(picked !== undefined)
  return picked
}

function disturb(cluster: Cluster, member: Member, luck: Luck, random: () => number): void {
  if (!member.isUp && random() < 0.2) cluster.restart(member)
  if (member.isUp && random() < luck.crash) cluster.crash(member)
  if (random() < luck.isolate) {
    if (cluster.isolated.has(member.id)) cluster.isolated.delete(member.id)
    else cluster.isolated.add(member.id)
  }
  if (member.isUp && random() < luck.compact) cluster.compact(member, Math.floor(random() * 4))
}

function advance(cluster: Cluster, member: Member, luck: Luck, random: () => number, step: number): void {
  const choice = random()
  if (choice < 0.12) {
    if (!member.isUp) return
    member.raft.tick()
    cluster.drain(member)
  } else if (choice < 0.2) {
    for (const leader of cluster.leaders) {
      leader.raft.propose([new Uint8Array([step & 255, step >> 8])])
      if (random() < 0.2) leader.raft.readIndex()
      cluster.drain(leader)
    }
  } else if (choice < 0.5) {
    if (!member.isUp || random() < luck.slowDisk) return
    const before = cluster.network.length
    cluster.complete(member)
    if (cluster.network.length > before && random() < luck.crashAfterSending) cluster.crash(member)
  } else if (cluster.network.length > 0) {
    const at = random() < 0.7 ? 0 : Math.floor(random() * cluster.network.length)
    const message = cluster.network[at]
    if (message !== undefined && random() < luck.repeat) cluster.network.push(message)
    if (random() < luck.loss) cluster.lose(at)
    else cluster.deliver(at)
  }
}

/** Faults end. Within a bounded time there is one leader, and everyone has what it has. */
function heal(cluster: Cluster): void {
  cluster.isolated.clear()
  for (const member of cluster.members) if (!member.isUp) cluster.restart(member)
  for (let tick = 0; tick < 60; tick += 1) {
    for (const member of cluster.members) {
      member.raft.tick()
      cluster.drain(member)
      cluster.settle()
    }
  }
  assert.equal(cluster.leaders.length, 1, 'I13: one leader once all is well')
  const [leader] = cluster.leaders
  assert(leader !== undefined)
  const proposed = leader.raft.propose([new Uint8Array([1])])
  assert('index' in proposed, 'I13: the leader takes proposals')
  cluster.drain(leader)
  cluster.settle()
  for (const { id, raft } of cluster.members) {
    assert.equal(raft.status.applied, leader.raft.status.lastIndex, `I13: member ${id} has caught up`)
    assert(raft.status.applied >= proposed.index)
  }
  cluster.checkLogs()
}

test(`${runs} unlucky histories keep every invariant, and end well`, () => {
  const total = { committed: 0, terms: 0, snapshots: 0 }
  for (let seed = 1; seed <= runs; seed += 1) {
    try {
      const { committed, terms, snapshots } = run(seed)
      total.committed += committed
      total.terms += terms
      total.snapshots += snapshots
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error })
    }
  }
  assert(total.committed > runs * 20, `enough was committed: ${total.committed}`)
  assert(total.terms > runs * 2, `leaders changed: ${total.terms}`)
  assert(total.snapshots > runs, `snapshots were sent: ${total.snapshots}`)
})

test('the same seed gives the same history', () => {
  assert.deepEqual(run(7), run(7))
})
