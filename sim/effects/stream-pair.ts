// Two ends of one ordered stream. What one end sends arrives at the other in order, later or never; a
// broken stream has lost an unknown suffix. Not yet read frames are bounded by backpressure on `send`.

import type { FrameStream, Peer } from '../../effects/effects.ts'

/** How frames and endings travel: `after` calls back when something sent now has arrived, in order. */
export interface Wire {
  after(arrived: () => void): void
  /** Frames are on their way only while this is true; else they vanish. */
  isUp(): boolean
}

/** `send` waits while this many frames were sent and not yet read by the peer. */
export const windowFrames = 64

export class StreamEnd implements FrameStream {
  readonly peer: Peer
  /** Hears every frame that this end sends. */
  tap: (frame: Uint8Array) => void = () => {}
  readonly #wire: Wire
  #other: StreamEnd | undefined
  #inbox: Uint8Array[] = []
  #inFlight = 0
  #ended: 'open' | 'closed' | Error = 'open'
  /** Closed by us: nothing is sent or given out any more. */
  #isClosed = false
  #wakeReader: (() => void) | undefined
  #wakeSenders: (() => void)[] = []

  constructor(peer: Peer, wire: Wire) {
    this.peer = peer
    this.#wire = wire
  }

  connect(other: StreamEnd): void {
    this.#other = other
  }

  async send(frame: Uint8Array): Promise<void> {
    this.#throwIfDone()
    const kept = frame.slice()
    this.tap(kept)
    this.#inFlight += 1
    if (this.#wire.isUp()) this.#wire.after(() => this.#other?.deliver(kept))
    while (this.#inFlight >= windowFrames) {
      await new Promise<void>((resolve) => this.#wakeSenders.push(resolve))
      this.#throwIfDone()
    }
  }

  async *frames(): AsyncGenerator<Uint8Array, void, void> {
    while (!this.#isClosed) {
      const frame = this.#inbox.shift()
      if (frame !== undefined) {
        this.#other?.frameWasRead()
        yield frame
      } else if (this.#ended !== 'open') {
        if (this.#ended instanceof Error) throw this.#ended
        return
      } else
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve
        })
    }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#wakeAll()
    if (this.#wire.isUp()) this.#wire.after(() => this.#other?.end('closed'))
  }

  /** Ends the stream in disorder, for the peer too. */
  abort(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#wakeAll()
    if (this.#wire.isUp()) this.#wire.after(() => this.#other?.reset())
  }

  /** The connection broke: this end learns it now. What was under way to it is lost. */
  reset(): void {
    this.end(new Error(`the connection to ${this.peer.address} was reset`))
  }

  get isOver(): boolean {
    return this.#isClosed || this.#ended !== 'open'
  }

  deliver(frame: Uint8Array): void {
    if (this.isOver) return
    this.#inbox.push(frame)
    this.#wakeReader?.()
  }

  end(how: 'closed' | Error): void {
    if (this.isOver) return
    this.#ended = how
    this.#wakeAll()
  }

  frameWasRead(): void {
    this.#inFlight -= 1
    for (const wake of this.#wakeSenders.splice(0)) wake()
  }

  #throwIfDone(): void {
    if (this.#isClosed) throw new Error(`the stream to ${this.peer.address} was closed here`)
    if (this.#ended === 'closed') throw new Error(`${this.peer.address} closed the stream`)
    if (this.#ended instanceof Error) throw this.#ended
  }

  #wakeAll(): void {
    this.#wakeReader?.()
    for (const wake of this.#wakeSenders.splice(0)) wake()
  }
}
