import type { TaskTemplate } from '../../api/objects.ts'
import { type Behaviour, executorSuite } from '../executor.suite.ts'
import { assignment } from '../testdata/assignment.ts'
import { createDockerExecutor } from './docker-executor.ts'
import { findEngine } from './testdata/engine.ts'

function templateFor(image: string, behaviour: Behaviour): TaskTemplate {
  const sh = (script: string): TaskTemplate => ({ image, command: ['/bin/sh', '-c', script], stopGracePeriod: '300ms' })
  // As process 1 of its container a program is not ended by a signal that it does not handle.
  const runs = "trap 'exit 143' TERM; while :; do sleep 0.05; done"
  switch (behaviour.kind) {
    case 'ends':
      return sh(`exit ${behaviour.exitCode}`)
    case 'is-killed':
      return { ...sh('kill -9 $$'), init: true }
    case 'runs':
      return sh(runs)
    case 'ignores-stop':
      return sh("trap '' TERM; echo ready; while :; do sleep 0.05; done")
    case 'prints': {
      const pause = behaviour.everyMs === 0 ? '' : `sleep ${behaviour.everyMs / 1000}; `
      return sh(`${behaviour.lines.map((line) => `echo ${line}; ${pause}`).join('')} ${behaviour.thenEnds ? '' : runs}`)
    }
    case 'copies':
      return { ...sh('exec cat'), stdinOpen: true }
    case 'cannot-start':
      return { image, command: ['/no/such/program'] }
  }
}

const engine = await findEngine()
if (engine !== undefined) {
  const run = `${process.pid}-${Date.now()}`
  let tests = 0
  const create = (nodeId: string) => createDockerExecutor({ host: engine.host, nodeId, clusterId: 'test' })
  executorSuite('docker', async (context) => {
    tests += 1
    const nodeId = `${run}-${tests}`
    const executor = await create(nodeId)
    const next = await create(nodeId)
    context.after(async () => {
      for (const task of await next.list()) await next.remove(task)
    })
    let count = 0
    return {
      executor,
      restart: () => next,
      hasInput: true,
      knowsSignals: false,
      commands: { cat: ['cat'], echo: ['echo', 'hello'], exit7: ['sh', '-c', 'exit 7'], forever: ['sleep', '1000'] },
      task(behaviour) {
        count += 1
        return assignment(`web.${nodeId}.${count}`, templateFor(engine.image, behaviour))
      },
      settle: (work) => work,
    }
  })
}
