// Keys and signatures by node:crypto.

import { generateKeyPairSync, sign } from 'node:crypto'
import type { Keys } from '../effects.ts'

export function createKeys(): Keys {
  return {
    generate: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    sign: (key, bytes) => sign('sha256', bytes, key),
  }
}
