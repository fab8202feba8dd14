// One stream of frames on one connection, with a window: the sender knows how much the reader has taken, and
// waits when it is too far ahead. So a reader that stands still costs both ends a bounded amount of memory,
// and the connection is always read, which is how an end or a break is noticed.

import type { Socket } from 'node:net'
import type { FrameStream, Peer } from '../../effects.ts'
import { encodeFrame, type Frame, type FrameReader, frameTypes, headerBytes } from './frame-codec.ts'

export interface Window {
  /** More is sent only while less than this was sent and not yet read. */
  readonly frames: number
  readonly bytes: number
  readonly maxFrameBytes: number
}

export const fullWindow: Window = { frames: 256, bytes: 1024 * 1024, maxFrameBytes: 8 * 1024 * 1024 + 64 * 1024 }
/** Of a peer that we do not know. */
export const strangerWindow: Window = { frames: 16, bytes: 64 * 1024, maxFrameBytes: 64 * 1024 }
/** Longer ones are written as they are; shorter ones are put together, which saves records and system calls. */
const mergedBytes = 64 * 1024
/** After the end the peer has this long to take what is left. */
const lingerMs = 30_000
const brokenLingerMs = 1_000
const nothing = new Uint8Array()

export class SocketFrames implements FrameStream {
  readonly peer: Peer
  readonly #socket: Socket
  readonly #name: string
  readonly #receives: Window
  readonly #sends: Window
  readonly #reader: FrameReader
  readonly #inbox: Buffer[] = []
  /** Arrived, and the peer has no credit for them yet. */
  #unreadFrames = 0
  #unreadBytes = 0
  /** Read since the last credit was given. */
  #readFrames = 0
  #readBytes = 0
  /** Sent, and no credit has come for them yet. */
  #outFrames = 0
  #outBytes = 0
  /** Not sent yet: the window is full. */
  readonly #waiting: Buffer[] = []
  #waitingSenders: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = []
  #written: Buffer[] = []
  #isClosed = false
  #isPeerClosed = false
  #hasEnded = false
  #failure: Error | undefined
  #wakeReader: (() => void) | undefined

  constructor(socket: Socket, reader: FrameReader, peer: Peer, windows: { readonly receives: Window; readonly sends: Window }) {
    this.peer = peer
    this.#socket = socket
    this.#name = peer.node === undefined ? peer.address : `${peer.node.id} (${peer.address})`
    this.#reader = reader
    this.#receives = windows.receives
    this.#sends = windows.sends
    reader.maxDataBytes = windows.receives.maxFrameBytes
    socket.on('data', (chunk: Buffer) => {
      reader.push(chunk)
      this.#receive()
    })
    socket.on('end', () => this.#lost(undefined))
    socket.on('error', (error) => this.#lost(error))
    socket.on('close', () => this.#lost(undefined))
    this.#receive() // What came along with the greeting.
  }

  send(frame: Uint8Array): Promise<void> {
    const why = this.#whyNot()
    if (why !== undefined) return Promise.reject(why)
    if (frame.length > this.#sends.maxFrameBytes)
      return Promise.reject(
        new Error(`a frame of ${frame.length} bytes is too long for ${this.#name}: it takes ${this.#sends.maxFrameBytes}`),
      )
    this.#waiting.push(encodeFrame(frameTypes.data, frame))
    this.#pump()
    if (this.#waiting.length === 0 && !this.#isFull()) return Promise.resolve()
    return new Promise((resolve, reject) => this.#waitingSenders.push({ resolve, reject }))
  }

  async *frames(): AsyncGenerator<Uint8Array, void, void> {
    while (!this.#isClosed) {
      const frame = this.#inbox.shift()
      if (frame !== undefined) {
        this.#wasRead(frame.length)
        yield frame
      } else if (this.#failure !== undefined) throw this.#failure
      else if (this.#isPeerClosed) return
      else
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve
        })
    }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#inbox.length = 0
    this.#wakeReader?.()
    for (const { resolve } of this.#waitingSenders.splice(0)) resolve() // What they sent still goes out.
    if (this.#failure !== undefined) return
    this.#pump()
    this.#endAfter(lingerMs)
  }

  /** Ends the stream in disorder: the peer learns that it broke. */
  break(why: Error): void {
    if (this.#isClosed || this.#failure !== undefined || this.#hasEnded) return
    this.#write(encodeFrame(frameTypes.break, nothing))
    this.#end()
    this.#endAfter(brokenLingerMs)
    this.#fail(why)
  }

  #receive(): void {
    try {
      for (let frame = this.#next(); frame !== undefined; frame = this.#next()) this.#take(frame.type, frame.payload)
    } catch (error) {
      this.#fail(new Error(`${this.#name} sent what is no stream of frames`, { cause: error }))
      this.#socket.destroy()
    }
  }

  #next(): Frame | undefined {
    return this.#failure === undefined ? this.#reader.next() : undefined
  }

  #take(type: number, payload: Buffer): void {
    if (type === frameTypes.data) this.#deliver(payload)
    else if (type === frameTypes.credit) this.#credited(payload)
    else if (type === frameTypes.close) this.#peerClosed()
    else if (type === frameTypes.break) {
      this.#fail(new Error(`${this.#name} broke the stream`))
      this.#end()
    } else throw new Error(`a frame of type ${type} has no place here`)
  }

  #deliver(payload: Buffer): void {
    if (this.#isPeerClosed) throw new Error('a frame came after the end')
    if (this.#unreadFrames >= this.#receives.frames || this.#unreadBytes >= this.#receives.bytes)
      throw new Error('more was sent than the window allows')
    this.#unreadFrames += 1
    this.#unreadBytes += payload.length
    if (this.#isClosed)
      this.#wasRead(payload.length) // Nobody will.
    else this.#inbox.push(payload)
    this.#wakeReader?.()
  }

  #wasRead(bytes: number): void {
    this.#readFrames += 1
    this.#readBytes += bytes
    if (this.#readFrames < this.#receives.frames / 2 && this.#readBytes < this.#receives.bytes / 2) return
    const credit = Buffer.alloc(8)
    credit.writeUInt32BE(this.#readFrames, 0)
    credit.writeUInt32BE(this.#readBytes, 4)
    this.#unreadFrames -= this.#readFrames
    this.#unreadBytes -= this.#readBytes
    this.#readFrames = 0
    this.#readBytes = 0
    this.#write(encodeFrame(frameTypes.credit, credit))
  }

  #credited(payload: Buffer): void {
    if (payload.length !== 8) throw new Error('a credit has eight bytes')
    this.#outFrames -= payload.readUInt32BE(0)
    this.#outBytes -= payload.readUInt32BE(4)
    if (this.#outFrames < 0 || this.#outBytes < 0) throw new Error('more was read than sent')
    this.#pump()
    if (this.#waiting.length > 0 || this.#isFull()) return
    for (const { resolve } of this.#waitingSenders.splice(0)) resolve()
  }

  #peerClosed(): void {
    this.#isPeerClosed = true
    this.#waiting.length = 0 // It reads nothing more.
    const error = new Error(`${this.#name} closed the stream`)
    for (const { reject } of this.#waitingSenders.splice(0)) reject(error)
    this.#wakeReader?.()
    this.#end()
    this.#endAfter(lingerMs)
  }

  #isFull(): boolean {
    return this.#outFrames >= this.#sends.frames || this.#outBytes >= this.#sends.bytes
  }

  /** Sends what the window allows, and the end behind it. */
  #pump(): void {
    while (this.#waiting.length > 0 && !this.#isFull()) {
      const frame = this.#waiting.shift()
      if (frame === undefined) break
      this.#outFrames += 1
      this.#outBytes += frame.length - headerBytes
      this.#write(frame)
    }
    if (!this.#isClosed || this.#waiting.length > 0 || this.#hasEnded) return
    this.#write(encodeFrame(frameTypes.close, nothing))
    this.#end()
  }

  /** Goes out at the end of this turn, together with what else is written in it. */
  #write(frame: Buffer): void {
    if (this.#hasEnded || this.#failure !== undefined) return
    if (this.#written.push(frame) === 1) process.nextTick(() => this.#flush())
  }

  #flush(): void {
    const frames = this.#written
    this.#written = []
    if (this.#socket.destroyed || !this.#socket.writable) return
    let merged: Buffer[] = []
    const writeMerged = (): void => {
      if (merged.length > 0) this.#socket.write(merged.length === 1 ? (merged[0] ?? nothing) : Buffer.concat(merged))
      merged = []
    }
    for (const frame of frames) {
      if (frame.length < mergedBytes) merged.push(frame)
      else {
        writeMerged()
        this.#socket.write(frame)
      }
    }
    writeMerged()
  }

  /** Nothing more will be written. */
  #end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#flush()
    this.#socket.end()
  }

  #endAfter(delayMs: number): void {
    const timer = setTimeout(() => this.#socket.destroy(), delayMs).unref()
    this.#socket.once('close', () => clearTimeout(timer))
  }

  #lost(cause: Error | undefined): void {
    if (!this.#isPeerClosed && !this.#isClosed) this.#fail(new Error(`the connection to ${this.#name} broke`, { cause }))
    this.#socket.destroy()
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    for (const { reject } of this.#waitingSenders.splice(0)) reject(error)
    this.#waiting.length = 0
    this.#wakeReader?.()
  }

  #whyNot(): Error | undefined {
    if (this.#isClosed) return new Error(`the stream to ${this.#name} was closed here`)
    if (this.#failure !== undefined) return this.#failure
    return this.#isPeerClosed ? new Error(`${this.#name} closed the stream`) : undefined
  }
}
