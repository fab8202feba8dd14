// A stream of frames on a socket that was upgraded: each frame behind its length, four bytes, big-endian.
// Both ends of such a connection use this file. It always reads only as fast as its frames are taken.

import type { Duplex } from 'node:stream'
import type { FrameStream } from '../effects.ts'

const headerBytes = 4
/** A longer frame breaks the stream: nobody sends one. */
const maxFrameBytes = 1024 * 1024

/**
 * @param head bytes that arrived before the socket was handed over.
 * @param lingerMs how long, once closed here, what the peer still sends is taken and dropped. A socket that goes with
 *   unread bytes in it breaks the peer's, which loses what it has not read yet.
 */
export function frameStreamOn(socket: Duplex, peer: string, head: Uint8Array, lingerMs = 0): FrameStream {
  let failure: Error | undefined
  let isClosed = false
  let isRead = false
  let limit: NodeJS.Timeout | undefined
  const lingers = (): boolean => isClosed && lingerMs > 0
  const leave = (): void => {
    if (!lingers() || socket.readableEnded) return void socket.destroy()
    if (limit === undefined) {
      limit = setTimeout(() => socket.destroy(), lingerMs)
      socket.once('end', () => socket.destroy()).once('close', () => clearTimeout(limit))
    }
    if (!isRead) socket.resume()
  }
  socket.on('error', (error) => {
    failure ??= error
  })
  const broken = (): Error => new Error(`the connection to ${peer} broke`, { cause: failure })
  return {
    peer: { address: peer, node: undefined },
    send(frame) {
      return new Promise((resolve, reject) => {
        if (socket.destroyed || !socket.writable) return reject(broken())
        const header = Buffer.alloc(headerBytes)
        header.writeUInt32BE(frame.length)
        socket.cork()
        socket.write(header)
        socket.write(frame, (error) => (error === null || error === undefined ? resolve() : reject(broken())))
        socket.uncork()
      })
    },
    async *frames() {
      let rest: Buffer = Buffer.from(head)
      isRead = true
      try {
        for (let chunk: Buffer | undefined; ; chunk = undefined) {
          while (rest.length >= headerBytes) {
            const length = rest.readUInt32BE(0)
            if (length > maxFrameBytes) throw new Error(`${peer} sent a frame of ${length} bytes`)
            if (rest.length < headerBytes + length) break
            yield rest.subarray(headerBytes, headerBytes + length)
            rest = rest.subarray(headerBytes + length)
          }
          chunk = await nextChunk(socket)
          if (lingers()) return
          if (chunk === undefined) break
          rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
        }
        if (failure !== undefined || rest.length > 0) throw broken()
      } finally {
        isRead = false
        leave()
      }
    },
    close() {
      // What was sent still goes out; a peer that does not take it is cut off with the rest of its connections.
      isClosed = true
      if (!socket.destroyed) socket.end(leave)
    },
  }
}

/** `undefined` once there are no more. */
function nextChunk(socket: Duplex): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const look = (): void => {
      const chunk: Buffer | null = socket.read()
      if (chunk === null && !socket.readableEnded && !socket.destroyed) return
      for (const event of ['readable', 'end', 'close', 'error']) socket.off(event, look)
      resolve(chunk ?? undefined)
    }
    for (const event of ['readable', 'end', 'close', 'error']) socket.on(event, look)
    look()
  })
}
