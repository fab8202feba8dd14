// The files of a task (secrets and configs) in memory-backed storage: one directory per task, 0700 and the
// task's user's. A process has no file system of its own, so a file cannot be at its path in a container:
// it is at the same path below `secrets/` or `configs/`, which KIT_SECRETS_DIR and KIT_CONFIGS_DIR name.

import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { closeMemoryDirectory, openMemoryDirectory } from '../../effects/real/memory-directory.ts'
import { FatalTaskError, type TaskFile } from '../executor.ts'
import { describePayload } from '../payload-store.ts'
import { secretsDirectory } from '../task-file.ts'
import { hasCode } from './task-files.ts'
import type { User } from './user.ts'

/** Environment variables with the directories. */
export const filesVariables = { Secret: 'KIT_SECRETS_DIR', Config: 'KIT_CONFIGS_DIR' } as const
const directories = { Secret: 'secrets', Config: 'configs' } as const

export class MemoryFiles {
  readonly #root: string | undefined

  /** `root`: path of a memory-backed directory, there while there are files; undefined where the node has none. */
  constructor(root: string | undefined) {
    this.#root = root
  }

  /** Tasks that files are there for, running or not. */
  tasks(): readonly string[] {
    if (this.#root === undefined || !existsSync(this.#root)) return []
    return [...new Set(readdirSync(this.#root).map((name) => name.replace(unfinished, '')))]
  }

  /** Throws FatalTaskError when these files cannot be given to a task here. */
  assertPossible(files: readonly TaskFile[], user: User | undefined): void {
    const [first] = files
    if (first === undefined) return
    if (this.#root === undefined) {
      throw new FatalTaskError(
        `this node has no memory-backed file system (tmpfs at /dev/shm), so it cannot give ${describePayload(first)} to a process: mount one, or use a node with Docker`,
      )
    }
    const places = files.map(placeOf)
    const blocked = files.find((_, at) => places.some((place) => place.startsWith(`${places[at]}/`)))
    if (blocked !== undefined)
      throw new FatalTaskError(`${blocked.path} would be a file and a directory: give ${describePayload(blocked)} another target`)
    const own = process.getuid?.()
    const foreign =
      own === 0 ? undefined : files.find(({ uid, gid }) => differs(uid, user?.uid ?? own) || differs(gid, user?.gid ?? process.getgid?.()))
    if (foreign !== undefined)
      throw new FatalTaskError(
        `${describePayload(foreign)} cannot have another owner than kitd, which does not run as root: leave out uid and gid`,
      )
  }

  /** Writes them unless they are there; the directory, or undefined for a task without files. */
  write(task: string, files: readonly TaskFile[], user: User | undefined): string | undefined {
    this.assertPossible(files, user)
    if (this.#root === undefined || files.length === 0) return undefined
    const directory = join(this.#root, task)
    if (existsSync(directory)) return directory
    const draft = `${directory}${unfinished}`
    openMemoryDirectory(this.#root)
    rmSync(draft, { recursive: true, force: true })
    makeDirectory(draft, user)
    for (const file of files) writeFile(draft, file, user)
    renameSync(draft, directory) // Whole or not at all, whenever the daemon dies.
    return directory
  }

  drop(task: string): void {
    if (this.#root === undefined) return
    for (const name of [task, `${task}${unfinished}`]) rmSync(join(this.#root, name), { recursive: true, force: true })
    closeMemoryDirectory(this.#root)
  }
}

const unfinished = '.unfinished+'

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

function writeFile(directory: string, file: TaskFile, user: User | undefined): void {
  const place = placeOf(file)
  const path = join(directory, place)
  for (const parent of parentsOf(place)) makeDirectory(join(directory, parent), user)
  try {
    writeFileSync(path, file.content.reveal(), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    // Its message names the path; what was written is in no error.
    if (!hasCode(error, 'EEXIST')) throw error
    throw new FatalTaskError(`${describePayload(file)} and another file would both be ${place}: give one of them another target`)
  }
  const [uid, gid] = [file.uid ?? user?.uid, file.gid ?? user?.gid]
  if (uid !== undefined || gid !== undefined) chownSync(path, uid ?? process.getuid?.() ?? 0, gid ?? process.getgid?.() ?? 0)
  chmodSync(path, file.mode)
}

/** `a/b/c` has the parents `a` and `a/b`. */
function parentsOf(place: string): readonly string[] {
  const parent = dirname(place)
  return parent === '.' ? [] : [...parentsOf(parent), parent]
}

function makeDirectory(path: string, user: User | undefined): void {
  if (existsSync(path)) return
  mkdirSync(path, { mode: 0o700 })
  if (user !== undefined) chownSync(path, user.uid, user.gid)
}

function differs(wanted: number | undefined, own: number | undefined): boolean {
  return wanted !== undefined && wanted !== own
}
