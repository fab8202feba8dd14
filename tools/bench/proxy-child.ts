// The other programs of the proxy benchmark, each a process of its own, as in production: `backend` answers every
// request with 60 bytes, or without end when asked for /stream; `kit PORT` is a published port in front of it.
// Each says the port that it listens on, the backend also the length of an answer.

import { createServer, type Socket } from 'node:net'
import { createPortServer } from '../../agent/proxy/port-server.ts'
import { freePort } from '../../e2e/free-address.ts'

const [role, target = ''] = process.argv.slice(2)
const body = 'x'.repeat(60)
const answer = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
const endOfRequest = '\r\n\r\n'
const piece = Buffer.alloc(256 * 1024)

if (role === 'backend') {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {})
    socket.on('data', (request) => {
      if (request.includes('/stream')) return stream(socket)
      const count = request.toString('latin1').split(endOfRequest).length - 1
      for (let at = 0; at < count; at++) socket.write(answer)
    })
  })
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1_024 }, () => console.log(portOf(server.address()), answer.length))
} else {
  const log = { debug() {}, info() {}, warn: console.error, error: console.error }
  const publishedPort = await freePort()
  const lease = { task: 'backend', host: '127.0.0.1', port: Number(target), isCurrent: () => true }
  const choose = () => ({ ...lease, opened() {}, answered() {}, failed() {}, release() {} })
  await createPortServer({ address: '127.0.0.1', log }).listen({ protocol: 'TCP', publishedPort }, choose, new AbortController().signal)
  console.log(publishedPort)
}

function stream(socket: Socket): void {
  while (!socket.destroyed && socket.write(piece));
  socket.once('drain', () => stream(socket))
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('it does not listen')
  return address.port
}
