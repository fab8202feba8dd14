import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whatIsMissing } from './missing-program.ts'

test('of a program and its directory, that is named which is not there', () => {
  assert.match(whatIsMissing('nosuch', import.meta.dirname), /^program "nosuch" was not found on PATH: without Docker, /)
  assert.match(whatIsMissing('/no/such', import.meta.dirname), /^program "\/no\/such" was not found: without Docker, /)
  assert.equal(whatIsMissing('nosuch', '/no/such'), 'working directory /no/such is not a directory')
  assert.equal(whatIsMissing('nosuch', import.meta.filename), `working directory ${import.meta.filename} is not a directory`)
})
