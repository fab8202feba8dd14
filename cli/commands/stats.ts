// `kit stats [TARGET…]`: what running tasks use. Each node is read twice, a second apart: CPU is a percentage over that time.

import type { TaskStats } from '../../api/stats.ts'
import type { WireObject } from '../../api/wire.ts'
import type { Client } from '../../client/client.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { formatColumns } from '../output/columns.ts'
import { find, nameOf, parseResource } from '../resource.ts'
import { stopSignal } from '../until-stopped.ts'

type Task = WireObject<'Task'>
type Readings = ReadonlyMap<string, TaskStats>

const betweenMs = 1000
const clearScreen = '\x1b[H\x1b[2J'

export async function stats(context: Context, options: Options, words: readonly string[]): Promise<void> {
  const client = await context.client()
  const isWanted = await selection(client, words)
  const hostnames = new Map((await client.list('Node')).items.map(({ metadata, status }) => [metadata.name, status?.description?.hostname]))
  const complained = new Set<string>()
  const read = async (): Promise<{ readonly tasks: readonly Task[]; readonly readings: Readings }> => {
    const { items } = await client.list('Task')
    const tasks = items.filter((task) => task.status.state === 'Running' && isWanted(task))
    const nodes = new Set(tasks.flatMap(({ spec }) => spec.nodeName ?? []))
    const found = await Promise.all([...nodes].map((node) => readNode(client, node, (text) => once(complained, text, context.err))))
    return { tasks, readings: new Map(found.flat().map((one) => [one.task, one])) }
  }
  const signal = stopSignal(context)
  let before = await read()
  if (before.tasks.length === 0 && options.watch !== true) return context.err('No running tasks found.')
  do {
    await context.clock.sleep(betweenMs, signal).catch(() => undefined)
    if (signal.aborted) return
    const now = await read()
    const start = options.watch === true && context.isTerminal ? clearScreen : ''
    context.out(`${start}${format(now.tasks, before.readings, now.readings, hostnames)}\n`)
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

/** A node that is away keeps nobody from reading the others. */
async function readNode(client: Client, node: string, complain: (text: string) => void): Promise<readonly TaskStats[]> {
  try {
    return await client.stats(node)
  } catch (error) {
    complain(`warning: ${error instanceof Error ? error.message : String(error)}`)
    return []
  }
}

function once(complained: Set<string>, text: string, complain: (text: string) => void): void {
  if (!complained.has(text)) complain(text)
  complained.add(text)
}

function format(tasks: readonly Task[], before: Readings, now: Readings, hostnames: ReadonlyMap<string, string | undefined>): string {
  const rows = tasks.map(({ metadata, spec }) => {
    const { nodeName = '' } = spec
    const used = now.get(metadata.name)
    const named = [metadata.name, hostnames.get(nodeName) ?? nodeName]
    if (used === undefined) return [...named, '<unknown>', '<unknown>', '<unknown>', '<unknown>']
    const limit = used.memoryLimitBytes === undefined ? '<none>' : sizeOf(used.memoryLimitBytes)
    return [...named, percentOf(before.get(metadata.name), used), sizeOf(used.memoryBytes), limit, String(used.processes)]
  })
  return formatColumns({ headings: ['Task', 'Node', 'CPU', 'Memory', 'Limit', 'Processes'], rows })
}

/** Of one core. Unknown for a task that was not there the last time. */
function percentOf(before: TaskStats | undefined, now: TaskStats): string {
  if (before === undefined || now.at <= before.at || now.cpuMs < before.cpuMs) return '<unknown>'
  return `${((100 * (now.cpuMs - before.cpuMs)) / (now.at - before.at)).toFixed(1)}%`
}

export function sizeOf(bytes: number): string {
  const mebibytes = bytes / (1024 * 1024)
  return mebibytes < 1024 ? `${mebibytes.toFixed(1)}Mi` : `${(mebibytes / 1024).toFixed(2)}Gi`
}
