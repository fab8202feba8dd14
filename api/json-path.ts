// The part of JSONPath that printer columns and `-o jsonpath` use, in kubectl's dialect: `.a.b`, `['a.b']`, `['a','b']`,
// `[0]`, `[1,2]`, `[0:2]`, `[*]`, `..a`, `[?(@.type=="Ready")]` and `[?(@.port)]`. A path yields any number of values; a
// missing one yields none.

import { StatusError } from './errors.ts'
import { isJsonObject } from './wire.ts'

type Step =
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'fields'; readonly names: readonly string[] }
  | { readonly type: 'indexes'; readonly indexes: readonly number[] }
  /** As `slice` of an array has it. */
  | { readonly type: 'slice'; readonly from: number; readonly to: number | undefined; readonly step: number }
  | { readonly type: 'all' }
  /** The value itself, and all values below it. */
  | { readonly type: 'descend' }
  | { readonly type: 'filter'; readonly path: JsonPath; readonly holds: (found: unknown) => boolean }

export type JsonPath = readonly Step[]

const text = `"(?:[^"\\\\]|\\\\.)*"|'(?:[^'\\\\]|\\\\.)*'`
const number = '-?\\d+(?:\\.\\d+)?'

const readers: readonly (readonly [RegExp, (match: RegExpExecArray) => readonly Step[]])[] = [
  [/\.\.(?=[\w*-])/y, () => [{ type: 'descend' }]],
  [/\.\.(?=\[)/y, () => [{ type: 'descend' }]],
  [/\[\*\]|\.?\*/y, () => [{ type: 'all' }]],
  [/\.([\w-]+)/y, ([, name = '']) => [{ type: 'field', name }]],
  [new RegExp(`\\[((?:${text})(?:\\s*,\\s*(?:${text}))*)\\]`, 'y'), ([, list = '']) => [{ type: 'fields', names: textsOf(list) }]],
  [/\[(-?\d+(?:\s*,\s*-?\d+)*)\]/y, ([, list = '']) => [{ type: 'indexes', indexes: list.split(',').map(Number) }]],
  [/\[(-?\d*):(-?\d*)(?::(\d+))?\]/y, ([, from = '', to = '', step = '1']) => [sliceOf(from, to, step)]],
  [new RegExp(`\\[\\?\\(@((?:\\.[\\w-]+)+)\\s*(==|!=|<=|>=|<|>)\\s*(${text}|${number}|true|false)\\)\\]`, 'y'), comparison],
  [
    /\[\?\(@((?:\.[\w-]+)+)\)\]/y,
    ([, path = '']) => [{ type: 'filter', path: parseJsonPath(path), holds: (found) => found !== undefined }],
  ],
]

/** Throws BadRequest that points at the first sign it does not understand. Braces around the path are allowed. */
export function parseJsonPath(text: string): JsonPath {
  const inner = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text
  const source = /^[$@]/.test(inner) ? inner.slice(1) : inner
  const steps: Step[] = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(source)
    if (match !== null) at = pattern.lastIndex
    return match
  }
  while (at < source.length) {
    // What follows `..` is a field without a dot of its own.
    const isBelow = steps.at(-1)?.type === 'descend'
    const name = isBelow ? take(/([\w-]+)/y)?.[1] : undefined
    const found = name === undefined ? readStep(take) : [{ type: 'field', name } as const]
    if (found === undefined) throw new StatusError('BadRequest', `JSONPath '${text}': cannot read '${source.slice(at)}'`)
    steps.push(...found)
  }
  return steps
}

function readStep(take: (pattern: RegExp) => RegExpExecArray | null): readonly Step[] | undefined {
  for (const [pattern, toSteps] of readers) {
    const match = take(pattern)
    if (match !== null) return toSteps(match)
  }
  return undefined
}

function textsOf(list: string): readonly string[] {
  return [...list.matchAll(new RegExp(text, 'g'))].map(([quoted]) => quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1'))
}

function sliceOf(from: string, to: string, step: string): Step {
  return { type: 'slice', from: from === '' ? 0 : Number(from), to: to === '' ? undefined : Number(to), step: Math.max(1, Number(step)) }
}

function comparison([, path = '', operator = '', literal = '']: RegExpExecArray): readonly Step[] {
  const value: unknown = literal.startsWith("'") ? textsOf(literal)[0] : JSON.parse(literal)
  const holds = (found: unknown): boolean => {
    if (operator === '==') return found === value
    if (operator === '!=') return found !== value
    if (!isOrdered(found) || !isOrdered(value) || typeof found !== typeof value) return false
    if (operator === '<') return found < value
    if (operator === '<=') return found <= value
    return operator === '>' ? found > value : found >= value
  }
  return [{ type: 'filter', path: parseJsonPath(path), holds }]
}

function isOrdered(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}

export function evaluateJsonPath(path: JsonPath, value: unknown): readonly unknown[] {
  return path.reduce<readonly unknown[]>((values, step) => values.flatMap((each) => take(step, each)), [value])
}

function take(step: Step, value: unknown): readonly unknown[] {
  switch (step.type) {
    case 'field':
      return fieldOf(value, step.name)
    case 'fields':
      return step.names.flatMap((name) => fieldOf(value, name))
    case 'indexes':
      return Array.isArray(value) ? step.indexes.map((index): unknown => value.at(index)).filter((element) => element !== undefined) : []
    case 'slice':
      return Array.isArray(value) ? value.slice(step.from, step.to).filter((_, at) => at % step.step === 0) : []
    case 'descend':
      return [value, ...(Array.isArray(value) || isJsonObject(value) ? Object.values(value).flatMap((inner) => take(step, inner)) : [])]
    case 'all':
      return Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : []
    case 'filter':
      return Array.isArray(value)
        ? value.filter((element) => {
            const [found] = evaluateJsonPath(step.path, element)
            return step.holds(found)
          })
        : []
  }
}

function fieldOf(value: unknown, name: string): readonly unknown[] {
  return isJsonObject(value) && Object.hasOwn(value, name) ? [value[name]] : []
}
