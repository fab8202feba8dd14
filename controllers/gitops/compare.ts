// What a source sends of an object, and how what is there differs from it, field by field and with who has made it so. Pure.

import { describeChanges, type FieldOwner } from '../../api/apply.ts'
import type { Source } from '../../api/objects.ts'
import { definitionOf, schemaOf } from '../../api/schema/schema.ts'
import { isJsonObject, type Json, type JsonObject, type Manifest, type WireObject } from '../../api/wire.ts'
import { valueAt } from '../../api/yaml/yaml-place.ts'
import { ownersOf } from '../../compose/merge.ts'
import { isCreatedBy, isSource, managerOf, sourceLabel } from './prune.ts'

export type Drift = NonNullable<Source['status']['drift']>[number]

/** On an object: fields, with commas, that are left to whoever has changed them, beside those of the source. */
export const leaveAnnotation = 'kit/leave'
/** Longer values are not repeated in a status. */
const maxShown = 60

export interface Claim {
  readonly source: string
  /** Fields that are left to others, as in `spec.replicas`. */
  readonly leave: readonly string[]
  /** Whether there is a Source of that name. */
  readonly isSource: (name: string) => boolean
}

/**
 * What is applied: the manifest, marked when this source creates the object, or has; without fields that are left to
 * others and that others have set. What a source has created that is gone belongs to the next one that holds it.
 */
export function configFor({ source, leave, isSource }: Claim, manifest: Manifest, live: WireObject | undefined): Manifest {
  const labels = isJsonObject(manifest.metadata['labels']) ? manifest.metadata['labels'] : {}
  const { [sourceLabel]: _, ...rest } = labels
  const maker = live?.metadata.labels?.[sourceLabel]
  const isInherited = live !== undefined && maker !== undefined && !isSource(maker) && isCreatedBy(maker, live)
  const isOwn = live === undefined || isInherited || isCreatedBy(source, live)
  const { labels: _labels, ...others } = manifest.metadata
  const marks = isOwn ? { ...rest, [sourceLabel]: source } : rest
  const metadata: JsonObject = Object.keys(marks).length === 0 ? others : { ...others, labels: marks }
  const marked: Manifest = { ...manifest, metadata }
  if (live === undefined) return marked
  const own = managerOf(source)
  const left = [...leave, ...leftBy(manifest)].filter((path) => {
    const owners = ownersOf(live.metadata.managedFields, path.split('.'))
    return owners.length > 0 && !owners.includes(own)
  })
  return left.reduce((config, path) => without(config, path.split('.')), marked)
}

function leftBy({ metadata }: Manifest): readonly string[] {
  const text = isJsonObject(metadata['annotations']) ? metadata['annotations'][leaveAnnotation] : undefined
  return typeof text === 'string' ? text.split(',').map((path) => path.trim()) : []
}

function without<T extends JsonObject>(object: T, [key = '', ...rest]: readonly string[]): T {
  if (!Object.hasOwn(object, key)) return object
  const { [key]: member, ...others }: JsonObject = object
  if (rest.length === 0) return others as T // Members that are required are never left to others: they would have to be sent.
  return isJsonObject(member) ? { ...object, [key]: without(member, rest) } : object
}

/** `planned`: as it would be after an apply. Nothing when the apply would change nothing. */
export function driftOf(source: string, live: WireObject, planned: WireObject): readonly Drift[] {
  const { kind } = live
  const definition = definitionOf(kind)
  const [there, wanted] = [withoutStatus(live), withoutStatus(planned)]
  if (definition === undefined) return []
  const { name } = live.metadata
  return describeChanges(wanted, there, schemaOf(definition)).map(({ field, owners }) => {
    const maker = owners.find((owner) => !isSource(source, owner))
    const message = compareValues(kind, there, wanted, field)
    return { kind, name, field, ...(maker === undefined ? {} : makerOf(maker)), ...(message === undefined ? {} : { message }) }
  })
}

/** No file sets it, and controllers may have written it between the two looks. */
function withoutStatus({ status: _, ...rest }: WireObject): JsonObject {
  return asJson(rest)
}

function makerOf({ manager, user, time }: FieldOwner): Pick<Drift, 'by' | 'user' | 'at'> {
  return { by: manager, ...(user === undefined ? {} : { user }), at: time }
}

function compareValues(kind: string, live: JsonObject, wanted: JsonObject, field: string): string | undefined {
  if (kind === 'Secret' || kind === 'Config' || field.includes('[')) return undefined
  const path = field.split('.')
  const show = (value: unknown): string | undefined => {
    if (value === undefined) return 'not set'
    const text = JSON.stringify(value)
    return typeof value === 'object' || text.length > maxShown ? undefined : text
  }
  const [is, should] = [show(valueAt(live, path)), show(valueAt(wanted, path))]
  return is === undefined || should === undefined ? undefined : `is ${is}, and the files say ${should}`
}

export function asJson(object: object): JsonObject {
  const value: Json = JSON.parse(JSON.stringify(object))
  return isJsonObject(value) ? value : {}
}
