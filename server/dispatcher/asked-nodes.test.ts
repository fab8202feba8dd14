import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Peer } from '../../effects/effects.ts'
import { attachesToTasks } from '../../effects/stream-versions.ts'
import { settle } from '../testdata/world.ts'
import { createCluster, task } from './testdata/cluster.ts'

test('logs come from the node that was asked, and end with it', async () => {
  const { create, join, open, broker } = await createCluster()
  await create(task('web.1.a', 'Running'))
  const agent = await join()
  const lines: string[] = []
  const reading = (async () => {
    for await (const line of broker.read({ kind: 'Service', name: 'web' }, { tail: 5 }, new AbortController().signal)) lines.push(line.text)
  })()
  await settle()
  const asked = agent.heard.at(-1)
  assert.ok(asked?.type === 'logs' && asked.task === 'web.1.a' && asked.options.tail === 5)
  const foreign = open('logs', 'n2')
  await foreign.send(Buffer.from(JSON.stringify({ id: asked.id })))
  const stream = open('logs', 'n1')
  await stream.send(Buffer.from(JSON.stringify({ id: asked.id })))
  for (const text of ['one', 'two']) await stream.send(Buffer.from(JSON.stringify({ task: 'web.1.a', stream: 'stdout', at: 1, text })))
  stream.close()
  await reading
  assert.deepEqual(lines, ['one', 'two'])
})

test('a log that cannot be complete says which task is missing', async () => {
  const { create, broker } = await createCluster()
  await create(task('web.1.a', 'Running', 'n7'))
  const read = async () => Array.fromAsync(broker.read({ kind: 'Task', name: 'web.1.a' }, {}, new AbortController().signal))
  await assert.rejects(read(), /no answer about web\.1\.a on n7/)
})

test('what tasks use comes from the node that was asked, once for all who ask meanwhile', async () => {
  const { join, open, stats } = await createCluster()
  await assert.rejects(stats.read('n7'), /node "n7" does not say/)
  const agent = await join()
  const readings = [stats.read('n1'), stats.read('n1')]
  await settle()
  const asked = agent.heard.filter(({ type }) => type === 'stats')
  assert.equal(asked.length, 1)
  const answer = async (peer: string, processes: number): Promise<void> => {
    const stream = open('stats', peer)
    const found = [{ task: 'web.1.a', at: 1, cpuMs: 2, memoryBytes: 3, processes }]
    for (const frame of [asked[0] ?? {}, { stats: found, machine: { at: 1, diskBytes: 100, diskUsedBytes: processes } }])
      await stream.send(Buffer.from(JSON.stringify(frame)))
    stream.close()
  }
  await answer('n2', 7)
  await answer('n1', 4)
  for (const reading of readings)
    assert.deepEqual(await reading, {
      tasks: [{ task: 'web.1.a', at: 1, cpuMs: 2, memoryBytes: 3, processes: 4 }],
      machine: { at: 1, diskBytes: 100, diskUsedBytes: 4 },
    })
})

test('a command runs through the node that was asked, and no other node can answer for it', async () => {
  const { create, join, open, exec, events } = await createCluster()
  await create(task('web.1.a', 'Running'))
  const agent = await join()
  const opening = exec.open('web.1.a', { command: ['sh', '-c', 'secret'] }, 'operator', new AbortController().signal)
  await settle()
  const asked = agent.heard.at(-1)
  assert.ok(asked?.type === 'exec' && asked.task === 'web.1.a' && 'command' in asked.request && asked.request.command[0] === 'sh')
  const id = Buffer.from(JSON.stringify({ id: asked.id }))
  const foreign = open('exec', 'n2')
  await foreign.send(id)
  const refused = await foreign.frames()[Symbol.asyncIterator]().next()
  assert.equal(refused.done, true)
  const stream = open('exec', 'n1')
  await stream.send(id)
  const connection = await opening
  await stream.send(Buffer.from('out'))
  await connection.send(Buffer.from('in'))
  const [out, into] = [connection.frames()[Symbol.asyncIterator](), stream.frames()[Symbol.asyncIterator]()]
  assert.equal(String(Buffer.from((await out.next()).value ?? [])), 'out')
  assert.equal(String(Buffer.from((await into.next()).value ?? [])), 'in')
  connection.close()
  assert.equal((await into.next()).done, true)
  const recorded = JSON.stringify(events.list())
  assert.match(recorded, /operator ran .*sh.* in the task/)
  assert.doesNotMatch(recorded, /secret/)
})

test('an agent of before is not asked to attach, which would end its session; others are, and it is recorded', async () => {
  const { create, join, open, exec, events } = await createCluster()
  await create(task('web.1.a', 'Running'))
  const attach = () => exec.open('web.1.a', { stdin: true }, 'operator', new AbortController().signal)
  const peer = (version: number): Peer => ({ address: 'n1.example', node: { id: 'n1', role: 'Worker', clusterId: 'c' }, version })
  const old = await join('n1', peer(attachesToTasks - 1))
  await assert.rejects(attach(), /node "n1" has a kitd that cannot attach to tasks: upgrade it/)
  assert.ok(old.heard.every(({ type }) => type !== 'exec'))
  old.stream.close()
  await settle()
  const agent = await join('n1', peer(attachesToTasks))
  const opening = attach()
  await settle()
  const asked = agent.heard.at(-1)
  assert.ok(asked?.type === 'exec')
  assert.deepEqual(asked.request, { stdin: true })
  await open('exec', 'n1').send(Buffer.from(JSON.stringify({ id: asked.id })))
  const connection = await opening
  connection.close()
  assert.match(JSON.stringify(events.list()), /"Attached".*operator attached to the program of the task, to its input too/)
})

test('a command is refused where no task runs, and given up where the node does not answer', async () => {
  const { clock, create, join, exec } = await createCluster()
  const open = (name: string) => exec.open(name, { command: ['sh'] }, 'operator', new AbortController().signal)
  await create(task('web.1.a', 'Running'))
  await create(task('web.2.a', 'Pending'))
  await assert.rejects(open('web.2.a'), /web.2.a" is Pending/)
  await assert.rejects(open('web.9.a'), /is gone/)
  await assert.rejects(open('web.1.a'), /does not answer/)
  await join()
  const opening = assert.rejects(open('web.1.a'), /does not answer/)
  await clock.advance(10_000)
  await opening
})
