// A command that runs beside a task's program, or that program itself: what is asked for, and the frames in which their
// streams go both ways between a client and the agent. The first byte of a frame is its channel; bytes of the three
// standard streams follow, or a JSON message. The same frames go over HTTP and over the agent's stream.
//
// Standard input has a window: its sender waits while more than `stdinWindowBytes` were not consumed yet,
// so whoever is between can always read, and learns at once that the other side has gone.

import { type Reason, reasons, StatusError } from './errors.ts'
import { isJsonObject, type JsonObject } from './wire.ts'

export interface ExecRequest {
  /** Program and arguments; at least one. */
  readonly command: readonly string[]
  /** Added to the task's own environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly workingDir?: string
  /** As `user` of a service. */
  readonly user?: string
  /** Without it, standard input is empty. */
  readonly stdin?: boolean
  /** A terminal of this size. Standard error goes into standard output then. */
  readonly tty?: TerminalSize
}

/** A connection to a port of a task. Its frames are those of a command: what the client sends is `stdin`, what it gets `stdout`. */
export interface ForwardRequest {
  readonly port: number
}

/** The streams of a task's own program, from now on. What it is given and what it writes have the frames of a command. */
export interface AttachRequest {
  /** Without it, the program gets nothing from here. Its input stays open when that from here ends. */
  readonly stdin?: boolean
  /** The program has a terminal, which shall have this size. Standard error goes into standard output then. */
  readonly tty?: TerminalSize
}

/** What reaches into a running task. */
export type ReachRequest = ExecRequest | ForwardRequest | AttachRequest

export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** Exactly one is known. */
export interface ExecExit {
  readonly exitCode?: number
  readonly signal?: string
}

export type ExecMessage =
  /** No more standard input. */
  | { readonly type: 'end' }
  | ({ readonly type: 'resize' } & TerminalSize)
  /** So many more bytes of standard input have reached the command. */
  | { readonly type: 'consumed'; readonly bytes: number }
  /** The last frame: the command, or the program, has ended, and all of its output went before. */
  | ({ readonly type: 'exit' } & ExecExit)
  /** The last frame: it could not be run, or is not known to have ended. */
  | { readonly type: 'failed'; readonly reason: Reason; readonly message: string }

export type ExecFrame =
  | ExecMessage
  | { readonly type: 'stdin'; readonly bytes: Uint8Array }
  | { readonly type: 'stdout'; readonly bytes: Uint8Array }
  | { readonly type: 'stderr'; readonly bytes: Uint8Array }

export const stdinWindowBytes = 256 * 1024
/** Of one stream's bytes in a frame. Longer pieces are cut. */
export const maxExecChunkBytes = 64 * 1024
/** How a client asks for these frames: the value of the header `upgrade`. */
export const execUpgrade = 'kit-exec'

const channels = ['stdin', 'stdout', 'stderr', 'message'] as const
const messageChannel = channels.indexOf('message')

export function encodeExecFrame(frame: ExecFrame): Uint8Array {
  const isBytes = frame.type === 'stdin' || frame.type === 'stdout' || frame.type === 'stderr'
  const payload = isBytes ? frame.bytes : new TextEncoder().encode(JSON.stringify(frame))
  const bytes = new Uint8Array(1 + payload.length)
  bytes[0] = isBytes ? channels.indexOf(frame.type) : messageChannel
  bytes.set(payload, 1)
  return bytes
}

/** Throws BadRequest for what is no frame. */
export function decodeExecFrame(frame: Uint8Array): ExecFrame {
  const channel = channels[frame[0] ?? channels.length]
  const payload = frame.subarray(1)
  if (channel !== undefined && channel !== 'message') {
    if (payload.length > maxExecChunkBytes) throw malformed(`its ${channel} is longer than ${maxExecChunkBytes} bytes`)
    return { type: channel, bytes: payload }
  }
  const message = channel === undefined ? undefined : parse(payload)
  if (!isJsonObject(message) || !isMessage(message)) throw malformed('it is none of the known messages')
  return message
}

/** In pieces that fit into a frame. */
export function* execChunks(bytes: Uint8Array): Generator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.length; at += maxExecChunkBytes) yield bytes.subarray(at, at + maxExecChunkBytes)
}

/** What a client asks for, read at the border. Throws BadRequest that says what is wrong. */
export function parseExecRequest(value: unknown): ExecRequest {
  if (!isJsonObject(value)) throw new StatusError('BadRequest', 'a command is asked for with an object that has `command`')
  if (!isExecRequest(value))
    throw new StatusError(
      'BadRequest',
      '`command` must be a list of texts that begins with a program; the other fields must have their types',
    )
  return value
}

export function parseForwardRequest(value: unknown): ForwardRequest {
  if (isForwardRequest(value)) return value
  throw new StatusError('BadRequest', 'a connection is asked for with an object that has `port`, a number from 1 to 65535')
}

export function isForwardRequest(value: unknown): value is JsonObject & ForwardRequest {
  if (!isJsonObject(value)) return false
  const { port } = value
  return typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536
}

export function parseAttachRequest(value: unknown): AttachRequest {
  if (isAttachRequest(value)) return value
  throw new StatusError(
    'BadRequest',
    'a program is attached to with an object that has at most `stdin`, true or false, and `tty`, with `columns` and `rows`',
  )
}

/** Nothing else may be in it: what has a command or a port is another request, or a mistake. */
export function isAttachRequest(value: unknown): value is JsonObject & AttachRequest {
  if (!isJsonObject(value)) return false
  const { stdin = false, tty, ...others } = value
  return Object.keys(others).length === 0 && typeof stdin === 'boolean' && (tty === undefined || (isJsonObject(tty) && isSize(tty)))
}

export function isExecRequest(value: unknown): value is ExecRequest {
  if (!isJsonObject(value)) return false
  const { command, env = {}, workingDir = '', user = '', stdin = false, tty } = value
  return (
    Array.isArray(command) &&
    command.length > 0 &&
    command[0] !== '' &&
    command.every(isPlainText) &&
    isJsonObject(env) &&
    Object.entries(env).every(([name, text]) => /^[^=\0]+$/.test(name) && isPlainText(text)) &&
    isPlainText(workingDir) &&
    isPlainText(user) &&
    typeof stdin === 'boolean' &&
    (tty === undefined || (isJsonObject(tty) && isSize(tty)))
  )
}

/** No operating system takes a NUL in an argument. */
function isPlainText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0')
}

function isMessage(value: JsonObject): value is JsonObject & ExecMessage {
  switch (value['type']) {
    case 'end':
      return true
    case 'resize':
      return isSize(value)
    case 'consumed':
      return isCount(value['bytes'])
    case 'exit':
      return isCount(value['exitCode']) !== (typeof value['signal'] === 'string')
    case 'failed':
      return typeof value['message'] === 'string' && Object.hasOwn(reasons, String(value['reason']))
    default:
      return false
  }
}

function isSize({ columns, rows }: JsonObject): boolean {
  return isCount(columns) && isCount(rows) && columns < 65_536 && rows < 65_536
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(payload))
  } catch {
    return undefined
  }
}

function malformed(why: string): StatusError {
  return new StatusError('BadRequest', `a frame of a command's stream cannot be read: ${why}`)
}
