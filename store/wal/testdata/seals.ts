// What was sealed in the frames that were written to a disk, lost ones included.

import assert from 'node:assert/strict'
import { frameNumberAt } from '../frame.ts'
import type { Step } from './recorder.ts'

/** I16: no number seals two texts under one salt. Returns how many were sealed. */
export function sealedOnce(steps: readonly Step[]): number {
  const sealed = new Map<string, string>()
  for (const { salt, number, body } of sealsIn(steps)) {
    const place = `${salt} ${number}`
    assert.equal(sealed.get(place) ?? body, body, `I16: number ${number} was sealed twice under salt ${salt}`)
    sealed.set(place, body)
  }
  return sealed.size
}

function* sealsIn(steps: readonly Step[]): Generator<{ readonly salt: string; readonly number: number; readonly body: string }> {
  const saltOf = new Map<number, Buffer>()
  const paths = new Map<number, string>()
  const salts = new Map<string, Buffer>()
  for (const step of steps) {
    if (step.kind === 'open') paths.set(step.handle, step.path)
    if (step.kind === 'rename') {
      for (const [handle, path] of paths) if (path === step.from) paths.set(handle, step.to)
      const salt = salts.get(step.from)
      if (salt !== undefined) salts.set(step.to, salt)
    }
    if (step.kind !== 'write') continue
    const bytes = Buffer.from(step.bytes)
    const path = paths.get(step.handle) ?? ''
    const header = /"salt":"([0-9a-f]+)"/.exec(bytes.subarray(0, 512).toString('latin1'))
    if (step.offset === 0 && header?.[1] !== undefined) salts.set(path, Buffer.from(header[1], 'hex'))
    const salt = saltOf.get(step.handle) ?? salts.get(path)
    if (salt === undefined || step.offset === 0) continue
    const number = frameNumberAt(bytes, 0, salt.readUInt32LE(0))
    if (number !== undefined && bytes[5] === 1) yield { salt: salt.toString('hex'), number, body: bytes.toString('base64') }
  }
}
