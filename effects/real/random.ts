// Chance from the operating system.

import { randomBytes } from 'node:crypto'
import type { Random } from '../effects.ts'

/** Drawn at once: a call of the system for each uid costs more than the write that it is for. */
const poolBytes = 4096

export function createRandom(): Random {
  let pool = new Uint8Array()
  let used = 0
  return {
    next: () => Math.random(),
    bytes(length) {
      if (length > poolBytes) return new Uint8Array(randomBytes(length))
      if (used + length > pool.length) {
        pool = new Uint8Array(randomBytes(poolBytes))
        used = 0
      }
      const bytes = pool.slice(used, used + length)
      pool.fill(0, used, used + length) // Nobody else learns what was handed out.
      used += length
      return bytes
    },
  }
}
