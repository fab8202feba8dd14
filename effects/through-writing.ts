// Writing through to a disk that has no one call for it.

import type { DiskFile } from './effects.ts'

/** A file whose writes are durable when they resolve. The power may go between a write and its sync. */
export function throughWriting(file: DiskFile): DiskFile {
  return {
    ...file,
    async write(offset, bytes) {
      await file.write(offset, bytes)
      await file.sync()
    },
  }
}
