// A cluster for benchmarks, in this process: one manager with its log on the real disk and fsync on, and
// agents with an executor whose tasks run at once. Everything else is what production runs.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPortServer } from '../../agent/proxy/port-server.ts'
import type { Node } from '../../api/objects.ts'
import type { Store } from '../../api/store.ts'
import type { Client } from '../../client/client.ts'
import { inProcessClient } from '../../client/in-process.ts'
import type { Effects, Log } from '../../effects/effects.ts'
import { createClock } from '../../effects/real/clock.ts'
import { createDisk } from '../../effects/real/disk.ts'
import { createHttps } from '../../effects/real/https.ts'
import { createKeys } from '../../effects/real/keys.ts'
import { createRandom } from '../../effects/real/random.ts'
import { Loopback } from '../../effects/real/transport.ts'
import type { NodeRole } from '../../node/network.ts'
import { createNode } from '../../node/node.ts'
import type { KitNode } from '../../node/node-options.ts'
import { createInstantExecutor } from './instant-executor.ts'

export interface BenchCluster {
  readonly store: Store
  readonly client: Client
  readonly workers: readonly string[]
  /** Resolves when `isTrue` holds, looked at after every commit. */
  until(isTrue: () => boolean): Promise<void>
  close(): Promise<void>
}

const managerId = 'manager'
const log: Log = { debug() {}, info() {}, warn: report, error: report }

function report(message: string, fields?: unknown): void {
  console.error(message, fields)
}

export async function startCluster(workerCount: number): Promise<BenchCluster> {
  const directory = mkdtempSync(join(tmpdir(), 'kit-bench-'))
  const loopback = new Loopback()
  const stop = new AbortController()
  const clock = createClock()
  const roleOf = (nodeId: string): NodeRole => {
    const identity = { nodeId, clusterId: 'bench' }
    return nodeId === managerId
      ? { is: 'Manager', identity: { ...identity, joined: false, hasLog: false, isForced: false } }
      : { is: 'Worker', identity }
  }
  const start = async (id: string, managers: readonly string[]): Promise<{ node: KitNode; ended: Promise<void> }> => {
    const effects: Effects = {
      clock,
      random: createRandom(),
      keys: createKeys(),
      disk: createDisk(),
      https: createHttps(),
      transport: loopback.transport({ id, role: id === managerId ? 'Manager' : 'Worker', clusterId: 'bench' }),
      log,
    }
    const node = await createNode(effects, {
      role: roleOf(id),
      directory: join(directory, id),
      hostname: id,
      executor: createInstantExecutor(clock),
      portServer: createPortServer({ address: '127.0.0.1', log }),
      managers,
      labels: {},
      engineLabels: {},
      version: 'bench',
    })
    return { node, ended: node.run(stop.signal) }
  }
  const manager = await start(managerId, [managerId])
  const { store, handle } = manager.node
  if (store === undefined) throw new Error('the manager has no store')
  const until = (isTrue: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!isTrue()) return
        unsubscribe()
        resolve()
      }
      const unsubscribe = store.subscribe(look)
      look()
    })
  const ready = (): readonly Node[] => [...store.view.list('Node')].filter(({ status }) => status.state === 'Ready')
  await until(() => ready().length === 1)
  const workers = Array.from({ length: workerCount }, (_, at) => `worker-${at + 1}`)
  for (const name of workers) await store.commit({ writes: [{ op: 'create', object: workerNode(name) }] })
  const agents = await Promise.all(workers.map((name) => start(name, [managerId])))
  await until(() => ready().length === workerCount + 1)
  const client = inProcessClient({ router: { handle }, clock, name: 'bench' })
  await client.patch('Node', managerId, { type: 'merge', patch: { spec: { availability: 'Drain' } } })
  return {
    store,
    client,
    workers,
    until,
    async close() {
      stop.abort()
      await Promise.all([manager.ended, ...agents.map(({ ended }) => ended)])
      rmSync(directory, { recursive: true })
    },
  }
}

/** As joining would make it. */
function workerNode(name: string): Node {
  return {
    kind: 'Node',
    metadata: { name, uid: `uid-${name}`, resourceVersion: 0, generation: 1, createdAt: 0 },
    spec: { role: 'Worker', availability: 'Active' },
    status: {},
  }
}
