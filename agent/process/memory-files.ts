// The files of a task (secrets and configs) in memory-backed storage: one directory per task, 0700 and the
// task's user's. A process has no file system of its own, so a file cannot be at its path in a container:
// it is at the same path below `secrets/` or `configs/`, which KIT_SECRETS_DIR and KIT_CONFIGS_DIR name.

import { join, relative } from 'node:path'
import { canOwnFiles, type MemoryDirectory } from '../../effects/real/memory-directory.ts'
import type { TaskFile } from '../executor.ts'
import { refuseImpossibleFiles, secretsDirectory } from '../task-file.ts'
import type { User } from './user.ts'

/** Environment variables with the directories. */
export const filesVariables = { Secret: 'KIT_SECRETS_DIR', Config: 'KIT_CONFIGS_DIR' } as const
const directories = { Secret: 'secrets', Config: 'configs' } as const

export class MemoryFiles {
  readonly #memory: MemoryDirectory | undefined

  /** `memory`: undefined where the node has none. */
  constructor(memory: MemoryDirectory | undefined) {
    this.#memory = memory
  }

  /** Tasks that files are there for, running or not. */
  tasks(): readonly string[] {
    return this.#memory?.names() ?? []
  }

  /** Throws FatalTaskError when these files cannot be given to a task here. */
  assertPossible(files: readonly TaskFile[]): void {
    refuseImpossibleFiles(files, {
      hasMemory: this.#memory !== undefined,
      canOwn: canOwnFiles,
      placeOf,
      recipient: 'a process',
      remedy: 'mount one, or use a node with Docker',
    })
  }

  /** Writes them unless they are there; the directory, or undefined for a task without files. */
  write(task: string, files: readonly TaskFile[], user: User | undefined): string | undefined {
    this.assertPossible(files)
    if (files.length === 0) return undefined
    const owned = files.map((file) => ({
      place: placeOf(file),
      uid: file.uid ?? user?.uid,
      gid: file.gid ?? user?.gid,
      mode: file.mode,
      bytes: file.content.reveal(),
    }))
    return this.#memory?.write(task, owned, user)
  }

  drop(task: string): void {
    this.#memory?.drop(task)
  }
}

/** Where a task finds its files: variable → directory, and path in a container → path here. */
export function placesOf(
  directory: string,
  files: readonly TaskFile[],
): { readonly variables: ReadonlyMap<string, string>; readonly paths: ReadonlyMap<string, string> } {
  const variables = new Map(files.map(({ kind }) => [filesVariables[kind], join(directory, directories[kind])]))
  const paths = new Map(files.map((file) => [file.path, join(directory, placeOf(file))]))
  const secrets = variables.get(filesVariables.Secret)
  if (secrets !== undefined) paths.set(secretsDirectory, secrets)
  return { variables, paths }
}

/** Relative to the task's directory. A secret below /run/secrets is directly below `secrets`. */
function placeOf({ kind, path }: TaskFile): string {
  const isUsual = kind === 'Secret' && path.startsWith(`${secretsDirectory}/`)
  return join(directories[kind], relative(isUsual ? secretsDirectory : '/', path))
}
