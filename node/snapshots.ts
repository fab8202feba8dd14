// What sources have applied, as files of this node that its user alone can read: one for each revision.

import { parseJson } from '../agent/frames.ts'
import { isJsonObject } from '../api/wire.ts'
import type { SnapshotStore } from '../controllers/gitops/snapshots.ts'
import type { Disk } from '../effects/effects.ts'
import { readText, writeDurably } from './state-file.ts'

const suffix = '.json'
/** Of files as text; larger ones are applied, and cannot be gone back to. */
const maxBytes = 32 * 1024 * 1024

export function createSnapshots(disk: Disk, directory: string): SnapshotStore {
  return {
    async save(key, files, keep) {
      const text = JSON.stringify({
        files: Object.fromEntries(Array.from(files, ([path, bytes]) => [path, Buffer.from(bytes).toString('base64')])),
      })
      if (text.length > maxBytes) throw new Error(`the files have ${text.length} bytes: more than ${maxBytes} are not kept`)
      await writeDurably(disk, directory, `${key}${suffix}`, text)
      const obsolete = (await disk.list(directory)).filter((name) => name.endsWith(suffix) && !keep.has(name.slice(0, -suffix.length)))
      await Promise.all(obsolete.map((name) => disk.remove(`${directory}/${name}`)))
    },
    async load(key) {
      const text = await readText(disk, `${directory}/${key}${suffix}`, maxBytes)
      const value = text === undefined ? undefined : parseJson(text)
      if (!isJsonObject(value) || !isJsonObject(value['files'])) return undefined
      return new Map(Object.entries(value['files']).map(([path, bytes]) => [path, Buffer.from(String(bytes), 'base64')]))
    },
  }
}
