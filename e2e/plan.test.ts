// What `kit apply --plan` says, and that `--if-version` holds to it.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Cluster, type Outcome } from './cluster.ts'

const cluster = new Cluster()
after(() => cluster.remove())

const web = (replicas: number, image = 'x', others = ''): string => `
apiVersion: kit/v1
kind: Config
metadata: {name: settings}
spec: {data: aGVsbG8=}
---
apiVersion: kit/v1
kind: Service
metadata: {name: web}
spec:
  replicas: ${replicas}
  update: {monitor: 100ms}
  template:
    image: ${image}
    command: [sleep, "1000"]
    stopGracePeriod: 1s
    configs: [{source: settings, target: /settings}]
${others}`
const file = (text: string): string => cluster.file('web.yml', text)
const plan = (text: string): Promise<Outcome> => cluster.run(['apply', '-f', file(text), '--plan'])
const versionIn = ({ out }: Outcome): string => /^version: ([0-9a-f]{12})$/m.exec(out)?.[1] ?? assert.fail(out)

before(() => cluster.kit('up', '--executor', 'process'))

test('a plan of what is not there yet, with what refers to each other, changes nothing', async () => {
  const first = await plan(web(1))
  assert.equal(first.code, 1, first.err)
  assert.doesNotMatch(first.out, /metadata: \{\}/)
  assert.match(first.out, /config\/settings \(new\)[\s\S]*service\/web \(new\)[\s\S]*plan: 2 to create, 0 to change, 0 unchanged/)
  assert.match(first.err, /--if-version [0-9a-f]{12} in place of --plan/)
  assert.match(await cluster.fails(1, 'get', 'service/web'), /not found/)
  assert.match(await cluster.fails(2, 'apply', '-f', file(web(1)), '--if-version', 'x'), /"x" is not a version/)
  await cluster.kit('apply', '-f', file(web(1)), '--if-version', versionIn(first))
  const again = await plan(web(1))
  assert.deepEqual([again.code, again.err], [0, ''])
  assert.match(again.out, /^plan: 0 to create, 0 to change, 2 unchanged\nversion: /)
})

test('a plan says each field, and what becomes of tasks; it is carried out only on what it was made of', async () => {
  const planned = await plan(web(2, 'y'))
  assert.equal(planned.code, 1)
  assert.match(
    planned.out,
    /service\/web\n {2}~ spec\.replicas: 1 → 2\n {2}~ spec\.template\.image: "x" → "y"\n {2}=> replaces its tasks, 1 at a time; from 1 to 2 tasks/,
  )
  const version = versionIn(planned)
  await cluster.kit('rollout', 'restart', 'web')
  const refused = await cluster.fails(1, 'apply', '-f', file(web(2, 'y')), '--if-version', version)
  assert.match(refused, /is not as it was in the plan of version [0-9a-f]{12}[\s\S]*Nothing was applied/)
  assert.equal((await cluster.tasks('web')).length, 1)
  await cluster.kit('apply', '-f', file(web(2, 'y')), '--if-version', versionIn(await plan(web(2, 'y'))))
  assert.equal((await cluster.tasks('web')).length, 2)
})

test('what only the status says is no change of what the plan was made of', async () => {
  const version = versionIn(await plan(web(3, 'y')))
  const [task] = await cluster.tasks('web')
  process.kill(task?.status.pid ?? 0, 'SIGKILL')
  await cluster.kit('apply', '-f', file(web(3, 'y')), '--if-version', version)
})

test('a file with a mistake is told as by apply, and ends with 2', async () => {
  const { code, err } = await plan(web(1, 'x', '    comand: [x]\n'))
  assert.equal(code, 2)
  assert.match(err, /web\.yml:18:5[\s\S]*did you mean/)
  assert.match(await cluster.fails(2, 'apply', '-f', file(web(1)), '--plan', '--if-version', 'abc'), /leave out --if-version/)
})
