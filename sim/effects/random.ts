// Chance from a seed: sfc32, small, fast and good. One root per run is split by name, so that a new
// draw in one part of the simulation does not shift the draws of the others.

import assert from 'node:assert/strict'
import { crc32 } from 'node:zlib'
import type { Random } from '../../effects/effects.ts'

export class SeededRandom implements Random {
  readonly #seed: number
  #a: number
  #b: number
  #c: number
  #counter = 1

  /** @param seed an integer; its low 32 bits count. */
  constructor(seed: number) {
    this.#seed = seed >>> 0
    this.#a = 0x9e3779b9 ^ this.#seed
    this.#b = this.#seed
    this.#c = 0x243f6a88
    for (let round = 0; round < 15; round += 1) this.#word()
  }

  /** An independent stream that depends on this one's seed and `name` only, never on what was drawn before. */
  split(name: string): SeededRandom {
    return new SeededRandom(crc32(name, crc32(`${this.#seed}`)))
  }

  next(): number {
    return this.#word() / 2 ** 32
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; at += 4) {
      let word = this.#word()
      for (let k = at; k < Math.min(length, at + 4); k += 1) {
        bytes[k] = word & 0xff
        word >>>= 8
      }
    }
    return bytes
  }

  /** A whole number, 0 ≤ n < `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)]
    assert.ok(choice !== undefined, 'cannot pick from nothing')
    return choice
  }

  /** Exponentially distributed: mostly small, sometimes several times the mean. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next())
  }

  #word(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }
}
