// The walkthrough of SwarmKit's README, with `kit` for `swarmctl` and one node: the same commands, and output of
// the same shape. Then what the groups of docker have beyond it.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Cluster, eventually } from './cluster.ts'

const cluster = new Cluster()
after(() => cluster.remove())
before(() => cluster.kit('up'))

/** Without what differs from run to run: ids, ages, widths. */
function shape(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
    .replaceAll(/\b(redis\.\d)\.\w+/g, '$1')
    .replaceAll(/\b[a-z0-9]{25}\b/g, 'NODE')
    .replaceAll(/\bnow\b|\b\d+ \w+ ago\b/g, 'AGO')
    .replaceAll(/-{2,}/g, '--')
    .replaceAll(/ {2,}/g, '  ')
    .trim()
}

const taskTable = (image: string, replicas: number): string => `

Task ID  Service  Slot  Image  Desired State  Last State  Node
--  --  --  --  --  --  --
${Array.from({ length: replicas }, (_, at) => `redis.${at + 1}  redis  ${at + 1}  ${image}  RUNNING  RUNNING AGO  node-1`).join('\n')}`

test('node ls and cluster inspect', async () => {
  assert.equal(
    shape(await cluster.kit('node', 'ls')),
    `ID  Name  Membership  Status  Availability  Manager Status
--  --  --  --  --  --
NODE  node-1  ACCEPTED  READY  ACTIVE  REACHABLE *`,
  )
  assert.match(
    shape(await cluster.kit('cluster', 'inspect', 'default')),
    /^ID {2}: ID\nName {2}: default\nOrchestration settings:\n {2}Task history entries: 5\nDispatcher settings:\n {2}Dispatcher heartbeat period: 5s\n/,
  )
  assert.match(shape(await cluster.kit('cluster', 'ls')), /^ID {2}Name\n-- {2}--\nID {2}default$/)
})

test('swarm join-token and ca, and what cluster inspect says of them', async () => {
  const section =
    /Certificate Authority settings:\n {2}Certificate Validity Duration: 2160h0m0s\n {2}Join Tokens:\n {4}Worker: (\S+)\n {4}Manager: (\S+)\n$/
  const [, worker = '', manager = ''] = section.exec(await cluster.kit('cluster', 'inspect', 'default')) ?? []
  for (const token of [worker, manager]) assert.match(token, /^SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}$/)
  const command = (token: string, role = 'worker'): RegExp =>
    new RegExp(
      `To add a ${role} to this swarm, run the following command:\n\n {4}kit swarm join --token ${token} [\\d.]+:\\d+\n\nwhere .*\n\n {4}kitd -d DIRECTORY --join-addr [\\d.]+:\\d+ --join-token ${token}\n\n$`,
    )
  assert.match(await cluster.kit('swarm', 'join-token', 'worker'), command(worker))
  assert.equal(await cluster.kit('swarm', 'join-token', 'worker', '-q'), `${worker}\n`)
  assert.match(await cluster.kit('swarm', 'join-token', 'manager'), command(manager, 'manager'))
  const rotated = await cluster.kit('swarm', 'join-token', 'worker', '--rotate')
  const fresh = (await cluster.kit('swarm', 'join-token', 'worker', '-q')).trim()
  assert.notEqual(fresh, worker)
  assert.match(rotated, /^Successfully rotated worker join token\.\n\nTo add/)
  assert.match(rotated, command(fresh))
  assert.equal(await cluster.kit('swarm', 'join-token', 'manager', '-q'), `${manager}\n`)
  assert.match(await cluster.kit('cluster', 'update', 'default', '--rotate-join-token', 'manager'), new RegExp(`Worker: ${fresh}\n`))
  assert.notEqual(await cluster.kit('swarm', 'join-token', 'manager', '-q'), `${manager}\n`)
  assert.match(await cluster.fails(2, 'swarm', 'join-token', 'user'), /write worker or manager/)
  assert.match(await cluster.kit('swarm', 'ca'), /^-----BEGIN CERTIFICATE-----\n[\w+/=\n]+-----END CERTIFICATE-----\n$/)
})

test('service create, ls, inspect', async () => {
  const created = await cluster.kit(
    ...['service', 'create', '--name', 'redis', '--image', 'redis:3.0.5', '--args', 'sleep 1000'],
    ...['--stop-grace-period', '1s', '--update-monitor', '100ms'],
  )
  assert.equal(shape(created), 'ID')
  assert.equal(
    shape(await cluster.kit('service', 'ls')),
    `ID  Name  Image  Replicas
--  --  --  --
ID  redis  redis:3.0.5  1/1`,
  )
  assert.equal(
    shape(await cluster.kit('service', 'inspect', 'redis')),
    `ID  : ID
Name  : redis
Replicas  : 1/1
Template
 Container
  Image  : redis:3.0.5
  Args  : sleep 1000
Update Settings
 Monitor  : 100ms${taskTable('redis:3.0.5', 1)}`,
  )
})

test('service update --replicas 6, and by the older name', async () => {
  const id = await cluster.kit('service', 'ls', '-q')
  assert.equal(await cluster.kit('service', 'update', 'redis', '--replicas', '6'), id)
  const six = shape(await cluster.kit('service', 'inspect', 'redis'))
  assert.match(six, /^Replicas {2}: 6\/6$/m)
  assert.ok(six.endsWith(taskTable('redis:3.0.5', 6)), six)
  await cluster.kit('service', 'update', id.trim(), '--instances', '4')
  assert.ok(shape(await cluster.kit('svc', 'inspect', 'redis')).endsWith(taskTable('redis:3.0.5', 4)))
  const { err } = await cluster.run(['service', 'update', 'redis', '--replicas', '4'])
  assert.match(err, /Nothing changed/)
  await cluster.kit('service', 'scale', 'redis=6')
})

test('service update --image and --args, two at a time with a delay between them', async () => {
  await cluster.kit('service', 'update', 'redis', '--image', 'redis:3.0.6', '--update-parallelism', '0')
  const text = shape(await cluster.kit('service', 'inspect', 'redis'))
  assert.match(
    text,
    /\nReplicas {2}: 6\/6\nUpdate Status\n State {2}: COMPLETED\n Started {2}: AGO\n Completed {2}: AGO\n Message {2}: update completed\nTemplate\n/,
  )
  assert.ok(text.endsWith(taskTable('redis:3.0.6', 6)), text)

  const { code, err } = await cluster.run(
    ['service', 'update', 'redis', '--image', 'redis:3.0.7', '--args', 'sleep 1001', '--update-parallelism', '2', '--update-delay', '1s'], // biome-ignore format: one command
  )
  assert.equal(code, 0)
  assert.match(err, /service\/redis {2}6\/6 {2}converged/)
  assert.ok(shape(await cluster.kit('service', 'inspect', 'redis')).endsWith(taskTable('redis:3.0.7', 6)))
  const { spec, status } = await cluster.json<{
    spec: { update: object; template: { command: readonly string[] } }
    status: { update: { startedAt: number; completedAt: number; total: number } }
  }>('service', 'redis')
  assert.deepEqual(spec.update, { monitor: '100ms', parallelism: 2, delay: '1s' })
  assert.deepEqual(spec.template.command, ['sleep', '1001'])
  // Three pairs: at least two pauses between them.
  assert.equal(status.update.total, 6)
  assert.ok(status.update.completedAt - status.update.startedAt >= 2000)
})

test('service ps has what ended, ls filters and formats, rollback goes back', async () => {
  const lines = shape(await cluster.kit('service', 'ps', 'redis')).split('\n')
  assert.equal(lines[0], 'Task ID  Service  Slot  Image  Desired State  Last State  Node  Error')
  assert.ok(lines.includes('redis.1  redis  1  redis:3.0.6  SHUTDOWN  SHUTDOWN AGO  node-1'), lines.join('\n'))
  assert.equal((await cluster.kit('service', 'ps', 'redis', '-q', '-f', 'desired-state=running')).trim().split('\n').length, 6)
  assert.equal(await cluster.kit('service', 'ls', '-f', 'mode=global', '-q'), '')
  assert.equal(await cluster.kit('service', 'ls', '--format', '{{.Name}} {{.Replicas}}'), 'redis 6/6\n')
  assert.equal(JSON.parse(await cluster.kit('service', 'ls', '--format', 'json')).Mode, 'replicated')
  assert.match(await cluster.fails(2, 'service', 'ls', '-f', 'nmae=x'), /did you mean "name"\?/)
  assert.match(await cluster.fails(2, 'service', 'update', 'redis', '--rollback', '--replicas', '2'), /changes nothing else/)
  await cluster.kit('service', 'rollback', 'redis')
  assert.equal(await cluster.kit('service', 'ls', '--format', '{{.Image}}'), 'redis:3.0.6\n')
})

test('service logs have the name of the task before each line, as much of it as is asked for', async () => {
  await cluster.kit('service', 'create', '--name', 'talk', '--args', 'sh -c "echo hello; sleep 1000"', '--stop-grace-period', '1s', '--update-monitor', '100ms') // biome-ignore format: one command
  await eventually(async () => assert.match(await cluster.kit('service', 'logs', 'talk'), /^talk\.1\.\w{10} \| hello\n$/))
  assert.equal(await cluster.kit('service', 'logs', 'talk', '--no-task-ids', '--no-trunc', '--tail', 'all'), 'talk.1 | hello\n')
  assert.equal(await cluster.kit('service', 'logs', '--raw', 'talk', '--since', '2020-01-01T00:00:00Z'), 'hello\n')
  assert.equal(await cluster.kit('service', 'log', '--raw', 'talk', '--since', '2100-01-01T00:00:00Z'), '')
  assert.match(await cluster.fails(2, 'service', 'logs', 'talk', '--details'), /--details: kit keeps no attributes/)
  assert.match(await cluster.fails(2, 'service', 'logs', 'talk', '--since', 'noon'), /"noon" is not a duration such as 10m, nor a time/)
  assert.match(await cluster.fails(2, 'service', 'update', 'talk', '--name', 'tell'), /--name: a service keeps its name/)
  await cluster.kit('service', 'rm', 'talk')
})

test('node drain gives the tasks away: with one node they wait; activate lets them run again', async () => {
  assert.match(await cluster.kit('node', 'drain', 'node-1'), /^node\/node-1 now Drain$/m)
  assert.match(shape(await cluster.kit('node', 'ls')), /^NODE {2}node-1 {2}ACCEPTED {2}READY {2}DRAIN {2}REACHABLE \*$/m)
  await eventually(async () => {
    const text = shape(await cluster.kit('service', 'inspect', 'redis'))
    assert.match(text, /^redis\.6 {2}redis {2}6 {2}redis:3\.0\.6 {2}RUNNING {2}PENDING AGO$/m)
  })
  await cluster.kit('node', 'activate', 'node-1')
  await cluster.kit('wait', 'service/redis')
  assert.ok(shape(await cluster.kit('service', 'inspect', 'redis')).endsWith(taskTable('redis:3.0.6', 6)))
})

test('create takes what follows the image, says what is taken, and what kit does not do', async () => {
  await cluster.kit(
    'service',
    'create',
    '-d',
    '--tty=false',
    '-e',
    'A=1',
    '-p',
    '8080:80',
    'registry.example.org/shop/clock:2',
    'sh',
    '-c',
    'sleep 1000 # --detach',
  )
  const { spec } = await cluster.json<{ spec: { template: { command: readonly string[]; tty: boolean } } }>('service', 'clock')
  assert.deepEqual([spec.template.command, spec.template.tty], [['sh', '-c', 'sleep 1000 # --detach'], false])
  const details = await cluster.kit('service', 'inspect', 'clock')
  assert.match(details, /^ {2}Env +: A=1$/m)
  assert.match(await cluster.fails(1, 'service', 'create', 'clock'), /service "clock" exists already\n {2}= help: kit service update clock/)
  assert.match(await cluster.fails(2, 'service', 'create'), /nothing to run: /)
  assert.match(
    await cluster.fails(2, 'service', 'create', '--memory-swap', '1g', 'x'),
    /--memory-swap: kit does not limit swap; use --limit-memory/,
  )
  assert.match(await cluster.fails(2, 'service', 'update', 'clock', '--publish-add', 'x'), /--publish-add: "x" is not a port/)
  assert.match(await cluster.kit('service', 'rm', 'clock'), /service\/clock deleted/)
})

test('a service of a stack, or of a file, may be changed by hand: what its file does then is said', async () => {
  const file = cluster.file(
    'app.yml',
    'services: {web: {image: web, command: [sleep, "1000"], stop_grace_period: 1s, deploy: {update_config: {monitor: 100ms}}}}',
  )
  await cluster.kit('stack', 'deploy', '-c', file, 'app')
  assert.match(shape(await cluster.kit('stack', 'ls')), /^app {2}1$/m)
  assert.match(shape(await cluster.kit('stack', 'services', 'app')), /^ID {2}app_web {2}web {2}1\/1$/m)
  assert.match(await cluster.kit('stack', 'ps', 'app'), /^app_web\.1\.\w+ +app_web +1 +web +RUNNING +RUNNING .* node-1$/m)
  const changed = await cluster.run(['service', 'update', 'app_web', '--env-add', 'A=1'])
  assert.deepEqual([changed.code, /note: service\/app_web belongs to stack app, .*KIT0143/.test(changed.err)], [0, true])
  assert.match(await cluster.kit('apply', '-f', file, '--name', 'app'), /unchanged/)
  await cluster.kit('stack', 'rm', 'app')

  const plain = (image: string): string =>
    cluster.file(
      'plain.yml',
      `{apiVersion: kit/v1, kind: Service, metadata: {name: plain}, spec: {template: {image: ${image}, command: [sleep, "1000"]}}}`,
    )
  await cluster.kit('apply', '--no-wait', '-f', plain('x:1'))
  const updated = await cluster.run(['service', 'update', '-d', 'plain', '--image', 'x:2'])
  assert.match(updated.err, /note: service\/plain was applied from a file\. .*KIT0143/)
  assert.match(await cluster.fails(1, 'apply', '-f', plain('x:1')), /KIT0143.*"kit-service"/)
  await cluster.kit('service', 'rm', 'plain')
})

test('nodes, networks, volumes and the cluster are changed by the names that docker has', async () => {
  await cluster.kit('node', 'update', 'node-1', '--label-add', 'disk=ssd', '--availability', 'pause')
  assert.match(await cluster.kit('node', 'ls', '-f', 'node.label=disk=ssd'), /PAUSE/)
  await cluster.kit('node', 'update', 'node-1', '--label-rm', 'disk', '--availability', 'active')
  assert.equal(await cluster.kit('node', 'ls', '-f', 'node.label=disk', '-q'), '')
  assert.match(await cluster.kit('node', 'inspect', 'node-1'), /^ Availability +: ACTIVE$/m)
  assert.match(await cluster.kit('node', 'ps', 'node-1'), /^redis\.1\./m)
  assert.match(await cluster.kit('node', 'inspect', 'self'), /^Hostname +: node-1$/m)
  assert.doesNotMatch(await cluster.kit('node', 'inspect', 'node-1'), / SHUTDOWN /)
  assert.match(await cluster.kit('node', 'inspect', 'node-1', '-a'), / SHUTDOWN /)
  assert.match(await cluster.fails(1, 'node', 'promote', 'node-1'), /has the role manager already/)
  assert.match(await cluster.fails(1, 'node', 'demote', 'node-1'), /the only manager/)

  await cluster.kit('network', 'create', '--subnet', '10.9.0.0/24', '--attachable', 'front')
  assert.match(shape(await cluster.kit('network', 'ls')), /^ID {2}front {2}overlay$/m)
  assert.match(await cluster.kit('network', 'inspect', 'front'), /subnet: 10\.9\.0\.0\/24/)
  await cluster.kit('network', 'rm', 'front')
  assert.equal(await cluster.kit('volume', 'create', '-l', 'app=shop', 'data'), 'data\n')
  assert.equal(await cluster.kit('volume', 'ls', '-q', '-f', 'label=app=shop'), 'data\n')
  await cluster.kit('volume', 'rm', 'data')

  assert.match(
    await cluster.kit('cluster', 'update', 'default', '--taskhistory', '3', '--dispatcher-heartbeat', '4s'),
    /entries: 3\n[\s\S]*period: 4s\n/,
  )
  assert.match(await cluster.kit('cluster', 'update', '--cert-expiry', '90m'), /Duration: 1h30m0s\n/)
  assert.match(await cluster.fails(2, 'cluster', 'update', 'default', '--external-ca', 'x'), /--external-ca: there is no "x"/)
  assert.match(await cluster.kit('task', 'ls', '-f', 'service=redis'), /^ID +Service +Desired State +Last State +Node\n/)
})
