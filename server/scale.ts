// An object as autoscalers and `kubectl scale` see it: how many there shall be, and how many there are.

import { StatusError } from '../api/errors.ts'
import type { KitObject } from '../api/objects.ts'
import { isJsonObject, type Json, type JsonObject } from '../api/wire.ts'
import { toWire } from './conversion.ts'
import type { StoredResource } from './resources.ts'
import { metadataOf } from './write/metadata.ts'

export function scaleOf(resource: StoredResource, object: KitObject): JsonObject {
  if (resource.scale === undefined) throw new StatusError('NotFound', 'the server could not find the requested resource')
  const wire = toWire(object)
  const { name = '', uid = '', resourceVersion = '', creationTimestamp = '' } = metadataOf(wire)
  const at = (path: string): Json =>
    path
      .split('.')
      .slice(1)
      .reduce<Json | undefined>((value, key) => (isJsonObject(value) ? value[key] : undefined), wire) ?? null
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, uid, resourceVersion, creationTimestamp },
    spec: { replicas: at(resource.scale.specReplicasPath) ?? 1 },
    status: { replicas: at(resource.scale.statusReplicasPath) ?? 0, selector: `kit/service=${String(name)}` },
  }
}
