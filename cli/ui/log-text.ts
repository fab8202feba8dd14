// The screen of logs: which of the lines that were read are shown, how, and what the second line of the screen says of them.

import type { LogLine } from '../../api/session.ts'
import { isEnded } from '../../api/task.ts'
import { describeEnd } from '../convergence.ts'
import { atLeast } from '../log-level.ts'
import type { ClusterView } from './cluster-view.ts'
import { order } from './listing.ts'
import type { ReadLog } from './log-lines.ts'
import { slotName, taskName } from './names.ts'
import type { View } from './places.ts'
import type { Place } from './state.ts'
import { type Line, oneLine, plain, type Span, wrapped } from './text.ts'

export interface LogSources {
  readonly view: ClusterView
  readonly log: ReadLog
  readonly columns: number
}

/** Those that the place leaves: of the slot, so grave, with those words. What kept us from reading is always there. */
function* left({ filter, level, only }: Place, view: ClusterView, lines: ReadLog['lines']): Generator<LogLine | string> {
  const wanted = filter.toLowerCase()
  const isGrave = level === undefined ? () => true : atLeast(level)
  for (const line of lines) {
    if (typeof line !== 'string') {
      if (only !== undefined && slotOf(view, line.task) !== only) continue
      if (!isGrave(line)) continue
      if (wanted !== '' && !line.text.toLowerCase().includes(wanted) && !line.task.includes(wanted)) continue
    }
    yield line
  }
}

function slotOf(view: ClusterView, name: string): string | undefined {
  const task = view.get('Task', name)
  return task === undefined ? undefined : slotName(view, task)
}

export function logLines(place: Place, { view, log, columns }: LogSources): readonly Line[] {
  const { timestamps, wraps, view: shown } = place
  const ends = shown.screen === 'logs' ? endsOf(view, shown).filter(({ slot }) => (place.only ?? slot) === slot) : []
  const lines: Line[] = []
  let from = log.lines.find((line) => typeof line !== 'string')?.at ?? Number.POSITIVE_INFINITY
  const tellEndsUntil = (at: number): void => {
    for (const end of ends) if (end.at >= from && end.at < at) lines.push([{ text: ` -- ${end.text}`, style: 'dim' }])
    from = Math.max(from, at)
  }
  for (const line of left(place, view, log.lines)) {
    if (typeof line === 'string') {
      lines.push([{ text: ` -- ${line}`, style: 'dim' }])
      continue
    }
    tellEndsUntil(line.at)
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
  { kind, name }: Extract<View, { screen: 'logs' }>,
): readonly { readonly at: number; readonly slot: string; readonly text: string }[] {
  const one = kind === 'Task' ? view.get('Task', name) : undefined
  const tasks = kind === 'Service' ? [...view.tasksOf(name).values()] : one === undefined ? [] : [one]
  return tasks
    .filter((task) => isEnded(task))
    .map((task) => ({ at: task.status.at, slot: slotName(view, task), text: `${taskName(view, task)} ${describeEnd(task)}` }))
    .toSorted((a, b) => a.at - b.at)
}

const logColours = ['cyan', 'green', 'yellow', 'magenta', 'blue'] as const

/** The same task has the same colour, whoever else speaks. */
function colourOf(task: string): (typeof logColours)[number] {
  let sum = 0
  for (const letter of task) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0
  return logColours[sum % logColours.length] ?? 'cyan'
}

/** `3 tasks  38 hits  FOLLOW  dropped 0`. */
export function logNote(place: Place, { view, log }: Omit<LogSources, 'columns'>): string {
  const speaking = new Set(log.lines.flatMap((line) => (typeof line === 'string' ? [] : line.task)))
  const isWhole = place.filter === '' && place.only === undefined && place.level === undefined
  const count = isWhole ? log.lines.length : [...left(place, view, log.lines)].length
  const tasks = speaking.size === 1 ? '1 task' : `${speaking.size} tasks`
  const what = `${place.filter === '' ? 'line' : 'hit'}${count === 1 ? '' : 's'}`
  return `${tasks}  ${count} ${what}  ${place.follows ? 'FOLLOW' : 'still'}  dropped ${log.dropped}`
}

/** That a digit means: the slot of that number; of a service that has a task on each node, the node of that place by name. */
export function slotAt(view: ClusterView, service: string, digit: number): string | undefined {
  const tasks = [...view.tasksOf(service).values()]
  const slots = new Set(tasks.map((task) => slotName(view, task)))
  const isNumbered = tasks.every(({ spec }) => spec.node === undefined)
  return isNumbered ? (slots.has(String(digit)) ? String(digit) : undefined) : [...slots].toSorted(order)[digit - 1]
}
