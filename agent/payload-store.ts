// The secrets and configs that this node's tasks use, in memory only: managers tell them anew in every
// session, and an agent that was restarted waits for them. Which file of which task they become is
// task-file.ts, read it next.

import type { Payload, PayloadName } from '../api/session.ts'
import { FatalTaskError } from './executor.ts'
import { Bell } from './first-of.ts'
import { Redacted } from './redacted.ts'

export interface Content {
  readonly bytes: Redacted
  /** Placeholders in it are to be filled in. */
  readonly isTemplate: boolean
}

export type Contents = ReadonlyMap<string, Content>

export function keyOf({ kind, name }: PayloadName): string {
  return `${kind}/${name}`
}

/** `secret "db-password"`, for messages. */
export function describePayload({ kind, name }: PayloadName): string {
  return `${kind.toLowerCase()} "${name}"`
}

export class PayloadStore {
  readonly #held = new Map<string, Content | { readonly missing: string }>()
  readonly #bell = new Bell()
  /** Told in the present session. */
  #told = new Set<string>()

  /** What is held stays until the complete list: tasks may be about to start. That something was missing may no longer be true. */
  beginSession(): void {
    this.#told = new Set()
    for (const [key, held] of this.#held) if ('missing' in held) this.#held.delete(key)
  }

  put(payload: Payload): void {
    const key = keyOf(payload)
    this.#told.add(key)
    this.#held.set(key, contentOf(payload))
    this.#bell.notify()
  }

  /** The complete list has come: what was not told before it, no task here uses. */
  completeSession(): void {
    for (const key of this.#held.keys()) if (!this.#told.has(key)) this.#held.delete(key)
  }

  forget(names: readonly PayloadName[]): void {
    for (const name of names) {
      this.#held.delete(keyOf(name))
      this.#told.delete(keyOf(name))
    }
  }

  /** Waits until managers have told all of them. Throws FatalTaskError where there is nothing to be had. */
  async take(names: readonly PayloadName[], signal: AbortSignal): Promise<Contents> {
    for (;;) {
      const missing = names.flatMap((name) => {
        const held = this.#held.get(keyOf(name))
        return held !== undefined && 'missing' in held ? [held.missing] : []
      })
      if (missing.length > 0) throw new FatalTaskError(missing.join('; '))
      const found = new Map<string, Content>()
      for (const name of names) {
        const held = this.#held.get(keyOf(name))
        if (held !== undefined && 'bytes' in held) found.set(keyOf(name), held)
      }
      if (names.every((name) => found.has(keyOf(name)))) return found
      await this.#bell.wait(signal)
    }
  }
}

function contentOf(payload: Payload): Content | { readonly missing: string } {
  if ('missing' in payload) return { missing: payload.missing }
  return { bytes: new Redacted(Buffer.from(payload.data, 'base64')), isTemplate: payload.template !== undefined }
}
