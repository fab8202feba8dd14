// Committed writes per second on one member, every one durable before it is answered: fresh objects of about
// 300 bytes from 1, 16, 64 and 256 clients, each with one write under way. Three ways: the store in this
// process; a built kitd over its control socket, with validation and field ownership; one etcd member over
// gRPC where etcd is installed (on Debian `apt-get install etcd-server`).

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../../api/objects.ts'
import { connect } from '../../cli/connect.ts'
import { createClock } from '../../effects/real/clock.ts'
import { createDisk } from '../../effects/real/disk.ts'
import { createRandom } from '../../effects/real/random.ts'
import { openStore } from '../../store/store.ts'
import { startDaemon } from './daemon.ts'
import { startEtcd } from './etcd.ts'
import { median, print } from './figure.ts'

const clientCounts = [1, 16, 64, 256]
const measuredMs = 3_000
const data = Buffer.alloc(150, 'x').toString('base64')
const clock = createClock()
let serial = 0

await benchStore()
await benchDaemon()
await benchEtcd()

async function measure(name: string, write: (name: string) => Promise<unknown>): Promise<void> {
  for (const clients of clientCounts) {
    const latencies: number[] = []
    const started = performance.now()
    const client = async (): Promise<void> => {
      while (performance.now() - started < measuredMs) {
        const before = performance.now()
        serial += 1
        await write(`object-${serial}`)
        latencies.push(performance.now() - before)
      }
    }
    await Promise.all(Array.from({ length: clients }, client))
    const seconds = (performance.now() - started) / 1000
    const p99 = latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? Number.NaN
    print({
      name: `writes, ${name}, ${clients} clients`,
      value: latencies.length / seconds,
      unit: 'writes/s',
      with: { medianMs: Number(median(latencies).toFixed(2)), p99Ms: Number(p99.toFixed(2)) },
    })
  }
}

async function benchStore(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'kit-bench-'))
  const quiet = { debug() {}, info() {}, warn: console.error, error: console.error }
  const store = await openStore(
    { disk: createDisk(), clock, random: createRandom(), log: quiet },
    { directory, nodeId: 'bench', clusterId: 'bench' },
  )
  await measure('store', (name) => store.commit({ writes: [{ op: 'create', object: config(name) }] }))
  await store.close()
  rmSync(directory, { recursive: true })
}

function config(name: string): Config {
  return {
    kind: 'Config',
    metadata: { name, uid: name, resourceVersion: 0, generation: 1, createdAt: 0 },
    spec: { data },
    status: {},
  }
}

async function benchDaemon(): Promise<void> {
  const daemon = await startDaemon()
  const { client, close } = connect(daemon.socket, clock)
  await measure('kitd', (name) => client.create('Config', { apiVersion: 'kit/v1', kind: 'Config', metadata: { name }, spec: { data } }))
  close()
  await daemon.stop()
}

async function benchEtcd(): Promise<void> {
  const etcd = await startEtcd()
  if (etcd === undefined) {
    console.error('etcd is not installed: its figures are left out (on Debian: apt-get install etcd-server)')
    return
  }
  await measure('etcd', (name) => etcd.put(name, data))
  await etcd.stop()
}
