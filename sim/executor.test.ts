import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Behaviour, executorSuite, suiteNode } from '../agent/executor.suite.ts'
import { assignment } from '../agent/testdata/assignment.ts'
import { EventQueue } from './effects/event-queue.ts'
import { SeededRandom } from './effects/random.ts'
import { randomPlans, SimulatedMachine, type TaskPlan } from './executor.ts'

const never = new AbortController().signal

function planFor(behaviour: Behaviour): TaskPlan {
  switch (behaviour.kind) {
    case 'ends':
      return { runMs: 50, exitCode: behaviour.exitCode }
    case 'is-killed':
      return { runMs: 50, signal: behaviour.signal }
    case 'runs':
    case 'copies':
      return {}
    case 'ignores-stop':
      return { ignoresStop: true, output: ['ready'] }
    case 'prints': {
      const { lines, everyMs, thenEnds } = behaviour
      return { output: lines, outputEveryMs: everyMs, ...(thenEnds ? { runMs: lines.length * everyMs + 1 } : {}) }
    }
    case 'cannot-start':
      return { start: 'is-refused' }
  }
}

executorSuite('simulated', () => {
  const queue = new EventQueue()
  const plans = new Map<string, TaskPlan>()
  const machine = new SimulatedMachine(queue, { plan: ({ task }) => plans.get(task) ?? {} })
  let lane = queue.lane()
  return {
    executor: machine.executor(lane),
    commands: { cat: ['cat'], echo: ['echo', 'hello'], exit7: ['exit', '7'], forever: ['sleep', '1e9'] },
    hasInput: true,
    knowsSignals: true,
    restart() {
      lane.close()
      lane = queue.lane()
      return machine.executor(lane)
    },
    task(behaviour) {
      const name = `web.1.${plans.size}`
      plans.set(name, planFor(behaviour))
      return assignment(name, { stopGracePeriod: '300ms', stdinOpen: behaviour.kind === 'copies' })
    },
    settle: (work) => queue.settle(work),
  }
})

test('a task ends while the agent is dead, and the dead agent hears nothing', async () => {
  const queue = new EventQueue()
  const machine = new SimulatedMachine(queue, { plan: () => ({ runMs: 1_000, exitCode: 9 }) })
  const lane = queue.lane()
  const [executor, task] = [machine.executor(lane), assignment('web.1.a')]
  await queue.settle(executor.prepare(task, suiteNode, never).then(() => executor.start(task, suiteNode, never)))
  let heard = false
  void executor.wait(task, never).then(() => {
    heard = true
  })
  assert.deepEqual(machine.running(), [task])
  lane.close()
  await queue.run(queue.nowMs() + 2_000)
  assert.equal(heard, false)
  assert.deepEqual(machine.running(), [])
  const found = await machine.executor(queue.lane()).find(task.task)
  assert.ok(found !== undefined && 'ended' in found && found.ended.exitCode === 9)
})

test('a machine that loses its power has lost how its tasks ended', async () => {
  const queue = new EventQueue()
  const machine = new SimulatedMachine(queue)
  const [executor, task] = [machine.executor(queue.lane()), assignment('web.1.a')]
  await queue.settle(executor.prepare(task, suiteNode, never).then(() => executor.start(task, suiteNode, never)))
  machine.powerOff()
  const exit = await queue.settle(executor.wait(task, never))
  assert.deepEqual([exit.exitCode, exit.signal, exit.reason], [undefined, undefined, 'the machine was switched off'])
})

test('random plans depend on the seed and the task only, and every kind of trouble occurs', () => {
  const rates = {
    refusedAtPrepare: 0.2,
    refusedAtStart: 0.2,
    endsSoon: 0.3,
    crashesSoon: 0.3,
    slowStart: 0.3,
    unhealthy: 0.3,
    ignoresStop: 0.2,
  }
  const tasks = Array.from({ length: 200 }, (_, index) => assignment(`web.${index}.a`))
  const [one, other] = [randomPlans(new SeededRandom(5), rates), randomPlans(new SeededRandom(5), rates)]
  const plans = tasks.map((task) => one(task))
  assert.deepEqual(
    tasks.toReversed().map((task) => other(task)),
    plans.toReversed(),
  )
  assert.notDeepEqual(tasks.map(randomPlans(new SeededRandom(6), rates)), plans)
  const seen = (check: (plan: TaskPlan) => boolean): void => assert.ok(plans.some(check))
  seen(({ prepare }) => prepare === 'is-refused')
  seen(({ start }) => start === 'is-refused')
  seen(({ exitCode }) => (exitCode ?? 0) > 0)
  seen(({ runMs, exitCode }) => runMs !== undefined && exitCode === 0)
  seen(({ unhealthyAfterMs }) => unhealthyAfterMs !== undefined)
  seen(({ ignoresStop }) => ignoresStop === true)
})
