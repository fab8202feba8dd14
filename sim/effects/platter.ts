// What a simulated disk holds: the bytes and names that programs see, and beside them what a power cut
// would leave. Everything is synchronous; disk.ts adds latency and faults on top.
//
// Model of a crash: each write since the last sync is cut at sector borders, and each piece by itself
// survives, is lost, or becomes garbage. Bytes that a write did not cover are never harmed by it (what
// SQLite calls powersafe overwrite). Of the creations, renames and removals in a directory since it was
// last synced, the first few survive, in order, as on a journalling file system.
//
// Besides, one write may go astray: where it should be there is what was there before, and it lies in another sector of this
// or another file. That shows when a later write to the file is durable, or the file gets its name, and not before: a last write
// that is missing looks like one that never ended, and no log can tell.

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

/** Where a write lands that goes astray. */
export interface Landing {
  /** Which of `count` files. */
  file(count: number): number
  sector(count: number): number
  /** Whether programs see it at once, or what they wrote, for as long as it is in the memory of the kernel. */
  readonly isSeen: boolean
}

interface Write {
  readonly kind: 'write'
  readonly offset: number
  readonly bytes: Uint8Array
}

type Change = Write | { readonly kind: 'truncate'; readonly size: number }

/** One file's bytes, whatever its name. */
export class Inode {
  live: Bytes = new Bytes()
  durable: Bytes = new Bytes()
  unsynced: Change[] = []
  /** The last write that is durable. */
  last: Write | undefined
}

interface Stray {
  readonly inode: Inode
  readonly write: Write
  readonly landing: Landing
  /** What was where it should be; undefined until it is durable. */
  before?: Uint8Array
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

  /** Changes bytes that are there, and the size never. */
  overwrite(offset: number, bytes: Uint8Array): void {
    if (offset < this.#size) this.#bytes.set(bytes.subarray(0, this.#size - offset), offset)
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
  /** A write got to another place. Until somebody has read everything and knows what to think of it. */
  hasStrayed = false
  #stray: Stray | undefined
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
    if (this.#stray?.inode === inode) this.#goAstray(this.#stray)
    return true
  }

  remove(path: string): void {
    if (this.#stray !== undefined && this.#stray.inode === this.#names.get(path)) this.#stray = undefined
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
    for (const change of inode.unsynced.splice(0, count)) {
      const stray = this.#stray?.inode === inode ? this.#stray : undefined
      if (change === stray?.write) stray.before = inode.durable.read(change.offset, change.bytes.length)
      inode.durable.apply(change)
      if (change.kind !== 'write') continue
      inode.last = change
      if (stray !== undefined && change !== stray.write) this.#goAstray(stray)
    }
  }

  /** A write is on its way to another place, or got there. */
  get isAstray(): boolean {
    return this.#stray !== undefined || this.hasStrayed
  }

  /** The last write to `inode`, which is not durable yet, goes to another place. It may be that nobody ever sees that. */
  misdirect(inode: Inode, landing: Landing): void {
    const write = inode.unsynced.at(-1)
    if (write?.kind === 'write') this.#stray = { inode, write, landing }
  }

  #goAstray({ inode, write: { offset, bytes }, landing, before }: Stray): void {
    if (before === undefined) return
    this.#stray = undefined
    this.hasStrayed = true
    const gone = new Uint8Array(bytes.length)
    gone.set(before)
    const inodes = [inode, ...new Set(this.#names.values())]
    const target = inodes[landing.file(inodes.length)] ?? inode
    const at = sectorBytes * landing.sector(Math.ceil(target.durable.size / sectorBytes)) + (offset % sectorBytes)
    // Nor may it take the last write of a file with it: as above.
    const isTaken = (target === inode && at === offset) || overlaps(target.last, at, bytes.length)
    for (const view of landing.isSeen ? (['durable', 'live'] as const) : (['durable'] as const)) {
      inode[view].overwrite(offset, gone)
      if (!isTaken) target[view].overwrite(at, bytes)
    }
  }

  syncDirectory(directory: string): void {
    this.changes += 1
    for (const change of this.#pending.get(directory) ?? []) applyName(this.#durableNames, change)
    this.#pending.delete(directory)
  }

  /** Power is cut: what is seen from now on is what had reached the disk. */
  crash(choices: CrashChoices): void {
    this.#stray = undefined
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

function overlaps(write: Write | undefined, offset: number, length: number): boolean {
  return write !== undefined && offset < write.offset + write.bytes.length && write.offset < offset + length
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
