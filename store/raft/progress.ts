// What a leader knows of one other member's log, and how fast it may send.
//
//   0 ≤ match < next
//   probe       one append at a time, until an answer says where the logs agree
//   replicate   `next` runs ahead of the answers, within a window of messages and bytes
//   snapshot    nothing but heartbeats, until the snapshot is in

import assert from 'node:assert/strict'

export interface Window {
  readonly maxMessages: number
  readonly maxBytes: number
}

export class Progress {
  readonly #window: Window
  match = 0
  next: number
  state: 'probe' | 'replicate' | 'snapshot' = 'probe'
  /** In probe: an append is under way. Freed by its answer or by the next heartbeat's. */
  probing = false
  /** In snapshot: the index after which appends can continue. */
  snapshotIndex = 0
  /** It answered since check-quorum last looked. */
  isActive = false
  /** It did so in the round before. */
  #wasActive = false
  /** The highest heartbeat context that it has answered. */
  acknowledged = 0
  /** In replicate: appends without an answer, oldest first. */
  #inFlight: { readonly lastIndex: number; readonly bytes: number }[] = []
  #bytesInFlight = 0

  constructor(next: number, window: Window) {
    assert(next >= 1)
    this.next = next
    this.#window = window
  }

  /** It answered within the last election timeout or two. */
  get isReachable(): boolean {
    return this.isActive || this.#wasActive
  }

  get isFull(): boolean {
    return this.#inFlight.length >= this.#window.maxMessages || this.#bytesInFlight >= this.#window.maxBytes
  }

  get messagesInFlight(): number {
    return this.#inFlight.length
  }

  get bytesInFlight(): number {
    return this.#bytesInFlight
  }

  /** No append, not even an empty one, may be sent. */
  get isPaused(): boolean {
    return this.state === 'snapshot' || (this.state === 'probe' ? this.probing : this.isFull)
  }

  sent(lastIndex: number, count: number, bytes: number): void {
    if (this.state === 'probe') this.probing = true
    if (this.state !== 'replicate' || count === 0) return
    assert(lastIndex >= this.next)
    this.next = lastIndex + 1
    this.#inFlight.push({ lastIndex, bytes })
    this.#bytesInFlight += bytes
  }

  /** Returns whether the answer was news. */
  acknowledge(index: number): boolean {
    this.next = Math.max(this.next, index + 1)
    this.#free(index)
    if (index <= this.match) return false
    this.match = index
    assert(this.next > this.match)
    return true
  }

  /** An append after `rejected` was refused. Returns whether that is news; then the next try starts after `hint`. */
  reject(rejected: number, hint: number): boolean {
    if (this.state === 'snapshot') return false // Still on its way.
    if (this.state === 'replicate') {
      if (rejected <= this.match) return false
      this.toProbe()
      this.next = Math.max(this.match + 1, Math.min(rejected, hint + 1))
      return true
    }
    if (this.next - 1 !== rejected) return false
    this.next = Math.max(this.match + 1, Math.min(rejected, hint + 1))
    this.probing = false
    assert(this.next > this.match)
    return true
  }

  toProbe(): void {
    const next = this.state === 'snapshot' ? Math.max(this.match, this.snapshotIndex) + 1 : this.match + 1
    this.#leave('probe')
    this.next = next
  }

  toReplicate(): void {
    this.#leave('replicate')
    this.next = this.match + 1
  }

  toSnapshot(index: number): void {
    assert(index > this.match, 'a snapshot brings something new')
    this.#leave('snapshot')
    this.snapshotIndex = index
  }

  /** A heartbeat was answered: one more message may go, even if all answers to earlier ones were lost. */
  heard(): void {
    this.isActive = true
    this.probing = false
    if (this.state === 'replicate' && this.isFull) this.#dropFirst()
  }

  /** Check-quorum has looked. */
  nextRound(): void {
    this.#wasActive = this.isActive
    this.isActive = false
  }

  #leave(state: 'probe' | 'replicate' | 'snapshot'): void {
    this.state = state
    this.probing = false
    this.snapshotIndex = 0
    this.#inFlight = []
    this.#bytesInFlight = 0
  }

  #free(index: number): void {
    for (let first = this.#inFlight[0]; first !== undefined && first.lastIndex <= index; first = this.#inFlight[0]) this.#dropFirst()
  }

  #dropFirst(): void {
    const first = this.#inFlight.shift()
    assert(first !== undefined)
    this.#bytesInFlight -= first.bytes
    assert(this.#bytesInFlight >= 0, 'bytes are freed once')
  }
}
