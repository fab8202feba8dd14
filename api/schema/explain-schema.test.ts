import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainPath } from './explain-schema.ts'

function text(path: string, recursive = false): string {
  const explanation = explainPath(path, { recursive })
  assert('text' in explanation, 'problem' in explanation ? explanation.problem : '')
  return explanation.text
}

test('a field is explained with its type, its fields and their defaults', () => {
  const lines = text('service.spec.update').split('\n')
  assert.deepEqual(lines.slice(0, 3), ['KIND:     Service', 'VERSION:  kit/v1', 'FIELD:    spec.update <object>'])
  assert(lines.includes('  order <string>'))
  assert(lines.some((line) => line.endsWith('Default: "StopFirst".')))
})

test('a value is explained with its limits', () => {
  assert.match(text('svc.spec.mode'), /one of: Replicated, Global, ReplicatedJob, GlobalJob\n {2}cannot be changed: once the object exists/)
  assert.match(text('services.spec.replicas'), /at least: 0\n {2}at most: 1000000/)
})

test('lists are looked through', () => {
  assert.match(text('service.spec.endpoint.ports.targetPort'), /Port that the task listens on/)
})

test('the recursive form shows the whole tree', () => {
  assert.match(text('service', true), /\n {2}spec <object> \(required\)\n[\s\S]*\n {8}limits <object>\n {10}cpus <cpu>/)
})

test('metadata is explained for every kind', () => {
  assert.match(text('node.metadata.labels'), /map of string/)
})

test('without a path the kinds are listed', () => {
  assert.match(text(''), /^Cluster +clusters\n[\s\S]*^Service +services +svc$/m)
})

const problems: readonly (readonly [path: string, problem: RegExp])[] = [
  ['servise', /there is no kind 'servise'; did you mean 'Service'\?/],
  ['service.spec.updat', /service.spec has no field 'updat'; did you mean 'update'\?/],
  ['service.spec.replicas.x', /service.spec.replicas has no field 'x'/],
  ['service.constructor', /has no field 'constructor'/],
]
for (const [path, problem] of problems) {
  test(`'${path}' leads nowhere and says so`, () => {
    const explanation = explainPath(path)
    assert.match('problem' in explanation ? explanation.problem : '', problem)
  })
}
