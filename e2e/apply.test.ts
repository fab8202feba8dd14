// `kit apply`, `diff`, `delete`: every form of input, the three-way merge, and who owns a field.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Cluster, eventually, isAlive } from './cluster.ts'

const cluster = new Cluster()
before(() => cluster.kit('up'))
after(() => cluster.remove())

const compose = (replicas: number, more = ''): string => `
name: app
services:
  web:
    image: web
    command: [sleep, "1000"]
    stop_grace_period: 1s${more}
    deploy:
      replicas: ${replicas}
      update_config: {monitor: 100ms}
`
const service = (name: string): string => `
apiVersion: kit/v1
kind: Service
metadata: {name: ${name}}
spec:
  mode: Replicated
  replicas: 1
  template: {image: x, command: [sleep, "1000"], stopGracePeriod: 1s}
  update: {monitor: 100ms}
`
const config = (name: string, data: string): string => `
apiVersion: kit/v1
kind: Config
metadata: {name: ${name}}
spec: {data: ${data}}
`

test('from standard input', async () => {
  const { code, out, err } = await cluster.run(['apply', '-f', '-'], service('piped'))
  assert.equal(code, 0, err)
  assert.equal(out, 'service/piped created\n')
  assert.match(err, /service\/piped {2}1\/1 {2}converged/)
})

test('several files, several documents, Compose files and objects mixed', async () => {
  const app = cluster.file('app.yml', compose(2))
  const objects = cluster.file('objects.yml', `${service('one')}---${service('two')}---${config('settings', 'YT1i')}`)
  const out = await cluster.kit('apply', '-f', app, '-f', objects)
  assert.deepEqual(out.trim().split('\n').toSorted(), [
    'config/settings created',
    'service/one created',
    'service/two created',
    'stack/app created',
  ])
  assert.equal((await cluster.tasks('app_web')).length, 2)
})

test('a directory, with and without those below it', async () => {
  cluster.file('tree/a.yml', service('top'))
  cluster.file('tree/notes.txt', 'not yaml')
  cluster.file('tree/below/b.yaml', service('deep'))
  assert.equal(await cluster.kit('apply', '-f', 'tree'), 'service/top created\n')
  const out = await cluster.kit('apply', '-R', '-f', 'tree')
  assert.match(out, /service\/top unchanged/)
  assert.match(out, /service\/deep created/)
})

test('the same again: nothing happens, and it says so', async () => {
  const app = cluster.file('app.yml', compose(2))
  const before = await cluster.json<{ metadata: { resourceVersion: string } }>('stack', 'app')
  const { code, out, err } = await cluster.run(['apply', '-f', app])
  assert.equal(code, 0)
  assert.equal(out, 'stack/app unchanged\n')
  assert.match(err, /Nothing changed/)
  assert.equal(
    (await cluster.json<{ metadata: { resourceVersion: string } }>('stack', 'app')).metadata.resourceVersion,
    before.metadata.resourceVersion,
  )
})

test('diff: 0 without differences, 1 with, 2 when the input is wrong; nothing is written', async () => {
  const app = cluster.file('app.yml', compose(2))
  assert.equal(await cluster.fails(0, 'diff', '-f', app), '')
  const changed = cluster.file('changed.yml', compose(3))
  const said = await cluster.fails(1, 'diff', '-f', changed)
  assert.match(said, /~ spec\.services\.web\.deploy\.replicas: 2 → 3/)
  await cluster.fails(2, 'diff', '-f', cluster.file('wrong.yml', compose(2).replace('replicas', 'replica')))
  assert.equal((await cluster.tasks('app_web')).length, 2)
})

test('a dry run says what would happen and changes nothing', async () => {
  const out = await cluster.kit('apply', '--dry-run', '-f', cluster.file('changed.yml', compose(3)))
  assert.equal(out, 'stack/app configured (dry run)\n')
  assert.equal((await cluster.tasks('app_web')).length, 2)
})

test('scaled by hand, the unchanged file leaves the scale alone', async () => {
  const out = await cluster.kit('scale', 'service/app_web=3')
  assert.equal(out, 'service/app_web scaled to 3\n')
  await cluster.kit('apply', '-f', cluster.file('app.yml', compose(2)))
  assert.equal((await cluster.tasks('app_web')).length, 3)
})

test('another change of the file leaves the scale alone, too', async () => {
  await cluster.kit('apply', '-f', cluster.file('app.yml', compose(2, '\n    environment: {COLOUR: blue}')))
  assert.equal((await cluster.tasks('app_web')).length, 3)
})

test('scaled by hand and changed in the file: a conflict that names both, until it is forced', async () => {
  const file = cluster.file('app.yml', compose(4, '\n    environment: {COLOUR: blue}'))
  const said = await cluster.fails(1, 'apply', '-f', file)
  const sentence = 'error[KIT0143]: Service "app_web": spec.replicas is 3, set by kit-scale; the file of stack "app" changes it from 2 to 4'
  assert.deepEqual(said.split('\n').slice(0, 6), [
    sentence,
    `  --> ${file}:10:17`,
    '   9 |     deploy:',
    '  10 |       replicas: 4',
    '     |                 ^',
    '   = --force takes it for the file; to keep it, write the value that it has now',
  ])
  assert.equal(said.split('KIT0143').length, 2, 'it is said once')
  assert.match(await cluster.kit('explain', 'KIT0143'), /somebody else has set the field/)
  assert.match(said, /Nothing was applied/)
  assert.equal((await cluster.tasks('app_web')).length, 3)
  await cluster.kit('apply', '--force', '-f', file)
  assert.equal((await cluster.tasks('app_web')).length, 4)
  // It is the file's again: no force is needed next time.
  await cluster.kit('apply', '-f', cluster.file('app.yml', compose(1, '\n    environment: {COLOUR: blue}')))
  assert.equal((await cluster.tasks('app_web')).length, 1)
})

test('a service of its own, scaled by hand: the conflict has the line, the owner and both values', async () => {
  await cluster.kit('scale', 'service/one=2')
  const file = cluster.file('one.yml', service('one').replace('replicas: 1', 'replicas: 3'))
  const said = await cluster.fails(1, 'apply', '-f', file)
  assert.match(said, /error\[KIT0143\]: conflict with "kit-scale".*`spec\.replicas` is 2, and the file says 3\n +--> \S*one\.yml:7:13\n/)
  assert.equal(said.match(/kit-scale/g)?.length, 1)
  assert.match(await cluster.fails(2, 'diff', '-f', file), /one\.yml:7:13/)
  await cluster.kit('apply', '--force', '-f', file)
  assert.equal((await cluster.tasks('one')).length, 3)
})

test('a service that is no longer in the file goes away with its tasks', async () => {
  const two = compose(1).replace(
    'services:',
    'services:\n  old: {image: x, command: [sleep, "1000"], stop_grace_period: 1s, deploy: {update_config: {monitor: 100ms}}}',
  )
  await cluster.kit('apply', '-f', cluster.file('app.yml', two))
  assert.match(await cluster.kit('get', 'services', '-o', 'name'), /service\/app_old/)
  await cluster.kit('apply', '-f', cluster.file('app.yml', compose(1)))
  await cluster.kit('wait', 'service/app_old', '--for=delete')
  assert.deepEqual(await cluster.tasks('app_old'), [])
})

test('delete takes names, kinds, selectors and files, and waits until the tasks are gone', async () => {
  assert.equal(await cluster.kit('delete', 'service', 'one', 'two'), 'service/one deleted\nservice/two deleted\n')
  assert.match(await cluster.kit('delete', '-f', 'tree', '-R'), /service\/deep deleted/)
  await cluster.kit('delete', 'stack/app')
  assert.equal(await cluster.kit('get', 'services,tasks', '-l', 'kit/stack=app', '-o', 'name'), '')
  assert.deepEqual(await cluster.tasks('app_web'), [])
  assert.match(await cluster.fails(1, 'delete', 'service/one'), /service "one" is not there|not found/i)
  await cluster.kit('delete', 'service', '--all')
  assert.equal(await cluster.kit('get', 'tasks', '-o', 'name'), '')
})

test('delete of a stack waits for its tasks and says what is left; --wait=false does not, and --timeout ends it with 5', async () => {
  const stubborn = (name: string): string =>
    `name: ${name}\nservices: {a: {image: x, command: [sh, -c, "trap '' TERM; echo ready; while :; do sleep 0.1; done"], stop_grace_period: 4s, deploy: {update_config: {monitor: 100ms}}}}\n`
  const running = async (name: string): Promise<number> => {
    await cluster.kit('apply', '-f', cluster.file(`${name}.yml`, stubborn(name)))
    await eventually(async () => assert.match(await cluster.kit('logs', `service/${name}_a`), /ready/))
    return (await cluster.tasks(`${name}_a`))[0]?.status.pid ?? 0
  }
  const pid = await running('slow')
  const { code, out, err } = await cluster.run(['delete', 'stack/slow'])
  assert.deepEqual([code, out], [0, 'stack/slow deleted\n'])
  assert.match(err, /^\d\d:\d\d still there: (service\/slow_a, )?1 task$/m)
  assert.equal(isAlive(pid), false)
  const other = await running('slower')
  assert.equal(await cluster.kit('delete', 'stack/slower', '--wait=false'), 'stack/slower deleted\n')
  assert.ok(isAlive(other))
  await eventually(() => assert.equal(isAlive(other), false))
  await running('slowest')
  const said = await cluster.fails(5, 'delete', 'service/slowest_a', '--timeout', '1s')
  assert.match(said, /still there after 1s: (service\/slowest_a, )?1 task\. The cluster goes on deleting/)
})
