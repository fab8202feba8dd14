// Writes whose answers are lost: a proxy cuts them off, and managers are killed under them, the leader among them. Each write
// leaves a trace that a second time would double: a new object whose name the server makes up, and a value at the end of a
// list. `kit` asks again by itself; what it was told is there exactly once.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually, isAlive, type Outcome } from './cluster.ts'

const cluster = new Cluster()
const proxies: Server[] = []
const hosts = ['node-1', 'node-2', 'node-3'] as const
const list = '/apis/kit/v1/services/list'

before(async () => {
  await cluster.kit('up', '--managers', '3', '--executor', 'process')
  const spec = { replicas: 0, template: { command: ['true'] } }
  const file = cluster.file('list.yml', JSON.stringify({ apiVersion: 'kit/v1', kind: 'Service', metadata: { name: 'list' }, spec }))
  await cluster.kit('apply', '-f', file)
})
after(async () => {
  for (const proxy of proxies) proxy.close()
  await cluster.remove()
})

/** The arguments that make a config whose name begins so; the serial number is a label of it. */
function creation(serial: string): readonly string[] {
  const metadata = { generateName: 'made-', labels: { serial } }
  const object = { apiVersion: 'kit/v1', kind: 'Config', metadata, spec: { data: 'YQ==' } }
  return ['api', 'POST', '/apis/kit/v1/configs', '-f', cluster.file(`create-${serial}.json`, JSON.stringify(object))]
}

function addition(serial: string): readonly string[] {
  const patch = [{ op: 'add', path: '/spec/template/command/-', value: serial }]
  const file = cluster.file(`append-${serial}.json`, JSON.stringify(patch))
  return ['api', 'PATCH', list, '-H', 'content-type: application/json-patch+json', '-f', file]
}

interface Labelled {
  readonly metadata: { readonly name: string; readonly labels?: { readonly serial?: string } }
}

/** Serial numbers as often as they are there. */
async function made(): Promise<readonly string[]> {
  const { items }: { readonly items: readonly Labelled[] } = JSON.parse(await cluster.kit('api', '/apis/kit/v1/configs'))
  return items.map(({ metadata }) => metadata.labels?.serial ?? '').filter((serial) => serial !== '')
}

async function added(): Promise<readonly string[]> {
  return JSON.parse(await cluster.kit('api', list)).spec.template.command.slice(1)
}

/** The socket of a proxy before a manager. It takes the next request of each method to it, and cuts its answer off. */
async function cutter(host: string, methods: Set<string>): Promise<string> {
  const path = join(cluster.home, `cut-${proxies.length}.sock`)
  const proxy = createServer((client) => {
    const upstream = connect(join(cluster.directory, host, 'kit.sock'))
    let method = ''
    for (const socket of [client, upstream])
      socket
        .on('error', () => {})
        .on('close', () => {
          client.destroy()
          upstream.destroy()
        })
    client.on('data', (chunk) => {
      method = /^[A-Z]+(?= \/)/.exec(chunk.toString('latin1'))?.[0] ?? method
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => (methods.delete(method) ? client.destroy() : client.write(chunk)))
  })
  proxies.push(proxy)
  await new Promise<void>((resolve) => proxy.listen(path, resolve))
  return path
}

for (const host of hosts)
  test(`the answers of a creation and of a patch that appends are cut off at ${host}: both are done once`, async () => {
    const methods = new Set<string>()
    const socket = await cutter(host, methods)
    const serial = `cut-${host}`
    for (const [method, args] of [
      ['POST', creation(serial)],
      ['PATCH', addition(serial)],
    ] as const) {
      methods.add(method)
      const told = JSON.parse(await cluster.kit('--socket', socket, ...args))
      assert.equal(methods.size, 0, 'the answer was cut off')
      assert.match(told.metadata.name, /^made-|^list$/)
    }
    assert.equal((await made()).filter((each) => each === serial).length, 1)
    assert.equal((await added()).filter((each) => each === serial).length, 1)
  })

test('a key that is given by hand counts from one command to the next, and for one request only', async () => {
  const methods = new Set(['POST'])
  const socket = await cutter('node-1', methods)
  const key = ['-H', 'Idempotency-Key: one']
  await cluster.kit('--socket', socket, ...creation('same-key'), ...key)
  await cluster.kit(...creation('same-key'), ...key)
  assert.equal((await made()).filter((each) => each === 'same-key').length, 1)
  assert.match(await cluster.fails(2, ...creation('other'), ...key), /Idempotency-Key was used for another request/)
})

test('managers are killed one after the other under creations, patches and scalings: each is done once, and none is unknown', async () => {
  let isOver = false
  const acknowledged = { created: new Set<string>(), added: new Set<string>() }
  const refused: string[] = []
  let scaled = 0
  const note = ({ code, out, err }: Outcome): boolean => {
    assert.doesNotMatch(err, /not known|no manager has said/)
    // Nothing was begun: no leader was found in time.
    if (code !== 0) assert.match(err, /leads|answers|manager/, `${code} ${out}${err}`)
    return code === 0
  }
  const write = async (name: string, to: Set<string>, argsOf: (serial: string) => readonly string[]): Promise<void> => {
    for (let turn = 1; !isOver; turn += 1) {
      const serial = `${name}-${turn}`
      if (note(await cluster.run(argsOf(serial)))) to.add(serial)
      else refused.push(serial)
    }
  }
  const scale = async (): Promise<void> => {
    for (let turn = 1; !isOver; turn += 1)
      if (note(await cluster.run(['scale', `list=${turn % 2 === 0 ? 0 : 1}`, '--no-wait']))) scaled += 1
  }
  const writing = Promise.all([
    write('a', acknowledged.created, creation),
    write('b', acknowledged.created, creation),
    write('c', acknowledged.added, addition),
    write('d', acknowledged.added, addition),
    scale(),
  ])
  writing.catch(() => undefined)
  const count = (): number => acknowledged.created.size + acknowledged.added.size + scaled
  const more = async (): Promise<void> => {
    const enough = count() + 10
    await Promise.race([eventually(() => assert.ok(count() >= enough, `${count()} writes`)), writing])
  }
  try {
    for (const host of hosts) {
      await more()
      const pid = Number(/\d+/.exec(readFileSync(join(cluster.directory, host, 'lock'), 'utf8'))?.[0])
      process.kill(pid, 'SIGKILL')
      await eventually(() => assert.ok(!isAlive(pid)))
      await more()
      await cluster.kit('up')
    }
  } finally {
    isOver = true
  }
  await writing
  const [configs, values] = [await made(), await added()]
  const once = (found: readonly string[], serial: string): void =>
    assert.equal(
      found.filter((each) => each === serial).length,
      1,
      `${serial} is there ${found.filter((each) => each === serial).length} times`,
    )
  for (const serial of acknowledged.created) once(configs, serial)
  for (const serial of acknowledged.added) once(values, serial)
  for (const serial of refused) assert.ok(!configs.includes(serial) && !values.includes(serial), `${serial} was refused, and is there`)
  console.log(
    `${acknowledged.created.size} creations, ${acknowledged.added.size} additions, ${scaled} scalings; ${refused.length} not begun`,
  )
})
