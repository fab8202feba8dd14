import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import original from 'string-width'
import stringWidth from './string-width.ts'

const signs = fc.oneof(
  ...['a', ' ', '~', '·', '–', '—', '…', '←', '↑', '→', '↓', '─', '│', '█', '▟', '▲', '▸', '▼', '▾', '○', '●', '✓', '✗'].map((sign) =>
    fc.constant(sign),
  ),
  ...['漢', '😀', '\u0301', '\ufe0f', '\u200d', '\u1100', '\x1b[31m', '\t', '❤', '1️⃣'].map((sign) => fc.constant(sign)),
  fc.string({ unit: 'grapheme', maxLength: 3 }),
)

test('a text takes as many columns as the package says', () => {
  fc.assert(
    fc.property(fc.array(signs, { maxLength: 12 }), fc.boolean(), (parts, countAnsiEscapeCodes) => {
      const text = parts.join('')
      assert.equal(stringWidth(text), original(text))
      assert.equal(stringWidth(text, { countAnsiEscapeCodes }), original(text, { countAnsiEscapeCodes }))
    }),
    { numRuns: 2_000 },
  )
})

test('so does each sign that the package is not asked about', () => {
  for (let code = 0; code < 0x3000; code += 1) {
    const sign = String.fromCharCode(code)
    assert.equal(stringWidth(sign), original(sign), `U+${code.toString(16)}`)
  }
})
