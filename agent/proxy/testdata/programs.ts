// Programs that tests connect through a port server, on loopback; all are ended with the test.

import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../../effects/effects.ts'
import type { Lease } from '../../mesh/port-server.ts'

export const never = new AbortController().signal

/** Serves every connection with `serve`; the result is its port. */
export async function serve(context: TestContext, onConnection: (socket: Socket) => void, port = 0, host = '127.0.0.1'): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    onConnection(socket)
  })
  await listening(server, port, host)
  context.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return portOf(server)
}

export async function listening(server: Server, port = 0, host = '127.0.0.1'): Promise<void> {
  server.listen(port, host)
  await once(server, 'listening')
}

export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it does not listen')
  return address.port
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await listening(server)
  const port = portOf(server)
  server.close()
  await once(server, 'close')
  return port
}

/** Connected, with errors left to 'close'. */
export async function dial(context: TestContext, port: number, host = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host, allowHalfOpen: true, noDelay: true })
  context.after(() => socket.destroy())
  await once(socket, 'connect')
  socket.on('error', () => {})
  return socket
}

/** Everything that the socket says until it ends. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export function leaseOf(port: number, more: Partial<Lease> = {}): Lease {
  return {
    task: `task-on-${port}`,
    host: '127.0.0.1',
    port,
    isCurrent: () => true,
    opened() {},
    answered() {},
    failed() {},
    release() {},
    ...more,
  }
}

export function createTestLog(): Log & { readonly warnings: string[] } {
  const warnings: string[] = []
  return { warnings, debug() {}, info() {}, warn: (message) => void warnings.push(message), error: (message) => void warnings.push(message) }
}
