// The machine's own files, through node:fs. Errors keep the errno name that Node.js gives them.

import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import type { Disk, DiskFile } from '../effects.ts'
import { throughWriting } from '../through-writing.ts'

/** Elsewhere it is missing, or promises less than a sync. */
const throughFlag = process.platform === 'linux' ? constants.O_DSYNC : 0

export function createDisk(): Disk {
  return {
    async open(path, options = {}) {
      const { create = false, exclusive = false, mode = 0o600, writesThrough = false } = options
      const creation = create ? constants.O_CREAT | (exclusive ? constants.O_EXCL : 0) : 0
      const flags = constants.O_RDWR | creation | (writesThrough ? throughFlag : 0)
      const file = diskFile(await open(path, flags, mode))
      return writesThrough && throughFlag === 0 ? throughWriting(file) : file
    },
    async list(directory) {
      return (await readdir(directory)).sort()
    },
    async makeDirectory(path, mode = 0o700) {
      await mkdir(path, { recursive: true, mode })
    },
    rename: (from, to) => rename(from, to),
    remove: (path) => rm(path, { force: true }),
    async syncDirectory(directory) {
      const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY)
      try {
        await handle.sync()
      } finally {
        await handle.close()
      }
    },
  }
}

function diskFile(handle: FileHandle): DiskFile {
  return {
    async size() {
      return (await handle.stat()).size
    },
    async read(offset, length) {
      const bytes = new Uint8Array(length)
      let done = 0
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, length - done, offset + done)
        if (bytesRead === 0) break
        done += bytesRead
      }
      return bytes.subarray(0, done)
    },
    async write(offset, bytes) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, offset + done)
        done += bytesWritten
      }
    },
    sync: () => handle.datasync(),
    truncate: (size) => handle.truncate(size),
    close: () => handle.close(),
  }
}
