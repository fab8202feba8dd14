import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { bar, cell, clip, drawn, fit, type Line, plain, scrolled, selected, widthOf, wrapped } from './text.ts'
import { themeNamed, themeNames } from './themes.ts'

test('a cell is as wide as it should be, whatever is in it', () => {
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom('a', ' ', '漢', '😀', 'é', '\n', '\u001b[31m', '\u0007'), fc.string({ unit: 'grapheme', maxLength: 2 })),
  })
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 30 }), (given, width) => {
      assert.equal(widthOf(cell(given, width)), width)
      assert.ok(widthOf(clip(given, width)) <= width)
      assert.doesNotMatch(cell(given, width), /\p{Cc}/u)
    }),
  )
})

test('what is cut off ends in a sign', () => {
  assert.equal(clip('worker-01', 6), 'worke…')
  assert.equal(clip('漢漢漢', 5), '漢漢…')
  assert.equal(cell('9', 3, 'right'), '  9')
})

test('the selected row has a mark of its own and is as wide as the screen, also without colour', () => {
  const line = selected([' ', { text: 'web', style: 'red' }, ' 3/3'], 12)
  assert.equal(plain(line), '>web 3/3    ')
  assert.equal(drawn(line, undefined), '\u001b[7m>web 3/3    \u001b[27m')
})

test('without colour nothing but text is sent', () => {
  const line = fit([{ text: 'failed', style: ['red', 'bold'] }, ' web'], 80)
  assert.equal(drawn(line, undefined), 'failed web')
  assert.ok(drawn(line, themeNamed('dark')).includes('\u001b[31m'))
})

test('a bar shows the least part, and never more than there is room for', () => {
  assert.equal(bar([['#', 1], ['!', 1]], 1000, 8), '[#!......]') // biome-ignore format: a row
  assert.equal(bar([['#', 0]], 10, 4), '[....]')
  assert.equal(bar([['#', 3], ['+', 3]], 3, 4), '[####]') // biome-ignore format: a row
  assert.equal(bar([['#', 1]], 0, 4), '[....]')
})

test('long text is broken between words, and nothing of it is lost', () => {
  assert.deepEqual(wrapped('no node has 6 GiB free', 10), ['no node', 'has 6 GiB', 'free'])
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{0,12}( [a-z]{1,30}){0,8}$/), fc.integer({ min: 4, max: 40 }), (text, width) => {
      const lines = wrapped(text, width)
      assert.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''))
      for (const line of lines) assert.ok(line.length <= width)
    }),
  )
})

test('every theme shows every style, and production cannot be taken for another', () => {
  const line: Line = (['bold', 'dim', 'inverse', 'red', 'green', 'yellow', 'cyan', 'magenta', 'blue'] as const).map((style) => ({
    text: style,
    style,
  }))
  for (const name of themeNames) assert.equal(stripVTControlCharacters(drawn(line, themeNamed(name))), plain(line))
  assert.notEqual(drawn(line, themeNamed('production')), drawn(line, themeNamed('dark')))
})

test('a line that is scrolled begins later, and keeps its styles', () => {
  const line: Line = [' ab', { text: 'cdef', style: 'red' }, 'gh']
  assert.deepEqual(scrolled(line, 5), [{ text: 'ef', style: 'red' }, 'gh'])
  assert.deepEqual(scrolled(line, 0), line)
})
