// Placeholders in a task template and in templated secrets and configs: `{{.Task.Slot}}`,
// `{{index .Service.Labels "tier"}}`, `{{join "-" .Service.Name .Task.Slot}}`. The part of Go's template
// language that Swarm documents; no pipelines, conditions or loops. Filled in on the agent, and
// checked with made-up values when a service is written.

import { StatusError } from './errors.ts'

export interface PlaceholderContext {
  readonly Service: { readonly ID: string; readonly Name: string; readonly Labels: Readonly<Record<string, string>> }
  readonly Node: {
    readonly ID: string
    readonly Hostname: string
    readonly Platform: { readonly Architecture: string; readonly OS: string }
  }
  /** Slot is text: the number, or the node's id in global services. */
  readonly Task: { readonly ID: string; readonly Name: string; readonly Slot: string }
}

/** Further functions with one text each, for payloads: `secret`, `config`, `env`. They return undefined for what is not there. */
export type PlaceholderFunctions = Readonly<Record<string, (name: string) => string | undefined>>

type Value = string | Readonly<Record<string, unknown>>

/** A mistake in a placeholder. Does not leave this module. */
class PlaceholderError extends Error {}

const example: PlaceholderContext = {
  Service: { ID: 'service', Name: 'service', Labels: {} },
  Node: { ID: 'node', Hostname: 'node', Platform: { Architecture: 'x86_64', OS: 'linux' } },
  Task: { ID: 'task', Name: 'task', Slot: '1' },
}

/** The text with every placeholder filled in. Throws Invalid where one is malformed or leads to nothing. */
export function expandPlaceholders(text: string, context: PlaceholderContext, functions: PlaceholderFunctions = {}): string {
  try {
    return expand(text, (words) => textOf(evaluate(words, context, functions, false)))
  } catch (error) {
    throw error instanceof PlaceholderError ? new StatusError('Invalid', error.message) : error
  }
}

/** What is wrong with the placeholders of a text, or undefined. Labels are not known yet, so any key of them is right. */
export function checkPlaceholders(text: string, functions: PlaceholderFunctions = {}): string | undefined {
  try {
    expand(text, (words) => textOf(evaluate(words, example, functions, true)))
    return undefined
  } catch (error) {
    if (error instanceof PlaceholderError) return error.message
    throw error
  }
}

/** The text with its made-up values, for comparing two targets that must differ. Undefined when malformed. */
export function expandExample(text: string): string | undefined {
  return checkPlaceholders(text) === undefined ? expand(text, (words) => textOf(evaluate(words, example, {}, true))) : undefined
}

function expand(text: string, fill: (words: readonly string[]) => string): string {
  let result = ''
  let at = 0
  for (let start = text.indexOf('{{'); start !== -1; start = text.indexOf('{{', at)) {
    const { words, end, trimsLeft, trimsRight } = readAction(text, start)
    const before = text.slice(at, start)
    result += trimsLeft ? before.trimEnd() : before
    if (words.length > 0) result += fill(words)
    at = trimsRight ? end + (/^\s*/.exec(text.slice(end))?.[0].length ?? 0) : end
  }
  return result + text.slice(at)
}

interface Action {
  readonly words: readonly string[]
  /** Offset after the closing braces. */
  readonly end: number
  readonly trimsLeft: boolean
  readonly trimsRight: boolean
}

const word = /\s*(?:(-?\}\})|("(?:[^"\\\n]|\\.)*"|`[^`]*`)|([()])|((?:\.[A-Za-z_]\w*)+)|([A-Za-z_]\w*|-?\d+))/y

function readAction(text: string, start: number): Action {
  const trimsLeft = /^\{\{-\s/.test(text.slice(start, start + 4))
  const words: string[] = []
  word.lastIndex = start + (trimsLeft ? 3 : 2)
  for (;;) {
    const from = word.lastIndex
    const match = word.exec(text)
    if (match === null) {
      if (!text.includes('}}', from)) throw new PlaceholderError("has a '{{' without a '}}'")
      throw new PlaceholderError(`has a placeholder that cannot be read at '${text.slice(from, from + 20).trim()}'`)
    }
    if (match[1] !== undefined) return { words, end: word.lastIndex, trimsLeft, trimsRight: match[1].startsWith('-') }
    words.push(match[0].trim())
  }
}

function evaluate(words: readonly string[], context: PlaceholderContext, functions: PlaceholderFunctions, anyLabel: boolean): Value {
  const [head = '', ...rest] = words
  const operands = () => readOperands(rest, context, functions, anyLabel)
  if (head === 'join') return join(operands())
  if (head === 'index') return index(operands(), anyLabel)
  if (Object.hasOwn(functions, head)) return call(head, functions[head], operands())
  const [value, ...more] = readOperands(words, context, functions, anyLabel)
  if (value === undefined || more.length > 0) throw new PlaceholderError(`has a placeholder of too many words: '${words.join(' ')}'`)
  return value
}

function readOperands(
  words: readonly string[],
  context: PlaceholderContext,
  functions: PlaceholderFunctions,
  anyLabel: boolean,
): readonly Value[] {
  const values: Value[] = []
  for (let at = 0; at < words.length; at++) {
    const text = words[at] ?? ''
    if (text === '(') {
      const close = closing(words, at)
      values.push(evaluate(words.slice(at + 1, close), context, functions, anyLabel))
      at = close
    } else values.push(operand(text, context, anyLabel))
  }
  return values
}

function closing(words: readonly string[], open: number): number {
  let depth = 0
  for (let at = open; at < words.length; at++) {
    if (words[at] === '(') depth++
    if (words[at] === ')' && --depth === 0) return at
  }
  throw new PlaceholderError("has a '(' without a ')'")
}

function operand(text: string, context: PlaceholderContext, anyLabel: boolean): Value {
  if (text.startsWith('`')) return text.slice(1, -1)
  if (text.startsWith('"')) return unquote(text)
  if (/^-?\d/.test(text)) return text
  if (!text.startsWith('.')) throw new PlaceholderError(`uses '${text}', which is no function here; there are join and index`)
  let value: unknown = context
  for (const name of text.slice(1).split('.')) {
    const isLabel = anyLabel && value === context.Service.Labels
    if (typeof value === 'object' && value !== null && Object.hasOwn(value, name)) value = Reflect.get(value, name)
    else if (isLabel) value = ''
    else throw new PlaceholderError(`uses '${text}', which does not exist`)
  }
  return typeof value === 'string' || isRecord(value) ? value : ''
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function unquote(text: string): string {
  try {
    return String(JSON.parse(text))
  } catch {
    throw new PlaceholderError(`has a text that cannot be read: ${text}`)
  }
}

function textOf(value: Value): string {
  if (typeof value === 'string') return value
  throw new PlaceholderError('uses a group of values where one is wanted')
}

function join([separator = '', ...parts]: readonly Value[]): string {
  return parts.map(textOf).join(textOf(separator))
}

function index([map, key = '', ...more]: readonly Value[], anyKey: boolean): string {
  if (typeof map !== 'object' || more.length > 0) throw new PlaceholderError('must use index as in \'index .Service.Labels "key"\'')
  const name = textOf(key)
  if (Object.hasOwn(map, name)) return String(map[name])
  if (anyKey) return ''
  throw new PlaceholderError(`asks for the label '${name}', which the service does not have`)
}

function call(name: string, found: PlaceholderFunctions[string] | undefined, [argument, ...more]: readonly Value[]): string {
  if (argument === undefined || more.length > 0) throw new PlaceholderError(`must give '${name}' one name`)
  const value = found?.(textOf(argument))
  if (value === undefined) throw new PlaceholderError(`asks for the ${name} '${textOf(argument)}', which the task does not have`)
  return value
}
