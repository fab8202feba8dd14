// Points in time: milliseconds since 1970 inside, RFC 3339 in UTC on the wire. `Date` is used with an
// argument only: without one it would read the clock.

import assert from 'node:assert/strict'

const form = /^\d{4}-\d\d-(\d\d)[Tt](\d\d):\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/
/** 9999-12-31: the last day that four digits of a year can say. */
const lastMs = 253_402_300_799_999

/** The one of before: whoever is busy asks for the same second thousands of times. */
let before = { second: -1, text: '' }

/** `2026-11-24T11:44:18Z`: whole seconds, rounded down. */
export function formatTimestamp(ms: number): string {
  assert(ms >= 0 && ms <= lastMs, `not a time between 1970 and 9999: ${ms}`)
  const second = Math.floor(ms / 1000)
  if (second !== before.second) before = { second, text: `${new Date(ms).toISOString().slice(0, 19)}Z` }
  return before.text
}

/** `2026-11-24T11:44:18.250Z`: for what follows each other quickly. */
export function formatTimestampMs(ms: number): string {
  assert(ms >= 0 && ms <= lastMs, `not a time between 1970 and 9999: ${ms}`)
  return new Date(ms).toISOString()
}

/** Milliseconds since 1970, or `undefined` when the text is no RFC 3339 time. */
export function parseTimestamp(text: string): number | undefined {
  const match = form.exec(text)
  if (match === null || match[2] === '24') return undefined
  const ms = Date.parse(text.toUpperCase())
  return Number.isNaN(ms) || !hasDay(text, Number(match[1])) ? undefined : ms
}

/** `Date` reads 30 February as 2 March; such a day does not exist. */
function hasDay(text: string, day: number): boolean {
  return new Date(`${text.slice(0, 10)}T00:00:00Z`).getUTCDate() === day
}
