// Durations as users write them (`10s`, `1h30m`, `250ms`, `1.5h`: Go's syntax, without a sign) and
// as code counts them: milliseconds, with a fraction below one.

import assert from 'node:assert/strict'

const unitMs: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
])
const whole = /^(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h)(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))*$/
const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g
/** Longest text that is read, so that no text is costly to refuse. */
const maxLength = 64
/** Go's int64 of nanoseconds ends here: about 292 years. */
const maxMs = 9_223_372_036_854

/** Milliseconds, or `undefined` when the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (text.length > maxLength || !whole.test(text)) return undefined
  let total = 0
  for (const [, amount = '', unit = ''] of text.matchAll(part)) total += Number(amount) * (unitMs.get(unit) ?? Number.NaN)
  return total <= maxMs ? total : undefined
}

/** Milliseconds of a duration that has been validated before. */
export function durationMs(text: string): number {
  const ms = parseDuration(text)
  assert(ms !== undefined, `not a duration: ${text}`)
  return ms
}

/** The shortest common way to write it: `1h30m`, `10s`, `1.5s`, `250ms`, `0s`. Read back it gives the same number of nanoseconds. */
export function formatDuration(ms: number): string {
  assert(ms >= 0 && ms <= maxMs, `not a duration in milliseconds: ${ms}`)
  if (ms === 0) return '0s'
  if (ms < 1) return ms < 1e-3 ? `${Math.round(ms * 1e6)}ns` : `${trim(ms * 1e3, 3)}us`
  if (ms < 1000) return `${trim(ms, 6)}ms`
  const hours = Math.floor(ms / 3_600_000)
  const minutes = Math.floor((ms % 3_600_000) / 60_000)
  const seconds = trim((ms % 60_000) / 1000, 9)
  return `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}${seconds === '0' ? '' : `${seconds}s`}`
}

function trim(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.?0+$/, '')
}
