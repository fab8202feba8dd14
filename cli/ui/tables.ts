// Columns of services, tasks, nodes and events, and what is said of each of them. `lists.ts` says which list has which.

import { cpuCores, memoryBytes, roundedMemory } from '../../api/quantity.ts'
import { formatAge } from '../../api/table.ts'
import type { WireEvent, WireObject } from '../../api/wire.ts'
import { rateOf, type TrafficRates } from '../commands/stats.ts'
import { describeEnd } from '../convergence.ts'
import { whyPaused } from '../service/rollout-pause.ts'
import { type ClusterView, type Counts, type Node, type Phase, phaseOf, type Service, type Task } from './cluster-view.ts'
import { type Column, order } from './listing.ts'
import { hostOf, revisionName, slotName } from './names.ts'
import { sparkline } from './sparkline.ts'
import { bar } from './text.ts'
import type { Style } from './themes.ts'
import { mostPoints } from './usage.ts'

interface Named {
  readonly metadata: { readonly name: string }
}

export function nameOf({ metadata }: Named): string {
  return metadata.name
}

export function byName(a: Named, b: Named): number {
  return order(a.metadata.name, b.metadata.name)
}

// Services.

const stateStyle: Readonly<Partial<Record<Phase, Style>>> = {
  unhealthy: 'red',
  failed: 'red',
  pending: 'yellow',
  starting: 'cyan',
  stopping: 'dim',
  past: 'dim',
}

export function serviceColumns(view: ClusterView, now: () => number): readonly Column<Service>[] {
  const countsOf = ({ metadata }: Service): Counts => view.counts({ service: metadata.name })
  return [
    { id: 'name', heading: 'NAME', width: 13, grow: 3, rank: 0, text: nameOf },
    { id: 'mode', heading: 'MODE', width: 10, rank: 6, text: ({ spec }) => spec.mode ?? 'Replicated' },
    {
      id: 'tasks',
      heading: 'TASKS',
      width: 19,
      rank: 0,
      text: (service) => tasksText(service, countsOf(service)),
      amount: runningShare,
      style: (service) => {
        const { failed, unhealthy, pending } = countsOf(service)
        return failed + unhealthy > 0 ? 'red' : pending > 0 ? 'yellow' : undefined
      },
    },
    { id: 'rev', heading: 'REV', width: 4, rank: 3, text: ({ status }) => revisionName(view, status.revision) },
    {
      id: 'image',
      heading: 'IMAGE',
      width: 13,
      grow: 2,
      rank: 4,
      text: ({ spec }) => spec.template.image ?? spec.template.command?.join(' ') ?? '-',
    },
    { id: 'update', heading: 'UPDATE', width: 13, rank: 2, text: (service) => progressText(view, service), style: updateStyle },
    {
      id: 'fails',
      heading: 'FAILS',
      width: 6,
      rank: 5,
      align: 'right',
      text: (service) => String(failuresOf(view, service)),
      amount: (service) => failuresOf(view, service),
    },
    ageColumn(now),
    {
      id: 'cpu',
      heading: 'CPU (cores)',
      width: 11,
      rank: 8,
      align: 'right',
      text: (service) => {
        const { cpus, isWhole } = usageOf(view, service)
        return `${coresText(cpus)}${cpus === undefined || isWhole ? '' : '+'}`
      },
      amount: (service) => usedBy(view, service) ?? -1,
    },
    trendColumn(view, 'Service', 9),
  ]
}

/** What its tasks use, as far as that was asked. */
function usedBy(view: ClusterView, service: Service): number | undefined {
  return usageOf(view, service).cpus
}

/** `isWhole`: all that runs of it is counted. So many nodes are not asked at once, and some do not answer. */
function usageOf(view: ClusterView, { metadata }: Service): { readonly cpus: number | undefined; readonly isWhole: boolean } {
  let percent: number | undefined
  let isWhole = true
  for (const [name, task] of view.tasksOf(metadata.name)) {
    const used = view.usage.get(name)?.cpuPercent
    if (used !== undefined) percent = (percent ?? 0) + used
    else if (phaseOf(task) === 'running') isWhole = false
  }
  return { cpus: percent === undefined ? undefined : percent / 100, isWhole }
}

const trendWidth = 12
/** Cores that fill the height of a graph, at least. */
const leastLoad = 0.1

/** How the CPU that it uses went lately. Nodes are drawn against all that they have, so that they can be compared. */
function trendColumn<T extends WireObject>(
  view: ClusterView,
  kind: 'Service' | 'Task' | 'Node',
  rank: number,
  capacity: (object: T) => number = () => leastLoad,
): Column<T> {
  const points = ({ metadata }: T): readonly number[] => view.trends.of(trendKey(kind, metadata.name))
  return {
    id: 'trend',
    heading: 'CPU 2 min',
    width: trendWidth,
    rank,
    isPicture: true,
    text: (object) => {
      const shown = points(object)
      return shown.length === 0 ? '-' : cpuGraph(shown, trendWidth, capacity(object))
    },
    amount: (object) => points(object).at(-1) ?? -1,
    style: () => 'cyan',
  }
}

/** Of cores that were used lately, oldest first. */
export function cpuGraph(points: readonly number[], width: number, atLeast = leastLoad): string {
  return sparkline(points, width, { most: mostPoints, atLeast })
}

/** In cores, as far as it was asked. */
export function usedCpus(view: ClusterView, kind: 'Service' | 'Task' | 'Node', name: string): number | undefined {
  if (kind === 'Node') return view.nodeUsage.get(name)?.cpus
  const service = kind === 'Service' ? view.get('Service', name) : undefined
  if (kind === 'Service') return service === undefined ? undefined : usedBy(view, service)
  const percent = view.usage.get(name)?.cpuPercent
  return percent === undefined ? undefined : percent / 100
}

export interface RevisionUsage {
  readonly cpus: number
  readonly memoryBytes: number
  /** Of which that is known. */
  readonly tasks: number
}

/** What the tasks of each revision use together, of those that were asked and have been read twice. */
export function usedByRevision(view: ClusterView, service: string): ReadonlyMap<string, RevisionUsage> {
  const used = new Map<string, RevisionUsage>()
  for (const { metadata, spec } of view.tasksOf(service).values()) {
    const usage = view.usage.get(metadata.name)
    if (usage?.cpuPercent === undefined) continue
    const { cpus, memoryBytes, tasks } = used.get(spec.revision) ?? { cpus: 0, memoryBytes: 0, tasks: 0 }
    used.set(spec.revision, {
      cpus: cpus + usage.cpuPercent / 100,
      memoryBytes: memoryBytes + usage.memoryBytes,
      tasks: tasks + 1,
    })
  }
  return used
}

export function trendKey(kind: 'Service' | 'Task' | 'Node' | 'Revision', name: string): string {
  return `${kind} ${name}`
}

function coresText(cores: number | undefined): string {
  return cores === undefined ? '-' : cores.toFixed(2)
}

/** How many tasks it is to have. */
export function wantedOf({ spec, status }: Service): number {
  return status.replicas?.desired ?? spec.replicas ?? 1
}

function tasksText(service: Service, counts: Counts): string {
  const wanted = wantedOf(service)
  const up = counts.running + counts.done
  return `${taskBar(counts, wanted, 8)} ${up}/${wanted}`
}

/** `#` runs, `!` failed, `+` is coming, `?` waits for a node. */
export function taskBar(counts: Counts, wanted: number, width: number): string {
  return bar(
    [
      ['#', counts.running + counts.done],
      ['!', counts.failed + counts.unhealthy],
      ['+', counts.starting],
      ['?', counts.pending],
    ],
    Math.max(wanted, 1),
    width,
  )
}

function runningShare(service: Service): number {
  return (service.status.replicas?.running ?? 0) / Math.max(1, wantedOf(service))
}

export function updateText(service: Service): string {
  const { update, revision } = service.status
  if (whyPaused(service) === 'Requested') return 'paused'
  if (update === undefined || update.of !== revision) return '-'
  switch (update.state) {
    case 'Updating':
      return 'updating'
    case 'Paused':
      return 'stopped'
    case 'Completed':
      return 'done'
    case 'RollbackStarted':
      return 'going back'
    case 'RollbackPaused':
      return 'stuck'
    case 'RollbackCompleted':
      return 'rolled back'
  }
}

/** It will not be well by itself. */
export function hasTrouble(view: ClusterView, service: Service): boolean {
  const { unhealthy, failed, pending } = view.counts({ service: service.metadata.name })
  return unhealthy + failed + pending > 0 || ['stopped', 'stuck', 'rolled back'].includes(updateText(service))
}

/** `updating 7/12`: how many of those that it shall have run what they shall become. */
function progressText(view: ClusterView, service: Service): string {
  const text = updateText(service)
  const { update, revision } = service.status
  if (update === undefined || (text !== 'updating' && text !== 'going back' && text !== 'stopped' && text !== 'stuck')) return text
  const target = update.state.startsWith('Rollback') ? update.target : revision
  let count = 0
  for (const task of view.tasksOf(service.metadata.name).values()) if (task.spec.revision === target && phaseOf(task) === 'running') count++
  return `${text} ${count}/${wantedOf(service)}`
}

function updateStyle(service: Service): Style | undefined {
  const text = updateText(service)
  return text === 'stopped' || text === 'stuck'
    ? 'red'
    : text === 'rolled back' || text === 'paused'
      ? 'yellow'
      : text === 'updating' || text === 'going back'
        ? 'cyan'
        : undefined
}

/** Tasks that are kept and failed, in whosever place. */
function failuresOf(view: ClusterView, { metadata }: Service): number {
  let failures = 0
  for (const { status } of view.tasksOf(metadata.name).values()) if (status.state === 'Failed' || status.state === 'Rejected') failures++
  return failures
}

function ageColumn<T extends WireObject>(now: () => number): Column<T> {
  return {
    id: 'age',
    heading: 'AGE',
    width: 5,
    rank: 7,
    align: 'right',
    text: ({ metadata }) => formatAge(now() - Date.parse(metadata.creationTimestamp)),
    compare: (a, b) => order(b.metadata.creationTimestamp, a.metadata.creationTimestamp),
  }
}

// Tasks.

/** By service and slot, the newest first. */
export function compareTasks(a: Task, b: Task): number {
  return (
    order(a.spec.service, b.spec.service) ||
    (a.spec.slot ?? 0) - (b.spec.slot ?? 0) ||
    order(a.spec.node ?? '', b.spec.node ?? '') ||
    b.spec.attempt - a.spec.attempt
  )
}

/** The observed state, or what it amounts to where that says more. */
export function stateText(task: Task): string {
  const phase = phaseOf(task)
  return phase === 'unhealthy' || phase === 'stopping' || phase === 'pending' ? phase : task.status.state.toLowerCase()
}

export function taskColumns(view: ClusterView, isOfOneService: boolean, now: () => number): readonly Column<Task>[] {
  // Those that others have replaced stand below those.
  const name = (task: Task): string => {
    const slot = slotName(view, task)
    return `${phaseOf(task) === 'past' ? '\\_ ' : ''}${isOfOneService ? slot : `${task.spec.service}.${slot}`}`
  }
  return [
    {
      id: 'name',
      heading: isOfOneService ? 'SLOT' : 'NAME',
      width: isOfOneService ? 6 : 14,
      grow: isOfOneService ? 0 : 2,
      rank: 0,
      text: name,
      compare: compareTasks,
    },
    { id: 'state', heading: 'STATE', width: 9, rank: 0, text: stateText, style: (task) => stateStyle[phaseOf(task)] },
    { id: 'node', heading: 'NODE', width: 10, grow: 1, rank: 2, text: ({ spec }) => hostOf(view, spec.nodeName) },
    { id: 'rev', heading: 'REV', width: 4, rank: 4, text: ({ spec }) => revisionName(view, spec.revision) },
    {
      id: 'since',
      heading: 'SINCE',
      width: 6,
      rank: 1,
      align: 'right',
      text: ({ status }) => formatAge(now() - status.at),
      amount: ({ status }) => -status.at,
    },
    {
      id: 'try',
      heading: 'TRY',
      width: 4,
      rank: 5,
      align: 'right',
      text: ({ spec }) => String(spec.attempt),
      amount: ({ spec }) => spec.attempt,
    },
    {
      id: 'cpu',
      heading: '%CORE',
      width: 6,
      rank: 6,
      align: 'right',
      text: ({ metadata }) => view.usage.get(metadata.name)?.cpuPercent?.toFixed(1) ?? '-',
      amount: ({ metadata }) => view.usage.get(metadata.name)?.cpuPercent ?? -1,
    },
    {
      id: 'mem',
      heading: 'MEM',
      width: 8,
      rank: 7,
      align: 'right',
      text: ({ metadata }) => {
        const bytes = view.usage.get(metadata.name)?.memoryBytes
        return bytes === undefined ? '-' : roundedMemory(bytes)
      },
      amount: ({ metadata }) => view.usage.get(metadata.name)?.memoryBytes ?? -1,
    },
    {
      id: 'cpulimit',
      heading: 'CPU %lim',
      width: 12,
      rank: 8,
      isRare: true,
      text: (task) => shareBar((view.usage.get(task.metadata.name)?.cpuPercent ?? Number.NaN) / 100, limitOf(view, task).cpus),
    },
    {
      id: 'memlimit',
      heading: 'MEM %lim',
      width: 12,
      rank: 9,
      isRare: true,
      text: (task) => shareBar(view.usage.get(task.metadata.name)?.memoryBytes ?? Number.NaN, limitOf(view, task).memoryBytes),
    },
    trendColumn(view, 'Task', 10),
    { id: 'error', heading: 'LAST ERROR', width: 12, grow: 4, rank: 0, text: errorText },
  ]
}

/** `[##....] 31%`, where both are known. */
function shareBar(used: number, limit: number): string {
  return limit > 0 && !Number.isNaN(used) ? loadBar(used, undefined, limit, 6) : '-'
}

/** 0 where there is none. */
function limitOf(view: ClusterView, { spec }: Task): Capacity {
  const { cpus, memory } = view.get('Revision', spec.revision)?.spec.template.resources?.limits ?? {}
  return { cpus: cpus === undefined ? 0 : cpuCores(cpus), memoryBytes: memory === undefined ? 0 : memoryBytes(memory) }
}

export function errorText(task: Task): string {
  const { status } = task
  if (status.error !== undefined) return status.error
  if (phaseOf(task) === 'failed' || status.state === 'Failed') return describeEnd(task)
  return status.state === 'Preparing' ? (status.message ?? '') : ''
}

// Nodes.

export interface Capacity {
  readonly cpus: number
  readonly memoryBytes: number
}

const reservations = new WeakMap<object, Capacity>()

/** What its revision has set aside for a task. */
export function reservationOf(view: ClusterView, { spec }: Task): Capacity {
  const revision = view.get('Revision', spec.revision)
  if (revision === undefined) return { cpus: 0, memoryBytes: 0 }
  const known = reservations.get(revision)
  if (known !== undefined) return known
  const { cpus, memory } = revision.spec.template.resources?.reservations ?? {}
  const made = { cpus: cpus === undefined ? 0 : cpuCores(cpus), memoryBytes: memory === undefined ? 0 : memoryBytes(memory) }
  reservations.set(revision, made)
  return made
}

/** What is set aside on a node, and what its tasks use as far as that is known. */
export function loadOf(view: ClusterView, node: string): { readonly reserved: Capacity; readonly used: Capacity | undefined } {
  const reserved = { cpus: 0, memoryBytes: 0 }
  for (const task of view.tasksOn(node).values()) {
    const phase = phaseOf(task)
    if (phase === 'past' || phase === 'done' || phase === 'failed') continue
    const { cpus, memoryBytes: bytes } = reservationOf(view, task)
    reserved.cpus += cpus
    reserved.memoryBytes += bytes
  }
  const { cpus = 0, memoryBytes = 0 } = view.nodeUsage.get(node) ?? {}
  return { reserved, used: view.nodeUsage.has(node) ? { cpus, memoryBytes } : undefined }
}

/** `#` is set aside, `+` used beyond that. */
export function loadBar(reserved: number, used: number | undefined, total: number, width: number): string {
  if (total <= 0) return '-'
  const over = Math.max(0, (used ?? 0) - reserved)
  const share = Math.round((Math.max(reserved, used ?? 0) / total) * 100)
  return `${bar(
    [
      ['#', reserved],
      ['+', over],
    ],
    total,
    width,
  )} ${share}%`
}

export function nodeColumns(view: ClusterView, now: () => number): readonly Column<Node>[] {
  const total = ({ status }: Node): Capacity => status.description?.resources ?? { cpus: 0, memoryBytes: 0 }
  const share = (node: Node, which: keyof Capacity): number =>
    loadOf(view, node.metadata.name).reserved[which] / Math.max(1, total(node)[which])
  return [
    {
      id: 'name',
      heading: 'NAME',
      width: 12,
      grow: 2,
      rank: 0,
      text: ({ metadata }) => hostOf(view, metadata.name),
      compare: byHost,
    },
    { id: 'role', heading: 'ROLE', width: 7, rank: 4, text: nodeRole },
    {
      id: 'state',
      heading: 'STATE',
      width: 7,
      rank: 0,
      text: nodeState,
      style: (node) => (nodeState(node) === 'ready' ? undefined : 'red'),
    },
    {
      id: 'avail',
      heading: 'AVAIL',
      width: 7,
      rank: 1,
      text: availabilityText,
      style: (node) => (availabilityText(node) === 'active' ? undefined : 'yellow'),
    },
    {
      id: 'tasks',
      heading: 'TASKS',
      width: 6,
      rank: 0,
      align: 'right',
      text: (node) => tasksOnText(view, node),
      amount: ({ metadata }) => onNode(view, metadata.name),
    },
    {
      id: 'cpu',
      heading: 'CPU (cores)',
      width: 17,
      grow: 1,
      rank: 2,
      text: (node) => {
        const { reserved, used } = loadOf(view, node.metadata.name)
        return `${loadBar(reserved.cpus, used?.cpus, total(node).cpus, 8)} ${total(node).cpus}c`
      },
      amount: (node) => share(node, 'cpus'),
    },
    {
      id: 'mem',
      heading: 'MEMORY',
      width: 15,
      grow: 1,
      rank: 3,
      text: (node) => {
        const { reserved, used } = loadOf(view, node.metadata.name)
        return loadBar(reserved.memoryBytes, used?.memoryBytes, total(node).memoryBytes, 8)
      },
      amount: (node) => share(node, 'memoryBytes'),
    },
    {
      id: 'disk',
      heading: 'DISK',
      width: 5,
      rank: 5,
      align: 'right',
      text: ({ metadata }) => diskText(view, metadata.name),
      amount: ({ metadata }) => diskShare(view, metadata.name) ?? -1,
      style: ({ metadata }) => ((diskShare(view, metadata.name) ?? 0) > almostFull ? 'red' : undefined),
    },
    {
      id: 'answers',
      heading: 'ANSWERS',
      width: 8,
      rank: 8,
      align: 'right',
      text: ({ metadata }) => {
        const usage = view.nodeUsage.get(metadata.name)
        return usage === undefined ? '-' : milliseconds(usage.answerMs)
      },
      amount: ({ metadata }) => view.nodeUsage.get(metadata.name)?.answerMs ?? -1,
    },
    trendColumn(view, 'Node', 9, (node) => total(node).cpus),
    trafficColumn(view, 'in', 'received'),
    trafficColumn(view, 'out', 'sent'),
    { id: 'executor', heading: 'EXECUTOR', width: 9, rank: 6, text: ({ status }) => status.description?.executor ?? '-' },
    { id: 'trouble', heading: 'TROUBLE', width: 12, grow: 2, rank: 7, text: (node) => troubleText(node, now()) },
  ]
}

/** A disk that is fuller than this soon stops the node. */
const almostFull = 0.9

function diskShare(view: ClusterView, node: string): number | undefined {
  const disk = view.nodeUsage.get(node)?.disk
  return disk === undefined || disk.bytes === 0 ? undefined : disk.usedBytes / disk.bytes
}

function diskText(view: ClusterView, node: string): string {
  const share = diskShare(view, node)
  return share === undefined ? '-' : `${Math.round(share * 100)}%`
}

/** What comes to the machine or leaves it, in a second. */
function trafficColumn(view: ClusterView, id: 'in' | 'out', which: keyof TrafficRates): Column<Node> {
  const rate = ({ metadata }: Node): number | undefined => view.nodeUsage.get(metadata.name)?.traffic?.[which]
  return {
    id,
    heading: `NET ${id.toUpperCase()}`,
    width: 9,
    rank: 10,
    align: 'right',
    text: (node) => {
      const amount = rate(node)
      return amount === undefined ? '-' : rateOf(amount)
    },
    amount: (node) => rate(node) ?? -1,
  }
}

export function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`
}

export function byHost(a: Node, b: Node): number {
  const host = ({ metadata, status }: Node): string => status.description?.hostname ?? metadata.name
  return order(host(a), host(b)) || byName(a, b)
}

function nodeRole({ status, spec }: Node): string {
  if (status.manager?.member === 'Leader') return '*leader'
  return (status.role ?? spec.role ?? 'Worker').toLowerCase()
}

/** Of a node that is to have none, how many are left; of one that is away, how many nobody has replaced. */
function tasksOnText(view: ClusterView, { metadata, spec, status }: Node): string {
  const count = onNode(view, metadata.name)
  if (count === 0) return '0'
  if (status.state === 'Down' || status.state === 'Disconnected') return `${count} lost`
  return spec.availability === 'Drain' ? `${count} left` : String(count)
}

function troubleText({ status }: Node, now: number): string {
  const { description, state, stateAt } = status
  if (description?.trouble !== undefined) return description.trouble
  return (state === 'Down' || state === 'Disconnected') && stateAt !== undefined ? `not heard for ${formatAge(now - stateAt)}` : ''
}

function nodeState({ status }: Node): string {
  return status.state === undefined ? 'unknown' : status.state === 'Down' ? 'DOWN' : status.state.toLowerCase()
}

function availabilityText({ spec }: Node): string {
  const { availability = 'Active' } = spec
  return availability === 'Drain' ? 'drained' : availability === 'Pause' ? 'paused' : 'active'
}

const onItsNode: readonly Phase[] = ['running', 'unhealthy', 'starting', 'stopping']

/** Its node has it, or is to have it. */
export const isOnNode = (task: Task): boolean => onItsNode.includes(phaseOf(task))

/** Such tasks of the node. */
export function onNode(view: ClusterView, node: string): number {
  const counts = view.counts({ node })
  return onItsNode.reduce((sum, phase) => sum + counts[phase], 0)
}

// Events.

export function newestFirst(a: WireEvent, b: WireEvent): number {
  return order(b.lastTimestamp, a.lastTimestamp) || order(b.metadata.name, a.metadata.name)
}

export function eventObject(view: ClusterView, { involvedObject: { kind, name } }: WireEvent): string {
  return `${kind.toLowerCase()}/${kind === 'Node' ? hostOf(view, name) : name}`
}

export function eventColumns(view: ClusterView, now: () => number): readonly Column<WireEvent>[] {
  return [
    {
      id: 'age',
      heading: 'AGE',
      width: 5,
      rank: 0,
      align: 'right',
      text: ({ lastTimestamp }) => formatAge(now() - Date.parse(lastTimestamp)),
      compare: newestFirst,
    },
    {
      id: 'count',
      heading: 'X',
      width: 4,
      rank: 1,
      align: 'right',
      text: ({ count }) => String(count),
      amount: ({ count }) => count,
    },
    { id: 'object', heading: 'OBJECT', width: 18, grow: 1, rank: 0, text: (event) => eventObject(view, event) },
    {
      id: 'reason',
      heading: 'REASON',
      width: 17,
      rank: 2,
      text: ({ reason }) => reason,
      style: ({ type }) => (type === 'Warning' ? 'yellow' : undefined),
    },
    { id: 'message', heading: 'MESSAGE', width: 20, grow: 3, rank: 0, text: ({ message }) => message },
    { id: 'by', heading: 'BY', width: 14, rank: 3, text: ({ source }) => source.component },
  ]
}
