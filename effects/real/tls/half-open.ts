// Connections whose peer has not said yet what it wants. Each costs something and may be nobody, so they are
// bounded: in all, and of one address. Whoever comes is let in, and the one that has waited longest goes:
// those who mean it are through in milliseconds, so a flood costs the flood its own connections.

export interface HalfOpenLimits {
  readonly total: number
  readonly perAddress: number
}

export class HalfOpen<Connection> {
  readonly #limits: HalfOpenLimits
  readonly #drop: (connection: Connection) => void
  /** Oldest first, as sets are. */
  readonly #all = new Map<Connection, string>()
  readonly #byAddress = new Map<string, Set<Connection>>()

  constructor(limits: HalfOpenLimits, drop: (connection: Connection) => void) {
    this.#limits = limits
    this.#drop = drop
  }

  get size(): number {
    return this.#all.size
  }

  add(connection: Connection, address: string): void {
    const here = this.#byAddress.get(address) ?? new Set()
    const [oldestHere] = here
    const [oldest] = this.#all.keys()
    if (here.size >= this.#limits.perAddress && oldestHere !== undefined) this.#evict(oldestHere)
    else if (this.#all.size >= this.#limits.total && oldest !== undefined) this.#evict(oldest)
    this.#all.set(connection, address)
    this.#byAddress.set(address, this.#byAddress.get(address)?.add(connection) ?? new Set([connection]))
  }

  /** It has said what it wants, or is gone. May be called again. */
  remove(connection: Connection): void {
    const address = this.#all.get(connection)
    if (address === undefined) return
    this.#all.delete(connection)
    const here = this.#byAddress.get(address)
    here?.delete(connection)
    if (here?.size === 0) this.#byAddress.delete(address)
  }

  #evict(connection: Connection): void {
    this.remove(connection)
    this.#drop(connection)
  }
}
