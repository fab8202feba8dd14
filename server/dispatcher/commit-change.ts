// A change of one object that others may be writing, too.

import { reasonOf } from '../../api/errors.ts'
import type { Objects } from '../../api/objects.ts'
import type { ControllerStore } from '../../controllers/runtime/controller.ts'

const maxCommitAttempts = 16

/** Reads, changes and writes until nobody wrote in between. An object that is gone is left alone. */
export async function commitChange<K extends 'Task' | 'Node' | 'Service'>(
  store: ControllerStore,
  kind: K,
  name: string,
  change: (object: Objects[K]) => Objects[K] | undefined,
): Promise<void> {
  for (let left = maxCommitAttempts; ; left--) {
    const object = store.view.get(kind, name)
    const changed = object === undefined ? undefined : change(object)
    if (changed === undefined) return
    try {
      await store.commit({ writes: [{ op: 'update', object: changed }] })
      return
    } catch (error) {
      if (reasonOf(error) !== 'Conflict' || left <= 1) throw error
    }
  }
}
