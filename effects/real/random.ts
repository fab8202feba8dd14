// Chance from the operating system.

import { randomBytes } from 'node:crypto'
import type { Random } from '../effects.ts'

export function createRandom(): Random {
  return {
    next: () => Math.random(),
    bytes: (length) => new Uint8Array(randomBytes(length)),
  }
}
