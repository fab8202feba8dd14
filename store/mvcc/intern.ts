// Strings that many tasks share (their service, its uid, the revision, the node) are kept once. A string
// fresh from the log costs 30 to 80 bytes; a million tasks have five such strings each.

import assert from 'node:assert/strict'
import type { Task } from '../../api/objects.ts'

/** When more distinct strings than this were seen, we start over: that costs memory, never correctness. */
const maxInterned = 200_000

export class Interner {
  readonly #known = new Map<string, string>()

  /** A string equal to `text`: the one that came first. */
  string(text: string): string {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    if (this.#known.size >= maxInterned) this.#known.clear()
    this.#known.set(text, text)
    return text
  }

  /** `spec` with its repeated strings shared. */
  taskSpec(spec: Task['spec']): Task['spec'] {
    const { rollout, nodeName, placedFor } = spec
    const shared = {
      ...spec,
      service: this.string(spec.service),
      serviceUid: this.string(spec.serviceUid),
      revision: this.string(spec.revision),
      ...(nodeName !== undefined && { nodeName: this.string(nodeName) }),
      ...(placedFor !== undefined && { placedFor: this.string(placedFor) }),
      ...(rollout !== undefined && { rollout: { ...rollout, id: this.string(rollout.id) } }),
    }
    assert.equal(shared.serviceUid, spec.serviceUid, 'interning changes no value')
    return shared
  }
}
