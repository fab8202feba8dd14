// The store handle that a controller is given. It refuses every write outside the controller's list, in
// tests and in production alike, so that the list can be read as the truth about what the room may touch.
// Changed fields are found by reference, one or two levels deep: what was not touched costs one comparison.
// Conditions are told apart by type, so that each has one owner.
// Its commits wait for room in the store: work that controllers put off is work that they have to do anyway.

import type { Kind, KitObject } from '../../api/objects.ts'
import type { Store, Write } from '../../api/store.ts'
import type { ControllerStore, WriteList } from './controller.ts'

/** A write outside the list is a bug in the controller, not a refusal by the world. */
export class ForbiddenWrite extends Error {
  override readonly name = 'ForbiddenWrite'
}

export function guardStore(store: Pick<Store, 'view' | 'commit'>, controller: string, writes: WriteList): ControllerStore {
  return {
    get view() {
      return store.view
    },
    commit(commit) {
      for (const write of commit.writes) {
        for (const field of changedFields(store, write)) {
          const { kind, name } = subjectOf(write)
          if (!isAllowed(writes[kind] ?? [], field)) {
            return Promise.reject(
              new ForbiddenWrite(
                `controller ${controller} may not write ${kind} ${field} (${kind}/${name}): its list has ${(writes[kind] ?? []).join(', ') || 'nothing'}`,
              ),
            )
          }
        }
      }
      return store.commit(commit, 'wait')
    },
  }
}

function subjectOf(write: Write): { readonly kind: Kind; readonly name: string } {
  return write.op === 'delete' ? write : { kind: write.object.kind, name: write.object.metadata.name }
}

function isAllowed(list: readonly string[], field: string): boolean {
  return list.some((allowed) => field === allowed || field.startsWith(`${allowed}.`))
}

/** `create`, `delete`, or the paths that an update changes: `spec.desired`, `status.update`, `metadata.labels`. */
function changedFields(store: Pick<Store, 'view'>, write: Write): readonly string[] {
  if (write.op !== 'update') return [write.op]
  const { object } = write
  const stored: KitObject | undefined = store.view.get(object.kind, object.metadata.name)
  // Gone or changed meanwhile: the commit will end in Conflict, and what differs may be what others wrote.
  if (stored?.metadata.resourceVersion !== object.metadata.resourceVersion) return []
  return (['metadata', 'spec', 'status'] as const).flatMap((part) =>
    object[part] === stored[part] ? [] : changedMembers(part, stored[part], object[part]),
  )
}

function changedMembers(part: string, stored: object, written: object): readonly string[] {
  const before = new Map<string, unknown>(Object.entries(stored))
  const after = new Map<string, unknown>(Object.entries(written))
  const changed: string[] = []
  for (const [key, value] of after) if (before.get(key) !== value) changed.push(key)
  for (const key of before.keys()) if (!after.has(key)) changed.push(key)
  return changed
    .filter((key) => key !== 'resourceVersion')
    .flatMap((key) =>
      key === 'conditions'
        ? changedConditions(before.get(key), after.get(key)).map((type) => `${part}.${key}.${type}`)
        : [`${part}.${key}`],
    )
}

function changedConditions(before: unknown, after: unknown): readonly string[] {
  const [old, now] = [conditionsByType(before), conditionsByType(after)]
  return [...new Set([...old.keys(), ...now.keys()])].filter((type) => old.get(type) !== now.get(type))
}

function conditionsByType(conditions: unknown): ReadonlyMap<string, unknown> {
  return new Map(Array.isArray(conditions) ? conditions.map((condition: { readonly type: string }) => [condition.type, condition]) : [])
}
