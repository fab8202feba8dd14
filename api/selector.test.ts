import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonOf } from './errors.ts'
import { matchesFields, matchesLabels, parseFieldSelector, parseLabelSelector } from './selector.ts'

const labels = { app: 'web', tier: 'front', 'kit/stack': 'shop', empty: '' }

const labelCases: readonly (readonly [selector: string, matches: boolean])[] = [
  ['', true],
  ['app=web', true],
  ['app==web', true],
  ['app=db', false],
  ['app!=web', false],
  ['app!=db', true],
  ['gone!=x', true],
  ['gone=x', false],
  ['app in (db, web)', true],
  ['app in (db)', false],
  ['app notin (db,cache)', true],
  ['gone notin (x)', true],
  ['app', true],
  ['gone', false],
  ['!gone', true],
  ['!app', false],
  ['kit/stack=shop,tier in (front,back),!gone', true],
  ['app=web,tier=back', false],
  ['empty=', true],
  ['constructor', false],
]

test('a label selector selects as in Kubernetes', () => {
  for (const [selector, matches] of labelCases) assert.equal(matchesLabels(parseLabelSelector(selector), labels), matches, selector)
})

test('a label selector that cannot be read is a bad request', () => {
  for (const text of ['a in (b', 'a b', '=x', 'a in b', '!', 'a=b=c']) {
    assert.throws(
      () => parseLabelSelector(text),
      (error) => reasonOf(error) === 'BadRequest',
      text,
    )
  }
})

test('a field selector compares the paths that the kind allows', () => {
  const value = (path: string): string => ({ 'metadata.name': 'web', 'spec.nodeName': '' })[path] ?? ''
  const allowed = ['metadata.name', 'spec.nodeName']
  const cases: readonly (readonly [string, boolean])[] = [
    ['metadata.name=web', true],
    ['metadata.name!=web', false],
    ['metadata.name==web,spec.nodeName=', true],
    ['spec.nodeName!=', false],
  ]
  for (const [text, matches] of cases) assert.equal(matchesFields(parseFieldSelector(text, allowed), value), matches, text)
  assert.throws(() => parseFieldSelector('spec.image=x', allowed), /selectable are metadata.name, spec.nodeName/)
  assert.throws(
    () => parseFieldSelector('metadata.name', allowed),
    (error) => reasonOf(error) === 'BadRequest',
  )
})
