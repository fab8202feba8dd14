// One published UDP port. UDP has no connections: what one client address and port sends to one listener is an
// association, which stays with the task that its first datagram was given to until it has been silent for long
// enough, or until the task is to get nothing new. Datagrams are never queued beyond the time that it takes to open a
// socket: where there is no room they are dropped, as any network does.

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Log } from '../../effects/effects.ts'
import type { Choose, Lease, Listener, ListenPort } from '../mesh/port-server.ts'
import type { Budget } from './budget.ts'
import { listenProblem } from './listen-problem.ts'
import { occasionally } from './occasionally.ts'

export interface UdpPort {
  readonly address: string
  readonly port: ListenPort
  readonly choose: Choose
  readonly budget: Budget
  readonly unansweredMs: number
  readonly answeredMs: number
  readonly log: Log
}

/** Datagrams of one client that wait for its socket to be open. */
const maxWaiting = 16

export function listenUdp(options: UdpPort, signal: AbortSignal): Promise<Listener> {
  const { address, port, log } = options
  const socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4' })
  return new Promise((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close()
      reject(new Error(listenProblem(port, address, error.code), { cause: error }))
    })
    socket.bind({ address, port: port.publishedPort, exclusive: true }, () => {
      socket.removeAllListeners('error')
      if (signal.aborted) {
        socket.close()
        return reject(signal.reason)
      }
      const associations = new Associations(options, socket)
      socket.on('error', (error) => log.warn('A published port had an error', { port: port.publishedPort, error }))
      socket.on('message', (datagram, from) => associations.receive(datagram, from))
      resolve({
        close() {
          associations.closeAll()
          socket.close()
        },
      })
    })
  })
}

class Associations {
  readonly #options: UdpPort
  readonly #socket: Socket
  readonly #warn: (error: unknown) => void
  readonly #current = new Map<string, Association>()
  /** Those that still carry answers, but get no more from their client, too. */
  readonly #all = new Set<Association>()

  constructor(options: UdpPort, socket: Socket) {
    this.#options = options
    this.#socket = socket
    this.#warn = occasionally((error) => options.log.warn('Could not carry datagrams', { port: options.port.publishedPort, error }))
  }

  receive(datagram: Buffer, from: RemoteInfo): void {
    const key = `${from.address} ${from.port}`
    const known = this.#current.get(key)
    if (known?.isCurrent === true) known.send(datagram)
    else this.#begin(key, datagram, from, [])
  }

  closeAll(): void {
    for (const association of this.#all) association.close()
  }

  #begin(key: string, datagram: Buffer, from: RemoteInfo, tried: readonly string[]): void {
    const { budget, choose, unansweredMs, answeredMs } = this.#options
    this.#current.delete(key)
    if (!budget.take(from.address)) return
    const lease = choose(tried)
    if (lease === undefined) {
      budget.giveBack(from.address)
      return
    }
    const association: Association = new Association(lease, {
      unansweredMs,
      answeredMs,
      warn: this.#warn,
      answer: (answer) => this.#socket.send(answer, from.port, from.address, (error) => error !== null && this.#warn(error)),
      ended: (refused) => {
        budget.giveBack(from.address)
        this.#all.delete(association)
        if (this.#current.get(key) !== association) return
        this.#current.delete(key)
        if (refused !== undefined) this.#begin(key, refused, from, [...tried, lease.task])
      },
    })
    this.#all.add(association)
    this.#current.set(key, association)
    association.send(datagram)
  }
}

interface AssociationDeps {
  readonly unansweredMs: number
  readonly answeredMs: number
  readonly warn: (error: unknown) => void
  readonly answer: (datagram: Buffer) => void
  /** Called once; with the last datagram when the task does not listen and has never answered. */
  readonly ended: (refused: Buffer | undefined) => void
}

class Association {
  readonly #lease: Lease
  readonly #deps: AssociationDeps
  readonly #socket: Socket
  #timer: NodeJS.Timeout
  /** `undefined` once the socket is open. */
  #waiting: Buffer[] | undefined = []
  #last: Buffer | undefined
  #lastMs = performance.now()
  #isAnswered = false
  #isClosed = false

  constructor(lease: Lease, deps: AssociationDeps) {
    this.#lease = lease
    this.#deps = deps
    this.#timer = setTimeout(() => this.close(), deps.unansweredMs)
    this.#socket = createSocket({ type: isIPv6(lease.host) ? 'udp6' : 'udp4' })
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(error))
    this.#socket.on('message', (datagram) => this.#receive(datagram))
    this.#socket.connect(lease.port, lease.host, () => this.#opened())
  }

  get isCurrent(): boolean {
    return !this.#isClosed && this.#lease.isCurrent()
  }

  send(datagram: Buffer): void {
    this.#touch()
    if (!this.#isAnswered) this.#last = datagram
    if (this.#waiting === undefined) this.#socket.send(datagram, (error) => error !== null && this.#fail(error))
    else if (this.#waiting.length < maxWaiting) this.#waiting.push(datagram)
  }

  close(): void {
    this.#end(() => this.#lease.release(), undefined)
  }

  #opened(): void {
    if (this.#isClosed) return
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    this.#lease.opened({ idleMs: () => performance.now() - this.#lastMs, state: () => 'AtRest', close: () => this.close() })
    if (this.#isClosed) return
    for (const datagram of waiting) this.send(datagram)
  }

  #receive(datagram: Buffer): void {
    if (!this.#isAnswered) {
      this.#isAnswered = true
      this.#last = undefined
      this.#lease.answered()
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => this.close(), this.#deps.answeredMs)
    }
    this.#touch()
    this.#deps.answer(datagram)
  }

  /** ECONNREFUSED is how a machine says that nobody listens on a port of it; a datagram that is too large is only lost. */
  #fail(error: NodeJS.ErrnoException): void {
    if (error.code === 'EMSGSIZE') return
    if (error.code === 'ECONNREFUSED') this.#end(() => this.#lease.failed(), this.#last)
    else {
      this.#deps.warn(error)
      this.close()
    }
  }

  #end(giveBack: () => void, refused: Buffer | undefined): void {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#socket.close()
    giveBack()
    this.#deps.ended(refused)
  }

  #touch(): void {
    this.#lastMs = performance.now()
    this.#timer.refresh()
  }
}
