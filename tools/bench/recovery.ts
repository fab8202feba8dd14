// How long a store takes from its files to ready, after its process was killed: with 100,000 running tasks, as they
// lie on the disk in production (a snapshot and the log behind it), and with 1 GiB of log that no snapshot could shorten
// because the disk had no space for one. The open store is measured in a process of its own, as after a crash.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Task } from '../../api/objects.ts'
import type { Disk } from '../../effects/effects.ts'
import { createClock } from '../../effects/real/clock.ts'
import { createDisk } from '../../effects/real/disk.ts'
import { createRandom } from '../../effects/real/random.ts'
import { openStore } from '../../store/open-store.ts'
import type { OpenStore } from '../../store/store.ts'
import { print } from './figure.ts'

const tasks = 100_000
const logBytes = 1024 ** 3
/** As many reports as a dispatcher commits together when it is busy. */
const writesPerCommit = 100
const commitsAtOnce = 32
const quiet = { debug() {}, info() {}, warn() {}, error: console.error }

const [step, directory = ''] = process.argv.slice(2)
if (step === 'write-tasks') await writeTasks(directory)
else if (step === 'write-log') await writeLog(directory)
else if (step === 'open') await open(directory)
else {
  measure('100,000 tasks', 'write-tasks')
  measure('1 GiB of log', 'write-log')
}

function measure(what: string, write: string): void {
  const place = mkdtempSync(join(tmpdir(), 'kit-bench-'))
  const run = (...args: readonly string[]): string => {
    const { status, signal, stdout } = spawnSync(process.execPath, [import.meta.filename, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    if (status !== 0 && signal !== 'SIGKILL') throw new Error(`${args.join(' ')} ended with ${status}`)
    return stdout.toString()
  }
  run(write, place)
  const { ms, cpuMs, rssMiB, objects }: { ms: number; cpuMs: number; rssMiB: number; objects: number } = JSON.parse(run('open', place))
  const sizeMiB = (prefix: string): number =>
    readdirSync(place).reduce((sum, name) => sum + (name.startsWith(prefix) ? statSync(join(place, name)).size : 0), 0) / 1024 ** 2
  const details = {
    cpuS: Number((cpuMs / 1000).toFixed(1)),
    logMiB: Math.round(sizeMiB('log-')),
    snapshotMiB: Math.round(sizeMiB('snapshot-')),
    rssMiB: Math.round(rssMiB),
    objects,
  }
  print({ name: `recovery, ${what}`, value: ms / 1000, unit: 's', with: details })
  rmSync(place, { recursive: true })
}

function openIn(place: string, disk: Disk = createDisk()): Promise<OpenStore> {
  const deps = { disk, clock: createClock(), random: createRandom(), log: quiet }
  return openStore(deps, { directory: place, nodeId: 'bench', clusterId: 'bench' })
}

async function open(place: string): Promise<void> {
  const [begun, cpu] = [performance.now(), process.cpuUsage()]
  const store = await openIn(place)
  const ms = performance.now() - begun
  const { user, system } = process.cpuUsage(cpu)
  console.log(
    JSON.stringify({
      ms,
      cpuMs: (user + system) / 1000,
      rssMiB: process.memoryUsage().rss / 1024 ** 2,
      objects: [...store.view.list('Task')].length,
    }),
  )
  await store.close()
}

async function writeTasks(place: string): Promise<void> {
  const store = await openIn(place)
  await forAll(store, 'create', (at) => taskAt(at, 'Assigned'))
  await forAll(store, 'update', (at) => changed(store, at, 'Running'))
  while (store.status().snapshotIndex === 0) await sleep(50)
  process.kill(process.pid, 'SIGKILL')
}

async function writeLog(place: string): Promise<void> {
  const store = await openIn(place, withoutSpaceForSnapshots(createDisk()))
  await forAll(store, 'create', (at) => taskAt(at, 'Assigned'))
  for (let round = 0; sizeOfLog(place) < logBytes; round++) await forAll(store, 'update', (at) => changed(store, at, `started ${round}`))
  process.kill(process.pid, 'SIGKILL')
}

/** Many commits under way at once, as from many agents. */
async function forAll(store: OpenStore, op: 'create' | 'update', make: (at: number) => Task): Promise<void> {
  for (let first = 0; first < tasks; first += commitsAtOnce * writesPerCommit) {
    const commits = Array.from({ length: commitsAtOnce }, (_, nth) => first + nth * writesPerCommit).filter((at) => at < tasks)
    await Promise.all(
      commits.map((from) =>
        store.commit({ writes: Array.from({ length: writesPerCommit }, (_, at) => ({ op, object: make(from + at) })) }, 'wait'),
      ),
    )
  }
}

function sizeOfLog(place: string): number {
  const segments = readdirSync(place).filter((name) => name.startsWith('log-'))
  return segments.reduce((sum, name) => sum + statSync(join(place, name)).size, 0)
}

function withoutSpaceForSnapshots(disk: Disk): Disk {
  return {
    ...disk,
    open: (path, options) =>
      path.includes('/snapshot-') ? Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' })) : disk.open(path, options),
  }
}

function nameAt(at: number): string {
  return `service-${at % 100}.${Math.floor(at / 100) + 1}.${at.toString(36).padStart(10, 'a')}`
}

function taskAt(at: number, state: Task['status']['state']): Task {
  const service = `service-${at % 100}`
  return {
    kind: 'Task',
    metadata: { name: nameAt(at), resourceVersion: 0, createdAt: 1_700_000_000_000 + at },
    spec: {
      service,
      serviceUid: `uid-of-${service}`,
      slot: Math.floor(at / 100) + 1,
      revision: `${service}-5q2xpmrqgd`,
      attempt: 1,
      desired: 'Running',
      nodeName: `node-${at % 1000}`,
      placedFor: 'pmrq2xqgdh',
    },
    status: { state, at: 1_700_000_000_000 + at, message: 'assigned to a node' },
  }
}

function changed(store: OpenStore, at: number, message: string): Task {
  const task = store.view.get('Task', nameAt(at))
  if (task === undefined) throw new Error(`there is no task ${nameAt(at)}`)
  return { ...task, status: { ...task.status, state: 'Running', at: task.status.at + 1, message, pid: 10_000 + at } }
}
