import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRefusalLog } from './refusal-log.ts'

test('each kind is told once in ten seconds, and how many were not', () => {
  let nowMs = 0
  const lines: (readonly [string, unknown])[] = []
  const tell = createRefusalLog({ clock: { monotonicMs: () => nowMs }, log: { warn: (message, fields) => lines.push([message, fields]) } })
  for (let at = 0; at < 1000; at++) tell('a', 'Refused', { address: 'a' })
  tell('b', 'Refused', { address: 'b' })
  assert.deepEqual(lines, [['Refused', { address: 'a' }], ['Refused', { address: 'b' }]]) // biome-ignore format: one table
  nowMs = 10_000
  tell('a', 'Refused', { address: 'a' })
  assert.deepEqual(lines.slice(2), [['Refused more of the same', { times: 999 }], ['Refused', { address: 'a' }]]) // biome-ignore format: one table
})

test('a flood of kinds is bounded, too', () => {
  const lines: string[] = []
  const tell = createRefusalLog({ clock: { monotonicMs: () => 0 }, log: { warn: (message) => lines.push(message) } })
  for (let at = 0; at < 10_000; at++) tell(`address ${at}`, 'Refused', {})
  assert.equal(lines.length, 100)
})
