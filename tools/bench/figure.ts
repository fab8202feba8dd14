// How benchmarks print: one JSON line per figure.

interface Figure {
  readonly name: string
  readonly value: number
  /** `s`, `writes/s`, `MiB`, `ms of CPU` … */
  readonly unit: string
  /** What explains the figure: seconds measured, CPU used, sizes. */
  readonly with?: Readonly<Record<string, number | string>>
}

export function print({ name, value, unit, with: details }: Figure): void {
  console.log(JSON.stringify({ name, value: rounded(value), unit, ...details }))
}

/** Three significant digits say all that a shared machine can. */
export function rounded(value: number): number {
  return value >= 1000 ? Math.round(value) : Number(value.toPrecision(3))
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? Number.NaN
}
