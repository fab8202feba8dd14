// One member of the store in a process of its own, as store-group.ts asks it: the real log, real links over TLS, nothing of
// the API. Whoever writes does so in this process.

import { createPrivateKey } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Config, Task } from '../../api/objects.ts'
import { createClock } from '../../effects/real/clock.ts'
import { createDisk } from '../../effects/real/disk.ts'
import { createRandom } from '../../effects/real/random.ts'
import { createTlsTransport } from '../../effects/real/tls-transport.ts'
import { createGate } from '../../server/authorization.ts'
import { PeerLinks } from '../../store/links/links.ts'
import { openStore } from '../../store/open-store.ts'
import type { Change } from '../../store/raft/configuration.ts'
import { parseSnapshotName } from '../../store/wal/snapshot-file.ts'
import { closedLoop, type Load, putInService } from './closed-loop.ts'
import { type Delay, LoopDelay } from './loop-delay.ts'

export interface MemberOptions {
  readonly id: string
  readonly directory: string
  readonly founders: readonly string[]
  /** host:port of each member there may be. */
  readonly addresses: Readonly<Record<string, string>>
  /** PEM. */
  readonly roots: string
  readonly certificate: string
  readonly key: string
}

export interface MemberState {
  readonly leads: boolean
  readonly applied: number
  readonly snapshotIndex: number
  readonly rssMiB: number
  readonly cpuMs: number
}

export interface SavedSnapshot extends Delay {
  readonly seconds: number
  readonly mib: number
}

export type Member = Awaited<ReturnType<typeof open>>

export interface Call {
  readonly name: keyof Member
  readonly args: readonly unknown[]
}

const lookAgainMs = 5
const writesPerCommit = 250
const commitsAtOnce = 16
/** Enough of them, and a snapshot is due. */
const largeData = Buffer.alloc(96 * 1024, 'x').toString('base64')
const data = Buffer.alloc(150, 'x').toString('base64')
const quiet = { debug() {}, info() {}, warn: console.error, error: console.error }

process.once('disconnect', () => process.exit()) // Whoever asks is gone.

let member: Member | undefined
process.on('message', async (message: MemberOptions | Call) => {
  try {
    if ('id' in message) member = await open(message)
    else if (member !== undefined) return process.send?.({ result: await Reflect.apply(member[message.name], undefined, message.args) })
    process.send?.({ result: null })
  } catch (error) {
    process.send?.({ error: String(error) })
  }
})

async function open({ id, directory, founders, addresses, roots, certificate, key }: MemberOptions) {
  const [clock, random, loop, stop] = [createClock(), createRandom(), new LoopDelay(), new AbortController()]
  const credentials = { clusterId: 'bench', roots, own: { certificate, key: createPrivateKey(key) } }
  const gate = createGate({ clock, isRemoved: () => false })
  const transport = createTlsTransport({ clock, gate, credentials: { current: () => credentials, subscribe: () => () => {} } })
  const [host = '', port] = (addresses[id] ?? '').split(':')
  await transport.listen(host, Number(port), stop.signal)
  const links = new PeerLinks({ clock, random, log: quiet, transport, id, addressOf: (other) => addresses[other] })
  let begun = { index: 0, atMs: 0 }
  const disk = createDisk()
  const observed: typeof disk = {
    ...disk,
    open(path, given) {
      const index = given?.create === true ? parseSnapshotName(basename(path, '.tmp')) : undefined
      if (index !== undefined) begun = { index, atMs: performance.now() }
      return disk.open(path, given)
    },
  }
  void links.run(stop.signal)
  const store = await openStore(
    { disk: observed, clock, random, log: quiet, peers: links },
    { directory, nodeId: id, clusterId: 'bench', founders },
  )
  const create = (object: Config) => store.commit({ writes: [{ op: 'create', object }] }, 'wait')
  const snapshotDone = async (): Promise<void> => {
    while (store.status().snapshotIndex < begun.index) await clock.sleep(lookAgainMs, stop.signal)
  }

  return {
    async state(): Promise<MemberState> {
      const { leads, applied, snapshotIndex } = store.status()
      const { user, system } = process.cpuUsage()
      return { leads, applied, snapshotIndex, rssMiB: Math.round(process.memoryUsage().rss / 1024 ** 2), cpuMs: (user + system) / 1_000 }
    },
    async load(clients: number): Promise<Load & Delay> {
      const load = await closedLoop(
        clients,
        (name) => create(config(name, data)),
        async () => loop.reset(),
      )
      return { ...load, ...loop.read() }
    },
    putInService: () => putInService((name) => create(config(name, data))),
    /** Tasks of services with a thousand each, until there are so many. */
    async fill(tasks: number): Promise<void> {
      let next = store.view.count('Task')
      const worker = async (): Promise<void> => {
        while (next < tasks) {
          const from = next
          next = Math.min(tasks, next + writesPerCommit)
          await store.commit(
            { writes: Array.from({ length: next - from }, (_, at) => ({ op: 'create', object: taskAt(from + at) })) },
            'wait',
          )
        }
      }
      await Promise.all(Array.from({ length: commitsAtOnce }, worker))
    },
    /** Writes, one at a time, until a snapshot is due; then nothing until it is there. */
    async snapshot(): Promise<SavedSnapshot> {
      await snapshotDone()
      const before = begun
      loop.reset()
      await create(config('due', largeData))
      for (let at = 0; begun === before; at += 1) {
        const object = store.view.get('Config', 'due')
        if (object === undefined) throw new Error('it was just made')
        await store.commit({ writes: [{ op: 'update', object: { ...object, spec: { data: `${largeData}${at}` } } }] })
      }
      await snapshotDone()
      const seconds = (performance.now() - begun.atMs) / 1_000
      const newest = readdirSync(directory).findLast((name) => name.startsWith('snapshot-')) ?? ''
      const mib = Math.round(statSync(join(directory, newest)).size / 1024 ** 2)
      return { seconds, mib, ...loop.read() }
    },
    change: (change: Change) => store.changeMembers(change, true),
    async resetDelay(): Promise<void> {
      loop.reset()
    },
    async delay(): Promise<Delay> {
      return loop.read()
    },
  }
}

function config(name: string, content: string): Config {
  return {
    kind: 'Config',
    metadata: { name, uid: name, resourceVersion: 0, generation: 1, createdAt: 0 },
    spec: { data: content },
    status: {},
  }
}

function taskAt(at: number): Task {
  const service = `service-${Math.floor(at / 1_000)}`
  return {
    kind: 'Task',
    metadata: {
      name: `${service}.${at % 1_000}.${at.toString(36).padStart(10, 'a')}`,
      resourceVersion: 0,
      createdAt: 1_700_000_000_000 + at,
    },
    spec: {
      ...{ service, serviceUid: `uid-of-${service}`, slot: at % 1_000, revision: `${service}-5q2xpmrqgd`, attempt: 1, desired: 'Running' },
      ...{ nodeName: `node-${at % 5_000}`, placedFor: 'pmrq2xqgdh' },
    },
    status: { state: 'Running', at: 1_700_000_000_000 + at, message: 'started', pid: 10_000 + at },
  }
}
