// One service and its rollout: what changes, how far it is, what went wrong, and what can be done.

import { formatDuration } from '../../api/duration.ts'
import { roundedMemory } from '../../api/quantity.ts'
import { updatePolicyOf } from '../../api/schema/defaults.ts'
import { formatAge } from '../../api/table.ts'
import { fieldDiff } from '../output/field-diff.ts'
import { whyPaused } from '../service/rollout-pause.ts'
import { type ClusterView, type Counts, phaseOf, type Service, type Task } from './cluster-view.ts'
import type { LastWords } from './last-words.ts'
import { order } from './listing.ts'
import { hostOf, revisionName, slotName, taskName } from './names.ts'
import { cpuGraph, errorText, stateText, taskBar, trendKey, updateText, usedByRevision, wantedOf } from './tables.ts'
import { field, type Line, oneLine, type Span, widthOf, wrapped } from './text.ts'
import type { Style } from './themes.ts'

const mostFailures = 5
const mostChanges = 8

/** `words`: of the newest failure, where they were asked for. */
export function rolloutLines(view: ClusterView, name: string, now: number, columns: number, words?: LastWords): readonly Line[] {
  const service = view.get('Service', name)
  if (service === undefined) return [[` service/${name} is gone; esc goes back`]]
  const tasks = [...view.tasksOf(name).values()].filter((task) => phaseOf(task) !== 'past').toSorted(bySlot)
  const { status } = service
  const target =
    status.update?.of === status.revision && status.update?.state.startsWith('Rollback') ? status.update.target : status.revision
  const isNew = (task: Task): boolean => task.spec.revision === target
  const fresh = countsOf(tasks.filter(isNew))
  const old = countsOf(tasks.filter((task) => !isNew(task)))
  const wanted = wantedOf(service)
  const width = Math.max(10, Math.min(40, columns - 50))
  const oldCount = total(old)
  return [
    ...stateLines(service, now, columns),
    ...whatChanged(view, service).map((text, at) => field(at === 0 ? 'what' : '', [text])),
    field('now', [`${taskBar(fresh, wanted, width)}  ${summary(fresh)} of ${wanted}   ${revisionName(view, target)}`]),
    ...(oldCount === 0
      ? []
      : [
          field('old', [
            `${taskBar(old, wanted, width)}  ${summary(old)}   ${olds(
              view,
              tasks.filter((task) => !isNew(task)),
            )}`,
          ]),
        ]),
    ...usageLines(view, name, target),
    ...wrapped(policyText(service), columns - 11).map((part, at) => field(at === 0 ? 'by' : '', [part])),
    ...slotLines(view, tasks, target, columns),
    ...failureLines(view, name, now, columns),
    ...(words === undefined ? [] : wordLines(view, words, columns)),
    ...choiceLines(view, service),
    ...portLines(service),
    ...historyLines(view, service, now),
  ]
}

function bySlot(a: Task, b: Task): number {
  return (a.spec.slot ?? 0) - (b.spec.slot ?? 0) || order(a.spec.node ?? '', b.spec.node ?? '') || b.spec.attempt - a.spec.attempt
}

function countsOf(tasks: readonly Task[]): Counts {
  const counts = { running: 0, unhealthy: 0, starting: 0, pending: 0, stopping: 0, failed: 0, done: 0, past: 0 }
  for (const task of tasks) counts[phaseOf(task)]++
  return counts
}

function total(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

function summary(counts: Counts): string {
  const parts = Object.entries(counts).flatMap(([phase, count]) => (count === 0 ? [] : [`${count} ${phase}`]))
  return parts.length === 0 ? 'none' : parts.join(', ')
}

function olds(view: ClusterView, tasks: readonly Task[]): string {
  return [...new Set(tasks.map(({ spec }) => revisionName(view, spec.revision)))].join(', ')
}

const trendWidth = 15

/** What a task of each revision uses on average: a new one that needs more is to be seen before all are new. */
function usageLines(view: ClusterView, service: string, target: string | undefined): readonly Line[] {
  const used = [...usedByRevision(view, service)].toSorted(([a], [b]) => Number(b === target) - Number(a === target) || order(b, a))
  return used.map(([revision, { cpus, memoryBytes, tasks }], at) => {
    const each = `${(cpus / tasks).toFixed(2)} cores, ${roundedMemory(memoryBytes / tasks)} a task`
    const graph = cpuGraph(view.trends.of(trendKey('Revision', revision)), trendWidth)
    return field(at === 0 ? 'uses' : '', [
      `${revisionName(view, revision).padEnd(4)} ${each.padEnd(30)}`,
      { text: `  ${graph}`, style: 'cyan' },
    ])
  })
}

/** Reasons are wrapped, never cut. */
function stateLines(service: Service, now: number, columns: number): readonly Line[] {
  const { text, style } = stateOf(service, now)
  return wrapped(oneLine(text), columns - 11).map((part, at) =>
    field(at === 0 ? 'state' : '', [style === undefined ? part : { text: part, style }]),
  )
}

function stateOf(service: Service, now: number): { readonly text: string; readonly style?: Style } {
  const { status, metadata } = service
  const { update } = status
  if (whyPaused(service) === 'Requested') return { text: 'PAUSED by somebody: nothing of it is replaced, p lets it go on', style: 'yellow' }
  if (status.revisionGeneration !== metadata.generation) return { text: 'waiting for its revision' }
  if (update === undefined || update.of !== status.revision) return { text: 'no rollout yet: this is its first revision' }
  const since = formatAge(now - (update.completedAt ?? update.startedAt))
  const counts = `${update.failures} of ${update.total} failed`
  const why = update.reason === undefined ? '' : `: ${update.reason}`
  const styles: Readonly<Partial<Record<typeof update.state, Style>>> = {
    Paused: 'red',
    RollbackPaused: 'red',
    RollbackCompleted: 'yellow',
    Completed: 'green',
  }
  const words = {
    Updating: `UPDATING since ${since}, ${counts}`,
    Completed: `UPDATED ${since} ago, ${counts}`,
    Paused: `STOPPED, ${counts}${why}`,
    RollbackStarted: `GOING BACK since ${since}${why}`,
    RollbackPaused: `STUCK on the way back${why}`,
    RollbackCompleted: `ROLLED BACK ${since} ago${why}`,
  }
  return { text: words[update.state], style: styles[update.state] ?? 'cyan' }
}

/** Fields that differ between the revision of the rollout and the one before it. */
function whatChanged(view: ClusterView, { status }: Service): readonly string[] {
  const { update, revision = '', previousGood, lastGood } = status
  const from = update?.of === revision ? (update.from ?? previousGood) : (lastGood ?? previousGood)
  const [before, after] = [view.get('Revision', from ?? ''), view.get('Revision', revision)]
  if (before === undefined || after === undefined || before === after) return []
  const changes = fieldDiff(JSON.parse(JSON.stringify(before.spec.template)), JSON.parse(JSON.stringify(after.spec.template)))
  const head = `${revisionName(view, before.metadata.name)} -> ${revisionName(view, revision)}`
  if (changes.length === 0) return [`${head}: the same template`]
  const shown = changes.slice(0, mostChanges).map((change) => change.split('\n', 1).join())
  return [`${head}: ${shown[0]}`, ...shown.slice(1), ...(changes.length > mostChanges ? [`and ${changes.length - mostChanges} more`] : [])]
}

function policyText(service: Service): string {
  const { parallelism, delayMs, monitorMs, failureAction, maxFailureRatio, order: which } = updatePolicyOf(service, 'update')
  const some = parallelism === 0 ? 'all at once' : `${parallelism} at a time`
  const first = which === 'StartFirst' ? 'new ones start first' : 'old ones stop first'
  return `${some}, ${first}, ${formatDuration(delayMs)} apart, watched ${formatDuration(monitorMs)}; over ${Math.round(maxFailureRatio * 100)} % failed: ${failureAction.toLowerCase()}`
}

const signs = { running: '+', done: '=', unhealthy: '!', failed: '!', pending: '?', starting: '~', stopping: '-', past: '-' } as const

/** `1:v15+ 2:v15! 3:v14+`: each slot with what it runs and how that is. */
function slotLines(view: ClusterView, tasks: readonly Task[], target: string | undefined, columns: number): readonly Line[] {
  const most = 6 * Math.floor((columns - 12) / 10)
  const spans = tasks.slice(0, most).map((task): Span => {
    const phase = phaseOf(task)
    const text = `${slotName(view, task)}:${revisionName(view, task.spec.revision)}${signs[phase]}`
    if (phase === 'failed' || phase === 'unhealthy') return { text, style: 'red' }
    if (phase === 'pending') return { text, style: 'yellow' }
    return task.spec.revision === target ? text : { text, style: 'dim' }
  })
  const lines: Span[][] = [[]]
  let used = 0
  for (const span of spans) {
    const width = widthOf(typeof span === 'string' ? span : span.text) + 1
    if (used + width > columns - 11) {
      lines.push([])
      used = 0
    }
    lines.at(-1)?.push(span, ' ')
    used += width
  }
  if (tasks.length > most) lines.push([`and ${tasks.length - most} more`])
  return lines.map((line, at) => field(at === 0 ? 'slots' : '', line))
}

/** Tasks that failed, the newest first; also those that others have replaced. */
function failuresOf(view: ClusterView, service: string): readonly Task[] {
  return [...view.tasksOf(service).values()]
    .filter(({ status }) => status.state === 'Failed' || status.state === 'Rejected')
    .toSorted((a, b) => b.status.at - a.status.at)
}

/** The newest that ran: one that never started has said nothing. */
export function newestFailure(view: ClusterView, service: string): Task | undefined {
  return failuresOf(view, service).find(({ status }) => status.state === 'Failed')
}

function failureLines(view: ClusterView, service: string, now: number, columns: number): readonly Line[] {
  const lines = failuresOf(view, service)
    .slice(0, mostFailures)
    .flatMap((task) => {
      const head = `${taskName(view, task)} ${stateText(task)} ${formatAge(now - task.status.at)} ago on ${hostOf(view, task.spec.nodeName)}: `
      return wrapped(head + oneLine(errorText(task)), columns - 11).map((part): Span => ({ text: part, style: 'red' }))
    })
  return lines.map((span, at) => field(at === 0 ? 'failed' : '', [span]))
}

/** What it said last: mostly, why it failed. */
function wordLines(view: ClusterView, { task: name, lines, problem }: LastWords, columns: number): readonly Line[] {
  const task = view.get('Task', name)
  const who = task === undefined ? name : taskName(view, task)
  if (problem !== undefined) return [field('logs', [{ text: `of ${who} are not to be had: ${oneLine(problem)}`, style: 'dim' }])]
  if (lines === undefined) return []
  if (lines.length === 0) return [field('logs', [{ text: `${who} has said nothing`, style: 'dim' }])]
  return lines
    .flatMap(({ at, text, stream }) => {
      const head = `${new Date(at).toISOString().slice(11, 19)} ${who} | `
      const room = Math.max(20, columns - 11 - widthOf(head))
      const style = stream === 'stderr' ? 'yellow' : undefined
      return wrapped(oneLine(text), room).map(
        (part, index): Line => [
          { text: index === 0 ? head : ' '.repeat(widthOf(head)), style: 'dim' },
          style === undefined ? part : { text: part, style },
        ],
      )
    })
    .map((line, at) => field(at === 0 ? 'logs' : '', line))
}

/** What a person may do about a rollout that waits for one. */
function choiceLines(view: ClusterView, { status }: Service): readonly Line[] {
  const { update, revision, lastGood, previousGood } = status
  if (update === undefined || update.of !== revision || (update.state !== 'Paused' && update.state !== 'RollbackPaused')) return []
  const back = [lastGood, previousGood].find((each) => each !== undefined && each !== revision)
  const undo = back === undefined ? '' : `U back to ${revisionName(view, back)}   `
  return [field('choose', [`${undo}p go on in spite of it   e change it   l logs`])]
}

function portLines({ status }: Service): readonly Line[] {
  const ports = status.endpoint?.ports ?? []
  if (ports.length === 0) return []
  return [
    field('ports', [
      ports.map(({ publishedPort, targetPort, protocol }) => `${publishedPort} -> ${targetPort}/${protocol.toLowerCase()}`).join(', '),
    ]),
  ]
}

function historyLines(view: ClusterView, service: Service, now: number): readonly Line[] {
  const { revision, lastGood, previousGood } = service.status
  const revisions = [...view.all('Revision').values()]
    .filter(({ spec }) => spec.serviceUid === service.metadata.uid)
    .toSorted((a, b) => b.spec.number - a.spec.number)
  return revisions.map(({ metadata, spec }, at) => {
    const { name } = metadata
    const marks = [
      name === revision ? (updateText(service) === 'rolled back' ? 'current, rolled back' : 'current') : '',
      name === lastGood ? 'last good' : name === previousGood ? 'good before' : '',
    ]
    const what = spec.template.image ?? spec.template.command?.join(' ') ?? ''
    const age = formatAge(now - Date.parse(metadata.creationTimestamp))
    return field(at === 0 ? 'history' : '', [
      `v${String(spec.number).padEnd(3)} ${age.padStart(5)}  ${what}`,
      { text: `  ${marks.filter(Boolean).join(', ')}`, style: 'dim' },
    ])
  })
}
