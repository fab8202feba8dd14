// A dashboard that runs: takes keys, and publishes frames of the copy of the cluster. Events change the copy only (`cluster-copy.ts`); a
// frame is made at most ten times a second, and told only when something in it is different. What draws the frames
// (`app.ts`) knows nothing else.

import type { Kind } from '../../api/objects.ts'
import type { Client } from '../../client/client.ts'
import type { Clock } from '../../effects/effects.ts'
import { messageOf } from '../../effects/thrown.ts'
import { drainForecast } from '../commands/drain.ts'
import type { DashboardFile } from '../dashboard-file.ts'
import type { Forward } from '../forwarding.ts'
import { nameOf } from '../resource.ts'
import type { ColumnShelf, SavedColumns } from '../saved-columns.ts'
import type { FilterShelf, SavedFilters } from '../saved-filters.ts'
import { allConcerns } from './attention.ts'
import { ClusterCopy } from './cluster-copy.ts'
import type { ClusterView } from './cluster-view.ts'
import { type Cluster, firstOf, splitKey } from './clusters.ts'
import { type Rows, type Selected, selectedIn } from './deeds.ts'
import { forwardListing, type OpenForward } from './forwards.ts'
import { eventLines, glanceLines, objectTitle } from './glance.ts'
import { takenBy } from './keys.ts'
import { type LastWords, readLastWords } from './last-words.ts'
import type { Listing } from './listing.ts'
import { listingOf } from './lists.ts'
import { emptyLog, type ReadLog, readLogs } from './log-lines.ts'
import { logNote } from './log-text.ts'
import { type MouseEvent, point } from './mouse.ts'
import { overviewParts } from './overview.ts'
import { bodyOf, focusOf, mainHeight, mainPane, type Pane, type PaneName, panesOf, type Size } from './panes.ts'
import { formatLocator, isText, type View } from './places.ts'
import { command, press } from './press.ts'
import { Pulse } from './pulse.ts'
import { newestFailure } from './rollout-lines.ts'
import { frame, type Model, type Side } from './screens.ts'
import {
  begin,
  changePlace,
  type Effect,
  type Named,
  type Place,
  placeIn,
  type Shown,
  say,
  settled,
  type Transition,
  type UiState,
  viewIn,
  type Words,
  withSaved,
  wordsIn,
} from './state.ts'
import { trendKey, usedByRevision, usedCpus } from './tables.ts'
import { drawn, plain } from './text.ts'
import { linesOf } from './text-lines.ts'
import { isTheme, themeNamed, themeNames, usualTheme } from './themes.ts'

/** Between two frames that events bring. Keys are answered at once. */
const frameEveryMs = 100
const tickMs = 1_000
/** Ages on the screen go on at least so often. Where nothing else changes that is all that a dashboard costs. */
const agesEveryMs = 2_000
/** Events and what tasks use are asked for, and only while they are shown. */
const pollEveryMs = 2_000
/** What the overview sums up is read twice, since two readings make a rate, and then so often: many look at it all day. */
const sumUpEveryMs = 15_000
/** Nodes whose tasks are asked what they use: those on the screen; of the overview, so many at a time. */
const mostNodesAsked = 50

export interface CommandOutcome {
  readonly isGood: boolean
  readonly text: string
}

export interface SessionDeps {
  /** At least one, each called as its context, or as where it is. */
  readonly clusters: readonly { readonly name: string; readonly context: string; readonly client: Client }[]
  readonly clock: Clock
  /** Runs what would stand after `kit`, and resolves with what it printed. */
  readonly run: (words: readonly string[]) => Promise<CommandOutcome>
  /** Runs such a command with the terminal to itself. */
  readonly runAlone: (words: readonly string[]) => Promise<CommandOutcome>
  /** Shows a text in the pager of the person, who has the terminal meanwhile. */
  readonly page: (text: string) => Promise<void>
  /** Writes a file that is new, and resolves with its path. */
  readonly save: (name: string, text: string) => Promise<string>
  /** Opens a port of this machine, as `[LOCAL:]PORT` says, that leads to the task until `signal` fires. */
  readonly forward: (
    client: Client,
    task: string,
    ports: string,
    onTrouble: (error: unknown) => void,
    signal: AbortSignal,
  ) => Promise<Forward>
  /** Rejects where there is no browser. */
  readonly browse: (url: string) => Promise<void>
  /** Asks the cluster of a context that is not shown yet. Rejects where there is no such context. */
  readonly clientOf: (context: string) => Promise<Client>
  /** Runs a command of a shell, with the terminal to itself. */
  readonly runShell: (command: string) => Promise<CommandOutcome>
  readonly filters: FilterShelf
  readonly columns: ColumnShelf
  readonly file: () => Promise<DashboardFile>
  /** Undefined: that of the context, or the usual one. */
  readonly theme: string | undefined
  readonly hasColour: boolean
  readonly isReadOnly: boolean
  readonly start: View
  readonly size: Size
}

/** What a session can do with the terminal besides being drawn there. */
export interface Screen {
  /** Leaves it to `use`, and draws again afterwards. */
  readonly lend: (use: () => Promise<void>) => Promise<void>
  /** Sequences that move nothing. */
  readonly write: (text: string) => void
  readonly redraw: () => void
  readonly setMouse: (isOn: boolean) => void
}

/** A cluster, and the readings that were taken of it. */
interface Followed {
  readonly name: string
  /** As `kit ctx` calls it. */
  readonly context: string
  readonly copy: ClusterCopy
  readonly pulse: Pulse
}

export class Session {
  readonly #deps: SessionDeps
  #copies: readonly Followed[]
  readonly #stop = new AbortController()
  readonly #listeners = new Set<() => void>()
  readonly #busy: string[] = []
  #forwards: readonly OpenForward[] = []
  #screen: Screen | undefined
  #failure: unknown
  #state: UiState
  #size: Size
  #drawn: readonly string[] = []
  #isScheduled = false
  #publishedAt = Number.NEGATIVE_INFINITY
  /** What is done for the present view only: `what` is its locator. */
  #activity: { readonly what: string; readonly stop: AbortController } | undefined
  /** What a command printed, for the view that shows it. */
  #printed: readonly string[] = []
  /** For the view that shows logs. */
  #log: ReadLog = emptyLog
  /** For the overview: how often it was summed up since one came to it, and when last. */
  #summed = { times: 0, at: 0 }
  #isSummingUp = false
  /** For the view that shows a service: of its newest failure. */
  #lastWords: LastWords | undefined
  #listing: { readonly version: number; readonly place: Place; readonly width: number; readonly listing: Listing | undefined } | undefined
  #wakePoll: () => void = () => {}

  constructor(deps: SessionDeps) {
    this.#deps = deps
    this.#size = deps.size
    this.#copies = deps.clusters.map((cluster) => this.#followed(cluster))
    this.#state = begin(deps.start, { ...deps, theme: deps.theme ?? usualTheme })
    this.#publish()
  }

  #followed({ name, context, client }: SessionDeps['clusters'][number]): Followed {
    const { clock } = this.#deps
    const onFailure = (error: unknown, isNeeded: boolean): void => this.#failed(error, isNeeded && this.#copies.length === 1)
    return { name, context, copy: new ClusterCopy({ client, clock, onChange: () => this.#changed(), onFailure }), pulse: new Pulse() }
  }

  /** Resolves when somebody quits or `signal` fires; rejects when the copy cannot be kept. */
  async run(signal: AbortSignal): Promise<void> {
    const quit = (): void => this.#stop.abort()
    signal.addEventListener('abort', quit, { once: true })
    if (signal.aborted) quit()
    for (const { copy } of this.#copies) copy.begin(this.#stop.signal)
    this.#tell(this.#haveFilters(this.#deps.filters.read()))
    this.#tell(this.#haveColumns(this.#deps.columns.read()))
    this.#tell(this.#haveFile())
    this.#attend()
    this.#every(tickMs, async () => {
      this.#readPulse()
      if (this.#deps.clock.monotonicMs() - this.#publishedAt >= agesEveryMs) this.#publish()
    })
    this.#poll()
    if (!this.#stop.signal.aborted)
      await new Promise<void>((resolve) => this.#stop.signal.addEventListener('abort', () => resolve(), { once: true }))
    signal.removeEventListener('abort', quit)
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Lines with their escape sequences, as they are to be drawn. The same array until something changes. */
  readonly frame = (): readonly string[] => this.#drawn

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** What goes wrong outside of it, and somebody at the screen must know. */
  complain(text: string): void {
    this.#state = say(this.#state, text, true)
    this.#changed()
  }

  /** Undefined when it is gone. */
  readonly attach = (screen: Screen | undefined): void => {
    this.#screen = screen
    screen?.setMouse(this.#state.hasMouse)
  }

  readonly press = (key: string): void => this.#take(press(this.#state, key, this.#shown()))

  readonly point = (event: MouseEvent): void => {
    const content = this.#content()
    this.#take(point(this.#state, event, this.#shown(content), this.#size, content.listing))
  }

  #take({ state, effect }: Transition): void {
    const { hasMouse } = this.#state
    this.#state = state
    if (state.hasMouse !== hasMouse) this.#screen?.setMouse(state.hasMouse)
    if (effect !== undefined) this.#do(effect)
    this.#attend()
    this.#publish()
  }

  readonly resize = (size: Size): void => {
    this.#size = size
    this.#publish()
  }

  get size(): Size {
    return this.#size
  }

  // Frames.

  #changed(): void {
    if (this.#isScheduled || this.#stop.signal.aborted) return
    this.#isScheduled = true
    const { clock } = this.#deps
    const waitMs = Math.max(0, this.#publishedAt + frameEveryMs - clock.monotonicMs())
    clock.sleep(waitMs, this.#stop.signal).then(
      () => {
        this.#isScheduled = false
        this.#publish()
      },
      () => undefined,
    )
  }

  #publish(): void {
    this.#publishedAt = this.#deps.clock.monotonicMs()
    const model = this.#model()
    const place = placeIn(this.#state)
    // The selection stays on its row while rows come, go and are sorted.
    if (!isText(place.view)) {
      const next = settled(place, model.keys, mainHeight(this.#state, place, this.#size))
      if (next.selected !== place.selected || next.at !== place.at || next.top !== place.top) {
        this.#state = changePlace(this.#state, next)
        if (this.#listing?.place === place) this.#listing = { ...this.#listing, place: placeIn(this.#state) }
      }
    }
    const theme = this.#deps.hasColour ? themeNamed(this.#state.theme) : undefined
    const lines = frame({ ...model, state: this.#state }).map((line) => drawn(line, theme))
    if (lines.length === this.#drawn.length && lines.every((line, at) => line === this.#drawn[at])) return
    this.#drawn = lines
    for (const listener of this.#listeners) listener()
  }

  #model(): Model {
    const content = this.#content()
    return { ...content, sides: this.#sides(placeIn(this.#state), content) }
  }

  /** The panes beside the main one cost as much as all of it, and not everybody asks for them. */
  #content(): Omit<Model, 'sides'> {
    const now = this.#deps.clock.wallMs()
    const place = placeIn(this.#state)
    const listing = this.#listingOf(place)
    const clusters = this.#clustersOf(place)
    const keys = place.view.screen === 'overview' ? allConcerns(clusters, now).map(({ key }) => key) : (listing?.keys ?? [])
    return {
      clusters,
      clusterCount: this.#copies.length,
      state: this.#state,
      size: this.#size,
      now,
      listing,
      lines: isText(place.view) ? this.#lines(now) : [],
      ...(place.view.screen === 'logs' ? { note: logNote(place, { view: firstOf(clusters), log: this.#log }) } : {}),
      keys,
      busy: this.#busy,
    }
  }

  #shown(content = this.#content()): Shown {
    const { clusters, now, keys, listing, lines } = content
    const place = placeIn(this.#state)
    const side = this.#focusedSide(place, content)
    return {
      view: firstOf(clusters),
      clusters: this.#copies.map(shownOf),
      now,
      keys,
      columns: (listing?.columns ?? []).map(({ id }) => id),
      rareColumns: (listing?.columns ?? []).flatMap(({ id, isRare = false }) => (isRare ? [id] : [])),
      lines: textOf({ listing, lines, view: place.view }),
      height: mainHeight(this.#state, place, this.#size),
      ...(side === undefined ? {} : { side }),
    }
  }

  /** Those that a place shows: the one that it is of; of lists all; the first, where only one can be shown. */
  #copiesOf({ view }: Place): readonly Followed[] {
    const named = view.context?.split(',') ?? []
    const found = this.#copies.filter(({ name }) => named.includes(name))
    const possible = found.length > 0 ? found : this.#copies
    return showsAll.has(view.screen) ? possible : possible.slice(0, 1)
  }

  #clustersOf(place: Place): readonly Cluster[] {
    return this.#copiesOf(place).map(shownOf)
  }

  /** Where one of them is asked. */
  #copyIn(context: string | undefined): ClusterCopy {
    const [first] = this.#copies
    const found = this.#copies.find(({ name }) => name === context) ?? first
    if (found === undefined) throw new Error('a dashboard has at least one cluster')
    return found.copy
  }

  /** Filtering and sorting is done again only when the copy or the wish has changed, and from the beginning only for another wish. */
  #listingOf(place: Place): Listing | undefined {
    if (place.view.screen === 'forwards') return forwardListing(this.#forwards, place.filter, place.sort, () => this.#deps.clock.wallMs())
    const known = this.#listing
    const clusters = this.#clustersOf(place)
    const isByUsage = place.filter !== '' || place.sort !== undefined
    const version = clusters.reduce((sum, { view }) => sum + view.version + (isByUsage ? view.readings : 0), 0)
    const width = mainPane(this.#state, place, this.#size).columns
    const isSameWish =
      known !== undefined &&
      known.place.view === place.view &&
      known.place.filter === place.filter &&
      known.place.sort === place.sort &&
      known.place.withPast === place.withPast &&
      known.place.onlyFaults === place.onlyFaults &&
      known.place.folded === place.folded &&
      known.place.sight === place.sight &&
      known.place.wraps === place.wraps &&
      known.width === width
    if (isSameWish && known.version === version) return known.listing
    const again = isSameWish ? known.listing?.again : undefined
    const listing = again?.() ?? listingOf(clusters, place.view, { ...place, width }, () => this.#deps.clock.wallMs())
    this.#listing = { version, place, width, listing }
    return listing
  }

  #lines(now: number): ReturnType<typeof linesOf> {
    const { columns } = mainPane(this.#state, placeIn(this.#state), this.#size)
    const [first] = this.#copiesOf(placeIn(this.#state))
    if (first === undefined) return []
    return linesOf(this.#state, {
      view: first.copy.view,
      pulse: first.pulse,
      printed: this.#printed,
      log: this.#log,
      lastWords: this.#lastWords,
      now,
      columns,
    })
  }

  /** What is in the panes beside the main one, as far as they are on the screen. */
  #sides(place: Place, rows: Rows): ReadonlyMap<PaneName, Side> {
    const panes = panesOf(this.#state, place, this.#size).filter(({ name }) => name !== 'main')
    if (panes.length === 0 || place.view.screen === 'overview') return new Map()
    const object = selectedIn(place, rows)
    return new Map(panes.map((pane) => [pane.name, object === undefined ? nothingSelected : this.#sideOf(pane, object, rows)]))
  }

  #sideOf({ name, columns }: Pane, object: Selected, { clusters, now }: Rows): Side {
    const view = viewIn(clusters, object.context)
    const title = objectTitle(view, object)
    const inside = columns - 2
    if (name === 'detail') return { title, lines: glanceLines(view, object, now, inside) }
    return { title: `events of ${title}`, lines: eventLines(view, object, now, inside) }
  }

  #focusedSide(place: Place, content: Rows): Shown['side'] {
    const focus = focusOf(place)
    if (focus === 'main') return undefined
    const { clusters, now } = content
    if (place.view.screen === 'overview') {
      const body = bodyOf(this.#state, this.#size)
      const { events } = overviewParts(clusters, allConcerns(clusters, now), place, body)
      return { lines: clusters.reduce((sum, { view }) => sum + view.events.length, 0), height: (place.isZoomed ? body.rows : events) - 2 }
    }
    const pane = panesOf(this.#state, place, this.#size).find(({ name }) => name === focus)
    return { lines: this.#sides(place, content).get(focus)?.lines.length ?? 0, height: (pane?.rows ?? 2) - 2 }
  }

  // What goes on.

  /** Without the only cluster there is nothing to show; without one of several there are the others. */
  #failed(error: unknown, isEnd: boolean): void {
    if (isEnd) {
      this.#failure ??= error
      this.#stop.abort()
    }
    this.#state = say(this.#state, messageOf(error), true)
    this.#changed()
  }

  #do(effect: Effect): void {
    switch (effect.do) {
      case 'quit':
        this.#stop.abort()
        break
      case 'redraw':
        this.#screen?.redraw()
        break
      case 'resync':
        this.#resync()
        break
      case 'copy':
        // OSC 52: the terminal, also one at the other end of ssh, puts it on its clipboard.
        this.#screen?.write(`\u001b]52;c;${Buffer.from(effect.text).toString('base64')}\u0007`)
        break
      case 'run':
        this.#tell(this.#run(effect.commands))
        break
      case 'shell':
        this.#tell(this.#withTerminal(() => this.#deps.runShell(effect.command), effect.command))
        break
      case 'browse':
        // Who is here through ssh has no browser here, and an own clipboard.
        this.#screen?.write(`\u001b]52;c;${Buffer.from(effect.url).toString('base64')}\u0007`)
        this.#tell(this.#deps.browse(effect.url))
        break
      case 'forward':
        this.#tell(this.#forward(effect.target, effect.ports))
        break
      case 'end-forward':
        for (const { key, stop } of this.#forwards) if (key === effect.key) stop.abort()
        this.#forwards = this.#forwards.filter(({ key }) => key !== effect.key)
        break
      case 'hand-over':
        this.#tell(this.#withTerminal(() => this.#deps.runAlone(effect.words), `kit ${effect.words.join(' ')}`))
        break
      case 'forecast':
        this.#tell(this.#forecast(effect.nodes, effect.commands))
        break
      case 'toggle-filter':
        this.#tell(this.#haveFilters(this.#deps.filters.toggle(effect.of, effect.filter)))
        break
      case 'keep-columns':
        this.#tell(this.#haveColumns(this.#deps.columns.keep(effect.of, effect.columns)))
        break
      case 'join':
        this.#tell(this.#join(effect.contexts, effect.text))
        break
      case 'save':
        this.#tell(this.#save())
        break
      case 'page':
        this.#tell(this.#page())
        break
    }
  }

  #tell(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#state = say(this.#state, messageOf(error), true)
      this.#changed()
    })
  }

  /** One after the other; what the last one said, or the first that failed. */
  async #run(commands: readonly Words[]): Promise<void> {
    for (const words of commands) {
      const title = words.join(' ')
      this.#busy.push(title)
      const { isGood, text } = await this.#deps.run(words)
      this.#busy.splice(this.#busy.indexOf(title), 1)
      const lines = text.trim().split('\n').filter(Boolean)
      const said = lines.at(isGood ? -1 : 0) ?? `kit ${title}`
      this.#state = say(this.#state, isGood && commands.length > 1 ? `${commands.length} done: ${said}` : said, !isGood)
      this.#changed()
      if (!isGood) return
    }
  }

  async #forward({ name, context }: Named, ports: string): Promise<void> {
    const stop = new AbortController()
    const signal = AbortSignal.any([stop.signal, this.#stop.signal])
    const onTrouble = (error: unknown): void => {
      this.#state = say(this.#state, `port of ${name}: ${messageOf(error)}`, true)
      this.#changed()
    }
    const opened = await this.#deps.forward(this.#copyIn(context).client, name, ports, onTrouble, signal)
    const key = `${opened.address}:${opened.port}`
    const openedAt = this.#deps.clock.wallMs()
    this.#forwards = [...this.#forwards, { ...opened, key, stop, openedAt, ...(context === undefined ? {} : { context }) }]
    this.#state = say(this.#state, `${key} -> ${name}:${opened.remote}, until kit ui ends; :forwards lists them`)
    this.#changed()
  }

  async #withTerminal(run: () => Promise<CommandOutcome>, title: string): Promise<void> {
    const screen = this.#screen
    if (screen === undefined) return
    await screen.lend(async () => {
      const { isGood, text } = await run()
      this.#state = say(this.#state, text === '' ? title : text, !isGood)
    })
    this.#publish()
  }

  /** What draining would do is asked of the cluster, and told in the question as long as it stands. */
  async #forecast(nodes: readonly Named[], commands: readonly Words[]): Promise<void> {
    const lines: string[] = []
    for (const { name, context } of nodes) {
      lines.push(...(await drainForecast(this.#copyIn(context).client, name).catch(() => [])))
    }
    const { mode } = this.#state
    if (mode.kind !== 'confirm' || mode.commands !== commands || lines.length === 0) return
    this.#state = { ...this.#state, mode: { ...mode, consequences: [...mode.consequences, ...lines] } }
    this.#publish()
  }

  /** From now on there are these clusters, too. What was looked at before was of those that there were. */
  async #join(contexts: readonly string[], text: string): Promise<void> {
    const asked = [...new Set(contexts)].map(async (context) => ({ name: context, context, client: await this.#deps.clientOf(context) }))
    const found = await Promise.all(asked)
    const fresh = found.flatMap((cluster) =>
      this.#copies.some(({ context }) => context === cluster.context) ? [] : [this.#followed(cluster)],
    )
    const [first, ...others] = this.#copies
    if (first !== undefined && others.length === 0) {
      this.#copies = [{ ...first, name: first.context }]
      const places = this.#state.places.map((place) => ({ ...place, view: { ...place.view, context: first.context } }))
      this.#state = { ...this.#state, places }
    }
    // Until the file has said where nothing may be changed.
    this.#state = { ...this.#state, isReadOnly: true }
    this.#copies = [...this.#copies, ...fresh]
    for (const { copy } of fresh) copy.begin(this.#stop.signal)
    await this.#haveFile()
    this.#take(command(this.#state, text, this.#shown()))
  }

  /** All of the screen, also what does not fit. */
  async #save(): Promise<void> {
    const { listing, lines } = this.#content()
    const { view } = placeIn(this.#state)
    const table = listing?.draw(0, listing.keys.length, Math.max(this.#size.columns, 200), { skipped: 0 })
    const shown = table === undefined ? (lines.length > 0 ? lines.map(plain) : this.#drawn) : [table.headings, ...table.rows].map(plain)
    const name = `kit-${formatLocator(view).replaceAll(/[^\w.-]+/g, '-')}`
    const text = shown.map((line) => `${line.trimEnd()}\n`).join('')
    const path = await this.#deps.save(name, text)
    this.#state = say(this.#state, `saved ${shown.length} lines in ${path}`)
    this.#publish()
  }

  async #page(): Promise<void> {
    const { listing, lines } = this.#content()
    const text = textOf({ listing, lines, view: placeIn(this.#state).view })
      .map((line) => `${line.trimEnd()}\n`)
      .join('')
    await this.#screen?.lend(() => this.#deps.page(text))
  }

  async #haveFilters(asked: Promise<SavedFilters>): Promise<void> {
    const saved = await asked
    this.#state = { ...this.#state, saved }
    this.#publish()
  }

  async #haveColumns(asked: Promise<SavedColumns>): Promise<void> {
    const savedColumns = await asked
    this.#state = { ...this.#state, savedColumns, places: this.#state.places.map((place) => withSaved(place, savedColumns)) }
    this.#publish()
  }

  /** Keys that are ours stay ours. Of several clusters none has its theme. What cannot be read may say that nothing must be changed. */
  async #haveFile(): Promise<void> {
    const { themes, keys, readOnly } = await this.#deps.file().catch((error: unknown) => {
      this.#state = { ...this.#state, isReadOnly: true }
      throw error
    })
    const [first, ...others] = this.#copies
    const theme = others.length > 0 || first === undefined || this.#deps.theme !== undefined ? undefined : themes[first.context]
    const taken = keys.flatMap((own) => {
      const by = takenBy(own)
      return by === undefined ? [] : [`dashboard.yaml: ${own.key} is taken: ${by.help}`]
    })
    const known =
      theme === undefined || isTheme(theme) ? [] : [`dashboard.yaml: there is no theme "${theme}": there are ${themeNames.join(', ')}`]
    const [problem] = [...taken, ...known]
    const guarded = this.#copies.filter(({ context }) => readOnly.includes(context)).map(({ name }) => name)
    const isReadOnly = this.#deps.isReadOnly || guarded.length === this.#copies.length
    const next = {
      ...this.#state,
      isReadOnly,
      readOnlyContexts: guarded,
      ownKeys: keys,
      ...(theme !== undefined && isTheme(theme) ? { theme } : {}),
    }
    this.#state = problem === undefined ? next : say(next, problem, true)
    this.#publish()
  }

  #resync(): void {
    for (const { copy } of this.#copies) copy.resync(this.#stop.signal)
    this.#wakePoll()
    this.#state = say(this.#state, 'asked again')
  }

  #readPulse(): void {
    const isShown = placeIn(this.#state).view.screen === 'pulse'
    for (const { copy, pulse } of this.#copies)
      if (copy.connection().state === 'live') pulse.read(copy.view, copy.answerMs, isShown ? copy.view.figures : {})
  }

  /** Starts what the present view needs, and stops what the one before did. */
  #attend(): void {
    const { view } = placeIn(this.#state)
    for (const kind of kindsFor(view)) for (const { copy } of this.#copiesOf(placeIn(this.#state))) copy.follow(kind, this.#stop.signal)
    const what = formatLocator(view)
    if (this.#activity?.what === what) return
    this.#activity?.stop.abort()
    const stop = new AbortController()
    this.#activity = { what, stop }
    this.#lastWords = undefined
    this.#summed = { times: 0, at: 0 }
    const signal = AbortSignal.any([stop.signal, this.#stop.signal])
    this.#wakePoll()
    if (view.screen === 'logs') {
      const show = (log: ReadLog): void => {
        this.#log = log
        this.#changed()
      }
      readLogs({ client: this.#copyIn(view.context).client, clock: this.#deps.clock }, view, show, signal).catch(() => undefined)
    }
    if (view.screen === 'describe' || view.screen === 'explain') this.#print(view, signal)
  }

  #print(view: Extract<View, { screen: 'describe' | 'explain' }>, signal: AbortSignal): void {
    this.#printed = ['…']
    this.#deps.run(wordsIn(view.context, [view.screen, nameOf(view.kind, view.name)])).then(
      ({ text }) => {
        if (signal.aborted) return
        this.#printed = text.trimEnd().split('\n')
        this.#changed()
      },
      () => undefined,
    )
  }

  #every(ms: number, act: () => Promise<void>): void {
    const { signal } = this.#stop
    const loop = async (): Promise<void> => {
      while (!signal.aborted) {
        await this.#deps.clock.sleep(ms, signal)
        await act()
      }
    }
    loop().catch(() => undefined)
  }

  #poll(): void {
    const { signal } = this.#stop
    const { clock } = this.#deps
    const loop = async (): Promise<void> => {
      while (!signal.aborted) {
        this.#hearLastWords()
        // A connection that is broken is told by those who follow; here it only means: later.
        await this.#readEvents().catch(() => undefined)
        await this.#readUsage().catch(() => undefined)
        await this.#readMembers().catch(() => undefined)
        this.#sumUp()
        const wake = new AbortController()
        this.#wakePoll = () => wake.abort()
        await clock.sleep(pollEveryMs, AbortSignal.any([signal, wake.signal])).catch(() => undefined)
      }
    }
    loop().catch(() => undefined)
  }

  /** Asked once of each task; a node that does not answer keeps nobody else waiting. */
  #hearLastWords(): void {
    const { view } = placeIn(this.#state)
    if (view.screen !== 'service') return
    const copy = this.#copyIn(view.context)
    const task = newestFailure(copy.view, view.name)?.metadata.name
    const signal = this.#activity?.stop.signal
    if (task === undefined || signal === undefined || task === this.#lastWords?.task) return
    this.#lastWords = { task }
    const hear = async (): Promise<void> => {
      const words = await readLastWords(copy.client, task, AbortSignal.any([signal, this.#stop.signal]))
      if (signal.aborted || this.#lastWords?.task !== task) return
      this.#lastWords = words
      this.#changed()
    }
    this.#tell(hear())
  }

  async #readEvents(): Promise<void> {
    const place = placeIn(this.#state)
    const { screen } = place.view
    if (place.isPaused) return
    const isBeside = panesOf(this.#state, place, this.#size).some(({ name }) => name === 'events')
    if (!isBeside && screen !== 'overview' && screen !== 'events' && screen !== 'pulse') return
    await Promise.allSettled(this.#copiesOf(place).map(({ copy }) => copy.readEvents()))
  }

  async #readMembers(): Promise<void> {
    const place = placeIn(this.#state)
    const { screen } = place.view
    const copies = this.#copiesOf(place).map(({ copy }) => copy)
    if (screen === 'cluster' || screen === 'pulse') await Promise.all(copies.map((copy) => copy.readMembers()))
    if (screen === 'pulse') await Promise.all(copies.map((copy) => copy.readFigures()))
  }

  /** Nobody waits for it: a node that does not answer takes ten seconds to say so. */
  #sumUp(): void {
    const place = placeIn(this.#state)
    const [copy, ...others] = this.#copiesOf(place)
    // Of several clusters the overview has a line each, and none of this.
    if (place.view.screen !== 'overview' || copy === undefined || others.length > 0 || this.#isSummingUp) return
    if (copy.copy.connection().state !== 'live') return
    const now = this.#deps.clock.monotonicMs()
    const { times, at } = this.#summed
    if (times > 1 && now - at < sumUpEveryMs) return
    this.#summed = { times: times + 1, at: now }
    this.#isSummingUp = true
    const reads = [copy.copy.sampleUsage(mostNodesAsked), copy.copy.readMembers(), copy.copy.readFigures()]
    void Promise.allSettled(reads).then(() => {
      this.#isSummingUp = false
    })
  }

  /** Of the tasks that are on the screen, and of others on their nodes. */
  async #readUsage(): Promise<void> {
    const place = placeIn(this.#state)
    const { screen } = place.view
    const hasRoom = mainPane(this.#state, place, this.#size).columns >= columnsForUsage
    if (screen !== 'tasks' && screen !== 'nodes' && screen !== 'service' && !(screen === 'services' && hasRoom)) return
    const { keys } = this.#content()
    const height = mainHeight(this.#state, place, this.#size)
    const { top } = settled(place, keys, height)
    const rows = keys.slice(top, top + height).map(splitKey)
    await Promise.all(
      this.#copiesOf(place).map(async ({ name, copy }) => {
        const names =
          place.view.screen === 'service' ? [place.view.name] : rows.filter(({ context = name }) => context === name).map(({ key }) => key)
        const nodeOf = (task: string): string | readonly string[] => copy.view.get('Task', task)?.spec.nodeName ?? []
        const nodes =
          screen === 'nodes'
            ? names
            : screen === 'tasks'
              ? names.flatMap(nodeOf)
              : names.flatMap((service) => [...copy.view.tasksOf(service).keys()].flatMap(nodeOf))
        const ready = [...new Set(nodes)].filter((node) => copy.view.get('Node', node)?.status.state === 'Ready')
        await copy.readUsage(ready.slice(0, mostNodesAsked))
        copy.view.trends.add(trendPoints(copy.view, screen, names))
      }),
    )
  }
}

/** What rows use now, where that is known. */
function* trendPoints(
  view: ClusterView,
  screen: 'services' | 'service' | 'tasks' | 'nodes',
  names: readonly string[],
): Generator<readonly [key: string, cpus: number]> {
  if (screen === 'service') {
    for (const service of names)
      for (const [revision, { cpus }] of usedByRevision(view, service)) yield [trendKey('Revision', revision), cpus]
    return
  }
  const kind = { services: 'Service', tasks: 'Task', nodes: 'Node' } as const
  for (const name of names) {
    const cpus = usedCpus(view, kind[screen], name)
    if (cpus !== undefined) yield [trendKey(kind[screen], name), cpus]
  }
}

/** What services use is a column that narrower lists leave out. */
const columnsForUsage = 109

const nothingSelected: Side = { title: 'nothing is selected', lines: [] }

function shownOf({ name, copy }: Followed): Cluster {
  return { name, view: copy.view, connection: copy.connection() }
}

/** Kinds besides those that are always followed. */
function kindsFor(view: View): readonly Kind[] {
  switch (view.screen) {
    case 'objects':
    case 'yaml':
      return [view.kind]
    case 'cluster':
      return ['Cluster']
    case 'tree':
      return ['Network', 'Config']
    default:
      return []
  }
}

/** All lines of a text: YAML is one, too, though one chooses among its lines. */
function textOf({ listing, lines, view }: Pick<Model, 'listing' | 'lines'> & { readonly view: View }): readonly string[] {
  const rows =
    view.screen === 'yaml' && listing !== undefined
      ? listing.draw(0, listing.keys.length, Number.MAX_SAFE_INTEGER, { skipped: 0 }).rows
      : lines
  return rows.map(plain)
}

/** Screens that show several clusters together. */
const showsAll: ReadonlySet<View['screen']> = new Set(['overview', 'services', 'tasks', 'nodes', 'events', 'objects'])
