// A transport on which somebody listens: checkers see what a node is told without asking the node.

import type { FrameStream, Transport } from '../../effects/effects.ts'

export interface Listener {
  /** The node has opened a stream of the protocol. */
  opened(protocol: string): void
  /** The node has received a frame on the last stream of the protocol. */
  heard(protocol: string, frame: Uint8Array): void
}

export function overhear(transport: Transport, listener: Listener): Transport {
  return {
    serve: (protocol, handler, signal) => transport.serve(protocol, handler, signal),
    async connect(to, protocol, signal) {
      const stream = await transport.connect(to, protocol, signal)
      listener.opened(protocol)
      return overheardStream(stream, (frame) => listener.heard(protocol, frame))
    },
  }
}

function overheardStream(stream: FrameStream, heard: (frame: Uint8Array) => void): FrameStream {
  return {
    peer: stream.peer,
    send: (frame) => stream.send(frame),
    async *frames() {
      for await (const frame of stream.frames()) {
        heard(frame)
        yield frame
      }
    },
    close: () => stream.close(),
  }
}
