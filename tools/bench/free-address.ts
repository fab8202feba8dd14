import { once } from 'node:events'
import { createServer } from 'node:net'

/** host:port that nobody listens on now. */
export async function freeAddress(host: string): Promise<string> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return `${host}:${typeof address === 'object' ? address?.port : 0}`
}
