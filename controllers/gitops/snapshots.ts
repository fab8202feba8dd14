// Files that were applied, kept beside the log of the node for going back to them. A port: the disk is the node's.

import type { Files } from './files.ts'

export interface SnapshotStore {
  /** Durable when it resolves. `keep`: the keys that still count, this one among them; others may be deleted. */
  save(key: string, files: Files, keep: ReadonlySet<string>): Promise<void>
  /** Undefined when it is not kept, or damaged. */
  load(key: string): Promise<Files | undefined>
}

/** Of a source that was deleted and made again, nothing counts any more. */
export function snapshotKey(sourceUid: string, revision: string): string {
  return `${sourceUid}.${revision}`
}
