import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConstraint } from './constraint.ts'

const valid: readonly (readonly [text: string, key: string, operator: string, value: string])[] = [
  ['node.role == manager', 'node.role', '==', 'manager'],
  ['node.role==manager', 'node.role', '==', 'manager'],
  ['node.labels.disk != ssd', 'node.labels.disk', '!=', 'ssd'],
  ['  Node.ID ==  abc  ', 'Node.ID', '==', 'abc'],
  ['engine.labels.os == ubuntu 24.04', 'engine.labels.os', '==', 'ubuntu 24.04'],
  ['node.ip == 10.0.0.0/8', 'node.ip', '==', '10.0.0.0/8'],
  ['node.labels.a == a*b?[c]', 'node.labels.a', '==', 'a*b?[c]'],
]
for (const [text, key, operator, value] of valid) {
  test(`'${text}' is a constraint on ${key}`, () => assert.deepEqual(parseConstraint(text), { key, operator, value }))
}

const invalid: readonly (readonly [text: string, why: RegExp])[] = [
  ['', /'==' or '!='/],
  ['node.role', /'==' or '!='/],
  ['node.role = manager', /'==' or '!='/],
  ['node.role > 3', /'==' or '!='/],
  ['== manager', /must have a key/],
  ['a == b', /must have a key/],
  ['1node == b', /must have a key/],
  ['node.role ==', /must have a value/],
  ['node.role == a,b', /signs such as ','/],
  ['node.role === a', /signs such as '='/],
]
for (const [text, why] of invalid) {
  test(`'${text}' is not a constraint`, () => assert.match(String(parseConstraint(text)), why))
}
