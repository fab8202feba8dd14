import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Kind, KitObject, Metadata } from '../objects.ts'
import { validateObject } from './validate.ts'

const metadata: Metadata = { name: 'a', uid: 'u', resourceVersion: 1, generation: 1, createdAt: 0 }
const image = 'nginx:1.27'

function causes(kind: Kind, spec: unknown, name = kind === 'Cluster' ? 'default' : 'a'): readonly string[] {
  return validateObject(kind, { kind, metadata: { name }, spec }).map(({ field, message }) => `${field} ${message}`)
}

const service = (template: object, spec: object = {}) => ({ ...spec, template: { image, ...template } })

const rules: readonly (readonly [rule: string, kind: Kind, spec: unknown, cause: RegExp | undefined])[] = [
  ['a service with an image is enough', 'Service', service({}), undefined],
  ['a command is enough for the process executor', 'Service', { template: { command: ['run'] } }, undefined],
  ['a service needs something to run', 'Service', { template: {} }, /template.image must be given/],
  ['a service needs a template', 'Service', {}, /^spec.template must be given/],
  ['an image is a reference', 'Service', { template: { image: 'No Image' } }, /image must be an image reference/],
  [
    'an image may have registry, port, tag and digest',
    'Service',
    { template: { image: `r.io:5000/a/b_c:1@sha256:${'0'.repeat(64)}` } },
    undefined,
  ],
  [
    'replicas belong to Replicated',
    'Service',
    service({}, { mode: 'Global', replicas: 2 }),
    /replicas may be specified only when `mode` is Replicated/,
  ],
  ['replicas are not negative', 'Service', service({}, { replicas: -1 }), /replicas must be greater than or equal to 0, found -1/],
  ['job sizes belong to ReplicatedJob', 'Service', service({}, { job: {} }), /job may be specified only/],
  ['a job has no update policy', 'Service', service({}, { mode: 'GlobalJob', update: {} }), /update may not be specified/],
  ['a job has no rollback policy', 'Service', service({}, { mode: 'GlobalJob', rollback: {} }), /rollback may not be specified/],
  [
    'the update ratio is a share',
    'Service',
    service({}, { update: { maxFailureRatio: 1.5 } }),
    /maxFailureRatio must be less than or equal to 1/,
  ],
  [
    'the rollback ratio is a share too',
    'Service',
    service({}, { rollback: { maxFailureRatio: -1 } }),
    /rollback.maxFailureRatio must be greater/,
  ],
  ['a CPU amount is not tiny', 'Service', service({ resources: { limits: { cpus: '0.0001' } } }), /cpus must be 0 or at least 0.001/],
  ['a CPU amount may be 0', 'Service', service({ resources: { limits: { cpus: '0' } } }), undefined],
  [
    'a memory amount is not tiny',
    'Service',
    service({ resources: { reservations: { memory: '1Mi' } } }),
    /memory must be 0 or at least 4Mi/,
  ],
  ['restart durations are durations', 'Service', service({ restart: { delay: '-1s' } }), /restart.delay must be a duration/],
  ['constraints parse', 'Service', service({ placement: { constraints: ['node.role = x'] } }), /constraints\[0\] must compare/],
  [
    'preferences spread over labels',
    'Service',
    service({ placement: { preferences: [{ spread: 'node.id' }] } }),
    /spread must be 'node.labels/,
  ],
  [
    'mount targets differ',
    'Service',
    service({
      mounts: [
        { type: 'Tmpfs', target: '/a' },
        { type: 'Tmpfs', target: '/a' },
      ],
    }),
    /mounts\[1\].target is the target of mounts\[0\]/,
  ],
  [
    'mount targets differ once filled in',
    'Service',
    service({
      mounts: [
        { type: 'Tmpfs', target: '/1' },
        { type: 'Tmpfs', target: '/{{.Task.Slot}}' },
      ],
    }),
    /mounts\[1\].target/,
  ],
  ['a bind mount needs a source', 'Service', service({ mounts: [{ type: 'Bind', target: '/a' }] }), /mounts\[0\].source must be given/],
  ['a tmpfs has no source', 'Service', service({ mounts: [{ type: 'Tmpfs', source: '/x', target: '/a' }] }), /source may not be specified/],
  [
    'health check times are at least a millisecond',
    'Service',
    service({ healthCheck: { interval: '1us' } }),
    /interval must be 0 or at least 1ms/,
  ],
  ['health checks begin with their form', 'Service', service({ healthCheck: { test: ['curl', 'x'] } }), /test\[0\] must be 'NONE'/],
  ['a shell health check is one line', 'Service', service({ healthCheck: { test: ['CMD-SHELL', 'a', 'b'] } }), /one line/],
  [
    'secret targets differ',
    'Service',
    service({ secrets: [{ source: 'a' }, { source: 'b', target: 'a' }] }),
    /secrets\[1\].target makes the file 'a'/,
  ],
  ['config targets differ', 'Service', service({ configs: [{ source: 'a' }, { source: 'a' }] }), /configs\[1\].source makes the file/],
  [
    'a network is attached once',
    'Service',
    service({ networks: [{ target: 'n' }, { target: 'n' }] }),
    /networks\[1\].target is attached already/,
  ],
  [
    'DNSRR has no ingress ports',
    'Service',
    service({}, { endpoint: { mode: 'DNSRR', ports: [{ targetPort: 80 }] } }),
    /must have `publishMode: Host`/,
  ],
  [
    'DNSRR may have host ports',
    'Service',
    service({}, { endpoint: { mode: 'DNSRR', ports: [{ targetPort: 80, publishMode: 'Host' }] } }),
    undefined,
  ],
  [
    'SCTP has no ingress ports',
    'Service',
    service({}, { endpoint: { ports: [{ targetPort: 80, protocol: 'SCTP' }] } }),
    /ports\[0\].publishMode must be Host for SCTP/,
  ],
  [
    'a PROXY header is for TCP',
    'Service',
    service({}, { endpoint: { ports: [{ targetPort: 80, protocol: 'UDP', proxyProtocol: 'V2' }] } }),
    /ports\[0\].proxyProtocol may be V2 only for TCP/,
  ],
  ['a PROXY header may be had', 'Service', service({}, { endpoint: { ports: [{ targetPort: 80, proxyProtocol: 'V2' }] } }), undefined],
  [
    'published ports differ',
    'Service',
    service(
      {},
      {
        endpoint: {
          ports: [
            { targetPort: 1, publishedPort: 80 },
            { targetPort: 2, publishedPort: 80 },
          ],
        },
      },
    ),
    /publishes 80\/TCP, as spec.endpoint.ports\[0\]/,
  ],
  [
    'one number may be published for two protocols',
    'Service',
    service(
      {},
      {
        endpoint: {
          ports: [
            { targetPort: 1, publishedPort: 80 },
            { targetPort: 1, publishedPort: 80, protocol: 'UDP' },
          ],
        },
      },
    ),
    undefined,
  ],
  [
    'ports without a number never conflict',
    'Service',
    service({}, { endpoint: { ports: [{ targetPort: 1 }, { targetPort: 2 }] } }),
    undefined,
  ],
  ['placeholders exist', 'Service', service({ env: { A: '{{.Task.Nope}}' } }), /env.A uses '.Task.Nope'/],
  ['placeholders are closed', 'Service', service({ hostname: '{{.Task.Slot' }), /hostname has a '\{\{' without/],
  ['environment names have no =', 'Service', service({ env: { 'A=B': 'x' } }), /without '='/],
  [
    'unknown fields are refused, with the nearest',
    'Service',
    service({}, { replica: 3 }),
    /unknown field 'replica' in Service spec \(did you mean 'replicas'\?\)/,
  ],
  ['a number is not text', 'Service', service({ hostname: 3 }), /hostname must be text, found the number 3 \(write "3"\)/],
  [
    'an enum names its values',
    'Service',
    service({ restart: { condition: 'any' } }),
    /must be one of 'Any', 'OnFailure', 'None', found 'any' \(did you mean 'Any'\?\)/,
  ],
  ['a secret has data', 'Secret', {}, /data must be given, or `driver`/],
  ['a secret is not empty', 'Secret', { data: '' }, /data must not be empty/],
  ['a secret has data or a driver', 'Secret', { data: 'YQ==', driver: { name: 'vault' } }, /data may not be specified/],
  ['a secret is base64', 'Secret', { data: 'a b' }, /data must be base64/],
  ['a secret of 511,999 bytes is the largest', 'Secret', { data: Buffer.alloc(511_999).toString('base64') }, undefined],
  [
    'a secret of 512,000 bytes is too large',
    'Secret',
    { data: Buffer.alloc(512_000).toString('base64') },
    /less than 512000 bytes, found 512000/,
  ],
  ['a config of 1,023,999 bytes is the largest', 'Config', { data: Buffer.alloc(1_023_999).toString('base64') }, undefined],
  ['a config of 1,024,000 bytes is too large', 'Config', { data: Buffer.alloc(1_024_000).toString('base64') }, /less than 1024000 bytes/],
  ['a network may be empty', 'Network', {}, undefined],
  ['an ingress network is not attachable', 'Network', { ingress: true, attachable: true }, /attachable may not be true when `ingress` is/],
  ['subnets are ranges', 'Network', { ipam: { configs: [{ subnet: '10.0.0.0/33' }] } }, /subnet must be an address range/],
  ['subnets differ', 'Network', { ipam: { configs: [{ subnet: '10.0.0.0/24' }, { subnet: '10.0.0.0/24' }] } }, /subnet is given twice/],
  [
    'a gateway needs its subnet',
    'Network',
    { ipam: { configs: [{ gateway: '10.0.0.1' }] } },
    /gateway may be specified only with `subnet`/,
  ],
  ['a heartbeat is not too fast', 'Cluster', { heartbeatPeriod: '1ms' }, /heartbeatPeriod must be at least 100ms/],
  ['history may be unlimited', 'Cluster', { taskHistoryLimit: -1 }, undefined],
  ['a source has a path', 'Source', {}, /spec.path must be given/],
  ['a stack holds any document', 'Stack', { services: { a: { image } }, 'x-any': 1 }, undefined],
  [
    'no stack may hold keys that reach the prototype',
    'Stack',
    JSON.parse('{"services":{"__proto__":{}}}'),
    /the key '__proto__' is not allowed/,
  ],
]
for (const [rule, kind, spec, cause] of rules) {
  test(rule, () => {
    const found = causes(kind, spec)
    if (cause === undefined) assert.deepEqual(found, [])
    else assert.match(found.join('\n'), cause)
  })
}

const names: readonly (readonly [kind: Kind, name: string, valid: boolean])[] = [
  ['Service', 'web_1-a', true],
  ['Service', 'web.1', false],
  ['Service', '-web', false],
  ['Service', 'web-', false],
  ['Service', '', false],
  ['Service', 'a'.repeat(63), true],
  ['Service', 'a'.repeat(64), false],
  ['Secret', 'a.b-c_d', true],
  ['Secret', 'a'.repeat(64), true],
  ['Secret', 'a'.repeat(65), false],
  ['Cluster', 'default', true],
  ['Cluster', 'other', false],
]
const smallest: Partial<Record<Kind, object>> = { Service: { template: { image } }, Secret: { data: 'YQ==' }, Cluster: {} }
for (const [kind, name, valid] of names) {
  test(`the name '${name.slice(0, 10)}' of length ${name.length} ${valid ? 'fits' : 'does not fit'} a ${kind}`, () => {
    assert.equal(causes(kind, smallest[kind], name).length === 0, valid)
  })
}

const updates: readonly (readonly [behaviour: string, old: KitObject, next: object, cause: RegExp | undefined])[] = [
  [
    'the mode of a service is fixed',
    { kind: 'Service', metadata, spec: { template: { image } }, status: {} },
    { spec: { mode: 'Global', template: { image } } },
    /spec.mode cannot be changed \('Replicated' to 'Global'\)/,
  ],
  [
    'writing out a default is no change',
    { kind: 'Service', metadata, spec: { template: { image } }, status: {} },
    { spec: { mode: 'Replicated', template: { image } } },
    undefined,
  ],
  [
    'a name is fixed',
    { kind: 'Service', metadata, spec: { template: { image } }, status: {} },
    { metadata: { name: 'b' }, spec: { template: { image } } },
    /metadata.name cannot be changed/,
  ],
  [
    'data of a secret is fixed and never shown',
    { kind: 'Secret', metadata, spec: { data: 'YQ==' }, status: {} },
    { spec: { data: 'Yg==' } },
    /^spec.data cannot be changed$/,
  ],
  [
    'data of a secret may be left out',
    { kind: 'Secret', metadata, spec: { data: 'YQ==' }, status: {} },
    { spec: { labels: { a: 'b' } } },
    undefined,
  ],
  [
    'what was wrong before and has not changed is let through',
    { kind: 'Service', metadata, spec: { template: { image: 'Bad Image' } }, status: {} },
    { spec: { replicas: 2, template: { image: 'Bad Image' } } },
    undefined,
  ],
]
for (const [behaviour, old, next, cause] of updates) {
  test(behaviour, () => {
    const found = validateObject(old.kind, { ...old, ...next }, old).map(({ field, message }) => `${field} ${message}`)
    if (cause === undefined) assert.deepEqual(found, [])
    else assert.match(found.join('\n'), cause)
  })
}

test('entries of a list with keys differ in them', () => {
  const conditions = [
    { type: 'Ready', status: 'True' },
    { type: 'Ready', status: 'False' },
  ]
  const object = { kind: 'Network', metadata: { name: 'a' }, spec: {}, status: { conditions } }
  assert.deepEqual(validateObject('Network', object), [
    { reason: 'FieldValueDuplicate', field: 'status.conditions[1]', message: 'is given twice: type ["Ready"]' },
  ])
})

test('metadata is checked as a whole', () => {
  const bad = { name: 'a', label: {}, labels: { a: 1, '-': 'x' }, finalizers: ['kit/a', 'kit/a'] }
  const found = validateObject('Volume', { kind: 'Volume', metadata: bad, spec: {} }).map(({ field }) => field)
  assert.deepEqual(found, ['metadata.label', 'metadata.labels.a', 'metadata.labels.-', 'metadata.finalizers[1]'])
})

test('anything that is not an object is refused in words', () => {
  for (const value of [undefined, null, 3, 'x', [], {}]) assert(validateObject('Service', value).length > 0)
})
