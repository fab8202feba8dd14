// Names made of content: equal values get equal names on every node and in every version of kit, so
// "is it the same?" is a comparison of two short strings. Revisions are named this way, and a task
// remembers which placement it was put on its node for.

import { hash } from 'node:crypto'
import type { TaskTemplate } from './objects.ts'

/** JSON with keys in code unit order and without undefined members: one text per value. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((element) => canonicalJson(element ?? null)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

/** The first `length` base32 characters (5 bits each, lower case) of the SHA-256 of the value's canonical JSON. */
export function contentHash(value: unknown, length = 10): string {
  const digest = hash('sha256', canonicalJson(value), 'buffer')
  let text = ''
  let bits = 0
  let buffer = 0
  for (const byte of digest) {
    buffer = ((buffer << 8) | byte) & 0xfff
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(buffer >> (bits - 5)) & 31]
  }
  return text.slice(0, length)
}

/**
 * A uid for an object that a controller makes, as UUID text. Unique when `parts` are: name the owner's
 * uid, what is made, and the store's resourceVersion, at which nothing of that name existed.
 */
export function derivedUid(...parts: readonly (string | number)[]): string {
  const hex = hash('sha256', canonicalJson(parts))
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
}

/**
 * What `Task.spec.placedFor` holds. No placement, an empty one and one whose lists are empty ask for
 * the same and hash alike; so does a limit of 0, which means none.
 */
export function placementHash(placement: TaskTemplate['placement']): string {
  const asked = Object.entries(placement ?? {}).filter(([, value]) => value !== undefined && value !== 0 && !isEmptyList(value))
  return contentHash(Object.fromEntries(asked))
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}
