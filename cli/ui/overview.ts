// The overview: first what needs a person, then how the cluster is, then what happened last.

import { formatAge } from '../../api/table.ts'
import type { WireEvent } from '../../api/wire.ts'
import { newestCommit, tolerableLag } from '../cluster/members.ts'
import { allConcerns } from './attention.ts'
import { boxed } from './boxes.ts'
import type { ClusterView, Service } from './cluster-view.ts'
import { type Cluster, firstOf } from './clusters.ts'
import { order } from './listing.ts'
import { focusOf } from './panes.ts'
import type { Place } from './state.ts'
import { type Capacity, eventObject, hasTrouble, loadOf, milliseconds, updateText, wantedOf } from './tables.ts'
import { bar, cell, fit, type Line, type Span, selected } from './text.ts'

/** `at` of the place is the selected concern. */
export function overviewLines(
  clusters: readonly Cluster[],
  place: Place,
  { columns }: { readonly columns: number },
  now: number,
  height: number,
): readonly Line[] {
  const focus = focusOf(place)
  if (place.isZoomed && focus === 'events') return eventsBox(clusters, place, columns, now, height)
  const concerns = allConcerns(clusters, now)
  const { needs, health, events } = overviewParts(clusters, concerns.length, place, height)
  const rows = concerns.slice(needs.top, needs.top + needs.room).map((concern, index): Line => {
    const sign: Span = concern.severity === 'bad' ? { text: '!', style: 'red' } : { text: '~', style: 'yellow' }
    const line: Line = [' ', sign, ' ', cell(concern.object, Math.min(28, Math.floor(columns / 3))), ' ', concern.text]
    return needs.top + index === place.at ? selected(line, columns - 4, '>', focus === 'main') : fit(line, columns - 4)
  })
  const note = concerns.length === 0 ? 'nothing' : `${concerns.length}, enter opens`
  return [
    ...boxed({ title: 'needs you', note }, concerns.length === 0 ? [[' all is as it should be']] : rows, columns),
    ...(health === 0 ? [] : clusters.length > 1 ? clusterBox(clusters, now, columns) : healthLines(firstOf(clusters), columns)),
    ...(events < 3 ? [] : eventsBox(clusters, place, columns, now, events)),
  ]
}

/** How many lines each part has, and which concerns are on the screen: they have at least half of it, events at least two lines. */
export function overviewParts(
  clusters: readonly Cluster[],
  count: number,
  { at, isZoomed }: Place,
  height: number,
): { readonly needs: { readonly top: number; readonly room: number }; readonly health: number; readonly events: number } {
  const health = isZoomed ? 0 : clusters.length > 1 ? clusters.length + 3 : healthHeight
  const most = isZoomed ? height - 2 : Math.max(Math.ceil(height / 2) - 2, height - health - 2 - 2 - 2)
  const room = Math.max(1, Math.min(count, most))
  const top = Math.max(0, Math.min(at - room + 1, count - room))
  return { needs: { room, top }, health, events: isZoomed ? 0 : height - room - 2 - health }
}

/** The newest first; with the focus, from the line that somebody moved to. */
function eventsBox(clusters: readonly Cluster[], place: Place, columns: number, now: number, height: number): readonly Line[] {
  const hasFocus = focusOf(place) === 'events'
  const top = hasFocus ? place.paneTop : 0
  const shown = latest(clusters, top + height - 2).slice(top)
  const lines = shown.map(
    ({ name, view, event }): Line => [
      ` ${cell(formatAge(now - Date.parse(event.lastTimestamp)), 5, 'right')}  `,
      ...(clusters.length > 1 ? [cell(name, 9), '  '] : []),
      cell(eventObject(view, event), Math.min(26, Math.floor(columns / 4))),
      '  ',
      event.type === 'Warning' ? { text: cell(event.reason, 16), style: 'yellow' } : cell(event.reason, 16),
      `  ${event.message}`,
    ],
  )
  return boxed({ title: 'events', note: hasFocus ? 'enter: all' : '6 for all', hasFocus }, lines, columns)
}

function latest(clusters: readonly Cluster[], most: number): readonly { name: string; view: ClusterView; event: WireEvent }[] {
  return clusters
    .flatMap(({ name, view }) =>
      view.events
        .slice(-Math.max(1, most))
        .toReversed()
        .map((event) => ({ name, view, event })),
    )
    .toSorted((a, b) => order(b.event.lastTimestamp, a.event.lastTimestamp))
    .slice(0, Math.max(0, most))
}

/** One line for each: whether it is reached, and how much runs there. */
function clusterBox(clusters: readonly Cluster[], now: number, columns: number): readonly Line[] {
  const heading: Line = [{ text: ` ${cell('CONTEXT', 14)}  ${cell('STATE', 20)}   NODES  SERVICES  RUNNING  TROUBLE`, style: 'dim' }]
  const rows = clusters.map(({ name, view, connection }): Line => {
    const nodes = [...view.all('Node').values()]
    const ready = nodes.filter(({ status }) => status.state === 'Ready').length
    const { running, failed, unhealthy, pending } = view.counts()
    const trouble = failed + unhealthy + pending
    const isLost = connection.state === 'lost'
    const state = isLost ? `not reached ${formatAge(now - connection.since)}` : connection.state
    return [
      ` ${cell(name, 14)}  `,
      { text: cell(state, 20), style: isLost ? 'red' : connection.state === 'live' ? 'green' : 'yellow' },
      { text: cell(`${ready}/${nodes.length}`, 8, 'right'), style: ready === nodes.length ? 'bold' : 'red' },
      `${cell(String(view.all('Service').size), 10, 'right')}${cell(String(running), 9, 'right')}`,
      { text: cell(String(trouble), 9, 'right'), style: trouble > 0 ? 'red' : 'dim' },
    ]
  })
  return boxed({ title: 'clusters', note: '' }, [heading, ...rows], columns)
}

/** Lines of the boxes that say how one cluster is, with their edges. */
const healthHeight = 6

function healthLines(view: ClusterView, columns: number): readonly Line[] {
  const half = Math.max(36, Math.floor((columns * 2) / 5))
  const [a, b] = [
    boxed({ title: 'health', note: '' }, stateLines(view, columns), columns - half),
    boxed({ title: 'capacity', note: '' }, capacityLines(view, half), half),
  ]
  return a.map((line, at) => [...line, ...(b[at] ?? [])])
}

function stateLines(view: ClusterView, columns: number): readonly Line[] {
  const services = { ok: 0, updating: 0, coming: 0, bad: 0 }
  for (const service of view.all('Service').values()) services[howIs(view, service)]++
  const counts = view.counts()
  const nodes = [...view.all('Node').values()]
  const drained = nodes.filter(({ spec }) => (spec.availability ?? 'Active') !== 'Active').length
  const down = nodes.filter(({ status }) => status.state === 'Down' || status.state === 'Disconnected').length
  return [
    [
      ` services ${services.ok} ok`,
      ...some(services.updating, 'updating', 'cyan'),
      ...some(services.coming, 'coming', 'cyan'),
      ...some(services.bad, 'bad', 'red'),
    ],
    [
      ` tasks    ${counts.running} run`,
      ...some(counts.starting, 'start', 'cyan'),
      ...some(counts.pending, 'pend', 'yellow'),
      ...some(counts.failed + counts.unhealthy, 'fail', 'red'),
    ],
    [` nodes    ${nodes.length - down} up`, ...some(down, 'down', 'red'), ...some(drained, 'out', 'yellow')],
    storeLine(view, columns),
  ]
}

/** Trouble needs somebody or time; what is coming, only time. */
function howIs(view: ClusterView, service: Service): 'ok' | 'updating' | 'coming' | 'bad' {
  if (hasTrouble(view, service)) return 'bad'
  if (['updating', 'going back'].includes(updateText(service))) return 'updating'
  const { running, done } = view.counts({ service: service.metadata.name })
  return running + done < wantedOf(service) ? 'coming' : 'ok'
}

/** How fast writes are agreed on, how far the last member is behind, and how old the last snapshot of the leader is. */
function storeLine(view: ClusterView, columns: number): Line {
  const { members, figures } = view
  const managers = [...view.all('Node').values()].filter(({ status }) => status.manager !== undefined)
  const leader = managers.find(({ status }) => status.manager?.member === 'Leader')
  const led = leader === undefined ? undefined : members.get(leader.metadata.name)
  if (members.size === 0) return [' store    ', { text: 'not known', style: 'dim' }]
  const newest = newestCommit(members.values())
  const lag = Math.max(...[...members.values()].map(({ appliedIndex }) => Math.max(0, newest - appliedIndex)))
  const silent = managers.length - members.size
  return [
    ' store  ',
    ...(figures.commitMs === undefined ? [] : [`  commit ${milliseconds(figures.commitMs)}`]),
    lag > tolerableLag ? { text: `  lag ${lag}`, style: 'yellow' } : `  lag ${lag}`,
    ...some(silent, 'silent', 'red'),
    ...(led === undefined
      ? []
      : [`  snap ${led.snapshotIndex === 0 ? 'none' : led.snapshotAgeMs === undefined ? 'old' : formatAge(led.snapshotAgeMs)}`]),
    ...(led === undefined || columns < 100 ? [] : [`  term ${led.term}`]),
  ]
}

interface Capacities {
  readonly total: Capacity
  readonly reserved: Capacity
  /** Shares of what the nodes that were asked have. */
  readonly used: Capacity | undefined
  readonly processes: number
  readonly asked: number
  readonly ready: number
}

/** Of the nodes that are Ready: others lend nothing. */
function capacitiesOf(view: ClusterView): Capacities {
  const total = { cpus: 0, memoryBytes: 0 }
  const reserved = { cpus: 0, memoryBytes: 0 }
  const used = { cpus: 0, memoryBytes: 0 }
  const askedTotal = { cpus: 0, memoryBytes: 0 }
  let [ready, asked, processes] = [0, 0, 0]
  for (const { metadata, status } of view.all('Node').values()) {
    if (status.state !== 'Ready') continue
    ready++
    const { cpus = 0, memoryBytes = 0 } = status.description?.resources ?? {}
    const load = loadOf(view, metadata.name)
    add(total, { cpus, memoryBytes })
    add(reserved, load.reserved)
    const usage = view.nodeUsage.get(metadata.name)
    // What it uses is known after a second reading; of memory the first one is enough, but they are shown together.
    if (usage?.cpus === undefined) continue
    asked++
    processes += usage.processes
    add(used, { cpus: usage.cpus, memoryBytes: usage.memoryBytes })
    add(askedTotal, { cpus, memoryBytes })
  }
  const share = (which: keyof Capacity): number => (askedTotal[which] === 0 ? 0 : used[which] / askedTotal[which])
  return {
    ...{ total, reserved, processes, asked, ready },
    used: asked === 0 ? undefined : { cpus: share('cpus'), memoryBytes: share('memoryBytes') },
  }
}

function add(sum: { cpus: number; memoryBytes: number }, more: Capacity): void {
  sum.cpus += more.cpus
  sum.memoryBytes += more.memoryBytes
}

function capacityLines(view: ClusterView, width: number): readonly Line[] {
  const { total, reserved, used, processes, asked, ready } = capacitiesOf(view)
  const word = width < 60 ? 'res' : 'reserved'
  const barWidth = Math.min(30, width - 25 - word.length)
  const row = (name: string, which: keyof Capacity): Line => {
    const share = percent(total[which] === 0 ? 0 : reserved[which] / total[which])
    const drawn = bar(
      [
        ['#', reserved[which]],
        ['+', Math.max(0, (used?.[which] ?? 0) * total[which] - reserved[which])],
      ],
      total[which],
      barWidth,
    )
    return [` ${name} ${drawn} ${word} ${share}${used === undefined ? '' : ` used ${percent(used[which])}`}`]
  }
  const some = asked === ready ? '' : `, on ${asked} of ${ready} nodes`
  return [
    row('cpu', 'cpus'),
    row('mem', 'memoryBytes'),
    [` ${Number(total.cpus.toFixed(1))} cores, ${Math.round(total.memoryBytes / 2 ** 30)} GiB`],
    [asked === 0 ? { text: ' what is used is not known', style: 'dim' } : ` ${processes} processes${some}`],
  ]
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`
}

function some(count: number, what: string, style: 'red' | 'yellow' | 'cyan'): readonly Span[] {
  return count === 0 ? [] : [{ text: `  ${count} ${what}`, style }]
}
