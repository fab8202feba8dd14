// `kit attach TASK|service/web`: connects the standard streams of this program to those of a task's own program, and ends
// with its exit code. Whoever leaves before leaves it running.

import type { AttachRequest } from '../../api/exec.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { nameOf } from '../resource.ts'
import { codeOf, findTask, terminalOf, withStreams } from './exec.ts'

/** Ctrl-P Ctrl-Q, as with docker. */
const [firstKey, secondKey] = [0x10, 0x11]

export async function attach(context: Context, options: Options, [target = '']: readonly string[]): Promise<number> {
  const terminal = terminalOf(context, options)
  const isTyped = options.stdin === true && terminal !== undefined
  const request: AttachRequest = {
    ...(options.stdin === true && { stdin: true }),
    ...(terminal !== undefined && { tty: terminal.size() }),
  }
  const client = await context.client()
  const task = await findTask(context, client, target)
  const left = new AbortController()
  const signal = AbortSignal.any([context.signal, left.signal])
  if (isTyped) context.err('Ctrl-P Ctrl-Q leaves, and the task goes on. If nothing shows, press Enter.')
  const sieve = (typed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> =>
    isTyped ? untilDetached(typed, () => left.abort(new Error('left by its keys'))) : typed
  try {
    return codeOf(await withStreams(context, terminal, (streams) => client.attach(task, request, streams, signal), sieve))
  } catch (error) {
    if (!signal.aborted) throw error
    context.err(`${isTyped ? '\n' : ''}left ${nameOf('Task', task)}, which goes on`)
    return left.signal.aborted ? exitCodes.ok : exitCodes.interrupted
  }
}

/** What is typed, up to the keys that leave. The first of them waits for the next key, and goes on with it when that is another one. */
export async function* untilDetached(typed: AsyncIterable<Uint8Array>, detach: () => void): AsyncGenerator<Uint8Array, void, void> {
  let held = Buffer.alloc(0)
  for await (const bytes of typed) {
    const keys = Buffer.concat([held, bytes])
    const end = keys.indexOf(Buffer.of(firstKey, secondKey))
    if (end > 0) yield keys.subarray(0, end)
    if (end >= 0) return detach()
    const isHeld = keys.at(-1) === firstKey
    held = isHeld ? Buffer.of(firstKey) : Buffer.alloc(0)
    if (keys.length > held.length) yield keys.subarray(0, keys.length - held.length)
  }
  if (held.length > 0) yield held
}
