import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSimulatedClock } from '../../sim/effects/clock.ts'
import { EventQueue } from '../../sim/effects/event-queue.ts'
import { OpenFlows } from './open-flows.ts'
import type { Flow } from './port-server.ts'

const never = new AbortController().signal

function world() {
  const queue = new EventQueue()
  const flows = new OpenFlows(createSimulatedClock(queue.lane()))
  const closed: string[] = []
  /** A flow that ends when it is closed. */
  const open = (task: string, name: string, first: ReturnType<Flow['state']>) => {
    let lastMs = queue.nowMs()
    let state = first
    const flow = flows.begin(task)
    flow.carry({
      idleMs: () => queue.nowMs() - lastMs,
      state: () => state,
      close() {
        closed.push(`${name} ${queue.nowMs()}`)
        flow.end()
      },
    })
    return {
      end: () => flow.end(),
      becomes(next: ReturnType<Flow['state']>) {
        lastMs = queue.nowMs()
        state = next
      },
    }
  }
  /** When a drain that begins now is over. */
  const drainedAt = async (task: string, limitMs = 10_000): Promise<number> => {
    await queue.settle(flows.drain(task, limitMs, never))
    return queue.nowMs()
  }
  return { queue, flows, closed, open, drainedAt }
}

test('a task without flows is drained at once', async () => {
  const { flows, drainedAt } = world()
  assert.equal(await drainedAt('web.1.a'), 0)
  flows.begin('web.1.a').end()
  flows.begin('web.2.b')
  assert.equal(await drainedAt('web.1.a'), 0)
})

test('a drain waits for flows and for connections that are being made, and no longer', async () => {
  const { queue, flows, open, drainedAt } = world()
  const [busy, connecting] = [open('web.1.a', 'busy', 'Asked'), flows.begin('web.1.a')]
  queue.schedule(150, () => connecting.end())
  queue.schedule(4_321, () => busy.end())
  assert.equal(await drainedAt('web.1.a'), 4_321)
})

test('a flow whose client waits for an answer is waited for until the limit, and left alone', async () => {
  const { flows, closed, open, drainedAt } = world()
  open('web.1.a', 'busy', 'Asked')
  assert.equal(await drainedAt('web.1.a', 7_000), 7_000)
  assert.deepEqual(closed, [])
  assert.equal(flows.count('web.1.a'), 1)
})

test('flows at rest are closed: at once when they have been so for a second, otherwise after one', async () => {
  const { queue, closed, open, drainedAt } = world()
  open('web.1.a', 'old', 'AtRest')
  await queue.run(1_000)
  const answered = open('web.1.a', 'answered', 'Asked')
  queue.schedule(300, () => answered.becomes('AtRest'))
  assert.equal(await drainedAt('web.1.a'), 2_300)
  assert.deepEqual(closed, ['old 1000', 'answered 2300'])
})

test('who asks again does not wait anew, and an interrupted drain goes on with the time that is left', async () => {
  const { queue, flows, open, drainedAt } = world()
  open('web.1.a', 'busy', 'Asked')
  const interruption = new AbortController()
  queue.schedule(3_000, () => interruption.abort(new Error('another state is wanted')))
  await assert.rejects(queue.settle(flows.drain('web.1.a', 10_000, interruption.signal)), /another state/)
  assert.equal(await drainedAt('web.1.a'), 10_000)
  assert.equal(await drainedAt('web.1.a'), 10_000)
})

test('at the end all are closed, and connections that were still being made as soon as they are there', () => {
  const { flows, closed, open } = world()
  open('web.1.a', 'busy', 'Asked')
  const late = flows.begin('web.2.b')
  flows.end()
  late.carry({ idleMs: () => 0, state: () => 'Asked', close: () => closed.push('late') })
  assert.deepEqual(closed, ['busy 0', 'busy 0', 'late', 'late'])
})

test('when a task has ended, clients get what is on its way, and flows that stand still are closed, whoever spoke last', async () => {
  const { queue, flows, closed, open } = world()
  const [slow] = [open('web.1.a', 'slow', 'Answering'), open('web.1.a', 'stuck', 'Answering'), open('web.1.a', 'waiting', 'Asked')]
  for (let at = 5_000; at <= 40_000; at += 5_000) queue.schedule(at, () => slow.becomes('Answering'))
  queue.schedule(44_000, () => slow.becomes('AtRest'))
  await queue.settle(flows.finish('web.1.a', never))
  assert.deepEqual(closed, ['waiting 1000', 'stuck 30000', 'slow 45000'])
})
