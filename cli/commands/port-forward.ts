// `kit port-forward TARGET [LOCAL:]PORT…`: ports of this machine that lead to a task, until Ctrl-C.

import { once } from 'node:events'
import { messageOf } from '../../effects/thrown.ts'
import type { Context } from '../context.ts'
import { type ExitCode, exitCodes } from '../exit.ts'
import { openForward, parseMapping } from '../forwarding.ts'
import type { Options } from '../options.ts'
import { findTask } from './exec.ts'

export async function portForward(context: Context, options: Options, words: readonly string[]): Promise<ExitCode> {
  const [target = '', ...ports] = words
  const mappings = ports.map(parseMapping)
  const { address = '127.0.0.1' } = options
  const client = await context.client()
  const task = await findTask(context, client, target)
  const stop = new AbortController()
  const signal = AbortSignal.any([context.signal, stop.signal])
  try {
    for (const mapping of mappings) {
      const complain = (error: unknown): void => context.err(`port ${mapping.remote}: ${messageOf(error)}`)
      const { port } = await openForward(client, task, mapping, address, complain, signal)
      context.out(`${address}:${port} -> ${task}:${mapping.remote}\n`)
    }
    if (!context.signal.aborted) await once(context.signal, 'abort')
    return exitCodes.interrupted
  } finally {
    stop.abort()
  }
}
