// Waiting until another process has written a file.

import { existsSync, type FSWatcher, watch } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Also notices what the file system does not announce, such as the death of a process. */
const pollMs = 1_000
/** While there is no directory to watch. */
const absentPollMs = 100

/** The first value that `probe` gives. It is asked at once, after every change in the directory, and every second. */
export async function untilFound<T>(directory: string, probe: () => T | undefined, signal: AbortSignal): Promise<T> {
  let wake: () => void = () => {}
  let watcher: FSWatcher | undefined
  const notice = (): void => wake()
  try {
    for (;;) {
      signal.throwIfAborted()
      const changed = new Promise<void>((resolve) => {
        wake = resolve
      })
      watcher ??= tryWatch(directory, notice)
      const found = probe()
      if (found !== undefined) return found
      await waitFor(changed, watcher === undefined ? absentPollMs : pollMs, signal)
      if (watcher !== undefined && !existsSync(directory)) {
        watcher.close()
        watcher = undefined
      }
    }
  } finally {
    watcher?.close()
  }
}

async function waitFor(changed: Promise<void>, limitMs: number, signal: AbortSignal): Promise<void> {
  const done = new AbortController()
  const stop = (): void => done.abort()
  signal.addEventListener('abort', stop, { once: true })
  try {
    await Promise.race([changed, sleep(limitMs, undefined, { signal: done.signal }).catch(() => {})])
  } finally {
    signal.removeEventListener('abort', stop)
    done.abort()
  }
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
