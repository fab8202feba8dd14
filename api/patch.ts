// Merge patch (RFC 7386) and JSON patch (RFC 6902) on plain JSON values. Both leave their input alone.

import { isDeepStrictEqual } from 'node:util'
import { StatusError } from './errors.ts'
import { isJsonObject, type Json, type JsonObject } from './wire.ts'

/** null removes a key, objects merge, everything else replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch
  const entries = new Map<string, Json>(isJsonObject(target) ? Object.entries(target) : [])
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) entries.delete(key)
    else entries.set(key, mergePatch(entries.get(key), value))
  }
  return Object.fromEntries(entries)
}

/** More operations than this in one patch are refused. */
export const maxPatchOperations = 10_000

/** All operations or none. BadRequest when the patch is malformed, Invalid when it does not fit the object. */
export function jsonPatch(target: Json, patch: unknown): Json {
  if (!Array.isArray(patch)) throw new StatusError('BadRequest', 'a JSON patch must be a list of operations')
  if (patch.length > maxPatchOperations) {
    throw new StatusError('RequestEntityTooLarge', `a JSON patch must have at most ${maxPatchOperations} operations, got ${patch.length}`)
  }
  return patch.reduce<Json>((value, operation, index) => applyOperation(value, operation, index), target)
}

function applyOperation(target: Json, operation: unknown, index: number): Json {
  if (!isJsonObject(operation)) throw malformed(index, 'must be an object')
  const path = pointerOf(operation['path'], index, 'path')
  switch (operation['op']) {
    case 'add':
      return change(target, path, index, 'add', operand(operation, index))
    case 'replace':
      return change(target, path, index, 'replace', operand(operation, index))
    case 'remove':
      return change(target, path, index, 'remove', null)
    case 'test':
      if (!isDeepStrictEqual(read(target, path, index), operand(operation, index)))
        throw misfit(index, `the value at '${printed(path)}' is another one`)
      return target
    case 'copy':
      return change(target, path, index, 'add', read(target, pointerOf(operation['from'], index, 'from'), index))
    case 'move': {
      const from = pointerOf(operation['from'], index, 'from')
      if (from.length < path.length && from.every((token, at) => token === path[at]))
        throw misfit(index, 'a value cannot be moved into itself')
      return change(change(target, from, index, 'remove', null), path, index, 'add', read(target, from, index))
    }
    default:
      throw malformed(index, `op must be one of add, remove, replace, move, copy, test, got '${String(operation['op'])}'`)
  }
}

function pointerOf(value: unknown, index: number, field: string): readonly string[] {
  if (typeof value !== 'string' || (value !== '' && !value.startsWith('/'))) throw malformed(index, `${field} must be a JSON pointer`)
  const tokens = value.split('/').slice(1)
  return tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function operand(operation: JsonObject, index: number): Json {
  const value = operation['value']
  if (value === undefined) throw malformed(index, 'value is required')
  return value
}

function read(target: Json, path: readonly string[], index: number): Json {
  let value: Json = target
  for (const [depth, token] of path.entries()) {
    const next: Json | undefined = Array.isArray(value)
      ? value[position(token, value.length - 1, path.slice(0, depth + 1), index)]
      : isJsonObject(value) && Object.hasOwn(value, token)
        ? value[token]
        : undefined
    if (next === undefined) throw misfit(index, `there is nothing at '${printed(path.slice(0, depth + 1))}'`)
    value = next
  }
  return value
}

/** Copies what lies on the path and changes its end. */
function change(target: Json, path: readonly string[], index: number, how: 'add' | 'replace' | 'remove', value: Json): Json {
  const [token, ...rest] = path
  if (token === undefined) return value
  if (token === '__proto__') throw misfit(index, 'the key "__proto__" is not allowed')
  if (Array.isArray(target)) return changeList(target, token, rest, index, how, value, path)
  if (!isJsonObject(target)) throw misfit(index, `'${printed(path)}' lies below a value that has no fields`)
  const present = Object.hasOwn(target, token) ? target[token] : undefined
  if (rest.length > 0) {
    if (present === undefined) throw misfit(index, `there is nothing at '${token}'`)
    return { ...target, [token]: change(present, rest, index, how, value) }
  }
  if (how !== 'add' && present === undefined) throw misfit(index, `there is nothing at '${token}' to ${how}`)
  if (how !== 'remove') return { ...target, [token]: value }
  return Object.fromEntries(Object.entries(target).filter(([key]) => key !== token))
}

function changeList(
  target: readonly Json[],
  token: string,
  rest: readonly string[],
  index: number,
  how: 'add' | 'replace' | 'remove',
  value: Json,
  path: readonly string[],
): Json {
  if (rest.length === 0 && how === 'add') {
    return target.toSpliced(token === '-' ? target.length : position(token, target.length, path, index), 0, value)
  }
  const at = position(token, target.length - 1, path, index)
  if (rest.length > 0) return target.with(at, change(target[at] ?? null, rest, index, how, value))
  return how === 'replace' ? target.with(at, value) : target.toSpliced(at, 1)
}

function position(token: string, last: number, path: readonly string[], index: number): number {
  const at = /^(?:0|[1-9]\d{0,8})$/.test(token) ? Number(token) : -1
  if (at < 0 || at > last) throw misfit(index, `'${printed(path)}' is not a position in a list of ${last + 1}`)
  return at
}

function printed(path: readonly string[]): string {
  return `/${path.join('/')}`
}

function malformed(index: number, what: string): StatusError {
  return new StatusError('BadRequest', `JSON patch operation ${index}: ${what}`)
}

function misfit(index: number, what: string): StatusError {
  return new StatusError('Invalid', `JSON patch operation ${index}: ${what}`)
}
