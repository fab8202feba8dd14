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
  const server = createServer(socketOptions, (client) => accept(options, warn, client, signal))
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

/** What every try for one client needs. */
interface Trial {
  readonly choose: Choose
  readonly warn: (error: unknown) => void
  readonly client: Socket
  /** Fires when the port is not published any more. */
  readonly signal: AbortSignal
}

function accept({ choose, budget }: TcpPort, warn: Trial['warn'], client: Socket, signal: AbortSignal): void {
  const address = client.remoteAddress ?? ''
  client.on('error', () => {}) // 'close' follows, and is where it is dealt with.
  if (!budget.take(address)) return void client.resetAndDestroy()
  client.once('close', () => budget.giveBack(address))
  attempt({ choose, warn, client, signal }, [])
}

/** Tries one task, then the next. Synchronous up to the connection, so that a choice is never acted on late. */
function attempt(trial: Trial, tried: readonly string[]): void {
  const { choose, client } = trial
  if (client.destroyed) return
  const lease = choose(tried)
  if (lease === undefined) client.resetAndDestroy()
  else connectTo(lease, trial, tried)
}

function connectTo(lease: Lease, trial: Trial, before: readonly string[]): void {
  const { choose, warn, client, signal } = trial
  const tried = [...before, lease.task]
  const upstream = connect({ ...socketOptions, host: lease.host, port: lease.port })
  const hangUp = (): void => void upstream.destroy()
  const giveUp = (): void => void upstream.destroy(new Error('it did not answer'))
  let failure: NodeJS.ErrnoException | undefined
  upstream.once('error', (error) => {
    failure = error
  })
  const settle = (): void => {
    clearTimeout(limit)
    client.off('close', hangUp)
    upstream.off('close', closed)
    signal.removeEventListener('abort', giveUp)
  }
  const closed = (): void => {
    settle()
    if (failure === undefined)
      lease.release() // The client went away first.
    else if (failure.code !== undefined && ownFaults.has(failure.code)) {
      warn(failure)
      lease.release()
      client.resetAndDestroy()
    } else {
      lease.failed()
      attempt(trial, tried)
    }
  }
  /** The last one that there is may be too busy to take clients at once, and is waited for as if there were no proxy. */
  const late = (): void => {
    if (!upstream.connecting) return
    const other = choose(tried)
    if (other !== undefined) {
      settle()
      upstream.destroy()
      lease.failed()
      connectTo(other, trial, tried)
    } else if (signal.aborted) giveUp()
    else signal.addEventListener('abort', giveUp)
  }
  // When this process has stood still for longer than the limit, the answer is there and not seen yet: first that is looked for.
  const limit = setTimeout(() => setImmediate(late), connectLimitMs)
  client.once('close', hangUp)
  upstream.once('close', closed)
  upstream.once('connect', () => {
    settle()
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
