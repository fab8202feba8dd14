// A stack written for a cluster of workers and labelled nodes, on one node that is neither: everything
// waits, and says exactly why. What `explain` names as the smallest change is then made, and is enough.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually, projectRoot, type TaskObject } from './cluster.ts'

const cluster = new Cluster()
before(() => cluster.kit('up'))
after(() => cluster.remove())

/** What `explain` says of the first task of each service, without what differs from run to run. */
const recorded: Readonly<Record<string, string>> = {
  master: `pending[KIT0301]: task STACK_master.1 cannot be placed
  node     cpu 0.25   mem 200Mi   constraint node.role == worker   at most 1 per node
  node-1   ok         ok          role is manager                  ok
   = smallest fix: add a worker node with 0.25 cpu and 200Mi memory
`,
  slave: `pending[KIT0301]: task STACK_slave.1 cannot be placed
  node     cpu 0.25   mem 200Mi   constraint node.role == worker   constraint node.labels.region == region2   at most 1 per node
  node-1   ok         ok          role is manager                  no label region                            ok
   = smallest fix: add a worker node with label region=region2 and 0.25 cpu and 200Mi memory
`,
  web: `pending[KIT0301]: task STACK_web.1 cannot be placed
  node     cpu 0.25   mem 200Mi   constraint node.role == worker   constraint node.labels.region == region3
  node-1   ok         ok          role is manager                  no label region
   = smallest fix: add a worker node with label region=region3 and 0.25 cpu and 200Mi memory
`,
}

/** The user's own file, where it lies beside the project or at KIT_REFERENCE, and our copy of it. */
const reference = join(process.env['KIT_REFERENCE'] ?? join(projectRoot, '../shared'), 'examples/run.yml')
if (!existsSync(reference)) console.log(`# ${reference} is not there: only our own copy of the stack is tried`)
const files = [join(import.meta.dirname, 'testdata/eleven-tasks.yml'), ...(existsSync(reference) ? [reference] : [])]

/** Names of tasks end in a hash that is new each time. */
const withoutHash = (text: string): string => text.replace(/(_\w+\.\d+)\.[a-z0-9]+/g, '$1')

async function explain(task: string): Promise<string> {
  return withoutHash(await cluster.kit('explain', `task/${task}`))
}

for (const [at, file] of files.entries()) {
  test(`eleven tasks wait, exit code 3, and explain names every failing rule and a way out (file ${at + 1} of ${files.length})`, async () => {
    const said = await cluster.fails(3, 'apply', '-f', file, '--name', 'swarm')
    assert.match(said, /no node can take the tasks/)
    const { items } = await cluster.json<{ items: readonly TaskObject[] }>('tasks')
    assert.equal(items.length, 11)
    for (const { metadata, status } of items) {
      assert.equal(status.state, 'Pending', metadata.name)
      const [, service = '', slot = ''] = /^swarm_(\w+)\.(\d+)\./.exec(metadata.name) ?? []
      const expected = recorded[service]?.replace('STACK', 'swarm').replace('.1 cannot', `.${slot} cannot`)
      assert.equal(await explain(metadata.name), expected)
    }
    await cluster.kit('delete', 'stack/swarm')
  })
}

const service = (deploy: string): string => `{image: x, command: [sleep, "1000"], stop_grace_period: 1s, deploy: ${deploy}}`

test('the labels that explain names are enough', async () => {
  const constraints = '[node.labels.disk == ssd, node.labels.region == r1]'
  const file = cluster.file('labels.yml', `services: {db: ${service(`{placement: {constraints: ${constraints}}}`)}}`)
  await cluster.kit('apply', '--no-wait', '-f', file)
  const why = await eventually(async () => {
    const text = await explain('labels_db.1')
    assert.match(text, /smallest fix/)
    return text
  })
  assert.equal(
    why,
    `pending[KIT0301]: task labels_db.1 cannot be placed
  node     constraint node.labels.disk == ssd   constraint node.labels.region == r1
  node-1   no label disk                        no label region
   = smallest fix: set label disk=ssd on node node-1, and set label region=r1 on node node-1
`,
  )
  const labels = [...why.matchAll(/set label (\S+) on node (\S+?)(?:,|$)/gm)]
  assert.equal(labels.length, 2)
  for (const [, label = '', node = ''] of labels) {
    assert.equal((await cluster.tasks('labels_db'))[0]?.status.state, 'Pending', 'each of them is needed')
    await cluster.kit('label', 'node', node, label)
  }
  await cluster.kit('wait', 'service/labels_db')
  await cluster.kit('delete', 'stack/labels')
})

test('the resource that explain names is enough, and so is moving the task that it names', async () => {
  const cpus = Number(await cluster.kit('get', 'node', 'node-1', '-o', 'jsonpath={.status.description.resources.cpus}'))
  const reserving = (amount: number): string => service(`{resources: {reservations: {cpus: "${amount}"}}, update_config: {monitor: 100ms}}`)
  await cluster.kit('apply', '-f', cluster.file('hog.yml', `services: {hog: ${reserving(cpus - 0.5)}, side: ${reserving(0.25)}}`))
  await cluster.kit('apply', '--no-wait', '-f', cluster.file('late.yml', `services: {late: ${reserving(1)}}`))
  const why = await eventually(async () => {
    const text = await explain('late_late.1')
    assert.match(text, /smallest fix/)
    return text
  })
  assert.equal(
    why,
    `pending[KIT0301]: task late_late.1 cannot be placed
  node     cpu 1
  node-1   0.25 free
   = smallest fix: free 0.75 cpu on node node-1 (move hog_hog.1 away)
`,
  )
  await cluster.kit('scale', 'service/hog_side=0')
  assert.match(await explain('late_late.1'), /free 0\.5 cpu on node node-1 \(move hog_hog\.1 away\)/, 'the smaller one is not enough')
  await cluster.kit('scale', 'service/hog_hog=0')
  await cluster.kit('wait', 'service/late_late')
})
