import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MergedLines } from './merged-lines.ts'
import { settle, TestClock } from './testdata/world.ts'

const line = (task: string, at: number) => ({ task, stream: 'stdout' as const, at, text: `${task}${at}` })

function createReader(follows: boolean) {
  const clock = new TestClock()
  const merged = new MergedLines(clock, follows)
  const read: string[] = []
  const ended = (async () => {
    for await (const { text } of merged.lines()) read.push(text)
  })()
  return { clock, merged, read, ended }
}

test('the oldest line goes first, whoever hands it over first', async () => {
  const { merged, read, ended } = createReader(false)
  const [a, b] = [merged.add(), merged.add()]
  for (const at of [1, 4, 5]) await a.push(line('a', at))
  await settle()
  assert.deepEqual(read, [], 'b may have an older one')
  for (const at of [2, 3, 6]) await b.push(line('b', at))
  a.end()
  b.end()
  await settle()
  merged.close()
  await ended
  assert.deepEqual(read, ['a1', 'b2', 'b3', 'a4', 'a5', 'b6'])
})

test('a writer that is far ahead has to wait, and goes on when it is read', async () => {
  const { merged, read } = createReader(false)
  const [a, b] = [merged.add(), merged.add()]
  let written = 0
  const writing = (async () => {
    for (; written < 10_000; written++) await a.push(line('a', written))
    a.end()
  })()
  await settle()
  assert.ok(written < 5000, `${written} lines are queued`)
  b.end()
  await writing
  await settle()
  assert.equal(read.length, 10_000)
})

test('while a log is followed, nobody waits longer than a moment for one that is silent', async () => {
  const { clock, merged, read } = createReader(true)
  const [a, b] = [merged.add(), merged.add()]
  await a.push(line('a', 1))
  await clock.advance(900)
  assert.deepEqual(read, [], 'b was not heard at all so far')
  await clock.advance(200)
  assert.deepEqual(read, ['a1'])
  b.heard()
  await a.push(line('a', 4))
  await clock.advance(100)
  await b.push(line('b', 3))
  await clock.advance(0)
  assert.deepEqual(read, ['a1', 'b3'])
  await clock.advance(200)
  assert.deepEqual(read, ['a1', 'b3', 'a4'])
})

test('one that is silent does not hold up one that says much', async () => {
  const { merged, read } = createReader(true)
  const [a, b] = [merged.add(), merged.add()]
  b.heard()
  for (let at = 0; at < 10_000; at++) await a.push(line('a', at))
  await settle()
  assert.ok(read.length > 5000, `${read.length} lines were read, and no time has passed`)
})

test('who stops reading lets writers end; what was handed over is still read', async () => {
  const { merged, read, ended } = createReader(false)
  const [a] = [merged.add(), merged.add()]
  await a.push(line('a', 1))
  merged.close()
  await ended
  assert.deepEqual(read, ['a1'])
  assert.equal(await a.push(line('a', 2)), false)
})
