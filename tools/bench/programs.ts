// What the programs cost by themselves: CPU and time of `kit version` and `kit get` (with 0 and 1,000 tasks in
// the cluster), beside `node -e 0` as the floor; CPU and memory of an idle `kitd`. Built programs, as users run them.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '../../cli/connect.ts'
import { createClock } from '../../effects/real/clock.ts'
import { startDaemon } from './daemon.ts'
import { median, print } from './figure.ts'

const kit = join(import.meta.dirname, '../../bin/kit')
const runs = 15
const idleSeconds = 30

measure('node -e 0', process.execPath, ['-e', '0'])
measure('kit version', kit, ['version'])
const daemon = await startDaemon()
measure('kit get tasks, none', kit, ['--socket', daemon.socket, 'get', 'tasks'])

await sleep(2_000) // What starting up left to be done is not idling.
const before = daemon.usage()
await sleep(idleSeconds * 1_000)
const after = daemon.usage()
print({ name: 'kitd idle, CPU', value: (after.cpuMs - before.cpuMs) / (10 * idleSeconds), unit: '% of a core', with: { idleSeconds } })
print({ name: 'kitd idle, memory', value: after.rssMiB, unit: 'MiB' })

// A constraint that nothing satisfies: the tasks are there, and nothing runs.
const { client, close } = connect(daemon.socket, createClock())
const template = { command: ['true'], placement: { constraints: ['node.labels.none == such'] } }
await client.create('Service', { apiVersion: 'kit/v1', kind: 'Service', metadata: { name: 'web' }, spec: { replicas: 1_000, template } })
while ((await client.list('Task', { fieldSelector: 'status.state=Pending' })).items.length < 1_000) await sleep(50)
close()
measure('kit get tasks, 1,000', kit, ['--socket', daemon.socket, 'get', 'tasks'])
await daemon.stop()

/** CPU as the operating system accounts it to ended children: a mean, since it counts in ticks of 10 ms. */
function measure(name: string, command: string, args: readonly string[]): void {
  const wall: number[] = []
  const before = childCpuMs()
  for (let run = 0; run < runs; run++) {
    const started = performance.now()
    const { status } = spawnSync(command, args, { stdio: 'ignore' })
    if (status !== 0) throw new Error(`${name} ended with ${status}`)
    wall.push(performance.now() - started)
  }
  print({ name: `${name}, CPU`, value: (childCpuMs() - before) / runs, unit: 'ms', with: { wallMs: Math.round(median(wall)), runs } })
}

/** proc(5): fields 16 and 17 of stat are ticks of 10 ms. */
function childCpuMs(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return 10 * (Number(fields[13]) + Number(fields[14]))
}
