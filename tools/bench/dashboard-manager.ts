// The manager that dashboards are measured on: the real API over its socket, on a store in memory with 10,000 tasks. A process of
// its own, so that what it costs is its own, too. Each message from whoever started it says how many tasks change with each update
// from then on.

import type { KitObject, Task } from '../../api/objects.ts'
import { validateObject } from '../../api/schema/validate.ts'
import { maxWritesPerCommit } from '../../api/store.ts'
import { createClock } from '../../effects/real/clock.ts'
import { createRandom } from '../../effects/real/random.ts'
import { EventLog } from '../../server/events.ts'
import { serveControlSocket } from '../../server/http/http.ts'
import { createRouter } from '../../server/router.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'

const [taskCount, nodeCount, serviceCount] = [10_000, 100, 20]
const updateEveryMs = 100

const [socket = ''] = process.argv.slice(2)
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
let changing = 0
process.on('message', (count) => {
  changing = Number(count)
})
process.on('disconnect', () => process.exit())
await fill()
await serveControlSocket(socket, router.handle)
process.send?.('ready')
await change()

/** Others each time. */
async function change(): Promise<never> {
  for (let next = 0; ; ) {
    const started = performance.now()
    const writes = Array.from({ length: changing }, () => {
      const name = nameOf(next++ % taskCount)
      const task = store.view.get('Task', name)
      if (task === undefined) throw new Error(`${name} is gone`)
      // What a task that restarts would show: another state, and a later time.
      const state = task.status.state === 'Running' ? 'Starting' : 'Running'
      return { op: 'update', object: { ...task, status: { ...task.status, state, at: Date.now() } } } as const
    })
    if (writes.length > 0) await store.commit({ writes })
    await clock.sleep(Math.max(0, updateEveryMs - (performance.now() - started)), new AbortController().signal)
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
