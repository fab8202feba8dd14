// The three-way merge of one object: what the file said last, what it says now, what lives in the
// cluster. Only what the file changed is written; the rest belongs to whoever changed it. A field
// that the file changed and somebody else has set meanwhile is a conflict, unless forced.
//
// Maps are merged key by key, lists are one value. The merge only walks; who owns a field is asked
// of managedFields.

import { isDeepStrictEqual } from 'node:util'
import type { FieldSet, ManagedFieldsEntry } from '../api/objects.ts'
import { isMap, toMap } from './fields.ts'

/** The field manager under which the stack controller writes. */
export const stackManager = 'stack'

export interface ObjectName {
  readonly kind: string
  readonly name: string
}

export interface Conflict {
  readonly object: ObjectName
  /** Path in the object; empty when it is about the whole of it. */
  readonly field: readonly string[]
  /** What the file said and says. `undefined` means that it was, or is, left out. */
  readonly ours: { readonly old: unknown; readonly new: unknown }
  readonly theirs: unknown
  /** Field manager, or what else is known about who set it. */
  readonly owner: string
}

export interface MergeInput {
  readonly object: ObjectName
  readonly last: unknown
  readonly now: unknown
  readonly live: unknown
  /** Undefined: nothing is recorded, every difference may be somebody's. */
  readonly managedFields: readonly ManagedFieldsEntry[] | undefined
  readonly force: boolean
}

/** `value` is `live` itself when nothing changes. */
export function mergeThreeWay(input: MergeInput): { readonly value: unknown; readonly conflicts: readonly Conflict[] } {
  const conflicts: Conflict[] = []
  const value = mergeField(input, { last: input.last, now: input.now, live: input.live }, [], conflicts)
  return { value, conflicts }
}

interface Sides {
  readonly last: unknown
  readonly now: unknown
  readonly live: unknown
}

function mergeField(input: MergeInput, sides: Sides, path: readonly string[], conflicts: Conflict[]): unknown {
  const { last, now, live } = sides
  if (isDeepStrictEqual(last, now) || isDeepStrictEqual(live, now)) return live
  if (isDeepStrictEqual(live, last)) return now
  if (isMap(live) && (isMap(now) || (now === undefined && isMap(last)))) return mergeMap(input, { last, now, live }, path, conflicts)
  // Nobody's value is lost: the field is not there, or it is what an earlier, cut short apply of ours wrote.
  if (live === undefined) return now
  const owners = ownersOf(input.managedFields, path)
  if (owners.includes(stackManager) || input.force) return now
  const owner = owners.length === 0 ? 'an unknown writer' : owners.join(', ')
  conflicts.push({ object: input.object, field: path, ours: { old: last, new: now }, theirs: live, owner })
  return live
}

function mergeMap(input: MergeInput, sides: Sides & { readonly live: object }, path: readonly string[], conflicts: Conflict[]): unknown {
  const last = isMap(sides.last) ? sides.last : {}
  const now = isMap(sides.now) ? sides.now : {}
  const live = isMap(sides.live) ? sides.live : {}
  const keys = new Set([...Object.keys(live), ...Object.keys(last), ...Object.keys(now)])
  const merged = [...keys].map((key) => {
    const fields = { last: member(last, key), now: member(now, key), live: member(live, key) }
    return [key, mergeField(input, fields, [...path, key], conflicts)] as const
  })
  const kept = merged.filter(([, value]) => value !== undefined)
  if (kept.length === Object.keys(live).length && kept.every(([key, value]) => value === live[key])) return sides.live
  // A map that the file dropped goes when nobody else has put anything into it.
  return kept.length === 0 && sides.now === undefined ? undefined : toMap(kept)
}

function member(map: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined
}

/** Managers that own the field, something below it, or the whole that it is part of. */
export function ownersOf(managedFields: readonly ManagedFieldsEntry[] | undefined, path: readonly string[]): readonly string[] {
  const owners = (managedFields ?? []).filter((entry) => entry.subresource !== 'status' && ownsField(entry.fieldsV1, path))
  return [...new Set(owners.map((entry) => entry.manager))]
}

function ownsField(fields: FieldSet, path: readonly string[]): boolean {
  if (Object.keys(fields).length === 0) return false // It has only taken something away.
  let set = fields
  for (const [depth, key] of path.entries()) {
    const next = Object.hasOwn(set, `f:${key}`) ? set[`f:${key}`] : undefined
    if (next === undefined) return depth > 0 && Object.keys(set).length === 0
    set = next
  }
  return true
}
