import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import type { TaskTemplate } from '../../api/objects.ts'
import { type Behaviour, executorSuite, suiteNode } from '../executor.suite.ts'
import { filesSuite } from '../files.suite.ts'
import { assignment } from '../testdata/assignment.ts'
import { scratch } from './testdata/scratch.ts'

function templateFor(behaviour: Behaviour): TaskTemplate {
  const sh = (script: string): TaskTemplate => ({ command: ['/bin/sh', '-c', script], stopGracePeriod: '300ms' })
  switch (behaviour.kind) {
    case 'ends':
      return sh(`exit ${behaviour.exitCode}`)
    case 'is-killed':
      return sh('kill -9 $$')
    case 'runs':
      return { command: ['sleep', '1000'] }
    case 'ignores-stop':
      return sh("trap '' TERM; echo ready; while :; do sleep 0.05; done")
    case 'prints': {
      const pause = behaviour.everyMs === 0 ? '' : `sleep ${behaviour.everyMs / 1000}; `
      return sh(`${behaviour.lines.map((line) => `echo ${line}; ${pause}`).join('')} ${behaviour.thenEnds ? '' : 'exec sleep 1000'}`)
    }
    case 'copies':
      return sh('exec cat')
    case 'cannot-start':
      return { command: ['/no/such/program'] }
  }
}

executorSuite('process', (context) => {
  const { open: create } = scratch(context)
  let count = 0
  return {
    executor: create(),
    restart: create,
    commands: { cat: ['cat'], echo: ['echo', 'hello'], exit7: ['sh', '-c', 'exit 7'], forever: ['sleep', '1000'] },
    hasInput: false,
    knowsSignals: true,
    task(behaviour) {
      count += 1
      return assignment(`web.1.${count}`, templateFor(behaviour))
    },
    settle: (work) => work,
  }
})

test('a port of the node that is left open is a free one, and the task learns which', async (context) => {
  const executor = scratch(context).open()
  const never = new AbortController().signal
  const task = assignment(
    'web.1.a',
    { command: ['/bin/sh', '-c', 'echo $PORT $KIT_PORT_80 $KIT_PORT_81'] },
    {
      hostPorts: [
        { protocol: 'TCP', targetPort: 80, publishedPort: 0 },
        { protocol: 'TCP', targetPort: 81, publishedPort: 28_081 },
      ],
    },
  )
  await executor.prepare(task, suiteNode, never)
  const { ports } = await executor.start(task, suiteNode, never)
  await executor.wait(task, never)
  const open = ports?.['80/tcp'] ?? 0
  assert.ok(open > 1024, `it was ${open}`)
  assert.equal(ports?.['81/tcp'], 28_081)
  const lines = await Array.fromAsync(executor.logs(task.task, {}, never))
  assert.deepEqual(
    lines.map(({ text }) => text),
    [`${open} ${open} 28081`],
  )
})

if (!existsSync('/dev/shm')) console.log('skipped: files of tasks, because this machine has no tmpfs at /dev/shm')
else
  filesSuite('process', (context) => {
    const { open } = scratch(context)
    return { executor: open(), taskName: 'web.1.a', restart: open, shell: (script) => ({ command: ['/bin/sh', '-c', script] }) }
  })
