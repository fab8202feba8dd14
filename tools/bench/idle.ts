// What a built kitd costs while nothing happens: CPU over a minute and memory, alone, and with 200 tasks that run as
// processes. `npm run bench -- idle`; other seconds as an argument.

import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '../../cli/connect.ts'
import { createClock } from '../../effects/real/clock.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { print } from './figure.ts'

const seconds = Number(process.argv[2] ?? 60)
const tasks = 200
/** What starting up, or so many tasks, left to be done is not idling. */
const restMs = 5_000

const daemon = await startDaemon()
await measure(daemon, 'no task')
const { client, close } = connect(daemon.socket, createClock())
const spec = { replicas: tasks, template: { command: ['sleep', '100000'] } }
await client.create('Service', { apiVersion: 'kit/v1', kind: 'Service', metadata: { name: 'web' }, spec })
const running = async (): Promise<number> => (await client.list('Task', { fieldSelector: 'status.state=Running' })).items.length
while ((await running()) < tasks) await sleep(500)
await measure(daemon, `${tasks} process tasks`)
await client.delete('Service', 'web')
while ((await client.list('Task')).items.length > 0) await sleep(500)
close()
await daemon.stop()

async function measure({ usage }: Daemon, what: string): Promise<void> {
  await sleep(restMs)
  const before = usage()
  await sleep(seconds * 1_000)
  const after = usage()
  const cpu = (after.cpuMs - before.cpuMs) / (10 * seconds)
  print({ name: `kitd idle with ${what}, CPU`, value: cpu, unit: '% of a core', with: { seconds } })
  print({ name: `kitd idle with ${what}, memory`, value: after.rssMiB, unit: 'MiB' })
}
