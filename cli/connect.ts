// The client of a daemon: of this machine by its socket, of another by a context.

import { type ApiRequest, type Handle, localAdmin } from '../api/request.ts'
import type { Client } from '../client/client.ts'
import { connectSocket, type HttpConnection } from '../client/http/http.ts'
import { createClient } from '../client/rest.ts'
import type { Clock } from '../effects/effects.ts'
import { createRandom } from '../effects/real/random.ts'
import type { Target } from './target.ts'

export interface Connection {
  readonly client: Client
  /** Lets the program end: connections are kept open for the next request until then. */
  close(): void
}

export function connect(socket: string, clock: Clock, onWarning: (text: string) => void = () => {}): Connection {
  return clientOver(connectSocket(socket), clock, onWarning)
}

export interface ConnectOptions {
  /** Reads are content with what the manager has, however old. */
  readonly isStale: boolean
  /** Hears of each request before it is sent. */
  readonly onRequest?: (request: ApiRequest) => void
}

export async function connectTarget(
  target: Target,
  clock: Clock,
  { isStale, onRequest }: ConnectOptions,
  onWarning: (text: string) => void,
): Promise<Connection> {
  const connection =
    target.context === undefined
      ? connectSocket(target.socket, target.others)
      : (await import('../client/http/remote.ts')).connectRemote(target.remote)
  const told = onRequest === undefined ? connection.handle : announced(connection.handle, onRequest)
  return clientOver({ ...connection, handle: isStale ? stale(told) : told }, clock, onWarning)
}

/** As Kubernetes has it: version 0 is any. */
function stale(handle: Handle): Handle {
  return (request) =>
    request.method === 'GET' && (request.query['resourceVersion'] ?? '') === ''
      ? handle({ ...request, query: { ...request.query, resourceVersion: '0' } })
      : handle(request)
}

function announced(handle: Handle, onRequest: (request: ApiRequest) => void): Handle {
  return (request) => {
    onRequest(request)
    return handle(request)
  }
}

/** Who we are the daemon finds out: it does not ask us. */
function clientOver({ handle, close }: HttpConnection, clock: Clock, onWarning: (text: string) => void): Connection {
  return { client: createClient({ handle, clock, random: createRandom(), identity: localAdmin, name: 'kit', onWarning }), close }
}
