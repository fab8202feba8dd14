import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { until } from '../../effects/real/testdata/until.ts'
import type { Choose, Flow, Listener } from '../mesh/port-server.ts'
import { createPortServer, type PortServerOptions } from './port-server.ts'
import { createTestLog, leaseOf, never } from './testdata/programs.ts'

/** A socket on loopback that notes what it receives. */
async function open(context: TestContext, onMessage: (text: string, answer: (text: string) => void) => void = () => {}) {
  const socket = createSocket('udp4')
  const heard: string[] = []
  socket.on('message', (message, from) => {
    heard.push(String(message))
    onMessage(String(message), (text) => socket.send(text, from.port, from.address))
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  context.after(() => close(socket))
  return { socket, heard, port: socket.address().port }
}

function close(socket: Socket): void {
  try {
    socket.close()
  } catch {
    // A test closed it.
  }
}

/** A task that answers with its name. */
function echo(context: TestContext, name: string) {
  return open(context, (text, answer) => answer(`${name} ${text}`))
}

async function freeUdpPort(context: TestContext): Promise<number> {
  const { socket, port } = await open(context)
  socket.close()
  await once(socket, 'close')
  return port
}

async function publish(context: TestContext, choose: Choose, options: Partial<PortServerOptions> = {}) {
  const port = await freeUdpPort(context)
  const server = createPortServer({ address: '127.0.0.1', log: createTestLog(), ...options })
  const listener: Listener = await server.listen({ protocol: 'UDP', publishedPort: port }, choose, never)
  let isClosed = false
  const close = (): void => {
    if (!isClosed) listener.close()
    isClosed = true
  }
  context.after(close)
  return { port, close }
}

test('each client keeps the task of its first datagram, and gets its answers', async (context) => {
  const tasks = [await echo(context, 'a'), await echo(context, 'b')]
  let turn = 0
  const { port } = await publish(context, () => leaseOf(tasks[turn++ % 2]?.port ?? 0))
  const clients = [await open(context), await open(context)]
  for (let round = 1; round <= 3; round++) {
    for (const { socket } of clients) socket.send(`${round}`, port, '127.0.0.1')
    await until('the answers', () => clients.every(({ heard }) => heard.length === round))
  }
  assert.deepEqual(
    clients.map(({ heard }) => heard),
    [
      ['a 1', 'a 2', 'a 3'],
      ['b 1', 'b 2', 'b 3'],
    ],
  )
})

test('once a task is to get nothing new, its clients go on with another, and its last answers still arrive', async (context) => {
  let late: ((text: string) => void) | undefined
  const [a, b] = [await open(context, (_, answer) => (late = answer)), await echo(context, 'b')]
  let isCurrent = true
  const { port } = await publish(context, () => (isCurrent ? leaseOf(a.port, { isCurrent: () => isCurrent }) : leaseOf(b.port)))
  const client = await open(context)
  client.socket.send('one', port, '127.0.0.1')
  await until('the task has it', () => a.heard.length === 1)
  isCurrent = false
  client.socket.send('two', port, '127.0.0.1')
  await until('the other answers', () => client.heard.includes('b two'))
  late?.('a one')
  await until('the last answer', () => client.heard.includes('a one'))
  assert.deepEqual(a.heard, ['one'])
})

test('a datagram for a port that nobody listens on goes to the next task', async (context) => {
  const [dead, b] = [await freeUdpPort(context), await echo(context, 'b')]
  const failed: string[] = []
  const { port } = await publish(context, (tried) =>
    tried.length === 0 ? leaseOf(dead, { task: 'dead', failed: () => failed.push('dead') }) : leaseOf(b.port),
  )
  const client = await open(context)
  client.socket.send('hello', port, '127.0.0.1')
  await until('the answer', () => client.heard.includes('b hello'))
  assert.deepEqual(failed, ['dead'])
})

test('an association ends when nothing was said for long enough, and sooner while there was no answer', async (context) => {
  const [mute, talks] = [await open(context), await echo(context, 'a')]
  const released: string[] = []
  let turn = 0
  const choose: Choose = () => {
    turn += 1
    return turn === 1
      ? leaseOf(mute.port, { release: () => released.push('mute') })
      : leaseOf(talks.port, { release: () => released.push('talks') })
  }
  const { port } = await publish(context, choose, { unansweredMs: 100, answeredMs: 400 })
  const clients = [await open(context), await open(context)]
  clients[0]?.socket.send('x', port, '127.0.0.1')
  await until('the first has its task', () => turn === 1)
  clients[1]?.socket.send('x', port, '127.0.0.1')
  await until('both have ended', () => released.length === 2)
  assert.deepEqual(released, ['mute', 'talks'])
})

test('clients beyond the limits are dropped, which is said once', async (context) => {
  const log = createTestLog()
  const task = await echo(context, 'a')
  let chosen = 0
  const choose: Choose = () => {
    chosen += 1
    return leaseOf(task.port)
  }
  const { port } = await publish(context, choose, { maxAssociationsPerClient: 2, log })
  const clients = [await open(context), await open(context), await open(context), await open(context)]
  for (const { socket } of clients) socket.send('x', port, '127.0.0.1')
  await until(
    'two are answered and the rest seen',
    () => clients.filter(({ heard }) => heard.length === 1).length === 2 && log.warnings.length === 1,
  )
  assert.equal(chosen, 2)
  assert.deepEqual(log.warnings, ['Too many UDP clients of published ports; dropping datagrams'])
})

test('a flow that is closed, and a port that is closed, end their associations', async (context) => {
  const task = await echo(context, 'a')
  const flows: Flow[] = []
  let open_ = 0
  const choose: Choose = () => {
    open_ += 1
    return leaseOf(task.port, { opened: (flow) => flows.push(flow), release: () => (open_ -= 1) })
  }
  const { port, close: closePort } = await publish(context, choose)
  const client = await open(context)
  client.socket.send('x', port, '127.0.0.1')
  await until('the answer', () => client.heard.length === 1)
  flows[0]?.close()
  assert.equal(open_, 0)
  client.socket.send('y', port, '127.0.0.1')
  await until('the answer', () => client.heard.length === 2)
  closePort()
  assert.equal(open_, 0)
})

test('echo of 10,000 datagrams', async (context) => {
  const task = await echo(context, 'a')
  const { port } = await publish(context, () => leaseOf(task.port))
  const client = await open(context)
  const sent = 10_000
  // Few at a time: what is under test is the relay, not the buffers of the kernel.
  for (let at = 0; at < sent; at += 20) {
    for (let one = at; one < at + 20; one++) client.socket.send(`${one}`, port, '127.0.0.1')
    await until('the answers', () => client.heard.length >= at + 20)
  }
  assert.equal(new Set(client.heard).size, sent)
})
