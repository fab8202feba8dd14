// A port server in front of an echo program, as a program of its own: a test gives it few file descriptors.

import { createServer } from 'node:net'
import { createPortServer } from '../port-server.ts'
import { freePort, leaseOf, listening, never, portOf } from './programs.ts'

const echo = createServer((socket) => void socket.on('error', () => {}).pipe(socket))
await listening(echo)
const warn = (message: string): void => console.log(message)
const server = createPortServer({ address: '127.0.0.1', log: { debug() {}, info() {}, warn, error: warn } })
const publishedPort = await freePort()
await server.listen({ protocol: 'TCP', publishedPort }, () => leaseOf(portOf(echo)), never)
console.log(`port ${publishedPort}`)
