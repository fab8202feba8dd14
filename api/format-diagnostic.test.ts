import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Diagnostic } from './diagnostic.ts'
import { diagnosticCodes } from './diagnostic-codes.ts'
import { formatDiagnostic, formatDiagnostics } from './format-diagnostic.ts'

const base: Diagnostic = {
  code: 'KIT0104',
  file: 'run.yml',
  line: 2,
  column: 3,
  endColumn: 10,
  path: 'spec.replica',
  message: 'unknown field `replica` in Service spec',
}

test('a diagnostic shows its place with a caret, the hint beside it and the help below', () => {
  const drawing = formatDiagnostic(
    { ...base, hint: 'did you mean `replicas`?', help: 'fields here: replicas' },
    'image: nginx\n  replica: 3\n',
  )
  assert.deepEqual(drawing.split('\n'), [
    'error[KIT0104]: unknown field `replica` in Service spec',
    '  --> run.yml:2:3',
    '  1 | image: nginx',
    '  2 |   replica: 3',
    '    |   ^^^^^^^ did you mean `replicas`?',
    '   = fields here: replicas',
  ])
})

test('a tab is drawn as an arrow and the caret is as wide', () => {
  const drawing = formatDiagnostic({ ...base, column: 1, endColumn: 2, hint: 'replace it' }, 'a:\n\tb: 1\n')
  assert.deepEqual(drawing.split('\n').slice(2), ['  1 | a:', '  2 | ->b: 1', '    | ^^ replace it'])
})

test('an escape sequence in a file does not reach the terminal', () => {
  assert(!formatDiagnostic(base, 'a\n  \u001b[31mreplica: 3').includes('\u001b'))
})

test('a long line is cut around the caret', () => {
  const drawing = formatDiagnostic({ ...base, line: 1, column: 5001, endColumn: 5004 }, `${'x'.repeat(5000)}bad${'y'.repeat(5000)}`)
  assert(drawing.split('\n').every((line) => line.length < 200))
  assert.match(drawing, /\^\^\^/)
})

test('at most ten are shown, in order of place, and the rest are counted', () => {
  const many = Array.from({ length: 12 }, (_, index) => ({ ...base, line: 12 - index }))
  const drawing = formatDiagnostics(many, () => undefined)
  assert.match(drawing, /^error.*\n {2}--> run.yml:1:3\n/)
  assert.match(drawing, /\n\nand 2 more errors \(--all-errors shows all\)$/)
})

test('every code has a title and a text of whole sentences', () => {
  for (const [code, text] of Object.entries(diagnosticCodes)) {
    assert.match(code, /^KIT0\d{3}$/)
    assert.match(text, /^[a-z].*[^.]\n\n[A-Z].*\.$/)
  }
})
