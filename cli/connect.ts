// The client of a daemon: of this machine by its socket, of another by a context.

import { type Handle, localAdmin } from '../api/request.ts'
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

/** @param isStale reads are content with what the manager has, however old. */
export async function connectTarget(
  target: Target,
  clock: Clock,
  isStale: boolean,
  onWarning: (text: string) => void,
): Promise<Connection> {
  const connection =
    target.context === undefined ? connectSocket(target.socket) : (await import('../client/http/remote.ts')).connectRemote(target.remote)
  return clientOver(isStale ? { ...connection, handle: stale(connection.handle) } : connection, clock, onWarning)
}

/** As Kubernetes has it: version 0 is any. */
function stale(handle: Handle): Handle {
  return (request) =>
    request.method === 'GET' && (request.query['resourceVersion'] ?? '') === ''
      ? handle({ ...request, query: { ...request.query, resourceVersion: '0' } })
      : handle(request)
}

/** Who we are the daemon finds out: it does not ask us. */
function clientOver({ handle, close }: HttpConnection, clock: Clock, onWarning: (text: string) => void): Connection {
  return { client: createClient({ handle, clock, identity: localAdmin, name: 'kit', onWarning }), close }
}
