// A request to the API and its answer, without a transport: what `server/router.ts` takes and what a
// client sends. HTTP (`server/http`, `client/http`) carries exactly this; in one process nothing does.

export type AccessRole = 'Admin' | 'Operator' | 'Viewer'

/** Who asks, as the transport has found out. */
export type Identity =
  | { readonly role: AccessRole; readonly name: string; readonly from: string }
  /** Nobody that we know. `why` is a clause, for whoever asks: "the certificate expired …". */
  | { readonly role: 'Nobody'; readonly from: string; readonly reason: 'Unauthorized' | 'Forbidden'; readonly why: string }

/** Whoever may open the control socket, which only the user that runs the daemon can. No user can be called that. */
export const localAdmin: Identity = { role: 'Admin', name: 'admin@socket', from: 'control socket' }

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface ApiRequest {
  readonly method: Method
  /** Still percent-encoded, without the query: `/apis/kit/v1/services/web`. */
  readonly path: string
  /** Decoded. The last of several values. */
  readonly query: Readonly<Record<string, string>>
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Bytes as they arrived, or a JSON value when the caller is in the same process. */
  readonly body?: unknown
  readonly identity: Identity
  /** Fires when the caller has gone; ends streams. */
  readonly signal: AbortSignal
}

/** Of a write that its client may ask for again, should nobody tell it what became of it: it is carried out once. */
export const requestIdHeader = 'idempotency-key'
/** Of a write that is asked for again: for how many milliseconds already. */
export const askedAgoHeader = 'kit-asked-ms-ago'
/** Of an answer: what was asked for had been carried out before. */
export const repeatedHeader = 'idempotent-replayed'

export interface ApiAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** A JSON value, or text for the few endpoints that answer text. */
  readonly body: unknown
}

/** One JSON value per line on the wire. Throwing in mid-stream breaks the connection. */
export interface ApiStream {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly stream: AsyncIterable<unknown>
}

/** One ordered two-way stream of frames, as `FrameStream` of the effects is. */
export interface FrameConnection {
  /** Resolves when more may be sent. Rejects once the connection is broken. */
  send(frame: Uint8Array): Promise<void>
  /** Ends when the other side closed in order; throws when it broke. May be iterated once. */
  frames(): AsyncIterable<Uint8Array>
  close(): void
}

/** From here on frames go both ways; whoever took this response closes them. */
export interface ApiFrames {
  readonly status: 101
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly frames: FrameConnection
}

export type ApiResponse = ApiAnswer | ApiStream | ApiFrames

/**
 * Serves one request. Never rejects for what is wrong with the request: that is an answer whose body
 * is a Status. A client's transport rejects with a StatusError Unavailable when nobody answers.
 */
export type Handle = (request: ApiRequest) => Promise<ApiResponse>
