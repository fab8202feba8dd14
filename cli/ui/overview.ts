// The overview: first what needs a person, then how the cluster is, then what happened last.

import { formatAge } from '../../api/table.ts'
import { allConcerns } from './attention.ts'
import type { ClusterView } from './cluster-view.ts'
import { type Cluster, firstOf } from './clusters.ts'
import { order } from './listing.ts'
import type { Place } from './state.ts'
import { eventObject, loadBar, loadOf, updateText } from './tables.ts'
import { cell, fit, type Line, plain, type Span, selected, widthOf } from './text.ts'

/** `at` of the place is the selected concern. */
export function overviewLines(
  clusters: readonly Cluster[],
  { at }: Place,
  { columns }: { readonly columns: number },
  now: number,
  height: number,
): readonly Line[] {
  const concerns = allConcerns(clusters, now)
  const health = clusters.length > 1 ? clusterBox(clusters, now, columns) : healthLines(firstOf(clusters), columns)
  const { room, top } = concernsShown(concerns.length, at, columns, height, clusters)
  const rows = concerns.slice(top, top + room).map((concern, index): Line => {
    const sign: Span = concern.severity === 'bad' ? { text: '!', style: 'red' } : { text: '~', style: 'yellow' }
    const line: Line = [' ', sign, ' ', cell(concern.object, Math.min(28, Math.floor(columns / 3))), ' ', concern.text]
    return top + index === at ? selected(line, columns - 4) : fit(line, columns - 4)
  })
  const needs = boxed(
    'needs you',
    concerns.length === 0 ? 'nothing' : `${concerns.length}, enter opens`,
    concerns.length === 0 ? [[' all is as it should be']] : rows,
    columns,
  )
  const left = height - needs.length - health.length - 2
  const events = clusters
    .flatMap(({ name, view }) =>
      view.events
        .slice(-Math.max(0, left))
        .toReversed()
        .map((event) => ({ name, view, event })),
    )
    .toSorted((a, b) => order(b.event.lastTimestamp, a.event.lastTimestamp))
  const lines = events.map(
    ({ name, view, event }): Line => [
      ` ${cell(formatAge(now - Date.parse(event.lastTimestamp)), 5, 'right')}  `,
      ...(clusters.length > 1 ? [cell(name, 9), '  '] : []),
      cell(eventObject(view, event), Math.min(26, Math.floor(columns / 4))),
      '  ',
      event.type === 'Warning' ? { text: cell(event.reason, 16), style: 'yellow' } : cell(event.reason, 16),
      `  ${event.message}`,
    ],
  )
  return [...needs, ...health, ...(left < 1 ? [] : boxed('events', '6 for all', lines.slice(0, left), columns))]
}

/** Which of them are on the screen: what needs a person has at least half of it, events at least two lines. */
export function concernsShown(
  count: number,
  at: number,
  columns: number,
  height: number,
  clusters: readonly Cluster[],
): { readonly room: number; readonly top: number } {
  const health = clusters.length > 1 ? clusters.length + 3 : healthLines(firstOf(clusters), columns).length
  const most = Math.max(Math.ceil(height / 2) - 2, height - health - 2 - 2 - 2)
  const room = Math.max(1, Math.min(count, most))
  return { room, top: Math.max(0, Math.min(at - room + 1, count - room)) }
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
  return boxed('clusters', '', [heading, ...rows], columns)
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
  const [a, b] = [boxed('health', '', left, columns - half), boxed('capacity', '', right, half)]
  return a.map((line, at) => [...line, ...(b[at] ?? [])])
}

function some(count: number, what: string, style: 'red' | 'yellow' | 'cyan'): readonly Span[] {
  return count === 0 ? [] : [{ text: `  ${count} ${what}`, style }]
}

/** Lines in a frame with a title; every line exactly `width` columns. */
function boxed(title: string, note: string, lines: readonly Line[], width: number): readonly Line[] {
  const edge = (text: string): Span => ({ text, style: 'dim' })
  const tail = note === '' ? '+' : ` ${note} -+`
  const head: Line = [
    edge('+ '),
    { text: title, style: 'bold' },
    edge(` ${'-'.repeat(Math.max(0, width - title.length - tail.length - 3))}${tail}`),
  ]
  const body = lines.map((line): Line => {
    const shown = fit(line, width - 2)
    return [edge('|'), ...shown, ' '.repeat(width - 2 - widthOf(plain(shown))), edge('|')]
  })
  return [head, ...body, [edge(`+${'-'.repeat(width - 2)}+`)]]
}
