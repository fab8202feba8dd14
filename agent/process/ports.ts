// Free ports of the node for tasks that serve a target port.

import { createServer } from 'node:net'

/** Below the ranges from which systems take ports for outgoing connections, which would come and go at any moment. */
const firstPort = 20_000
const portCount = 10_000
const maxAttempts = 200

/** Ports that nobody listens on and `isTaken` does not know, one for each of `count`. */
export async function findFreePorts(count: number, isTaken: (port: number) => boolean, random: () => number): Promise<readonly number[]> {
  const found: number[] = []
  for (let attempt = 0; found.length < count && attempt < maxAttempts + count; attempt += 1) {
    const port = firstPort + Math.floor(random() * portCount)
    if (!isTaken(port) && !found.includes(port) && (await isFree(port, '127.0.0.1')) && (await isFree(port, '0.0.0.0'))) found.push(port)
  }
  if (found.length < count)
    throw new Error(`found ${found.length} of ${count} free ports between ${firstPort} and ${firstPort + portCount - 1}`)
  return found
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
