// What the sender says that the object is now, in its metadata; where it is not, what has changed since.

import { describeChanges, ownerWords } from '../../api/apply.ts'
import { reasonOf, StatusError } from '../../api/errors.ts'
import type { KitObject } from '../../api/objects.ts'
import type { JsonObject } from '../../api/wire.ts'
import { toWire } from '../conversion.ts'
import { toAnswer } from '../read.ts'
import type { Intent, WriteDeps } from './intent.ts'
import { metadataOf } from './metadata.ts'

export function assertPreconditions(deps: WriteDeps, intent: Intent, live: KitObject, document: JsonObject): void {
  const { uid, resourceVersion } = metadataOf(document)
  const present = metadataOf(toWire(live))
  if (uid !== undefined && uid !== '' && uid !== present['uid'])
    throw stalePrecondition(intent, `its uid is ${String(present['uid'])}, not ${String(uid)}: it was deleted and made again`)
  if (resourceVersion === undefined || resourceVersion === '' || resourceVersion === present['resourceVersion']) return
  throw stalePrecondition(
    intent,
    `it has changed since version ${String(resourceVersion)}${whatChanged(deps, intent, live, Number(resourceVersion))}; read it again and repeat the change`,
  )
}

export function stalePrecondition({ resource, name }: Intent, why: string): StatusError {
  return new StatusError('Conflict', `Operation cannot be fulfilled on ${resource.plural} "${name}": ${why}`, {
    kind: resource.plural,
    name,
  })
}

/** ` (spec.replicas by ann with kubectl)`; empty when history does not reach back. */
function whatChanged(deps: WriteDeps, { resource, request, name }: Intent, live: KitObject, since: number): string {
  try {
    const first = deps.store.history(since).find(({ object }) => object.kind === resource.kind && object.metadata.name === name)
    if (first?.previous === undefined || first.previous.metadata.resourceVersion !== since) return ''
    const seen = (object: KitObject): JsonObject => toAnswer(resource, object, request.identity)
    const changes = describeChanges(seen(first.previous), seen(live), resource.schema)
    const listed = changes
      .slice(0, 5)
      .map(({ field, owners }) => (owners.length === 0 ? field : `${field} by ${owners.map(ownerWords).join(' and ')}`))
    const rest = changes.length > 5 ? ` and ${changes.length - 5} more` : ''
    return listed.length === 0 ? '' : ` (${listed.join(', ')}${rest})`
  } catch (error) {
    if (reasonOf(error) === 'Expired') return ''
    throw error
  }
}
