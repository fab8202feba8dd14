// biome-ignore-all lint/suspicious/noTemplateCurlyInString: -- that is what Compose writes, and what is tested here
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileStack } from './compile.ts'
import { describeIgnored } from './ignored.ts'
import { resolveDocument } from './interpolate.ts'
import { planStack } from './plan.ts'
import { formatPath } from './problem.ts'
import { readCompose } from './read.ts'
import { splitShellWords } from './shell-words.ts'

function serviceOf(members: object, more: object = {}) {
  const read = readCompose({ services: { web: { image: 'x', ...members } }, ...more })
  if ('problems' in read) return read.problems.map(({ path, message }) => `${formatPath(path)}: ${message}`)
  return compileStack('s', read.model).find((draft) => draft.kind === 'Service')?.spec
}

const port = (written: unknown) => {
  const spec = serviceOf({ ports: [written] })
  return spec === undefined || !('template' in spec)
    ? 'refused'
    : spec.endpoint?.ports?.map((each) => Object.values(each).join(' ')).join(', ')
}
const ports: readonly (readonly [written: unknown, meant: string])[] = [
  [80, '80'],
  ['82:83', '83 82'],
  ['53:53/udp', 'UDP 53 53'],
  ['8000-8002:90-92', '90 8000, 91 8001, 92 8002'],
  ['9000-9002:80', '80 9000, 80 9001, 80 9002'],
  ['7000-7001', '7000, 7001'],
  ['127.0.0.1:5000:50', '50 5000'],
  ['[::1]:5000:50', '50 5000'],
  ['127.0.0.1::50', '50'],
  [{ target: 80, host_ip: '127.0.0.1', app_protocol: 'http', name: 'web' }, 'web 80'],
  ['8000-8002:90-91', 'refused'],
  ['70000:1', 'refused'],
  ['80/icmp', 'refused'],
  [{ target: 80, published: 8080, protocol: 'tcp', mode: 'host' }, '80 8080 Host'],
  [{ target: 80 }, '80'],
  [{ published: 80 }, 'refused'],
  [{ target: 80, 'x-kit-proxy-protocol': 'v2' }, '80 V2'],
]
for (const [written, meant] of ports) {
  test(`port ${JSON.stringify(written)} is ${meant}`, () => assert.equal(port(written), meant))
}

const wordTable: readonly (readonly [line: string, words: readonly string[] | string])[] = [
  ['node server.js', ['node', 'server.js']],
  [`sh -c "echo 'a b'"`, ['sh', '-c', "echo 'a b'"]],
  [`a\\ b 'c\\d' "e\\"f\\g"`, ['a b', 'c\\d', 'e"f\\g']],
  [`x''y ""`, ['xy', '']],
  ['', []],
  [`'open`, "a ' is never closed"],
]
for (const [line, words] of wordTable) test(`the command line <${line}> is split`, () => assert.deepEqual(splitShellWords(line), words))

const variables: readonly (readonly [text: string, value: string | undefined])[] = [
  ['$A-${A}', '1-1'],
  ['$$A', '$A'],
  ['${NONE}|$NONE', '|'],
  ['${EMPTY:-x} ${EMPTY-x}', 'x '],
  ['${NONE:-${A}}', '1'],
  ['${A:+yes}${NONE:+no}', 'yes'],
  ['${A:?wanted}', '1'],
  ['${NONE:?wanted}', undefined],
  ['${A:-${NONE:?unused}}', '1'],
  ['${NONE:-$2y$05$oZcj}|$A', '$2y$05$oZcj|1'],
  ['${A:-$2y$05}', '1'],
  ['${NONE:-$A-$$}', '1-$'],
  ['${NONE:-$5${A}}', undefined],
  ['$5', undefined],
  ['${A', undefined],
  ['${A!}', undefined],
]
for (const [text, value] of variables) {
  test(`the text <${text}> ${value === undefined ? 'is refused' : `becomes <${value}>`}`, () => {
    const { document, problems } = resolveDocument({ a: [text] }, { A: '1', EMPTY: '' })
    if (value === undefined)
      assert.deepEqual(
        problems.map(({ path }) => path),
        [['a', 0]],
      )
    else assert.deepEqual([document, problems], [{ a: [value] }, []])
  })
}

test('a variable without a value comes from the caller, and is left out when the caller has none', () => {
  const document = {
    services: { web: { image: 'x', environment: ['A', 'B', 'C=3'] }, api: { image: 'x', environment: { A: null, B: null, C: 3 } } },
  }
  const resolved = resolveDocument(document, { A: '1' })
  const read = readCompose(resolved.document)
  assert.ok('model' in read)
  assert.deepEqual(read.model.services['web']?.environment, { A: '1', C: '3' })
  assert.deepEqual(read.model.services['api']?.environment, { A: '1', C: '3' })
})

const refused: readonly (readonly [name: string, members: object, problem: string])[] = [
  ['a misspelt key', { comand: 'x' }, 'services.web.comand: unknown key "comand"'],
  ['a key without which the stack is another one', { gpus: 'all' }, 'services.web.gpus: kit does not support "gpus"'],
  ['a duration without a unit', { stop_grace_period: '10' }, 'services.web.stop_grace_period: wanted a duration, found the text "10"'],
  ['a day', { stop_grace_period: '1d' }, 'services.web.stop_grace_period: wanted a duration, found the text "1d"'],
  [
    'a global service with replicas',
    { deploy: { mode: 'global', replicas: 2 } },
    'services.web.deploy.replicas: a global service has no number of replicas',
  ],
  ['a network nobody declared', { networks: ['back'] }, 'services.web.networks: network "back" is not declared'],
  [
    'a relative bind',
    { volumes: ['./a:/b'] },
    'services.web.volumes[0]: "./a" is relative, but the mount is made on the nodes of the cluster',
  ],
]
const more: readonly (readonly [name: string, members: object, problem: string])[] = [
  ['two numbers of replicas', { scale: 2, deploy: { replicas: 3 } }, 'services.web.scale: scale is 2, and deploy.replicas is 3'],
  [
    'a scale of a global service',
    { scale: 2, deploy: { mode: 'global' } },
    'services.web.scale: a global service has no number of replicas',
  ],
  [
    'a part of a volume',
    { volumes: [{ type: 'volume', target: '/a', volume: { subpath: 'b' } }] },
    'services.web.volumes[0].volume.subpath: kit does not support "subpath"',
  ],
  ['a directory in memory that is none', { tmpfs: 'run' }, 'services.web.tmpfs: "run" is not a directory in memory'],
  ['an env_file in a stored document', { env_file: './a' }, 'services.web.env_file: kit does not support "env_file"'],
  ['profiles in a stored document', { profiles: ['a'] }, 'services.web.profiles: kit does not support "profiles"'],
]
for (const [name, members, problem] of [...refused, ...more])
  test(`${name} is refused`, () => assert.deepEqual(serviceOf(members), [problem]))

test('a misspelt key that kit would not act on either is recognised', () => {
  const read = readCompose({ services: { web: { image: 'x', depend_on: [], privilegd: true } } })
  assert.deepEqual('problems' in read && read.problems.map(({ hint }) => hint), [
    'did you mean "depends_on"?',
    'did you mean "privileged"?',
  ])
})

test('a service without an image is named, and kit says that it builds none', () => {
  for (const [service, help] of [
    [{}, undefined],
    [{ build: '.' }, /^kit builds no images/],
  ] as const) {
    const read = readCompose({ services: { web: service } })
    const [problem, ...others] = 'problems' in read ? read.problems : []
    assert.deepEqual([problem?.path, problem?.message, others], [['services', 'web'], '"image" is missing', []])
    if (help === undefined) assert.equal(problem?.help, undefined)
    else assert.match(problem?.help ?? '', help)
  }
})

const meant: readonly (readonly [name: string, members: object, template: object])[] = [
  ['scale', { scale: 3 }, { replicas: 3 }],
  ['scale beside the same number', { scale: 3, deploy: { replicas: 3 } }, { replicas: 3 }],
  ['restart: no', { restart: 'no' }, { template: { restart: { condition: 'None' } } }],
  ['restart: false', { restart: false }, { template: { restart: { condition: 'None' } } }],
  ['restart: always', { restart: 'always' }, { template: { restart: { condition: 'Any' } } }],
  ['restart: on-failure:3', { restart: 'on-failure:3' }, { template: { restart: { condition: 'OnFailure', maxAttempts: 3 } } }],
  [
    'restart beside a policy',
    { restart: 'always', deploy: { restart_policy: { condition: 'none' } } },
    { template: { restart: { condition: 'None' } } },
  ],
  ['shm_size', { shm_size: '64m' }, { template: { shmSize: '64Mi' } }],
  ['tmpfs', { tmpfs: '/run' }, { template: { mounts: [{ type: 'Tmpfs', target: '/run' }] } }],
  [
    'tmpfs with options',
    { tmpfs: ['/run:size=64m,mode=1770', '/tmp'] },
    {
      template: {
        mounts: [
          { type: 'Tmpfs', target: '/run', sizeBytes: 64 * 2 ** 20, mode: 0o1770 },
          { type: 'Tmpfs', target: '/tmp' },
        ],
      },
    },
  ],
]
for (const [name, members, expected] of meant)
  test(`${name} is acted on`, () => assert.partialDeepStrictEqual(serviceOf(members), expected))

const ignored: readonly (readonly [members: object, lines: readonly string[]])[] = [
  [{ depends_on: ['a'] }, ['depends_on (web): services start together, and restart until what they need is there']],
  [
    { depends_on: { a: { condition: 'service_healthy' } } },
    ['depends_on (web): services start together, and restart until what they need is there'],
  ],
  [
    { privileged: true, devices: ['/dev/a:/dev/a'], network_mode: 'host' },
    ['devices (web): ', 'network_mode (web): ', 'privileged (web): '],
  ],
  [
    { build: '.', container_name: 'a', expose: [80], links: ['a'], pull_policy: 'always', platform: 'linux/arm64' },
    ['build (web): ', 'container_name (web): ', 'expose (web): ', 'links (web): ', 'platform (web): ', 'pull_policy (web): '],
  ],
  [
    { ports: ['127.0.0.1:80:80', { target: 81, host_ip: '::1' }, { target: 82, app_protocol: 'http' }] },
    ['ports.app_protocol (web): ', 'ports.host_ip (web): '],
  ],
  [
    { volumes: ['/a:/a:rw,z', { type: 'bind', source: '/b', target: '/b', bind: { create_host_path: true, selinux: 'z' } }] },
    ['volumes.bind.create_host_path (web): ', 'volumes.bind.selinux (web): ', 'volumes.z (web): '],
  ],
  [{ volumes: [{ type: 'bind', source: '/b', target: '/b', bind: { create_host_path: false } }] }, []],
  [{ tmpfs: '/run:noexec,size=1m' }, ['tmpfs.noexec (web): ']],
  [{ 'x-anything': 1 }, []],
]
for (const [members, lines] of ignored) {
  test(`${JSON.stringify(members)} is understood without ${lines.length} keys`, () => {
    const read = readCompose({ services: { web: { image: 'x', ...members } } })
    assert.deepEqual('problems' in read && read.problems, false)
    const told = describeIgnored(read.ignored)
    assert.deepEqual(
      told.map((line, index) => line.startsWith(lines[index] ?? 'nothing') && lines[index]),
      lines,
    )
  })
}

test('each key that is ignored is told once, with all services that have it', () => {
  const service = (members: object) => ({ image: 'x', ...members })
  const services = { web: service({ expose: [80], ipc: 'host' }), api: service({ expose: [1] }), db: service({}) }
  const networks = { front: { external: true, attachable: true }, back: { ipam: { options: {} } } }
  const { ignored: found } = readCompose({ services, networks })
  assert.deepEqual(describeIgnored(found), [
    'expose (api, web): tasks on one network reach every port of each other',
    'ipc (web): the task has an IPC namespace of its own',
    'networks.back.ipam.options: remove it',
    'networks.front.attachable: remove it: what is external has its settings already',
  ])
})

test('keys that reach for the prototype are data or unknown keys, and change nothing', () => {
  const document: unknown = JSON.parse('{"services":{"web":{"image":"x","environment":{"__proto__":"1"},"constructor":1}}}')
  const read = readCompose(document)
  assert.deepEqual('problems' in read && read.problems.map(({ path }) => path), [['services', 'web', 'constructor']])
  assert.equal(Object.getOwnPropertyDescriptor(Object.prototype, '1'), undefined)
})

test('no value makes the reader throw, and equal documents compile alike', () => {
  const keys = fc.constantFrom(
    'services',
    'web',
    'image',
    'ports',
    'deploy',
    'networks',
    'volumes',
    'environment',
    'healthcheck',
    'external',
    'x',
  )
  const value = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(null, true, 1, '80:80', 'x', '10s'),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(keys, tie('node')),
    ),
  })).node
  fc.assert(
    fc.property(value, (services) => {
      const [a, b] = [readCompose({ services }), readCompose(structuredClone({ services }))]
      assert.deepEqual(a, b)
      if ('model' in a && 'model' in b) assert.equal(JSON.stringify(compileStack('s', a.model)), JSON.stringify(compileStack('s', b.model)))
    }),
    { numRuns: 500 },
  )
})

test('two entries that mean one object are refused', () => {
  const document = { services: { a: { image: 'x', networks: ['n', 'm'] } }, networks: { n: { name: 'one' }, m: { name: 'one' } } }
  const plan = planStack('s', undefined, document, false, {
    stackUid: undefined,
    get: () => undefined,
    owned: () => [],
    isRemembered: () => false,
  })
  assert.deepEqual(
    plan.problems.map(({ message }) => message),
    ['there are two of Network "one" in this document'],
  )
})

const contents: readonly (readonly [string, 'secrets' | 'configs', object, RegExp | undefined])[] = [
  ['text', 'secrets', { content: 'x' }, undefined],
  ['bytes', 'configs', { data: 'AP8=' }, undefined],
  ['nothing', 'secrets', {}, /^secrets\.a: it has no content$/],
  ['an empty text', 'configs', { content: '' }, /it has no content/],
  ['two contents', 'secrets', { content: 'hunter2', data: 'AP8=' }, /it has two contents/],
  ['a number', 'secrets', { content: 1234567 }, /^secrets\.a\.content: wanted a text$/],
  ['no base64', 'secrets', { data: 'hunter2' }, /wanted bytes as base64/],
  ['the most a secret may hold', 'secrets', { content: 'x'.repeat(511_999) }, undefined],
  ['too much for a secret', 'secrets', { content: 'x'.repeat(512_000) }, /a secret holds less than 512000 bytes, and this is 512000/],
  ['the most a config may hold', 'configs', { content: 'x'.repeat(1_023_999) }, undefined],
  ['too much for a config', 'configs', { content: 'x'.repeat(1_024_000) }, /a config holds less than 1024000 bytes/],
  ['a file, in a stored document', 'secrets', { file: './a' }, /kit does not support "file"/],
]
for (const [what, section, entry, message] of contents) {
  test(`${section} with ${what}: ${message === undefined ? 'read' : 'refused'}`, () => {
    const read = readCompose({ services: {}, [section]: { a: entry } })
    const told = 'problems' in read ? read.problems.map(({ path, message }) => `${formatPath(path)}: ${message}`).join('\n') : ''
    if (message === undefined) assert.equal(told, '')
    else assert.match(told, message)
    assert.doesNotMatch(JSON.stringify('problems' in read ? read.problems : []), /hunter2|1234567/)
  })
}
