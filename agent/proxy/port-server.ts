// The published ports of a node as sockets: TCP connections and UDP associations, carried in user space between
// clients and tasks. What they say is neither read nor logged. Which task a client gets is asked of
// `agent/mesh`; read tcp.ts next.

import type { Log } from '../../effects/effects.ts'
import type { PortServer } from '../mesh/port-server.ts'
import { Budget } from './budget.ts'
import { listenTcp } from './tcp.ts'
import { listenUdp } from './udp.ts'

export interface PortServerOptions {
  /** Address of the node to listen on: `0.0.0.0`, `::` for both families, or one that the node has. */
  readonly address: string
  readonly log: Log
  readonly maxConnections?: number
  readonly maxAssociations?: number
  readonly maxAssociationsPerClient?: number
  /** A UDP association without an answer yet ends after so long without a datagram … */
  readonly unansweredMs?: number
  /** … and one with an answer after so long. */
  readonly answeredMs?: number
}

export function createPortServer(options: PortServerOptions): PortServer {
  const { address, log, unansweredMs = 30_000, answeredMs = 60_000 } = options
  const { maxConnections = 50_000, maxAssociations = 20_000, maxAssociationsPerClient = 1_024 } = options
  const connections = new Budget(maxConnections, maxConnections, 'Too many connections to published ports; turning clients away', log)
  const associations = new Budget(
    maxAssociations,
    maxAssociationsPerClient,
    'Too many UDP clients of published ports; dropping datagrams',
    log,
  )
  return {
    listen: (port, choose, signal) =>
      port.protocol === 'TCP'
        ? listenTcp({ address, port, choose, budget: connections, log }, signal)
        : listenUdp({ address, port, choose, budget: associations, unansweredMs, answeredMs, log }, signal),
  }
}
