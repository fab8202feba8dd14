// The rules that say whether a task may run on a node. Each is a pure function of what the task asks
// for and of the node as the scheduler sees it, and has words for people: `explain` for a count of
// nodes, `detail` for one node and its numbers. The scheduler, `explain` and the controllers that
// watch over placed tasks (placement, global, update) all ask here, so there is one answer.
// Read next: `constraints.ts` for the language, `node-table.ts` for the bookkeeping.

import type { Constraint } from '../../api/constraint.ts'
import type { Node, TaskTemplate } from '../../api/objects.ts'
import { formatMemory } from '../../api/quantity.ts'
import { describeConstraint, factOf, readConstraints, satisfies } from './constraints.ts'

type Placement = NonNullable<TaskTemplate['placement']>
export type Platform = NonNullable<Placement['platforms']>[number]

/** What a task asks of a node, in numbers: equal for all tasks of one revision under one placement. */
export interface Requirements {
  readonly serviceUid: string
  /** Billionths of a core, so that sums are exact. */
  readonly nanoCpus: number
  readonly memoryBytes: number
  /** Kind and amount, in order of kind; amounts are positive. */
  readonly generic: readonly (readonly [kind: string, amount: number])[]
  readonly plugins: readonly { readonly type: 'Volume' | 'Network' | 'Log'; readonly name: string }[]
  readonly constraints: readonly Constraint[]
  readonly platforms: readonly Platform[]
  /** Ports that it binds on the node: `TCP/80`. */
  readonly hostPorts: readonly string[]
  /** 0 means no limit. */
  readonly maxReplicasPerNode: number
}

/** A node and what its tasks leave of it. */
export interface Candidate {
  readonly node: Node
  readonly freeNanoCpus: number
  readonly freeMemoryBytes: number
  /** Amount or number of values that are left; 0 for a kind that the node does not have. */
  freeGeneric(kind: string): number
  usesPort(port: string): boolean
  /** Tasks of the service here whose desired state is at most Complete. */
  activeOf(serviceUid: string): number
}

/** One thing that a filter looked at: `cpu 0.25`, what the node has of it, and whether that is enough. */
export interface Check {
  readonly what: string
  readonly found: string
  readonly ok: boolean
}

export interface Filter {
  readonly name: 'ready' | 'resources' | 'plugins' | 'constraints' | 'platform' | 'hostPorts' | 'maxReplicas'
  /** Whether the task asks for anything that this filter could refuse. */
  applies(task: Requirements): boolean
  passes(task: Requirements, node: Candidate): boolean
  /** The reason in an error text, for `count` nodes whose first failing filter this is. */
  explain(count: number): string
  /** Numbers for people: at least one failed check when `passes` is false, none otherwise. */
  detail(task: Requirements, node: Candidate): readonly Check[]
}

function nodes(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`
}

const ready: Filter = {
  name: 'ready',
  applies: () => true,
  passes: (_, { node }) => isAvailable(node),
  explain: (count) => `${nodes(count)} not available for new tasks`,
  detail: (_, { node }) => [{ what: 'state', found: isAvailable(node) ? 'ok' : unavailability(node), ok: isAvailable(node) }],
}

function isAvailable({ metadata, spec, status }: Node): boolean {
  const isWorking = status.state === 'Ready' && status.description?.trouble === undefined
  return isWorking && (spec.availability ?? 'Active') === 'Active' && metadata.deletedAt === undefined
}

function unavailability({ metadata, spec, status }: Node): string {
  if (metadata.deletedAt !== undefined) return 'node is being removed'
  if (status.state !== 'Ready') return `node is ${(status.state ?? 'Unknown').toLowerCase()}`
  if (spec.availability === 'Pause') return 'node is paused'
  return spec.availability === 'Drain' ? 'node is drained' : (status.description?.trouble ?? 'ok')
}

const resources: Filter = {
  name: 'resources',
  applies: (task) => task.nanoCpus > 0 || task.memoryBytes > 0 || task.generic.length > 0,
  passes: (task, node) =>
    node.freeNanoCpus >= task.nanoCpus &&
    node.freeMemoryBytes >= task.memoryBytes &&
    task.generic.every(([kind, amount]) => node.freeGeneric(kind) >= amount),
  explain: (count) => `insufficient resources on ${nodes(count)}`,
  detail(task, node) {
    const checks: Check[] = []
    const add = (what: string, free: number, wanted: number, text: (amount: number) => string, exact = text): void => {
      if (wanted > 0) checks.push({ what: `${what} ${exact(wanted)}`, found: `${text(Math.max(0, free))} free`, ok: free >= wanted })
    }
    add('cpu', node.freeNanoCpus, task.nanoCpus, formatCpus)
    add('mem', node.freeMemoryBytes, task.memoryBytes, formatBytes, formatMemory)
    for (const [kind, amount] of task.generic) add(kind, node.freeGeneric(kind), amount, String)
    return checks
  },
}

export function formatCpus(nanoCpus: number): string {
  return String(Math.floor(nanoCpus / 1e6) / 1000)
}

/** Binary units with one decimal, rounded down so that what is free never looks like enough when it is not. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${Math.floor((bytes / 1024 ** power) * 10) / 10} ${units[power]}`
}

type Plugin = Requirements['plugins'][number]

const plugins: Filter = {
  name: 'plugins',
  applies: (task) => task.plugins.length > 0,
  passes: (task, { node }) => task.plugins.every((plugin) => hasPlugin(node, plugin)),
  explain: (count) => `missing plugin on ${nodes(count)}`,
  detail: (task, { node }) =>
    task.plugins.map((plugin) => {
      const ok = hasPlugin(node, plugin)
      return { what: `${plugin.type.toLowerCase()} driver ${plugin.name}`, found: ok ? 'ok' : 'missing', ok }
    }),
}

/** A node that lists no engine, or no log plugins at all, is not known to lack them. */
function hasPlugin(node: Node, { type, name }: Plugin): boolean {
  const engine = node.status.description?.engine
  if (engine === undefined) return true
  const listed = engine.plugins ?? []
  if (type === 'Log' && !listed.some((plugin) => plugin.type === 'Log')) return true
  return listed.some((plugin) => plugin.type === type && (plugin.name === name || plugin.name === `${name}:latest`))
}

const constraints: Filter = {
  name: 'constraints',
  applies: (task) => task.constraints.length > 0,
  passes: (task, { node }) => task.constraints.every((constraint) => satisfies(node, constraint)),
  explain: (count) => `scheduling constraints not satisfied on ${nodes(count)}`,
  detail: (task, { node }) =>
    task.constraints.map((constraint) => {
      const ok = satisfies(node, constraint)
      return { what: `constraint ${describeConstraint(constraint)}`, found: ok ? 'ok' : describeFact(node, constraint.key), ok }
    }),
}

function describeFact(node: Node, key: string): string {
  const found = factOf(node, key)
  if (found === undefined) return 'no such key'
  const name = key.slice(key.lastIndexOf('.') + 1)
  const label = /^(node|engine)\.labels\./i.test(key)
  if (label) return found === '' ? `no label ${name}` : `label is ${found}`
  return found === '' ? `${name} is not known` : `${name} is ${found.toLowerCase()}`
}

const platform: Filter = {
  name: 'platform',
  applies: (task) => task.platforms.length > 0,
  passes: (task, { node }) => runsOn(node, task.platforms),
  explain: (count) => `unsupported platform on ${nodes(count)}`,
  detail(task, { node }) {
    const ok = runsOn(node, task.platforms)
    const has = node.status.description?.platform
    const found = has === undefined ? 'platform is not known' : `platform is ${has.os}/${has.arch}`
    return [{ what: `platform ${task.platforms.map(formatPlatform).join(' or ')}`, found: ok ? 'ok' : found, ok }]
  },
}

export function formatPlatform({ os, arch }: Platform): string {
  return `${os || '*'}/${arch || '*'}`
}

function runsOn(node: Node, platforms: readonly Platform[]): boolean {
  const has = node.status.description?.platform
  if (has === undefined) return false
  return platforms.some(
    ({ os, arch }) => (!os || os.toLowerCase() === has.os.toLowerCase()) && (!arch || canonicalArch(arch) === canonicalArch(has.arch)),
  )
}

/** Engines and images write the same processors differently. */
function canonicalArch(arch: string): string {
  const lower = arch.toLowerCase()
  return lower === 'x86_64' ? 'amd64' : lower === 'aarch64' ? 'arm64' : lower
}

const hostPorts: Filter = {
  name: 'hostPorts',
  applies: (task) => task.hostPorts.length > 0,
  passes: (task, node) => !task.hostPorts.some((port) => node.usesPort(port)),
  explain: (count) => `host-mode port already in use on ${nodes(count)}`,
  detail: (task, node) =>
    task.hostPorts.map((port) => {
      const used = node.usesPort(port)
      return { what: `port ${port}`, found: used ? 'in use' : 'ok', ok: !used }
    }),
}

const maxReplicas: Filter = {
  name: 'maxReplicas',
  applies: (task) => task.maxReplicasPerNode > 0,
  passes: (task, node) => node.activeOf(task.serviceUid) < task.maxReplicasPerNode,
  explain: (count) => `max replicas per node limit reached on ${nodes(count)}`,
  detail(task, node) {
    const active = node.activeOf(task.serviceUid)
    return [{ what: `at most ${task.maxReplicasPerNode} per node`, found: `has ${active}`, ok: active < task.maxReplicasPerNode }]
  },
}

/** In the order in which the scheduler asks: the first that fails is the reason that is counted. */
export const filters: readonly Filter[] = [ready, resources, plugins, constraints, platform, hostPorts, maxReplicas]

/**
 * The last filter that an explanation names: where the node that came farthest has failed. Undefined when it names none,
 * as where there is no node at all.
 */
export function farthestIn(explanation: string): Filter['name'] | undefined {
  return filters.findLast((_, at) => explanation.includes(words[at] ?? ''))?.name
}

/** What each says whatever the count is. */
const words = filters.map(({ explain }) => explain(1).replace(nodes(1), '').trim())

/** Whether every constraint holds on the node. A key that does not exist holds nowhere. */
export function satisfiesConstraints(node: Node, texts: readonly string[] | undefined): boolean {
  return readConstraints(texts).every((constraint) => satisfies(node, constraint))
}

/** Whether the node is a place that the placement allows: its constraints and platforms, not how many tasks are there. */
export function satisfiesPlacement(node: Node, placement: TaskTemplate['placement']): boolean {
  const platforms = placement?.platforms ?? []
  return satisfiesConstraints(node, placement?.constraints) && (platforms.length === 0 || runsOn(node, platforms))
}
