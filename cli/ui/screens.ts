// A frame: what the whole screen shows, as lines. Pure. Line 1 says which cluster and how it is, line 2 where one
// is, the last line which keys help; what is between them belongs to the screen.

import type { Kind } from '../../api/objects.ts'
import { formatAge } from '../../api/table.ts'
import type { OwnKey } from '../dashboard-file.ts'
import { savedFor } from '../saved-filters.ts'
import { boxed } from './boxes.ts'
import type { Connection } from './cluster-copy.ts'
import type { ClusterView, Node } from './cluster-view.ts'
import { type Cluster, firstOf } from './clusters.ts'
import { chooserLines } from './column-chooser.ts'
import { type Binding, bindingsOn, tabNames } from './keys.ts'
import type { Listing } from './listing.ts'
import { hostOf, taskName } from './names.ts'
import { overviewLines } from './overview.ts'
import { bodyOf, focusOf, mainHeight, type Pane, type PaneName, panesOf, type Size } from './panes.ts'
import { isText, listName, type View } from './places.ts'
import { type Mode, type Place, placeIn, settled, type UiState, viewIn } from './state.ts'
import { clip, ending, ends, fit, highlighted, type Line, plain, type Span, scrolled, selected, textOf, widthOf, wrapped } from './text.ts'
import type { Style } from './themes.ts'

export interface Model {
  /** Those that the place shows, and how many there are. */
  readonly clusters: readonly Cluster[]
  readonly clusterCount: number
  readonly state: UiState
  readonly size: Size
  /** ms since 1970. */
  readonly now: number
  /** Of a list; made from the present place. */
  readonly listing: Listing | undefined
  /** Of a text: its lines, not cut yet. */
  readonly lines: readonly Line[]
  /** What the second line of the screen says of a text, where that is not how many lines it has. */
  readonly note?: string
  /** Selectable rows of the overview. */
  readonly keys: readonly string[]
  /** What is in the panes that are on the screen, besides the main one. */
  readonly sides: ReadonlyMap<PaneName, Side>
  /** Commands that are under way. */
  readonly busy: readonly string[]
}

export interface Side {
  readonly title: string
  readonly lines: readonly Line[]
}

export const smallest: Size = { columns: 60, rows: 16 }

/** At most `size.rows` lines, each at most `size.columns` wide. */
export function frame(model: Model): readonly Line[] {
  const { size, state } = model
  if (size.columns < smallest.columns || size.rows < smallest.rows) return tooSmall(size)
  const place = placeIn(state)
  const { rows } = bodyOf(state, size)
  const { connection, count } = connectionOf(model.clusters)
  const shown = overlaid(model, panesLines(model, place), rows)
  const body = connection.state === 'lost' && count === 1 ? shown.map(greyed) : shown
  const head = state.hasHeader ? [headerOf(model), crumbsOf(model, place)] : [crumbsOf(model, place)]
  return [...head, ...body, footerOf(model, place)].map((line) => fit(line, size.columns))
}

/** A question has the screen to itself; a choice of columns stands above the list. */
function overlaid({ state: { mode }, size, listing }: Model, lines: readonly Line[], rows: number): readonly Line[] {
  if (mode.kind === 'confirm') return sized(dialog(mode, size.columns), rows)
  return mode.kind === 'columns' ? sized([...chooserLines(mode, listing, size.columns, rows), ...lines], rows) : lines
}

/** What is shown is old. The selection stays to be seen. */
function greyed(line: Line): Line {
  return line.map((span) =>
    typeof span !== 'string' && [span.style].flat().includes('inverse') ? span : { text: textOf(span), style: 'dim' },
  )
}

/** Exactly so many lines. */
function sized(lines: readonly Line[], rows: number): readonly Line[] {
  return [...lines.slice(0, rows), ...Array.from({ length: Math.max(0, rows - lines.length) }, (): Line => [])]
}

/** The panes that are on the screen, beside and below each other. */
function panesLines(model: Model, place: Place): readonly Line[] {
  const { state, size } = model
  const drawn = panesOf(state, place, size).map((pane) => ({ pane, lines: sized(paneLines(model, place, pane), pane.rows) }))
  const whole = bodyOf(state, size)
  return Array.from({ length: whole.rows }, (_, row): Line => {
    const y = whole.y + row
    let used = 0
    return drawn.flatMap(({ pane, lines }): Line => {
      if (y < pane.y || y >= pane.y + pane.rows) return []
      const line = fit(lines[y - pane.y] ?? [], pane.columns)
      const gap = ' '.repeat(Math.max(0, pane.x - used))
      used = pane.x + widthOf(plain(line))
      return gap === '' ? line : [gap, ...line]
    })
  })
}

function paneLines(model: Model, place: Place, pane: Pane): readonly Line[] {
  const side = pane.name === 'main' ? undefined : model.sides.get(pane.name)
  if (side === undefined) return mainLines(model, place, pane)
  const hasFocus = focusOf(place) === pane.name
  const height = pane.rows - 2
  const top = hasFocus ? Math.max(0, Math.min(place.paneTop, side.lines.length - height)) : 0
  const below = side.lines.length - top - height
  const more = below > 0 ? `${below} more` : ''
  const note = hasFocus ? [more, place.isZoomed ? 'z: all panes' : 'tab: next'].filter(Boolean).join(', ') : more
  return boxed({ title: side.title, note, hasFocus }, sized(side.lines.slice(top, top + height), height), pane.columns)
}

function tooSmall({ columns, rows }: Size): readonly Line[] {
  return [
    [clip(`kit ui needs ${smallest.columns}x${smallest.rows}, this is ${columns}x${rows}`, columns)],
    [clip('make the window larger, or q', columns)],
  ].slice(0, rows)
}

function headerOf({ clusters, clusterCount, state, now, size, busy }: Model): Line {
  const nodes = clusters.flatMap(({ view }) => [...view.all('Node').values()])
  const ready = nodes.filter(({ status }) => status.state === 'Ready').length
  const sum = (of: (view: ClusterView) => number): number => clusters.reduce((total, { view }) => total + of(view), 0)
  const running = sum((view) => view.counts().running)
  const failed = sum((view) => view.counts().failed + view.counts().unhealthy)
  const pending = sum((view) => view.counts().pending)
  const [first, ...others] = clusters
  const called =
    others.length === 0
      ? `${first?.name}${clusterCount > 1 ? ` of ${clusterCount}` : ''}`
      : clusters.length < clusterCount
        ? `${clusters.length} of ${clusterCount} clusters`
        : `${clusters.length} clusters`
  const left: Line = [
    ' ',
    { text: 'kit', style: 'bold' },
    `  ${called}  `,
    { text: `${ready}/${nodes.length} nodes`, style: ready === nodes.length ? 'green' : 'red' },
    '  ',
    `${sum((view) => view.all('Service').size)} services  ${running} running`,
    ...(failed > 0 ? [{ text: `  ${failed} failed`, style: 'red' } as const] : []),
    ...(pending > 0 ? [{ text: `  ${pending} pending`, style: 'yellow' } as const] : []),
    ...(busy.length > 0 ? [{ text: `  … ${busy[0]}`, style: 'cyan' } as const] : []),
  ]
  const isWide = size.columns >= wideHeaderFrom
  const guarded = readOnlyText(state, clusters)
  const mode: Line = isWide && guarded.length === 0 ? ['READ-WRITE  '] : guarded
  const clock: Line = isWide ? [{ text: ` ${new Date(now).toISOString().slice(11, 19)} UTC `, style: 'dim' }] : []
  return ends([...left, ...(isWide ? managersText(nodes) : [])], [...mode, connectionText(clusters, now), ...clock], size.columns)
}

/** From so many columns on the first line has room for the managers and the time. */
const wideHeaderFrom = 110

/** `  3 managers *mgr-1  kit 0.9.0`. Of several clusters nothing: each has its own. */
function managersText(nodes: readonly Node[]): Line {
  const managers = nodes.filter(({ status }) => status.manager !== undefined)
  const leaders = managers.filter(({ status }) => status.manager?.member === 'Leader')
  const [leader] = leaders
  if (leader === undefined || leaders.length > 1) return []
  const { hostname = leader.metadata.name, version } = leader.status.description ?? {}
  const count = managers.length === 1 ? '1 manager' : `${managers.length} managers`
  return [{ text: `  ${count} *${hostname}${version === undefined ? '' : `  v${version}`}`, style: 'dim' }]
}

function readOnlyText({ isReadOnly, readOnlyContexts }: UiState, clusters: readonly Cluster[]): Line {
  const names = clusters.map(({ name }) => name).filter((name) => readOnlyContexts.includes(name))
  if (!isReadOnly && names.length === 0) return []
  const which = isReadOnly || names.length === clusters.length ? '' : `${names.join(', ')} `
  return [{ text: `READ-ONLY ${which}`, style: 'bold' }]
}

function connectionText(clusters: readonly Cluster[], now: number): Span {
  const { connection, lost, count } = connectionOf(clusters)
  if (lost > 0 && count > 1) return { text: `${lost} of ${count} NOT REACHED `, style: ['red', 'bold'] }
  switch (connection.state) {
    case 'live':
      return { text: 'live ', style: 'green' }
    case 'connecting':
      return { text: 'connecting… ', style: 'yellow' }
    case 'lost':
      return { text: `DISCONNECTED ${formatAge(now - connection.since)} `, style: ['red', 'bold'] }
  }
}

/** Of several: the first that is lost, else the first that is not there yet. */
function connectionOf(clusters: readonly Cluster[]): { readonly connection: Connection; readonly lost: number; readonly count: number } {
  const lost = clusters.filter(({ connection }) => connection.state === 'lost')
  const [worst] = [...lost, ...clusters.filter(({ connection }) => connection.state === 'connecting'), ...clusters]
  return { connection: worst?.connection ?? { state: 'connecting' }, lost: lost.length, count: clusters.length }
}

export function crumbs(view: ClusterView, shown: View): readonly string[] {
  switch (shown.screen) {
    case 'overview':
    case 'pulse':
    case 'cluster':
    case 'kinds':
    case 'forwards':
    case 'topology':
    case 'services':
    case 'nodes':
    case 'events':
    case 'help':
      return [shown.screen]
    case 'tree':
      return shown.kind === undefined ? ['tree'] : [plural(shown.kind), shown.name ?? '', 'tree']
    case 'objects':
      return [plural(shown.kind)]
    case 'tasks':
      if (shown.service !== undefined) return ['services', shown.service, 'tasks']
      return shown.node === undefined ? ['tasks'] : ['nodes', hostOf(view, shown.node), 'tasks']
    case 'service':
      return ['services', shown.name, 'rollout']
    default:
      return [plural(shown.kind), objectName(view, shown.kind, shown.name), shown.screen]
  }
}

function plural(kind: Kind): string {
  return `${kind.toLowerCase()}s`
}

function objectName(view: ClusterView, kind: Kind, name: string): string {
  if (kind === 'Node') return hostOf(view, name)
  const task = kind === 'Task' ? view.get('Task', name) : undefined
  return task === undefined ? name : taskName(view, task)
}

function crumbsOf({ clusters, listing, lines, note, size, state, now }: Model, place: Place): Line {
  const path = crumbs(firstOf(clusters), place.view)
  const trail = path.flatMap((name, at): readonly Span[] => [
    ...(at === 0 ? [] : [{ text: ' > ', style: 'dim' } as const]),
    at === path.length - 1 ? { text: name, style: 'bold' } : name,
  ])
  const filter: Line = place.filter === '' ? [] : ['  ', { text: `[/${place.filter}]`, style: 'yellow' }]
  const past = place.view.screen === 'tasks' && place.withPast ? '  with past' : ''
  const level = place.level === undefined ? '' : `  ${place.level} and worse`
  const only: Line = place.only === undefined ? [] : ['  ', { text: `only ${place.only}`, style: 'yellow' }]
  const paused: Line = place.isPaused ? ['  ', { text: 'PAUSED', style: 'yellow' }] : []
  const faults: Line = place.onlyFaults ? ['  ', { text: 'only faults', style: 'yellow' }] : []
  const marks: Line = place.marks.length === 0 ? [] : ['  ', { text: `${place.marks.length} marked`, style: 'cyan' }]
  const aside = place.skipped === 0 ? '' : `  >${place.skipped}`
  const sort = place.sort === undefined ? '' : `  by ${place.sort.by}${place.sort.isDescending ? ' v' : ' ^'}`
  const count =
    listing !== undefined && place.view.screen === 'yaml'
      ? `${listing.total} lines`
      : listing !== undefined
        ? listing.keys.length === listing.total
          ? `${listing.total}`
          : `${listing.keys.length} of ${listing.total}`
        : isText(place.view)
          ? (note ?? `${lines.length} lines`)
          : ''
  // Without the first line, what must not be overlooked stands here.
  const isLost = connectionOf(clusters).connection.state === 'lost'
  const alarms = state.hasHeader ? [] : [...readOnlyText(state, clusters), ...(isLost ? [connectionText(clusters, now)] : [])]
  return ends(
    [' ', ...trail, ...filter, ...faults, past, ...only, level, ...paused, ...marks, sort, aside],
    [`${count}${formerOf(clusters, place)} `, ...alarms],
    size.columns,
  )
}

/** How many tasks there are that others have replaced, while they are not shown. */
function formerOf(clusters: readonly Cluster[], { view: shown, withPast }: Place): string {
  if (shown.screen !== 'tasks' || withPast) return ''
  const of = shown.service !== undefined ? { service: shown.service } : shown.node !== undefined ? { node: shown.node } : {}
  const count = clusters.reduce((sum, { view }) => sum + view.counts(of).past, 0)
  return count === 0 ? '' : ` + ${count} past (h)`
}

function mainLines(model: Model, place: Place, { columns, rows }: Pane): readonly Line[] {
  const { clusters, state, size, listing, lines } = model
  const height = mainHeight(state, place, size)
  const hasFocus = focusOf(place) === 'main'
  if (place.view.screen === 'overview')
    return overviewLines(clusters, settled(place, model.keys, model.keys.length), { columns }, model.now, rows)
  if (listing !== undefined) {
    const { at, top } = settled(place, listing.keys, height)
    const { headings, rows: drawn } = listing.draw(top, height, columns, place)
    const marks = new Set(place.marks)
    const isMarked = (index: number): boolean => marks.size > 0 && marks.has(listing.keys[top + index] ?? '')
    if (drawn.length > 0)
      return [
        headings,
        ...drawn.map((row, index) => {
          if (top + index === at) return selected(row, columns, isMarked(index) ? '#' : '>', hasFocus)
          return isMarked(index) ? marked(row) : row
        }),
      ]
    const what =
      connectionOf(clusters).connection.state === 'connecting'
        ? 'connecting…'
        : listing.total === 0
          ? (listing.empty ?? 'there are none')
          : 'none matches; esc shows all'
    return [headings, [{ text: ` ${what}`, style: 'dim' }]]
  }
  // A text that has become shorter, as by a filter, is not scrolled beyond its end.
  const lowest = Math.max(0, lines.length - height)
  const top = place.follows ? lowest : Math.min(place.top, lowest)
  return lines.slice(top, top + height).map((line) => highlighted(scrolled(line, place.skipped), place.filter))
}

/** By a sign, too: for terminals and eyes without colour. */
function marked([first = '', ...rest]: Line): Line {
  return [{ text: `*${textOf(first).slice(1)}`, style: 'cyan' }, ...rest]
}

/** What does not fit in a small terminal is counted. */
const mostConsequences = 8
const mostCommands = 3

function dialog(mode: Extract<Mode, { kind: 'confirm' }>, columns: number): readonly Line[] {
  const width = Math.min(columns - 4, 72)
  const edge = (text: string): Line => [{ text: `  ${text}`, style: 'red' }]
  const row = (line: Line): Line => {
    const shown = fit(line, width - 4)
    return [{ text: '  | ', style: 'red' }, ...shown, ' '.repeat(width - 4 - widthOf(plain(shown))), { text: ' |', style: 'red' }]
  }
  const button = (text: string, isChosen: boolean): Span => (isChosen ? { text: `>[${text}]<`, style: 'inverse' } : ` [${text}] `)
  return [
    [],
    edge(`+${'-'.repeat(width - 2)}+`),
    row([{ text: mode.question, style: 'bold' }]),
    row([]),
    ...mode.consequences
      .slice(0, mostConsequences)
      .flatMap((text) => wrapped(text, width - 6).map((part, at) => row([at === 0 ? `- ${part}` : `  ${part}`]))),
    ...(mode.consequences.length > mostConsequences ? [row([`and ${mode.consequences.length - mostConsequences} more`])] : []),
    row([]),
    ...mode.commands.slice(0, mostCommands).map((words) => row([{ text: `kit ${words.join(' ')}`, style: 'dim' }])),
    ...(mode.commands.length > mostCommands ? [row([{ text: `and ${mode.commands.length - mostCommands} more`, style: 'dim' }])] : []),
    row([]),
    ...(mode.word === undefined ? [] : [row([`Type ${mode.word}: ${mode.typed}_`]), row([])]),
    row([button('Cancel', !mode.isYes), '   ', button(mode.verb, mode.isYes)]),
    edge(`+${'-'.repeat(width - 2)}+`),
  ]
}

function footerOf({ state, clusters, clusterCount, size }: Model, place: Place): Line {
  const { mode } = state
  if (
    mode.kind !== 'browse' &&
    mode.kind !== 'command' &&
    mode.kind !== 'filter' &&
    mode.kind !== 'columns' &&
    mode.isLeaving === true &&
    state.message !== undefined
  )
    return [{ text: ` ${state.message.text}`, style: 'red' }]
  const { connection, count } = connectionOf(clusters)
  switch (mode.kind) {
    case 'command':
      return [
        { text: ` :${ending(mode.text, size.columns - 3)}_`, style: 'bold' },
        hint(`   services  service/NAME/tasks  ${clusterCount > 1 ? '@CONTEXT,CONTEXT' : 'pulse'}  theme …   tab  ↑  esc`),
      ]
    case 'filter':
      return [
        { text: ` /${ending(mode.text, size.columns - 3)}_`, style: 'bold' },
        hint(`   ${savedHint(state, place.view, mode.text)}${filterHint}`),
      ]
    case 'scale':
      return [
        { text: ` tasks of ${mode.services.map(({ name }) => name).join(', ')}: ${mode.text}_`, style: 'bold' },
        hint('   enter scales, esc does not'),
      ]
    case 'forward':
      return [
        {
          text: ` port of ${objectName(viewIn(clusters, mode.target.context), 'Task', mode.target.name)} to open here: ${mode.text}_`,
          style: 'bold',
        },
        hint('   [LOCAL:]PORT   enter opens it, esc does not'),
      ]
    case 'columns':
      return [hint(' space shows or hides  < > moves  enter keeps  backspace as usual  esc')]
    case 'confirm':
      return [hint(' tab chooses  enter does it  esc does not')]
    case 'browse':
      break
  }
  if (state.message !== undefined) return [{ text: ` ${state.message.text}`, style: state.message.isError ? 'red' : 'cyan' }]
  if (connection.state === 'lost' && count === 1) {
    const { reason, retryInMs } = connection
    const retry = retryInMs === undefined ? '' : `retrying in ${Math.ceil(retryInMs / 1_000)} s; `
    return [{ text: ` what is shown is old; ${retry}${reason}`, style: 'red' }]
  }
  const hints = hintsThatFit(place.view.screen, size.columns).flatMap(({ key, word }): Line => [key, hint(` ${word}  `)])
  return ends([' ', ...hints], [hint('? help ')], size.columns)
}

const filterHint = 'word  !word  ~regex  column=value  column>1  -l a=b   tab  ↑  esc'

function savedHint({ saved }: UiState, view: View, text: string): string {
  const ours = savedFor(saved, listName(view))
  const at = ours.indexOf(text.trim())
  if (at >= 0) return `saved ${at + 1} of ${ours.length}: ctrl-r next, ctrl-s forgets it   `
  return `${text === '' ? '' : 'ctrl-s saves  '}${ours.length === 0 ? '' : `ctrl-r ${ours.length} saved  `}`
}

/** Deeds that the last line of a screen names, and in which words. */
const hintWords: Readonly<Partial<Record<Binding['deed'], string>>> = {
  open: 'open',
  tasks: 'tasks',
  rollout: 'rollout',
  logs: 'logs',
  explain: 'why',
  describe: 'describe',
  yaml: 'yaml',
  'next-sight': 'other view',
  fold: 'fold',
  scale: 'scale',
  restart: 'restart',
  undo: 'undo',
  'pause-rollout': 'pause',
  tree: 'tree',
  'next-error': 'next error',
  edit: 'edit',
  drain: 'drain',
  follow: 'follow',
  timestamps: 'times',
  'next-pane': 'next pane',
  zoom: 'zoom',
  filter: 'filter',
  command: 'go',
}

interface Hint {
  readonly key: string
  readonly word: string
}

/** Of the keys of this screen, then of the tabs, those that fit. */
function hintsThatFit(screen: View['screen'], columns: number): readonly Hint[] {
  const all = [
    ...bindingsOn(screen).flatMap(({ keys: [key = ''], deed }): Hint[] => {
      const word = hintWords[deed]
      return word === undefined ? [] : [{ key, word }]
    }),
    ...tabNames.map((word, at): Hint => ({ key: String(at + 1), word })),
  ]
  let left = columns - 9
  const fitting = all.findIndex((each) => {
    left -= hintWidth(each)
    return left < 0
  })
  return fitting < 0 ? all : all.slice(0, fitting)
}

function hintWidth({ key, word }: Hint): number {
  return widthOf(`${key} ${word}  `)
}

/** The key that the last line shows at this column of the terminal. */
export function hintedKeyAt(state: UiState, columns: number, x: number): string | undefined {
  if (state.mode.kind !== 'browse' || state.message !== undefined) return undefined
  let end = 1
  for (const each of hintsThatFit(placeIn(state).view.screen, columns)) {
    if (x >= end && x < end + hintWidth(each) - 2) return each.key
    end += hintWidth(each)
  }
  return x >= columns - 7 ? '?' : undefined
}

function hint(text: string): Span {
  return { text, style: 'dim' satisfies Style }
}

/** Keys of the view that help was asked for, then those that work everywhere. */
export function helpLines(screen: View['screen'], filter: string, ownKeys: readonly OwnKey[], columns: number): readonly Line[] {
  const wanted = filter.toLowerCase()
  const all = bindingsOn(screen).filter(({ keys, help }) => `${keys.join(' ')} ${help}`.toLowerCase().includes(wanted))
  const here = all.filter(({ on }) => on !== 'everywhere')
  const everywhere = all.filter(({ on }) => on === 'everywhere')
  const row = ({ keys, called, help, changes }: Binding): Line => [
    changes === true ? { text: ' *', style: 'yellow' } : '  ',
    `${(called ?? keys.map((key) => (key === ' ' ? 'space' : key)).join(', ')).padEnd(18)} `,
    help,
  ]
  const ofView: readonly Line[] = [
    [
      { text: ` Keys in ${screen}`, style: 'bold' },
      { text: '   * changes the cluster', style: 'yellow' },
      hint('   j k scroll, / finds, esc back'),
    ],
    ...here.map(row),
    [],
    [{ text: ' Bars', style: 'bold' }],
    ['  tasks  # running  ! failed  + coming  ? no node  . missing'],
    ['  nodes  # reserved  + used beyond that'],
    [],
    [{ text: ' Mouse', style: 'bold' }],
    ['  the wheel scrolls, a click selects, a second one opens'],
    ['  one on a heading sorts; shift selects text'],
  ]
  const ofAll: readonly Line[] = [
    [{ text: ' Keys everywhere', style: 'bold' }],
    ...everywhere.map(row),
    ...(ownKeys.length === 0 ? [] : [[], [{ text: ' Keys of dashboard.yaml', style: 'bold' } as const]]),
    ...ownKeys.map(({ key, help, on }): Line => ['  ', `${key.padEnd(18)} `, `${help} (${on.join(', ')})`]),
  ]
  if (columns < twoColumnsFrom) return [...ofView, [], ...ofAll]
  const half = Math.floor(columns / 2)
  return Array.from({ length: Math.max(ofView.length, ofAll.length) }, (_, at): Line => {
    const left = fit(ofView[at] ?? [], half - 1)
    return [...left, ' '.repeat(half - widthOf(plain(left))), ...(ofAll[at] ?? [])]
  })
}

/** From so many columns on help has two: the longest line of each fits. */
const twoColumnsFrom = 160
