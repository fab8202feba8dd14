// A hash of all objects that a state holds, kept up to date by each write: the sum of their digests. Members that have
// applied the same entries have the same one, whatever way their state came to be (docs/adr/0026).
//
// It is for accidents, not for attacks: who could choose objects so that two sums are equal may write them anyway.

import { hash } from 'node:crypto'
import type { KitObject } from '../../api/objects.ts'

/**
 * What an entry does to the state, and how that is summed up. Raised with any change of either: members of two versions of kit
 * compare their hashes only where this is the same at both, or the one that is being upgraded would be taken for damaged.
 */
export const stateHashRules = 2

/** Of each of the two numbers that a hash is: 48 bits, which a float adds without loss. */
const bytes = 6
const digits = 2 * bytes
const modulus = 2 ** 48

export class StateHash {
  #first = 0
  #second = 0

  add(object: KitObject): void {
    this.addText(JSON.stringify(object))
  }

  /** The object as JSON. Its keys are in the order of the entry that wrote it, on every member and in snapshots. */
  addText(text: string): void {
    const digest = hash('sha256', text, 'binary')
    this.#first = (this.#first + numberIn(digest, 0)) % modulus
    this.#second = (this.#second + numberIn(digest, bytes)) % modulus
  }

  /** The object, as it is now: if it is not as it was when it was added, the sum tells from here on. */
  remove(object: KitObject): void {
    const digest = hash('sha256', JSON.stringify(object), 'binary')
    this.#first = (this.#first + modulus - numberIn(digest, 0)) % modulus
    this.#second = (this.#second + modulus - numberIn(digest, bytes)) % modulus
  }

  /** For keeping many of them. */
  get parts(): readonly [first: number, second: number] {
    return [this.#first, this.#second]
  }

  /** 24 hexadecimal digits. */
  get text(): string {
    return hashText(this.#first, this.#second)
  }
}

export function hashText(first: number, second: number): string {
  return first.toString(16).padStart(digits, '0') + second.toString(16).padStart(digits, '0')
}

/** Back from `hashText`. */
export function hashParts(text: string): readonly [first: number, second: number] {
  return [Number.parseInt(text.slice(0, digits), 16), Number.parseInt(text.slice(digits, 2 * digits), 16)]
}

/** Big-endian, of a digest with a character for each byte: to make hexadecimal digits of it and read them takes as long as to hash. */
function numberIn(digest: string, at: number): number {
  let number = 0
  for (let next = at; next < at + bytes; next += 1) number = number * 256 + digest.charCodeAt(next)
  return number
}
