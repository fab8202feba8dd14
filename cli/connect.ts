// The client of a daemon on this machine.

import { localAdmin } from '../api/request.ts'
import type { Client } from '../client/client.ts'
import { connectSocket } from '../client/http/http.ts'
import { createClient } from '../client/rest.ts'
import type { Clock } from '../effects/effects.ts'

export interface Connection {
  readonly client: Client
  /** Lets the program end: connections are kept open for the next request until then. */
  close(): void
}

export function connect(socket: string, clock: Clock, onWarning: (text: string) => void = () => {}): Connection {
  const { handle, close } = connectSocket(socket)
  return { client: createClient({ handle, clock, identity: localAdmin, name: 'kit', onWarning }), close }
}
