// `kit top [nodes|TARGET…]`: what nodes have, have set aside for tasks, and what those use now, with disk and network; or, of tasks, `kit stats`.

import { cpuCores, memoryBytes, roundedMemory } from '../../api/quantity.ts'
import type { MachineStats, NodeStats, TaskStats } from '../../api/stats.ts'
import { isEnded, isWanted } from '../../api/task.ts'
import type { Context } from '../context.ts'
import type { Options } from '../options.ts'
import { formatColumns } from '../output/columns.ts'
import { percentOf, rateOf, readNode, repeat, stats, trafficBetween } from './stats.ts'

export async function top(context: Context, options: Options, words: readonly string[]): Promise<void> {
  const [first = '', ...rest] = words
  if (/^(no|nodes?)$/.test(first)) return nodes(context, options)
  return stats(context, options, /^(ta|tasks?)$/.test(first) ? rest : words)
}

/** Of all tasks of a node together. CPU time of one that came or went between two readings does not count. */
async function nodes(context: Context, options: Options): Promise<void> {
  const client = await context.client()
  const complained = new Set<string>()
  const read = async (): Promise<ReadonlyMap<string, NodeStats>> => {
    const { items } = await client.list('Node', { fieldSelector: 'status.state=Ready' })
    const found = await Promise.all(
      items.map(async ({ metadata: { name } }) => [name, await readNode(client, name, context.err, complained)] as const),
    )
    return new Map(found)
  }
  await repeat(context, options, read, async (before, now) => {
    const [{ items: all }, { items: tasks }, { items: revisions }] = await Promise.all([
      client.list('Node'),
      client.list('Task'),
      client.list('Revision'),
    ])
    const reservations = new Map(revisions.map(({ metadata, spec }) => [metadata.name, spec.template.resources?.reservations]))
    const rows = all.map(({ metadata: { name }, status: { description, state } }) => {
      const mine = tasks.filter((task) => task.spec.nodeName === name && !isEnded(task) && !isWanted(task, 'Remove'))
      const reserved = mine.map(({ spec }) => reservations.get(spec.revision))
      const { cpus = 0, memoryBytes: memory = 0 } = description?.resources ?? {}
      const readings = now.get(name)
      return [
        description?.hostname ?? name,
        state ?? 'Unknown',
        String(mine.length),
        String(cpus),
        `${share(sum(reserved.map((one) => (one?.cpus === undefined ? 0 : cpuCores(one.cpus)))), cpus)}`,
        readings === undefined ? '<unknown>' : usedCpu(before.get(name)?.tasks ?? [], readings.tasks, cpus),
        roundedMemory(memory),
        share(sum(reserved.map((one) => (one?.memory === undefined ? 0 : memoryBytes(one.memory)))), memory),
        readings === undefined ? '<unknown>' : share(sum(readings.tasks.map((one) => one.memoryBytes)), memory),
        ...machine(before.get(name)?.machine, readings?.machine),
      ]
    })
    return formatColumns(
      {
        headings: ['Node', 'Status', 'Tasks', 'CPUs', 'Reserved', 'Used', 'Memory', 'Reserved', 'Used', 'Disk', 'Used', 'In', 'Out'],
        rows,
      },
      context.width?.(),
    )
  })
}

function machine(before: MachineStats | undefined, now: MachineStats | undefined): readonly string[] {
  const traffic = trafficBetween(before, now)
  return [
    ...(now === undefined ? ['<unknown>', '<unknown>'] : [roundedMemory(now.diskBytes), share(now.diskUsedBytes, now.diskBytes)]),
    ...(traffic === undefined ? ['<unknown>', '<unknown>'] : [rateOf(traffic.received), rateOf(traffic.sent)]),
  ]
}

function usedCpu(before: readonly TaskStats[], now: readonly TaskStats[], cpus: number): string {
  const earlier = new Map(before.map((one) => [one.task, one]))
  const percents = now.map((one) => percentOf(earlier.get(one.task), one) ?? 0)
  return share(sum(percents) / 100, cpus)
}

function share(part: number, whole: number): string {
  return whole === 0 ? '<unknown>' : `${Math.round((100 * part) / whole)}%`
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0)
}
