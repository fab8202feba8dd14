import assert from 'node:assert/strict'
import { test } from 'node:test'
import { validateObject } from '../../api/schema/validate.ts'
import type { JsonObject } from '../../api/wire.ts'
import { CommandError } from '../exit.ts'
import { changeService } from './service-changes.ts'
import { optionName, serviceFlags } from './service-flags.ts'

const surroundings = {
  env: { HOME_TOWN: 'Thessaloniki' },
  readLines: (file: string) => (file === 'vars' ? ['# comment', 'A=1', 'HOME_TOWN', ''] : []),
}
const bare: JsonObject = { metadata: { name: 'web' }, spec: { template: { image: 'web:1' } } }

/** `--env a=b --tty` as commander hands it over. */
function given(line: string | readonly string[]): Record<string, unknown> {
  const words = typeof line === 'string' ? line.split(' ') : line
  const options: Record<string, unknown> = {}
  for (let at = 0; at < words.length; at++) {
    const flag = (words[at] ?? '').slice(2)
    const value = words[at + 1]
    if (value === undefined || value.startsWith('--')) {
      if (flag.startsWith('no-')) options[optionName(flag.slice(3))] = false
      else options[flag.includes('=') ? flag : optionName(flag)] = true
      continue
    }
    at++
    const before = options[optionName(flag)]
    options[optionName(flag)] = [...(Array.isArray(before) ? before : []), value]
  }
  return options
}

const change = (line: string | readonly string[], object = bare): JsonObject => changeService(object, given(line), surroundings).object
const at = (object: JsonObject, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, step) => Object.entries(inner ?? {}).find(([key]) => key === step)?.[1], object)

/** Flag, where it goes, what it becomes. Every flag of the table has a row at least. */
const rows: readonly (readonly [line: string | readonly string[], path: string, meant: unknown])[] = [
  ['--name shop', 'metadata.name', 'shop'],
  ['--image nginx:1.27', 'spec.template.image', 'nginx:1.27'],
  [['--entrypoint', 'sh -c'], 'spec.template.entrypoint', ['sh', '-c']],
  [['--command', '/bin/x'], 'spec.template.entrypoint', ['/bin/x']],
  [['--args', 'echo "a b"', '--args', 'c'], 'spec.template.command', ['echo', 'a b', 'c']],
  ['--mode global', 'spec.mode', 'Global'],
  ['--replicas 6', 'spec.replicas', 6],
  ['--instances 4', 'spec.replicas', 4],
  ['--replicas-max-per-node 2', 'spec.template.placement.maxReplicasPerNode', 2],
  ['--label tier=front --label a', 'metadata.labels', { tier: 'front', a: '' }],
  ['--container-label x=1', 'spec.template.labels', { x: '1' }],
  ['--env A=b=c --env HOME_TOWN --env MISSING', 'spec.template.env', { A: 'b=c', HOME_TOWN: 'Thessaloniki' }],
  ['--env-file vars', 'spec.template.env', { A: '1', HOME_TOWN: 'Thessaloniki' }],
  ['--workdir /srv', 'spec.template.workingDir', '/srv'],
  ['--user 1000:1000', 'spec.template.user', '1000:1000'],
  ['--group adm', 'spec.template.groups', ['adm']],
  ['--hostname {{.Node.Hostname}}', 'spec.template.hostname', '{{.Node.Hostname}}'],
  ['--publish 8080:80', 'spec.endpoint.ports', [{ targetPort: 80, publishedPort: 8080 }]],
  [
    '--publish published=53,target=5353,protocol=udp,mode=host',
    'spec.endpoint.ports',
    [{ protocol: 'UDP', targetPort: 5353, publishedPort: 53, publishMode: 'Host' }],
  ],
  [
    '--publish 9000-9001:90-91',
    'spec.endpoint.ports',
    [
      { targetPort: 90, publishedPort: 9000 },
      { targetPort: 91, publishedPort: 9001 },
    ],
  ],
  ['--ports web:80:8080/tcp', 'spec.endpoint.ports', [{ name: 'web', targetPort: 80, publishedPort: 8080, publishMode: 'Host' }]],
  ['--endpoint-mode dnsrr', 'spec.endpoint.mode', 'DNSRR'],
  ['--mount type=bind,src=/a,dst=/b,readonly', 'spec.template.mounts', [{ type: 'Bind', source: '/a', target: '/b', readOnly: true }]],
  [
    '--mount source=data,target=/d,volume-driver=nfs,volume-opt=o=rw,volume-opt=type=nfs,volume-label=a=b',
    'spec.template.mounts',
    [{ type: 'Volume', source: 'data', target: '/d', driver: 'nfs', driverOptions: { o: 'rw', type: 'nfs' }, labels: { a: 'b' } }],
  ],
  [
    '--mount type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=1777',
    'spec.template.mounts',
    [{ type: 'Tmpfs', target: '/t', sizeBytes: 1048576, mode: 0o1777 }],
  ],
  ['--bind /a:/b', 'spec.template.mounts', [{ type: 'Bind', source: '/a', target: '/b' }]],
  ['--volume data:/d', 'spec.template.mounts', [{ type: 'Volume', source: 'data', target: '/d' }]],
  ['--tmpfs /t', 'spec.template.mounts', [{ type: 'Tmpfs', target: '/t' }]],
  ['--npipe //./pipe/a://./pipe/b', 'spec.template.mounts', [{ type: 'Npipe', source: '//./pipe/a', target: '//./pipe/b' }]],
  ['--network front', 'spec.template.networks', [{ target: 'front' }]],
  ['--network name=front,alias=a,alias=b', 'spec.template.networks', [{ target: 'front', aliases: ['a', 'b'] }]],
  ['--secret token', 'spec.template.secrets', [{ source: 'token', target: 'token' }]],
  ['--secret source=token,target=t,mode=0400', 'spec.template.secrets', [{ source: 'token', target: 't', mode: 0o400 }]],
  ['--config conf:/etc/app.conf', 'spec.template.configs', [{ source: 'conf', target: '/etc/app.conf' }]],
  ['--constraint node.role==worker', 'spec.template.placement.constraints', ['node.role==worker']],
  ['--placement-pref spread=node.labels.zone', 'spec.template.placement.preferences', [{ spread: 'node.labels.zone' }]],
  ['--limit-cpu .5', 'spec.template.resources.limits.cpus', '0.5'],
  ['--memory-limit 512m', 'spec.template.resources.limits.memory', '512Mi'],
  ['--limit-pids 100', 'spec.template.resources.limits.pids', 100],
  ['--reserve-cpu 0.25', 'spec.template.resources.reservations.cpus', '0.25'],
  ['--reserve-memory 64m', 'spec.template.resources.reservations.memory', '64Mi'],
  ['--generic-resource gpu=2', 'spec.template.resources.reservations.generic', { gpu: 2 }],
  ['--generic-resources gpu=3,fpga=1', 'spec.template.resources.reservations.generic', { gpu: 3, fpga: 1 }],
  ['--restart-condition failure', 'spec.template.restart.condition', 'OnFailure'],
  ['--restart-delay 1s', 'spec.template.restart.delay', '1s'],
  ['--restart-max-attempts 3', 'spec.template.restart.maxAttempts', 3],
  ['--restart-window 2m', 'spec.template.restart.window', '2m'],
  ...(['update', 'rollback'] as const).flatMap((which): typeof rows => [
    [`--${which}-parallelism 2`, `spec.${which}.parallelism`, 2],
    [`--${which}-delay 10s`, `spec.${which}.delay`, '10s'],
    [`--${which}-monitor 1s`, `spec.${which}.monitor`, '1s'],
    [`--${which}-failure-action continue`, `spec.${which}.failureAction`, 'Continue'],
    [`--${which}-on-failure pause`, `spec.${which}.failureAction`, 'Pause'],
    [`--${which}-max-failure-ratio .25`, `spec.${which}.maxFailureRatio`, 0.25],
    [`--${which}-order start-first`, `spec.${which}.order`, 'StartFirst'],
  ]),
  ['--stop-grace-period 1s', 'spec.template.stopGracePeriod', '1s'],
  ['--stop-signal SIGINT', 'spec.template.stopSignal', 'SIGINT'],
  [['--health-cmd', 'curl -f localhost'], 'spec.template.healthCheck.test', ['CMD-SHELL', 'curl -f localhost']],
  ['--health-interval 1s', 'spec.template.healthCheck.interval', '1s'],
  ['--health-timeout 1s', 'spec.template.healthCheck.timeout', '1s'],
  ['--health-retries 2', 'spec.template.healthCheck.retries', 2],
  ['--health-start-period 1s', 'spec.template.healthCheck.startPeriod', '1s'],
  ['--health-start-interval 1s', 'spec.template.healthCheck.startInterval', '1s'],
  ['--no-healthcheck', 'spec.template.healthCheck', { test: ['NONE'] }],
  ['--host db:10.0.0.1', 'spec.template.extraHosts', ['db:10.0.0.1']],
  ['--dns 1.1.1.1', 'spec.template.dns.nameservers', ['1.1.1.1']],
  ['--dns-search example.org', 'spec.template.dns.search', ['example.org']],
  ['--dns-option ndots:1', 'spec.template.dns.options', ['ndots:1']],
  ['--cap-add net_admin', 'spec.template.capabilityAdd', ['CAP_NET_ADMIN']],
  ['--cap-drop CAP_CHOWN', 'spec.template.capabilityDrop', ['CAP_CHOWN']],
  ['--sysctl net.core.somaxconn=1', 'spec.template.sysctls', { 'net.core.somaxconn': '1' }],
  ['--ulimit nofile=1024:2048', 'spec.template.ulimits', [{ name: 'nofile', soft: 1024, hard: 2048 }]],
  [['--oom-score-adj', '-500'], 'spec.template.oomScoreAdj', -500],
  ['--log-driver json-file --log-opt max-size=1m', 'spec.template.logDriver', { name: 'json-file', options: { 'max-size': '1m' } }],
  ['--log-driver json-file', 'spec.template.logDriver', { name: 'json-file' }],
  ['--isolation process', 'spec.template.isolation', 'process'],
  ['--init', 'spec.template.init', true],
  ['--read-only', 'spec.template.readOnly', true],
  ['--tty=false', 'spec.template.tty', false],
  ['--open-stdin', 'spec.template.stdinOpen', true],
]

test('each flag sets its field, and the Service that comes out is one', () => {
  for (const [line, path, meant] of rows) {
    const object = change(line)
    assert.deepEqual(at(object, path), meant, String(line))
    assert.deepEqual(validateObject('Service', { apiVersion: 'kit/v1', kind: 'Service', ...object }), [], String(line))
  }
  const tried = new Set(
    rows.flatMap(([line]) => (typeof line === 'string' ? line.split(' ') : line)).map((word) => word.replace(/=false$/, '')),
  )
  for (const { flag, also = [] } of serviceFlags)
    assert.ok(
      [flag, ...also].some((name) => tried.has(`--${name}`)),
      `no row for --${flag}`,
    )
})

test('update replaces all by the flag, adds by -add, removes by -rm; what is left empty goes', () => {
  const web = change('--env A=1 --env B=2 --publish 8080:80 --publish 8443:443 --secret old --constraint node.role==worker --label x=1')
  const updated: typeof rows = [
    ['--env C=3', 'spec.template.env', { C: '3' }],
    ['--env-add C=3 --env-add A=9 --env-rm B', 'spec.template.env', { A: '9', C: '3' }],
    ['--env-rm A --env-rm B', 'spec.template.env', undefined],
    ['--label-rm x', 'metadata.labels', undefined],
    ['--publish-rm 80', 'spec.endpoint.ports', [{ targetPort: 443, publishedPort: 8443 }]],
    ['--publish-rm 80 --publish-rm 8443:443', 'spec.endpoint', undefined],
    ['--secret-rm old --secret-add source=new,target=old', 'spec.template.secrets', [{ source: 'new', target: 'old' }]],
    ['--add-secret new:old', 'spec.template.secrets', [{ source: 'new', target: 'old' }]],
    [['--constraint-rm', 'node.role == worker'], 'spec.template.placement', undefined],
    [['--image', 'web:2'], 'spec.template.env', { A: '1', B: '2' }],
  ]
  for (const [line, path, meant] of updated) assert.deepEqual(at(change(line, web), path), meant, String(line))
})

test('a capability that is added is no longer dropped, and the other way round', () => {
  const dropped = change('--cap-drop CHOWN --cap-drop KILL')
  assert.deepEqual(at(change('--cap-add CHOWN', dropped), 'spec.template.capabilityDrop'), ['CAP_KILL'])
  assert.deepEqual(at(change('--cap-drop KILL', change('--cap-add KILL')), 'spec.template.capabilityAdd'), undefined)
})

test('what is not there cannot be removed, and that is said', () => {
  assert.deepEqual(changeService(bare, given('--env-rm A --mount-rm /x'), surroundings).warnings, [
    'there is no env A to remove',
    'there is no mount /x to remove',
  ])
})

test('a mistake names the flag, and what would be right', () => {
  const mistakes: readonly (readonly [line: string | readonly string[], message: RegExp])[] = [
    ['--replicas many', /^error: --replicas: wanted a whole number/],
    ['--publish 99999:80', /^error: --publish: "99999" is not a port/],
    ['--publish published=80,targt=1', /^error: --publish: there is no "targt"; it takes target, published/],
    ['--mount type=bind,source=a,target=/b', /^error: --mount: .*relative/],
    ['--mount type=bund,target=/b', /^error: --mount: type: wanted bind, volume, tmpfs, npipe or cluster.*; did you mean "bind"\?/],
    ['--update-order first', /^error: --update-order: wanted stop-first or start-first/],
    ['--update-delay 10', /^error: --update-delay: wanted a duration/],
    ['--constraint node.role=worker', /^error: --constraint: must compare/],
    [['--args', 'echo "a'], /^error: --args: a " is never closed/],
    ['--memory-swap 1g', /^error: --memory-swap: kit does not limit swap; use --limit-memory/],
  ]
  for (const [line, message] of mistakes)
    assert.throws(
      () => change(line),
      (error) => error instanceof CommandError && error.code === 2 && message.test(error.message),
      String(line),
    )
})
