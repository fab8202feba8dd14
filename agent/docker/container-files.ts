// The files of a task (secrets and configs) for its container: in a memory-backed directory of the node, each
// mounted read-only at its path. The engine looks at a mount when it creates the container and when it starts
// it, so they are there from before the first until the container has ended. Mounts name places only; what
// is in a file is never told to the engine, which would write it to its disk.

import { join } from 'node:path'
import { canOwnFiles, MemoryDirectory } from '../../effects/real/memory-directory.ts'
import type { TaskFile } from '../executor.ts'
import { refuseImpossibleFiles } from '../task-file.ts'

/** A file of the node that a container has at `target`. */
export interface FileMount {
  readonly source: string
  readonly target: string
}

export class ContainerFiles {
  readonly #memory: MemoryDirectory | undefined

  /** `owner`: an id that no other node has. */
  constructor(owner: string, memoryRoots: readonly string[] | undefined) {
    this.#memory = MemoryDirectory.of(owner, memoryRoots)
  }

  /** Tasks that files are there for. */
  tasks(): readonly string[] {
    return this.#memory?.names() ?? []
  }

  /** Throws FatalTaskError when these files cannot be given to a container here. */
  assertPossible(files: readonly TaskFile[]): void {
    refuseImpossibleFiles(files, {
      hasMemory: this.#memory !== undefined,
      canOwn: canOwnFiles,
      placeOf: ({ path }) => path,
      recipient: 'a container',
      remedy: 'mount one, or use a node that has one',
    })
  }

  /** Where each file will be, the same whenever it is asked: a container keeps its mounts. */
  mountsOf(task: string, files: readonly TaskFile[]): readonly FileMount[] {
    const directory = this.#memory?.pathOf(task) ?? ''
    return files.map(({ path }, at) => ({ source: join(directory, String(at)), target: path }))
  }

  /** Writes them unless they are there. */
  write(task: string, files: readonly TaskFile[]): void {
    this.assertPossible(files)
    if (files.length === 0) return
    this.#memory?.write(
      task,
      files.map(({ uid, gid, mode, content }, at) => ({ place: String(at), uid, gid, mode, bytes: content.reveal() })),
    )
  }

  /** For what the engine says when it does not find a file that was written for it; `undefined` for anything else. */
  explainUnseen(task: string, message: string): string | undefined {
    const directory = this.#memory?.pathOf(task)
    if (directory === undefined || !message.includes(`source path does not exist: ${directory}/`)) return undefined
    return `the Docker engine does not see ${directory} of this node, so secrets and configs cannot reach its containers: run kitd on the engine's own machine, and not in a container`
  }

  drop(task: string): void {
    this.#memory?.drop(task)
  }
}
