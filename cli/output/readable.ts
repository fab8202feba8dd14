// An object as `kit describe` shows it: without what only controllers need, times as times, text as text.
// `kit get -o yaml` has every field as it is.

import type { Kind } from '../../api/objects.ts'
import { roundedMemory } from '../../api/quantity.ts'
import { formatTimestamp } from '../../api/timestamp.ts'
import { isJsonObject, type Json, type JsonObject, type WireObject } from '../../api/wire.ts'

/** What controllers keep for themselves, or what stands elsewhere in the same description. */
const bookkeeping: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  Service: ['status.revisionGeneration', 'status.replicas.summary', 'status.endpoint.observedPorts', 'status.update.id'],
  Stack: ['status.applied', 'status.observedGeneration'],
  Task: ['spec.serviceUid', 'spec.node', 'spec.nodeName', 'spec.placedFor', 'spec.settledAt', 'spec.rollout'],
}
/** Fields that hold ms since 1970. */
const timeField = /^(at|\w+At|notBefore|notAfter|until|restarts)$/

export function readable({ kind, spec, status }: WireObject): JsonObject {
  const whole: unknown = JSON.parse(JSON.stringify({ spec, status }))
  if (!isJsonObject(whole)) return {}
  const hidden = new Set(bookkeeping[kind])
  const kept = keep(whole, '', hidden)
  if (kind !== 'Config') return kept
  const { data, ...rest } = isJsonObject(kept['spec']) ? kept['spec'] : {}
  return { ...kept, spec: { ...rest, ...(typeof data === 'string' ? { data: textOf(data) } : {}) } }
}

function keep(object: JsonObject, path: string, hidden: ReadonlySet<string>): JsonObject {
  const entries = Object.entries(object).filter(([key]) => !hidden.has(`${path}${key}`))
  return Object.fromEntries(
    entries.map(([key, value]) => {
      if (isJsonObject(value)) return [key, keep(value, `${path}${key}.`, hidden)]
      if (key === 'memoryBytes' && typeof value === 'number') return ['memory', roundedMemory(value)]
      return [key, timeField.test(key) ? timeOf(value) : value]
    }),
  )
}

function timeOf(value: Json): Json {
  if (Array.isArray(value)) return value.map(timeOf)
  return typeof value === 'number' ? formatTimestamp(value) : value
}

/** Content that is no text stays as it travels. */
function textOf(base64: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'))
  } catch {
    return base64
  }
}
