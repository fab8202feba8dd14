// The wall clock of daemons, set while they run. A library that is loaded before all others makes it (libfaketime, of
// Debian's package faketime). The monotonic clock is the machine's own.

import { globSync, renameSync, writeFileSync } from 'node:fs'

const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')

/** Why there can be none, or undefined. */
export function whyNoFakeClock(): string | undefined {
  return library === undefined ? 'libfaketime is not installed (apt-get install faketime)' : undefined
}

export class FakeClock {
  readonly #path: string

  /** @param path of a file that several daemons may share */
  constructor(path: string) {
    this.#path = path
    this.set('+0')
  }

  /** Of the daemons that shall go by it. */
  get environment(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: library ?? '',
      FAKETIME_TIMESTAMP_FILE: this.#path,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    }
  }

  /** How far it is off: `+1h`, `-90m`, `+0`. Noticed within a second. */
  set(offset: string): void {
    writeFileSync(`${this.#path}.new`, `${offset}\n`)
    renameSync(`${this.#path}.new`, this.#path)
  }
}
