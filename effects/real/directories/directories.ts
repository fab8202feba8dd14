// Directories of people, on the real file system, watched with chokidar. Its events are hints only: which there are
// depends on the editor, on git, on how links are swapped (some ways have none at all). What counts is what is read: the
// whole tree, looked at before and after, equal both times, with no git command at work.
//
// Where the kernel gives no watches any more (ENOSPC, EMFILE), it looks every few seconds instead, and says so.

import { realpath, stat } from 'node:fs/promises'
import { relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FSWatcher, watch } from 'chokidar'
import type { Directories, DirectoryChoice, DirectoryState, Log, WatchedDirectory } from '../../effects.ts'
import { errorCodeOf, messageOf } from '../../thrown.ts'
import { describeCommit, readCheckout } from './git-checkout.ts'
import { BadTree, entriesOf, listTree, type Read, readAll } from './tree.ts'

/** So long nothing may happen before a hint, and between two looks of which each has to see the same. */
const quietMs = 100
/** A directory that never rests is hinted at so often, and read for so long. */
const longestMs = 2000
/** Whether the path leads elsewhere now, is gone or back: two calls of the file system. */
const lookMs = 500

const exhausted: Readonly<Record<string, string>> = {
  ENOSPC: 'fs.inotify.max_user_watches',
  EMFILE: 'fs.inotify.max_user_instances, or open files',
  ENFILE: 'fs.file-max',
}

/** `pollMs`: between two looks where there are no events. */
export function createDirectories(log: Log, pollMs = 5000): Directories {
  return { watch: (path, choice, onHint) => new RealDirectory(log, pollMs, path, choice, onHint) }
}

class RealDirectory implements WatchedDirectory {
  readonly #log: Log
  readonly #pollMs: number
  readonly #path: string
  readonly #choice: DirectoryChoice
  readonly #onHint: () => void
  readonly #look: NodeJS.Timeout
  #watcher: FSWatcher | undefined
  /** What the watcher looks at: another directory under the same path needs another watcher. */
  #place: string | undefined
  #lastPlace: string | undefined
  #hint: NodeJS.Timeout | undefined
  #hintDueMs = 0
  #polling: { readonly why: string; readonly timer: NodeJS.Timeout } | undefined
  #known: ReadonlyMap<string, Read> = new Map()

  constructor(log: Log, pollMs: number, path: string, choice: DirectoryChoice, onHint: () => void) {
    this.#log = log
    this.#pollMs = pollMs
    this.#path = path
    this.#choice = choice
    this.#onHint = onHint
    this.#look = setInterval(() => void this.#lookAtPlace(), lookMs).unref()
  }

  async read(signal: AbortSignal): Promise<DirectoryState> {
    const untilMs = performance.now() + longestMs
    try {
      for (;;) {
        const { state, files, root, commit } = await this.#readOnce(signal)
        const { watching } = this
        if (state === undefined) return { state: 'Whole', watching, files, ...(await this.#describe(root, commit)) }
        if (performance.now() > untilMs) return { state: 'Changing', message: state, watching }
        await sleep(quietMs, undefined, { signal })
      }
    } catch (error) {
      if (signal.aborted) throw error
      return { ...troubleOf(this.#path, error), watching: this.watching }
    }
  }

  get watching(): string {
    if (this.#polling !== undefined) return `by looking every ${this.#pollMs / 1000} s: ${this.#polling.why}`
    return this.#watcher === undefined ? 'by looking for the directory' : 'by events of the file system'
  }

  close(): void {
    clearInterval(this.#look)
    clearTimeout(this.#hint)
    this.#unwatch()
  }

  /** `state`: why it is not whole. */
  async #readOnce(signal: AbortSignal): Promise<{
    readonly state?: string
    readonly files: ReadonlyMap<string, Uint8Array>
    readonly root: string
    readonly commit: string | undefined
  }> {
    const startMs = performance.now()
    const root = await this.#settle()
    const before = await readCheckout(root)
    const listed = await listTree(root, this.#choice)
    const first = await readAll(listed, this.#known)
    const named = this.#choice.namedBy(bytesOf(first)).filter((path) => !listed.has(path) && !path.startsWith('../'))
    const extra = await entriesOf(root, named)
    const reads = await readAll(new Map([...listed, ...extra]), new Map([...this.#known, ...first]))
    this.#known = reads
    await sleep(Math.max(0, quietMs - (performance.now() - startMs)), undefined, { signal })
    const again = new Map([...(await listTree(root, this.#choice)), ...(await entriesOf(root, named))])
    const after = await readCheckout(root)
    const { commit } = after
    const found = { files: bytesOf(reads), root, commit }
    const lock = after.lock ?? before.lock
    if (lock !== undefined) return { state: `${lock} is there: a git command is at work, or has died (then delete it)`, ...found }
    const isSame = again.size === reads.size && [...again].every(([path, { mark }]) => reads.get(path)?.mark === mark)
    if (!isSame || (await realpath(this.#path)) !== root || before.commit !== commit)
      return { state: `${this.#path} is being written to`, ...found }
    return found
  }

  /** Deleted files count, too: what would be read if it were there. */
  async #describe(root: string, commit: string | undefined): Promise<{ readonly commit?: string }> {
    if (commit === undefined) return {}
    const isRead = (path: string): boolean => this.#choice.isWanted(path) || this.#known.has(path)
    return { commit: await describeCommit(root, commit, isRead) }
  }

  // Watching.

  /** Watches where the path leads now. */
  async #settle(): Promise<string> {
    const { root, place } = await placeOf(this.#path)
    if (place === this.#place) return root
    this.#unwatch()
    this.#place = place
    this.#lastPlace = place
    const watcher = watch(root, {
      ignoreInitial: true,
      ignored: (path) => /(?:^|\/)(?:\.git|node_modules)(?:\/|$)/.test(relative(root, path)),
    })
    this.#watcher = watcher
    watcher.on('all', () => this.#noteChange())
    watcher.on('error', (error) => this.#onError(watcher, error))
    return root
  }

  #unwatch(): void {
    clearInterval(this.#polling?.timer)
    this.#polling = undefined
    this.#place = undefined
    const watcher = this.#watcher
    this.#watcher = undefined
    watcher?.close().catch((error: unknown) => this.#log.warn('Could not end watching a directory', { path: this.#path, error }))
  }

  #onError(watcher: FSWatcher, error: unknown): void {
    if (watcher !== this.#watcher) return
    const code = errorCodeOf(error) ?? ''
    const setting = exhausted[code]
    if (setting === undefined) this.#log.warn('Could not watch all of a directory', { path: this.#path, error })
    if (setting === undefined || this.#polling !== undefined) return
    const timer = setInterval(() => this.#onHint(), this.#pollMs).unref()
    this.#polling = { why: `the system gives no more watches (${code}; raise ${setting})`, timer }
    this.#log.warn('Looked at a directory without being told of changes', { path: this.#path, why: this.#polling.why })
    watcher.close().catch(() => undefined)
    this.#noteChange()
  }

  async #lookAtPlace(): Promise<void> {
    const place = await placeOf(this.#path).then(
      (found) => found.place,
      () => undefined,
    )
    if (place === this.#lastPlace) return
    this.#lastPlace = place
    this.#noteChange()
  }

  /** After a while without another; but not later than so long after the first. */
  #noteChange(): void {
    const nowMs = performance.now()
    if (this.#hint === undefined) this.#hintDueMs = nowMs + longestMs
    clearTimeout(this.#hint)
    const delayMs = Math.max(0, Math.min(quietMs, this.#hintDueMs - nowMs))
    this.#hint = setTimeout(() => {
      this.#hint = undefined
      this.#onHint()
    }, delayMs).unref()
  }
}

async function placeOf(path: string): Promise<{ readonly root: string; readonly place: string }> {
  const root = await realpath(path)
  const found = await stat(root, { bigint: true })
  if (!found.isDirectory()) throw new BadTree(`${path} is not a directory`)
  return { root, place: `${root} ${found.dev} ${found.ino}` }
}

function bytesOf(reads: ReadonlyMap<string, Read>): ReadonlyMap<string, Uint8Array> {
  return new Map(Array.from(reads, ([path, { bytes }]) => [path, bytes]))
}

function troubleOf(path: string, error: unknown): { readonly state: 'Missing' | 'Unreadable' | 'Changing'; readonly message: string } {
  if (error instanceof BadTree) return { state: 'Unreadable', message: error.message }
  const code = errorCodeOf(error)
  const where = error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : path
  // A file that goes while it is read is no reason to call the directory missing.
  if (code === 'ENOENT')
    return where === path
      ? { state: 'Missing', message: `there is no directory ${path}` }
      : { state: 'Changing', message: `${path} is being written to` }
  if (code === 'EACCES') return { state: 'Unreadable', message: `${where} may not be read by this user` }
  return { state: 'Unreadable', message: messageOf(error) }
}
