// That a change of the code has not taken the place away where a bug is planted.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mistakes } from './bugs.ts'

test('each bug can be planted where it is planted, and all that stores built on Raft have had are', () => {
  assert.deepEqual(mistakes(), [])
})
