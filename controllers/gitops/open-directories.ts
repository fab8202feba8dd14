// The directories of the sources that this manager reads: watched from the first reading of each until somebody else reads it.

import type { Clock, Directories, DirectoryState, WatchedDirectory } from '../../effects/effects.ts'
import { directoryChoice } from './files.ts'
import type { Parsed } from './sync.ts'

interface OpenDirectory {
  readonly path: string
  readonly watched: WatchedDirectory
  /** Since when it has been found in the middle of a change. */
  changingSinceMs?: number | undefined
  /** What its files meant last, and under which key: reading them again costs more than comparing them with the cluster. */
  parsed?: { readonly key: string; readonly value: Parsed }
}

export class OpenDirectories {
  readonly #open = new Map<string, OpenDirectory>()
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #onHint: (source: string) => void

  /** `onHint` is called when a source is worth another look. */
  constructor(clock: Pick<Clock, 'monotonicMs'>, onHint: (source: string) => void) {
    this.#clock = clock
    this.#onHint = onHint
  }

  /** Opens it, too, where that source was not read from there before. `changingForMs` is 0 unless it is being written to. */
  async read(
    directories: Directories,
    source: string,
    path: string,
    signal: AbortSignal,
  ): Promise<{ readonly state: DirectoryState; readonly changingForMs: number }> {
    const open = this.#at(directories, source, path)
    const state = await open.watched.read(signal)
    const nowMs = this.#clock.monotonicMs()
    open.changingSinceMs = state.state === 'Changing' ? (open.changingSinceMs ?? nowMs) : undefined
    return { state, changingForMs: nowMs - (open.changingSinceMs ?? nowMs) }
  }

  #at(directories: Directories, source: string, path: string): OpenDirectory {
    const present = this.#open.get(source)
    if (present?.path === path) return present
    this.close(source)
    const open = { path, watched: directories.watch(path, directoryChoice, () => this.#onHint(source)) }
    this.#open.set(source, open)
    return open
  }

  /** What `parse` gives, or gave for this key the last time. */
  parseOnce(source: string, key: string, parse: () => Parsed): Parsed {
    const open = this.#open.get(source)
    if (open?.parsed?.key === key) return open.parsed.value
    const value = parse()
    if (open !== undefined) open.parsed = { key, value }
    return value
  }

  close(source: string): void {
    this.#open.get(source)?.watched.close()
    this.#open.delete(source)
  }

  closeAll(): void {
    for (const source of [...this.#open.keys()]) this.close(source)
  }
}
