// How the cluster goes: a reading each second, of the last two minutes, as small graphs. What happens is read off the copy, all
// the time; what the manager measures of itself is there for as long as it was asked.

import { sizeText, snapshotText } from '../cluster/members.ts'
import type { ClusterView } from './cluster-view.ts'
import type { ManagerFigures } from './manager-figures.ts'
import { sparkline } from './sparkline.ts'
import { milliseconds } from './tables.ts'
import type { Line, Span } from './text.ts'

interface Reading {
  readonly running: number
  readonly starting: number
  readonly pending: number
  readonly trouble: number
  /** Since the reading before. */
  readonly started: number
  readonly failed: number
  readonly events: number
  readonly nodes: number
  readonly answerMs: number | undefined
  readonly figures: ManagerFigures
}

const kept = 120
const perMinute = 60
/** More than that waits for a controller only while much changes, or while it cannot do its work. */
const longQueue = 1_000

export class Pulse {
  readonly #readings: Reading[] = []
  #before: ClusterView['totals'] | undefined

  /** Once a second. `figures`: where the manager was asked for them just now. */
  read(view: ClusterView, answerMs: number | undefined, figures: ManagerFigures = {}): void {
    const { running, starting, pending, unhealthy, failed } = view.counts()
    const { totals } = view
    // What was there when we came is no change.
    const before = this.#before ?? totals
    const nodes = [...view.all('Node').values()].filter(({ status }) => status.state === 'Ready').length
    this.#readings.push({
      running,
      starting,
      pending,
      trouble: unhealthy + failed,
      started: totals.started - before.started,
      failed: totals.failed - before.failed,
      events: totals.events - before.events,
      nodes,
      answerMs,
      figures,
    })
    this.#before = { ...totals }
    if (this.#readings.length > kept) this.#readings.shift()
  }

  /** `view`: for what is no graph. */
  lines(view: ClusterView, columns: number): readonly Line[] {
    const readings = this.#readings
    const last = readings.at(-1)
    if (last === undefined) return [[' …']]
    const width = Math.max(10, Math.min(kept, columns - 38))
    const minute = readings.slice(-perMinute)
    const perMinuteOf = (of: (reading: Reading) => number): number => minute.reduce((sum, reading) => sum + of(reading), 0)
    const row = (name: string, now: string, of: (reading: Reading) => number | undefined, isBad = false): Line => {
      const values = readings.map(of)
      const known = values.filter((each) => each !== undefined)
      const most = Math.max(...known)
      const value: Span = isBad ? { text: now.padEnd(13), style: 'red' } : now.padEnd(13)
      const note = known.length === 0 ? '' : `most ${Number.isInteger(most) ? most : most.toFixed(1)}`
      return [
        ` ${name.padEnd(10)}`,
        value,
        { text: sparkline(values, width, { most: kept }), style: isBad ? 'red' : 'cyan' },
        { text: `  ${note}`.trimEnd(), style: 'dim' },
      ]
    }
    const { figures } = last
    const failures = perMinuteOf(({ failed }) => failed)
    return [
      [{ text: ` the last ${readings.length} s, a sign for ${Math.max(1, Math.round(kept / width))} s`, style: 'dim' }],
      [],
      row('tasks', `${last.running} run`, ({ running }) => running),
      row('starting', `${last.starting}`, ({ starting }) => starting),
      row('pending', `${last.pending}`, ({ pending }) => pending, last.pending > 0),
      row('trouble', `${last.trouble}`, ({ trouble }) => trouble, last.trouble > 0),
      row('starts', `${perMinuteOf(({ started }) => started)}/min`, ({ started }) => started),
      row('failures', `${failures}/min`, ({ failed }) => failed, failures > 0),
      row('changes', `${last.events}/s`, ({ events }) => events),
      row('nodes', `${last.nodes} ready`, ({ nodes }) => nodes),
      row('api', last.answerMs === undefined ? '-' : `${last.answerMs.toFixed(0)} ms`, ({ answerMs }) => answerMs),
      row('commit', timeText(figures.commitMs), (reading) => reading.figures.commitMs),
      row('reconcile', timeText(figures.reconcileMs), (reading) => reading.figures.reconcileMs),
      row('queue', amountText(figures.queued), (reading) => reading.figures.queued, (figures.queued ?? 0) > longQueue),
      row('watches', amountText(figures.watches), (reading) => reading.figures.watches),
      row(
        'events',
        figures.eventsPerSecond === undefined ? '-' : `${figures.eventsPerSecond.toFixed(1)}/s`,
        (reading) => reading.figures.eventsPerSecond,
      ),
      ...logLine(view),
    ]
  }
}

function timeText(ms: number | undefined): string {
  return ms === undefined ? '-' : milliseconds(ms)
}

function amountText(amount: number | undefined): string {
  return amount === undefined ? '-' : String(amount)
}

/** What the leader would have to send, or to replay, since its last snapshot. */
function logLine(view: ClusterView): readonly Line[] {
  const leader = [...view.all('Node').values()].find(({ status }) => status.manager?.member === 'Leader')
  const member = leader === undefined ? undefined : view.members.get(leader.metadata.name)
  if (member === undefined) return []
  const { commitIndex, snapshotIndex, replayBytes } = member
  const entries = commitIndex - snapshotIndex
  return [[` ${'log'.padEnd(10)}`, `${entries} entries, ${sizeText(replayBytes)} to replay   snapshot ${snapshotText(member)}`]]
}
