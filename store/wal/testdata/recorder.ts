// Records what the log does to its disk, so that a test can stop the power after every single step.

import type { Disk, DiskFile } from '../../../effects/effects.ts'
import { throughWriting } from '../../../effects/through-writing.ts'
import { type CrashChoices, type Inode, Platter } from '../../../sim/effects/platter.ts'

/** One step, applicable to another platter. */
export type Step =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'open'; readonly path: string; readonly handle: number }
  | { readonly kind: 'write'; readonly handle: number; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly handle: number; readonly size: number }
  | { readonly kind: 'sync'; readonly handle: number }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'syncDirectory'; readonly path: string }

export class Recorder {
  readonly steps: Step[] = []
  #handles = 0

  wrap(disk: Disk): Disk {
    const note = async (step: Step, work: Promise<void>): Promise<void> => {
      this.steps.push(step)
      await work
    }
    return {
      list: (path) => disk.list(path),
      makeDirectory: (path, mode) => note({ kind: 'directory', path }, disk.makeDirectory(path, mode)),
      rename: (from, to) => note({ kind: 'rename', from, to }, disk.rename(from, to)),
      remove: (path) => note({ kind: 'remove', path }, disk.remove(path)),
      syncDirectory: (path) => note({ kind: 'syncDirectory', path }, disk.syncDirectory(path)),
      open: async (path, { writesThrough = false, ...options } = {}) => {
        const file = await disk.open(path, options)
        const handle = this.#handles++
        this.steps.push({ kind: 'open', path, handle })
        const recorded: DiskFile = {
          size: () => file.size(),
          read: (offset, length) => file.read(offset, length),
          write: (offset, bytes) => note({ kind: 'write', handle, offset, bytes: bytes.slice() }, file.write(offset, bytes)),
          sync: () => note({ kind: 'sync', handle }, file.sync()),
          truncate: (size) => note({ kind: 'truncate', handle, size }, file.truncate(size)),
          close: () => file.close(),
        }
        return writesThrough ? throughWriting(recorded) : recorded
      },
    }
  }
}

/** The platter as the first `count` steps leave it, before the power goes. */
export function replaySteps(steps: readonly Step[], count: number): Platter {
  const platter = new Platter()
  const handles = new Map<number, Inode>()
  const inodeOf = (handle: number): Inode => {
    const inode = handles.get(handle)
    if (inode === undefined) throw new Error(`step for handle ${handle}, which is not open`)
    return inode
  }
  for (const step of steps.slice(0, count)) {
    if (step.kind === 'directory') platter.makeDirectory(step.path)
    else if (step.kind === 'open') handles.set(step.handle, platter.find(step.path) ?? platter.create(step.path))
    else if (step.kind === 'write') platter.change(inodeOf(step.handle), { kind: 'write', offset: step.offset, bytes: step.bytes })
    else if (step.kind === 'truncate') platter.change(inodeOf(step.handle), { kind: 'truncate', size: step.size })
    else if (step.kind === 'sync') platter.sync(inodeOf(step.handle), inodeOf(step.handle).unsynced.length)
    else if (step.kind === 'rename') platter.rename(step.from, step.to)
    else if (step.kind === 'remove') platter.remove(step.path)
    else platter.syncDirectory(step.path)
  }
  return platter
}

/** Every unsynced piece has the same fate; `namesSurvive` says the same of names. */
export function uniformCrash(fate: 'survives' | 'lost' | 'garbage', namesSurvive: boolean): CrashChoices {
  return { piece: () => fate, names: (count) => (namesSurvive ? count : 0), byte: () => 0xa5 }
}
