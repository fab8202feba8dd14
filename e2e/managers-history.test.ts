// Three managers under load (counters.ts) while they are killed, stopped and continued, and restarted one after the other.
// `KIT_DISTURBANCES=100 npm test -- e2e/managers-history.test.ts` is the long run.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, eventually, isAlive } from './cluster.ts'
import { Counters } from './counters.ts'

const disturbances = Number(process.env['KIT_DISTURBANCES'] ?? '6')
const hosts = ['node-1', 'node-2', 'node-3'] as const
type Host = (typeof hosts)[number]
const counters = ['a', 'b', 'c'] as const
const socketOf = (host: Host): string => join(cluster.directory, host, 'kit.sock')

const cluster = new Cluster()
before(() => cluster.kit('up', '--managers', '3', '--executor', 'process'))
after(() => cluster.remove())

function pidOf(host: Host): number {
  return Number(/\d+/.exec(readFileSync(join(cluster.directory, host, 'lock'), 'utf8'))?.[0])
}

async function disturb(kind: number): Promise<void> {
  const host = hosts[Math.floor(Math.random() * hosts.length)] ?? 'node-1'
  const pid = pidOf(host)
  switch (kind % 3) {
    case 0:
      process.kill(pid, 'SIGKILL')
      await eventually(() => assert.ok(!isAlive(pid)))
      await sleep(Math.random() * 2_000)
      await cluster.kit('up')
      return
    case 1:
      process.kill(pid, 'SIGSTOP')
      await sleep(1_000 + Math.random() * 3_000)
      process.kill(pid, 'SIGCONT')
      return
    default:
      for (const each of hosts) {
        const old = pidOf(each)
        process.kill(old, 'SIGTERM')
        await eventually(() => assert.ok(!isAlive(old)))
        await cluster.kit('up')
      }
  }
}

test(`disturbed ${disturbances} times: what was acknowledged is there once, and nobody reads what is old`, async () => {
  const counting = new Counters()
  for (const [at, name] of counters.entries()) {
    await counting.make(socketOf('node-1'), name)
    counting.start(name, [...hosts.slice(at), ...hosts.slice(0, at)].map(socketOf))
  }
  for (let kind = 0; kind < disturbances; kind += 1) await counting.whileTrue(disturb(kind))
  await cluster.kit('up')
  await counting.end(socketOf('node-2'), 20)
})
