// Sealing with AES-256-GCM. Each file has its own key, derived from the data key and the file's salt,
// and each seal its own number within the file. A (key, nonce) pair must never seal two different
// texts: whoever might rewrite a number (recovery after a crash) starts a new file with a new salt.

import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync } from 'node:crypto'
import { formatVersion, type Owner } from './sector.ts'

export const saltBytes = 16
export const tagBytes = 16
const cipher = 'aes-256-gcm'

export interface Sealer {
  /** Ciphertext and tag: `plaintext.length + tagBytes` bytes. `number` must be fresh. */
  seal(number: number, type: number, plaintext: Uint8Array): Buffer
  /** `undefined` when the bytes are not what was sealed under this number and type. */
  open(number: number, type: number, sealed: Uint8Array): Buffer | undefined
}

/**
 * @param place what the text is bound to beside number and type, such as `segment 7`: a sealed text
 * that is moved to another file, node or cluster does not open.
 */
export function createSealer(dek: Uint8Array, salt: Uint8Array, owner: Owner, place: string): Sealer {
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', dek, salt, `kit ${place}`, 32)))
  const prefix = Buffer.from(JSON.stringify([formatVersion, owner.clusterId, owner.nodeId, place]))
  const nonce = Buffer.alloc(12)
  nonce.set(salt.subarray(0, 4))
  const bound = Buffer.alloc(prefix.length + 9)
  prefix.copy(bound)
  const bind = (number: number, type: number): void => {
    nonce.writeBigUInt64LE(BigInt(number), 4)
    nonce.copy(bound, prefix.length, 4)
    bound[prefix.length + 8] = type
  }
  return {
    seal(number, type, plaintext) {
      bind(number, type)
      const sealing = createCipheriv(cipher, key, nonce).setAAD(bound)
      const text = sealing.update(plaintext)
      sealing.final()
      return Buffer.concat([text, sealing.getAuthTag()])
    },
    open(number, type, sealed) {
      if (sealed.length < tagBytes) return undefined
      bind(number, type)
      const end = sealed.length - tagBytes
      const opening = createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes }).setAAD(bound).setAuthTag(sealed.subarray(end))
      const text = opening.update(sealed.subarray(0, end))
      try {
        opening.final()
      } catch {
        return undefined // The tag does not match: the only way in which `final` fails.
      }
      return text
    },
  }
}
