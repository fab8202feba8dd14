// `--show-request`: what a command asks of the API, so that it can be done again with `kit api`, curl or a program. What is
// written and never read back, and what only admins read, is not shown, nor the values of variables of a command.

import type { ApiRequest } from '../api/request.ts'
import { findDefinition, schemaOf } from '../api/schema/schema.ts'
import { isJsonObject, type Json, type JsonObject } from '../api/wire.ts'
import { adminOnlyPaths, type FieldPath, withoutPaths, writeOnlyPaths } from '../server/conversion.ts'

const hidden = '***'

/** Lines as in HTTP. */
export function formatRequest({ method, path, query, headers, body }: ApiRequest): readonly string[] {
  const search = new URLSearchParams(Object.entries(query)).toString()
  const type = headers['content-type']
  return [
    `> ${method} ${path}${search === '' ? '' : `?${search}`}`,
    ...(type === undefined ? [] : [`> content-type: ${type}`]),
    ...(body === undefined ? [] : [`> ${JSON.stringify(shown(path, body))}`]),
  ]
}

function shown(path: string, body: unknown): unknown {
  const [, plural = '', rest] = /^\/apis\/kit\/v1\/([a-z]+)(?:\/[^/]+(?:\/(.+))?)?$/.exec(path) ?? []
  if (rest === 'attach') return body
  if (rest === 'exec' && isJsonObject(body)) {
    const { env } = body
    return { ...body, ...(isJsonObject(env) ? { env: Object.fromEntries(Object.keys(env).map((name) => [name, hidden])) } : {}) }
  }
  const definition = findDefinition(plural)
  if (definition === undefined) return hidden // Nobody knows what is in it.
  const schema = schemaOf(definition)
  const paths: readonly FieldPath[] = [...writeOnlyPaths(schema), ...adminOnlyPaths(schema)]
  if (Array.isArray(body)) return body.map((operation: unknown) => (isJsonObject(operation) ? shownOperation(operation, paths) : hidden))
  return isJsonObject(body) ? withoutPaths(body, paths) : hidden
}

/** Of a JSON patch: its value is looked at where it will be. */
function shownOperation(operation: JsonObject, paths: readonly FieldPath[]): JsonObject {
  const { path, value } = operation
  if (typeof path !== 'string' || value === undefined) return operation
  const steps = path.split('/').slice(1)
  const whole = steps.toReversed().reduce<Json>((inner, step) => ({ [step]: inner }), value)
  const left = isJsonObject(whole) ? withoutPaths(whole, paths) : whole
  const found = steps.reduce<Json | undefined>((at, step) => (at !== undefined && isJsonObject(at) ? at[step] : undefined), left)
  return { ...operation, value: found ?? hidden }
}
