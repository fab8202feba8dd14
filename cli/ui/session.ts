// A dashboard that runs: keeps the copy of the cluster, takes keys, and publishes frames. Events change the copy
// only; a frame is made at most ten times a second, and told only when something in it is different. What draws
// the frames (`app.ts`) knows nothing else.

import type { Kind } from '../../api/objects.ts'
import type { LogLine } from '../../api/session.ts'
import type { TaskStats } from '../../api/stats.ts'
import type { Client } from '../../client/client.ts'
import type { Clock } from '../../effects/effects.ts'
import { formatObjects } from '../output/print.ts'
import { nameOf } from '../resource.ts'
import { concernsOf } from './attention.ts'
import { ClusterView, type Usage } from './cluster-view.ts'
import { follow, messageOf } from './follow.ts'
import type { Listing } from './listing.ts'
import { taskName } from './names.ts'
import { formatLocator, isText, type View } from './places.ts'
import { rolloutLines } from './rollout-lines.ts'
import { bodyHeight, type Connection, frame, helpLines, type Model, type Size } from './screens.ts'
import { begin, changePlace, type Effect, type Place, placeIn, press, type Shown, say, settled, type UiState } from './state.ts'
import { listingOf } from './tables.ts'
import { drawn, type Line, oneLine, plain, type Span, wrapped } from './text.ts'

/** Between two frames that events bring. Keys are answered at once. */
const frameEveryMs = 100
/** How often ages on the screen are looked at. */
const tickMs = 1_000
/** Events and what tasks use are asked for, and only while they are shown. */
const pollEveryMs = 2_000
/** Lines of logs that are kept, and those that are asked for at first, of each task. */
const mostLogLines = 5_000
const firstLogLines = 200
/** Nodes whose tasks are asked what they use: those on the screen. */
const mostNodesAsked = 50

/** What every screen needs. Other kinds are followed once they are looked at. */
const always: readonly Kind[] = ['Node', 'Service', 'Task', 'Revision', 'Stack']

export interface CommandOutcome {
  readonly isGood: boolean
  readonly text: string
}

export interface SessionDeps {
  readonly client: Client
  readonly clock: Clock
  /** Runs what would stand after `kit`, and resolves with what it printed. */
  readonly run: (words: readonly string[]) => Promise<CommandOutcome>
  readonly cluster: string
  readonly hasColour: boolean
  readonly isReadOnly: boolean
  readonly start: View
  readonly size: Size
}

export class Session {
  readonly #deps: SessionDeps
  readonly #view = new ClusterView()
  readonly #stop = new AbortController()
  readonly #listeners = new Set<() => void>()
  readonly #followed = new Set<Kind>()
  readonly #problems = new Map<Kind, { readonly since: number; readonly reason: string }>()
  readonly #busy: string[] = []
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
  /** For the view that shows logs: lines of tasks, and what kept us from reading. */
  #log: readonly (LogLine | string)[] = []
  #listing: { readonly version: number; readonly place: Place; readonly listing: Listing | undefined } | undefined
  #eventsVersion = ''
  #lastStats = new Map<string, TaskStats>()
  #wakePoll: () => void = () => {}

  constructor(deps: SessionDeps) {
    this.#deps = deps
    this.#size = deps.size
    this.#state = begin(deps.start, deps.isReadOnly)
    this.#publish()
  }

  /** Resolves when somebody quits or `signal` fires; rejects when the copy cannot be kept. */
  async run(signal: AbortSignal): Promise<void> {
    const quit = (): void => this.#stop.abort()
    signal.addEventListener('abort', quit, { once: true })
    if (signal.aborted) quit()
    for (const kind of always) this.#follow(kind)
    this.#attend()
    this.#every(tickMs, async () => this.#publish())
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

  readonly press = (key: string): void => {
    const { state, effect } = press(this.#state, key, this.#shown())
    this.#state = state
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
      const next = settled(place, model.keys, bodyHeight(this.#size, place.view))
      if (next.selected !== place.selected || next.at !== place.at || next.top !== place.top) {
        this.#state = changePlace(this.#state, next)
        if (this.#listing?.place === place) this.#listing = { ...this.#listing, place: placeIn(this.#state) }
      }
    }
    const lines = frame({ ...model, state: this.#state }).map((line) => drawn(line, this.#deps.hasColour))
    if (lines.length === this.#drawn.length && lines.every((line, at) => line === this.#drawn[at])) return
    this.#drawn = lines
    for (const listener of this.#listeners) listener()
  }

  #model(): Model {
    const { clock, cluster } = this.#deps
    const now = clock.wallMs()
    const place = placeIn(this.#state)
    const listing = this.#listingOf(place)
    const keys = place.view.screen === 'overview' ? concernsOf(this.#view, now).map(({ key }) => key) : (listing?.keys ?? [])
    return {
      view: this.#view,
      state: this.#state,
      connection: this.#connection(),
      size: this.#size,
      now,
      cluster,
      listing,
      lines: isText(place.view) ? this.#linesOf(place, now) : [],
      keys,
      busy: this.#busy,
    }
  }

  #shown(): Shown {
    const { view, now, keys, listing, lines } = this.#model()
    const height = bodyHeight(this.#size, placeIn(this.#state).view)
    return { view, now, keys, columns: (listing?.columns ?? []).map(({ id }) => id), lines: lines.map(plain), height }
  }

  /** Filtering and sorting is done again only when the copy or the wish has changed. */
  #listingOf(place: Place): Listing | undefined {
    const known = this.#listing
    const isSame =
      known !== undefined &&
      known.version === this.#view.version &&
      known.place.view === place.view &&
      known.place.filter === place.filter &&
      known.place.sort === place.sort &&
      known.place.withPast === place.withPast
    if (isSame) return known.listing
    const { filter, sort, withPast } = place
    const listing = listingOf(this.#view, place.view, { filter, sort, withPast, now: () => this.#deps.clock.wallMs() })
    this.#listing = { version: this.#view.version, place, listing }
    return listing
  }

  #linesOf(place: Place, now: number): readonly Line[] {
    const { view } = place
    const { columns } = this.#size
    switch (view.screen) {
      case 'service':
        return rolloutLines(this.#view, view.name, now, columns)
      case 'help':
        return helpLines(this.#state.places[place.parent ?? 0]?.view.screen ?? 'overview')
      case 'yaml': {
        const object = this.#view.get(view.kind, view.name)
        if (object === undefined) return [[this.#view.isKnown(view.kind) ? ` ${nameOf(view.kind, view.name)} is gone` : ' …']]
        return textLines(formatObjects([object], { form: 'yaml' }, false).trimEnd().split('\n'), place, columns)
      }
      case 'logs':
        return this.#logLines(place, columns)
      default:
        return textLines(this.#printed, place, columns)
    }
  }

  #logLines({ filter, timestamps, wraps, view }: Place, columns: number): readonly Line[] {
    const wanted = filter.toLowerCase()
    const lines: Line[] = []
    for (const line of this.#log) {
      if (typeof line === 'string') {
        lines.push([{ text: ` -- ${line}`, style: 'dim' }])
        continue
      }
      if (wanted !== '' && !line.text.toLowerCase().includes(wanted) && !line.task.includes(wanted)) continue
      const task = this.#view.get('Task', line.task)
      const name = task === undefined ? line.task : taskName(this.#view, task)
      const time = timestamps ? `${new Date(line.at).toISOString().slice(11, 23)} ` : ''
      const head: readonly Span[] =
        view.screen === 'logs' && view.kind === 'Task' ? [` ${time}`] : [` ${time}`, { text: name, style: colourOf(line.task) }, ' | ']
      const style = line.stream === 'stderr' ? 'yellow' : undefined
      const parts = wraps ? wrapped(oneLine(line.text), Math.max(20, columns - plain(head).length)) : [line.text]
      for (const [at, part] of parts.entries())
        lines.push([...(at === 0 ? head : [' '.repeat(plain(head).length)]), style === undefined ? part : { text: part, style }])
    }
    return lines
  }

  // What goes on.

  #follow(kind: Kind): void {
    if (this.#followed.has(kind)) return
    this.#followed.add(kind)
    const { client, clock } = this.#deps
    const onConnection = (of: Kind, reason: string | undefined): void => {
      if (reason === undefined) this.#problems.delete(of)
      else this.#problems.set(of, { since: this.#problems.get(of)?.since ?? clock.wallMs(), reason })
      this.#changed()
    }
    follow({ client, clock, view: this.#view, onChange: () => this.#changed(), onConnection }, kind, this.#stop.signal).catch(
      (error: unknown) => {
        if (always.includes(kind)) {
          this.#failure ??= error
          this.#stop.abort()
        }
        this.#state = say(this.#state, messageOf(error), true)
        this.#changed()
      },
    )
  }

  #connection(): Connection {
    const problems = [...this.#problems.values()]
    const [first] = problems.toSorted((a, b) => a.since - b.since)
    if (first !== undefined) return { state: 'lost', ...first }
    return { state: [...this.#followed].every((kind) => this.#view.isKnown(kind)) && this.#followed.size > 0 ? 'live' : 'connecting' }
  }

  #do(effect: Effect): void {
    if (effect.do === 'quit') {
      this.#stop.abort()
      return
    }
    const { words } = effect
    const title = words.join(' ')
    this.#busy.push(title)
    this.#deps.run(words).then(
      ({ isGood, text }) => {
        this.#busy.splice(this.#busy.indexOf(title), 1)
        const line = text
          .trim()
          .split('\n')
          .filter(Boolean)
          .at(isGood ? -1 : 0)
        this.#state = say(this.#state, line ?? `kit ${title}`, !isGood)
        this.#changed()
      },
      () => undefined,
    )
  }

  /** Starts what the present view needs, and stops what the one before did. */
  #attend(): void {
    const { view } = placeIn(this.#state)
    if (view.screen === 'objects' || view.screen === 'yaml') this.#follow(view.kind)
    const what = formatLocator(view)
    if (this.#activity?.what === what) return
    this.#activity?.stop.abort()
    const stop = new AbortController()
    this.#activity = { what, stop }
    const signal = AbortSignal.any([stop.signal, this.#stop.signal])
    this.#wakePoll()
    if (view.screen === 'logs') this.#readLogs(view, signal).catch(() => undefined)
    if (view.screen === 'describe' || view.screen === 'explain') this.#print(view, signal)
  }

  #print(view: Extract<View, { screen: 'describe' | 'explain' }>, signal: AbortSignal): void {
    this.#printed = ['…']
    this.#deps.run([view.screen, nameOf(view.kind, view.name)]).then(
      ({ text }) => {
        if (signal.aborted) return
        this.#printed = text.trimEnd().split('\n')
        this.#changed()
      },
      () => undefined,
    )
  }

  async #readLogs({ kind, name }: Extract<View, { screen: 'logs' }>, signal: AbortSignal): Promise<void> {
    let lines: (LogLine | string)[] = []
    const show = (): void => {
      if (signal.aborted) return
      if (lines.length > mostLogLines * 1.2) lines = lines.slice(-mostLogLines)
      this.#log = lines
      this.#changed()
    }
    show()
    let since: number | undefined
    let problem = ''
    while (!signal.aborted) {
      try {
        const options = since === undefined ? { follow: true, tail: firstLogLines } : { follow: true, since: since + 1 }
        for await (const line of this.#deps.client.logs(kind, name, options, signal)) {
          problem = ''
          since = Math.max(since ?? 0, line.at)
          lines.push(line)
          show()
        }
        return
      } catch (error) {
        if (signal.aborted) return
        const message = messageOf(error)
        if (message !== problem) lines.push(message)
        problem = message
        show()
      }
      await this.#deps.clock.sleep(pollEveryMs, signal).catch(() => undefined)
    }
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
        // A connection that is broken is told by those who follow; here it only means: later.
        await this.#readEvents().catch(() => undefined)
        await this.#readUsage().catch(() => undefined)
        const wake = new AbortController()
        this.#wakePoll = () => wake.abort()
        await clock.sleep(pollEveryMs, AbortSignal.any([signal, wake.signal])).catch(() => undefined)
      }
    }
    loop().catch(() => undefined)
  }

  async #readEvents(): Promise<void> {
    const { screen } = placeIn(this.#state).view
    if (screen !== 'overview' && screen !== 'events') return
    // Asking for none tells whether there are new ones.
    const { metadata } = await this.#deps.client.events({ fieldSelector: 'metadata.name=-' })
    if (metadata.resourceVersion === this.#eventsVersion) return
    this.#view.events = (await this.#deps.client.events()).items
    this.#eventsVersion = metadata.resourceVersion
    this.#changed()
  }

  /** Of the tasks that are on the screen, and of others on their nodes. */
  async #readUsage(): Promise<void> {
    const { view } = placeIn(this.#state)
    if (view.screen !== 'tasks' && view.screen !== 'nodes') return
    const nodes = [...this.#nodesShown()].slice(0, mostNodesAsked)
    if (nodes.length === 0) return
    const found = (await Promise.all(nodes.map((node) => this.#deps.client.stats(node).catch(() => [])))).flat()
    const usage = new Map<string, Usage>()
    for (const stats of found) {
      const before = this.#lastStats.get(stats.task)
      const isLater = before !== undefined && stats.at > before.at && stats.cpuMs >= before.cpuMs
      const cpuPercent = isLater
        ? (100 * (stats.cpuMs - before.cpuMs)) / (stats.at - before.at)
        : this.#view.usage.get(stats.task)?.cpuPercent
      usage.set(stats.task, { memoryBytes: stats.memoryBytes, ...(cpuPercent === undefined ? {} : { cpuPercent }) })
    }
    this.#lastStats = new Map(found.map((stats) => [stats.task, stats]))
    this.#view.usage = usage
    this.#changed()
  }

  #nodesShown(): ReadonlySet<string> {
    const place = placeIn(this.#state)
    const { keys } = this.#model()
    const height = bodyHeight(this.#size, place.view)
    const { top } = settled(place, keys, height)
    const names = keys.slice(top, top + height)
    const nodes = place.view.screen === 'nodes' ? names : names.flatMap((name) => this.#view.get('Task', name)?.spec.nodeName ?? [])
    return new Set(nodes.filter((node) => this.#view.get('Node', node)?.status.state === 'Ready'))
  }
}

function textLines(lines: readonly string[], { wraps }: Place, columns: number): readonly Line[] {
  return lines.flatMap((line) =>
    (wraps ? wrapped(oneLine(line.replaceAll('\t', '  ')), columns - 2) : [line]).map((part): Line => [` ${part}`]),
  )
}

const logColours = ['cyan', 'green', 'yellow', 'magenta', 'blue'] as const

/** The same task has the same colour, whoever else speaks. */
function colourOf(task: string): (typeof logColours)[number] {
  let sum = 0
  for (const letter of task) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0
  return logColours[sum % logColours.length] ?? 'cyan'
}
