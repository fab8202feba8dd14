// A transport on which somebody listens: checkers see what a node is told without asking the node.

import type { FrameStream, Transport } from '../../effects/effects.ts'

/** Of one stream that the node has opened. */
export interface Ear {
  /** The node has received a frame. */
  heard(frame: Uint8Array): void
  /** The node has noticed that the stream is over. */
  ended(): void
}

/** @param listen called with the protocol of each stream that the node opens; without a result nobody listens to it. */
export function overhear(transport: Transport, listen: (protocol: string) => Ear | undefined): Transport {
  return {
    serve: (protocol, handler, signal) => transport.serve(protocol, handler, signal),
    async connect(to, protocol, signal) {
      const stream = await transport.connect(to, protocol, signal)
      const ear = listen(protocol)
      return ear === undefined ? stream : overheardStream(stream, ear)
    },
  }
}

function overheardStream(stream: FrameStream, ear: Ear): FrameStream {
  return {
    peer: stream.peer,
    send: (frame) => stream.send(frame),
    async *frames() {
      try {
        for await (const frame of stream.frames()) {
          ear.heard(frame)
          yield frame
        }
      } finally {
        ear.ended()
      }
    },
    close: () => stream.close(),
  }
}
