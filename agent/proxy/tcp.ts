// One published TCP port. A client is accepted first and then given to a task, because only an accepted
// connection can be tried with several. Each direction ends by itself, as between two programs that are
// connected directly; what breaks on one side is broken off on the other.

import { connect, createServer, type Socket } from 'node:net'
import type { Log } from '../../effects/effects.ts'
import { type Choose, connectLimitMs, type Lease, type Listener, type ListenPort } from '../mesh/port-server.ts'
import type { Budget } from './budget.ts'
import { listenProblem } from './listen-problem.ts'
import { occasionally } from './occasionally.ts'
import { proxyHeader } from './proxy-protocol.ts'

export interface TcpPort {
  readonly address: string
  readonly port: ListenPort
  readonly choose: Choose
  readonly budget: Budget
  readonly log: Log
}

const socketOptions = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000 }
/** A connection of which one direction has ended, and the other says nothing for so long, is forgotten by its ends. */
const halfOpenLimitMs = 60 * 60 * 1_000
const backlog = 1_024
/** Faults of our own: another task would not help, and the one that was chosen has done nothing wrong. */
const ownFaults = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL'])

export function listenTcp(options: TcpPort, signal: AbortSignal): Promise<Listener> {
  const { address, port, log } = options
  const warn = occasionally((error: unknown) => log.warn('Could not connect to tasks', { port: port.publishedPort, error }))
  const server = createServer(socketOptions, (client) => accept(options, warn, client))
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new Error(listenProblem(port, address, error.code), { cause: error })))
    server.listen({ host: address, port: port.publishedPort, backlog, exclusive: true }, () => {
      server.removeAllListeners('error')
      server.on('error', (error) => log.warn('A published port had an error', { port: port.publishedPort, error }))
      if (signal.aborted) {
        server.close()
        reject(signal.reason)
      } else resolve({ close: () => void server.close() })
    })
  })
}

function accept(options: TcpPort, warn: (error: unknown) => void, client: Socket): void {
  const { choose, budget } = options
  const address = client.remoteAddress ?? ''
  client.on('error', () => {}) // 'close' follows, and is where it is dealt with.
  if (!budget.take(address)) return void client.resetAndDestroy()
  client.once('close', () => budget.giveBack(address))
  attempt(choose, warn, client, [])
}

/** Tries one task, then the next. Synchronous up to the connection, so that a choice is never acted on late. */
function attempt(choose: Choose, warn: (error: unknown) => void, client: Socket, tried: readonly string[]): void {
  if (client.destroyed) return
  const lease = choose(tried)
  if (lease === undefined) return void client.resetAndDestroy()
  const upstream = connect({ ...socketOptions, host: lease.host, port: lease.port })
  const limit = setTimeout(() => upstream.destroy(new Error('it did not answer')), connectLimitMs)
  const hangUp = (): void => void upstream.destroy()
  const fail = (error: NodeJS.ErrnoException): void => {
    if (error.code !== undefined && ownFaults.has(error.code)) {
      warn(error)
      lease.release()
      client.resetAndDestroy()
    } else {
      lease.failed()
      attempt(choose, warn, client, [...tried, lease.task])
    }
  }
  let failure: NodeJS.ErrnoException | undefined
  upstream.once('error', (error) => {
    failure = error
  })
  const closed = (): void => {
    clearTimeout(limit)
    client.off('close', hangUp)
    if (failure === undefined)
      lease.release() // The client went away first.
    else fail(failure)
  }
  client.once('close', hangUp)
  upstream.once('close', closed)
  upstream.once('connect', () => {
    clearTimeout(limit)
    client.off('close', hangUp)
    upstream.off('close', closed)
    join(client, upstream, lease)
  })
}

function join(client: Socket, upstream: Socket, lease: Lease): void {
  let lastByteMs = performance.now()
  let clientSpokeLast = false
  let open = 2
  upstream.on('error', () => {})
  if (lease.proxyProtocol !== undefined) upstream.write(headerFor(client))
  client.on('data', () => {
    lastByteMs = performance.now()
    clientSpokeLast = true
  })
  upstream.on('data', () => {
    lastByteMs = performance.now()
    clientSpokeLast = false
  })
  client.pipe(upstream)
  upstream.pipe(client)
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    one.once('end', () => other.setTimeout(halfOpenLimitMs, () => other.destroy()))
    one.once('close', (hadError) => {
      if (hadError) other.resetAndDestroy()
      else if (!one.readableEnded) other.destroySoon()
      open -= 1
      if (open === 0) lease.release()
    })
  }
  lease.opened({
    idleMs: () => performance.now() - lastByteMs,
    state: () => (client.writableLength > 0 ? 'Answering' : clientSpokeLast ? 'Asked' : 'AtRest'),
    close() {
      if (upstream.destroyed) client.destroy()
      else client.destroySoon()
      upstream.destroy()
    },
  })
  lease.answered()
}

function headerFor(client: Socket): Buffer {
  const { remoteAddress = '0.0.0.0', remotePort = 0, localAddress = '0.0.0.0', localPort = 0 } = client
  return proxyHeader({ address: remoteAddress, port: remotePort }, { address: localAddress, port: localPort })
}
