// A program that lets hardly any client wait, as simple servers do.

import { once } from 'node:events'
import { createServer } from 'node:net'
import { portOf } from './programs.ts'

const server = createServer((socket) => void socket.on('error', () => {}).end('here'))
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 })
await once(server, 'listening')
console.log(`port ${portOf(server)}`)
