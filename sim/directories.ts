// Directories that people write to, of a simulated machine: one of them, at a path that all machines have. It is not there
// at first. What is written to it outlives the daemon; hints come late, and some never do.

import type { Directories, DirectoryState } from '../effects/effects.ts'
import type { Lane } from './effects/event-queue.ts'
import type { SeededRandom } from './effects/random.ts'

const meanReadMs = 150
const meanHintMs = 200
const lostShare = 0.1

export class SimulatedDirectory {
  readonly #random: SeededRandom
  readonly #watchers = new Set<{ readonly process: Lane; readonly onHint: () => void }>()
  #state: DirectoryState = { state: 'Missing', message: 'there is no directory', watching: 'by events of the simulator' }

  constructor(random: SeededRandom) {
    this.#random = random
  }

  /** What one life of the daemon is given. */
  mount(process: Lane): Directories {
    return {
      watch: (_path, _choice, onHint) => {
        const watcher = { process, onHint }
        this.#watchers.add(watcher)
        return {
          read: (signal) =>
            new Promise((resolve, reject) => {
              const read = (): void => (signal.aborted ? reject(signal.reason) : resolve(this.#state))
              process.schedule(this.#random.exponential(meanReadMs), read)
            }),
          close: () => void this.#watchers.delete(watcher),
        }
      },
    }
  }

  write(files: Readonly<Record<string, string>>): void {
    const bytes = new Map(Object.entries(files).map(([path, text]): [string, Uint8Array] => [path, new TextEncoder().encode(text)]))
    this.#become({ state: 'Whole', files: bytes, watching: this.#state.watching })
  }

  /** It is taken away, or somebody is writing to it and does not come to an end. */
  become(state: 'Missing' | 'Changing'): void {
    this.#become({ state, message: `it is ${state}`, watching: this.#state.watching })
  }

  #become(state: DirectoryState): void {
    this.#state = state
    for (const watcher of this.#watchers) {
      if (watcher.process.closed) this.#watchers.delete(watcher)
      else if (!this.#random.chance(lostShare)) watcher.process.schedule(this.#random.exponential(meanHintMs), watcher.onHint)
    }
  }
}
