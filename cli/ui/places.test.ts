import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatLocator, parseLocator, type View } from './places.ts'

test('what people write for a view', () => {
  const written: readonly (readonly [text: string, view: View])[] = [
    ['overview', { screen: 'overview' }],
    ['svc', { screen: 'services' }],
    ['tasks', { screen: 'tasks' }],
    ['no', { screen: 'nodes' }],
    ['ev', { screen: 'events' }],
    ['stacks', { screen: 'objects', kind: 'Stack' }],
    ['service/web', { screen: 'service', name: 'web' }],
    ['service/web/rollout', { screen: 'service', name: 'web' }],
    ['service/web/tasks?f=state%3Dfailed', { screen: 'tasks', service: 'web', filter: 'state=failed' }],
    ['node/node-1', { screen: 'tasks', node: 'node-1' }],
    ['node/node-1/yaml', { screen: 'yaml', kind: 'Node', name: 'node-1' }],
    ['task/web.1.x/logs', { screen: 'logs', kind: 'Task', name: 'web.1.x' }],
    ['secret/password', { screen: 'describe', kind: 'Secret', name: 'password' }],
  ]
  for (const [text, view] of written) assert.deepEqual(parseLocator(text), view, text)
})

test('what is no view says what there is', () => {
  assert.throws(() => parseLocator('srvices'), /no kind "srvices"; did you mean "services"/)
  assert.throws(() => parseLocator('service/web/nothing'), /no view "nothing": there are rollout, tasks, logs, tree, describe, yaml/)
  assert.throws(() => parseLocator('secret/a/logs'), /there are describe, yaml/)
  assert.throws(() => parseLocator('service/'), /which service/)
  assert.throws(() => parseLocator('a/b/c/d'), /too many parts/)
})

test('what is shown can be written, and is the same view when it is read', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,20}$/)
  const filter = fc.record({ filter: fc.string({ minLength: 1 }).filter((text) => text.trim() !== '') }, { requiredKeys: [] })
  const kind = fc.constantFrom('Service', 'Task', 'Node', 'Stack', 'Secret', 'Network')
  const views = fc.oneof(
    fc.constantFrom<View>({ screen: 'overview' }, { screen: 'help' }),
    fc.tuple(fc.constantFrom('services', 'nodes', 'events'), filter).map(([screen, more]): View => ({ screen, ...more })),
    filter.map((more): View => ({ screen: 'tasks', ...more })),
    fc.tuple(name, filter).map(([service, more]): View => ({ screen: 'tasks', service, ...more })),
    fc.tuple(name, filter).map(([node, more]): View => ({ screen: 'tasks', node, ...more })),
    fc.tuple(fc.constantFrom('Stack', 'Secret', 'Network'), filter).map(([of, more]): View => ({ screen: 'objects', kind: of, ...more })),
    name.map((of): View => ({ screen: 'service', name: of })),
    fc.tuple(fc.constantFrom('yaml', 'describe'), kind, name).map(([screen, of, each]): View => ({ screen, kind: of, name: each })),
    fc.tuple(fc.constantFrom('Service', 'Task'), name).map(([of, each]): View => ({ screen: 'logs', kind: of, name: each })),
  )
  fc.assert(fc.property(views, (view) => assert.deepEqual(parseLocator(formatLocator(view)), view)))
})
