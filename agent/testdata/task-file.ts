// Files of tasks for tests.

import { basename } from 'node:path'
import type { TaskFile } from '../executor.ts'
import { Redacted } from '../redacted.ts'

/** A secret, unless it says otherwise. */
export function createTaskFile({ text = 'x', ...more }: Partial<Omit<TaskFile, 'content'>> & { readonly path: string; readonly text?: string }): TaskFile {
  return { kind: 'Secret', name: basename(more.path), mode: 0o444, content: new Redacted(Buffer.from(text)), ...more }
}
