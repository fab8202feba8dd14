// Chance from the operating system.

import type { Random } from '../effects.ts'

/** Drawn at once: a call of the system for each uid costs more than the write that it is for. */
const poolBytes = 4096

export function createRandom(): Random {
  let pool = new Uint8Array()
  let used = 0
  // Not imported: a command that only reads draws nothing, and this module takes a twentieth of its time to load.
  const randomBytes = (count: number): Uint8Array<ArrayBuffer> => new Uint8Array(process.getBuiltinModule('node:crypto').randomBytes(count))
  return {
    next: () => Math.random(),
    bytes(length) {
      if (length > poolBytes) return randomBytes(length)
      if (used + length > pool.length) {
        pool = randomBytes(poolBytes)
        used = 0
      }
      const bytes = pool.slice(used, used + length)
      pool.fill(0, used, used + length) // Nobody else learns what was handed out.
      used += length
      return bytes
    },
  }
}
