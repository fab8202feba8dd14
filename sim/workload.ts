// What the users of a simulated cluster do, through the API like anybody: services of every sort, changes
// of them, and at the end the state in which everything must come to rest.

import type { JsonObject, Manifest } from '../api/wire.ts'
import type { Client } from '../client/client.ts'
import type { Acknowledged } from './checkers/acknowledged-writes-survive.ts'
import type { SeededRandom } from './effects/random.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** What services refer to; there before them. */
export const fileManifests: readonly (Manifest & { readonly kind: 'Secret' | 'Config' })[] = [
  { apiVersion: 'kit/v1', kind: 'Secret', metadata: { name: 'password' }, spec: { data: base64('hunter2') } },
  { apiVersion: 'kit/v1', kind: 'Secret', metadata: { name: 'zone-key' }, spec: { data: base64('key') } },
  {
    apiVersion: 'kit/v1',
    kind: 'Config',
    metadata: { name: 'settings' },
    spec: { data: base64('slot={{.Task.Slot}} password={{secret "password"}}'), template: 'golang' },
  },
]

/** How a task behaves, told by its environment so that the machine's plan can see it. */
export type Behaviour = 'runs' | 'crashes' | 'completes' | 'slow'

export const serviceNames = ['web', 'everywhere', 'once', 'zoned', 'limited'] as const
export type ServiceName = (typeof serviceNames)[number]

/** Services that publish ports, with what they may publish; the first at the beginning and at the end. No number is in two of them. */
const portsOf = {
  web: [
    [{ targetPort: 80 }],
    [{ targetPort: 80, publishedPort: 8080 }],
    [
      { targetPort: 80, publishedPort: 8081 },
      { targetPort: 53, protocol: 'UDP' },
    ],
    [],
  ],
  everywhere: [
    [{ targetPort: 90, publishedPort: 9090 }],
    [{ targetPort: 90 }],
    [
      { targetPort: 90, publishedPort: 9090 },
      { targetPort: 91, publishedPort: 9091 },
    ],
    [],
  ],
} satisfies Partial<Record<ServiceName, readonly (readonly JsonObject[])[]>>

export const publishingNames = ['web', 'everywhere'] as const

export function randomEndpoint(name: (typeof publishingNames)[number], random: SeededRandom): JsonObject {
  return { ports: random.pick(portsOf[name]) }
}

/** What the service publishes when nobody has changed it. */
export function firstEndpoint(name: ServiceName): { readonly endpoint?: JsonObject } {
  return name === 'web' || name === 'everywhere' ? { endpoint: { ports: portsOf[name][0] ?? [] } } : {}
}

export function serviceManifest(name: ServiceName, random: SeededRandom, version: number, behaviour: Behaviour): Manifest {
  const failureAction = random.pick(['Pause', 'Rollback', 'Rollback', 'Continue'])
  const policy = {
    parallelism: 1 + random.below(3),
    delay: random.pick(['0s', '2s', '7s']),
    monitor: '4s',
    maxFailureRatio: random.pick([0, 0, 0.4]),
    order: random.pick(['StopFirst', 'StartFirst']),
  }
  return {
    apiVersion: 'kit/v1',
    kind: 'Service',
    metadata: { name },
    spec: {
      ...shapeOf(name, random),
      ...firstEndpoint(name),
      template: template(name, version, behaviour),
      update: { ...policy, failureAction },
      rollback: { ...policy, failureAction: 'Pause' },
    },
  }
}

function shapeOf(name: ServiceName, random: SeededRandom): JsonObject {
  return name === 'everywhere' ? { mode: 'Global' } : { mode: 'Replicated', replicas: name === 'once' ? 2 : 1 + random.below(6) }
}

export function template(name: ServiceName, version: number, behaviour: Behaviour): JsonObject {
  const base = {
    image: 'simulated',
    command: ['program'],
    env: { VERSION: String(version), BEHAVIOUR: name === 'once' && behaviour === 'runs' ? 'completes' : behaviour },
    stopGracePeriod: '5s',
  }
  switch (name) {
    case 'web':
      return {
        ...base,
        secrets: [{ source: 'password' }],
        configs: [{ source: 'settings' }],
        restart: { condition: 'Any', delay: '1s' },
        healthCheck: { test: ['CMD', 'check'], interval: '5s', startPeriod: '5s', startInterval: '1s' },
      }
    case 'everywhere':
      return { ...base, restart: { condition: 'Any', delay: '2s' } }
    case 'once':
      return { ...base, restart: { condition: 'None' } }
    case 'zoned':
      return {
        ...base,
        secrets: [{ source: 'zone-key', target: 'key-{{.Node.Hostname}}' }],
        restart: { condition: 'Any', delay: '0s' },
        placement: { constraints: ['node.labels.zone == a'], maxReplicasPerNode: 3 },
        resources: { reservations: { cpus: '0.5', memory: '256Mi' } },
      }
    case 'limited':
      return {
        ...base,
        restart: { condition: 'OnFailure', delay: '1s', maxAttempts: 2, window: '60s' },
        resources: { reservations: { cpus: '1' } },
      }
  }
}

/** Creates or changes a service as a person's tool would: what is there already is patched. */
export function applyService(client: Client, manifest: Manifest): Promise<Acknowledged> {
  return client.apply('Service', manifest, { fieldManager: 'user', force: true })
}

export function applyFile(client: Client, manifest: (typeof fileManifests)[number]): Promise<Acknowledged> {
  return client.apply(manifest.kind, manifest, { fieldManager: 'user' })
}

export function patchService(client: Client, name: ServiceName, spec: JsonObject): Promise<Acknowledged> {
  return client.patch('Service', name, { type: 'merge', patch: { spec } }, { fieldManager: 'user' })
}

export function patchNode(client: Client, name: string, patch: JsonObject): Promise<Acknowledged> {
  return client.patch('Node', name, { type: 'merge', patch }, { fieldManager: 'user' })
}

/** Another root for all certificates, also in the middle of going over to one. */
export async function rotateRoot(client: Client): Promise<Acknowledged> {
  const { spec } = await client.get('Cluster', 'default')
  const patch = { spec: { ca: { rotateRoot: (spec.ca?.rotateRoot ?? 0) + 1 } } }
  return await client.patch('Cluster', 'default', { type: 'merge', patch }, { fieldManager: 'user' })
}
