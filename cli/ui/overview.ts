// The overview: first what needs a person, then how the cluster is, then what happened last.

import { formatAge } from '../../api/table.ts'
import type { WireEvent } from '../../api/wire.ts'
import { newestCommit, tolerableLag } from '../cluster/members.ts'
import { rateOf, type TrafficRates } from '../commands/stats.ts'
import { allConcerns, type Concern } from './attention.ts'
import { boxed } from './boxes.ts'
import type { ClusterView, Service } from './cluster-view.ts'
import { type Cluster, firstOf } from './clusters.ts'
import { bindingsOn } from './keys.ts'
import { order } from './listing.ts'
import { focusOf } from './panes.ts'
import type { Place } from './state.ts'
import { type Capacity, eventObject, hasTrouble, loadOf, milliseconds, updateText, wantedOf } from './tables.ts'
import { bar, cell, ends, type Line, oneLine, type Span, selected, widthOf, wrapped } from './text.ts'

/** `w why`, in a column of their own: the key that leads to the mending. */
function mendOf({ mend: [deed, word] }: Concern): Line {
  const key = bindingsOn('overview').find((binding) => binding.deed === deed)?.keys[0] ?? ''
  return [{ text: cell(`${key} ${word}`, widestMend), style: 'cyan' }]
}

const widestMend = 'd describe'.length

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
  const { needs, health, events } = overviewParts(clusters, concerns, place, { columns, rows: height })
  const rows = needs.map(({ at, concern, text, isFirst }): Line => {
    const sign: Span = concern.severity === 'bad' ? { text: '!', style: 'red' } : { text: '~', style: 'yellow' }
    const about: Line = [' ', isFirst ? sign : ' ', ' ', cell(isFirst ? concern.object : '', objectWidth(concerns, columns)), '  ', text]
    const line = ends(about, isFirst ? mendOf(concern) : [' '.repeat(widestMend)], columns - 3)
    return at === place.at ? selected(line, columns - 2, isFirst ? '>' : ' ', focus === 'main') : line
  })
  const [note, lines] = concerns.length === 0 ? withoutConcerns(clusters) : [`${concerns.length}, enter opens`, rows]
  return [
    ...boxed({ title: 'needs you', note }, lines, columns),
    ...(health === 0 ? [] : clusters.length > 1 ? clusterBox(clusters, now, columns) : healthLines(firstOf(clusters), columns)),
    ...(events < 3 ? [] : eventsBox(clusters, place, columns, now, events)),
  ]
}

/** Of what has not been read yet nobody knows whether it is well. One that cannot be reached is a concern. */
function withoutConcerns(clusters: readonly Cluster[]): readonly [note: string, lines: readonly Line[]] {
  return clusters.some(({ connection }) => connection.state === 'connecting')
    ? ['', [[' reading what there is…']]]
    : ['nothing', [[' all is as it should be']]]
}

/** A line of what needs somebody: the number of the concern among all, and what it says there. */
interface NeedLine {
  readonly at: number
  readonly concern: Concern
  readonly text: string
  readonly isFirst: boolean
}

/** How many lines each part has, and what the first has: concerns have at least half of the screen, events at least two lines. */
export function overviewParts(
  clusters: readonly Cluster[],
  concerns: readonly Concern[],
  { at, isZoomed }: Place,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): { readonly needs: readonly NeedLine[]; readonly health: number; readonly events: number } {
  const health = isZoomed ? 0 : clusters.length > 1 ? clusters.length + 3 : healthHeight
  const most = Math.max(1, isZoomed ? rows - 2 : Math.max(Math.ceil(rows / 2) - 2, rows - health - 2 - 2 - 2))
  const count = Math.min(concerns.length, most)
  const top = Math.max(0, Math.min(at - count + 1, concerns.length - count))
  const shown = concerns.slice(top, top + count).map((concern, index) => ({ at: top + index, concern }))
  const width = columns - 3 - 3 - objectWidth(concerns, columns) - 2 - 1 - widestMend
  const texts = new Map<number, readonly string[]>()
  let spare = most - count
  // The selected one has what it needs first, then the most urgent.
  for (const { at: index, concern } of shown.toSorted((a, b) => Number(b.at === at) - Number(a.at === at))) {
    const lines = wrapped(oneLine(concern.text), Math.max(10, width))
    const given = Math.min(lines.length, mostLines, 1 + spare)
    spare -= given - 1
    texts.set(index, [...lines.slice(0, given - 1), lines.slice(given - 1).join(' ')])
  }
  const needs = shown.flatMap((each) => (texts.get(each.at) ?? []).map((text, line) => ({ ...each, text, isFirst: line === 0 })))
  return { needs, health, events: isZoomed ? 0 : rows - Math.max(1, needs.length) - 2 - health }
}

/** Of what one concern says. */
const mostLines = 3

function objectWidth(concerns: readonly Concern[], columns: number): number {
  const widest = concerns.reduce((most, { object }) => Math.max(most, widthOf(object)), 0)
  return Math.min(28, Math.floor(columns / 3), widest)
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
  const capacities = capacitiesOf(view)
  const { cpus, memoryBytes } = capacities.total
  const note = `${Number(cpus.toFixed(1))} cores, ${Math.round(memoryBytes / 2 ** 30)} GiB`
  const [a, b] = [
    boxed({ title: 'health', note: '' }, stateLines(view, columns), columns - half),
    boxed({ title: 'capacity', note }, capacityLines(capacities, half), half),
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
  /** Of all that are known, each once. */
  readonly disk: { readonly usedBytes: number; readonly bytes: number }
  readonly traffic: TrafficRates | undefined
  readonly asked: number
  readonly ready: number
}

/** Of the nodes that are Ready: others lend nothing. */
function capacitiesOf(view: ClusterView): Capacities {
  const total = { cpus: 0, memoryBytes: 0 }
  const reserved = { cpus: 0, memoryBytes: 0 }
  const used = { cpus: 0, memoryBytes: 0 }
  const askedTotal = { cpus: 0, memoryBytes: 0 }
  const disk = { usedBytes: 0, bytes: 0 }
  let traffic: TrafficRates | undefined
  let [ready, asked, processes] = [0, 0, 0]
  for (const { metadata, status } of view.all('Node').values()) {
    if (status.state !== 'Ready') continue
    ready++
    const { cpus = 0, memoryBytes = 0 } = status.description?.resources ?? {}
    const load = loadOf(view, metadata.name)
    add(total, { cpus, memoryBytes })
    add(reserved, load.reserved)
    const usage = view.nodeUsage.get(metadata.name)
    disk.usedBytes += usage?.disk?.usedBytes ?? 0
    disk.bytes += usage?.disk?.bytes ?? 0
    const { received = 0, sent = 0 } = traffic ?? {}
    if (usage?.traffic !== undefined) traffic = { received: received + usage.traffic.received, sent: sent + usage.traffic.sent }
    // What it uses is known after a second reading; of memory the first one is enough, but they are shown together.
    if (usage?.cpus === undefined) continue
    asked++
    processes += usage.processes
    add(used, { cpus: usage.cpus, memoryBytes: usage.memoryBytes })
    add(askedTotal, { cpus, memoryBytes })
  }
  const share = (which: keyof Capacity): number => (askedTotal[which] === 0 ? 0 : used[which] / askedTotal[which])
  return {
    ...{ total, reserved, processes, disk, traffic, asked, ready },
    used: asked === 0 ? undefined : { cpus: share('cpus'), memoryBytes: share('memoryBytes') },
  }
}

function add(sum: { cpus: number; memoryBytes: number }, more: Capacity): void {
  sum.cpus += more.cpus
  sum.memoryBytes += more.memoryBytes
}

function capacityLines(capacities: Capacities, width: number): readonly Line[] {
  const { total, reserved, used, processes, disk, traffic, asked, ready } = capacities
  const word = width < 60 ? 'res' : 'reserved'
  const barWidth = Math.min(30, width - 26 - word.length)
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
    return [` ${name.padEnd(4)} ${drawn} ${word} ${share}${used === undefined ? '' : ` used ${percent(used[which])}`}`]
  }
  const some = asked === ready ? '' : `, on ${asked} of ${ready} nodes`
  return [
    row('cpu', 'cpus'),
    row('mem', 'memoryBytes'),
    [
      ` disk ${disk.bytes === 0 ? 'not known' : `${bar([['#', disk.usedBytes]], disk.bytes, barWidth)} ${percent(disk.usedBytes / disk.bytes)}`}`,
      asked === 0 ? { text: '  what is used is not known', style: 'dim' } : `  ${processes} processes${some}`,
    ],
    [` net  ${traffic === undefined ? 'not known' : `in ${rateOf(traffic.received)}  out ${rateOf(traffic.sent)}`}`],
  ]
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`
}

function some(count: number, what: string, style: 'red' | 'yellow' | 'cyan'): readonly Span[] {
  return count === 0 ? [] : [{ text: `  ${count} ${what}`, style }]
}
