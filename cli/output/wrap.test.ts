import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wrapMessage, wrapWords } from './wrap.ts'

test('lines break between words, and code between backticks stays together', () => {
  assert.deepEqual(wrapWords('one two three', 7), ['one two', 'three'])
  assert.deepEqual(wrapWords('ask `kit get tasks` for it', 12), ['ask', '`kit get tasks`', 'for it'])
  assert.deepEqual(wrapWords('/a/path/that/is/long is here', 8), ['/a/path/that/is/long', 'is here'])
  assert.deepEqual(wrapWords('an open ` tick stays a sign', 12), ['an open `', 'tick stays a', 'sign'])
  assert.deepEqual(wrapWords('', 8), [''])
})

test('what goes on stands below what it belongs to; excerpts stay as they are', () => {
  const wide = [
    'error: not converged after 12 s. The cluster goes on trying',
    '00:05 service/web  0/1  1 ready  the last attempt exited with 1',
    '  next: kit describe service/web    kit logs service/web',
    '  | a line that a program wrote, and that is long enough',
    '12 |   command: ["a line of a file that is long enough", "x"]',
    '   = a port is published:target, or target alone',
    'short',
  ].join('\n')
  assert.deepEqual(wrapMessage(wide, 40).split('\n'), [
    'error: not converged after 12 s. The',
    '  cluster goes on trying',
    '00:05 service/web  0/1  1 ready  the',
    '      last attempt exited with 1',
    '  next: kit describe service/web',
    '        kit logs service/web',
    '  | a line that a program wrote, and that is long enough',
    '12 |   command: ["a line of a file that is long enough", "x"]',
    '   = a port is published:target, or',
    '     target alone',
    'short',
  ])
})
