import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trustOf } from './context.ts'

test('without a root nobody is trusted, least of all those whom the system trusts', () => {
  const { options, roots } = trustOf({ clusterId: 'c', roots: '', own: undefined })
  assert.deepEqual(options.ca, [])
  assert.deepEqual(roots, [])
})
