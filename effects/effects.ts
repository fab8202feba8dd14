// The world, as kit sees it: time, chance, keys, disk and network are small interfaces that come in
// as parameters. Production hands in `effects/real`, the simulator its own (`sim/effects`). Nothing
// else in kit touches them, which is why whole clusters run deterministically from one seed.
// Logging is here too, because where a line goes is the world's business, not the caller's.

import type { KeyObject } from 'node:crypto'

export interface Clock {
  /** Milliseconds that never go back. For timeouts, leases, and durations inside one process. */
  monotonicMs(): number
  /** Wall time in milliseconds since 1970. For what is stored and for people. It may jump either way. */
  wallMs(): number
  /** Resolves after `delayMs`; after none, when all that has arrived already is taken. Rejects with the signal's reason when `signal` fires first. */
  sleep(delayMs: number, signal: AbortSignal): Promise<void>
}

export interface Random {
  /** Uniform in [0, 1): jitter, election timeouts. Never for secrets. */
  next(): number
  /** Unpredictable in production, reproducible in simulation. */
  bytes(length: number): Uint8Array
}

/**
 * Making keys and signing, which chance has a part in. The rest of cryptography (digests, verifying, reading
 * and writing keys) is functions, and needs no effect. A private key is a KeyObject, which no log shows.
 */
export interface Keys {
  /** A fresh private key on P-256. */
  generate(): KeyObject
  /** Over SHA-256 of the bytes: ECDSA in DER, or PKCS#1 v1.5 where the key is RSA. */
  sign(key: KeyObject, bytes: Uint8Array): Uint8Array
}

/** A failed disk call. `code` is the errno name: ENOENT, EEXIST, ENOSPC, EIO, EACCES, EROFS, … */
export interface DiskError extends Error {
  readonly code: string
}

export interface Disk {
  /**
   * Opens for reading and writing. `create` makes the file when it is missing; `exclusive` also
   * fails with EEXIST when it is there. Without `create` a missing file fails with ENOENT. `writesThrough`: what is
   * written is durable when `write` resolves, as if `sync` had followed, for the price of one call of the system.
   */
  open(path: string, options?: OpenOptions): Promise<DiskFile>
  /** Names (not paths) in lexical order, so that recovery does not depend on the file system. */
  list(directory: string): Promise<readonly string[]>
  makeDirectory(path: string, mode?: number): Promise<void>
  /** Atomic. Durable only after `syncDirectory`. Replaces `to` when it exists. */
  rename(from: string, to: string): Promise<void>
  /** Removes one file. A missing file is not an error. Durable only after `syncDirectory`. */
  remove(path: string): Promise<void>
  syncDirectory(directory: string): Promise<void>
}

/** Directories that people write to, for reading them as a whole when they have changed. */
export interface Directories {
  /**
   * `onHint` is called some time after something below `path` may have changed. Hints are lost and made up: only what
   * `read` gives counts. The path need not be there yet.
   */
  watch(path: string, choice: DirectoryChoice, onHint: () => void): WatchedDirectory
}

export interface DirectoryChoice {
  /** Which directories are looked into, by their path below the directory. */
  isEntered(path: string): boolean
  /** Which files are read, by their path below the directory. */
  isWanted(path: string): boolean
  /** Paths that these name: read, too, where they are below the directory. */
  namedBy(files: ReadonlyMap<string, Uint8Array>): readonly string[]
}

export interface WatchedDirectory {
  /** Waits until nothing changes any more, but not for long. Never rejects for what the directory is like. */
  read(signal: AbortSignal): Promise<DirectoryState>
  close(): void
}

export type DirectoryState = {
  /** How changes are noticed: a sentence for people. */
  readonly watching: string
} & (
  | {
      readonly state: 'Whole'
      /** By path below the directory, with `/`. None is from before, none from after the others. */
      readonly files: ReadonlyMap<string, Uint8Array>
      /** What git has checked out there; ends in `-dirty` when a file that is read differs from it, as far as that is known. */
      readonly commit?: string
    }
  /** Somebody is writing: look again. */
  | { readonly state: 'Changing'; readonly message: string }
  | { readonly state: 'Missing' | 'Unreadable'; readonly message: string }
)

export interface OpenOptions {
  readonly create?: boolean
  readonly exclusive?: boolean
  readonly mode?: number
  readonly writesThrough?: boolean
}

export interface DiskFile {
  size(): Promise<number>
  /** Shorter than `length` only at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>
  /** Written bytes may be lost, torn, or reordered by a crash until `sync` resolves; a file that writes through: until this does. */
  write(offset: number, bytes: Uint8Array): Promise<void>
  /** fdatasync. A rejection, here or of a write that goes through, means that nothing is known about what is durable: never retry, stop. */
  sync(): Promise<void>
  truncate(size: number): Promise<void>
  close(): Promise<void>
}

/** A node, as its certificate says. */
export interface CertifiedNode {
  readonly id: string
  readonly role: 'Worker' | 'Manager'
  readonly clusterId: string
}

/** Who is at the other end of a stream, as the transport has authenticated it. */
export interface Peer {
  /** Host part of its address, as this end sees it. */
  readonly address: string
  /** Undefined of somebody without a certificate that is good here, who may open `join` and nothing else. */
  readonly node: CertifiedNode | undefined
  /** What both ends understand (stream-versions.ts). Absent inside one process, where both are one program. */
  readonly version?: number
}

/** One ordered two-way stream of frames between two nodes: a session, a Raft link, a watch. */
export interface FrameStream {
  readonly peer: Peer
  /** Resolves when the frame is on its way and more may be sent. Rejects once the stream is broken. */
  send(frame: Uint8Array): Promise<void>
  /** Ends when the peer closed the stream in order; throws when it broke. May be iterated once. */
  frames(): AsyncIterable<Uint8Array>
  close(): void
}

export interface Transport {
  /** Serves streams for one protocol (`dispatcher`, `raft`, …) until `signal` fires: the handler is never called after that. */
  serve(protocol: string, handler: (stream: FrameStream, signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void>
  /** `to` is an address (host:port) or, inside one process, a node id. */
  connect(to: string, protocol: string, signal: AbortSignal): Promise<FrameStream>
}

export interface HttpsRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  /** JSON, of a POST. */
  readonly body?: string
  /** PEM: whose certificates to believe. Nobody else's, also not those that the machine believes. */
  readonly roots: string
  /** PEM and its key, for a server that wants to know who asks. */
  readonly own: { readonly certificate: string; readonly key: KeyObject } | undefined
  /** Of the answer. One that is larger is a failure. */
  readonly maxBytes: number
}

export interface HttpsAnswer {
  readonly status: number
  readonly body: string
}

/** Requests to somebody who is no node and speaks HTTP, over TLS only. */
export interface Https {
  /** Whatever the status is: also a redirect is an answer, and nobody follows it. Rejects with what the network or TLS did. */
  request(request: HttpsRequest, signal: AbortSignal): Promise<HttpsAnswer>
}

/** Constant message in the past tense; values are fields; `object` is always `Kind/name`. Never secrets. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
  error(message: string, fields?: Readonly<Record<string, unknown>>): void
}

export interface Effects {
  readonly clock: Clock
  readonly random: Random
  readonly keys: Keys
  readonly disk: Disk
  readonly transport: Transport
  readonly https: Https
  readonly log: Log
}
