// Metadata of the next version: what the sender may set, and what is the server's.

import { isDeepStrictEqual } from 'node:util'
import { forceAnnotation } from '../../api/force.ts'
import { createUid } from '../../api/new-id.ts'
import type { KitObject, Metadata } from '../../api/objects.ts'
import { isJsonObject, type Json, type JsonObject } from '../../api/wire.ts'
import { isTrue } from '../answer.ts'
import { type Intent, isApply, type WriteDeps } from './intent.ts'
import { metadataOf, ownersOf, parseManagedFields, stringList, stringMap } from './metadata.ts'

/** Holds a service until its tasks are gone. The reaper drops it. */
export const taskFinalizer = 'kit/tasks'

export function nextMetadata(
  deps: WriteDeps,
  intent: Intent,
  live: KitObject | undefined,
  document: JsonObject,
  before: JsonObject | undefined,
): Metadata {
  const sent = metadataOf(document)
  const labels = stringMap(sent, 'labels')
  const finalizers =
    live === undefined && intent.resource.kind === 'Service'
      ? [...new Set([...stringList(sent, 'finalizers'), taskFinalizer])]
      : stringList(sent, 'finalizers')
  const ownerReferences = ownersOf(sent)
  const managedFields = Array.isArray(sent['managedFields']) ? parseManagedFields(sent['managedFields']) : []
  const specChanged = before !== undefined && !isDeepStrictEqual(before['spec'] ?? {}, document['spec'] ?? {})
  const fixed =
    live === undefined || live.kind === 'Task'
      ? { uid: intent.isDryRun ? '' : createUid(deps.random), resourceVersion: 0, generation: 1, createdAt: deps.clock.wallMs() }
      : {
          uid: live.metadata.uid,
          resourceVersion: live.metadata.resourceVersion,
          generation: live.metadata.generation + (specChanged ? 1 : 0),
          createdAt: live.metadata.createdAt,
          ...(live.metadata.deletedAt !== undefined && { deletedAt: live.metadata.deletedAt }),
        }
  const annotations = usesForce(intent, live, document)
    ? { ...stringMap(sent, 'annotations'), [forceAnnotation]: String(fixed.generation) }
    : stringMap(sent, 'annotations')
  return {
    name: intent.name,
    ...fixed,
    ...(labels !== undefined && { labels }),
    ...(annotations !== undefined && { annotations }),
    ...(finalizers.length > 0 && { finalizers }),
    ...(ownerReferences.length > 0 && { ownerReferences }),
    ...(managedFields.length > 0 && { managedFields }),
  }
}

/** Its controller is told, for this generation only. */
function usesForce(intent: Intent, live: KitObject | undefined, { spec }: JsonObject): boolean {
  const { resource, request } = intent
  if (resource.kind === 'Node') return isForcedDemotion(intent, live, isJsonObject(spec) ? spec['role'] : undefined)
  return resource.kind === 'Stack' && isTrue(request.query['force'])
}

/** Also of one that is to be a worker already, and waits for managers that do not answer. Force means something else to who applies a file. */
export function isForcedDemotion({ request }: Intent, live: KitObject | undefined, role: Json | undefined): boolean {
  return (
    isTrue(request.query['force']) && !isApply(request) && live?.kind === 'Node' && live.status.role === 'Manager' && role !== 'Manager'
  )
}
