// A directory as the truth, with real daemons: what docs/gitops.md shows, and what happens around a daemon that dies.
// KIT_REWRITE=1 records the document again.

import assert from 'node:assert/strict'
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually } from './cluster.ts'
import { walk } from './walkthrough.ts'

test('docs/gitops.md is what happens', () =>
  walk('## From start to end', { document: 'docs/gitops.md', varying: [[/(?<!\w)\d+[smhd](?:\d+[sm])?(?!\w)/g, 'AGE']] }))

const cluster = new Cluster()
before(() => cluster.kit('up'))
after(() => cluster.remove())

interface SourceObject {
  readonly status: {
    readonly lastAppliedRevision?: string
    readonly conditions?: readonly { readonly reason: string }[]
    readonly inventory?: readonly { readonly name: string }[]
  }
}

const service = (name: string, replicas: number): string =>
  `apiVersion: kit/v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {replicas: ${replicas}, template: {image: x, command: [sleep, "1000"], stopGracePeriod: 1s}}\n`
const names = async (): Promise<string> => (await cluster.kit('get', 'services', '-o', 'name')).trim().split('\n').join(' ')

test('a checkout that is swapped while the daemon is dead is applied when it is back', async () => {
  const link = join(cluster.home, 'current')
  const point = (to: string): void => {
    symlinkSync(to, `${link}.tmp`)
    renameSync(`${link}.tmp`, link)
  }
  cluster.file('rev-1/a.yml', service('a', 1))
  cluster.file('rev-1/b.yml', service('b', 1))
  cluster.file('rev-2/a.yml', service('a', 2))
  cluster.file('rev-2/c.yml', service('c', 1))
  point('rev-1')
  const said = await cluster.kit('gitops', 'add', 'shop', '--dir', 'current')
  assert.match(said, /service\/a created\nservice\/b created\nsource\/shop: 2 objects are as in revision [0-9a-f]{16}\n$/)
  const pid = cluster.daemonPid
  process.kill(pid, 'SIGKILL')
  point('rev-2')
  await cluster.kit('up')
  await eventually(async () => assert.equal(await names(), 'service/a service/c'))
  // Without another word, while it runs.
  point('rev-1')
  await eventually(async () => assert.equal(await names(), 'service/a service/b'))
})

test('a directory that vanishes takes nothing with it, and goes on when it is back', async () => {
  const before = await names()
  rmSync(join(cluster.home, 'current'))
  const reason = async (): Promise<string | undefined> =>
    (await cluster.json<SourceObject>('source', 'shop')).status.conditions?.[0]?.reason
  await eventually(async () => assert.equal(await reason(), 'DirectoryMissing'))
  assert.equal(await names(), before)
  mkdirSync(join(cluster.home, 'current'))
  cluster.file('current/a.yml', service('a', 1))
  cluster.file('current/b.yml', service('b', 1))
  await eventually(async () => assert.equal(await reason(), 'Applied'))
  assert.equal(await names(), before)
})
