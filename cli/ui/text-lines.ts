// The lines of screens that are read, not chosen from.

import type { LogLine } from '../../api/session.ts'
import { isEnded } from '../../api/task.ts'
import { describeEnd } from '../convergence.ts'
import { atLeast } from '../log-level.ts'
import { nameOf } from '../resource.ts'
import { clusterLines } from './cluster-lines.ts'
import type { ClusterView } from './cluster-view.ts'
import { taskName } from './names.ts'
import type { Pulse } from './pulse.ts'
import { rolloutLines } from './rollout-lines.ts'
import { helpLines } from './screens.ts'
import { type Place, placeIn, type UiState } from './state.ts'
import { type Line, oneLine, plain, type Span, wrapped } from './text.ts'
import { topologyLines } from './topology.ts'
import { yamlLines } from './yaml-lines.ts'

export interface TextSources {
  readonly view: ClusterView
  readonly pulse: Pulse
  /** What a command printed, for the view that shows it. */
  readonly printed: readonly string[]
  /** Lines of tasks, and what kept us from reading. */
  readonly log: readonly (LogLine | string)[]
  readonly now: number
  readonly columns: number
}

export function linesOf(state: UiState, sources: TextSources): readonly Line[] {
  const place = placeIn(state)
  const { view: shown } = place
  const { view, now, columns } = sources
  switch (shown.screen) {
    case 'service':
      return rolloutLines(view, shown.name, now, columns)
    case 'help':
      return helpLines(state.places[place.parent ?? 0]?.view.screen ?? 'overview', place.filter, state.ownKeys)
    case 'pulse':
      return sources.pulse.lines(columns)
    case 'topology':
      return topologyLines(view, columns)
    case 'cluster':
      return clusterLines(view, now, columns)
    case 'yaml': {
      const object = view.get(shown.kind, shown.name)
      if (object === undefined) return [[view.isKnown(shown.kind) ? ` ${nameOf(shown.kind, shown.name)} is gone` : ' …']]
      const lines = yamlLines(view, object, place.onlySpec, now)
      return place.wraps ? lines.flatMap((line) => wrapped(plain(line), columns - 1).map((part): Line => [part])) : lines
    }
    case 'logs':
      return logLines(place, sources)
    default:
      return sources.printed.flatMap((line) =>
        (place.wraps ? wrapped(oneLine(line.replaceAll('\t', '  ')), columns - 2) : [line]).map((part): Line => [` ${part}`]),
      )
  }
}

function logLines({ filter, timestamps, wraps, level, view: shown }: Place, { view, log, columns }: TextSources): readonly Line[] {
  const wanted = filter.toLowerCase()
  const isGrave = level === undefined ? () => true : atLeast(level)
  const ends = shown.screen === 'logs' ? endsOf(view, shown) : []
  const lines: Line[] = []
  let from = log.find((line) => typeof line !== 'string')?.at ?? Number.POSITIVE_INFINITY
  const tellEndsUntil = (at: number): void => {
    for (const end of ends) if (end.at >= from && end.at < at) lines.push([{ text: ` -- ${end.text}`, style: 'dim' }])
    from = Math.max(from, at)
  }
  for (const line of log) {
    if (typeof line !== 'string') tellEndsUntil(line.at)
    if (typeof line === 'string') {
      lines.push([{ text: ` -- ${line}`, style: 'dim' }])
      continue
    }
    if (!isGrave(line)) continue
    if (wanted !== '' && !line.text.toLowerCase().includes(wanted) && !line.task.includes(wanted)) continue
    const task = view.get('Task', line.task)
    const name = task === undefined ? line.task : taskName(view, task)
    const time = timestamps ? `${new Date(line.at).toISOString().slice(11, 23)} ` : ''
    const head: readonly Span[] =
      shown.screen === 'logs' && shown.kind === 'Task' ? [` ${time}`] : [` ${time}`, { text: name, style: colourOf(line.task) }, ' | ']
    const style = line.stream === 'stderr' ? 'yellow' : undefined
    const parts = wraps ? wrapped(oneLine(line.text), Math.max(20, columns - plain(head).length)) : [oneLine(line.text)]
    for (const [at, part] of parts.entries())
      lines.push([...(at === 0 ? head : [' '.repeat(plain(head).length)]), style === undefined ? part : { text: part, style }])
  }
  tellEndsUntil(Number.POSITIVE_INFINITY)
  return lines
}

/** Tasks that ended while one looks at what they say, oldest first. */
function endsOf(
  view: ClusterView,
  { kind, name }: Extract<Place['view'], { screen: 'logs' }>,
): readonly { readonly at: number; readonly text: string }[] {
  const one = kind === 'Task' ? view.get('Task', name) : undefined
  const tasks = kind === 'Service' ? [...view.tasksOf(name).values()] : one === undefined ? [] : [one]
  return tasks
    .filter((task) => isEnded(task))
    .map((task) => ({ at: task.status.at, text: `${taskName(view, task)} ${describeEnd(task)}` }))
    .toSorted((a, b) => a.at - b.at)
}

const logColours = ['cyan', 'green', 'yellow', 'magenta', 'blue'] as const

/** The same task has the same colour, whoever else speaks. */
function colourOf(task: string): (typeof logColours)[number] {
  let sum = 0
  for (const letter of task) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0
  return logColours[sum % logColours.length] ?? 'cyan'
}
