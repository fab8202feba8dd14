// One, three and five managers (manager-group.ts), and their clients beside them. Writes per second through the leader's socket
// and through another manager's, which hands them on, with the delay of the event loop of the leader meanwhile. On three: how
// long nobody can write after the leader was killed, or stopped in order: from the signal to the next write that is
// acknowledged, by a client that asks another manager all the time. And how writes go on while all three save a snapshot.
//
// `node tools/bench/managers.ts 3` for some sizes only, `node tools/bench/managers.ts loss 50` for so many losses only,
// `node tools/bench/managers.ts snapshot` for the last; `node tools/bench/managers.ts etcd` for writes in turns with etcd.

import { clientCounts, closedLoop, type Load, printLoad, putInService } from './closed-loop.ts'
import { startEtcd } from './etcd.ts'
import { median, print, quantile, rounded } from './figure.ts'
import { ManagerGroup, until } from './manager-group.ts'

const data = Buffer.alloc(150, 'x').toString('base64')
const sizeOfLosses = 3
/** Of each of the two that are compared. */
const turns = 5
/** Snapshots are due at 10,000 entries, then when there are twice as many more as there were objects and requests: at 50,000. */
const objectsBeforeSnapshot = 45_000
const clientsMeanwhile = 16

const [what, count] = process.argv.slice(2)
const losses = Number(count ?? 50)
if (what === 'loss') await withGroup(sizeOfLosses, measureLosses)
else if (what === 'snapshot') await withGroup(sizeOfLosses, measureSnapshot)
else if (what === 'etcd') await withGroup(sizeOfLosses, measureBesideEtcd)
else if (what !== undefined)
  for (const size of process.argv.slice(2).map(Number)) await withGroup(size, (group) => measureWrites(group, size))
else {
  for (const size of [1, 3, 5]) await withGroup(size, (group) => measureWrites(group, size))
  await withGroup(sizeOfLosses, measureLosses)
  await withGroup(sizeOfLosses, measureSnapshot)
}

async function withGroup(size: number, work: (group: ManagerGroup) => Promise<void>): Promise<void> {
  const group = await ManagerGroup.start(size)
  try {
    await work(group)
  } finally {
    await group.close()
  }
}

async function measureWrites(group: ManagerGroup, size: number): Promise<void> {
  const leader = await group.leader()
  await putInService((name, client) => write(group, leader, name, client))
  const ways = [['the leader', () => group.leader()] as const, ['another manager', () => group.follower()] as const]
  for (const [way, host] of ways.slice(0, size))
    for (const clients of clientCounts) {
      const [through, leader] = [await host(), await group.leader()]
      const load = await closedLoop(
        clients,
        (name, client) => write(group, through, name, client),
        async () => void (await group.delay(leader)),
      )
      printLoad(`${size} managers, through ${way}`, clients, { ...load, ...(await group.delay(leader)) })
    }
}

/** In turns, because what a machine of others does in one minute says little of the next. */
async function measureBesideEtcd(group: ManagerGroup): Promise<void> {
  const etcd = await startEtcd({ members: group.hosts.length, tls: true })
  if (etcd === undefined) throw new Error('etcd is not installed (on Debian: apt-get install etcd-server)')
  try {
    const leader = await group.leader()
    const sides = {
      kit: (name: string, client: number) => write(group, leader, name, client),
      etcd: (name: string) => etcd.put(name, data),
    }
    for (const side of Object.values(sides)) await putInService(side)
    for (const clients of clientCounts) {
      const [kit, other]: [Load[], Load[]] = [[], []]
      for (let turn = 0; turn < turns; turn += 1) {
        kit.push(await closedLoop(clients, sides.kit))
        other.push(await closedLoop(clients, sides.etcd))
      }
      const rates = (loads: readonly Load[]): number => median(loads.map(({ perSecond }) => perSecond))
      const details = { kit: rounded(rates(kit)), etcd: rounded(rates(other)), ...latencies('kit', kit), ...latencies('etcd', other) }
      print({
        name: `writes, three managers to three of etcd, ${clients} clients`,
        value: rates(kit) / rates(other),
        unit: 'times',
        with: details,
      })
    }
  } finally {
    await etcd.stop()
  }
}

function latencies(who: string, loads: readonly Load[]): Readonly<Record<string, number>> {
  const ofTurns = (pick: (load: Load) => number): number => rounded(median(loads.map(pick)))
  return { [`${who}MedianMs`]: ofTurns(({ medianMs }) => medianMs), [`${who}P99Ms`]: ofTurns(({ p99Ms }) => p99Ms) }
}

async function measureLosses(group: ManagerGroup): Promise<void> {
  await measureLoss(group, 'the leader is killed', 'SIGKILL')
  await measureLoss(group, 'the leader is stopped', 'SIGTERM')
}

async function measureLoss(group: ManagerGroup, what: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const seconds: number[] = []
  for (let times = 1; times <= losses; times += 1) {
    const lost = await group.leader()
    const other = await group.follower()
    const began = performance.now()
    const { ended } = group.stop(lost, signal)
    let tries = 0
    await until(async () => {
      tries += 1
      await write(group, other, `${signal.toLowerCase()}-${times}-${tries}`)
      return true
    })
    seconds.push((performance.now() - began) / 1_000)
    await ended
    await group.start(lost)
    await group.whole()
  }
  const details = {
    runs: losses,
    p99S: rounded(quantile(seconds, 0.99)),
    bestS: rounded(Math.min(...seconds)),
    worstS: rounded(Math.max(...seconds)),
  }
  print({ name: `three managers, ${what}: until the next write, median`, value: median(seconds), unit: 's', with: details })
}

async function measureSnapshot(group: ManagerGroup): Promise<void> {
  const [leader, other] = [await group.leader(), await group.follower()]
  let filled = 0
  const fill = async (client: number): Promise<void> => {
    while (filled < objectsBeforeSnapshot) {
      filled += 1
      await write(group, leader, `filled-${filled}`, client)
    }
  }
  await Promise.all(Array.from({ length: 256 }, (_, client) => fill(client)))
  const saved = (): Promise<readonly number[]> => Promise.all(group.hosts.map((host) => snapshotIndex(group, host)))
  const before = await saved()
  const began = performance.now()
  const doneAt: number[] = []
  let longestMs = 0
  let isOver = false
  const load = async (client: number): Promise<void> => {
    for (let at = 1; !isOver; at += 1) {
      const asked = performance.now()
      await write(group, other, `meanwhile-${client}-${at}`, client)
      doneAt.push(performance.now() - began)
      longestMs = Math.max(longestMs, performance.now() - asked)
    }
  }
  const loads = Promise.all(Array.from({ length: clientsMeanwhile }, (_, client) => load(client)))
  await until(async () => (await saved()).every((index, at) => index > (before[at] ?? 0)) || undefined)
  isOver = true
  await loads
  const bySecond: number[] = Array.from({ length: Math.floor((doneAt.at(-1) ?? 0) / 1_000) }, () => 0)
  for (const at of doneAt) {
    const second = Math.floor(at / 1_000)
    if (second < bySecond.length) bySecond[second] = (bySecond[second] ?? 0) + 1
  }
  print({
    name: `three managers save a snapshot of ${objectsBeforeSnapshot} objects and more, ${clientsMeanwhile} clients: writes in the worst second`,
    value: Math.min(...bySecond),
    unit: 'writes/s',
    with: { longestMs: rounded(longestMs), seconds: bySecond.length, bestSecond: Math.max(...bySecond) },
  })
}

async function snapshotIndex(group: ManagerGroup, host: string): Promise<number> {
  const text = String(await group.client(host).raw({ method: 'GET', path: '/metrics' }))
  return Number(/^kit_store_snapshot_index (\d+)$/m.exec(text)?.[1] ?? 0)
}

async function write(group: ManagerGroup, host: string, name: string, client = 0): Promise<void> {
  await group.client(host, client).create('Config', { apiVersion: 'kit/v1', kind: 'Config', metadata: { name }, spec: { data } })
}
