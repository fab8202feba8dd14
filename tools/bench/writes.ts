// Committed writes per second on one member, every one durable before it is answered: fresh objects of about
// 300 bytes from 1 to 1,024 clients, each with one write under way. Three ways: the store in this
// process; a built kitd over its control socket, with validation and field ownership; both with and without
// request ids; one etcd member over gRPC where etcd is installed (on Debian `apt-get install etcd-server`).

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../../api/objects.ts'
import { localAdmin } from '../../api/request.ts'
import type { RequestMark } from '../../api/store.ts'
import { connect } from '../../cli/connect.ts'
import type { Client } from '../../client/client.ts'
import { connectSocket } from '../../client/http/http.ts'
import { createClient } from '../../client/rest.ts'
import { createClock } from '../../effects/real/clock.ts'
import { createDisk } from '../../effects/real/disk.ts'
import { createRandom } from '../../effects/real/random.ts'
import { openStore } from '../../store/open-store.ts'
import { clientCounts, closedLoop, printLoad } from './closed-loop.ts'
import { startDaemon } from './daemon.ts'
import { startEtcd } from './etcd.ts'

const data = Buffer.alloc(150, 'x').toString('base64')
const clock = createClock()

await benchStore()
await benchDaemon()
await benchEtcd()

async function measure(name: string, write: (name: string) => Promise<unknown>): Promise<void> {
  for (const clients of clientCounts) printLoad(name, clients, await closedLoop(clients, write))
}

async function benchStore(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'kit-bench-'))
  const quiet = { debug() {}, info() {}, warn: console.error, error: console.error }
  const store = await openStore(
    { disk: createDisk(), clock, random: createRandom(), log: quiet },
    { directory, nodeId: 'bench', clusterId: 'bench' },
  )
  await measure('store', (name) => store.commit({ writes: [{ op: 'create', object: config(name) }] }))
  const request = (name: string): RequestMark => ({ id: name.padStart(22, '-'), digest: name.padStart(16, '-'), atMs: clock.wallMs() })
  await measure('store with request ids', (name) =>
    store.commit({ writes: [{ op: 'create', object: config(name) }], request: request(name) }),
  )
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
  const connection = connectSocket(daemon.socket)
  const bare = createClient({ handle: connection.handle, clock, identity: localAdmin, name: 'kit' })
  const create = (by: Client, name: string): Promise<unknown> =>
    by.create('Config', { apiVersion: 'kit/v1', kind: 'Config', metadata: { name }, spec: { data } })
  await measure('kitd', (name) => create(bare, name))
  await measure('kitd with request ids', (name) => create(client, name))
  close()
  connection.close()
  await daemon.stop()
}

async function benchEtcd(): Promise<void> {
  const etcd = await startEtcd({ members: 1, tls: false })
  if (etcd === undefined) {
    console.error('etcd is not installed: its figures are left out (on Debian: apt-get install etcd-server)')
    return
  }
  await measure('etcd', (name) => etcd.put(name, data))
  await etcd.stop()
}
