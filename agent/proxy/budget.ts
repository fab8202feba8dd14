// How many clients there may be, altogether and from one address, and a warning that does not repeat for
// each client that is turned away.

import type { Log } from '../../effects/effects.ts'
import { occasionally } from './occasionally.ts'

export class Budget {
  readonly #max: number
  readonly #maxPerClient: number
  readonly #perClient = new Map<string, number>()
  readonly #refuse: (fields: Readonly<Record<string, unknown>>) => void
  #count = 0

  constructor(max: number, maxPerClient: number, warning: string, log: Log) {
    this.#max = max
    this.#maxPerClient = maxPerClient
    this.#refuse = occasionally((fields) => log.warn(warning, { ...fields, limit: max, limitPerClient: maxPerClient }))
  }

  /** False, and nothing taken, when there is no more for this client. */
  take(client: string): boolean {
    const own = this.#perClient.get(client) ?? 0
    if (this.#count >= this.#max || own >= this.#maxPerClient) {
      this.#refuse({ client, count: this.#count })
      return false
    }
    this.#count += 1
    this.#perClient.set(client, own + 1)
    return true
  }

  giveBack(client: string): void {
    const own = this.#perClient.get(client) ?? 0
    this.#count -= 1
    if (own > 1) this.#perClient.set(client, own - 1)
    else this.#perClient.delete(client)
  }
}
