// Writing the scale of an object, which changes one field of its spec.

import { trackUpdate } from '../../api/apply.ts'
import type { KitObject } from '../../api/objects.ts'
import type { ApiAnswer } from '../../api/request.ts'
import { isJsonObject, type Json } from '../../api/wire.ts'
import { invalid } from '../admission/admission.ts'
import { readBody } from '../body.ts'
import { toWire } from '../conversion.ts'
import { getObject } from '../read.ts'
import { commitObject, retry } from './commit.ts'
import type { Intent, WriteDeps } from './intent.ts'
import { assertPreconditions } from './preconditions.ts'

export function replaceScale(deps: WriteDeps, intent: Intent): Promise<ApiAnswer> {
  const { value } = readBody(intent.request.body, false)
  return retry(intent, true, () => updateScale(deps, intent, getObject(deps, intent.resource, intent.name), value))
}

export function updateScale(deps: WriteDeps, intent: Intent, live: KitObject, scale: Json): Promise<ApiAnswer> {
  const spec = isJsonObject(scale) ? scale['spec'] : undefined
  const replicas = isJsonObject(spec) ? (spec['replicas'] ?? 0) : undefined
  if (!isJsonObject(scale) || typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0) {
    throw invalid('Scale', intent.name, [
      { reason: 'FieldValueInvalid', field: 'spec.replicas', message: 'must be a whole number of at least 0' },
    ])
  }
  assertPreconditions(deps, intent, live, scale)
  const before = toWire(live)
  const liveSpec = isJsonObject(before['spec']) ? before['spec'] : {}
  const after = { ...before, spec: { ...liveSpec, replicas } }
  const { subresource: _scale, ...writer } = intent.writer
  return commitObject(
    deps,
    intent,
    live,
    trackUpdate({ before, after, schema: intent.resource.schema, writer: { ...writer, subresource: 'scale' } }),
  )
}
