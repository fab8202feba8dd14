import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settle } from '../testdata/world.ts'
import { createCluster, task } from './testdata/cluster.ts'

test('the failure of a task is an event with its cause, once', async () => {
  const { create, join, events } = await createCluster()
  await create(task('web.1.a', 'Running'))
  const agent = await join()
  const status = { state: 'Failed' as const, at: 5, error: 'ended by SIGKILL' }
  for (const number of [1, 2]) await agent.say({ type: 'status', number, reports: [{ task: 'web.1.a', status }] })
  await settle()
  const told = events.list().map(({ type, reason, message, count }) => ({ type, reason, message, count }))
  assert.deepEqual(told, [{ type: 'Warning', reason: 'Failed', message: 'ended by SIGKILL', count: 1 }])
})

test('the same failure of the next task of the slot only counts up', async () => {
  const { create, join, events } = await createCluster()
  const agent = await join()
  for (const [number, name] of ['web.1.a', 'web.1.b'].entries()) {
    await create(task(name, 'Running'))
    await agent.say({ type: 'status', number, reports: [{ task: name, status: { state: 'Failed', at: 5, error: 'exited with code 1' } }] })
  }
  await settle()
  const told = events.list().map(({ involvedObject, message, count }) => ({ involvedObject, message, count }))
  assert.deepEqual(told, [
    { involvedObject: { apiVersion: 'kit/v1', kind: 'Task', name: 'web.1.b' }, message: 'exited with code 1', count: 2 },
  ])
})

test('what agents say of every task of a revision is said once, of its service', async () => {
  const { create, join, events } = await createCluster()
  const agent = await join()
  for (const name of ['web.1.a', 'web.2.a']) {
    await create(task(name))
    await agent.say({ type: 'event', task: name, level: 'Normal', reason: 'ImageIgnored', message: 'Image x is ignored' })
    await agent.say({ type: 'event', task: name, level: 'Warning', reason: 'OptionsIgnored', message: 'tty' })
  }
  const told = events.list().map(({ involvedObject, reason, count }) => ({ name: involvedObject, reason, count }))
  const of = (kind: string, name: string) => ({ apiVersion: 'kit/v1', kind, name })
  assert.deepEqual(told, [
    { name: of('Service', 'web'), reason: 'ImageIgnored', count: 1 },
    { name: of('Task', 'web.1.a'), reason: 'OptionsIgnored', count: 1 },
    { name: of('Task', 'web.2.a'), reason: 'OptionsIgnored', count: 1 },
  ])
})
