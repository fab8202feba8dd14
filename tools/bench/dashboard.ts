// What `kit ui` costs: the built program in a terminal of 160 by 50, on an API with 10,000 tasks. Time to the first frame
// and to the first rows; CPU and memory while nothing changes, and while some hundred tasks change ten times a second, in
// order of slots and sorted by what changes; what is sent to the terminal. The API is the real one over its socket, on a store in
// memory, and in this process: its CPU does not count. `npm run bench -- dashboard`; seconds of each part as an argument, and
// then what is measured: `node tools/bench/dashboard.ts 600 sorted` is a soak of ten minutes.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { spawn } from '@lydell/node-pty'
import type { KitObject, Task } from '../../api/objects.ts'
import { validateObject } from '../../api/schema/validate.ts'
import { maxWritesPerCommit } from '../../api/store.ts'
import { createClock } from '../../effects/real/clock.ts'
import { createRandom } from '../../effects/real/random.ts'
import { EventLog } from '../../server/events.ts'
import { serveControlSocket } from '../../server/http/http.ts'
import { createRouter } from '../../server/router.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { usageOf } from './daemon.ts'
import { median, print } from './figure.ts'

const seconds = Number(process.argv[2] ?? 30)
const only = process.argv[3] ?? ''
const [taskCount, nodeCount, serviceCount] = [10_000, 100, 20]
const updatesPerSecond = 10
/** Changed with each update: 1,000 and 5,000 events a second. */
const changes = [100, 500]
const starts = 9
const warmUpMs = 3_000

const kit = join(import.meta.dirname, '../../bin/kit')
const directory = mkdtempSync(join(tmpdir(), 'kit-bench-'))
const socket = join(directory, 'run', 'kit.sock')
const clock = createClock()
const store = createMemoryStore()
const log = { debug() {}, info() {}, warn: console.error, error: console.error }
const router = createRouter({
  store,
  clock,
  random: createRandom(),
  log,
  events: new EventLog(clock),
  admission: { validate: validateObject },
  version: 'bench',
})
await fill()
const server = await serveControlSocket(socket, router.handle)

const first: number[] = []
const rows: number[] = []
const spent: number[] = []
for (let at = 0; at < (only === '' ? starts : 1); at++) {
  const dashboard = open('tasks')
  first.push(await dashboard.shows('connecting…'))
  spent.push(usageOf(dashboard.pid).cpuMs)
  rows.push(await dashboard.shows('service-0.1 '))
  await dashboard.close()
}
print({
  name: 'kit ui, first frame',
  value: median(first),
  unit: 'ms',
  with: { best: Math.round(Math.min(...first)), cpuMs: median(spent), starts },
})
print({
  name: 'kit ui, first rows of 10,000 tasks',
  value: median(rows),
  unit: 'ms',
  with: { best: Math.round(Math.min(...rows)), starts },
})

await measure('nothing changes', 'tasks', 0)
for (const each of changes) await measure(`${each * updatesPerSecond} events/s`, 'tasks', each)
await measure(`${(changes[0] ?? 0) * updatesPerSecond} events/s, sorted by what changes`, 'tasks', changes[0] ?? 0, '>>>>>=')
await server.close()
rmSync(directory, { recursive: true })

async function measure(what: string, locator: string, changed: number, keys = ''): Promise<void> {
  if (!what.includes(only)) return
  const dashboard = open(locator)
  await dashboard.shows('service-0.1 ')
  for (const key of keys) dashboard.type(key)
  const stop = new AbortController()
  const changing = changed === 0 ? Promise.resolve() : change(changed, stop.signal)
  await sleep(warmUpMs)
  const [before, sent, started] = [usageOf(dashboard.pid), dashboard.sentBytes(), performance.now()]
  await sleep(seconds * 1_000)
  const [after, wallMs] = [usageOf(dashboard.pid), performance.now() - started]
  stop.abort()
  await changing
  print({
    name: `kit ui, CPU, ${what}`,
    value: (100 * (after.cpuMs - before.cpuMs)) / wallMs,
    unit: '% of a core',
    with: { seconds, sentBytesPerSecond: Math.round((1_000 * (dashboard.sentBytes() - sent)) / wallMs) },
  })
  print({ name: `kit ui, memory, ${what}`, value: after.rssMiB, unit: 'MiB', with: { atFirst: Math.round(before.rssMiB) } })
  await dashboard.close()
}

function open(locator: string) {
  const started = performance.now()
  const { CI: _, NO_COLOR: __, ...environment } = process.env
  const terminal = spawn(kit, ['--socket', socket, 'ui', locator], {
    cols: 160,
    rows: 50,
    env: { ...environment, TERM: 'xterm-256color' },
  })
  let text = ''
  let bytes = 0
  let look = (): void => {}
  terminal.onData((part) => {
    bytes += Buffer.byteLength(part)
    text = (text + part).slice(-200_000)
    look()
  })
  const ended = new Promise<void>((resolve) => terminal.onExit(() => resolve()))
  return {
    pid: terminal.pid,
    sentBytes: () => bytes,
    /** Resolves with the ms since the start. */
    shows: (wanted: string) =>
      new Promise<number>((resolve) => {
        look = () => text.includes(wanted) && resolve(performance.now() - started)
        look()
      }),
    type: (keys: string) => terminal.write(keys),
    async close() {
      terminal.write('\u0003')
      await ended
    },
  }
}

/** So many tasks, others each time, ten times a second. */
async function change(count: number, signal: AbortSignal): Promise<void> {
  let next = 0
  while (!signal.aborted) {
    const started = performance.now()
    const writes = Array.from({ length: count }, () => {
      const name = nameOf(next++ % taskCount)
      const task = store.view.get('Task', name)
      if (task === undefined) throw new Error(`${name} is gone`)
      // What a task that restarts would show: another state, and a later time.
      const state = task.status.state === 'Running' ? 'Starting' : 'Running'
      return { op: 'update', object: { ...task, status: { ...task.status, state, at: Date.now() } } } as const
    })
    await store.commit({ writes })
    await sleep(Math.max(0, 1_000 / updatesPerSecond - (performance.now() - started)))
  }
}

function nameOf(at: number): string {
  return `service-${at % serviceCount}.${Math.floor(at / serviceCount) + 1}.a1b2c3d4e5`
}

async function fill(): Promise<void> {
  const metadata = (name: string) => ({ name, uid: `uid-${name}`, resourceVersion: 0, generation: 1, createdAt: Date.now() })
  const objects: KitObject[] = [{ kind: 'Cluster', metadata: metadata('default'), spec: {}, status: {} }]
  for (let at = 0; at < nodeCount; at++)
    objects.push({ kind: 'Node', metadata: metadata(`node-${at}`), spec: {}, status: { state: 'Ready', role: 'Worker' } })
  for (let at = 0; at < serviceCount; at++) {
    const name = `service-${at}`
    const template = { image: 'image:1', command: ['run'] }
    const revision = `${name}-r1`
    const replicas = taskCount / serviceCount
    objects.push(
      {
        kind: 'Revision',
        metadata: metadata(revision),
        spec: { service: name, serviceUid: `uid-${name}`, number: 1, template },
        status: {},
      },
      { kind: 'Service', metadata: metadata(name), spec: { replicas, template }, status: { revision, revisionGeneration: 1 } },
    )
  }
  for (let at = 0; at < taskCount; at++) {
    const service = `service-${at % serviceCount}`
    const task: Task = {
      kind: 'Task',
      metadata: { name: nameOf(at), resourceVersion: 0, createdAt: Date.now() },
      spec: {
        service,
        serviceUid: `uid-${service}`,
        slot: Math.floor(at / serviceCount) + 1,
        revision: `${service}-r1`,
        attempt: 1,
        desired: 'Running',
        nodeName: `node-${at % nodeCount}`,
      },
      status: { state: 'Running', at: Date.now(), startedAt: Date.now(), pid: 1000 + at, message: 'started' },
    }
    objects.push(task)
  }
  for (let at = 0; at < objects.length; at += maxWritesPerCommit)
    await store.commit({ writes: objects.slice(at, at + maxWritesPerCommit).map((object) => ({ op: 'create', object })) })
}
