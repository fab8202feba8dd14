import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldDiff } from './field-diff.ts'

test('a leaf that differs is a line, and of a text of several lines those that differ', () => {
  assert.deepEqual(fieldDiff({ a: 1, c: 'x' }, { a: 2, b: [1] }), ['~ a: 1 → 2', '+ b: [1]', '- c: "x"'])
  assert.deepEqual(fieldDiff({ command: ['sh', 'one\ntwo\n'] }, { command: ['sh', 'one\n2\n'] }), [
    '~ command[1]: -1 +1 lines\n      one\n    - two\n    + 2',
  ])
  assert.deepEqual(fieldDiff({}, { command: ['sh', 'one\ntwo'] }), [
    '+ command[0]: "sh"',
    '+ command[1]: -0 +2 lines\n    + one\n    + two',
  ])
  assert.deepEqual(fieldDiff({ text: 'a\nb' }, {}), ['- text: -2 +0 lines\n    - a\n    - b'])
})

test('what is hidden is not shown, in whatever it is', () => {
  const hidden = new Set(['env', 'deep.key'])
  const show = (value: unknown): readonly string[] => fieldDiff({}, { env: value, deep: { key: value } }, hidden)
  for (const secret of ['s3cret', 's3cret\nagain', ['s3cret\nagain'], [{ value: 's3cret\nagain' }]])
    assert.doesNotMatch(show(secret).join('\n'), /s3cret/)
})
