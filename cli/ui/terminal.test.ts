// What the dashboard sends to a terminal, byte by byte, and what it makes of what comes from there. The same with real
// programs and terminals is in e2e/dashboard.test.ts.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mouseOff, mouseOn } from './mouse.ts'
import { openTerminal } from './testdata/terminal.ts'
import { createTown } from './testdata/town.ts'

const click = (x: number, y: number): string => `\u001b[<0;${x};${y}M`
const wheelDown = '\u001b[<65;4;4M'
const copied = (text: string): string => `\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`
/** Control sequences and nothing else. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is sent
const invisible = /^(\u001b\[[?>=<]?[\d;]*[a-zA-Z])*$/
/** Any foreground or background. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is sent
const colour = /\u001b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d+)*m/

test('no frame clears the screen, each is between marks that hold the terminal until it is whole, and the terminal is given back', async () => {
  const town = createTown()
  const terminal = await openTerminal(town)
  await terminal.shows(/needs you/)
  for (const [key, seen] of [
    ['2', /IMAGE/],
    ['j\r', /LAST ERROR/],
    ['?', /Keys in tasks/],
    ['\u001b[B', /Keys in tasks/],
    ['4', /MEMORY/],
    ['D', /Drain node/],
    ['\t', />\[Drain\]</],
  ] as const) {
    await terminal.type(key)
    await terminal.shows(seen)
  }
  const beforeResizing = terminal.all()
  await terminal.resize({ columns: 120, rows: 40 })
  await terminal.shows(/>\[Drain\]</)
  await terminal.resize({ columns: 70, rows: 20 })
  await terminal.type('\u001b')
  await terminal.shows(/nothing was changed/)
  const [before = '', drawn = '', ...more] = (await terminal.close()).split('\u001b[?1049h')
  assert.deepEqual([before, more], ['', []], 'the other screen is opened once, and before anything else')
  const [inside = '', after] = drawn.split('\u001b[?1049l')
  assert.ok(after !== undefined, 'it is closed')
  for (const clear of ['2J', '3J']) assert.ok(!inside.includes(`\u001b[${clear}`), clear)
  // What a window of another size has below is cleared, once, and within a frame.
  for (const clear of ['J', '0J']) assert.ok(!beforeResizing.includes(`\u001b[${clear}`), clear)
  const [start = '', ...frames] = inside.split('\u001b[?2026h')
  assert.ok(frames.length >= 8, `${frames.length} frames`)
  // Between frames the terminal gets nothing that is seen: the mouse, the cursor, what it calls itself.
  for (const outside of [start, ...frames.map((frame) => frame.split('\u001b[?2026l')[1])])
    assert.match(outside ?? 'no end', invisible, JSON.stringify(outside))
  const end = inside + after
  assert.ok(end.lastIndexOf(mouseOff) > end.lastIndexOf(mouseOn), 'the mouse is the terminal’s again')
  assert.ok(end.lastIndexOf('\u001b[?25h') > end.lastIndexOf('\u001b[?25l'), 'the cursor is back')
})

test('the first frame is there before Ink draws it in the same place', async () => {
  const terminal = await openTerminal(createTown())
  const [, first = '', second = ''] = (await terminal.close()).split('\u001b[?2026h')
  for (const line of [1, 2, 24]) assert.ok(first.includes(`\u001b[${line};1H`), `line ${line}`)
  assert.ok(first.includes('needs you') && first.endsWith('\u001b[H\u001b[?2026l'), 'the cursor is where it was')
  assert.match(second, /needs you/)
})

test('while nothing changes nothing is sent, and then the lines that are different', async () => {
  const town = createTown({ start: { screen: 'services' } })
  const terminal = await openTerminal(town)
  await terminal.shows(/IMAGE[\s\S]*shop_web/)
  const { length } = terminal.all()
  await town.clock.advance(30_000)
  await terminal.type('k') // It is the first row already.
  assert.equal(terminal.all().length, length)
  await terminal.type('j')
  await terminal.shows(/>shop_bad/)
  const sent = terminal.all().slice(length)
  assert.deepEqual([sent.includes('shop_api'), sent.includes('shop_bad'), sent.includes('shop_web')], [true, true, false])
  await terminal.close()
})

test('a click selects a row, a second one opens it, one on a heading sorts, the wheel moves: also several in one chunk', async () => {
  const town = createTown({ start: { screen: 'services' } })
  const terminal = await openTerminal(town)
  await terminal.shows(/shop_web/)
  await terminal.type(click(4, 5))
  await terminal.type('c')
  await terminal.shows(/copied: shop_bad/)
  assert.ok(terminal.all().includes(copied('shop_bad')))
  await terminal.type(wheelDown + wheelDown)
  await terminal.type('C')
  await terminal.shows(/uid-shop_web/)
  assert.ok(terminal.all().includes(copied('uid-shop_web')))
  await terminal.type(click(4, 3))
  await terminal.shows(/by name \^/)
  await terminal.type(click(4, 3))
  assert.match(town.session.frame()[1] ?? '', /by name v/)
  await terminal.type(click(4, 5) + click(4, 5))
  await terminal.shows(/LAST ERROR/)
  assert.match(town.session.frame()[1] ?? '', /services > shop_big > tasks/)
  await terminal.close()
})

test('a double click on a row that was selected opens it and nothing of what is below it', async () => {
  const town = createTown({ start: { screen: 'services' } })
  const terminal = await openTerminal(town)
  await terminal.shows(/shop_web/)
  await terminal.type(click(4, 4) + click(4, 4))
  await terminal.shows(/LAST ERROR/)
  assert.match(town.session.frame()[1] ?? '', /services > shop_api > tasks/)
  await town.clock.advance(1_000)
  await terminal.type(click(4, 4))
  await terminal.shows(/listening on 80/)
  await terminal.close()
})

test('alt and a digit, as a terminal sends them, are not the digit', async () => {
  const town = createTown({ start: { screen: 'logs', kind: 'Service', name: 'shop_api' } })
  const terminal = await openTerminal(town)
  await terminal.shows(/shop_api\.3 \| listening on 80/)
  await terminal.type('\u001b2')
  await terminal.shows(/only 2/)
  const frame = town.session.frame().join('\n')
  assert.match(frame, /shop_api > logs/, 'the digit alone would go to the services')
  assert.match(frame, /shop_api\.2 \| Error/)
  assert.doesNotMatch(frame, /shop_api\.[13]/)
  await terminal.type('2')
  assert.match(town.session.frame()[1] ?? '', /^ services/)
  await terminal.close()
})

test('the wheel and clicks are for the pane that they are on', async () => {
  const size = { columns: 200, rows: 24 }
  const town = createTown({ start: { screen: 'services' }, size })
  const terminal = await openTerminal(town, size)
  // Only what is different is painted, so that the whole is to be had from the frame.
  const frame = (): string => town.session.frame().join('\n')
  assert.match(frame(), />shop_api[\s\S]*\+ events of service\/shop_api/)
  const [column, row] = [190, 6]
  await terminal.type(click(column, row))
  assert.match(frame(), /\+>service\/shop_api/)
  const wheel = (x: number, y: number): string => `\u001b[<65;${x};${y}M`
  await terminal.type(wheel(column, row) + wheel(column, row))
  assert.doesNotMatch(frame(), /\| state +STOPPED/)
  assert.match(frame(), />shop_api/)
  await terminal.type(wheel(4, 6))
  assert.match(frame(), />shop_web/)
  assert.match(frame(), /\+ service\/shop_web/)
  await terminal.close()
})

test('what needs somebody has the lines that it takes, and each of them is a click on it', async () => {
  const town = createTown({ start: { screen: 'overview' } })
  const terminal = await openTerminal(town)
  const line = (what: RegExp): number => town.session.frame().findIndex((each) => what.test(each))
  const at = line(/service\/shop_big/)
  assert.match(town.session.frame()[at + 1] ?? '', /^\| +nodes +\|/)
  await terminal.type(click(4, at + 2))
  assert.match(town.session.frame()[line(/service\/shop_big/)] ?? '', />! service\/shop_big/)
  await terminal.close()
})

test('a click on a key of the last line is that key', async () => {
  const town = createTown({ start: { screen: 'services' } })
  const terminal = await openTerminal(town)
  await terminal.shows(/shop_web/)
  const at = (word: string): number => (town.session.frame().at(-1) ?? '').indexOf(word) + 1
  await terminal.type(click(at('rollout'), 24))
  assert.match(town.session.frame()[1] ?? '', /services > shop_api > rollout/)
  await terminal.type(click(at('? help'), 24))
  assert.match(town.session.frame()[2] ?? '', /Keys in service/)
  await terminal.close()
})

test('m gives the mouse to the terminal and takes it back; while a question stands it chooses nothing', async () => {
  const town = createTown({ start: { screen: 'services' } })
  const terminal = await openTerminal(town)
  await terminal.shows(/shop_web/)
  await terminal.type('m')
  await terminal.shows(/the mouse is the terminal’s/)
  await terminal.type(click(4, 6))
  await terminal.type('c')
  await terminal.shows(/copied: shop_api/)
  await terminal.type('m')
  await terminal.shows(/kit’s/)
  await terminal.type('\u0018')
  await terminal.shows(/Delete service\/shop_api\?/)
  await terminal.type(click(4, 4) + click(4, 4))
  await terminal.type('\u001b')
  await terminal.shows(/nothing was changed/)
  assert.deepEqual(town.ran, [])
  await terminal.close()
})

test('without colour only the selection is drawn in another way, on every screen; with it there is colour', async () => {
  const everywhere = ['1', '2', 'u', '3', '4', '5', '\r', '6', '8', '\u0001', '?', '4y', '4D']
  for (const hasColour of [false, true]) {
    const town = createTown({ hasColour })
    const terminal = await openTerminal(town)
    await terminal.shows(/needs you/)
    for (const keys of everywhere) await terminal.type(keys)
    await terminal.shows(/Drain node/)
    const all = await terminal.close()
    assert.equal(colour.test(all), hasColour)
    assert.ok(all.includes('\u001b[7m'), 'the selection')
  }
})

test('keys are taken before there is anything to press them for', async () => {
  const terminal = await openTerminal(createTown())
  assert.doesNotMatch(terminal.shownInVain() ?? 'never', /web|needs you|reading/)
  await terminal.close()
})
