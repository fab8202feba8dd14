import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cluster } from '../../api/objects.ts'
import { formatUnlockKey, parseUnlockKey } from '../../api/unlock-key.ts'
import { nextAutolock } from './autolock.ts'

type Status = NonNullable<Cluster['status']['autolock']>

const off: Cluster['spec'] = {}
const on: Cluster['spec'] = { autolock: true }
const rotated: Cluster['spec'] = { autolock: true, rotateUnlockKey: 1 }
const locked: Status = { version: 3, rotation: 0, key: 'old' }
const ended: Status = { version: 4, rotation: 0 }

for (const [what, spec, before, after] of [
  ['nothing where it was never wanted', off, undefined, undefined],
  ['a key when it is wanted', on, undefined, { version: 1, rotation: 0, key: 'new' }],
  ['nothing when there is one', on, locked, undefined],
  ['another when the number was raised', rotated, locked, { version: 4, rotation: 1, key: 'new' }],
  ['none, as a change of its own, when it is not wanted any more', off, locked, { version: 4, rotation: 0 }],
  ['nothing when there is none any more', off, ended, undefined],
  ['a fresh one when it is wanted again', on, ended, { version: 5, rotation: 0, key: 'new' }],
  ['nothing for a rotation of what is not wanted', { rotateUnlockKey: 7 }, ended, undefined],
] as const satisfies readonly (readonly [string, Cluster['spec'], Status | undefined, Status | undefined])[])
  test(`the unlock key: ${what}`, () => {
    const status = before === undefined ? {} : { autolock: before }
    assert.deepEqual(
      nextAutolock({ spec, status }, () => 'new'),
      after,
    )
  })

test('an unlock key is read as it was written, and nothing else is one', () => {
  const key = Uint8Array.from({ length: 32 }, (_, at) => 255 - at)
  const text = formatUnlockKey(key)
  assert.match(text, /^SWMKEY-1-[\w+/]{43}$/)
  assert.deepEqual(parseUnlockKey(` ${text}\n`), key)
  for (const other of [
    '',
    'SWMKEY-1-',
    text.slice(0, -1),
    `${text}A`,
    text.replace('SWMKEY-1', 'SWMKEY-2'),
    `${text}=`,
    text.replace(/.$/, '!'),
  ])
    assert.equal(parseUnlockKey(other), undefined, other)
})
