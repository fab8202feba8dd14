import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atLeast, levelOf } from './log-level.ts'

for (const [text, level] of [
  ['{"level":30,"time":1,"msg":"up"}', 'info'],
  ['{"time":1,"level":50,"msg":"down"}', 'error'],
  ['{"severity": "WARNING", "message": "x"}', 'warn'],
  ['time="2026-01-31" level=debug msg="error: none"', 'debug'],
  ['ts=1 lvl=WRN x', 'warn'],
  ['2026-01-31 12:00:00,123 ERROR [main] it broke', 'error'],
  ['2026/01/31 12:00:00 [notice] 1#1: start', 'info'],
  ['2026-01-31 12:00:00 UTC [7] LOG:  ready', 'info'],
  ['2026-01-31 12:00:00 UTC [7] FATAL:  no', 'error'],
  ['W0131 12:00:00.1 1 x.go:1] slow', 'warn'],
  ['panic: runtime error', 'error'],
  ['Error: DB_URL is not set', 'error'],
  ['INFO:     Started server', 'info'],
  ['GET /errors 200', undefined],
  ['no error here', undefined],
  ['information about warnings', undefined],
  ['', undefined],
] as const)
  test(`${text || 'an empty line'} is ${level ?? 'of no level'}`, () => assert.equal(levelOf(text), level))

test('a line that does not say goes with the one before it of its task', () => {
  const keeps = atLeast('warn')
  const lines = [
    ['a', 'hello', false],
    ['a', 'ERROR it broke', true],
    ['b', 'INFO fine', false],
    ['a', '  at main.js:1', true],
    ['b', '  as ever', false],
    ['a', 'INFO goes on', false],
  ] as const
  for (const [task, text, kept] of lines) assert.equal(keeps({ task, text }), kept, text)
})
