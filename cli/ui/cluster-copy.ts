// One cluster of the dashboard: the copy of its objects, what keeps it like the cluster, and how the connection is. Other
// clusters, screens and keys are none of its business.

import type { Kind } from '../../api/objects.ts'
import type { Client } from '../../client/client.ts'
import type { Clock } from '../../effects/effects.ts'
import { messageOf } from '../../effects/thrown.ts'
import { readMembers } from '../cluster/members.ts'
import { ClusterView } from './cluster-view.ts'
import { follow, type Problem } from './follow.ts'
import { figuresOf, readMetrics } from './manager-figures.ts'
import { type NodeReading, readingOf } from './usage.ts'

/** What every screen needs. Other kinds are followed once they are looked at. */
const always: readonly Kind[] = ['Node', 'Service', 'Task', 'Revision', 'Stack', 'Source']

export type Connection =
  | { readonly state: 'connecting' | 'live' }
  /** `since`: ms since 1970. `retryInMs`: undefined where trying again mends nothing. */
  | { readonly state: 'lost'; readonly since: number; readonly reason: string; readonly retryInMs?: number }

export interface ClusterCopyDeps {
  readonly client: Client
  readonly clock: Clock
  /** Called after every change, of the copy and of the connection. */
  readonly onChange: () => void
  /** Called when a kind cannot be followed, with what trying again does not mend. */
  readonly onFailure: (error: unknown, isNeeded: boolean) => void
}

export class ClusterCopy {
  readonly view = new ClusterView()
  readonly client: Client
  readonly #deps: ClusterCopyDeps
  readonly #followed = new Set<Kind>()
  readonly #problems = new Map<Kind, Problem & { readonly since: number }>()
  #failure: { readonly since: number; readonly reason: string } | undefined
  #following = new AbortController()
  #eventsVersion = ''
  readonly #readings = new Map<string, NodeReading>()
  /** Of the nodes that are Ready, how many were asked since the first. */
  #sampled = 0
  #metrics: ReturnType<typeof readMetrics> | undefined
  #answerMs: number | undefined

  constructor(deps: ClusterCopyDeps) {
    this.#deps = deps
    this.client = deps.client
  }

  /** How long the API took to answer, when it was last asked. */
  get answerMs(): number | undefined {
    return this.#answerMs
  }

  /** Until `signal` fires. */
  begin(signal: AbortSignal): void {
    for (const kind of always) this.follow(kind, signal)
  }

  follow(kind: Kind, signal: AbortSignal): void {
    if (this.#followed.has(kind)) return
    this.#followed.add(kind)
    const { client, clock, onChange, onFailure } = this.#deps
    const onConnection = (of: Kind, problem: Problem | undefined): void => {
      if (problem === undefined) this.#problems.delete(of)
      else this.#problems.set(of, { ...problem, since: this.#problems.get(of)?.since ?? clock.wallMs() })
      onChange()
    }
    follow({ client, clock, view: this.view, onChange, onConnection }, kind, AbortSignal.any([signal, this.#following.signal])).catch(
      (error: unknown) => {
        const isNeeded = always.includes(kind)
        if (isNeeded) this.#failure ??= { since: clock.wallMs(), reason: messageOf(error) }
        onFailure(error, isNeeded)
      },
    )
  }

  /** Asks for everything again. */
  resync(signal: AbortSignal): void {
    const kinds = [...this.#followed]
    this.#following.abort()
    this.#following = new AbortController()
    this.#followed.clear()
    this.#problems.clear()
    this.#failure = undefined
    this.#eventsVersion = ''
    for (const kind of kinds) this.follow(kind, signal)
  }

  /** The problem that has lasted longest, and the attempt that comes first. */
  connection(): Connection {
    if (this.#failure !== undefined) return { state: 'lost', ...this.#failure }
    const problems = [...this.#problems.values()]
    const [first] = problems.toSorted((a, b) => a.since - b.since)
    if (first === undefined) {
      const isLive = this.#followed.size > 0 && [...this.#followed].every((kind) => this.view.isKnown(kind))
      return { state: isLive ? 'live' : 'connecting' }
    }
    const retryAtMs = Math.min(...problems.map((problem) => problem.retryAtMs))
    const retryInMs = Math.max(0, retryAtMs - this.#deps.clock.monotonicMs())
    return { state: 'lost', since: first.since, reason: first.reason, retryInMs }
  }

  /** Asking for none tells whether there are new ones. */
  async readEvents(): Promise<void> {
    const { client, clock, onChange } = this.#deps
    const askedAt = clock.monotonicMs()
    const { metadata } = await client.events({ fieldSelector: 'metadata.name=-' })
    this.#answerMs = clock.monotonicMs() - askedAt
    if (metadata.resourceVersion === this.#eventsVersion) return
    this.view.events = (await client.events()).items
    this.#eventsVersion = metadata.resourceVersion
    onChange()
  }

  /** How far the members of the store are. */
  async readMembers(): Promise<void> {
    const { client, onChange } = this.#deps
    this.view.members = await readMembers(client, this.view.all('Node').values())
    onChange()
  }

  /** What the manager measures of itself. Who may not ask for that goes without. */
  async readFigures(): Promise<void> {
    const { client, clock, onChange } = this.#deps
    const text = await client.raw({ method: 'GET', path: '/metrics' }).catch(() => undefined)
    if (typeof text !== 'string') return
    const now = readMetrics(text, clock.monotonicMs())
    this.view.figures = figuresOf(now, this.#metrics, this.view.figures)
    this.#metrics = now
    onChange()
  }

  /** What some nodes use, others each time, beside what is known of those that were asked before. */
  async sampleUsage(most: number): Promise<void> {
    const ready = [...this.view.all('Node').values()].flatMap(({ metadata, status }) => (status.state === 'Ready' ? metadata.name : []))
    for (const node of this.#readings.keys()) if (!ready.includes(node)) this.#readings.delete(node)
    const from = this.#sampled < ready.length ? this.#sampled : 0
    this.#sampled = from + most
    await this.#readNodes(ready.slice(from, from + most))
    this.#deps.onChange()
  }

  /** What the tasks of those nodes use. Tasks and nodes that are not asked about any more are forgotten. */
  async readUsage(nodes: readonly string[]): Promise<void> {
    if (nodes.length === 0) return
    const asked = new Set(nodes)
    for (const node of this.#readings.keys()) if (!asked.has(node)) this.#readings.delete(node)
    await this.#readNodes(nodes)
    const readings = [...this.#readings.values()]
    this.view.usage = new Map(readings.flatMap(({ tasks }) => [...tasks]))
    this.#deps.onChange()
  }

  async #readNodes(nodes: readonly string[]): Promise<void> {
    const { client, clock } = this.#deps
    await Promise.all(
      nodes.map(async (node) => {
        const askedAt = clock.monotonicMs()
        const found = await client.stats(node).catch(() => undefined)
        if (found === undefined) this.#readings.delete(node)
        else this.#readings.set(node, readingOf(found, clock.monotonicMs() - askedAt, this.#readings.get(node)))
      }),
    )
    this.view.nodeUsage = new Map([...this.#readings].map(([node, { whole }]) => [node, whole]))
  }
}
