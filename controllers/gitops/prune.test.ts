import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Kind } from '../../api/objects.ts'
import { isCreatedBy, keyOf, managerOf, type Present, type PruneRequest, planPrune } from './prune.ts'

const source = { name: 'shop', prune: true, allowEmpty: false }

/** `+web`: created by the source; `~web`: labelled, by somebody else; `web`: neither. `!disabled` is its annotation. */
function object(text: string): Present {
  const [, mark = '', kind = 'Service', name = '', said] = /^([+~]?)(?:(\w+)\/)?([\w-]+)(?:!(\w+))?$/.exec(text) ?? []
  const owner = mark === '+' ? managerOf('shop') : 'kubectl'
  const entry = {
    manager: owner,
    operation: 'Apply',
    apiVersion: 'kit/v1',
    time: '2026-01-01T00:00:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:metadata': { 'f:labels': { 'f:kit/source': {} } } },
  } as const
  return {
    kind: kind as Kind,
    metadata: {
      name,
      uid: `uid-${name}`,
      ...(mark === '' ? {} : { labels: { 'kit/source': 'shop' }, managedFields: [entry] }),
      ...(said === undefined ? {} : { annotations: { 'kit/prune': said } }),
    },
  }
}

const many = (count: number): string[] => Array.from({ length: count }, (_, at) => `+s${at}`)
const kept = (count: number, from = 0): string[] => Array.from({ length: count }, (_, at) => `Service/s${at + from}`)

interface Row {
  readonly when: string
  readonly present: readonly string[]
  readonly wanted?: readonly string[]
  readonly given?: Partial<PruneRequest['source']>
  readonly agreed?: string
  readonly prunes?: readonly string[]
  readonly keeps?: Readonly<Record<string, RegExp>>
  readonly refuses?: unknown
}

const rows: readonly Row[] = [
  { when: 'all is wanted', present: ['+web', '+db'], wanted: ['Service/web', 'Service/db'] },
  { when: 'one is not wanted any more', present: ['+web', '+db'], wanted: ['Service/web'], prunes: ['Service/db'] },
  { when: 'somebody else made it', present: ['+web', 'db'], wanted: ['Service/web'] },
  { when: 'the label was copied with an object', present: ['+web', '~copy'], wanted: ['Service/web'] },
  { when: 'the kind is another', present: ['+web', '+Config/web'], wanted: ['Service/web'], prunes: ['Config/web'] },
  {
    when: 'pruning is off',
    present: ['+web', '+db'],
    wanted: ['Service/web'],
    given: { prune: false },
    keeps: { 'Service/db': /pruning is off/ },
  },
  { when: 'it is protected', present: ['+web', '+db!disabled'], wanted: ['Service/web'], keeps: { 'Service/db': /protected/ } },
  { when: 'it holds data', present: ['+web', '+Volume/db'], wanted: ['Service/web'], keeps: { 'Volume/db': /holds data/ } },
  { when: 'data may go', present: ['+web', '+Volume/db!enabled'], wanted: ['Service/web'], prunes: ['Volume/db'] },
  { when: 'the source holds itself', present: ['+web', '+Source/shop'], wanted: ['Service/web'], keeps: { 'Source/shop': /itself/ } },
  { when: 'it holds another source', present: ['+web', '+Source/other'], wanted: ['Service/web'], prunes: ['Source/other'] },
  { when: 'the directory is empty', present: ['+web'], prunes: ['Service/web'], refuses: 'Empty' },
  { when: 'the directory is empty, and nothing was made', present: ['web'] },
  { when: 'the directory is empty, and all is protected', present: ['+web!disabled'], keeps: { 'Service/web': /protected/ } },
  { when: 'empty is allowed', present: ['+web'], given: { allowEmpty: true }, prunes: ['Service/web'] },
  { when: 'all of nine go but one', present: many(9), wanted: kept(1), prunes: kept(8, 1) },
  { when: 'three of ten go', present: many(10), wanted: kept(7), prunes: kept(3, 7) },
  {
    when: 'four of ten go',
    present: many(10),
    wanted: kept(6),
    prunes: kept(4, 6),
    refuses: { token: 'r1:4', prune: 4, of: 10 },
  },
  { when: 'four of ten go, and it is agreed to', present: many(10), wanted: kept(6), agreed: 'r1:4', prunes: kept(4, 6) },
  { when: 'some of those that were agreed to are gone', present: many(12), wanted: kept(8), agreed: 'r1:5', prunes: kept(4, 8) },
  {
    when: 'fewer were agreed to',
    present: many(10),
    wanted: kept(5),
    agreed: 'r1:4',
    prunes: kept(5, 5),
    refuses: { token: 'r1:5', prune: 5, of: 10 },
  },
  {
    when: 'other files were agreed to',
    present: many(10),
    wanted: kept(6),
    agreed: 'r0:4',
    prunes: kept(4, 6),
    refuses: { token: 'r1:4', prune: 4, of: 10 },
  },
  {
    when: 'empty is allowed, but it is much',
    present: many(10),
    given: { allowEmpty: true },
    prunes: kept(10),
    refuses: { token: 'r1:10', prune: 10, of: 10 },
  },
]

for (const { when, present, wanted = [], given = {}, agreed, prunes = [], keeps = {}, refuses } of rows) {
  test(`pruning when ${when}`, () => {
    const plan = planPrune({
      source: { ...source, ...given },
      wanted: new Set(wanted),
      present: present.map(object),
      revision: 'r1',
      agreed,
    })
    assert.deepEqual(plan.prune.map(keyOf), prunes)
    assert.deepEqual(plan.refusal, refuses)
    assert.deepEqual(
      plan.kept.map(({ object: each }) => keyOf(each)),
      Object.keys(keeps),
    )
    for (const { object: each, why } of plan.kept) assert.match(why, keeps[keyOf(each)] ?? /never/)
  })
}

test('the map of labels may be of the source, and the label of somebody else', () => {
  const copied = object('~copy')
  const [entry] = copied.metadata.managedFields ?? []
  assert.ok(entry)
  const managedFields = [entry, { ...entry, manager: managerOf('shop'), fieldsV1: { 'f:metadata': { 'f:labels': {} } } }]
  const plan = planPrune({
    source,
    wanted: new Set(['Service/web']),
    present: [{ ...copied, metadata: { ...copied.metadata, managedFields } }],
    revision: 'r1',
    agreed: undefined,
  })
  assert.deepEqual(plan.prune, [])
})

test('what is being deleted already counts no more', () => {
  const dying = object('+db')
  const plan = planPrune({
    source,
    wanted: new Set(['Service/web']),
    present: [object('+web'), { ...dying, metadata: { ...dying.metadata, deletedAt: 1 } }],
    revision: 'r1',
    agreed: undefined,
  })
  assert.deepEqual(plan, { prune: [], kept: [] })
})

test('whoever calls himself the manager of a source is not the source', () => {
  const own = object('~own')
  const by = (user: string | undefined) => {
    const managedFields = (own.metadata.managedFields ?? []).map((entry) => ({
      ...entry,
      manager: managerOf('shop'),
      ...(user && { user }),
    }))
    return isCreatedBy('shop', { metadata: { ...own.metadata, labels: { 'kit/source': 'shop' }, managedFields } })
  }
  assert.deepEqual(['gitops/shop', 'eve', undefined].map(by), [true, false, true], 'managers of before did not write who it was')
})
