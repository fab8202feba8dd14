// `kit stats [TARGET…]`: what running tasks use. Each node is read twice, a second apart: CPU is a percentage over that time.

import { roundedMemory } from '../../api/quantity.ts'
import type { MachineStats, NodeStats, TaskStats } from '../../api/stats.ts'
import type { WireObject } from '../../api/wire.ts'
import type { Client } from '../../client/client.ts'
import { messageOf } from '../../effects/thrown.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { formatColumns } from '../output/columns.ts'
import { find, nameOf, parseResource } from '../resource.ts'
import { stopSignal } from '../until-stopped.ts'

type Task = WireObject<'Task'>
type Readings = ReadonlyMap<string, TaskStats>

interface Reading {
  readonly tasks: readonly Task[]
  readonly readings: Readings
}

const betweenMs = 1000
const clearScreen = '\x1b[H\x1b[2J'

export async function stats(context: Context, options: Options, words: readonly string[]): Promise<void> {
  const client = await context.client()
  const isWanted = await selection(client, words)
  const hostnames = new Map((await client.list('Node')).items.map(({ metadata, status }) => [metadata.name, status?.description?.hostname]))
  const complained = new Set<string>()
  const read = async (): Promise<Reading> => {
    const { items } = await client.list('Task')
    const tasks = items.filter((task) => task.status.state === 'Running' && isWanted(task))
    const nodes = new Set(tasks.flatMap(({ spec }) => spec.nodeName ?? []))
    const found = await Promise.all([...nodes].map((node) => readNode(client, node, context.err, complained)))
    return { tasks, readings: new Map(found.flatMap((node) => node.tasks).map((one) => [one.task, one])) }
  }
  const isEmpty = ({ tasks }: Reading): boolean => tasks.length === 0
  await repeat(
    context,
    options,
    read,
    async (before, now) => format(now.tasks, before.readings, now.readings, hostnames, context.width?.()),
    isEmpty,
  )
}

/** Reads twice, a second apart, and prints; with `--watch` again and again. */
export async function repeat<T>(
  context: Context,
  options: Options,
  read: () => Promise<T>,
  format: (before: T, now: T) => Promise<string>,
  isEmpty: (reading: T) => boolean = () => false,
): Promise<void> {
  const signal = stopSignal(context)
  let before = await read()
  if (isEmpty(before) && options.watch !== true) return context.err('No running tasks found.')
  do {
    await context.clock.sleep(betweenMs, signal).catch(() => undefined)
    if (signal.aborted) return
    const now = await read()
    const start = options.watch === true && context.isTerminal ? clearScreen : ''
    context.out(`${start}${await format(before, now)}\n`)
    before = now
  } while (options.watch === true)
}

/** Of all targets: a task is wanted when any of them means it. */
async function selection(client: Client, words: readonly string[]): Promise<(task: Task) => boolean> {
  const tests = await Promise.all(
    words.map(async (word): Promise<(task: Task) => boolean> => {
      const { kind, name } = parseResource(word.includes('/') ? word : `task/${word}`)
      if (kind !== 'Task' && kind !== 'Service' && kind !== 'Node')
        throw new CommandError(
          exitCodes.invalid,
          `error: ${nameOf(kind, name)} has no tasks of its own: write TASK, service/NAME or node/NAME`,
        )
      const whole = (await find(client, kind, name)).metadata.name
      return ({ metadata, spec }) => whole === { Task: metadata.name, Service: spec.service, Node: spec.nodeName }[kind]
    }),
  )
  return (task) => tests.length === 0 || tests.some((test) => test(task))
}

/** A node that is away keeps nobody from reading the others; `complained` says what has been said of it. */
export async function readNode(
  client: Client,
  node: string,
  complain: (text: string) => void,
  complained: Set<string>,
): Promise<NodeStats> {
  try {
    return await client.stats(node)
  } catch (error) {
    const text = `warning: ${messageOf(error)}`
    if (!complained.has(text)) complain(text)
    complained.add(text)
    return { tasks: [] }
  }
}

function format(
  tasks: readonly Task[],
  before: Readings,
  now: Readings,
  hostnames: ReadonlyMap<string, string | undefined>,
  width: number | undefined,
): string {
  const rows = tasks.map(({ metadata, spec }) => {
    const { nodeName = '' } = spec
    const used = now.get(metadata.name)
    const named = [metadata.name, hostnames.get(nodeName) ?? nodeName]
    if (used === undefined) return [...named, '<unknown>', '<unknown>', '<unknown>', '<unknown>']
    const limit = used.memoryLimitBytes === undefined ? '<none>' : roundedMemory(used.memoryLimitBytes)
    const percent = percentOf(before.get(metadata.name), used)
    return [
      ...named,
      percent === undefined ? '<unknown>' : `${percent.toFixed(1)}%`,
      roundedMemory(used.memoryBytes),
      limit,
      String(used.processes),
    ]
  })
  return formatColumns({ headings: ['Task', 'Node', 'CPU', 'Memory', 'Limit', 'Processes'], rows }, width)
}

/** Of one core. Unknown for a task that was not there the last time. */
export function percentOf(before: TaskStats | undefined, now: TaskStats): number | undefined {
  if (before === undefined || now.at <= before.at || now.cpuMs < before.cpuMs) return undefined
  return (100 * (now.cpuMs - before.cpuMs)) / (now.at - before.at)
}

export interface TrafficRates {
  /** Bytes in a second. */
  readonly received: number
  readonly sent: number
}

/** Undefined after one reading, and when the counters have begun anew. */
export function trafficBetween(before: MachineStats | undefined, now: MachineStats | undefined): TrafficRates | undefined {
  if (before?.receivedBytes === undefined || before.sentBytes === undefined) return undefined
  if (now?.receivedBytes === undefined || now.sentBytes === undefined || now.at <= before.at) return undefined
  const [received, sent] = [now.receivedBytes - before.receivedBytes, now.sentBytes - before.sentBytes]
  const seconds = (now.at - before.at) / 1_000
  return received < 0 || sent < 0 ? undefined : { received: received / seconds, sent: sent / seconds }
}

/** `12.3 MB/s`: of networks, in powers of ten. */
export function rateOf(bytesPerSecond: number): string {
  const [unit, size] = bytesPerSecond < 1e6 ? ['kB/s', 1e3] : bytesPerSecond < 1e9 ? ['MB/s', 1e6] : ['GB/s', 1e9]
  const amount = bytesPerSecond / Number(size)
  return `${amount < 10 ? amount.toFixed(1) : amount.toFixed(0)} ${unit}`
}
