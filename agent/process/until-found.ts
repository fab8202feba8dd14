// Waiting until another process has written a file.

import { existsSync, type FSWatcher, watch } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Also notices what the file system does not announce, such as the death of a process. */
const pollMs = 1_000
/** While there is no directory to watch. */
const absentPollMs = 100

/** Everybody looks again in the same moment: waking up two hundred times a second costs more than what is looked at. */
const waiting = new Set<() => void>()
let ticking: NodeJS.Timeout | undefined

/** The first value that `probe` gives. It is asked at once, after every change in the directory, and every second. */
export async function untilFound<T>(directory: string, probe: () => T | undefined, signal: AbortSignal): Promise<T> {
  let wake: () => void = () => {}
  let watcher: FSWatcher | undefined
  const notice = (): void => wake()
  signal.addEventListener('abort', notice, { once: true })
  enrol(notice)
  try {
    for (;;) {
      signal.throwIfAborted()
      const changed = new Promise<void>((resolve) => {
        wake = resolve
      })
      watcher ??= tryWatch(directory, notice)
      const found = probe()
      if (found !== undefined) return found
      await (watcher === undefined ? Promise.race([changed, sleep(absentPollMs)]) : changed)
      if (watcher !== undefined && !existsSync(directory)) {
        watcher.close()
        watcher = undefined
      }
    }
  } finally {
    signal.removeEventListener('abort', notice)
    leave(notice)
    watcher?.close()
  }
}

function enrol(notice: () => void): void {
  waiting.add(notice)
  ticking ??= setInterval(() => {
    for (const each of waiting) each()
  }, pollMs)
}

function leave(notice: () => void): void {
  waiting.delete(notice)
  if (waiting.size > 0) return
  clearInterval(ticking)
  ticking = undefined
}

function tryWatch(directory: string, notice: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(directory, { persistent: true }, notice)
    watcher.on('error', notice)
    return watcher
  } catch {
    return undefined
  }
}
