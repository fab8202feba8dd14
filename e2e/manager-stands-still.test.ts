// The only manager stands still, as a suspended or starved machine does, for longer than its nodes may be silent. They were
// not: what they sent meanwhile is only read late.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from './api.ts'
import { Cluster } from './cluster.ts'

const cluster = new Cluster()
/** `KIT_STOPPED=90 npm test -- e2e/manager-stands-still.test.ts` is the long run. */
const stoppedSeconds = Number(process.env['KIT_STOPPED'] ?? '4')
/** Heartbeats are a second apart, so nodes count as down, if they do, within this time. */
const watchedSeconds = 4
const rounds = 3
const clients = 8
after(() => cluster.remove())

const app = `
name: app
services:
  ticking:
    image: x
    command: [sh, -c, "while :; do echo >> ${cluster.home}/ticks; sleep 0.1; done"]
    stop_grace_period: 1s
    deploy: {replicas: 6, update_config: {monitor: 1s}}
`
const settings = 'apiVersion: kit/v1\nkind: Cluster\nmetadata: {name: default}\nspec: {heartbeatPeriod: 1s}\n'

const facts = async (): Promise<readonly unknown[]> =>
  (await cluster.tasks('app_ticking')).map(({ metadata, status }) => [metadata.name, status.pid, status.state])

/** By six tasks that write ten lines each second, or somewhat less: a clock that nobody sets. */
async function passes(seconds: number): Promise<void> {
  const lines = (): number => readFileSync(`${cluster.home}/ticks`, 'utf8').length
  const end = lines() + seconds * 6 * 8
  while (lines() < end) await sleep(100)
}

/** Keeps the manager in the middle of something, so that it is not stopped where it waits for what comes next. */
async function askConstantly(signal: AbortSignal): Promise<void> {
  const socket = join(cluster.directory, 'node-1', 'kit.sock')
  const client = async (): Promise<void> => {
    while (!signal.aborted) await ask(socket, 'GET', '/apis/kit/v1/tasks').catch(() => undefined)
  }
  await Promise.all(Array.from({ length: clients }, client))
}

before(() => cluster.kit('up', '--workers', '2', cluster.file('app.yml', app)))

test('tasks on all nodes run on, and no node counts as down', async () => {
  await cluster.kit('apply', '-f', cluster.file('cluster.yml', settings))
  await passes(2 * watchedSeconds) // By then every agent was told the new period.
  const before = await facts()
  const manager = cluster.daemonPid
  const enough = new AbortController()
  const asking = askConstantly(enough.signal)
  for (let round = 0; round < rounds; round += 1) {
    process.kill(manager, 'SIGSTOP')
    try {
      await passes(stoppedSeconds)
    } finally {
      process.kill(manager, 'SIGCONT')
    }
    await passes(watchedSeconds)
  }
  enough.abort()
  await asking
  const events = await cluster.kit('events')
  assert.deepEqual(await facts(), before, events)
  assert.doesNotMatch(events, /NodeDown/)
  assert.equal((await cluster.kit('get', 'nodes')).match(/ Ready /g)?.length, 3)
  assert.equal(cluster.daemonPid, manager)
})
