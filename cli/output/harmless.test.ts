import assert from 'node:assert/strict'
import { test } from 'node:test'
import { harmless } from './harmless.ts'

test('nothing is left that a terminal obeys; lines, tabs and other letters stay', () => {
  assert.equal(harmless('a\n\tb – ü 漢 😀'), 'a\n\tb – ü 漢 😀')
  assert.equal(harmless('\u001b[31mred\u001b[0m \u001b]0;title\u0007end'), 'red end')
  assert.equal(harmless('50%\r100% \b\u0000\u007f'), '50%�100% ���')
})

test('taking one sequence out does not make another', () => {
  assert.doesNotMatch(harmless('\u001b\u001b[31m[31mred \u001b \u009b31m'), /[^\P{Cc}\n\t]/u)
})
