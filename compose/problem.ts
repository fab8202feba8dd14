// What is wrong in a Compose document, addressed by path: the server, which has no file, reports the
// path; the CLI finds the line and column (`diagnostics.ts`). All readers of this folder report to a
// `Place` and return `undefined` instead of throwing, so that one run finds every mistake. What kit
// understands and does not act on is told apart from mistakes: `ignored.ts` makes one warning of it.

import type { MistakeReason } from '../api/mistake.ts'
import { nearest } from '../api/suggestion.ts'

export type Path = readonly (string | number)[]

export interface Problem {
  /** What sort of mistake it is: decides the code that `kit explain` tells more about (`diagnostics.ts`). */
  readonly reason: ProblemReason
  readonly path: Path
  /** Whether the key itself is wrong, or what stands at it. */
  readonly target: 'key' | 'value'
  /** One sentence in the user's words: what was wanted and what was found. */
  readonly message: string
  /** `did you mean "replicas"?` */
  readonly hint?: string
  /** How to mend it, or what is allowed here. */
  readonly help?: string
}

/** The reasons of mistakes in objects, and what only a Compose document can do wrong. */
export type ProblemReason =
  | MistakeReason
  | 'UnknownKey'
  | 'KeyNotSupported'
  | 'NameInvalid'
  | 'VariableInvalid'
  | 'ReferenceMissing'
  | 'ObjectDuplicate'
  | 'FieldImmutable'

/** Where a reader is in the document, and where it reports to. */
export interface Place {
  readonly path: Path
  readonly problems: Problem[]
  /** What is left out of the meaning: mistakes under `--strict` only. */
  readonly ignored: Problem[]
}

type Advice = Pick<Problem, 'hint' | 'help'>

/** Turns the value at a place into what it means; `undefined` after a report. */
export type Read<T> = (value: unknown, place: Place) => T | undefined

/** The whole document, with nothing said about it yet. */
export function startPlace(): Place {
  return { path: [], problems: [], ignored: [] }
}

export function at(place: Place, ...steps: Path): Place {
  return { ...place, path: [...place.path, ...steps] }
}

export function reportValue(place: Place, reason: ProblemReason, message: string, advice: Advice = {}): undefined {
  place.problems.push({ reason, path: place.path, target: 'value', message, ...advice })
}

export function reportKey(place: Place, reason: ProblemReason, message: string, advice: Advice = {}): undefined {
  place.problems.push({ reason, path: place.path, target: 'key', message, ...advice })
}

/** The key, or option, at this place is left out of what the document means. */
export function ignore({ path, ignored }: Place, help: string, message = `kit does not support "${path.at(-1)}"`): undefined {
  ignored.push({ reason: 'KeyNotSupported', path, target: 'key', message, help })
}

type JsonType = 'string' | 'number' | 'boolean' | 'list' | 'mapping'

/**
 * `wanted a duration, found the number 3`. `types` are those that the field takes: a value of one of them
 * says something wrong, every other has the wrong type.
 */
export function reportUnwanted(place: Place, wanted: string, value: unknown, types: readonly JsonType[], advice: Advice = {}): undefined {
  const reason = types.some((type) => type === typeOf(value)) ? 'FieldValueInvalid' : 'FieldValueTypeInvalid'
  return reportValue(place, reason, `wanted ${wanted}, found ${describeValue(value)}`, advice)
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'list'
  return typeof value === 'object' && value !== null ? 'mapping' : typeof value
}

/** `did you mean …?` when a known name is near, and else nothing. */
export function suggestion(word: string, known: Iterable<string>): Advice {
  const near = nearest(word, known)
  return near === undefined ? {} : { hint: `did you mean "${near}"?` }
}

/** `services.web.ports[0]` */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => text + (typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`), '')
}

/** What was found, for a message: `the text "x"`, `the number 3`, `a list`, `nothing`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value === 'string') return value.length > 60 ? `the text "${value.slice(0, 57)}…"` : `the text "${value}"`
  return `the ${typeof value} ${String(value)}`
}
