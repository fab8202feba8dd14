// The files of a directory: which there are, each with what tells whether it has changed, and their bytes. Links are
// followed as long as they stay inside: a checkout is other people's, and the daemon may read more than they.

import type { BigIntStats } from 'node:fs'
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { DirectoryChoice } from '../../effects.ts'
import { errorCodeOf } from '../../thrown.ts'

export const limits = { files: 20_000, entries: 200_000, fileBytes: 8 * 1024 * 1024, allBytes: 64 * 1024 * 1024, depth: 64 }
/** Calls of the file system at the same time: as many as Node.js has threads for them. */
const atOnce = 4
/** A file that was written so shortly before it was read may be written again without looking different. */
const settledMs = 2000

/** For people: what is wrong with the directory, and where. */
export class BadTree extends Error {
  override readonly name = 'BadTree'
}

export interface Entry {
  /** Resolved. */
  readonly file: string
  /** Different after any write, rename or change of link. */
  readonly mark: string
  readonly bytes: number
  readonly changedAtMs: number
}

/** By path below `root`, which is resolved. */
export async function listTree(root: string, choice: DirectoryChoice): Promise<ReadonlyMap<string, Entry>> {
  /** With where they are, links resolved. */
  const wanted: (readonly [path: string, file: string])[] = []
  let seen = 0
  const walk = async (below: string, directory: string, parents: readonly string[]): Promise<void> => {
    if (parents.length > limits.depth) throw new BadTree(`${below} is more than ${limits.depth} directories deep`)
    const within = [...parents, directory]
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      if (++seen > limits.entries) throw new BadTree(`${root} holds more than ${limits.entries} files`)
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      const place = join(directory, entry.name)
      if (entry.isFile()) {
        if (choice.isWanted(path)) wanted.push([path, place])
      } else if (entry.isDirectory()) {
        if (choice.isEntered(path)) await walk(path, place, within)
      } else if (entry.isSymbolicLink() && (choice.isWanted(path) || choice.isEntered(path))) {
        const target = await inside(root, place)
        const isDirectory = target !== undefined && (await stat(target)).isDirectory()
        if (isDirectory && !within.includes(target) && choice.isEntered(path)) await walk(path, target, within)
        if (!isDirectory && choice.isWanted(path)) wanted.push([path, target ?? nowhere(path)])
      }
    }
  }
  await walk('', root, [])
  if (wanted.length > limits.files) throw new BadTree(`${root} holds ${wanted.length} manifests: ${limits.files} at most; see .kitignore`)
  return new Map(await inTurns(wanted, async ([path, file]) => [path, await entryOf(file)] as const))
}

/** Those of the paths that are files below `root`. */
export async function entriesOf(root: string, paths: readonly string[]): Promise<ReadonlyMap<string, Entry>> {
  const entries = await inTurns(paths, async (path): Promise<readonly (readonly [string, Entry])[]> => {
    const file = await inside(root, join(root, path))
    return file !== undefined && (await stat(file)).isFile() ? [[path, await entryOf(file)]] : []
  })
  return new Map(entries.flat())
}

async function entryOf(file: string): Promise<Entry> {
  const stats = await stat(file, { bigint: true })
  return { file, mark: markOf(file, stats), bytes: Number(stats.size), changedAtMs: Number(stats.ctimeMs) }
}

function nowhere(path: string): never {
  throw new BadTree(`${path} is a link that leads nowhere, or out of the directory`)
}

function markOf(file: string, { dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [file, dev, ino, size, mtimeNs, ctimeNs].join(' ')
}

/** Where a path leads; undefined when that is nowhere, or outside. */
async function inside(root: string, path: string): Promise<string | undefined> {
  try {
    const target = await realpath(path)
    return target === root || target.startsWith(root.endsWith(sep) ? root : `${root}${sep}`) ? target : undefined
  } catch (error) {
    const code = errorCodeOf(error)
    if (code === 'ENOENT' || code === 'ELOOP') return undefined
    throw error
  }
}

export interface Read {
  readonly mark: string
  readonly bytes: Uint8Array
  readonly isSettled: boolean
}

/** `known`: what was read before, and is not read again where nothing can have changed since. */
export async function readAll(entries: ReadonlyMap<string, Entry>, known: ReadonlyMap<string, Read>): Promise<ReadonlyMap<string, Read>> {
  const total = [...entries.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  if (total > limits.allBytes) throw new BadTree(`the manifests have ${total} bytes together: ${limits.allBytes} at most; see .kitignore`)
  const reads = await inTurns([...entries], async ([path, { file, mark, bytes, changedAtMs }]): Promise<[string, Read]> => {
    const before = known.get(path)
    if (before?.mark === mark && before.isSettled) return [path, before]
    if (bytes > limits.fileBytes) throw new BadTree(`${path} has ${bytes} bytes: ${limits.fileBytes} at most`)
    const isSettled = Date.now() - changedAtMs > settledMs
    return [path, { mark, bytes: await readFile(file), isSettled }]
  })
  return new Map(reads)
}

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at]
      if (item !== undefined) results[at] = await work(item)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}
