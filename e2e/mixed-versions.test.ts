// Managers of several versions of kit in one cluster, as while it is upgraded: those that have a version of what nodes say to
// each other in common work together; one that has none is refused, and every end says which of the two is to be upgraded.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ownVersions } from '../effects/stream-versions.ts'
import { Cluster, eventually, isAlive, projectRoot } from './cluster.ts'

const cluster = new Cluster()
const started: ChildProcess[] = []
/** By host name: where other nodes reach it. */
const addresses = new Map<string, string>()
before(() => cluster.kit('up', '--managers', '3', '--executor', 'process'))
after(async () => {
  for (const child of started) child.kill('SIGKILL')
  await cluster.remove()
})

interface NodeObject {
  readonly metadata: { readonly name: string }
  readonly status: {
    readonly state: string
    readonly manager?: { readonly member: string; readonly reachable: boolean }
    readonly description?: { readonly hostname: string; readonly managerAddress?: string }
  }
}

async function reachable(): Promise<readonly string[]> {
  const { items } = await cluster.json<{ readonly items: readonly NodeObject[] }>('nodes')
  return items
    .filter(({ status }) => status.state === 'Ready' && status.manager?.reachable === true && status.manager.member !== 'Learner')
    .map(({ status }) => status.description?.hostname ?? '')
    .toSorted()
}

const logOf = (host: string): string => readFileSync(join(cluster.directory, host, 'kitd.log'), 'utf8')

/** The built program, as if it spoke other versions. */
function programOf(oldest: number, newest: number): string {
  const directory = join(cluster.home, `speaks-${oldest}-${newest}`)
  cpSync(join(projectRoot, 'dist'), directory, { recursive: true })
  let changed = 0
  for (const name of readdirSync(directory).filter((each) => each.endsWith('.mjs'))) {
    const text = readFileSync(join(directory, name), 'utf8')
    const other = text.replace(/\{ ?oldest: ?1, ?newest: ?\d+ ?\}/g, `{oldest:${oldest},newest:${newest}}`)
    if (other === text) continue
    changed += 1
    writeFileSync(join(directory, name), other)
  }
  assert.ok(changed > 0, 'the program says which versions it speaks')
  return join(directory, 'kitd.mjs')
}

/** Another program in the place of the daemon on `host`, with its flags. */
async function replace(host: string, program: string): Promise<void> {
  const pid = Number(/\d+/.exec(readFileSync(join(cluster.directory, host, 'lock'), 'utf8'))?.[0])
  const address = addresses.get(host) ?? ''
  process.kill(pid, 'SIGTERM')
  await eventually(() => assert.equal(isAlive(pid), false))
  const log = openSync(join(cluster.directory, host, 'kitd.log'), 'a')
  const args = ['-d', join(cluster.directory, host), '--hostname', host, '--executor', 'process', '--listen-remote-api', address]
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', log, log] })
  started.push(child)
  await once(child, 'spawn')
}

async function write(name: string): Promise<void> {
  const text = `apiVersion: kit/v1\nkind: Config\nmetadata: {name: ${name}}\nspec: {data: YQ==}\n`
  await cluster.kit('apply', '-f', cluster.file(`${name}.yml`, text))
}

const all = ['node-1', 'node-2', 'node-3']

test('a manager of a kit that knows nothing of versions works with newer ones', async () => {
  await eventually(async () => assert.deepEqual(await reachable(), all))
  const { items } = await cluster.json<{ readonly items: readonly NodeObject[] }>('nodes')
  for (const { status } of items) addresses.set(status.description?.hostname ?? '', status.description?.managerAddress ?? '')
  await replace('node-3', programOf(1, 1))
  await eventually(async () => assert.deepEqual(await reachable(), all))
  await write('mixed')
  await eventually(async () =>
    assert.match(await cluster.kit('--socket', join(cluster.directory, 'node-3', 'kit.sock'), 'get', 'configs'), /mixed/),
  )
  assert.doesNotMatch(logOf('node-3'), /a type that this version does not know/)
})

test('one that has no version in common with the others is refused with words; the others go on', async () => {
  const next = ownVersions.newest + 1
  await replace('node-3', programOf(next, next + 1))
  await eventually(async () => assert.deepEqual(await reachable(), ['node-1', 'node-2']))
  await write('without')
  await eventually(() =>
    assert.match(
      ['node-1', 'node-2'].map(logOf).join(''),
      new RegExp(
        `the node that connects speaks versions ${next} to ${next + 1}, and the one that was reached versions 1 to ${next - 1}: upgrade the one that was reached`,
      ),
    ),
  )
})

test('upgraded one after the other, they are one cluster again', async () => {
  await replace('node-3', join(projectRoot, 'dist', 'kitd.mjs'))
  await eventually(async () => assert.deepEqual(await reachable(), all))
  assert.match(await cluster.kit('--socket', join(cluster.directory, 'node-3', 'kit.sock'), 'get', 'configs'), /without/)
})
