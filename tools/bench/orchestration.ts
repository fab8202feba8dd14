// From a wish to its fulfilment: create, update, drain and scale to zero of simulated tasks on 10 agents,
// one manager with its log on disk. Agents and manager share this process, and so its one thread: the CPU
// figure counts all of them. 100, 1,000 and 10,000 tasks, or the sizes that are given as arguments.
//
// create: from the API call until all tasks are Running in the store. update: a forced update, all at once,
// the shortest monitor time, until Completed. drain: until all replicas run, none on that node. scale to
// zero: until no task of the service runs or may still start.

import type { Service, Task } from '../../api/objects.ts'
import { isEnded } from '../../api/task.ts'
import { type BenchCluster, startCluster } from './cluster.ts'
import { print } from './figure.ts'

const agents = 10
const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100, 1_000, 10_000]

async function measure(size: number): Promise<void> {
  const cluster = await startCluster(agents)
  const { client, store, until, workers } = cluster
  const tasks = new Counter(cluster)
  const timed = async (name: string, act: () => Promise<unknown>, isDone: () => boolean, count = size): Promise<void> => {
    const [started, cpu, entries] = [performance.now(), process.cpuUsage(), store.view.resourceVersion]
    await act()
    await until(isDone)
    const seconds = (performance.now() - started) / 1000
    const { user, system } = process.cpuUsage(cpu)
    const cpuMsPerTask = Number(((user + system) / 1000 / count).toFixed(3))
    print({
      name: `${name}, ${size} tasks`,
      value: seconds,
      unit: 's',
      with: { cpuMsPerTask, commitsPerTask: Number(((store.view.resourceVersion - entries) / count).toFixed(2)) },
    })
  }

  const spec = { replicas: size, template: { command: ['run'] }, update: { parallelism: 0, delay: '0s', monitor: '1ms' } }
  await timed(
    'create',
    () => client.create('Service', { apiVersion: 'kit/v1', kind: 'Service', metadata: { name: 'web' }, spec }),
    () => tasks.running === size,
  )
  await timed(
    'update all at once',
    () => client.patch('Service', 'web', { type: 'merge', patch: { spec: { template: { env: { VERSION: '2' } } } } }),
    () => web(cluster)?.status.update?.state === 'Completed',
  )
  await until(() => tasks.running === size)
  const drained = workers[0] ?? ''
  await timed(
    'drain one of 10 nodes',
    () => client.patch('Node', drained, { type: 'merge', patch: { spec: { availability: 'Drain' } } }),
    () => tasks.running === size && tasks.runningOn(drained) === 0,
    size / agents,
  )
  await timed(
    'scale to zero',
    () => client.scale('Service', 'web', 0),
    () => tasks.alive === 0,
  )
  await cluster.close()
}

function web({ store }: BenchCluster): Service | undefined {
  return store.view.get('Service', 'web')
}

/** Counts of tasks, kept with every event: a pass over all of them for every commit would be what is measured. */
class Counter {
  readonly #running = new Map<string, number>()
  running = 0
  /** Not ended yet. */
  alive = 0

  constructor({ store }: BenchCluster) {
    store.subscribe((events) => {
      for (const { type, object, previous } of events) {
        if (object.kind !== 'Task') continue
        if (previous?.kind === 'Task') this.#count(previous, -1)
        if (type !== 'DELETED') this.#count(object, 1)
      }
    })
  }

  runningOn(node: string): number {
    return this.#running.get(node) ?? 0
  }

  #count(task: Task, by: 1 | -1): void {
    if (!isEnded(task)) this.alive += by
    if (task.status.state !== 'Running') return
    this.running += by
    const { nodeName = '' } = task.spec
    this.#running.set(nodeName, (this.#running.get(nodeName) ?? 0) + by)
  }
}

for (const size of sizes) await measure(size)
