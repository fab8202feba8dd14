// What the engine is asked for, for each option of a task.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskTemplate } from '../../api/objects.ts'
import type { Assignment } from '../../api/session.ts'
import { FatalTaskError } from '../executor.ts'
import { assignment } from '../testdata/assignment.ts'
import { attachmentsOf, containerOptions, ownHealthCheck } from './container-options.ts'
import type { CreateOptions } from './engine.ts'

const node = { id: 'node-1', hostname: 'one', os: 'linux', arch: 'x86_64' }
const owner = { nodeId: 'node-1', clusterId: 'cluster-1', boot: 'boot-1' }

type Options = Omit<CreateOptions, 'name'>
type Host = NonNullable<CreateOptions['HostConfig']>

function optionsOf(
  template: TaskTemplate,
  more: Partial<Assignment> = {},
  image: Parameters<typeof containerOptions>[3] = {},
  files: Parameters<typeof containerOptions>[4] = [],
): CreateOptions {
  return containerOptions(assignment('web.1.a', { image: 'web:1', ...template }, more), node, owner, image, files)
}

const container: readonly (readonly [name: string, template: TaskTemplate, expected: Partial<Options>])[] = [
  ['an image without a tag is its latest', { image: 'reg.example:5000/web' }, { Image: 'reg.example:5000/web:latest' }],
  ['an image with a digest is that one', { image: `web@sha256:${'a'.repeat(64)}` }, { Image: `web@sha256:${'a'.repeat(64)}` }],
  ['entrypoint and command', { entrypoint: ['/init'], command: ['-x', '1'] }, { Entrypoint: ['/init'], Cmd: ['-x', '1'] }],
  ['empty ones are the image’s own', { entrypoint: [], command: [] }, { Entrypoint: undefined, Cmd: undefined }],
  ['env with placeholders', { env: { A: '1', S: '{{.Task.Slot}}@{{.Node.Hostname}}' } }, { Env: ['A=1', 'S=1@one'] }],
  ['user and directory', { user: '1000:100', workingDir: '/srv' }, { User: '1000:100', WorkingDir: '/srv' }],
  ['host name with placeholders', { hostname: 'web-{{.Task.Slot}}' }, { Hostname: 'web-1' }],
  ['terminal and input', { tty: true, stdinOpen: true }, { Tty: true, OpenStdin: true }],
  ['stop signal and time, rounded up', { stopSignal: 'SIGQUIT', stopGracePeriod: '1500ms' }, { StopSignal: 'SIGQUIT', StopTimeout: 2 }],
  ['ten seconds to stop when nothing is said', {}, { StopTimeout: 10 }],
  ['health checks are the agent’s', { healthCheck: { test: ['CMD', 'true'] } }, { Healthcheck: { Test: ['NONE'] } }],
]

for (const [name, template, expected] of container) {
  test(`a container: ${name}`, () => {
    const options = optionsOf(template)
    for (const [field, value] of Object.entries(expected)) assert.deepEqual(Reflect.get(options, field), value, field)
  })
}

const host: readonly (readonly [name: string, template: TaskTemplate, expected: Partial<Host>])[] = [
  ['the engine never restarts a task', {}, { RestartPolicy: { Name: 'no' } }],
  ['init and read-only root', { init: true, readOnly: true }, { Init: true, ReadonlyRootfs: true }],
  ['groups', { groups: ['audio', '44'] }, { GroupAdd: ['audio', '44'] }],
  ['capabilities', { capabilityAdd: ['CAP_NET_ADMIN'], capabilityDrop: ['ALL'] }, { CapAdd: ['CAP_NET_ADMIN'], CapDrop: ['ALL'] }],
  ['kernel parameters', { sysctls: { 'net.core.somaxconn': '1024' } }, { Sysctls: { 'net.core.somaxconn': '1024' } }],
  ['ulimits', { ulimits: [{ name: 'nofile', soft: 1, hard: 2 }] }, { Ulimits: [{ Name: 'nofile', Soft: 1, Hard: 2 }] }],
  ['out-of-memory score', { oomScoreAdj: 500 }, { OomScoreAdj: 500 }],
  ['size of /dev/shm', { shmSize: '64Mi' }, { ShmSize: 64 * 2 ** 20 }],
  ['further hosts', { extraHosts: ['db:10.0.0.1'] }, { ExtraHosts: ['db:10.0.0.1'] }],
  [
    'name resolution',
    { dns: { nameservers: ['1.1.1.1'], search: ['example'], options: ['ndots:1'] } },
    { Dns: ['1.1.1.1'], DnsSearch: ['example'], DnsOptions: ['ndots:1'] },
  ],
  [
    'log driver',
    { logDriver: { name: 'local', options: { 'max-size': '1m' } } },
    { LogConfig: { Type: 'local', Config: { 'max-size': '1m' } } },
  ],
  ['isolation', { isolation: 'default' }, { Isolation: 'default' }],
  [
    'limits, and reserved memory',
    { resources: { limits: { cpus: '0.5', memory: '64Mi', pids: 100 }, reservations: { memory: '32Mi', cpus: '0.1' } } },
    { NanoCpus: 500_000_000, Memory: 64 * 2 ** 20, PidsLimit: 100, MemoryReservation: 32 * 2 ** 20 },
  ],
  ['no limit of processes', { resources: { limits: { pids: 0 } } }, { PidsLimit: undefined }],
  [
    'a bind mount',
    { mounts: [{ type: 'Bind', source: '/srv/{{.Service.Name}}', target: '/data', readOnly: true, propagation: 'rslave' }] },
    { Mounts: [{ Type: 'bind', Source: '/srv/web', Target: '/data', ReadOnly: true, BindOptions: { Propagation: 'rslave' } }] },
  ],
  [
    'a volume with its driver',
    {
      mounts: [
        {
          type: 'Volume',
          source: 'data',
          target: '/d',
          noCopy: true,
          driver: 'local',
          driverOptions: { type: 'tmpfs' },
          labels: { a: 'b' },
        },
      ],
    },
    {
      Mounts: [
        {
          Type: 'volume',
          Source: 'data',
          Target: '/d',
          ReadOnly: undefined,
          VolumeOptions: { NoCopy: true, Labels: { a: 'b' }, DriverConfig: { Name: 'local', Options: { type: 'tmpfs' } } },
        },
      ],
    },
  ],
  [
    'a file system in memory',
    { mounts: [{ type: 'Tmpfs', target: '/t', sizeBytes: 1000, mode: 0o700 }] },
    { Mounts: [{ Type: 'tmpfs', Source: '', Target: '/t', ReadOnly: undefined, TmpfsOptions: { SizeBytes: 1000, Mode: 0o700 } }] },
  ],
]

for (const [name, template, expected] of host) {
  test(`a container on its node: ${name}`, () => {
    const { HostConfig } = optionsOf(template)
    for (const [field, value] of Object.entries(expected)) assert.deepEqual(Reflect.get(HostConfig ?? {}, field), value, field)
  })
}

test('labels say whose container it is, and the template cannot change that', () => {
  assert.deepEqual(optionsOf({ labels: { a: 'b', 'kit/node': 'another' } }).Labels, {
    a: 'b',
    'kit/cluster': 'cluster-1',
    'kit/node': 'node-1',
    'kit/service': 'web',
    'kit/slot': '1',
    'kit/task': 'web.1.a',
    'kit/boot': 'boot-1',
  })
})

test('host-mode ports are published by the engine; ports of the service are only said to be served', () => {
  const port = { protocol: 'UDP', targetPort: 53, publishedPort: 5353 } as const
  const { ExposedPorts, HostConfig } = optionsOf({}, { hostPorts: [port], targetPorts: [{ protocol: 'TCP', targetPort: 80 }] })
  assert.deepEqual(ExposedPorts, { '53/udp': {}, '80/tcp': {} })
  assert.deepEqual(HostConfig?.PortBindings, { '53/udp': [{ HostPort: '5353' }] })
})

test('files are mounted read-only at their paths, beside what the template mounts', () => {
  const files = [{ source: '/dev/shm/kit-1/web.1.a/0', target: '/run/secrets/key' }]
  const options = optionsOf({ mounts: [{ type: 'Bind', source: '/srv', target: '/srv' }] }, {}, {}, files)
  assert.deepEqual(options.HostConfig?.Mounts, [
    { Type: 'bind', Source: '/srv', Target: '/srv', ReadOnly: undefined },
    { Type: 'bind', Source: '/dev/shm/kit-1/web.1.a/0', Target: '/run/secrets/key', ReadOnly: true },
  ])
})

test('generic resources that were assigned are in the environment', () => {
  assert.deepEqual(optionsOf({}, { assignedGeneric: { gpu: 'a,b' } }).Env, ['DOCKER_RESOURCE_GPU=a,b'])
})

test('a network is one of this node’s own, with the service as a name in it', () => {
  const template = { image: 'web', networks: [{ target: 'front', aliases: ['www'] }, { target: 'back' }] }
  const networks = { front: {}, back: { internal: true, driver: 'overlay', driverOptions: { encrypted: '' }, labels: { a: 'b' } } }
  const [front, back] = attachmentsOf(assignment('web.1.a', template, { networks }), owner)
  assert.deepEqual([front?.name, front?.endpoint], ['front.node-1', { Aliases: ['web', 'www'] }])
  assert.equal(back?.create?.Driver, 'bridge')
  assert.equal(back?.create?.Internal, true)
  assert.equal(back?.create?.Options, undefined)
  assert.deepEqual(back?.create?.Labels, { a: 'b', 'kit/cluster': 'cluster-1', 'kit/node': 'node-1', 'kit/network': 'back' })
  const options = optionsOf({ networks: template.networks }, { networks })
  assert.equal(options.HostConfig?.NetworkMode, 'front.node-1')
  assert.deepEqual(options.NetworkingConfig?.EndpointsConfig, { 'front.node-1': { Aliases: ['web', 'www'] } })
})

test('a network of another driver keeps its options and ranges', () => {
  const spec = { driver: 'macvlan', driverOptions: { parent: 'eth0' }, ipam: { configs: [{ subnet: '10.1.0.0/16', gateway: '10.1.0.1' }] } }
  const template = { image: 'web', networks: [{ target: 'lan' }] }
  const [lan] = attachmentsOf(assignment('web.1.a', template, { networks: { lan: spec } }), owner)
  assert.deepEqual([lan?.create?.Driver, lan?.create?.Options], ['macvlan', { parent: 'eth0' }])
  const range = { Subnet: '10.1.0.0/16', IPRange: undefined, Gateway: '10.1.0.1', AuxiliaryAddresses: undefined }
  assert.deepEqual(lan?.create?.IPAM?.Config, [range])
})

test('the network of the machine itself is taken as it is', () => {
  const template = { image: 'web', networks: [{ target: 'outside' }] }
  const [outside] = attachmentsOf(assignment('web.1.a', template, { networks: { outside: { hostNetwork: 'host' } } }), owner)
  assert.deepEqual(outside, { name: 'host', endpoint: {} })
})

const ownCheck = { test: ['CMD', '/ready'], intervalMs: 5000, timeoutMs: 0, startPeriodMs: 0, retries: 2 }
const health: readonly (readonly [name: string, template: TaskTemplate, expected: ReturnType<typeof ownHealthCheck>])[] = [
  ['is run when the template says nothing', {}, { test: ['CMD', '/ready'], retries: 2, interval: '5s', timeout: '0s', startPeriod: '0s' }],
  [
    'is run with the times of the template',
    { healthCheck: { interval: '1s' } },
    { test: ['CMD', '/ready'], retries: 2, interval: '1s', timeout: '0s', startPeriod: '0s' },
  ],
  ['gives way to another one', { healthCheck: { test: ['CMD', 'true'] } }, undefined],
  ['can be switched off', { healthCheck: { test: ['NONE'] } }, undefined],
]
for (const [name, template, expected] of health) {
  test(`the health check of an image ${name}`, () => {
    assert.deepEqual(ownHealthCheck(optionsOf(template, {}, { healthCheck: ownCheck }).Labels ?? {}), expected)
  })
}

const refused: readonly (readonly [template: TaskTemplate, message: RegExp])[] = [
  [{ command: ['true'] }, /needs an image/],
  [{ image: 'a', mounts: [{ type: 'Cluster', source: 'v', target: '/v' }] }, /no mounts of type Cluster: remove the one at \/v/],
  [{ image: 'a', mounts: [{ type: 'Bind', source: '/v', target: '/v', propagation: 'odd' }] }, /propagation "odd"/],
  [{ image: 'a', env: { A: '{{.Nothing}}' } }, /environment variable A .*does not exist/],
]
for (const [template, message] of refused) {
  test(`refused for good: ${message.source}`, () => {
    const attempt = (): unknown => containerOptions(assignment('web.1.a', template), node, owner, {}, [])
    assert.throws(attempt, (error: unknown) => error instanceof FatalTaskError && message.test(error.message))
  })
}
