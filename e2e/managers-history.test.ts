// Three managers under load (counters.ts) while they are killed, restarted one after the other, and the one that leads stands
// still until it was overtaken. What clients were told is judged as that of simulated ones is.
// `KIT_DISTURBANCES=100 npm test -- e2e/managers-history.test.ts` is the long run.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, eventually, isAlive } from './cluster.ts'
import { Counters } from './counters.ts'
import { LocalManagers } from './local-managers.ts'

const disturbances = Number(process.env['KIT_DISTURBANCES'] ?? '6')
const hosts = ['node-1', 'node-2', 'node-3'] as const
const names = ['a', 'b', 'c'] as const

const cluster = new Cluster()
const managers = new LocalManagers(cluster)
const counters = new Counters()
const socketOf = (host: string): string => join(managers.directoryOf(host), 'kit.sock')
before(() => cluster.kit('up', '--managers', '3', '--executor', 'process'))
after(() => cluster.remove())

async function disturb(kind: number): Promise<void> {
  switch (kind % 3) {
    case 0:
      await managers.kill(hosts[Math.floor(Math.random() * hosts.length)] ?? 'node-1')
      await sleep(Math.random() * 2_000)
      await cluster.kit('up')
      return
    case 1:
      await overtake(await managers.leader())
      return
    default:
      for (const host of hosts) {
        const old = managers.pidOf(host)
        process.kill(old, 'SIGTERM')
        await eventually(() => assert.ok(!isAlive(old)))
        await cluster.kit('up')
      }
  }
}

/** It wakes up, believes that it leads, and is asked what others have changed meanwhile. */
async function overtake(leader: string): Promise<void> {
  const pid = managers.pidOf(leader)
  process.kill(pid, 'SIGSTOP')
  try {
    await counters.goOnAt(hosts.filter((host) => host !== leader).map(socketOf))
  } finally {
    const reads = Promise.all(names.flatMap((name) => hosts.map(() => counters.read(name, socketOf(leader)))))
    reads.catch(() => undefined)
    process.kill(pid, 'SIGCONT')
    await reads
  }
}

test(`disturbed ${disturbances} times: what clients asked and were told has an order, so that nothing is lost, done twice or old`, async () => {
  for (const [at, name] of names.entries()) {
    await counters.make(socketOf('node-1'), name)
    counters.start(name, [...hosts.slice(at), ...hosts.slice(0, at)].map(socketOf))
    for (const host of hosts) counters.start(name, [socketOf(host)])
  }
  for (let kind = 0; kind < disturbances; kind += 1) await counters.whileTrue(disturb(kind))
  await cluster.kit('up')
  await counters.end(socketOf('node-2'), 20)
})
