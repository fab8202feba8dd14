// A cluster in memory with a bit of everything, and a dashboard on it: a rollout that stopped, a crash loop, tasks
// that no node takes, a node that is down. Time stands still unless it is moved.

import { stripVTControlCharacters } from 'node:util'
import type { KitObject, Objects, Task } from '../../../api/objects.ts'
import type { Write } from '../../../api/store.ts'
import { createWorld } from '../../../server/testdata/world.ts'
import type { View } from '../places.ts'
import { kept, type SavedColumns } from '../../saved-columns.ts'
import { type SavedFilters, toggled } from '../../saved-filters.ts'
import { Session, type SessionDeps } from '../session.ts'

const start = Date.parse('2026-01-01T00:00:00Z')
const minute = 60_000

function metadata(name: string, agoMs: number, labels?: Readonly<Record<string, string>>) {
  return { name, uid: `uid-${name}`, resourceVersion: 0, generation: 1, createdAt: start - agoMs, ...(labels === undefined ? {} : { labels }) }
}

function node(hostname: string, state: 'Ready' | 'Down', availability: 'Active' | 'Drain' = 'Active'): Objects['Node'] {
  const role = hostname === 'mgr-1' ? 'Manager' : 'Worker'
  return {
    kind: 'Node',
    metadata: metadata(`id-${hostname}`, 60 * minute),
    spec: { role, availability },
    status: {
      state,
      stateAt: start - 4 * minute,
      role,
      ...(role === 'Manager' ? { manager: { member: 'Leader', reachable: true } } : {}),
      description: {
        hostname,
        platform: { os: 'linux', arch: 'amd64' },
        resources: { cpus: 4, memoryBytes: 8 * 2 ** 30 },
        executor: 'docker',
      },
    },
  }
}

function revision(service: string, number: number, image: string, command: readonly string[] = []): Objects['Revision'] {
  const resources = { reservations: { cpus: '500m', memory: '1Gi' } }
  return {
    kind: 'Revision',
    metadata: metadata(`${service}-r${number}`, (60 - number) * minute),
    spec: { service, serviceUid: `uid-${service}`, number, template: { image, command, resources } },
    status: {},
  }
}

function service(name: string, replicas: number, image: string, status: Objects['Service']['status'], stack = 'shop'): Objects['Service'] {
  return {
    kind: 'Service',
    metadata: metadata(name, 60 * minute, { 'kit/stack': stack }),
    spec: { mode: 'Replicated', replicas, template: { image } },
    status: { revisionGeneration: 1, replicas: { desired: replicas, running: replicas }, ...status },
  }
}

/** `shop_api.3 r2 Failed!@w-1 exit 1`: of revision 2, failed for good. `-` after the state: told to stop. */
function task(service: string, slot: number, number: number, state: Task['status']['state'], host: string | undefined, more: Partial<Task['spec']> = {}, error?: string): Task {
  const attempt = more.attempt ?? 1
  return {
    kind: 'Task',
    metadata: { name: `${service}.${slot}.a${attempt}`, resourceVersion: 0, createdAt: start - minute },
    spec: {
      service,
      serviceUid: `uid-${service}`,
      slot,
      revision: `${service}-r${number}`,
      desired: 'Running',
      ...(host === undefined ? {} : { nodeName: `id-${host}` }),
      ...more,
      attempt,
    },
    status: {
      state,
      at: start - minute,
      startedAt: start - minute,
      ...(error === undefined ? {} : { error }),
      ...(state === 'Failed' ? { exitCode: 1 } : {}),
    },
  }
}

const web = service('shop_web', 3, 'shop/web:7', { revision: 'shop_web-r1', lastGood: 'shop_web-r1' })
/** The stack says five replicas; somebody scaled it to three. */
const managedFields: Objects['Service']['metadata']['managedFields'] = [
  {
    manager: 'stack',
    operation: 'Update',
    apiVersion: 'kit/v1',
    time: '2025-12-30T23:00:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:metadata': { 'f:labels': { 'f:kit/stack': {} } }, 'f:spec': { 'f:mode': {}, 'f:template': { 'f:image': {} } } },
  },
  {
    manager: 'kit-scale',
    operation: 'Update',
    apiVersion: 'kit/v1',
    time: '2025-12-31T23:40:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    user: 'ann',
  },
]

const objects: readonly KitObject[] = [
  { kind: 'Cluster', metadata: metadata('default', 60 * minute), spec: {}, status: {} },
  node('mgr-1', 'Ready'),
  node('w-1', 'Ready'),
  node('w-2', 'Ready', 'Drain'),
  node('w-3', 'Down'),
  {
    kind: 'Stack',
    metadata: metadata('shop', 60 * minute),
    spec: { services: { web: { image: 'shop/web:7', deploy: { replicas: 5 } } } },
    status: { services: 4, conditions: [{ type: 'Applied', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] },
  },
  revision('shop_api', 1, 'shop/api:1'),
  revision('shop_api', 2, 'shop/api:2', ['serve']),
  revision('shop_web', 1, 'shop/web:7'),
  revision('shop_bad', 1, 'shop/bad:1'),
  revision('shop_big', 1, 'shop/big:1'),
  service('shop_api', 4, 'shop/api:2', {
    revision: 'shop_api-r2',
    lastGood: 'shop_api-r1',
    update: {
      id: 'u',
      of: 'shop_api-r2',
      target: 'shop_api-r2',
      from: 'shop_api-r1',
      state: 'Paused',
      startedAt: start - 2 * minute,
      total: 4,
      failures: 1,
      reason: 'shop_api.2 exited with 1; 1 of 4 failed, 0 % are tolerated',
    },
    endpoint: { ports: [{ protocol: 'TCP', targetPort: 80, publishedPort: 8080, publishMode: 'Ingress' }] },
  }),
  { ...web, metadata: { ...web.metadata, managedFields } },
  service('shop_bad', 1, 'shop/bad:1', { revision: 'shop_bad-r1' }),
  service('shop_big', 2, 'shop/big:1', { revision: 'shop_big-r1' }),
  task('shop_api', 1, 2, 'Running', 'w-1'),
  task('shop_api', 2, 2, 'Failed', 'w-1', { desired: 'Shutdown', verdict: 'Finished' }, 'DB_URL is not set'),
  task('shop_api', 3, 1, 'Running', 'mgr-1'),
  task('shop_api', 4, 1, 'Running', 'w-1'),
  task('shop_web', 1, 1, 'Running', 'mgr-1'),
  task('shop_web', 2, 1, 'Running', 'w-1'),
  task('shop_web', 3, 1, 'Starting', 'w-1', { attempt: 2 }),
  task('shop_web', 3, 1, 'Running', 'w-3', { desired: 'Shutdown', verdict: 'Replaced' }),
  ...[5, 6, 7, 8].map((attempt) => task('shop_bad', 1, 1, 'Failed', 'mgr-1', { desired: 'Shutdown', verdict: 'Replaced', attempt }, 'exited with code 1')),
  task('shop_bad', 1, 1, 'Starting', 'mgr-1', { attempt: 9 }),
  task('shop_big', 1, 1, 'Pending', undefined, {}, 'insufficient memory on 2 nodes'),
  task('shop_big', 2, 1, 'Pending', undefined, {}, 'insufficient memory on 2 nodes'),
]

const words = [
  ['shop_api.1.a1', 'stdout', 'listening on 80'],
  ['shop_api.3.a1', 'stdout', 'listening on 80'],
  ['shop_api.2.a1', 'stderr', 'Error: DB_URL is not set'],
  ['shop_api.1.a1', 'stdout', '\u001b[31mGET /cart 200\u001b[0m in 12 ms'],
] as const

export function createTown(given: Partial<SessionDeps> & { readonly start?: View } = {}) {
  const world = createWorld({
    // biome-ignore lint/suspicious/useAwait: it has nothing to wait for
    logs: async function* ({ kind, name: wanted }, { follow = false }, signal) {
      for (const [at, [name, stream, text]] of words.entries())
        if (kind === 'Service' || name === wanted) yield { task: name, stream, at: start + at * 1000, text }
      if (follow) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    },
    member: {
      name: 'id-mgr-1',
      status: () => ({ role: 'leader', term: 3, leader: 'id-mgr-1', commitIndex: 1240, appliedIndex: 1240, snapshotIndex: 1200, snapshotAgeMs: 5 * minute, replayBytes: 12_700 }),
    },
    metrics: async () => {
      const seconds = (world.clock.wallMs() - start) / 1000
      return [
        `kit_store_commit_duration_seconds_sum ${(seconds * 6) / 1000}`,
        `kit_store_commit_duration_seconds_count ${seconds * 2}`,
        'kit_workqueue_depth{controller="scheduler"} 2',
        'kit_api_open_streams{verb="watch",resource="tasks"} 7',
        `kit_events_total{component="update",type="Normal"} ${seconds * 3}`,
      ].join('\n')
    },
    stats: async (name) => {
      const at = world.clock.wallMs()
      const seconds = (at - start) / 1000
      return {
        tasks: objects.flatMap((object) =>
          object.kind === 'Task' && object.spec.nodeName === name && object.status.state === 'Running'
            ? [{ task: object.metadata.name, at, cpuMs: seconds * 250, memoryBytes: 3 * 2 ** 20, processes: 1 }]
            : [],
        ),
        machine: { at, diskBytes: 120 * 2 ** 30, diskUsedBytes: (name === 'id-w-1' ? 112 : 50) * 2 ** 30, receivedBytes: seconds * 4e6, sentBytes: seconds * 9e5 },
      }
    },
  })
  const recorder = world.events.recorder('update')
  recorder.record({ object: { kind: 'Service', name: 'shop_api' }, type: 'Warning', reason: 'RolloutPaused', message: 'The rollout of v2 is paused' })
  recorder.record({ object: { kind: 'Node', name: 'id-w-3' }, type: 'Warning', reason: 'NodeDown', message: 'no heartbeat for 15 s' })
  const ran: (readonly string[])[] = []
  const browsed: string[] = []
  const paged: string[] = []
  const shells: string[] = []
  let saved: SavedFilters = {}
  let columns: SavedColumns = {}
  const session = new Session({
    clusters: [{ name: '~/.kit/local', context: 'local', client: world.client }],
    clock: world.clock,
    run: async (command) => {
      ran.push(command)
      return { isGood: true, text: `${command.join(' ')}: done\n` }
    },
    runAlone: async (command) => ({ isGood: true, text: command.join(' ') }),
    save: async (name) => `${name}.txt`,
    forward: async (_client, name, ports) => ({ address: '127.0.0.1', port: Number(ports.split(':')[0]), task: name, remote: Number(ports.split(':').at(-1)), traffic: { connections: 3, open: 1, sentBytes: 900, receivedBytes: 3 * 2 ** 20 } }),
    clientOf: async (context) => {
      throw new Error(`there is no context "${context}"`)
    },
    runShell: async (command) => {
      shells.push(command)
      return { isGood: true, text: '' }
    },
    file: async () => ({ themes: {}, readOnly: [], keys: [] }),
    page: async (text) => void paged.push(text),
    browse: async (url) => void browsed.push(url),
    columns: {
      read: async () => columns,
      keep: async (of, chosen) => {
        columns = kept(columns, of, chosen)
        return columns
      },
    },
    filters: {
      read: async () => saved,
      toggle: async (of, filter) => {
        saved = toggled(saved, of, filter)
        return saved
      },
    },
    theme: 'dark',
    hasColour: false,
    isReadOnly: false,
    start: { screen: 'overview' },
    size: { columns: 80, rows: 24 },
    ...given,
  })
  const commit = async (writes: readonly Write[]): Promise<void> => void (await world.store.commit({ writes }))
  const fill = (): Promise<void> => commit(objects.map((object) => ({ op: 'create', object })))
  const stop = new AbortController()
  const type = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) session.press(key)
    await world.clock.advance(2_500)
  }
  return {
    ...world,
    session,
    /** Commands that keys asked for. */
    ran,
    browsed,
    paged,
    shells,
    commit,
    /** Puts everything in the store. */
    fill,
    /** Fills the store, and lets the dashboard see it. `ended`: when somebody quits. */
    async open(): Promise<{ readonly ended: Promise<void>; close(): void }> {
      await fill()
      const ended = session.run(stop.signal)
      await world.clock.advance(2_500)
      return { ended, close: () => stop.abort() }
    },
    type,
    /** What is on the screen after these keys, without colours. */
    async shown(...keys: readonly string[]): Promise<string> {
      await type(...keys)
      return session
        .frame()
        .map((line) => stripVTControlCharacters(line).trimEnd())
        .join('\n')
    },
  }
}
