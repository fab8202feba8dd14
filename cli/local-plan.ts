// Which nodes the cluster of `kit up` has: `cluster.json` below its directory, written before a node is
// started. Nodes are never taken away here; more workers may be asked for later.

import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseJson } from '../agent/frames.ts'
import { CommandError, exitCodes } from './exit.ts'
import type { ExecutorName } from './options.ts'

export interface NodeEntry {
  readonly name: string
  readonly role: 'manager' | 'worker'
  /** Its own loopback address, where published ports are, too. */
  readonly address: string
  /** Managers: where nodes join. */
  readonly port?: number
  readonly executor: ExecutorName
  readonly dockerHost?: string
  readonly labels: readonly string[]
}

export interface LocalPlan {
  readonly version: 1
  readonly nodes: readonly NodeEntry[]
}

export interface PlanOptions {
  /** Of nodes that are added: `auto` when left out. */
  readonly executor?: ExecutorName
  readonly dockerHost?: string
  /** How many managers there should be at least; as many as there are, or one, when left out. */
  readonly managers?: number
  /** The same of workers. */
  readonly workers?: number
  /** `node-1:key=value` */
  readonly labels: readonly string[]
}

/** What the machine offers. */
export interface Loopback {
  /** The loopback address of node number `at`, counted from 1. */
  readonly address: (at: number) => Promise<string>
  readonly freePort: (address: string) => Promise<number>
}

export const mostLocalNodes = 100

/** The nodes that there are, and those that are wanted beside them. */
export async function planNodes(known: LocalPlan | undefined, options: PlanOptions, loopback: Loopback): Promise<LocalPlan> {
  const before = await Promise.all((known?.nodes ?? []).map((entry) => withPort(entry, loopback)))
  const missing = (['manager', 'worker'] as const).flatMap((role) => {
    const wanted = role === 'manager' ? (options.managers ?? 1) : (options.workers ?? 0)
    const present = before.filter((entry) => entry.role === role).length
    return Array.from({ length: Math.max(0, wanted - present) }, () => role)
  })
  const total = before.length + missing.length
  if (total > mostLocalNodes) {
    throw new CommandError(exitCodes.invalid, `--managers, --workers: a cluster on one machine has at most ${mostLocalNodes} nodes`)
  }
  const labels = labelsByNode(options.labels, total)
  const added = missing.map(async (role, at): Promise<NodeEntry> => {
    const number = before.length + at + 1
    const name = `node-${number}`
    const address = await loopback.address(number)
    const { executor = 'auto', dockerHost } = options
    return {
      name,
      role,
      address,
      ...(role === 'manager' ? { port: await loopback.freePort(address) } : {}),
      executor,
      ...(dockerHost === undefined ? {} : { dockerHost }),
      labels: labels.get(name) ?? [],
    }
  })
  return { version: 1, nodes: [...before, ...(await Promise.all(added))] }
}

async function withPort(entry: NodeEntry, { freePort }: Loopback): Promise<NodeEntry> {
  return entry.role === 'worker' || entry.port !== undefined ? entry : { ...entry, port: await freePort(entry.address) }
}

function labelsByNode(texts: readonly string[], nodes: number): ReadonlyMap<string, readonly string[]> {
  const labels = new Map<string, string[]>()
  for (const text of texts) {
    const [, name = '', label = ''] = /^([^:=]+):([^=]+=.*)$/.exec(text) ?? []
    if (name === '') throw new CommandError(exitCodes.invalid, `--label: "${text}" is not NODE:KEY=VALUE, such as node-1:disk=ssd`)
    const [, number] = /^node-([1-9]\d*)$/.exec(name) ?? []
    if (number === undefined || Number(number) > nodes) {
      const has = nodes === 1 ? 'node-1' : `node-1 to node-${nodes}`
      throw new CommandError(exitCodes.invalid, `--label: there is no ${name}; the cluster has ${has}`)
    }
    labels.set(name, [...(labels.get(name) ?? []), label])
  }
  return labels
}

export async function readPlan(directory: string): Promise<LocalPlan | undefined> {
  const file = join(directory, 'cluster.json')
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new CommandError(exitCodes.error, `cannot read ${file}: ${error.message}`)
  })
  if (text === undefined) return undefined
  const value = parseJson(text)
  if (
    typeof value === 'object' &&
    value !== null &&
    'version' in value &&
    value.version === 1 &&
    'nodes' in value &&
    Array.isArray(value.nodes)
  )
    return { version: 1, nodes: value.nodes.map(withRole) }
  throw new CommandError(
    exitCodes.error,
    `${file} is damaged, or written by another version of kit. Without it there is one node, node-1, with the options of \`kit up\`: delete it if that is what you had`,
  )
}

/** Files of the first version have one node, without a role or an address. */
function withRole(entry: NodeEntry): NodeEntry {
  return { ...entry, role: entry.role ?? 'manager', address: entry.address ?? '127.0.0.1' }
}

/** Who reads it meanwhile, and who comes back after a power failure, finds all of it or nothing. */
export async function writePlan(directory: string, plan: LocalPlan): Promise<void> {
  const draft = join(directory, `cluster.json.${process.pid}`)
  await writeFile(draft, `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600, flush: true })
  await rename(draft, join(directory, 'cluster.json'))
}
