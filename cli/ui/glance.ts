// What one sees of an object without opening it: the pane beside a list. Read from the copy, so that moving from row to row
// asks the cluster for nothing.

import { cpuCores, memoryBytes, roundedMemory } from '../../api/quantity.ts'
import { formatAge } from '../../api/table.ts'
import type { WireEvent, WireObject } from '../../api/wire.ts'
import { rateOf } from '../commands/stats.ts'
import { formatReadiness, readinessOf } from '../source-readiness.ts'
import { type ClusterView, type Node, phaseOf, type Task } from './cluster-view.ts'
import type { Selected } from './deeds.ts'
import { order } from './listing.ts'
import { hostOf, revisionName, taskName } from './names.ts'
import { rolloutLines } from './rollout-lines.ts'
import {
  compareTasks,
  cpuGraph,
  errorText,
  eventObject,
  loadBar,
  loadOf,
  newestFirst,
  stateText,
  taskBar,
  trendKey,
  wantedOf,
} from './tables.ts'
import { cell, field, type Line, oneLine, plain, type Span, widthOf, wrapped } from './text.ts'
import type { Style } from './themes.ts'
import { yamlLines } from './yaml-lines.ts'

/** Rows of a list within a pane. */
const mostTwigs = 50

/** As people call it. */
export function objectTitle(view: ClusterView, { kind, name, context }: Selected): string {
  const task = kind === 'Task' ? view.get('Task', name) : undefined
  const called = kind === 'Node' ? hostOf(view, name) : task === undefined ? name : taskName(view, task)
  return `${context === undefined ? '' : `${context} `}${kind.toLowerCase()}/${called}`
}

export function glanceLines(view: ClusterView, { kind, name }: Selected, now: number, columns: number): readonly Line[] {
  switch (kind) {
    case 'Service':
      return rolloutLines(view, name, now, columns)
    case 'Task': {
      const task = view.get('Task', name)
      return task === undefined ? gone : taskLines(view, task, now, columns)
    }
    case 'Node': {
      const node = view.get('Node', name)
      return node === undefined ? gone : nodeLines(view, node, now, columns)
    }
    case 'Stack':
      return view.get('Stack', name) === undefined ? gone : stackLines(view, name, columns)
    case 'Source': {
      const source = view.get('Source', name)
      return source === undefined ? gone : sourceLines(view, source, now, columns)
    }
    default: {
      const object = view.get(kind, name)
      return object === undefined ? gone : yamlLines(view, object, now)
    }
  }
}

const gone: readonly Line[] = [[' it is gone']]

/** Of the object, and of a service also those of its tasks; newest first. */
export function eventsOf(view: ClusterView, { kind, name }: Selected): readonly WireEvent[] {
  const isOfIt = ({ involvedObject: of }: WireEvent): boolean =>
    (of.kind === kind && of.name === name) || (kind === 'Service' && of.kind === 'Task' && view.tasksOf(name).has(of.name))
  return view.events.filter(isOfIt).toSorted(newestFirst)
}

export function eventLines(view: ClusterView, object: Selected, now: number, columns: number): readonly Line[] {
  const events = eventsOf(view, object)
  if (events.length === 0) return [[{ text: ' none in the last hour', style: 'dim' }]]
  return events.flatMap((event): readonly Line[] => {
    const reason: Span = event.type === 'Warning' ? { text: cell(event.reason, 16), style: 'yellow' } : cell(event.reason, 16)
    const isOther = event.involvedObject.name !== object.name
    const whose = isOther ? `${cell(eventObject(view, event), Math.min(22, Math.floor(columns / 4)))}  ` : ''
    const head: Line = [` ${cell(formatAge(now - Date.parse(event.lastTimestamp)), 5, 'right')}  `, whose, reason, '  ']
    const indent = widthOf(plain(head))
    return wrapped(oneLine(event.message), Math.max(20, columns - indent)).map((part, at) =>
      at === 0 ? [...head, part] : [' '.repeat(indent), part],
    )
  })
}

/** Whole sentences, however long: that is what a detail is for. */
function sentence(name: string, text: string, columns: number, style?: Style): readonly Line[] {
  return wrapped(oneLine(text), Math.max(20, columns - 11)).map((part, at) =>
    field(at === 0 ? name : '', [style === undefined ? part : { text: part, style }]),
  )
}

// Tasks.

function taskLines(view: ClusterView, task: Task, now: number, columns: number): readonly Line[] {
  const { spec, status } = task
  const template = view.get('Revision', spec.revision)?.spec.template
  const phase = phaseOf(task)
  const style = phase === 'failed' || phase === 'unhealthy' ? 'red' : phase === 'pending' ? 'yellow' : undefined
  const node = spec.nodeName === undefined ? 'no node yet' : `on ${hostOf(view, spec.nodeName)}`
  const error = errorText(task)
  const command = (template?.command ?? []).join(' ')
  const ports = spec.network?.ports ?? []
  return [
    ...sentence('state', `${stateText(task)} for ${formatAge(now - status.at)}, ${node}, attempt ${spec.attempt}`, columns, style),
    ...(error === '' ? [] : sentence('why', error, columns, style ?? 'yellow')),
    ...(spec.stop === undefined
      ? []
      : sentence('stopped', `by ${spec.stop.by}${spec.stop.reason === undefined ? '' : `: ${spec.stop.reason}`}`, columns)),
    ...sentence('what', `${revisionName(view, spec.revision)}  ${template?.image ?? ''}`, columns),
    ...(command === '' ? [] : sentence('command', command, columns)),
    ...usageLines(view, task),
    ...(status.address === undefined ? [] : [field('address', [status.address])]),
    ...(ports.length === 0
      ? []
      : [field('ports', [ports.map((port) => `${port.publishedPort} -> ${port.targetPort}/${port.protocol.toLowerCase()}`).join(', ')])]),
    ...(status.pid === undefined ? [] : [field('process', [String(status.pid)])]),
    ...(status.containerId === undefined ? [] : [field('container', [status.containerId.slice(0, 12)])]),
    ...formerLines(view, task, now, columns),
    field('id', [task.metadata.name]),
  ]
}

const trendWidth = 15

/** How that went lately, where it was on the screen. */
function trend(view: ClusterView, kind: 'Task' | 'Node', name: string, atLeast?: number): readonly Span[] {
  const points = view.trends.of(trendKey(kind, name))
  return points.length === 0 ? [] : [{ text: `  ${cpuGraph(points, trendWidth, atLeast)}`, style: 'cyan' }]
}

/** What it uses now, of what it may use. */
function usageLines(view: ClusterView, task: Task): readonly Line[] {
  const usage = view.usage.get(task.metadata.name)
  if (usage === undefined) return []
  const { cpus, memory } = view.get('Revision', task.spec.revision)?.spec.template.resources?.limits ?? {}
  const cores = (usage.cpuPercent ?? 0) / 100
  const cpu =
    cpus === undefined ? `${(usage.cpuPercent ?? 0).toFixed(1)}% of a core` : `${loadBar(0, cores, cpuCores(cpus), 10)} of ${cpus} cores`
  const bytes = usage.memoryBytes
  const mem = memory === undefined ? roundedMemory(bytes) : `${loadBar(0, bytes, memoryBytes(memory), 10)} of ${memory}`
  return [field('cpu', [cpu, ...trend(view, 'Task', task.metadata.name)]), field('memory', [mem])]
}

/** Those that were in its slot before, newest first. */
function formerLines(view: ClusterView, { spec, metadata }: Task, now: number, columns: number): readonly Line[] {
  const former = [...view.tasksOf(spec.service).values()]
    .filter((each) => each.spec.slot === spec.slot && each.spec.node === spec.node && each.metadata.name !== metadata.name)
    .toSorted(compareTasks)
  return former.slice(0, mostTwigs).flatMap((task, at) => {
    const error = errorText(task)
    const ago = formatAge(now - task.status.at)
    const text = `${stateText(task)} ${ago} ago on ${hostOf(view, task.spec.nodeName)}, ${revisionName(view, task.spec.revision)}`
    return sentence(at === 0 ? 'slot' : '', `${text}${error === '' ? '' : `: ${error}`}`, columns, 'dim')
  })
}

// Nodes.

function nodeLines(view: ClusterView, { metadata, spec, status }: Node, now: number, columns: number): readonly Line[] {
  const { name } = metadata
  const { description, stateAt, role = spec.role ?? 'Worker', state = 'Unknown' } = status
  const total = description?.resources ?? { cpus: 0, memoryBytes: 0 }
  const { reserved, used } = loadOf(view, name)
  const { disk, traffic } = view.nodeUsage.get(name) ?? {}
  const since = stateAt === undefined ? '' : ` for ${formatAge(now - stateAt)}`
  const { availability = 'Active' } = spec
  const labels = Object.entries(metadata.labels ?? {}).map(([key, value]) => `${key}=${value}`)
  const part = status.manager === undefined ? '' : `, ${status.manager.member.toLowerCase()} of the store`
  return [
    ...sentence('state', `${state.toLowerCase()}${since}, ${availability.toLowerCase()}`, columns, state === 'Ready' ? undefined : 'red'),
    ...(description?.trouble === undefined ? [] : sentence('trouble', description.trouble, columns, 'red')),
    field('role', [`${role.toLowerCase()}${part}`]),
    field('cpu', [
      `${loadBar(reserved.cpus, used?.cpus, total.cpus, 20)} of ${total.cpus} cores`,
      ...trend(view, 'Node', name, total.cpus),
    ]),
    field('memory', [`${loadBar(reserved.memoryBytes, used?.memoryBytes, total.memoryBytes, 20)} of ${roundedMemory(total.memoryBytes)}`]),
    ...(disk === undefined ? [] : [field('disk', [`${loadBar(0, disk.usedBytes, disk.bytes, 20)} of ${roundedMemory(disk.bytes)}`])]),
    ...(traffic === undefined ? [] : [field('network', [`in ${rateOf(traffic.received)}  out ${rateOf(traffic.sent)}`])]),
    ...(description === undefined
      ? []
      : sentence(
          'runs',
          `${description.executor}${description.engine?.version === undefined ? '' : ` ${description.engine.version}`} on ${description.platform.os}/${description.platform.arch}${description.version === undefined ? '' : `, kit ${description.version}`}`,
          columns,
        )),
    ...(status.address === undefined ? [] : [field('address', [status.address])]),
    ...(labels.length === 0 ? [] : sentence('labels', labels.join('  '), columns)),
    ...tasksOnLines(view, name),
    field('id', [name]),
  ]
}

/** By service: `3 running, 1 failed`. */
function tasksOnLines(view: ClusterView, node: string): readonly Line[] {
  const tasks = [...view.tasksOn(node).values()].filter((task) => phaseOf(task) !== 'past')
  const byService = [...Map.groupBy(tasks, ({ spec }) => spec.service)].toSorted(([a], [b]) => order(a, b))
  if (byService.length === 0) return [field('tasks', ['none'])]
  return byService.slice(0, mostTwigs).map(([service, its], at) => {
    const groups = [...Map.groupBy(its, stateText)].map(([state, same]) => `${same.length} ${state}`)
    return field(at === 0 ? 'tasks' : '', [`${cell(service, 24)}  ${groups.join(', ')}`])
  })
}

// Sources.

export function readinessText(view: ClusterView, source: WireObject<'Source'>): string {
  return formatReadiness(readinessOf(source, [...view.all('Service').values()], [...view.all('Stack').values()]))
}

/** Whether the cluster is as its files say, and what is in the way. */
function sourceLines(view: ClusterView, source: WireObject<'Source'>, now: number, columns: number): readonly Line[] {
  const { spec, status } = source
  const ready = status.conditions?.find(({ type }) => type === 'Ready')
  const state = spec.suspend === true ? 'suspended' : (ready?.reason ?? 'not looked at yet')
  const why = spec.suspend === true ? (spec.suspendReason ?? '') : (ready?.message ?? '')
  const commit = status.lastAppliedCommit?.slice(0, 12) ?? status.lastAppliedRevision
  const ago = status.lastAppliedAt === undefined ? '' : `, ${formatAge(now - Date.parse(status.lastAppliedAt))} ago`
  const { drift = [], errors = [] } = status
  const isTrouble = ready?.status === 'False' && spec.suspend !== true
  return [
    ...sentence(
      'state',
      `${state}${why === '' ? '' : `: ${why}`}`,
      columns,
      isTrouble ? 'red' : spec.suspend === true ? 'yellow' : undefined,
    ),
    ...sentence('path', `${spec.path}${status.node === undefined ? '' : ` on ${hostOf(view, status.node)}`}`, columns),
    field('applied', [commit === undefined ? 'never' : `${commit}${ago}`]),
    ...sentence('ready', readinessText(view, source), columns),
    ...(drift.length === 0 ? [] : [field('drift', [{ text: String(drift.length), style: 'yellow' }])]),
    ...drift.slice(0, mostTwigs).flatMap(({ kind, name, field: at = '', by }) => {
      const who = by === undefined ? '' : `, changed by ${by}`
      return sentence('', `${kind.toLowerCase()}/${name} ${at}${who}`, columns)
    }),
    ...errors.slice(0, mostTwigs).flatMap(({ file = '', line, message }, at) => {
      const place = file === '' ? '' : `${file}${line === undefined ? '' : `:${line}`}: `
      return sentence(at === 0 ? 'errors' : '', `${place}${message}`, columns, 'red')
    }),
    ...(status.awaiting === undefined
      ? []
      : sentence('asks', `deleting ${status.awaiting.prune} of ${status.awaiting.of} objects waits for a yes`, columns, 'yellow')),
  ]
}

// Stacks.

function stackLines(view: ClusterView, stack: string, columns: number): readonly Line[] {
  const services = [...view.all('Service').values()]
    .filter(({ metadata }) => metadata.labels?.['kit/stack'] === stack)
    .toSorted((a, b) => order(a.metadata.name, b.metadata.name))
  const failed = view.get('Stack', stack)?.status.conditions?.find(({ status }) => status === 'False')
  return [
    ...(failed === undefined ? [] : sentence('trouble', failed.message ?? failed.reason ?? failed.type, columns, 'red')),
    ...(services.length === 0 ? [field('services', ['none'])] : []),
    ...services.slice(0, mostTwigs).map((service, at) => {
      const counts = view.counts({ service: service.metadata.name })
      const wanted = wantedOf(service)
      const text = `${cell(service.metadata.name, 24)}  ${taskBar(counts, wanted, 10)} ${counts.running + counts.done}/${wanted}`
      return field(at === 0 ? 'services' : '', [text])
    }),
  ]
}
