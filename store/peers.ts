// How the members of the store reach each other, as the store sees it. `links/` carries this over the network, tests do
// it in memory. What is lost on the way is Raft's business, and safe.

import type { Report } from './agreement.ts'
import type { Message } from './raft/message.ts'

export type SnapshotMessage = Message & { readonly type: 'snapshot' }

/** Not Raft's: members compare their states. Sent to whoever understands it, and dropped for others. */
export type StateMessage = { readonly from: string; readonly to: string; readonly type: 'state' } & Report

export type PeerMessage = Message | StateMessage

export interface Peers {
  /** Called once, before anything is sent: who gets what arrives for this member. */
  serve(handler: PeerHandler): void
  /** Passes messages on without waiting. May drop any, and let small ones overtake entries. Never a snapshot. */
  send(messages: readonly PeerMessage[]): void
  /** Carries a state along with its message. Resolves when its receiver has taken it, rejects when it did not get there whole. */
  sendSnapshot(message: SnapshotMessage, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>
}

/** `from` of a message is who the connection is authenticated as; nothing malformed gets here. */
export interface PeerHandler {
  receive(message: PeerMessage): void
  /** Rejects when the chunks are not the state that the message promises. */
  receiveSnapshot(message: SnapshotMessage, chunks: AsyncIterable<Uint8Array>): Promise<void>
  /** Another one runs under the id of this member: it does not answer, and must not go on. */
  twin(why: string): void
  /** The connection to a member broke: what was under way may be lost. */
  unreachable(id: string): void
  /** Nor does anybody listen any more where it was: its process has ended. It may be wrong. */
  gone(id: string): void
}
