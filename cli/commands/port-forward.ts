// `kit port-forward TARGET [LOCAL:]PORT…`: ports of this machine that lead to ports of one task, on whatever node it runs.
// Each connection is a stream of its own through the API, with the rights and the record of `kit exec`.

import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { Client } from '../../client/client.ts'
import type { Context } from '../context.ts'
import { CommandError, type ExitCode, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { findTask } from './exec.ts'

interface Mapping {
  /** 0: any that is free. */
  readonly local: number
  readonly remote: number
}

/** Until Ctrl-C. What one connection meets does not end the others. */
export async function portForward(context: Context, options: Options, words: readonly string[]): Promise<ExitCode> {
  const [target = '', ...ports] = words
  const mappings = ports.map(parseMapping)
  const { address = '127.0.0.1' } = options
  const client = await context.client()
  const task = await findTask(context, client, target)
  const servers: Server[] = []
  try {
    for (const { local, remote } of mappings) {
      const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => void carry(context, client, task, remote, socket))
      servers.push(server)
      server.listen({ host: address, port: local })
      await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
        throw new CommandError(
          exitCodes.error,
          `error: port ${local} of ${address} cannot be opened here (${error.code}); write OTHER:${remote}`,
        )
      })
      const found = server.address()
      context.out(`${address}:${typeof found === 'object' && found !== null ? found.port : local} -> ${task}:${remote}\n`)
    }
    if (!context.signal.aborted) await once(context.signal, 'abort')
    return exitCodes.interrupted
  } finally {
    for (const server of servers) server.close()
  }
}

function parseMapping(text: string): Mapping {
  const [, local, remote = ''] = /^(?:(\d{0,5}):)?(\d{1,5})$/.exec(text) ?? []
  const mapping = { local: Number(local === undefined ? remote : local || 0), remote: Number(remote) }
  if (mapping.remote < 1 || mapping.remote > 65_535 || mapping.local > 65_535)
    throw new CommandError(exitCodes.invalid, `error: "${text}" is not PORT, LOCAL:PORT, or :PORT for any that is free`)
  return mapping
}

async function carry(context: Context, client: Client, task: string, port: number, socket: Socket): Promise<void> {
  const ended = new AbortController()
  socket.on('error', () => ended.abort())
  socket.on('close', () => ended.abort())
  const output = async (_: string, bytes: Uint8Array): Promise<void> => {
    if (!socket.write(bytes)) await Promise.race([once(socket, 'drain'), once(socket, 'close')])
  }
  const signal = AbortSignal.any([context.signal, ended.signal])
  try {
    await client.forward(task, port, { input: socket, output }, signal)
    socket.end()
  } catch (error) {
    if (!signal.aborted) context.err(`port ${port}: ${error instanceof Error ? error.message : String(error)}`)
    socket.destroy()
  }
}
