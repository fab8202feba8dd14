// How the cluster goes: a reading each second, of the last two minutes, as small graphs. Nothing is asked for that the copy
// does not know; only the time that the API takes is measured.

import type { ClusterView } from './cluster-view.ts'
import { sparkline } from './sparkline.ts'
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
}

const kept = 120
const perMinute = 60

export class Pulse {
  readonly #readings: Reading[] = []
  #before: ClusterView['totals'] | undefined

  /** Once a second. */
  read(view: ClusterView, answerMs: number | undefined): void {
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
    })
    this.#before = { ...totals }
    if (this.#readings.length > kept) this.#readings.shift()
  }

  lines(columns: number): readonly Line[] {
    const readings = this.#readings
    const last = readings.at(-1)
    if (last === undefined) return [[' …']]
    const width = Math.max(10, Math.min(kept, columns - 38))
    const minute = readings.slice(-perMinute)
    const perMinuteOf = (of: (reading: Reading) => number): number => minute.reduce((sum, reading) => sum + of(reading), 0)
    const row = (name: string, now: string, of: (reading: Reading) => number | undefined, isBad = false): Line => {
      const values = readings.map((reading) => of(reading) ?? 0)
      const most = Math.max(...values)
      const value: Span = isBad ? { text: now.padEnd(13), style: 'red' } : now.padEnd(13)
      const note = `most ${Number.isInteger(most) ? most : most.toFixed(1)}`
      return [
        ` ${name.padEnd(10)}`,
        value,
        { text: sparkline(values, width, { most: kept }), style: isBad ? 'red' : 'cyan' },
        { text: `  ${note}`, style: 'dim' },
      ]
    }
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
    ]
  }
}
