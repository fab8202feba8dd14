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

/** Hexadecimal digits of each of the two numbers that a hash is: 48 bits, which a float adds without loss. */
const digits = 12
const modulus = 2 ** 48

export class StateHash {
  #first = 0
  #second = 0

  add(object: KitObject): void {
    this.addText(JSON.stringify(object))
  }

  /** The object as JSON. Its keys are in the order of the entry that wrote it, on every member and in snapshots. */
  addText(text: string): void {
    const digest = hash('sha256', text)
    this.#first = (this.#first + part(digest, 0)) % modulus
    this.#second = (this.#second + part(digest, digits)) % modulus
  }

  /** The object, as it is now: if it is not as it was when it was added, the sum tells from here on. */
  remove(object: KitObject): void {
    const digest = hash('sha256', JSON.stringify(object))
    this.#first = (this.#first + modulus - part(digest, 0)) % modulus
    this.#second = (this.#second + modulus - part(digest, digits)) % modulus
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
  return [part(text, 0), part(text, digits)]
}

function part(digest: string, at: number): number {
  return Number.parseInt(digest.slice(at, at + digits), 16)
}
