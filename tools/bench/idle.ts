// What a built kitd costs while nothing happens: CPU over a minute and memory, alone, with 200 tasks that run as processes,
// and with 200 that run as containers where an engine answers. `npm run bench -- idle`;
// `node tools/bench/idle.ts 3600 containers` for an hour of one of the three.

import { setTimeout as sleep } from 'node:timers/promises'
import { findEngine } from '../../agent/docker/testdata/engine.ts'
import type { JsonObject } from '../../api/wire.ts'
import { connect } from '../../cli/connect.ts'
import { createClock } from '../../effects/real/clock.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { print } from './figure.ts'

const seconds = Number(process.argv[2] ?? 60)
const tasks = 200
const command = ['sleep', '100000']
/** What starting up, or so many tasks, left to be done is not idling. */
const restMs = 5_000

/** What to measure; each ends with the daemon stopped. */
const situations: Readonly<Record<string, () => Promise<void>>> = {
  async alone() {
    const daemon = await startDaemon()
    await measure(daemon, 'no task')
    await daemon.stop()
  },
  async processes() {
    await measureTasks(await startDaemon(), `${tasks} process tasks`, { command })
  },
  async containers() {
    const engine = await findEngine()
    if (engine === undefined) return
    const daemon = await startDaemon(['--executor', 'docker', '--docker-host', engine.host])
    await measureTasks(daemon, `${tasks} containers`, { image: engine.image, command, stopSignal: 'SIGKILL' })
  },
}
const [, , , only] = process.argv
for (const [name, run] of Object.entries(situations)) if (only === undefined || only === name) await run()

async function measureTasks(subject: Daemon, what: string, template: JsonObject): Promise<void> {
  const { client, close } = connect(subject.socket, createClock())
  await client.create('Service', { apiVersion: 'kit/v1', kind: 'Service', metadata: { name: 'web' }, spec: { replicas: tasks, template } })
  const running = async (): Promise<number> => (await client.list('Task', { fieldSelector: 'status.state=Running' })).items.length
  while ((await running()) < tasks) await sleep(500)
  await measure(subject, what)
  await client.delete('Service', 'web')
  while ((await client.list('Task')).items.length > 0) await sleep(500)
  close()
  await subject.stop()
}

/** Memory at the start and at the end of the time, so that growth is seen. */
async function measure({ usage }: Daemon, what: string): Promise<void> {
  await sleep(restMs)
  const before = usage()
  await sleep(seconds * 1_000)
  const after = usage()
  const cpu = (after.cpuMs - before.cpuMs) / (10 * seconds)
  print({ name: `kitd idle with ${what}, CPU`, value: cpu, unit: '% of a core', with: { seconds } })
  print({ name: `kitd idle with ${what}, memory`, value: after.rssMiB, unit: 'MiB', with: { atFirstMiB: Math.round(before.rssMiB) } })
}
