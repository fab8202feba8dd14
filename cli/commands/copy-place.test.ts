import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePlace } from './copy-place.ts'

for (const [text, place] of [
  ['web.1:/etc/app', { task: 'web.1', path: '/etc/app' }],
  ['service/web:logs', { task: 'service/web', path: 'logs' }],
  ['web.1:a:b', { task: 'web.1', path: 'a:b' }],
  ['web.1:-rf', { task: 'web.1', path: './-rf' }],
  ['./web.1:/etc', { path: './web.1:/etc' }],
  ['/a/b:c', { path: '/a/b:c' }],
  ['../b:c', { path: '../b:c' }],
  ['a/b/c:d', { path: 'a/b/c:d' }],
  ['plain', { path: 'plain' }],
  ['-', { path: '-' }],
] as const)
  test(`${text} is ${'task' in place ? `${place.path} in ${place.task}` : 'here'}`, () => assert.deepEqual(parsePlace(text), place))

test('a side without a path is refused with what to write', () => {
  assert.throws(() => parsePlace('web.1:'), /names no path; write web\.1:\/PATH/)
  assert.throws(() => parsePlace(''), /a path is empty/)
})
