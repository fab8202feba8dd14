// Streams in memory, without time or faults.

import type { FrameStream, Peer } from '../../effects/effects.ts'

/** Frames in one direction, closed by either end. */
class Pipe {
  readonly #frames: Uint8Array[] = []
  #closed = false
  #wake = () => {}

  send(frame: Uint8Array): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('closed'))
    this.#frames.push(frame)
    this.#wake()
    return Promise.resolve()
  }

  close(): void {
    this.#closed = true
    this.#wake()
  }

  async *frames(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const frame = this.#frames.shift()
      if (frame !== undefined) yield frame
      else if (this.#closed) return
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}

/** Two ends of one stream: what the agent holds knows the manager, and the manager's knows the agent, or the peer that is given. */
export function streamPair(agent: string | Peer): { readonly agent: FrameStream; readonly manager: FrameStream } {
  const [up, down] = [new Pipe(), new Pipe()]
  const close = () => {
    up.close()
    down.close()
  }
  const end = (peer: Peer, from: Pipe, to: Pipe): FrameStream => ({
    peer,
    send: (frame) => to.send(frame),
    frames: () => from.frames(),
    close,
  })
  const known = typeof agent === 'string' ? peerOf(agent, 'Worker') : agent
  return { agent: end(peerOf('manager', 'Manager'), down, up), manager: end(known, up, down) }
}

function peerOf(id: string, role: 'Worker' | 'Manager'): Peer {
  return { address: `${id}.example`, node: { id, role, clusterId: 'c' } }
}
