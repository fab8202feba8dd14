// A dashboard is recorded, and seen again as it was.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { headOf, momentOf, parseRecording, recordSession, resizeOf } from './recording.ts'
import { Replay } from './replay.ts'
import { createTown } from './testdata/town.ts'

test('what was recorded is read again line by line, also where a frame has fewer, and a torn end costs only itself', () => {
  const frames = [['a', '\u001b[31mred\u001b[39m', ''], ['a', 'c', ''], ['a'], ['b', 'c', 'd', 'e']]
  const written = frames.map((lines, at) => momentOf({ atMs: at * 1500, lines }, frames[at - 1] ?? []))
  const text = [headOf({ columns: 80, rows: 24 }, 86_400_000), ...written, resizeOf(5_000, { columns: 90, rows: 30 }), '[6, "o", "'].join(
    '',
  )
  assert.ok(written[1]?.includes('2;1H') && !written[1].includes('1;1Ha'), 'only what is different')
  assert.equal(momentOf({ atMs: 0, lines: ['a'] }, ['a']), '')
  const { startedAt, moments } = parseRecording(text)
  assert.equal(startedAt, 86_400_000)
  assert.deepEqual(
    moments,
    frames.map((lines, at) => ({ atMs: at * 1500, lines })),
  )
  assert.throws(() => parseRecording('services:\n'), /no recording/)
  assert.throws(() => parseRecording(headOf({ columns: 80, rows: 24 }, 0)), /nothing in it/)
})

test('on a full disk the recording ends, and the screen goes on and says so', async () => {
  const town = createTown()
  const running = town.session.run(new AbortController().signal)
  let [room, file] = [10_000, '']
  const end = recordSession(town.session, town.clock, (text) => {
    if (file.length + text.length > room) throw new Error('ENOSPC: no space left on device, write')
    file += text
  })
  await town.clock.advance(1_000)
  town.session.press('2')
  await town.clock.advance(1_000)
  assert.ok(parseRecording(file).moments.length > 1)
  room = 0
  town.session.press('3')
  await town.clock.advance(1_000)
  const shown = town.session.frame().map(stripVTControlCharacters).join('\n')
  assert.match(shown, /^ tasks/m)
  assert.match(shown, /the recording ends here: ENOSPC: no space left on device/)
  assert.match(end() ?? '', /ENOSPC/)
  town.session.press('ctrl-c')
  await town.clock.advance(100)
  await running
})

test('it is played, stands still, goes to a time and to the next change, faster and slower', async () => {
  const { clock } = createTown()
  const moments = [0, 10_000, 20_000, 60_000].map((atMs) => ({ atMs, lines: [`at ${atMs / 1000}`, 'second'] }))
  const replay = new Replay({
    recording: { startedAt: 3_600_000, moments },
    clock,
    theme: 'dark',
    hasColour: false,
    size: { columns: 80, rows: 16 },
  })
  const running = replay.run(new AbortController().signal)
  const shown = async (ms: number, ...keys: readonly string[]): Promise<string> => {
    for (const key of keys) replay.press(key)
    await clock.advance(ms)
    const lines = replay.frame().map(stripVTControlCharacters)
    assert.equal(lines.length, 16)
    return `${lines[0]}|${lines.at(-1)?.trim()}`
  }
  assert.match(await shown(1_000), /^at 0\|> 00:01 of 01:00 \[[#.]{8}\] 01:00:01 UTC x1 +space/)
  assert.match(await shown(9_500), /^at 10\|> 00:10/)
  assert.match(await shown(5_000, ' '), /^at 10\|= 00:10/)
  assert.match(await shown(0, 'n'), /^at 20\|= 00:20/)
  assert.match(await shown(0, 'N', 'N'), /^at 0\|= 00:00/)
  assert.match(await shown(0, 'right', 'right', 'right', 'left'), /^at 10\|= 00:10/)
  assert.match(await shown(3_000, ' ', '>', '>'), /^at 20\|> 00:22 .* x4/)
  assert.match(await shown(60_000), /^at 60\|= 01:00 of 01:00 \[#+\]/, 'it stands still at its end')
  assert.match(await shown(0, ' '), /^at 0\|> 00:00/, 'and begins again')
  replay.resize({ columns: 60, rows: 16 })
  assert.ok(replay.frame().every((line) => stripVTControlCharacters(line).length <= 60))
  replay.press('q')
  await clock.advance(100)
  await running
})
