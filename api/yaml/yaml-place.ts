// Where something stands in a file that a person wrote.

export interface SourceFile {
  /** As the user named it; printed in diagnostics. */
  readonly name: string
  readonly text: string
}

export type Path = readonly (string | number)[]

/** A stretch of one line, from 1, in UTF-16 units. */
export interface Place {
  readonly line: number
  readonly column: number
  /** First column after it; at least `column + 1`. */
  readonly endColumn: number
}

/** `spec.ports[0].port`, `metadata.labels[kit/x]`; empty for the document itself. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number' || /[./\s[\]]/.test(step)) return `${text}[${step}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
}

/** What stands at a path of a plain value. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined), value)
}
