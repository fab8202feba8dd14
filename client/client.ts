// The API as a program uses it. One implementation (`client/rest.ts`) speaks requests and answers; what
// carries them is a parameter: `client/in-process.ts` calls a router in the same process, `client/http/`
// goes over a socket. Every call rejects with the StatusError that the server answered, so callers read
// `reasonOf(error)` and never a status code.

import type { AttachRequest, ExecExit, ExecRequest, TerminalSize } from '../api/exec.ts'
import type { Kind } from '../api/objects.ts'
import type { Method } from '../api/request.ts'
import type { LogLine, LogQuery } from '../api/session.ts'
import type { NodeStats } from '../api/stats.ts'
import type {
  Json,
  JsonObject,
  ListMetadata,
  Manifest,
  Table,
  WatchEvent,
  WireEvent,
  WireList,
  WireObject,
  WireStatus,
} from '../api/wire.ts'

export interface Selectors {
  /** `a=b,c!=d,e in (f,g),h,!i` */
  readonly labelSelector?: string
  /** `metadata.name=web`, `spec.nodeName=node-1`, … */
  readonly fieldSelector?: string
}

export interface ListOptions extends Selectors {
  /** Most objects in one answer; the rest by `continue`. */
  readonly limit?: number
  readonly continue?: string
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: 'NotOlderThan' | 'Exact'
}

export interface WriteOptions {
  /** Who owns the fields that this changes. The client's own name when left out. */
  readonly fieldManager?: string
  /** Does everything except commit. */
  readonly dryRun?: boolean
  /** What unknown fields mean: an error, a warning, nothing. Strict when left out. */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore'
  readonly subresource?: 'status' | 'scale'
}

export interface PatchOptions extends WriteOptions {
  /** Makes a manager a worker also where those that are left cannot decide anything then. */
  readonly force?: boolean
}

export interface ApplyOptions extends WriteOptions {
  /** Takes fields that other managers own; for a Stack, fields that others changed. */
  readonly force?: boolean
}

export interface DeleteOptions {
  readonly dryRun?: boolean
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
  /** Removes a node that still answers. */
  readonly force?: boolean
}

export interface WatchOptions extends Selectors {
  /** Events after this version, which is that of a list. All that exists comes first, as ADDED, when left out. */
  readonly resourceVersion?: string
  readonly bookmarks?: boolean
  /** Replays what exists, then sends a BOOKMARK with `initialEventsEnd`. */
  readonly sendInitialEvents?: boolean
  /** Told why the connection broke and when it is tried again, each time that it does, and `undefined` each time that there is one. */
  readonly onConnection?: (problem: unknown, retryInMs?: number) => void
}

export type Patch =
  /** RFC 7386: null removes, lists are replaced whole. */
  | { readonly type: 'merge'; readonly patch: JsonObject }
  /** RFC 6902. */
  | { readonly type: 'json'; readonly patch: readonly JsonObject[] }

export interface RawRequest {
  readonly method: Method
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Json
}

export interface ExecStreams {
  /** Read only when the request asks for standard input. */
  readonly input: AsyncIterable<Uint8Array>
  /** Resolves when more may come. Until then the command, or the program, waits. */
  readonly output: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => Promise<void>
  readonly onResize?: (listener: (size: TerminalSize) => void) => void
}

export interface Client {
  get<K extends Kind>(kind: K, name: string): Promise<WireObject<K>>
  list<K extends Kind>(kind: K, options?: ListOptions): Promise<WireList<K>>
  /** As the server prints it: one row for `name`, otherwise all that match. */
  table(kind: Kind, options?: ListOptions & { readonly name?: string }): Promise<Table>
  create<K extends Kind>(kind: K, object: Manifest, options?: WriteOptions): Promise<WireObject<K>>
  /** Replaces the object. `metadata.resourceVersion` is required and must be the present one. */
  update<K extends Kind>(kind: K, object: Manifest, options?: WriteOptions): Promise<WireObject<K>>
  patch<K extends Kind>(kind: K, name: string, patch: Patch, options?: PatchOptions): Promise<WireObject<K>>
  /** Server-side apply: the fields in `object`, and no others, belong to the field manager afterwards. */
  apply<K extends Kind>(kind: K, object: Manifest, options?: ApplyOptions): Promise<WireObject<K>>
  scale(kind: Kind, name: string, replicas: number, options?: WriteOptions): Promise<void>
  /** The object when finalizers still hold it, otherwise a Status with the uid of what is gone. */
  delete<K extends Kind>(kind: K, name: string, options?: DeleteOptions): Promise<WireObject<K> | WireStatus>
  /**
   * Goes on by itself where a broken connection stopped. Ends when `signal` fires; throws Expired when
   * what happened since is gone (list again), Unavailable when nobody answers for 30 s.
   */
  watch<K extends Kind>(kind: K, options: WatchOptions, signal: AbortSignal): AsyncIterable<WatchEvent<K>>
  /** Lines of a task, or of all tasks of a service, in order of arrival. */
  logs(kind: 'Task' | 'Service', name: string, options: LogQuery, signal: AbortSignal): AsyncIterable<LogLine>
  /** A backup of the whole cluster: its values, in order, one a line of the file. */
  backup(signal: AbortSignal): AsyncIterable<unknown>
  /** What each running task of a node uses, and the node itself, read now. Unavailable when the node does not say. */
  stats(nodeName: string): Promise<NodeStats>
  /** Runs a command in a running task, and resolves when it has ended. It ends with `signal` and with the connection. */
  exec(task: string, request: ExecRequest, streams: ExecStreams, signal: AbortSignal): Promise<ExecExit>
  /** Connects to the streams of a task's own program, and resolves when that has ended. It goes on when `signal` fires. */
  attach(task: string, request: AttachRequest, streams: ExecStreams, signal: AbortSignal): Promise<ExecExit>
  /** A connection to a port of a running task: `input` goes there, what comes back is `stdout`. Resolves when it has ended. */
  forward(task: string, port: number, streams: ExecStreams, signal: AbortSignal): Promise<void>
  events(options?: Selectors): Promise<{ readonly metadata: ListMetadata; readonly items: readonly WireEvent[] }>
  /** The answer's body whatever it is. Rejects as the other calls do. */
  raw(request: RawRequest): Promise<unknown>
  /** The values of an answer that goes on, such as a watch or a log. One broken connection ends it. */
  rawStream(request: RawRequest, signal: AbortSignal): AsyncIterable<unknown>
}
