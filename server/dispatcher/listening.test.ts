import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Listening } from './listening.ts'

test('time goes on as the clock does, and while the manager stands still hardly at all', async () => {
  const stop = new AbortController()
  let nowMs = 1_000
  let wake = (): void => {}
  const clock = {
    monotonicMs: () => nowMs,
    wallMs: () => 0,
    sleep: () => new Promise<void>((resolve) => (wake = resolve)),
  }
  const listening = new Listening(clock)
  const running = listening.run(stop.signal)
  const passes = async (ms: number): Promise<void> => {
    nowMs += ms
    wake()
    await new Promise((resolve) => setImmediate(resolve))
  }
  for (let looks = 0; looks < 50; looks += 1) await passes(200)
  assert.equal(listening.ms, 10_000)
  nowMs += 150
  assert.equal(listening.ms, 10_150, 'between two looks as well')
  nowMs += 60_000
  assert.equal(listening.ms, 10_400, 'what asks before the next look is not told of the pause either')
  await passes(0)
  await passes(250)
  assert.equal(listening.ms, 10_650)
  stop.abort()
  wake()
  await running
})
