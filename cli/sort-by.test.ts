import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareKeys, inOrder, nameOfRow } from './sort-by.ts'

test('numbers are compared by size, words by the numbers in them, and what is not there comes last', () => {
  for (const [given, wanted] of [
    [
      [10, 9, 100],
      [9, 10, 100],
    ],
    [
      ['web.10', 'web.9', 'db.1'],
      ['db.1', 'web.9', 'web.10'],
    ],
    [
      ['b', undefined, '', 'a', null],
      ['a', 'b'],
    ],
    [
      ['10/10', '2/10'],
      ['2/10', '10/10'],
    ],
    [
      [true, false],
      [false, true],
    ],
  ] as const)
    assert.deepEqual(
      [...given].sort(compareKeys).filter((key) => key !== undefined && key !== null && key !== ''),
      [...wanted],
    )
  assert.ok(compareKeys(undefined, 'a') > 0 && compareKeys('a', null) < 0)
})

test('tasks are listed by service and slot, the newest of a slot first', () => {
  const row = (slot: string, id: string, second: number, desired: string) => ({
    cells: [desired],
    object: {
      metadata: {
        name: `web.${slot}.${id}`,
        creationTimestamp: `2026-01-01T00:00:0${second}Z`,
        labels: { 'kit/service': 'web', 'kit/slot': slot },
      },
    },
  })
  const rows = [
    row('1', 'a', 1, 'Shutdown'),
    row('1', 'b', 3, 'Shutdown'),
    row('1', 'c', 3, 'Running'),
    row('1', 'd', 2, 'Shutdown'),
    row('10', 'a', 4, 'Running'),
    row('2', 'a', 5, 'Running'),
  ]
  const columnDefinitions = [{ name: 'Desired', type: 'string', format: '', description: '', priority: 0 }]
  const table = { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: { resourceVersion: '1' }, columnDefinitions, rows } as const
  assert.deepEqual(inOrder('Task', table).map(nameOfRow), ['web.1.c', 'web.1.b', 'web.1.d', 'web.1.a', 'web.2.a', 'web.10.a'])
  assert.equal(inOrder('Service', table), rows)
})
