// Bytes that nobody may see by accident. They do not show in logs, in messages of errors, in JSON or in
// the inspector; whoever needs them says so by calling `reveal`.

import { inspect } from 'node:util'

const shown = '[redacted]'

export class Redacted {
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  reveal(): Uint8Array {
    return this.#bytes
  }

  toString(): string {
    return shown
  }

  toJSON(): string {
    return shown
  }

  [inspect.custom](): string {
    return shown
  }
}
