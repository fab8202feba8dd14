// Readers of single values and of collections, from which the tables in `service.ts`, `deploy.ts`
// and `read.ts` are put together. Each accepts the forms that Compose allows and no others, with one
// leniency: numbers and booleans may be quoted, as they are after a variable was put in.

import { parseDuration } from '../api/duration.ts'
import { formatCpu, formatMemory } from '../api/quantity.ts'
import { at, describeValue, ignore, type Place, type Read, reportKey, reportUnwanted, reportValue, suggestion } from './problem.ts'

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A map that takes any key, `__proto__` too, as data. */
export function toMap<T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> {
  return Object.fromEntries(entries)
}

export const text: Read<string> = (value, place) => (typeof value === 'string' ? value : reportUnwanted(place, 'a text', value, []))

/** Text where a number is as good: `user: 1000`. */
export const textOrNumber: Read<string> = (value, place) => {
  if (typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : reportUnwanted(place, 'a text or a number', value, [])
}

export function integer(least: number, most = Number.MAX_SAFE_INTEGER): Read<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
  return (value, place) => {
    const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= least && number <= most) return number
    return reportUnwanted(place, `a whole number ${range}`, value, ['number'])
  }
}

export const ratio: Read<number> = (value, place) => {
  const number = typeof value === 'string' && /^\d*\.?\d+$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && number >= 0 && number <= 1) return number
  return reportUnwanted(place, 'a number from 0 to 1', value, ['number'])
}

const truth: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true],
  [false, false],
  ...['true', 'yes', 'y', 'on'].map((word) => [word, true] as const),
  ...['false', 'no', 'n', 'off'].map((word) => [word, false] as const),
])

export const boolean: Read<boolean> = (value, place) => {
  const known = truth.get(typeof value === 'string' ? value.toLowerCase() : value)
  return known ?? reportUnwanted(place, 'true or false', value, [])
}

export const duration: Read<string> = (value, place) => {
  if (typeof value === 'string' && parseDuration(value) !== undefined) return value
  return reportUnwanted(place, 'a duration', value, ['string'], {
    help: 'a duration is a number with a unit (ns, us, ms, s, m, h), or several: 10s, 1h30m, 500ms',
  })
}

const sizeForm = /^(\d+(?:\.\d+)?) ?(?:([kmgtp])i?b?|b)?$/i
const sizeUnits = ['', 'k', 'm', 'g', 't', 'p']

/** Bytes of a Compose size: every unit is a power of 1024. */
export const sizeBytes: Read<number> = (value, place) => {
  const match = sizeForm.exec(String(value))
  const bytes = match === null ? Number.NaN : Math.trunc(Number(match[1]) * 1024 ** sizeUnits.indexOf((match[2] ?? '').toLowerCase()))
  if ((typeof value === 'string' || typeof value === 'number') && Number.isSafeInteger(bytes)) return bytes
  return reportUnwanted(place, 'a size', value, ['string', 'number'], { help: 'a size is a number with a unit: 500M, 2g, 64kb' })
}

export const memory: Read<string> = (value, place) => {
  const bytes = sizeBytes(value, place)
  return bytes === undefined ? undefined : formatMemory(bytes)
}

export const cpus: Read<string> = (value, place) => {
  const amount = typeof value === 'number' ? String(value) : value
  if (typeof amount === 'string' && /^(\d{1,9}(\.\d{1,9})?|\.\d{1,9})$/.test(amount)) return formatCpu(Number(amount))
  return reportUnwanted(place, 'a number of CPU cores', value, ['string', 'number'], { help: "for example '0.5' for half a core" })
}

/** One of the words of Compose, as kit writes it. Case does not matter. */
export function word<T extends string>(words: Readonly<Record<string, T>>): Read<T> {
  const known = Object.keys(words)
  return (value, place) => {
    const wanted = typeof value === 'string' ? value.toLowerCase() : ''
    if (Object.hasOwn(words, wanted)) return words[wanted]
    if (typeof value !== 'string') return reportUnwanted(place, oneOf(known), value, [])
    return reportValue(place, 'FieldValueNotSupported', `wanted ${oneOf(known)}, found ${describeValue(value)}`, suggestion(wanted, known))
  }
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

export function list<T>(element: Read<T>): Read<readonly T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) return reportUnwanted(place, 'a list', value, [])
    return value.map((each, index) => element(each, at(place, index))).filter((each) => each !== undefined)
  }
}

/** A list in which nothing stands twice. */
export function uniqueList(element: Read<string>): Read<readonly string[]> {
  const read = list(element)
  return (value, place) => {
    const elements = read(value, place)
    const double = elements?.findIndex((each, index) => elements.indexOf(each) !== index) ?? -1
    return double === -1
      ? elements
      : reportValue(at(place, double), 'FieldValueDuplicate', `"${elements?.[double]}" stands twice in the list`)
  }
}

/** One text, or a list of them. */
export const textOrList: Read<readonly string[]> = (value, place) => (typeof value === 'string' ? [value] : uniqueList(text)(value, place))

export function mapOf<T>(read: Read<T>): Read<Readonly<Record<string, T>>> {
  return (value, place) => {
    if (!isMap(value)) return reportUnwanted(place, 'a mapping', value, [])
    const entries = Object.entries(value).map(([key, each]) => [key, read(each, at(place, key))] as const)
    return toMap(entries.filter((entry): entry is readonly [string, T] => entry[1] !== undefined))
  }
}

/**
 * A mapping of texts in either form, `KEY: value` or `- KEY=value`. Numbers and booleans become
 * text. What a key without a value means is for `absent` to say; `undefined` leaves the key out.
 */
export function texts(absent: string | undefined): Read<Readonly<Record<string, string>>> {
  return (value, place) => {
    if (Array.isArray(value)) return textsOfList(value, absent, place)
    if (!isMap(value)) return reportUnwanted(place, 'a mapping or a list of KEY=value', value, [])
    const entries = Object.entries(value).map(([key, each]) => [key, each === null ? absent : scalar(each, at(place, key))] as const)
    return toMap(entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined))
  }
}

function textsOfList(value: readonly unknown[], absent: string | undefined, place: Place): Readonly<Record<string, string>> {
  const result = new Map<string, string>()
  for (const [index, element] of value.entries()) {
    const pair = scalar(element, at(place, index))
    if (pair === undefined) continue
    const equals = pair.indexOf('=')
    const key = equals === -1 ? pair : pair.slice(0, equals)
    if (key === '') reportUnwanted(at(place, index), 'KEY=value', element, ['string'])
    const meant = equals === -1 ? absent : pair.slice(equals + 1)
    if (meant !== undefined && key !== '') result.set(key, meant)
  }
  return toMap(result)
}

const scalar: Read<string> = (value, place) => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
  return reportUnwanted(place, 'a text', value, [])
}

type Fields<Shape> = { readonly [Key in keyof Shape]-?: Read<NonNullable<Shape[Key]>> }

/** Keys that Compose knows and kit does not act on, each with what to do instead. */
export type Advice = Readonly<Record<string, string>>

/**
 * A mapping with known keys. An unknown key is reported with the nearest known one; `x-…` keys are
 * comments. Only the keys that are there are in the result. Those of `ignored` are left out of it and
 * warned of; those of `unsupported` are mistakes.
 */
export function mapping<Shape extends object>(
  fields: Fields<Shape>,
  options: { readonly required?: readonly string[]; readonly ignored?: Advice; readonly unsupported?: Advice } = {},
): Read<Partial<Shape>> {
  const { required = [], ignored = {}, unsupported = {} } = options
  const readers: ReadonlyMap<string, Read<unknown>> = new Map(Object.entries<Read<unknown>>(fields))
  return (value, place) => {
    if (!isMap(value)) return reportUnwanted(place, 'a mapping', value, [])
    const result: Partial<Record<string, unknown>> = {}
    for (const [key, each] of Object.entries(value)) {
      const read = readers.get(key)
      if (read !== undefined) {
        const meant = read(each, at(place, key))
        if (meant !== undefined) result[key] = meant
      } else if (Object.hasOwn(ignored, key)) ignore(at(place, key), ignored[key] ?? '')
      else if (!key.startsWith('x-')) reportUnknown(key, [...readers.keys()], { ...unsupported, ...ignored }, at(place, key))
    }
    for (const key of required) if (!Object.hasOwn(value, key)) reportKey(place, 'FieldValueRequired', `"${key}" is missing`)
    return result as Partial<Shape> // Each key was read by its own reader, which TypeScript cannot follow through a loop.
  }
}

function reportUnknown(key: string, known: readonly string[], others: Advice, place: Place): void {
  if (Object.hasOwn(others, key)) reportKey(place, 'KeyNotSupported', `kit does not support "${key}"`, { help: others[key] ?? '' })
  else {
    const near = suggestion(key, [...known, ...Object.keys(others)])
    reportKey(
      place,
      'UnknownKey',
      `unknown key "${key}"`,
      near.hint === undefined ? { help: `allowed here: ${known.toSorted().join(', ')}` } : near,
    )
  }
}

/** `null` stands for an empty mapping: `networks: { front: }`. */
export function orNull<T>(read: Read<T>): Read<T> {
  return (value, place) => read(value ?? {}, place)
}
