// A rotation of the root on so many nodes (100, or the number that is given): a manager and workers that joined over
// mutual TLS on the loopback, all in this process and so in one thread, each with its own files. The CPU is that of all.
//
// From `rotate` to done: from the request until the new root is the root. Until all trust it: until every node has it
// on disk and in use, and the old root nowhere.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '../../api/store.ts'
import { openRealNetwork } from '../../cli/daemon/open-network.ts'
import { inProcessClient } from '../../client/in-process.ts'
import { freeAddress } from '../../e2e/free-address.ts'
import { createClock } from '../../effects/real/clock.ts'
import { createDisk } from '../../effects/real/disk.ts'
import { createHttps } from '../../effects/real/https.ts'
import { createKeys } from '../../effects/real/keys.ts'
import { createRandom } from '../../effects/real/random.ts'
import { createNode } from '../../node/node.ts'
import type { KitNode } from '../../node/node-options.ts'
import { print } from './figure.ts'
import { createInstantExecutor } from './instant-executor.ts'

const count = Number(process.argv[2] ?? 100)
const home = mkdtempSync(join(tmpdir(), 'kit-bench-'))
const clock = createClock()
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const effects = { clock, random: createRandom(), keys: createKeys(), disk: createDisk(), log }
const portServer = { listen: () => Promise.reject(new Error('nothing is published')) }
const lookAgainMs = 5

/** What each node trusts now. */
const trusted = new Map<string, string>()
const running: Promise<unknown>[] = []
const stops: AbortController[] = []

async function start(
  name: string,
  place: { readonly listenRemoteApi: string } | { readonly joinAddr: string; readonly joinToken: string },
): Promise<KitNode> {
  const stop = new AbortController()
  stops.push(stop)
  const directory = join(home, name)
  mkdirSync(directory)
  const network = await openRealNetwork(effects, directory, { hostname: name, labels: {}, ...place }, stop.signal)
  const { role, transport, managers, advertise, certificate } = network
  if (certificate !== undefined) trusted.set(name, certificate.root)
  const node = await createNode(
    { ...effects, https: createHttps(), transport },
    {
      ...{ role, directory, hostname: name, executor: createInstantExecutor(clock), portServer, managers },
      onCertificate(fresh) {
        network.onCertificate(fresh)
        trusted.set(name, fresh.root)
      },
      ...(advertise === undefined ? {} : { advertise }),
      ...(certificate === undefined ? {} : { certificate }),
      ...{ labels: {}, engineLabels: {}, version: 'bench' },
    },
  )
  const all = [node.run(stop.signal), network.run(stop.signal, node.store)].map((part) =>
    part.catch((error: unknown) => {
      if (!stop.signal.aborted) throw error
    }),
  )
  running.push(...all)
  return node
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await clock.sleep(lookAgainMs, new AbortController().signal)
}

const statusOf = (store: Store) => store.view.get('Cluster', 'default')?.status
const isReady = (store: Store): boolean => [...store.view.list('Node')].filter(({ status }) => status.state === 'Ready' && status.description?.issuer !== undefined).length === count // biome-ignore format: one idea

const listenRemoteApi = await freeAddress()
const manager = await start('manager', { listenRemoteApi })
const { store } = manager
if (store === undefined) throw new Error('the first node is a manager')
await until(() => trusted.has('manager'))
const joinToken = statusOf(store)?.joinTokens?.worker ?? ''
for (let at = 1; at < count; at++) await start(`worker-${at}`, { joinAddr: listenRemoteApi, joinToken })
await until(() => isReady(store))

const before = { root: statusOf(store)?.ca?.certificate, index: store.view.resourceVersion, cpu: process.cpuUsage(), at: performance.now() }
const client = inProcessClient({ router: manager, clock, name: 'bench' })
await client.patch('Cluster', 'default', { type: 'merge', patch: { spec: { ca: { rotateRoot: 1 } } } })
await until(() => statusOf(store)?.ca?.certificate !== before.root)
const seconds = (performance.now() - before.at) / 1000
const { user, system } = process.cpuUsage(before.cpu)
const commitsPerNode = Number(((store.view.resourceVersion - before.index) / count).toFixed(2))
print({
  name: `rotation of the root, ${count} nodes`,
  value: seconds,
  unit: 's',
  with: { cpuMsPerNode: Number(((user + system) / 1000 / count).toFixed(1)), commitsPerNode },
})
await until(() => [...trusted.values()].every((root) => root === statusOf(store)?.ca?.certificate))
print({ name: `until all trust the new root only, ${count} nodes`, value: (performance.now() - before.at) / 1000, unit: 's' })
for (const stop of stops) stop.abort()
await Promise.all(running)
rmSync(home, { recursive: true, force: true })
