// One command beside a task, one connection to a port of it, or one to the streams of its own program, for the manager that asked for it, on a
// stream of its own (frames: api/exec.ts). A command lives no longer than the stream: when either the manager or the session goes, it is
// killed. The program of the task goes on.

import { StatusError } from '../api/errors.ts'
import {
  decodeExecFrame,
  type ExecExit,
  type ExecFrame,
  encodeExecFrame,
  execChunks,
  type ReachRequest,
  stdinWindowBytes,
} from '../api/exec.ts'
import type { ManagerMessage } from '../api/session.ts'
import type { FrameStream, Transport } from '../effects/effects.ts'
import { messageOf } from '../effects/thrown.ts'
import { type ExecInput, type ExecOutput, type Executor, FatalTaskError } from './executor.ts'
import { Bell, withSignal } from './first-of.ts'
import { encode } from './frames.ts'

type ExecMessage = Extract<ManagerMessage, { type: 'exec' }>

/** Resolves when it has ended and the stream is closed. */
export async function serveExec(
  transport: Transport,
  manager: string,
  executor: Executor,
  { id, task, request }: ExecMessage,
  signal: AbortSignal,
): Promise<void> {
  const stream = await transport.connect(manager, 'exec', signal)
  const send = (frame: ExecFrame): Promise<void> => stream.send(encodeExecFrame(frame))
  const close = (): void => stream.close()
  signal.addEventListener('abort', close, { once: true })
  try {
    await stream.send(encode({ id }))
    await withSignal(signal, async (inner, stop) => {
      const input = new InputQueue()
      const heard = listen(stream, input).then(
        () => stop(new Error('the client has gone')),
        (error: unknown) => stop(error),
      )
      const output = async (name: 'stdout' | 'stderr', bytes: Uint8Array): Promise<void> => {
        for (const chunk of execChunks(bytes)) await send({ type: name, bytes: chunk })
      }
      const taken = (bytes: number): void => {
        send({ type: 'consumed', bytes }).catch(stop)
      }
      const last = await reach(executor, task, request, input.take(taken, inner), output, inner).then(
        (exit): ExecFrame => ({ type: 'exit', ...exit }),
        (error: unknown): ExecFrame => ({ type: 'failed', ...describeFailure(error) }),
      )
      if (!inner.aborted) await send(last)
      stream.close()
      await heard
    })
  } finally {
    signal.removeEventListener('abort', close)
    stream.close()
  }
}

async function reach(
  executor: Executor,
  task: string,
  request: ReachRequest,
  input: ExecInput,
  output: ExecOutput,
  signal: AbortSignal,
): Promise<ExecExit> {
  if ('command' in request) return await executor.exec(task, request, input, output, signal)
  if (!('port' in request)) return await executor.attach(task, request, input, output, signal)
  await executor.forward(task, request.port, input, output, signal)
  return { exitCode: 0 }
}

function describeFailure(error: unknown): Pick<StatusError, 'reason' | 'message'> {
  if (error instanceof FatalTaskError) return { reason: 'Conflict', message: error.message }
  return { reason: 'InternalError', message: messageOf(error) }
}

/** Until the other end closes the stream: always read, so that this is noticed at once. */
async function listen(stream: FrameStream, input: InputQueue): Promise<void> {
  for await (const bytes of stream.frames()) {
    const frame = decodeExecFrame(bytes)
    if (frame.type === 'stdin' || frame.type === 'resize') input.add(frame)
    else if (frame.type === 'end') input.end()
    else throw new StatusError('BadRequest', `a client does not send ${frame.type}`)
  }
}

type InputPiece = Extract<ExecFrame, { type: 'stdin' | 'resize' }>

/** Bounded by the window that the client keeps to; one that does not is cut off. */
class InputQueue {
  readonly #bell = new Bell()
  readonly #pieces: InputPiece[] = []
  #bytes = 0
  #ended = false

  add(piece: InputPiece): void {
    if (piece.type === 'stdin') this.#bytes += piece.bytes.length
    if (this.#bytes > stdinWindowBytes) throw new StatusError('BadRequest', `more than ${stdinWindowBytes} bytes of input are on their way`)
    const last = this.#pieces.at(-1)
    if (piece.type === 'resize' && last?.type === 'resize') this.#pieces.pop() // Only the last size matters.
    this.#pieces.push(piece)
    this.#bell.notify()
  }

  end(): void {
    this.#ended = true
    this.#bell.notify()
  }

  /** A piece counts as consumed when the next one is asked for. */
  async *take(consumed: (bytes: number) => void, signal: AbortSignal): AsyncGenerator<InputPiece, void, void> {
    while (!signal.aborted) {
      const piece = this.#pieces.shift()
      if (piece === undefined) {
        if (this.#ended) return
        await this.#bell.wait(signal)
        continue
      }
      yield piece
      if (piece.type !== 'stdin') continue
      this.#bytes -= piece.bytes.length
      consumed(piece.bytes.length)
    }
  }
}
