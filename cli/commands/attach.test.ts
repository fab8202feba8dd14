import assert from 'node:assert/strict'
import { test } from 'node:test'
import { untilDetached } from './attach.ts'

const [p, q] = ['\u0010', '\u0011']

const cases: readonly (readonly [what: string, typed: readonly string[], sent: string, leaves: boolean])[] = [
  ['other keys go through', ['a', 'bc', q], `abc${q}`, false],
  ['both keys leave, and nothing of them is sent', ['a', p, q, 'never'], 'a', true],
  ['they leave when they come together, and what is before them is sent', [`ls\r${p}${q}never`], 'ls\r', true],
  ['the first one is sent with the next key', [p, 'x'], `${p}x`, false],
  ['the first one twice leaves one waiting', [p, p, q], p, true],
  ['the first one is sent when nothing follows', ['a', p], `a${p}`, false],
]

for (const [what, typed, sent, leaves] of cases)
  test(`detaching: ${what}`, async () => {
    let left = false
    async function* keys(): AsyncGenerator<Uint8Array, void, void> {
      for (const each of typed) yield Buffer.from(each)
    }
    const pieces = await Array.fromAsync(untilDetached(keys(), () => (left = true)))
    assert.equal(Buffer.concat(pieces).toString(), sent)
    assert.equal(left, leaves)
  })
