// Where a program of a test may listen.

import { once } from 'node:events'
import { createServer } from 'node:net'

/** A TCP port of `host` on which nobody listened a moment ago. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('a TCP server has a port')
  return address.port
}

/** The same as `HOST:PORT`. */
export async function freeAddress(host = '127.0.0.1'): Promise<string> {
  return `${host}:${await freePort(host)}`
}
