// Published ports, as clients see them: every task answers in turn, an update or a smaller scale drops no
// request, a port that is taken is said and served once it is free.

import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { Cluster, eventually } from './cluster.ts'
import { ask, askConstantly } from './requests.ts'

const cluster = new Cluster()
before(() => cluster.kit('up'))
after(() => cluster.remove())

/** Answers with the task's name and a version, and exits at once when it is told to stop. */
const web = (version: string): string => `
const reply = process.env.TASK + ' ${version}'
require('node:http').createServer((request, response) => setTimeout(() => response.end(reply), 5)).listen(process.env.PORT)
process.on('SIGTERM', () => process.exit(0))`

/** Running counts from when the program listens. */
const health = `
    healthcheck:
      test: [CMD, node, -e, "require('node:net').connect(process.env.PORT).on('connect', () => process.exit(0)).on('error', () => process.exit(1))"]
      interval: 1s
      start_interval: 50ms
      start_period: 10s`

const service = (name: string, script: string, ports: string, replicas: number, check = health): string => `
name: net
services:
  ${name}:
    image: node:24-alpine
    environment: { TASK: "{{.Task.Name}}" }
    command: [node, -e, ${JSON.stringify(script)}]
    ports: [${ports}]${check}
    deploy:
      replicas: ${replicas}
      update_config: { parallelism: 1, delay: 0s, monitor: 200ms }
`
const apply = (text: string): Promise<string> => cluster.kit('apply', '-f', cluster.file('net.yml', text))
const published = async (name: string): Promise<number> =>
  Number(await cluster.kit('get', 'service', `net_${name}`, '-o', 'jsonpath={.status.endpoint.ports[0].publishedPort}'))

async function takenPort(): Promise<{ readonly port: number; readonly holder: Server }> {
  const holder = createServer().listen(0, '0.0.0.0')
  await once(holder, 'listening')
  const address = holder.address()
  assert.ok(typeof address === 'object' && address !== null)
  return { port: address.port, holder }
}

test('every task answers in turn, and describe says who serves what', async () => {
  await apply(service('web', web('blue'), '{ target: 8080 }', 3))
  const port = await published('web')
  const answers = []
  for (let at = 0; at < 9; at++) answers.push(await ask(port))
  const counts = Map.groupBy(answers, (answer) => answer)
  assert.deepEqual(
    [...counts.values()].map(({ length }) => length),
    [3, 3, 3],
    answers.join('\n'),
  )
  const text = await cluster.kit('describe', 'service/net_web')
  const [, lines = ''] = /Endpoints:\n((?: {2}.*\n)+)/.exec(text) ?? []
  assert.match(lines, /PORT +TARGET +TASK +NODE +ADDRESS/)
  for (const { metadata } of await cluster.tasks('net_web'))
    assert.match(lines, new RegExp(`${port}/tcp +8080/tcp +${metadata.name} +node-1 +127\\.0\\.0\\.1:\\d+`))
})

test('a rolling update, and then a smaller scale, drop no request', async () => {
  const port = await published('web')
  const requests = askConstantly(port, 8)
  await apply(service('web', web('green'), '{ target: 8080 }', 3))
  await eventually(() => assert.match(requests.answers.at(-1) ?? '', /green/))
  await cluster.kit('scale', 'service/net_web=1')
  await requests.stop()
  const { answers, failures } = requests
  assert.deepEqual(failures, [], `${failures.length} of ${answers.length + failures.length} requests failed`)
  assert.ok(answers.some((answer) => answer.endsWith('blue')) && answers.some((answer) => answer.endsWith('green')))
  assert.equal(await ask(port).then((answer) => answer.split(' ')[1]), 'green')
})

test('a request that waits for its answer gets it before its task is told to stop', async () => {
  const slow = `
require('node:http').createServer((request, response) => setTimeout(() => response.end('late'), 2000)).listen(process.env.PORT)
process.on('SIGTERM', () => process.exit(0))`
  await apply(service('slow', slow, '{ target: 8080 }', 1))
  const port = await published('slow')
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  const scaled = cluster.kit('scale', 'service/net_slow=0')
  let text = ''
  for await (const chunk of socket.setEncoding('utf8')) text += chunk
  assert.match(text, /200 OK[\s\S]*late/)
  await scaled
})

test('a port without a task that runs turns clients away at once', async () => {
  const port = await published('slow')
  await assert.rejects(ask(port), /ECONNRESET|socket hang up/)
  assert.match(await cluster.kit('describe', 'service/net_slow'), /Endpoints: none: clients are turned away/)
})

test('UDP is passed on, and answers find their way back', async () => {
  const echo = `
const socket = require('node:dgram').createSocket('udp4')
socket.on('message', (message, from) => socket.send(process.env.TASK + ' ' + message, from.port, from.address)).bind(Number(process.env.PORT))`
  await apply(service('udp', echo, '{ target: 5353, protocol: udp }', 2, ''))
  const port = await published('udp')
  const askUdp = async (): Promise<string> => {
    const socket = createSocket('udp4')
    try {
      return await eventually(async () => {
        socket.send('hello', port, '127.0.0.1')
        const [message] = await once(socket, 'message', { signal: AbortSignal.timeout(1000) })
        return String(message)
      })
    } finally {
      socket.close()
    }
  }
  const answers = [await askUdp(), await askUdp(), await askUdp(), await askUdp()]
  for (const answer of answers) assert.match(answer, /^net_udp\.[12]\.\S+ hello$/)
  assert.equal(new Set(answers).size, 2, answers.join('\n'))
})

test('a task is told who connected when the port asks for it', async () => {
  const show = `
require('node:net').createServer((socket) => socket.once('data', (bytes) => socket.end(bytes.toString('hex')))).listen(process.env.PORT)`
  await apply(service('proxied', show, '{ target: 8080, x-kit-proxy-protocol: v2 }', 1))
  const socket = connect(await published('proxied'), '127.0.0.1')
  await once(socket, 'connect')
  const from = socket.localPort
  socket.write('GET')
  let text = ''
  for await (const chunk of socket.setEncoding('utf8')) text += chunk
  const header = Buffer.from(text, 'hex')
  assert.equal(header.subarray(0, 12).toString('latin1'), '\r\n\r\n\0\r\nQUIT\n')
  assert.deepEqual([...header.subarray(12, 14)], [0x21, 0x11])
  assert.equal([...header.subarray(16, 20)].join('.'), '127.0.0.1')
  assert.equal(header.readUInt16BE(24), from)
})

test('a port that something else has is said, and served as soon as it is free', async () => {
  const { port, holder } = await takenPort()
  const text = service('taken', web('late'), `{ target: 8080, published: ${port} }`, 1)
  const file = cluster.file('taken.yml', text.replace('name: net', 'name: other'))
  const waiting = await cluster.fails(5, 'apply', '-f', file, '--timeout', '4s')
  assert.match(waiting, new RegExp(`node-1: .*${port}/tcp`))
  assert.match(await cluster.kit('describe', 'service/other_taken'), new RegExp(`PortNotServed.*${port}/tcp`))
  holder.close()
  await cluster.kit('apply', '-f', file)
  assert.match(await ask(port), /late/)
})

test('two thousand clients are served at once', async () => {
  const echo = `require('node:net').createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(process.env.PORT)`
  await apply(service('echo', echo, '{ target: 8080 }', 2))
  const port = await published('echo')
  const sockets: Socket[] = []
  const open = async (): Promise<void> => {
    while (sockets.length < 2_000) {
      const socket = connect(port, '127.0.0.1')
      sockets.push(socket)
      await once(socket, 'connect')
    }
  }
  await Promise.all(Array.from({ length: 50 }, open))
  const answers = await Promise.all(
    sockets.map(async (socket, at) => {
      socket.write(`${at}`)
      const [bytes] = await once(socket, 'data')
      return String(bytes)
    }),
  )
  for (const socket of sockets) socket.destroy()
  assert.deepEqual(answers, [...answers.keys()].map(String))
})
