// Something wrong in an object, by its path. The server answers it as a cause, the CLI, which has the
// file, as a diagnostic with line and column.

import type { Cause } from './errors.ts'
import { type Path, pathText } from './yaml/yaml-place.ts'

export type MistakeReason =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'

export interface Mistake {
  readonly reason: MistakeReason
  readonly path: Path
  /** Whether the key is wrong, or what stands at it. */
  readonly target: 'key' | 'value'
  /** What must hold, to follow the path: `must be greater than or equal to 0, found -3`. */
  readonly message: string
  /** `did you mean 'replicas'?` */
  readonly hint?: string
  /** What is allowed here, or how to mend it. */
  readonly help?: string
  /** Set when text is wanted and something else was read, as YAML does with 3 and true. */
  readonly wantsText?: true
  /** Code of the diagnostic where the reason alone does not say it (`api/diagnostic-codes.ts`). */
  readonly code?: string
}

const codes: Readonly<Record<MistakeReason, string>> = {
  FieldValueRequired: 'KIT0105',
  FieldValueInvalid: 'KIT0107',
  FieldValueNotSupported: 'KIT0106',
  FieldValueDuplicate: 'KIT0116',
  FieldValueForbidden: 'KIT0122',
  FieldValueTooLong: 'KIT0107',
  FieldValueTooMany: 'KIT0107',
  FieldValueTypeInvalid: 'KIT0110',
}

export function codeOf({ code, reason }: Pick<Mistake, 'code' | 'reason'>): string {
  return code ?? codes[reason]
}

/** Of a cause that a server answered. One without a code of its own, or of a later version, breaks a rule of its field. */
export function codeOfCause({ code, reason }: Cause): string {
  return code ?? Object.entries(codes).find(([name]) => name === reason)?.[1] ?? codes.FieldValueInvalid
}

export function toCause({ reason, code, path, message, hint }: Mistake): Cause {
  const text = hint === undefined ? message : `${message} (${hint})`
  return { reason, message: text, field: pathText(path), ...(code === undefined ? {} : { code }) }
}

export function invalid(path: Path, message: string): Mistake {
  return { reason: 'FieldValueInvalid', path, target: 'value', message }
}

export function required(path: Path, message: string): Mistake {
  return { reason: 'FieldValueRequired', path, target: 'value', message }
}

export function forbidden(path: Path, message: string): Mistake {
  return { reason: 'FieldValueForbidden', path, target: 'key', message }
}

export function duplicate(path: Path, message: string): Mistake {
  return { reason: 'FieldValueDuplicate', path, target: 'value', message }
}

/** A value as messages quote it, short enough for one line. */
export function quote(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? typeof value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}
