// Stands in for a daemon that will be killed: starts the task that it is given and then waits for ever.

import { assignment } from '../../testdata/assignment.ts'
import { createProcessExecutor } from '../process-executor.ts'

const [directory = '', shimPath = '', task = '', script = ''] = process.argv.slice(2)
const node = { id: 'node-1', hostname: 'one', os: 'linux', arch: 'x86_64' }
const signal = new AbortController().signal
const executor = createProcessExecutor({ directory, shimPath })
const started = assignment(task, { command: ['/bin/sh', '-c', script] })
await executor.prepare(started, node, signal)
const handle = await executor.start(started, node, signal)
process.stdout.write(`${JSON.stringify(handle)}\n`)
setInterval(() => {}, 1000)
