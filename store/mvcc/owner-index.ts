// Which objects name a uid as their owner. Only references are indexed; that the owner exists is the
// garbage collector's question.

import assert from 'node:assert/strict'
import type { KitObject } from '../../api/objects.ts'
import type { Cell } from './table.ts'

const nobody: ReadonlySet<Cell<KitObject>> = new Set()

export class OwnerIndex {
  readonly #owned = new Map<string, Set<Cell<KitObject>>>()

  of(uid: string): ReadonlySet<Cell<KitObject>> {
    return this.#owned.get(uid) ?? nobody
  }

  /** `before` and `after` are the object in `cell` before and after a write; undefined when there is none. */
  move(cell: Cell<KitObject>, before: KitObject | undefined, after: KitObject | undefined): void {
    if (before?.metadata === after?.metadata) return
    for (const uid of ownersOf(before)) {
      const cells = this.#owned.get(uid)
      assert(cells !== undefined, 'what an object refers to is indexed')
      cells.delete(cell)
      if (cells.size === 0) this.#owned.delete(uid)
    }
    for (const uid of ownersOf(after)) {
      const cells = this.#owned.get(uid)
      if (cells === undefined) this.#owned.set(uid, new Set([cell]))
      else cells.add(cell)
    }
  }
}

function ownersOf(object: KitObject | undefined): ReadonlySet<string> {
  if (object === undefined || object.kind === 'Task') return new Set()
  return new Set(object.metadata.ownerReferences?.map(({ uid }) => uid))
}
