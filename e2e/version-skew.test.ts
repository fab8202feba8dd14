// The daemon is of another version than `kit`: both are told, and what one of them does not know fails plainly.

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually } from './cluster.ts'

const cluster = new Cluster()
const socket = join(cluster.home, 'other.sock')
const status = (code: number, reason: string, message: string): readonly [number, object] => [
  code,
  { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code },
]

/** A daemon that knows services, but no field of later versions, and no tasks. */
function answer(method: string, path: string): readonly [code: number, body: object] {
  if (path === '/version') return [200, { major: '1', minor: '33', gitVersion: 'v1.33.0+kit.0.0.9' }]
  if (path.startsWith('/apis/kit/v1/configs') && method === 'PATCH')
    return status(422, 'Invalid', 'Config "c": spec.fromLater is not a field of a Config')
  if (path.startsWith('/apis/kit/v1/services') && method === 'GET') return [200, { kind: 'ServiceList', items: 'of another shape' }]
  return status(404, 'NotFound', `the server has nothing at ${path}`)
}

const daemon = createServer((incoming, outgoing) => {
  incoming.resume()
  incoming.once('end', () => {
    const [code, body] = answer(incoming.method ?? '', new URL(incoming.url ?? '', 'http://kit').pathname)
    outgoing.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
})
before(() => new Promise<void>((resolve) => daemon.listen(socket, resolve)))
after(() => {
  daemon.close()
  rmSync(cluster.home, { recursive: true, force: true })
})

const kit = (args: readonly string[], input = ''): ReturnType<Cluster['run']> => cluster.run(['--socket', socket, ...args], input)
const skew = /this is kit \d\S+, and the daemon is kitd 0\.0\.9: what one of them does not know may be the reason\n$/

test('version tells both; without a daemon its own', async () => {
  const both = await kit(['version'])
  assert.match(both.out, /^kit \d+\.\d+\.\d+\nkitd 0\.0\.9\n$/)
  const own = await cluster.run(['--socket', join(cluster.home, 'nobody.sock'), 'version'])
  assert.deepEqual([own.code, own.err], [0, ''])
  assert.match(own.out, /^kit \d+\.\d+\.\d+\n$/)
})

test('a kind that the daemon does not know, a field, an answer of another shape: each is said, with the versions', async () => {
  const field = 'apiVersion: kit/v1\nkind: Config\nmetadata: {name: c}\nspec: {data: YQ==}\n'
  const cases: readonly (readonly [args: readonly string[], input: string, says: RegExp])[] = [
    [['get', 'tasks'], '', /error: the server has nothing at \/apis\/kit\/v1\/tasks\n/],
    [['apply', '-f', '-'], field, /spec\.fromLater is not a field of a Config/],
    [['get', 'services', '-o', 'json'], '', /error: the server answered something that is not a list of Service/],
  ]
  for (const [args, input, says] of cases) {
    const { code, err } = await kit(args, input)
    assert.notEqual(code, 0)
    assert.match(err, says)
    assert.match(err, skew)
    assert.doesNotMatch(err, / at .*\.(ts|mjs):\d+/, 'no stack')
  }
})

test('what fails with a daemon of the same version says nothing of versions', async () => {
  const same = new Cluster()
  try {
    await same.kit('up')
    await eventually(() => same.kit('get', 'nodes'))
    assert.doesNotMatch(await same.fails(1, 'get', 'service/none'), /this is kit/)
    const [own, theirs] = (await same.kit('version')).trim().split('\n')
    assert.equal(theirs, own?.replace(/^kit /, 'kitd '))
  } finally {
    await same.remove()
  }
})
