// What `kit ui` costs: the built program in a terminal of 160 by 50, on an API with 10,000 tasks, which is another process
// (`dashboard-manager.ts`). Time to the first frame and to the first rows; CPU and memory while nothing changes, and while some
// hundred tasks change ten times a second, in order of slots and sorted by what changes; what is sent to the terminal; how long it
// takes from a key to what it does being on the terminal; and what twenty of them at once cost the manager.
// `npm run bench -- dashboard`; seconds of each part as an argument, and then what is measured: `node tools/bench/dashboard.ts 600
// sorted` is a soak of ten minutes.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { spawn } from '@lydell/node-pty'
import { usageOf } from './daemon.ts'
import { median, print, quantile } from './figure.ts'

const seconds = Number(process.argv[2] ?? 30)
const only = process.argv[3] ?? ''
const updatesPerSecond = 10
/** Changed with each update: 1,000 and 5,000 events a second. */
const changes = [100, 500]
const starts = 9
const warmUpMs = 3_000
/** Of keys there are so many, each at a moment that has nothing to do with that of a frame. */
const keysPressed = 200
const [leastBetweenKeysMs, mostBetweenKeysMs] = [150, 350]
/** Dashboards at once, and what changes meanwhile: 10 and 100 tasks a second. */
const dashboards = 20
const changesForMany = [0, 1, 10]

const kit = join(import.meta.dirname, '../../bin/kit')
const directory = mkdtempSync(join(tmpdir(), 'kit-bench-'))
const socket = join(directory, 'run', 'kit.sock')
const manager = fork(join(import.meta.dirname, 'dashboard-manager.ts'), [socket])
await once(manager, 'message')

const first: number[] = []
const rows: number[] = []
const spent: number[] = []
for (let at = 0; at < (only === '' ? starts : 0); at++) {
  const dashboard = open('tasks')
  first.push(await dashboard.shows('connecting…'))
  spent.push(usageOf(dashboard.pid).cpuMs)
  rows.push(await dashboard.shows('service-0.1 '))
  await dashboard.close()
}
if (only === '') {
  print({
    name: 'kit ui, first frame',
    value: median(first),
    unit: 'ms',
    with: { best: Math.round(Math.min(...first)), cpuMs: median(spent), starts },
  })
  print({
    name: 'kit ui, first rows of 10,000 tasks',
    value: median(rows),
    unit: 'ms',
    with: { best: Math.round(Math.min(...rows)), starts },
  })
}

await measure('nothing changes', 'tasks', 0)
for (const each of changes) await measure(`${each * updatesPerSecond} events/s`, 'tasks', each)
await measure(`${(changes[0] ?? 0) * updatesPerSecond} events/s, sorted by what changes`, 'tasks', changes[0] ?? 0, '>>>>>=')
await measureKeys(0)
for (const each of changes) await measureKeys(each)
for (const each of changesForMany) await measureMany(each)
manager.disconnect()
await once(manager, 'exit')
rmSync(directory, { recursive: true })

async function measure(what: string, locator: string, changed: number, keys = ''): Promise<void> {
  if (!what.includes(only)) return
  const dashboard = open(locator)
  await dashboard.shows('service-0.1 ')
  for (const key of keys) dashboard.type(key)
  manager.send(changed)
  await sleep(warmUpMs)
  const [before, sent, started] = [usageOf(dashboard.pid), dashboard.sentBytes(), performance.now()]
  await sleep(seconds * 1_000)
  const [after, wallMs] = [usageOf(dashboard.pid), performance.now() - started]
  manager.send(0)
  print({
    name: `kit ui, CPU, ${what}`,
    value: (100 * (after.cpuMs - before.cpuMs)) / wallMs,
    unit: '% of a core',
    with: { seconds, sentBytesPerSecond: Math.round((1_000 * (dashboard.sentBytes() - sent)) / wallMs) },
  })
  print({ name: `kit ui, memory, ${what}`, value: after.rssMiB, unit: 'MiB', with: { atFirst: Math.round(before.rssMiB) } })
  await dashboard.close()
}

/** From a key that moves the selection to the row that it selects, as the terminal gets it. */
async function measureKeys(changed: number): Promise<void> {
  const what = changed === 0 ? 'nothing changes' : `${changed * updatesPerSecond} events/s`
  if (!`keys, ${what}`.includes(only)) return
  const [dashboard, echo] = [open('tasks'), openEcho()]
  await Promise.all([dashboard.shows('service-0.1 '), echo.shows('ready')])
  manager.send(changed)
  await sleep(warmUpMs)
  const [took, echoed]: [number[], number[]] = [[], []]
  for (let at = 0; at < keysPressed; at++) {
    await sleep(leastBetweenKeysMs + Math.random() * (mostBetweenKeysMs - leastBetweenKeysMs))
    // Down and up again: the row that is selected then was not before.
    took.push(await dashboard.answers(at % 2 === 0 ? 'j' : 'k', at % 2 === 0 ? '>service-0.2 ' : '>service-0.1 '))
    echoed.push(await echo.answers('j', '<j>'))
  }
  manager.send(0)
  await dashboard.close()
  await echo.end()
  print({
    name: `kit ui, from key to paint, ${what}`,
    value: median(took),
    unit: 'ms',
    with: {
      p95: Math.round(quantile(took, 0.95)),
      p99: Math.round(quantile(took, 0.99)),
      most: Math.round(Math.max(...took)),
      keys: keysPressed,
      echoMedian: Math.round(median(echoed)),
      echoP99: Math.round(quantile(echoed, 0.99)),
    },
  })
}

/** What the manager does for dashboards: it has to do nothing else but to make the changes. */
async function measureMany(changed: number): Promise<void> {
  const what = changed === 0 ? 'nothing changes' : `${changed * updatesPerSecond} tasks change a second`
  if (!`many, ${what}`.includes(only)) return
  manager.send(changed)
  await sleep(warmUpMs)
  const alone = await costOfManager()
  const child = fork(join(import.meta.dirname, 'dashboard-copies.ts'), [socket, String(dashboards)])
  const startedAt = usageOf(manager.pid ?? 0).cpuMs
  await once(child, 'message')
  const startMs = usageOf(manager.pid ?? 0).cpuMs - startedAt
  await sleep(warmUpMs)
  const together = await costOfManager()
  child.disconnect()
  await once(child, 'exit')
  manager.send(0)
  print({
    name: `kit ui, ${dashboards} at once, CPU of the manager, ${what}`,
    value: together.cpuPercent - alone.cpuPercent,
    unit: '% of a core',
    with: {
      withoutThem: alone.cpuPercent.toFixed(1),
      sentBytesPerSecond: Math.round(together.bytesPerSecond),
      cpuMsOfStart: startMs,
      seconds,
    },
  })
}

async function costOfManager(): Promise<{ readonly cpuPercent: number; readonly bytesPerSecond: number }> {
  const pid = manager.pid ?? 0
  const [before, written, started] = [usageOf(pid), writtenBytes(pid), performance.now()]
  await sleep(seconds * 1_000)
  const wallMs = performance.now() - started
  return {
    cpuPercent: (100 * (usageOf(pid).cpuMs - before.cpuMs)) / wallMs,
    bytesPerSecond: (1_000 * (writtenBytes(pid) - written)) / wallMs,
  }
}

/** proc(5): what was handed to `write`, to sockets too. */
function writtenBytes(pid: number): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1])
}

function open(locator: string) {
  return inTerminal(kit, ['--socket', socket, 'ui', locator])
}

/** What the machine needs for a program that only says what it is sent. */
function openEcho() {
  const program = "process.stdin.setRawMode(true).on('data', (key) => process.stdout.write('<' + key + '>')); process.stdout.write('ready')"
  return inTerminal(process.execPath, ['-e', program])
}

function inTerminal(program: string, words: string[]) {
  const started = performance.now()
  const { CI: _, NO_COLOR: __, ...environment } = process.env
  const terminal = spawn(program, words, {
    cols: 160,
    rows: 50,
    env: { ...environment, TERM: 'xterm-256color' },
  })
  let text = ''
  let bytes = 0
  let look = (): void => {}
  terminal.onData((part) => {
    bytes += Buffer.byteLength(part)
    text = (text + part).slice(-200_000)
    look()
  })
  const ended = new Promise<void>((resolve) => terminal.onExit(() => resolve()))
  return {
    pid: terminal.pid,
    sentBytes: () => bytes,
    /** Resolves with the ms since the start. */
    shows: (wanted: string) =>
      new Promise<number>((resolve) => {
        look = () => text.includes(wanted) && resolve(performance.now() - started)
        look()
      }),
    type: (keys: string) => terminal.write(keys),
    /** Resolves with the ms until the terminal has got that, after it sent the key. */
    answers: (key: string, wanted: string) =>
      new Promise<number>((resolve) => {
        const pressed = performance.now()
        text = ''
        look = () => {
          if (!text.includes(wanted)) return
          look = () => {}
          resolve(performance.now() - pressed)
        }
        terminal.write(key)
      }),
    async close() {
      terminal.write('\u0003')
      await ended
    },
    async end() {
      terminal.kill()
      await ended
    },
  }
}
