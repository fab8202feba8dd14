// Says in an object's managedFields that the stack controller set what it changed, so that the next
// merge can tell its own values from other people's.

import { trackUpdate } from '../../api/apply.ts'
import { apiVersion, type KitObject, type ManagedFieldsEntry } from '../../api/objects.ts'
import { definitions } from '../../api/schema/definitions.ts'
import { formatTimestamp } from '../../api/timestamp.ts'
import { isJsonObject } from '../../api/wire.ts'
import { stackManager } from '../../compose/merge.ts'
import type { Clock } from '../../effects/effects.ts'

/** `after` with managedFields: what differs from `before` is the manager's, the rest stays whose it was. */
export function recordOwner(clock: Clock, before: KitObject | undefined, after: KitObject, manager: string = stackManager): KitObject {
  const schema = definitions.find((each) => each.spec.names.kind === after.kind)?.spec.versions[0]?.schema.openAPIV3Schema
  if (schema === undefined || after.kind === 'Task' || !isJsonObject(after)) return after
  const writer = { manager, apiVersion, time: formatTimestamp(clock.wallMs()) }
  const tracked = trackUpdate({ before: isJsonObject(before) ? before : undefined, after, schema, writer })
  const entries = isJsonObject(tracked['metadata']) ? tracked['metadata']['managedFields'] : undefined
  if (!Array.isArray(entries)) return after
  const managedFields = entries as unknown as readonly ManagedFieldsEntry[] // As `trackUpdate` writes them.
  return { ...after, metadata: { ...after.metadata, managedFields } }
}
