// Looking: get in all its forms, describe, logs, events, wait, explain; and the small verbs: label, scale,
// pause, activate.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Cluster, eventually, isAlive } from './cluster.ts'

const cluster = new Cluster()
after(() => cluster.remove())

const stack = `
name: app
services:
  web:
    image: web:1
    command: [sh, -c, "echo up; echo trouble >&2; exec sleep 1000"]
    stop_grace_period: 1s
    deploy: {replicas: 2, update_config: {monitor: 100ms}, labels: {tier: front}}
  worker:
    image: worker:1
    command: [sleep, "1000"]
    stop_grace_period: 1s
    deploy: {update_config: {monitor: 100ms}, labels: {tier: back}}
`
before(() => cluster.kit('up', cluster.file('app.yml', stack)))

const lines = (text: string): readonly string[] => text.trim().split('\n')

test('get: a table, wide, names, JSON, YAML, a path', async () => {
  const table = lines(await cluster.kit('get', 'services'))
  assert.match(table[0] ?? '', /^NAME +MODE +REPLICAS +IMAGE +UPDATE +AGE$/)
  assert.match(table[1] ?? '', /^app_web +Replicated +2\/2 +web:1/)
  assert.match(lines(await cluster.kit('get', 'tasks', '-o', 'wide'))[0] ?? '', /REVISION +EXIT +AGE/)
  assert.equal(await cluster.kit('get', 'svc', '-o', 'name'), 'service/app_web\nservice/app_worker\n')
  assert.equal(await cluster.kit('get', 'service/app_web', '-o', 'jsonpath={.spec.replicas}'), '2\n')
  const each = '{range .items[*]}{.metadata.name} has {.spec.replicas}{"\\n"}{end}'
  assert.match(await cluster.kit('get', 'services', '-o', `jsonpath=${each}`), /^app_web has 2$/m)
  assert.match(await cluster.kit('get', 'services', '-o', 'columns=replicas,name'), /^REPLICAS +NAME\n.*2\/2 +app_web$/ms)
  assert.match(await cluster.kit('get', 'services', '-o', 'custom-columns=WHO:.metadata.name,N:.spec.replicas'), /^app_web +2$/m)
  assert.ok(lines(await cluster.kit('get', 'tasks', '-o', 'ndjson')).every((line) => JSON.parse(line).kind === 'Task'))
  assert.match(await cluster.fails(2, 'get', 'services', '-o', 'columns=nmae'), /no column "nmae"; did you mean NAME\?/)
  assert.match(await cluster.kit('get', 'service', 'app_web', '-o', 'yaml'), /^apiVersion: kit\/v1\nkind: Service\n/)
  const { kind } = await cluster.json<{ kind: string }>('service', 'app_web')
  assert.equal(kind, 'Service')
})

test('get takes kinds with commas, all, kind/name, several names, and what begins a name', async () => {
  assert.match(await cluster.kit('get', 'nodes,services'), /node\/\S+ +node-1[\s\S]*service\/app_web/)
  assert.match(await cluster.kit('get', 'all', '-o', 'name'), /service\/app_web[\s\S]*stack\/app[\s\S]*task\/app_web\.1/)
  assert.equal(await cluster.kit('get', 'service', 'app_web', 'app_worker', '-o', 'name'), 'service/app_web\nservice/app_worker\n')
  assert.equal(await cluster.kit('get', 'node', 'node-1', '-o', 'jsonpath={.status.state}'), 'Ready\n')
  assert.match(await cluster.kit('get', 'task/app_web.1', '-o', 'name'), /^task\/app_web\.1\.\w+\n$/)
})

test('get narrows by labels and by fields', async () => {
  assert.equal(await cluster.kit('get', 'services', '-l', 'tier=front', '-o', 'name'), 'service/app_web\n')
  assert.equal(await cluster.kit('get', 'services', '-l', 'tier notin (front)', '-o', 'name'), 'service/app_worker\n')
  assert.equal(lines(await cluster.kit('get', 'tasks', '--field-selector', 'spec.service=app_web', '-o', 'name')).length, 2)
  assert.match(await cluster.fails(2, 'get', 'tasks', '--field-selector', 'spec.nothing=1'), /spec\.nothing.*spec\.service/)
})

test('what is not there is said, with the nearest name', async () => {
  assert.equal(await cluster.kit('get', 'service', 'a…_web', '-o', 'name'), 'service/app_web\n', 'as narrow tables print names')
  assert.match(await cluster.fails(1, 'get', 'service', 'app_wbe'), /service "app_wbe" not found; did you mean "app_web"\?/)
  assert.match(await cluster.fails(2, 'get', 'servics'), /servics.*did you mean.*service/i)
})

test('get -w prints what is there, then each change', async () => {
  const watch = cluster.start(['get', 'services', '-w'])
  await eventually(() => assert.match(watch.text(), /app_worker/))
  await cluster.kit('scale', 'service/app_worker=2')
  await eventually(() => assert.match(watch.text(), /app_worker +Replicated +2\/2/))
  const { out } = await watch.stop()
  assert.equal(lines(out).filter((line) => line.startsWith('NAME')).length, 1)
})

test('scale takes several services and waits', async () => {
  const out = await cluster.kit('scale', 'service/app_web=3', 'service/app_worker=1')
  assert.equal(out, 'service/app_web scaled to 3\nservice/app_worker scaled to 1\n')
  assert.equal((await cluster.tasks('app_web')).length, 3)
  assert.equal((await cluster.tasks('app_worker')).length, 1)
  assert.match(await cluster.fails(2, 'scale', 'service/app_web=many'), /many/)
})

test('describe shows the object with its tasks and events', async () => {
  const text = await cluster.kit('describe', 'service/app_web')
  assert.match(text, /^Name: +app_web$/m)
  assert.match(text, /^Labels: .*kit\/stack=app/m)
  assert.match(text, /^Tasks:\n +NAME .*\n +app_web\.1\.\w+ +node-1 +Running/m)
  assert.match(await cluster.kit('describe', 'node', 'node-1'), /Tasks:[\s\S]*app_web\.1/)
  assert.match(await cluster.kit('describe', 'stack', 'app'), /^Services:\n +NAME .*\n +app_web /m)
})

test('describe shows what people read: host names and times, nothing that only controllers need', async () => {
  const text = await cluster.kit('describe', 'tasks')
  assert.match(text, /^Node: +node-1$/m)
  assert.match(text, /^ +startedAt: \d{4}-\d\d-\d\dT/m)
  assert.match(await cluster.kit('describe', 'node', 'node-1'), /^ +stateAt: \d{4}-\d\d-\d\dT/m)
  const services = await cluster.kit('describe', 'services')
  assert.match(services, /^ +running: \d/m)
  const all = text + services + (await cluster.kit('describe', 'stacks'))
  for (const field of ['serviceUid', 'placedFor', 'settledAt', 'observedPorts', 'summary', 'revisionGeneration', 'applied'])
    assert.ok(!all.includes(`${field}:`), field)
  await cluster.kit('config', 'create', 'greeting', cluster.file('greeting.txt', 'good morning'))
  assert.match(await cluster.kit('config', 'inspect', 'greeting'), /^ +data: good morning$/m)
  await cluster.kit('config', 'rm', 'greeting')
})

test('labels are set, not replaced by accident, and removed; constraints read those of nodes', async () => {
  assert.match(await cluster.kit('label', 'node', 'node-1', 'disk=ssd'), /labeled/)
  assert.match(await cluster.fails(1, 'label', 'node', 'node-1', 'disk=hdd'), /has disk=ssd already; --overwrite/)
  await cluster.kit('label', 'node', 'node-1', 'disk=hdd', '--overwrite')
  assert.equal(lines(await cluster.kit('get', 'nodes', '-l', 'disk=hdd', '-o', 'name')).length, 1)
  await cluster.kit('label', 'node', 'node-1', 'disk-')
  assert.equal(await cluster.kit('get', 'nodes', '-l', 'disk', '-o', 'name'), '')
})

test('logs of a service name the task; of a task they do not; -f goes on', async () => {
  const all = await cluster.kit('logs', 'service/app_web')
  assert.match(all, /^app_web\.1\.\w+ \| up$/m)
  assert.match(all, /^app_web\.2\.\w+ \| trouble$/m)
  const [task] = await cluster.tasks('app_web')
  assert.equal(await cluster.kit('logs', `task/${task?.metadata.name}`), 'up\ntrouble\n')
  assert.equal(await cluster.kit('logs', `${task?.metadata.name}`), 'up\ntrouble\n')
  assert.equal(await cluster.kit('logs', `task/${task?.metadata.name}`, '--tail', '1'), 'trouble\n')

  await cluster.kit(
    'apply',
    '-f',
    cluster.file(
      'clock.yml',
      `
services:
  clock:
    image: x
    command: [sh, -c, 'n=0; while sleep 0.05; do n=$$((n+1)); echo tick $$n; done']
    stop_grace_period: 1s
    deploy: {update_config: {monitor: 100ms}}
`,
    ),
  )
  const follow = cluster.start(['logs', 'service/clock_clock', '-f'])
  await eventually(() => assert.match(follow.text(), /tick 1\n[\s\S]*tick 30\n/))
  const ticks = [...(await follow.stop()).out.matchAll(/tick (\d+)/g)].map(([, n]) => Number(n))
  assert.deepEqual(
    ticks,
    ticks.map((_, at) => at + 1),
    'every line once and in order',
  )
  await cluster.kit('delete', 'stack/clock')
})

test('wait: for a condition of a field, and gives up in time', async () => {
  assert.match(await cluster.kit('wait', 'node', 'node-1', '--for=jsonpath={.status.state}=Ready'), /condition met/)
  await cluster.fails(5, 'wait', 'service/app_web', '--for=delete', '--timeout', '200ms')
  assert.match(await cluster.kit('wait', 'stack/app', '--for=condition=Applied'), /condition met/)
})

test('pause keeps what runs and takes nothing new; activate ends that', async () => {
  assert.match(await cluster.kit('pause', 'node-1'), /^node\/node-1 now Pause$/m)
  assert.equal((await cluster.tasks('app_web')).length, 3)
  await cluster.fails(3, 'scale', 'service/app_web=4')
  assert.match(await cluster.kit('activate', 'node-1'), /now Active/)
  await cluster.kit('wait', 'service/app_web')
  assert.equal((await cluster.tasks('app_web')).filter(({ status }) => status.state === 'Running').length, 4)
})

test('drain empties the node and waits for it; activate fills it again', async () => {
  assert.match(await cluster.kit('drain', 'node-1'), /now Drain/)
  const { items } = await cluster.json<{ items: readonly { status: { state: string } }[] }>('tasks')
  assert.deepEqual(
    items.filter(({ status }) => status.state === 'Running'),
    [],
  )
  await cluster.kit('activate', 'node-1')
  await cluster.kit('wait', 'stack/app')
  assert.equal((await cluster.tasks('app_web')).length, 4)
})

test('explain: a field, an error code, a task', async () => {
  const field = await cluster.kit('explain', 'service.spec.update')
  assert.match(field, /parallelism/)
  assert.match(field, /default/i)
  assert.match(await cluster.kit('explain', 'KIT0104'), /the field is not known/)
  assert.match(await cluster.kit('explain', 'KIT0301'), /^no node can take the task\n/)
  const [task] = await cluster.tasks('app_web')
  const why = await cluster.kit('explain', `task/${task?.metadata.name}`)
  assert.match(why, /node-1/)
  assert.match(await cluster.fails(2, 'explain', 'service.spec.updaet'), /updaet.*update/)
})

test('events tell what happened, newest last', async () => {
  const text = await cluster.kit('events')
  assert.match(lines(text)[0] ?? '', /^AGE +TYPE +OBJECT +REASON +MESSAGE$/)
  assert.match(text, /node\/node-1 +NodeReady/)
  const own = lines(await cluster.kit('events', 'service/app_web')).slice(1)
  assert.ok(own.every((line) => line.includes('service/app_web')))
  // Once for all tasks of the revision, however many there were.
  assert.equal(own.filter((line) => /ImageIgnored +Image web:1 is ignored/.test(line)).length, 1)
})

test('events tell of a drained node once, with how many tasks moved', async () => {
  const text = await cluster.kit('events', 'node/node-1')
  assert.match(text, /Normal +node\/node-1 +TaskMoved +A task moves to another node: the node is drained \(\d+ times\)/)
  assert.equal(text.match(/TaskMoved/g)?.length, 1)
})

test('events of a crash loop are one that counts, with who took whose place and why', async () => {
  const looping = 'services: {web: {image: x, command: [sh, -c, "exit 7"], deploy: {restart_policy: {condition: any, delay: 50ms}}}}'
  await cluster.kit('apply', '--no-wait', '-f', cluster.file('loop.yml', looping))
  const of =
    /Warning +service\/loop_web +Restarted +loop_web\.1\.\w+ takes the place of loop_web\.1\.\w+, which exited with 7 \((\d+) times\)/
  const text = await eventually(async () => {
    const told = await cluster.kit('events')
    assert.ok(Number(of.exec(told)?.[1]) >= 3, told)
    return told
  })
  assert.equal(text.match(/service\/loop_web +Restarted/g)?.length, 1)
  assert.equal(text.match(/task\/loop_web\.1\.\w+ +Failed/g)?.length, 1)
  await cluster.kit('delete', 'stack/loop')
})

test('events -w goes on with what happens next, each once', async () => {
  const watching = cluster.start(['events', '-w'])
  await eventually(() => assert.match(watching.text(), /ImageIgnored/))
  assert.doesNotMatch(watching.text(), /seen_one/)
  await cluster.kit(
    'apply',
    '-f',
    cluster.file(
      'seen.yml',
      'services: {one: {image: x, command: [sleep, "1000"], stop_grace_period: 1s, deploy: {update_config: {monitor: 100ms}}}}',
    ),
  )
  await eventually(() => assert.match(watching.text(), /service\/seen_one +ImageIgnored/))
  const { code, out, err } = await watching.stop()
  assert.deepEqual([code, err], [130, ''])
  assert.equal(lines(out).filter((line) => line.startsWith('AGE')).length, 1)
  assert.equal(lines(out).filter((line) => /service\/seen_one +ImageIgnored/.test(line)).length, 1)
})

test('a reader that closes a stream ends it quietly; what fails unread still fails', async () => {
  for (const args of [
    ['get', 'services', '-w'],
    ['logs', '-f', 'service/app_web'],
    ['events', '-w'],
  ]) {
    const running = cluster.start(args)
    await eventually(() => assert.match(running.text(), /app_web/))
    running.closeOutput()
    // It notices at its next word.
    await cluster.kit('rollout', 'restart', 'service/app_web')
    const { code, err } = await running.ended
    assert.deepEqual([code, err], [0, ''], args.join(' '))
  }
  const failing = cluster.start(['scale', 'service/app_worker=1', 'service/nothing=1'])
  failing.closeOutput()
  assert.equal((await failing.ended).code, 1)
})

const note = (name: string, label: string): string =>
  `apiVersion: kit/v1\nkind: Config\nmetadata: {name: ${name}, labels: {colour: ${label}}}\nspec: {data: YQ==}\n`

test('delete by labels takes those, and no others; without a choice it takes nothing', async () => {
  const file = cluster.file('notes.yml', [note('a', 'red'), note('b', 'red'), note('c', 'blue')].join('---\n'))
  await cluster.kit('apply', '-f', file)
  assert.match(await cluster.fails(2, 'delete', 'configs'), /-l|--all/)
  assert.match(await cluster.fails(2, 'delete', 'config', ''), /which config\? A name is empty; write config\/NAME/)
  assert.equal(await cluster.kit('delete', 'configs', '-l', 'colour=red'), 'config/a deleted\nconfig/b deleted\n')
  assert.equal(await cluster.kit('get', 'configs', '-o', 'name'), 'config/c\n')
  const { code, out, err } = await cluster.run(['delete', 'configs', '-l', 'colour=red'])
  assert.deepEqual([code, out, err], [0, '', 'Nothing to delete.\n'])
})

test('delete -f takes what the file names, backwards, also where part of it is gone already', async () => {
  const file = cluster.file('notes.yml', [note('a', 'red'), note('b', 'red'), note('c', 'blue')].join('---\n'))
  await cluster.kit('apply', '-f', file)
  await cluster.kit('delete', 'config/b')
  assert.equal(await cluster.kit('delete', '-f', file), 'config/c deleted\nconfig/a deleted\n')
  assert.equal(await cluster.kit('delete', '-f', file), '')
  const pids = (await cluster.tasks('seen_one')).map(({ status }) => status.pid ?? 0)
  assert.equal(pids.length, 1)
  assert.match(await cluster.kit('delete', '-f', cluster.file('seen.yml', 'services: {one: {image: x}}')), /stack\/seen deleted/)
  await eventually(async () => assert.equal(await cluster.kit('get', 'stacks,services', '-l', 'kit/stack=seen', '-o', 'name'), ''))
  await eventually(() => assert.deepEqual(pids.filter(isAlive), []))
})

test('in a terminal of 20 columns nothing fails and nothing is lost', async () => {
  const shown = await cluster.inTerminal(20, ['get', 'services'])
  assert.match(shown, /^app_web [\s\S]*?^ {2}mode: Replicated/m)
  for (const line of shown.split(/\r?\n/)) assert.ok(line.length <= 20, line)
  const progress = await cluster.inTerminal(20, ['apply', '-f', cluster.file('app.yml', stack.replace('web:1', 'web:2'))])
  assert.match(progress, /stack\/app configured/)
  assert.match(progress, /service\/app_web\s+4\/4\s[\s\S]*converged/)
})
