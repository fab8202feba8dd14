// The part of JSONPath that printer columns and `-o jsonpath` use: `.a.b`, `['a.b']`, `[0]`, `[*]` and
// `[?(@.type=="Ready")]`. A path yields any number of values; a missing one yields none.

import { StatusError } from './errors.ts'
import { isJsonObject } from './wire.ts'

type Step =
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'index'; readonly index: number }
  | { readonly type: 'all' }
  | { readonly type: 'filter'; readonly path: JsonPath; readonly equal: boolean; readonly value: unknown }

export type JsonPath = readonly Step[]

const readers: readonly (readonly [RegExp, (match: RegExpExecArray) => Step])[] = [
  [/\[\*\]|\.\*/y, () => ({ type: 'all' })],
  [/\.([\w-]+)/y, (match) => ({ type: 'field', name: match[1] ?? '' })],
  [
    /\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/y,
    (match) => ({ type: 'field', name: (match[1] ?? match[2] ?? '').replaceAll(/\\(.)/g, '$1') }),
  ],
  [/\[(-?\d+)\]/y, (match) => ({ type: 'index', index: Number(match[1]) })],
  [/\[\?\(@((?:\.[\w-]+)+)\s*(==|!=)\s*("(?:[^"\\]|\\.)*"|'[^']*'|-?\d+(?:\.\d+)?|true|false)\)\]/y, filterOf],
]

/** Throws BadRequest that points at the first sign it does not understand. Braces around the path are allowed. */
export function parseJsonPath(text: string): JsonPath {
  const inner = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text
  const source = inner.startsWith('$') ? inner.slice(1) : inner
  const steps: Step[] = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(source)
    if (match !== null) at = pattern.lastIndex
    return match
  }
  while (at < source.length) {
    const step = readers.reduce<Step | undefined>((found, [pattern, toStep]) => {
      const match = found === undefined ? take(pattern) : null
      return match === null ? found : toStep(match)
    }, undefined)
    if (step === undefined) throw new StatusError('BadRequest', `JSONPath '${text}': cannot read '${source.slice(at)}'`)
    steps.push(step)
  }
  return steps
}

function filterOf(match: RegExpExecArray): Step {
  const literal = match[3] ?? ''
  const value: unknown = literal.startsWith("'") ? literal.slice(1, -1) : JSON.parse(literal)
  return { type: 'filter', path: parseJsonPath(match[1] ?? ''), equal: match[2] === '==', value }
}

export function evaluateJsonPath(path: JsonPath, value: unknown): readonly unknown[] {
  return path.reduce<readonly unknown[]>((values, step) => values.flatMap((each) => take(step, each)), [value])
}

function take(step: Step, value: unknown): readonly unknown[] {
  switch (step.type) {
    case 'field':
      return isJsonObject(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : []
    case 'index': {
      const element = Array.isArray(value) ? value.at(step.index) : undefined
      return element === undefined ? [] : [element]
    }
    case 'all':
      return Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : []
    case 'filter':
      return Array.isArray(value)
        ? value.filter((element) => evaluateJsonPath(step.path, element).some((found) => found === step.value) === step.equal)
        : []
  }
}
