// Three managers under load while they are killed, stopped and continued, and restarted one after the other: clients count
// up, each with what it has read (compare and set), on whichever manager answers. A lost write would leave the count too
// low, one that was applied twice too high, and a stale read would show in an order that cannot be.
// `KIT_DISTURBANCES=100 npm test -- e2e/managers-history.test.ts` is the long run.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, eventually, isAlive } from './cluster.ts'

const disturbances = Number(process.env['KIT_DISTURBANCES'] ?? '6')
const hosts = ['node-1', 'node-2', 'node-3'] as const
type Host = (typeof hosts)[number]
const counters = ['a', 'b', 'c'] as const
const path = (name: string): string => `/apis/kit/v1/configs/count-${name}`

const cluster = new Cluster()
before(() => cluster.kit('up', '--managers', '3', '--executor', 'process'))
after(() => cluster.remove())

interface Reply {
  readonly status: number
  readonly body: unknown
}

/** Rejects when the connection broke: then nobody knows what became of it. */
function ask(host: Host, method: string, to: string, body?: unknown): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const socketPath = join(cluster.directory, host, 'kit.sock')
    const headers = { 'content-type': 'application/json' }
    const asked = request({ socketPath, method, path: to, headers, timeout: 20_000, agent: false }, async (response) => {
      let text = ''
      try {
        for await (const chunk of response.setEncoding('utf8')) text += chunk
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) })
      } catch (error) {
        reject(error)
      }
    })
    asked.once('error', reject)
    asked.once('timeout', () => asked.destroy(new Error('no answer')))
    asked.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

interface Counter {
  readonly metadata: { readonly labels: { readonly count: string } }
}

const countOf = (body: unknown): number => Number((body as Counter).metadata.labels.count)
const isUnknown = ({ status, body }: Reply): boolean => status === 500 && JSON.stringify(body).includes('Unknown')

interface Tally {
  acknowledged: number
  /** Writes of which nobody knows whether they were made. */
  unknown: number
  /** The highest count that a write was acknowledged with, or a read has shown. */
  seen: number
}

/** Counts up until `isOver`. */
async function count(name: string, at: number, tally: Tally, isOver: () => boolean): Promise<void> {
  for (let turn = at; !isOver(); turn += 1) {
    const host = hosts[turn % hosts.length] ?? 'node-1'
    const { seen } = tally
    const found = await ask(host, 'GET', path(name)).catch(() => undefined)
    if (found?.status !== 200) continue
    const value = countOf(found.body)
    assert.ok(value >= seen, `${host} answered ${value} after ${seen} had been acknowledged or read`)
    tally.seen = Math.max(tally.seen, value)
    const { metadata } = found.body as Counter
    const next = { ...(found.body as object), metadata: { ...metadata, labels: { count: String(value + 1) } } }
    const reply = await ask(hosts[(turn + 1) % hosts.length] ?? 'node-1', 'PUT', path(name), next).catch(() => undefined)
    if (reply === undefined || isUnknown(reply)) tally.unknown += 1
    else if (reply.status === 200) {
      tally.acknowledged += 1
      tally.seen = Math.max(tally.seen, value + 1)
    } else assert.ok([409, 503].includes(reply.status), JSON.stringify(reply))
  }
}

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
  for (const name of counters) {
    const manifest = {
      apiVersion: 'kit/v1',
      kind: 'Config',
      metadata: { name: `count-${name}`, labels: { count: '0' } },
      spec: { data: 'eA==' },
    }
    const made = await ask('node-1', 'POST', '/apis/kit/v1/configs', manifest)
    assert.equal(made.status, 201, JSON.stringify(made.body))
  }
  let over = false
  const tallies = new Map(counters.map((name): [string, Tally] => [name, { acknowledged: 0, unknown: 0, seen: 0 }]))
  const counting = Promise.all([...tallies].map(([name, tally], at) => count(name, at, tally, () => over)))
  counting.catch(() => undefined)
  try {
    for (let kind = 0; kind < disturbances; kind += 1) await Promise.race([disturb(kind), counting])
  } finally {
    over = true
  }
  await counting
  await cluster.kit('up')
  for (const [name, { acknowledged, unknown }] of tallies) {
    const { body } = await eventually(async () => {
      const reply = await ask('node-2', 'GET', path(name))
      assert.equal(reply.status, 200)
      return reply
    })
    const value = countOf(body)
    assert.ok(acknowledged > 20, `${name}: only ${acknowledged} writes were acknowledged`)
    assert.ok(value >= acknowledged, `${name}: ${acknowledged} were acknowledged, and ${value} are there`)
    assert.ok(value <= acknowledged + unknown, `${name}: ${acknowledged} were acknowledged and ${unknown} unknown, and ${value} are there`)
  }
})
