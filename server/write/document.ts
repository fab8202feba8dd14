// The object in the body of a request: of the right kind, for the right name, with what no schema knows reported.

import { StatusError } from '../../api/errors.ts'
import { apiVersion } from '../../api/objects.ts'
import { isJsonObject, type Json, type JsonObject } from '../../api/wire.ts'
import { readBody } from '../body.ts'
import { contentType, type Intent, type WriteDeps } from './intent.ts'
import { metadataOf } from './metadata.ts'
import { pruneUnknown } from './unknown-fields.ts'

export function readDocument(intent: Intent, yaml: boolean): JsonObject {
  const { request, resource, name } = intent
  const type = contentType(request)
  if (!['application/json', 'application/apply-patch+yaml', 'application/yaml', ''].includes(type)) throw unsupported(type)
  const { value, duplicates } = readBody(request.body, yaml || type === 'application/yaml')
  reportDuplicates(intent, duplicates)
  const document = objectBody(value)
  if (document['apiVersion'] !== apiVersion || document['kind'] !== resource.kind) {
    const found = `${String(document['apiVersion'])} ${String(document['kind'])}`
    throw new StatusError('BadRequest', `the object must be ${apiVersion} ${resource.kind}, got ${found}`)
  }
  const metadata = metadataOf(document)
  if (metadata['namespace'] !== undefined && metadata['namespace'] !== '') {
    throw new StatusError('BadRequest', `metadata.namespace must be absent: ${resource.plural} belong to the whole cluster`)
  }
  if (name !== '' && metadata['name'] !== undefined && metadata['name'] !== name) {
    throw new StatusError('BadRequest', `metadata.name must be '${name}' as in the URL, got '${String(metadata['name'])}'`)
  }
  return prune(intent, name === '' ? document : { ...document, metadata: { ...metadata, name } })
}

export function objectBody(value: Json): JsonObject {
  if (!isJsonObject(value)) throw new StatusError('BadRequest', 'the body must be an object')
  return value
}

export function unsupported(type: string): StatusError {
  const allowed =
    'application/json to write, application/merge-patch+json, application/json-patch+json or application/apply-patch+yaml to patch'
  return new StatusError('UnsupportedMediaType', `the content type '${type}' is not supported: use ${allowed}`)
}

export function prune(intent: Intent, document: JsonObject): JsonObject {
  const { object, problems } = pruneUnknown(document, intent.resource.schema)
  report(intent, problems)
  return object
}

export function reportDuplicates(intent: Intent, duplicates: readonly string[]): void {
  report(
    intent,
    duplicates.map((path) => `duplicate field "${path}"`),
  )
}

/** Strict: an error. Warn, the default: headers. Ignore: nothing. */
function report(intent: Intent, problems: readonly string[]): void {
  const validation = intent.request.query['fieldValidation'] ?? 'Warn'
  if (!['Strict', 'Warn', 'Ignore', ''].includes(validation))
    throw new StatusError('BadRequest', `fieldValidation must be Strict, Warn or Ignore, got '${validation}'`)
  if (problems.length === 0 || validation === 'Ignore') return
  if (validation === 'Strict') {
    throw new StatusError(
      'BadRequest',
      `${intent.resource.kind} in version "v1" cannot be handled as a ${intent.resource.kind}: strict decoding error: ${problems.join(', ')}`,
    )
  }
  for (const problem of problems) if (!intent.warnings.includes(problem)) intent.warnings.push(problem)
}

const suffixSigns = 'bcdfghjklmnpqrstvwxz2456789'

export function nameOf(deps: WriteDeps, document: JsonObject): string {
  const { name, generateName } = metadataOf(document)
  if (typeof name === 'string' && name !== '') return name
  if (typeof generateName === 'string' && generateName !== '') {
    const suffix = [...deps.random.bytes(5)].map((byte) => suffixSigns[byte % suffixSigns.length]).join('')
    return `${generateName}${suffix}`
  }
  throw new StatusError('Invalid', 'metadata.name: a name or generateName is required', {
    causes: [{ reason: 'FieldValueRequired', field: 'metadata.name', message: 'a name or generateName is required' }],
  })
}
