// Sends the lines of one task to the manager that asked for them, on a stream of their own.

import type { ManagerMessage } from '../api/session.ts'
import type { FrameStream, Transport } from '../effects/effects.ts'
import type { Executor } from './executor.ts'
import { withSignal } from './first-of.ts'
import { encode } from './frames.ts'

export type LogRequest = Extract<ManagerMessage, { type: 'logs' }>

/** Resolves when there is no more to send, when the manager closed the stream, or when `signal` fired. */
export async function streamLogs(
  transport: Transport,
  manager: string,
  executor: Executor,
  request: LogRequest,
  signal: AbortSignal,
): Promise<void> {
  const stream = await transport.connect(manager, 'logs', signal)
  try {
    await withSignal(signal, async (inner, stop) => {
      const closed = untilClosed(stream).finally(() => stop(new Error('the manager wants no more lines')))
      await sendLines(stream, executor, request, inner).catch((error: unknown) => {
        if (!inner.aborted) throw error
      })
      stream.close()
      await closed
    })
  } finally {
    stream.close()
  }
}

async function sendLines(stream: FrameStream, executor: Executor, request: LogRequest, signal: AbortSignal): Promise<void> {
  await stream.send(encode({ id: request.id }))
  for await (const line of executor.logs(request.task, request.options, signal)) {
    if (signal.aborted) return
    await stream.send(encode(line))
  }
}

/** Nothing is expected from the other end but its end. */
async function untilClosed(stream: FrameStream): Promise<void> {
  try {
    for await (const _ of stream.frames());
  } catch {
    // A broken stream ends it as well.
  }
}
