import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { until } from '../../effects/real/testdata/until.ts'
import { portServerSuite } from '../mesh/port-server.suite.ts'
import { type Choose, connectLimitMs, type Flow } from '../mesh/port-server.ts'
import { createPortServer, type PortServerOptions } from './port-server.ts'
import { createTestLog, dial, freePort, leaseOf, listening, never, readAll, serve } from './testdata/programs.ts'

portServerSuite('real', (context) => ({
  server: createPortServer({ address: '127.0.0.1', log: createTestLog() }),
  freePort,
  startTask: async (name) => ({
    host: '127.0.0.1',
    port: await serve(context, (socket) => socket.resume().write(name) && socket.on('end', () => socket.end())),
  }),
  nowhere: async () => ({ host: '127.0.0.1', port: await freePort() }),
  connect: (port) =>
    new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' })
      context.after(() => socket.destroy())
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'reset'))
      socket.once('data', (name) => {
        const client = { task: String(name), isOpen: true, close: () => void socket.end() }
        socket.once('end', () => (client.isOpen = false))
        resolve(client)
      })
    }),
  async occupy(port) {
    const server = createServer()
    await listening(server, port)
    return async () => {
      server.close()
      await once(server, 'close')
    }
  },
  until,
  settle: (work) => work,
}))

/** A program that stands still, with as many clients waiting as its kernel lets wait. */
async function startBusyTask(context: TestContext): Promise<{ readonly port: number; readonly goOn: () => void }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'testdata/one-at-a-time.ts')], { stdio: ['ignore', 'pipe', 'inherit'] })
  context.after(() => child.kill('SIGKILL'))
  let said = ''
  child.stdout.on('data', (text) => (said += text))
  await until('it listens', () => /port \d+/.test(said))
  const port = Number(/port (\d+)/.exec(said)?.[1])
  child.kill('SIGSTOP')
  const waiting = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => {}))
  context.after(() => waiting.forEach((socket) => void socket.destroy()))
  await until('some wait', () => waiting.some(({ connecting }) => !connecting))
  return { port, goOn: () => child.kill('SIGCONT') }
}

/** A published port in front of whatever is chosen. */
async function publish(context: TestContext, choose: Choose, options: Partial<PortServerOptions> = {}): Promise<number> {
  const port = await freePort()
  const server = createPortServer({ address: '127.0.0.1', log: createTestLog(), ...options })
  const listener = await server.listen({ protocol: 'TCP', publishedPort: port }, choose, never)
  context.after(() => listener.close())
  return port
}

test('a client that has said all gets the whole answer, and its end', async (context) => {
  const task = await serve(context, async (socket) => socket.end(`you said ${await readAll(socket)}`))
  const client = await dial(context, await publish(context, () => leaseOf(task)))
  client.end('all that I have to say')
  assert.equal(String(await readAll(client)), 'you said all that I have to say')
})

test('a task that has said all still hears its client to the end', async (context) => {
  let heard: Buffer | undefined
  const task = await serve(context, async (socket) => {
    socket.end('only this')
    heard = await readAll(socket)
  })
  const client = await dial(context, await publish(context, () => leaseOf(task)))
  assert.equal(String(await readAll(client)), 'only this')
  client.write('and ')
  client.end('then that')
  await until('the task has heard all', () => heard?.toString() === 'and then that')
})

test('what breaks on one side is reset on the other', async (context) => {
  const sockets: Socket[] = []
  const task = await serve(context, (socket) => void sockets.push(socket.resume()))
  const port = await publish(context, () => leaseOf(task))
  const first = await dial(context, port)
  await until('the task has it', () => sockets.length === 1)
  sockets[0]?.resetAndDestroy()
  first.resume()
  await until('the client sees it', () => first.closed)
  assert.match(String(first.errored), /ECONNRESET/)

  const second = await dial(context, port)
  await until('the task has it', () => sockets.length === 2)
  second.resetAndDestroy()
  await until('the task sees it', () => sockets[1]?.closed === true)
  assert.match(String(sockets[1]?.errored), /ECONNRESET/)
})

test('2,000 connections at once are each carried to its own end', async (context) => {
  const task = await serve(context, (socket) => void socket.pipe(socket))
  let open = 0
  const port = await publish(context, () => leaseOf(task, { opened: () => (open += 1), release: () => (open -= 1) }))
  const clients: Socket[] = []
  for (let batch = 0; batch < 20; batch++) clients.push(...(await Promise.all(Array.from({ length: 100 }, () => dial(context, port)))))
  await until('all are connected', () => open === 2_000)
  const answers = await Promise.all(
    clients.map(async (client, at) => {
      client.end(`client ${at}`)
      return String(await readAll(client))
    }),
  )
  assert.deepEqual(
    answers,
    clients.map((_, at) => `client ${at}`),
  )
  await until('all have ended', () => open === 0)
})

test('a reader that stops does not make the proxy remember: the task has to wait', async (context) => {
  const piece = Buffer.alloc(64 * 1024, 'kit')
  const pieces = 1_600 // 100 MiB
  let written = 0
  const digest = createHash('sha256')
  const task = await serve(context, async (socket) => {
    for (; written < pieces; written++) {
      digest.update(piece)
      if (!socket.write(piece)) await once(socket, 'drain')
    }
    socket.end()
  })
  const flows: Flow[] = []
  const client = await dial(context, await publish(context, () => leaseOf(task, { opened: (flow) => flows.push(flow) })))
  client.pause()
  // Kernels take some MiB on the way (4 socket buffers); the proxy itself nothing worth speaking of.
  let before = -1
  await until('the task waits', () => {
    const stands = written === before && flows[0]?.idleMs() !== undefined && flows[0].idleMs() > 200
    before = written
    return stands
  })
  assert.ok(written < pieces / 2, `${written} of ${pieces} pieces were taken`)
  assert.equal(flows[0]?.state(), 'Answering')
  const seen = createHash('sha256')
  for await (const chunk of client) seen.update(chunk)
  assert.equal(seen.digest('hex'), digest.digest('hex'))
  assert.equal(written, pieces)
})

test('the second time a flow is closed it does not wait for a client that takes nothing', async (context) => {
  const task = await serve(context, (socket) => {
    const write = (): void => {
      while (socket.write(Buffer.alloc(64 * 1024)));
    }
    socket.on('drain', write)
    write()
  })
  const [flows, said]: [Flow[], string[]] = [[], []]
  const port = await publish(context, () => leaseOf(task, { opened: (flow) => flows.push(flow), release: () => said.push('released') }))
  const client = await dial(context, port)
  client.pause()
  await until('its buffers are full', () => flows[0]?.state() === 'Answering' && flows[0].idleMs() > 200)
  flows[0]?.close()
  assert.deepEqual(said, [])
  flows[0]?.close()
  await until('it is gone', () => said.length === 1)
})

test('a task that does not answer is given up for the next', async (context) => {
  const task = await serve(context, (socket) => void socket.end('here'))
  const failed: string[] = []
  // TEST-NET-1 (RFC 5737): nobody answers, or the network says at once that there is no way there.
  const choose: Choose = (tried) =>
    tried.length === 0 ? leaseOf(9, { host: '192.0.2.1', task: 'far', failed: () => failed.push('far') }) : leaseOf(task)
  const client = await dial(context, await publish(context, choose))
  assert.equal(String(await readAll(client)), 'here')
  assert.deepEqual(failed, ['far'])
})

test('a task that answered while the daemon stood still has answered', async (context) => {
  const task = await serve(context, (socket) => void socket.end('here'))
  let [chosen, failed] = [0, 0]
  const standStill = (): void => {
    for (const untilMs = performance.now() + 2 * connectLimitMs; performance.now() < untilMs; );
  }
  const choose: Choose = (tried) => {
    chosen += 1
    setImmediate(standStill) // After the events of this turn, of which the connection is not one yet.
    return tried.length === 0 ? leaseOf(task, { failed: () => (failed += 1) }) : undefined
  }
  const client = await dial(context, await publish(context, choose))
  assert.equal(String(await readAll(client)), 'here')
  assert.deepEqual([chosen, failed], [1, 0])
})

test('the only task, when it is too busy to take clients, is waited for', async (context) => {
  const busy = await startBusyTask(context)
  const asked: (readonly string[])[] = []
  const choose: Choose = (tried) => {
    asked.push(tried)
    return tried.length === 0 ? leaseOf(busy.port, { task: 'busy' }) : undefined
  }
  const client = await dial(context, await publish(context, choose))
  await until('another one is looked for', () => asked.length === 2)
  assert.deepEqual(asked, [[], ['busy']])
  busy.goOn()
  assert.equal(String(await readAll(client)), 'here')
})

test('a client that waits for a busy task is turned away when the port is published no more', async (context) => {
  const busy = await startBusyTask(context)
  const asked: (readonly string[])[] = []
  const stopper = new AbortController()
  const publishedPort = await freePort()
  const listener = await createPortServer({ address: '127.0.0.1', log: createTestLog() }).listen(
    { protocol: 'TCP', publishedPort },
    (tried) => {
      asked.push(tried)
      return tried.length === 0 ? leaseOf(busy.port) : undefined
    },
    stopper.signal,
  )
  const client = await dial(context, publishedPort)
  await until('another one is looked for', () => asked.length === 2)
  listener.close()
  stopper.abort()
  await until('it is turned away', () => client.closed)
  assert.match(String(client.errored), /ECONNRESET/)
})

test('clients that go away while they are being connected are nobody’s failure, and no lease of theirs stays', async (context) => {
  let [failed, chosen, released] = [0, 0, 0]
  const task = await serve(context, (socket) => void socket.resume().on('end', () => socket.end()))
  const port = await publish(context, () => {
    chosen += 1
    return leaseOf(task, { failed: () => (failed += 1), release: () => (released += 1) })
  })
  for (let turn = 0; turn < 50; turn++) {
    const client = await dial(context, port)
    if (turn % 2 === 0) client.resetAndDestroy()
    else client.destroy()
  }
  const last = await dial(context, port)
  await until('the last one is served', () => chosen > 0 && chosen - released <= 1)
  last.destroy()
  await until('all leases have ended', () => released === chosen)
  assert.equal(failed, 0)
})

test('clients beyond the limit are reset, which is said once; when one leaves, the next is served', async (context) => {
  const log = createTestLog()
  const task = await serve(context, (socket) => void socket.pipe(socket))
  let released = 0
  const port = await publish(context, () => leaseOf(task, { release: () => (released += 1) }), { maxConnections: 2, log })
  const [first, second] = [await dial(context, port), await dial(context, port)]
  for (const client of [first, second]) {
    client.write('x')
    await once(client, 'data')
  }
  for (let turn = 0; turn < 3; turn++) {
    const refused = connect(port, '127.0.0.1').on('error', () => {})
    await until('it is turned away', () => refused.closed)
  }
  assert.deepEqual(log.warnings, ['Too many connections to published ports; turning clients away'])
  first.end()
  await until('it has left', () => released === 1)
  const third = await dial(context, port)
  third.end('served')
  assert.equal(String(await readAll(third)), 'served')
})

test('the task learns who its client is, when it wants to', async (context) => {
  const task = await serve(context, async (socket) => socket.end((await readAll(socket)).toString('hex')))
  const port = await publish(context, () => leaseOf(task, { proxyProtocol: 'V2' }))
  const client = await dial(context, port)
  const hex = (value: number): string => value.toString(16).padStart(4, '0')
  const expected = `0d0a0d0a000d0a515549540a2111000c7f0000017f000001${hex(client.localPort ?? 0)}${hex(port)}`
  client.end('hello')
  assert.equal(String(await readAll(client)), `${expected}${Buffer.from('hello').toString('hex')}`)
})

test('an address that the machine does not have, and a port without the right to it, are said with a remedy', async () => {
  const log = createTestLog()
  const port = { protocol: 'TCP', publishedPort: await freePort() } as const
  await assert.rejects(
    createPortServer({ address: '192.0.2.1', log }).listen(port, () => undefined, never),
    /--publish-address/,
  )
  if (process.getuid?.() === 0) return // Root may open any port.
  await assert.rejects(
    createPortServer({ address: '127.0.0.1', log }).listen({ ...port, publishedPort: 1 }, () => undefined, never),
    /CAP_NET_BIND_SERVICE/,
  )
})
