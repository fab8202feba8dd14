// What the manager that answers measures of itself: the few of its metrics that the dashboard shows, and what two readings of
// them mean. Pure.

interface Reading {
  readonly atMs: number
  /** By name, over all labels that are counted. */
  readonly sums: ReadonlyMap<string, number>
}

/** What is undefined the manager did not tell, or there was none of it. */
export interface ManagerFigures {
  /** Until a commit was durable and applied, on average of those since the reading before; of none, as it was. */
  readonly commitMs?: number
  /** The same of one step of a controller. */
  readonly reconcileMs?: number
  /** Keys that wait for a controller. Only the leader has any. */
  readonly queued?: number
  /** Watches that are open, of dashboards too. */
  readonly watches?: number
  readonly eventsPerSecond?: number
}

const commits = 'kit_store_commit_duration_seconds'
const reconciles = 'kit_reconcile_duration_seconds'
const queue = 'kit_workqueue_depth'
const streams = 'kit_api_open_streams'
const events = 'kit_events_total'
const wanted: ReadonlySet<string> = new Set([
  `${commits}_sum`,
  `${commits}_count`,
  `${reconciles}_sum`,
  `${reconciles}_count`,
  queue,
  streams,
  events,
])

/** Of the text in which Prometheus reads it. */
export function readMetrics(text: string, atMs: number): Reading {
  const sums = new Map<string, number>()
  for (const [, name = '', labels = '', value] of text.matchAll(/^(kit_\w+)(?:\{([^}]*)\})? (\S+)$/gm)) {
    if (!wanted.has(name) || (name === streams && !labels.includes('verb="watch"'))) continue
    sums.set(name, (sums.get(name) ?? 0) + Number(value))
  }
  return { atMs, sums }
}

/** `known`: what was made of the reading before. */
export function figuresOf(now: Reading, before: Reading | undefined, known: ManagerFigures): ManagerFigures {
  const of = (name: string): number | undefined => now.sums.get(name)
  const since = (name: string): number | undefined => {
    const grown = (of(name) ?? 0) - (before?.sums.get(name) ?? 0)
    // Of another manager, or one that has started anew, nothing is known yet.
    return before === undefined || grown < 0 ? undefined : grown
  }
  const average = (name: string): number | undefined => {
    const [sum, count = 0] = [since(`${name}_sum`), since(`${name}_count`)]
    return sum === undefined || count === 0 ? undefined : (1_000 * sum) / count
  }
  const happened = since(events)
  const seconds = (now.atMs - (before?.atMs ?? now.atMs)) / 1_000
  return defined({
    commitMs: average(commits) ?? known.commitMs,
    reconcileMs: average(reconciles) ?? known.reconcileMs,
    queued: of(queue),
    watches: of(streams),
    eventsPerSecond: happened === undefined || seconds <= 0 || of(events) === undefined ? undefined : happened / seconds,
  })
}

function defined(figures: { readonly [K in keyof ManagerFigures]-?: number | undefined }): ManagerFigures {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined))
}
