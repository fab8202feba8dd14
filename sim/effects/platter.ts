// What a simulated disk holds: the bytes and names that programs see, and beside them what a power cut
// would leave. Everything is synchronous; disk.ts adds latency and faults on top.
//
// Model of a crash: each write since the last sync is cut at sector borders, and each piece by itself
// survives, is lost, or becomes garbage. Bytes that a write did not cover are never harmed by it (what
// SQLite calls powersafe overwrite). Of the creations, renames and removals in a directory since it was
// last synced, the first few survive, in order, as on a journalling file system.

import assert from 'node:assert/strict'

export const sectorBytes = 512

export type Fate = 'survives' | 'lost' | 'garbage'

/** What a crash does with what was not synced. */
export interface CrashChoices {
  /** The fate of one piece (at most one sector) of a write. */
  piece(): Fate
  /** How many of `count` unsynced changes of names in one directory survive. */
  names(count: number): number
  byte(): number
}

type Change =
  | { readonly kind: 'write'; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly size: number }

/** One file's bytes, whatever its name. */
export class Inode {
  live: Bytes = new Bytes()
  durable: Bytes = new Bytes()
  unsynced: Change[] = []
}

class Bytes {
  #bytes = new Uint8Array(0)
  #size = 0

  get size(): number {
    return this.#size
  }

  read(offset: number, length: number): Uint8Array {
    return this.#bytes.slice(Math.min(offset, this.#size), Math.min(offset + length, this.#size))
  }

  apply(change: Change): void {
    if (change.kind === 'write') {
      this.#resize(Math.max(this.#size, change.offset + change.bytes.length))
      this.#bytes.set(change.bytes, change.offset)
    } else {
      if (change.size < this.#size) this.#bytes.fill(0, change.size, this.#size)
      this.#resize(change.size)
    }
  }

  #resize(size: number): void {
    if (size > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(size, 2 * this.#bytes.length))
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    this.#size = size
  }

  copy(): Bytes {
    const twin = new Bytes()
    twin.apply({ kind: 'write', offset: 0, bytes: this.read(0, this.#size) })
    return twin
  }
}

type NameChange = { readonly to: string; readonly inode: Inode; readonly from?: string } | { readonly removed: string }

export class Platter {
  /** How often anything on it has changed, or become durable. */
  changes = 0
  #names = new Map<string, Inode>()
  #durableNames = new Map<string, Inode>()
  /** By directory: changes of names since it was synced. */
  #pending = new Map<string, NameChange[]>()
  #directories = new Set<string>(['/'])

  find(path: string): Inode | undefined {
    return this.#names.get(path)
  }

  hasDirectory(path: string): boolean {
    return this.#directories.has(path)
  }

  /** With its parents. Directories are durable at once: nothing in kit depends on losing one. */
  makeDirectory(path: string): void {
    this.changes += 1
    for (let at = path; at !== '/' && at !== '.'; at = directoryOf(at)) this.#directories.add(at)
  }

  list(directory: string): readonly string[] {
    const prefix = directory === '/' ? '/' : `${directory}/`
    const names = [...this.#names.keys(), ...this.#directories].filter((path) => path.startsWith(prefix) && path.length > prefix.length)
    return [...new Set(names.map((path) => path.slice(prefix.length).split('/')[0] ?? ''))].sort()
  }

  usedBytes(): number {
    return [...new Set(this.#names.values())].reduce((sum, { live }) => sum + live.size, 0)
  }

  create(path: string): Inode {
    const inode = new Inode()
    this.#changeName(directoryOf(path), { to: path, inode })
    return inode
  }

  rename(from: string, to: string): boolean {
    const inode = this.#names.get(from)
    if (inode === undefined) return false
    assert.equal(directoryOf(from), directoryOf(to), 'files are renamed within their directory')
    this.#changeName(directoryOf(to), { to, inode, from })
    return true
  }

  remove(path: string): void {
    if (this.#names.has(path)) this.#changeName(directoryOf(path), { removed: path })
  }

  change(inode: Inode, change: Change): void {
    this.changes += 1
    inode.live.apply(change)
    inode.unsynced.push(change)
  }

  /** Makes durable what had been written when the sync began: the first `count` changes. */
  sync(inode: Inode, count: number): void {
    this.changes += 1
    for (const change of inode.unsynced.splice(0, count)) inode.durable.apply(change)
  }

  syncDirectory(directory: string): void {
    this.changes += 1
    for (const change of this.#pending.get(directory) ?? []) applyName(this.#durableNames, change)
    this.#pending.delete(directory)
  }

  /** Power is cut: what is seen from now on is what had reached the disk. */
  crash(choices: CrashChoices): void {
    for (const changes of this.#pending.values())
      for (const change of changes.slice(0, choices.names(changes.length))) applyName(this.#durableNames, change)
    this.#pending.clear()
    this.#names = new Map([...this.#durableNames].sort(([left], [right]) => (left < right ? -1 : 1)))
    for (const inode of new Set(this.#names.values())) {
      for (const change of inode.unsynced) settle(inode.durable, change, choices)
      inode.unsynced = []
      inode.live = inode.durable.copy()
    }
  }

  /** Somebody deletes the directory with all that is below it, for good. */
  erase(directory: string): void {
    const isBelow = (path: string): boolean => path === directory || path.startsWith(`${directory}/`)
    for (const names of [this.#names, this.#durableNames]) for (const path of [...names.keys()]) if (isBelow(path)) names.delete(path)
    for (const path of [...this.#directories]) if (isBelow(path)) this.#directories.delete(path)
    for (const path of [...this.#pending.keys()]) if (isBelow(path)) this.#pending.delete(path)
  }

  /** Bit rot: damages one durable byte. */
  damage(path: string, offset: number, mask = 0x40): void {
    const inode = this.#names.get(path)
    assert.ok(inode !== undefined && offset < inode.live.size, `${path} has no byte ${offset}`)
    const bytes = inode.live.read(offset, 1)
    bytes[0] = (bytes[0] ?? 0) ^ mask
    inode.live.apply({ kind: 'write', offset, bytes })
    inode.durable.apply({ kind: 'write', offset, bytes })
  }

  #changeName(directory: string, change: NameChange): void {
    this.changes += 1
    applyName(this.#names, change)
    this.#pending.set(directory, [...(this.#pending.get(directory) ?? []), change])
  }
}

function applyName(names: Map<string, Inode>, change: NameChange): void {
  if ('removed' in change) names.delete(change.removed)
  else {
    if (change.from !== undefined) names.delete(change.from)
    names.set(change.to, change.inode)
  }
}

function settle(durable: Bytes, change: Change, choices: CrashChoices): void {
  if (change.kind === 'truncate') {
    if (choices.piece() !== 'lost') durable.apply(change)
    return
  }
  for (let at = 0; at < change.bytes.length; ) {
    const offset = change.offset + at
    const length = Math.min(change.bytes.length - at, sectorBytes - (offset % sectorBytes))
    const fate = choices.piece()
    const bytes = fate === 'garbage' ? Uint8Array.from({ length }, () => choices.byte()) : change.bytes.subarray(at, at + length)
    if (fate !== 'lost') durable.apply({ kind: 'write', offset, bytes })
    at += length
  }
}

export function directoryOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')))
}
