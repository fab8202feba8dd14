import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type ContextFile, formatContexts, parseContexts, writeContexts } from './context-file.ts'
import { checkContextName, readContexts } from './contexts.ts'
import type { GlobalOptions } from './options.ts'
import { assertHere, findTarget } from './target.ts'

const home = mkdtempSync(join(tmpdir(), 'kit-contexts-'))
after(() => rmSync(home, { recursive: true }))
const entry = { servers: ['10.0.0.1:6443'], cluster: 'c', user: 'ann', ca: 'CA', certificate: 'CERT', key: 'KEY' }
const KIT_CONFIG = join(home, 'deep', 'config.yaml')

test('the command line goes before the environment, and that before the file', async () => {
  const none = { KIT_CONFIG: join(home, 'none.yaml') }
  await writeContexts(KIT_CONFIG, { current: 'prod', contexts: { prod: entry, test: entry } })
  const env = { KIT_CONFIG }
  const sockets = { KIT_SOCKET: '/k', SWARM_SOCKET: '/s' }
  const local = '/l/node-1/kit.sock'
  const cases: readonly (readonly [GlobalOptions, Readonly<Record<string, string>>, string])[] = [
    [{}, none, local],
    [{}, env, 'prod'],
    [{}, { ...env, KIT_CONTEXT: '' }, 'prod'],
    [{}, { ...none, SWARM_SOCKET: '/s' }, '/s'],
    [{}, { ...env, ...sockets }, '/k'],
    [{}, { ...env, ...sockets, KIT_CONTEXT: 'test' }, 'test'],
    [{}, { ...env, KIT_CONTEXT: 'local' }, local],
    [{ dir: '/l' }, { ...env, ...sockets, KIT_CONTEXT: 'test' }, local],
    [{ socket: '/x' }, { ...env, ...sockets, KIT_CONTEXT: 'test' }, '/x'],
    [{ socket: '/x', dir: '/l' }, env, '/x'],
    [{ context: 'test' }, { ...env, ...sockets, KIT_CONTEXT: 'prod' }, 'test'],
    [{ context: 'local' }, env, local],
  ]
  for (const [options, environment, expected] of cases) {
    const target = await findTarget(options, environment, '/l')
    assert.equal(target.context ?? target.socket, expected, JSON.stringify([options, environment]))
  }
  await assert.rejects(findTarget({ context: 'a', dir: '/l' }, env, '/l'), /give one of them/)
  await assert.rejects(findTarget({ context: 'tset' }, env, '/l'), /no context "tset"; did you mean "test"/)
  for (const name of ['constructor', '__proto__']) await assert.rejects(findTarget({ context: name }, env, '/l'), /there is no context/)
})

test('what is written is read back the same, and is its owner’s only', async () => {
  const file: ContextFile = {
    current: 'a',
    contexts: { a: { ...entry, key: '-----BEGIN PRIVATE KEY-----\nMIG=\n-----END PRIVATE KEY-----\n' }, 'b.c_d-1': entry },
  }
  await writeContexts(KIT_CONFIG, file)
  assert.deepEqual(await readContexts(KIT_CONFIG), file)
  assert.deepEqual(parseContexts('f', formatContexts(file)), file)
  assert.equal(statSync(KIT_CONFIG).mode & 0o777, 0o600)
  assert.equal(statSync(join(home, 'deep')).mode & 0o777, 0o700)
})

test('what is wrong in a file is named, and no key is repeated', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['{', /not YAML/],
    ['[]', /must be a map/],
    ['current: 1', /`current` must be/],
    ['contexts: []', /`contexts` must be a map/],
    ['contexts: {a: 1}', /contexts\.a must be a map/],
    ['contexts: {a: {servers: x}}', /contexts\.a\.servers must be a list/],
    ['contexts: {a: {servers: [x]}}', /contexts\.a\.servers must be a list/],
    ['contexts: {a: {servers: ["h:1"], cluster: c, user: u, ca: x, certificate: y, key: [SECRET]}}', /contexts\.a\.key must be text/],
    ['contexts: {a: {key: SECRET\n', /not YAML/],
  ]
  for (const [text, why] of wrong)
    assert.throws(
      () => parseContexts('f.yaml', text),
      (error: Error) => {
        assert.match(error.message, why)
        return error.message.startsWith('error: f.yaml: ') && !error.message.includes('SECRET')
      },
    )
  assert.deepEqual(parseContexts('f', ''), { current: undefined, contexts: {} })
  for (const name of ['local', 'add', 'rm', '-x', '', 'a b', '../x', 'x'.repeat(65)])
    assert.throws(() => checkContextName(name), /name of a context/)
})

test('what starts or stops the cluster of this machine takes no other one', async () => {
  for (const globals of [{}, { context: 'local' }, { dir: '/d' }]) await assertHere('up', globals)
  await assert.rejects(assertHere('up', { context: 'prod' }), /--context prod names a cluster that somebody else runs/)
  await assert.rejects(assertHere('down', { socket: '/s' }), /--socket names .* `kit down` is about the one of this machine/)
})
