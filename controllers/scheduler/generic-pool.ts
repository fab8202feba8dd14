// User-defined resources of one node. A kind is an amount (one entry, a number) or a set of named values.
// Tasks ask for amounts; of a set they get its first free values, and both are written as text:
// `2`, or `gpu-1,gpu-2`.

type Advertised = Readonly<Record<string, readonly string[]>>

export class GenericPool {
  #advertised: Advertised = {}
  readonly #usedAmounts = new Map<string, number>()
  readonly #usedValues = new Map<string, Set<string>>()

  advertise(kinds: Advertised): void {
    this.#advertised = kinds
  }

  free(kind: string): number {
    const entries = this.#entries(kind)
    const amount = amountOf(entries)
    if (amount !== undefined) return Math.max(0, amount - (this.#usedAmounts.get(kind) ?? 0))
    return entries.filter((value) => !this.#usedValues.get(kind)?.has(value)).length
  }

  /** Which ones a task would get; nothing is taken yet. */
  pick(wanted: readonly (readonly [kind: string, amount: number])[]): Readonly<Record<string, string>> {
    return Object.fromEntries(
      wanted.map(([kind, amount]) => {
        const entries = this.#entries(kind)
        if (amountOf(entries) !== undefined) return [kind, String(amount)]
        const values = entries.filter((value) => !this.#usedValues.get(kind)?.has(value))
        return [kind, values.slice(0, amount).join(',')]
      }),
    )
  }

  change(assigned: Readonly<Record<string, string>>, sign: 1 | -1): void {
    for (const [kind, text] of Object.entries(assigned)) {
      if (isAmount(text)) this.#usedAmounts.set(kind, (this.#usedAmounts.get(kind) ?? 0) + sign * Number(text))
      else this.#changeValues(kind, text.split(','), sign)
    }
  }

  #changeValues(kind: string, values: readonly string[], sign: 1 | -1): void {
    const used = this.#usedValues.get(kind) ?? new Set<string>()
    for (const value of values) {
      if (sign === 1) used.add(value)
      else used.delete(value)
    }
    this.#usedValues.set(kind, used)
  }

  #entries(kind: string): readonly string[] {
    return Object.hasOwn(this.#advertised, kind) ? (this.#advertised[kind] ?? []) : []
  }
}

function amountOf(entries: readonly string[]): number | undefined {
  const [only = ''] = entries
  return entries.length === 1 && isAmount(only) ? Number(only) : undefined
}

function isAmount(text: string): boolean {
  return /^\d+$/.test(text)
}
