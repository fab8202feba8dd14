// One connection to a port of a task, for whoever asked the API for it: what comes in goes to the program, and what the
// program says goes out. Each direction ends by itself.

import { once } from 'node:events'
import { connect } from 'node:net'
import { errorCodeOf } from '../../effects/thrown.ts'
import { type ExecInput, type ExecOutput, FatalTaskError } from '../executor.ts'

/** A program that listens answers at once; its machine is this one. */
const connectLimitMs = 5_000

/** Resolves when both directions have ended. Throws FatalTaskError where nobody listens, and when `signal` fires. */
export async function forward(
  to: { readonly host: string; readonly port: number },
  input: ExecInput,
  output: ExecOutput,
  signal: AbortSignal,
): Promise<void> {
  const socket = connect({ ...to, noDelay: true, allowHalfOpen: true, signal })
  const late = setTimeout(() => socket.destroy(new Error(`nothing within ${connectLimitMs / 1000} s`)), connectLimitMs)
  try {
    await once(socket, 'connect').catch((error: unknown) => {
      signal.throwIfAborted()
      throw new FatalTaskError(`nothing answers on port ${to.port} of the task (${describe(error)})`, { cause: error })
    })
  } finally {
    clearTimeout(late)
  }
  try {
    const sent = send(socket, input)
    // What breaks while nobody waits for it is told below, by whoever reads.
    sent.catch(() => socket.destroy())
    for await (const bytes of socket) await output('stdout', bytes)
    // A program that has said all may still listen.
    await sent
  } catch (error) {
    signal.throwIfAborted()
    throw new FatalTaskError(`the connection to port ${to.port} of the task broke (${describe(error)})`, { cause: error })
  } finally {
    socket.destroy()
  }
}

async function send(socket: ReturnType<typeof connect>, input: ExecInput): Promise<void> {
  for await (const piece of input) {
    if (piece.type !== 'stdin' || socket.destroyed) continue
    if (!socket.write(piece.bytes)) await Promise.race([once(socket, 'drain'), once(socket, 'close')])
  }
  socket.end()
}

function describe(error: unknown): string {
  return errorCodeOf(error) ?? String(error)
}
