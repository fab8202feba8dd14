// The border where bytes from a client become a JSON value: size, encoding, content type, nesting and
// keys are checked here, so that nothing behind it has to.

import { parseDocument } from 'yaml'
import { StatusError } from '../api/errors.ts'
import { isJsonObject, type Json } from '../api/wire.ts'

export const maxBodyBytes = 3 * 1024 * 1024
/** Deeper documents would exhaust the stack of those who walk them. */
export const maxDepth = 100
const maxAliases = 100

export interface Body {
  readonly value: Json
  /** Paths of keys that an object has twice; the last one counts. Known only when the body came as JSON text. */
  readonly duplicates: readonly string[]
}

/** A JSON value from a caller in the same process, or the bytes of one. `yaml`: YAML is accepted too. */
export function readBody(body: unknown, yaml: boolean): Body {
  if (body === undefined) throw new StatusError('BadRequest', 'the request has no body')
  if (!(body instanceof Uint8Array)) return { value: checkValue(body), duplicates: [] }
  if (body.byteLength === 0) throw new StatusError('BadRequest', 'the request has no body')
  if (body.byteLength > maxBodyBytes) {
    throw new StatusError('RequestEntityTooLarge', `the body must be at most ${maxBodyBytes} bytes, got ${body.byteLength}`)
  }
  const text = decode(body)
  const isJson = /^\s*[[{]/.test(text)
  if (isJson || !yaml) {
    const value = checkValue(parseJson(text)) // JSON.parse does not recurse: how deep it is, is looked at behind it.
    return { value, duplicates: mayHaveDuplicates(text, value) ? findDuplicates(text) : [] }
  }
  return { value: checkValue(parseYaml(text)), duplicates: [] }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (error) {
    throw new StatusError('BadRequest', 'the body is not UTF-8', {}, { cause: error })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new StatusError(
      'BadRequest',
      `the body is not JSON: ${error instanceof Error ? error.message : 'unreadable'}`,
      {},
      { cause: error },
    )
  }
}

function parseYaml(text: string): unknown {
  const document = parseDocument(text, { uniqueKeys: true, version: '1.2' })
  const [problem] = document.errors
  if (problem !== undefined) throw new StatusError('BadRequest', `the body is not YAML: ${problem.message}`)
  try {
    return document.toJS({ maxAliasCount: maxAliases })
  } catch (error) {
    throw new StatusError(
      'BadRequest',
      `the body is not YAML: ${error instanceof Error ? error.message : 'unreadable'}`,
      {},
      { cause: error },
    )
  }
}

function tooDeep(): StatusError {
  return new StatusError('BadRequest', `the body is nested more than ${maxDepth} levels deep`)
}

function checkValue(value: unknown, depth = 0): Json {
  if (depth > maxDepth) throw tooDeep()
  if (!isJsonLike(value)) throw new StatusError('BadRequest', 'the body holds a value that is not JSON')
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new StatusError('BadRequest', `the number ${value} cannot be kept exactly: integers must lie within ±2^53`)
  }
  for (const [key, child] of typeof value === 'object' && value !== null ? Object.entries(value) : []) {
    if (key === '__proto__') throw new StatusError('BadRequest', 'the key "__proto__" is not allowed')
    checkValue(child, depth + 1)
  }
  return value
}

function isJsonLike(value: unknown): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  return Array.isArray(value) || (isJsonObject(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value)))
}

/** Each key has a colon behind it: with no more colons than keys that are left, none came twice. Nearly all bodies are done with this. */
function mayHaveDuplicates(text: string, value: Json): boolean {
  let colons = 0
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) colons += 1
  return colons > countKeys(value)
}

function countKeys(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0
  const children = Object.values(value)
  let count = Array.isArray(value) ? 0 : children.length
  for (const child of children) count += countKeys(child)
  return count
}

/** `spec.replicas` for a key that is written twice in one object. The text is known to be JSON. */
function findDuplicates(text: string): readonly string[] {
  interface Frame {
    readonly keys: Set<string> | undefined
    key: string
    index: number
  }
  const duplicates: string[] = []
  const frames: Frame[] = []
  let expectsKey = false
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},:]/g)) {
    const top = frames.at(-1)
    if (token === '{' || token === '[') {
      frames.push({ keys: token === '{' ? new Set() : undefined, key: '', index: 0 })
      expectsKey = token === '{'
    } else if (token === '}' || token === ']') {
      frames.pop()
      expectsKey = false
    } else if (token === ',' && top !== undefined) {
      top.index++
      expectsKey = top.keys !== undefined
    } else if (token === ':') expectsKey = false
    else if (expectsKey && top?.keys !== undefined) {
      top.key = String(JSON.parse(token))
      if (top.keys.has(top.key))
        duplicates.push(
          frames
            .map((frame) => (frame.keys === undefined ? `[${frame.index}]` : `.${frame.key}`))
            .join('')
            .slice(1),
        )
      top.keys.add(top.key)
      expectsKey = false
    }
  }
  return duplicates
}
