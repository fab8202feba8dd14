// What the machine of a node uses, whoever uses it: the disk that has the node's state, and what comes and goes over its network.

import { existsSync } from 'node:fs'
import { readFile, statfs } from 'node:fs/promises'
import type { MachineStats } from '../../api/stats.ts'

export async function readMachine(directory: string): Promise<MachineStats> {
  const [{ bavail, bfree, blocks, bsize }, table] = await Promise.all([
    statfs(directory),
    readFile('/proc/net/dev', 'utf8').catch(() => ''),
  ])
  const used = blocks - bfree
  // As `df` has it: what is kept for root is nobody's.
  return { at: Date.now(), diskBytes: (used + bavail) * bsize, diskUsedBytes: used * bsize, ...trafficOf(table, isDevice) }
}

/** A card of its own, real or of a virtual machine: bridges, tunnels and the like pass on what one of those counts, too. */
function isDevice(name: string): boolean {
  return existsSync(`/sys/class/net/${name}/device`)
}

/** Of /proc/net/dev. Inside a container no interface is a device, and all but loopback count. Nothing where there is no such table. */
export function trafficOf(table: string, isCounted: (name: string) => boolean): Pick<MachineStats, 'receivedBytes' | 'sentBytes'> {
  const rows = [...table.matchAll(/^ *([^:\s]+): *(.*)$/gm)].flatMap(([, name = '', counters = '']) =>
    name === 'lo' ? [] : [{ name, counters }],
  )
  if (rows.length === 0) return {}
  const counted = rows.filter(({ name }) => isCounted(name))
  const sums = { receivedBytes: 0, sentBytes: 0 }
  for (const { counters } of counted.length > 0 ? counted : rows) {
    const amounts = counters.trim().split(/ +/).map(Number)
    sums.receivedBytes += amounts[0] ?? 0
    sums.sentBytes += amounts[8] ?? 0
  }
  return sums
}
