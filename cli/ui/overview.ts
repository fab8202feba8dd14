// The overview: first what needs a person, then how the cluster is, then what happened last.

import { formatAge } from '../../api/table.ts'
import type { WireEvent } from '../../api/wire.ts'
import { allConcerns } from './attention.ts'
import { boxed } from './boxes.ts'
import type { ClusterView } from './cluster-view.ts'
import { type Cluster, firstOf } from './clusters.ts'
import { order } from './listing.ts'
import { focusOf } from './panes.ts'
import type { Place } from './state.ts'
import { eventObject, loadBar, loadOf, updateText } from './tables.ts'
import { cell, fit, type Line, type Span, selected } from './text.ts'

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
  const { needs, health, events } = overviewParts(clusters, concerns.length, place, columns, height)
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
  columns: number,
  height: number,
): { readonly needs: { readonly top: number; readonly room: number }; readonly health: number; readonly events: number } {
  const health = isZoomed ? 0 : clusters.length > 1 ? clusters.length + 3 : healthLines(firstOf(clusters), columns).length
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

function healthLines(view: ClusterView, columns: number): readonly Line[] {
  const services = [...view.all('Service').values()]
  const updating = services.filter((service) => ['updating', 'going back'].includes(updateText(service))).length
  const counts = view.counts()
  const nodes = [...view.all('Node').values()]
  const total = { cpus: 0, memoryBytes: 0 }
  const reserved = { cpus: 0, memoryBytes: 0 }
  for (const { metadata, status } of nodes) {
    if (status.state !== 'Ready') continue
    total.cpus += status.description?.resources.cpus ?? 0
    total.memoryBytes += status.description?.resources.memoryBytes ?? 0
    const load = loadOf(view, metadata.name).reserved
    reserved.cpus += load.cpus
    reserved.memoryBytes += load.memoryBytes
  }
  const drained = nodes.filter(({ spec }) => (spec.availability ?? 'Active') !== 'Active').length
  const down = nodes.filter(({ status }) => status.state === 'Down' || status.state === 'Disconnected').length
  const left: readonly Line[] = [
    [` services ${services.length}${updating === 0 ? '' : `  ${updating} updating`}`],
    [
      ` tasks    ${counts.running} run`,
      ...some(counts.starting, 'start', 'cyan'),
      ...some(counts.pending, 'pend', 'yellow'),
      ...some(counts.failed + counts.unhealthy, 'fail', 'red'),
    ],
    [` nodes    ${nodes.length - down} up`, ...some(down, 'down', 'red'), ...some(drained, 'out', 'yellow')],
  ]
  const half = Math.max(36, Math.floor((columns * 2) / 5))
  const barWidth = Math.min(30, half - 24)
  const right: readonly Line[] = [
    [` cpu  reserved ${loadBar(reserved.cpus, undefined, total.cpus, barWidth)}`],
    [` mem  reserved ${loadBar(reserved.memoryBytes, undefined, total.memoryBytes, barWidth)}`],
    [` ${Number(total.cpus.toFixed(1))} cores, ${Math.round(total.memoryBytes / 2 ** 30)} GiB`],
  ]
  const [a, b] = [boxed({ title: 'health', note: '' }, left, columns - half), boxed({ title: 'capacity', note: '' }, right, half)]
  return a.map((line, at) => [...line, ...(b[at] ?? [])])
}

function some(count: number, what: string, style: 'red' | 'yellow' | 'cyan'): readonly Span[] {
  return count === 0 ? [] : [{ text: `  ${count} ${what}`, style }]
}
