// Ports of this machine that lead to ports of one task, on whatever node it runs. Each connection is a stream of its own
// through the API, with the rights and the record of `kit exec`.

import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { Client } from '../client/client.ts'
import { CommandError, exitCodes } from './exit.ts'

export interface Mapping {
  /** 0: any that is free. */
  readonly local: number
  readonly remote: number
}

/** An open port, and what went through it so far. */
export interface Forward {
  readonly address: string
  readonly port: number
  readonly task: string
  readonly remote: number
  readonly traffic: { connections: number; open: number; sentBytes: number; receivedBytes: number }
}

export function parseMapping(text: string): Mapping {
  const [, local, remote = ''] = /^(?:(\d{0,5}):)?(\d{1,5})$/.exec(text) ?? []
  const mapping = { local: Number(local === undefined ? remote : local || 0), remote: Number(remote) }
  if (mapping.remote < 1 || mapping.remote > 65_535 || mapping.local > 65_535)
    throw new CommandError(exitCodes.invalid, `error: "${text}" is not PORT, LOCAL:PORT, or :PORT for any that is free`)
  return mapping
}

/** Resolves once the port is open. It closes, with all that goes through it, when `signal` fires. */
export async function openForward(
  client: Client,
  task: string,
  { local, remote }: Mapping,
  address: string,
  onTrouble: (error: unknown) => void,
  signal: AbortSignal,
): Promise<Forward> {
  const traffic = { connections: 0, open: 0, sentBytes: 0, receivedBytes: 0 }
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    traffic.connections++
    traffic.open++
    carry(client, task, remote, socket, traffic, signal)
      .catch(onTrouble)
      .finally(() => traffic.open--)
  })
  server.listen({ host: address, port: local })
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(
      exitCodes.error,
      `error: port ${local} of ${address} cannot be opened here (${error.code}); write OTHER:${remote}`,
    )
  })
  if (signal.aborted) server.close()
  else signal.addEventListener('abort', () => server.close(), { once: true })
  const found = server.address()
  return { address, port: typeof found === 'object' && found !== null ? found.port : local, task, remote, traffic }
}

/** Rejects with what one connection met; the others go on. */
async function carry(
  client: Client,
  task: string,
  port: number,
  socket: Socket,
  traffic: Forward['traffic'],
  stop: AbortSignal,
): Promise<void> {
  const ended = new AbortController()
  socket.on('error', () => ended.abort())
  socket.on('close', () => ended.abort())
  const output = async (_: string, bytes: Uint8Array): Promise<void> => {
    traffic.receivedBytes += bytes.byteLength
    if (!socket.write(bytes)) await Promise.race([once(socket, 'drain'), once(socket, 'close')])
  }
  async function* input(): AsyncGenerator<Uint8Array, void, void> {
    for await (const bytes of socket) {
      traffic.sentBytes += bytes.byteLength
      yield bytes
    }
  }
  const signal = AbortSignal.any([stop, ended.signal])
  try {
    await client.forward(task, port, { input: input(), output }, signal)
    socket.end()
  } catch (error) {
    socket.destroy()
    if (!signal.aborted) throw error
  }
}
