import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lineDiff } from './line-diff.ts'

test('lines that go and come stand where they do, with one that stays on each side', () => {
  assert.deepEqual(lineDiff('a\nb\nc\nd\ne\nf\n', 'a\nb\nc\nD\nE\ne\nf\n'), [
    '-1 +2 lines',
    '  …',
    '  c',
    '- d',
    '+ D',
    '+ E',
    '  e',
    '  …',
  ])
  assert.deepEqual(lineDiff('a\nb', 'x\na\ny'), ['-1 +2 lines', '+ x', '  a', '- b', '+ y'])
  assert.deepEqual(lineDiff(undefined, 'a\nb'), ['-0 +2 lines', '+ a', '+ b'])
  assert.deepEqual(lineDiff('a\n\nb', 'a\nb'), ['-1 +0 lines', '  a', '-', '  b'])
})

test('whatever the texts, each is what its signs say', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(text, text, (old, now) => {
      const [, ...lines] = lineDiff(old.join('\n'), now.join('\n'))
      if (lines.includes('  …')) return
      const all = (signs: string): readonly string[] => lines.filter(([sign = '']) => signs.includes(sign)).map((line) => line.slice(2))
      if (old.join() !== now.join()) assert.deepEqual([all(' -'), all(' +')], [old, now])
    }),
  )
})
