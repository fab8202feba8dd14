// The state directory of a manager is copied, and a second daemon started with it: two under one id could vote twice, or one of
// them take back what the other has said. Whichever comes second is not let in and ends; the cluster goes on, and loses nothing.

import assert from 'node:assert/strict'
import { cpSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually, isAlive } from './cluster.ts'
import { freeAddress } from './free-address.ts'
import { Machine } from './machine.ts'

const cluster = new Cluster()
before(() => cluster.kit('up', '--managers', '3', '--executor', 'process'))
const copies: Machine[] = []
after(async () => {
  for (const copy of copies) await copy.stop('SIGKILL')
  await cluster.remove()
})

const hosts = ['node-1', 'node-2', 'node-3']
const config = (name: string): string => `apiVersion: kit/v1\nkind: Config\nmetadata: {name: ${name}}\nspec: {data: YQ==}\n`

interface NodeObject {
  readonly metadata: { readonly name: string }
  readonly status: {
    readonly state: string
    readonly manager?: { readonly member: string; readonly reachable: boolean }
    readonly description?: { readonly hostname: string }
  }
}

async function nodes(): Promise<ReadonlyMap<string, NodeObject['status']>> {
  const { items } = await cluster.json<{ readonly items: readonly NodeObject[] }>('nodes')
  return new Map(items.map(({ status }) => [status.description?.hostname ?? '', status]))
}

/** Who leads, and in which term. */
async function leadership(): Promise<string> {
  const { items } = await cluster.json<{ readonly items: readonly NodeObject[] }>('nodes')
  const { name } = items.find(({ status }) => status.manager?.member === 'Leader')?.metadata ?? {}
  const { term } = JSON.parse(await cluster.kit('get', '--raw', `/apis/kit/v1/nodes/${name}/member`))
  return `${name} in term ${term}`
}

/** A directory that may be started, of a daemon that runs or does not. */
function copyOf(original: string, name: string): Machine {
  const copy = new Machine(cluster, name, 'worker')
  copies.push(copy)
  const isPlain = (path: string): boolean => !['lock', 'kit.sock'].includes(basename(path))
  cpSync(join(cluster.directory, original), copy.directory, { recursive: true, filter: isPlain })
  return copy
}

async function start(copy: Machine): Promise<void> {
  const address = await freeAddress()
  await copy.start('--executor', 'process', '--listen-remote-api', address, '--advertise-addr', address)
}

async function write(name: string): Promise<void> {
  await cluster.kit('apply', '-f', cluster.file(`${name}.yml`, config(name)))
}

async function assertHas(host: string, written: readonly string[]): Promise<void> {
  const names = await cluster.kit('--socket', join(cluster.directory, host, 'kit.sock'), 'get', 'configs', '-o', 'name')
  for (const name of written) assert.ok(names.includes(`config/${name}\n`), `${name} at ${host}`)
}

async function all(): Promise<void> {
  await eventually(async () => {
    const managers = [...(await nodes()).values()].filter(({ state, manager }) => state === 'Ready' && manager?.reachable === true)
    assert.equal(managers.filter(({ manager }) => manager?.member !== 'Learner').length, 3)
  })
}

for (const whose of ['a follower', 'the leader'])
  test(`a copy of ${whose} beside it is refused and ends, and what is acknowledged meanwhile stays`, async () => {
    await all()
    const leads = ([, { manager }]: readonly [string, NodeObject['status']]): boolean => manager?.member === 'Leader'
    const [original] = [...(await nodes())].find((each) => leads(each) === (whose === 'the leader')) ?? []
    assert.ok(original !== undefined && hosts.includes(original))
    const copy = copyOf(original, `copy-${whose.split(' ')[1]}`)
    await start(copy)
    const { pid } = copy
    assert.ok(pid !== undefined, copy.text)
    const written: string[] = []
    do {
      const name = `${original}-${written.length}`
      await write(name)
      written.push(name)
    } while (isAlive(pid))
    await eventually(() => assert.match(copy.text, /kitd: another manager runs under the id of this one/))
    assert.match(copy.text, /Start one of them only, and let the other join with an empty directory/)
    await all()
    for (const host of hosts) await assertHas(host, written)
    const logs = hosts.map((host) => readFileSync(join(cluster.directory, host, 'kitd.log'), 'utf8')).join('')
    assert.match(logs, /Refused a second manager under one id/)
  })

test('a copy that is started while its original is down takes its place; the original is refused then, and afterwards, and nothing is lost', async () => {
  await all()
  const [original] = [...(await nodes())].find(([, { manager }]) => manager?.member === 'Voter') ?? []
  assert.ok(original !== undefined)
  const pid = Number(/\d+/.exec(readFileSync(join(cluster.directory, original, 'lock'), 'utf8'))?.[0])
  process.kill(pid, 'SIGKILL')
  await eventually(() => assert.ok(!isAlive(pid)))
  const copy = copyOf(original, 'copy-alone')
  await start(copy)
  await all()
  const written = ['alone-1', 'alone-2', 'alone-3']
  for (const name of written) await write(name)
  assert.match(await cluster.fails(1, 'up'), /another manager runs under the id of this one/)
  await all()
  for (const name of ['alone-4', 'alone-5']) {
    await write(name)
    written.push(name)
  }
  const before = await leadership()
  await copy.stop()
  const up = await cluster.run(['up'])
  // Who leads knows what the copy has acknowledged to it, and the original does not have it: it is told apart, and stays out.
  // Where another one leads by now nobody can tell, and it is sent what it lacks.
  if (up.code === 0) {
    await all()
    assert.notEqual(await leadership(), before)
    for (const host of hosts) await assertHas(host, written)
    return
  }
  assert.match(up.err, /cannot be trusted: the log of this manager ends at entry \d+, .*under its id that entry \d+/)
  assert.match(
    await cluster.fails(1, 'up'),
    /holds a state that was not that of the other managers, and is not used: the log of this manager ends/,
  )
  for (const host of hosts) if (host !== original) await assertHas(host, written)
  assert.match(await cluster.fails(1, 'doctor'), new RegExp(`kitd of ${original} does not run`))
})
