import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonOf } from './errors.ts'
import { evaluateJsonPath, parseJsonPath } from './json-path.ts'

const object = {
  spec: { ports: [{ port: 80 }, { port: 443 }], image: 'nginx', 'a.b': 1 },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Odd', status: 'False' },
    ],
  },
}

const cases: readonly (readonly [path: string, values: readonly unknown[]])[] = [
  ['.spec.image', ['nginx']],
  ['{.spec.image}', ['nginx']],
  ['$.spec.image', ['nginx']],
  [".spec['a.b']", [1]],
  ['.spec.ports[*].port', [80, 443]],
  ['.spec.ports[1].port', [443]],
  ['.spec.ports[-1].port', [443]],
  ['.spec.ports[7].port', []],
  ['.status.conditions[?(@.type=="Ready")].status', ['True']],
  ['.status.conditions[?(@.type!="Ready")].status', ['False']],
  ['@.spec.image', ['nginx']],
  [".spec['image','a.b']", ['nginx', 1]],
  ['.spec.ports[1,0].port', [443, 80]],
  ['.spec.ports[0:1].port', [80]],
  ['.spec.ports[:].port', [80, 443]],
  ['.spec.ports[-1:].port', [443]],
  ['.spec.ports[::2].port', [80]],
  ['..port', [80, 443]],
  ['.status..status', ['True', 'False']],
  ['.spec.ports[?(@.port>80)].port', [443]],
  ['.spec.ports[?(@.port<=80)].port', [80]],
  ['.status.conditions[?(@.type > 5)].type', []],
  ['.status.conditions[?(@.reason)].type', []],
  ['.status.conditions[?(@.status)].type', ['Ready', 'Odd']],
  ['.spec.nothing.at.all', []],
  ['.spec.constructor', []],
]

test('a JSONPath yields what it names, and nothing for what is missing', () => {
  for (const [path, values] of cases) assert.deepEqual(evaluateJsonPath(parseJsonPath(path), object), values, path)
})

test('a JSONPath outside the subset is refused with the place', () => {
  for (const path of ['.a...b', '.a[?(@.x ~ 3)]', 'a', '.a[', '.a[1:2:3:4]']) {
    assert.throws(
      () => parseJsonPath(path),
      (error) => reasonOf(error) === 'BadRequest',
      path,
    )
  }
})
