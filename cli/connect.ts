// The client of a daemon: of this machine by its socket, of another by a context.

import { localAdmin } from '../api/request.ts'
import type { Client } from '../client/client.ts'
import { connectSocket, type HttpConnection } from '../client/http/http.ts'
import { createClient } from '../client/rest.ts'
import type { Clock } from '../effects/effects.ts'
import type { Target } from './target.ts'

export interface Connection {
  readonly client: Client
  /** Lets the program end: connections are kept open for the next request until then. */
  close(): void
}

export function connect(socket: string, clock: Clock, onWarning: (text: string) => void = () => {}): Connection {
  return clientOver(connectSocket(socket), clock, onWarning)
}

export async function connectTarget(target: Target, clock: Clock, onWarning: (text: string) => void): Promise<Connection> {
  if (target.context === undefined) return connect(target.socket, clock, onWarning)
  const { connectRemote } = await import('../client/http/remote.ts')
  return clientOver(connectRemote(target.remote), clock, onWarning)
}

/** Who we are the daemon finds out: it does not ask us. */
function clientOver({ handle, close }: HttpConnection, clock: Clock, onWarning: (text: string) => void): Connection {
  return { client: createClient({ handle, clock, identity: localAdmin, name: 'kit', onWarning }), close }
}
