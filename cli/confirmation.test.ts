import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { isConfirmed } from './confirmation.ts'

for (const [typed, expected] of [
  ['y\n', true],
  [' Yes \n', true],
  ['n\n', false],
  ['\n', false],
  ['yesterday\n', false],
  ['', false],
] as const)
  test(`${JSON.stringify(typed)} is a ${expected ? 'yes' : 'no'}`, async () => {
    const [stdin, stdout] = [new PassThrough(), new PassThrough()]
    stdin.end(typed)
    assert.equal(await isConfirmed({ stdin, stdout }, 'Really?'), expected)
    assert.equal(String(stdout.read()), 'Really? [y/N] ')
  })
