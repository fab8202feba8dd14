// A directory as the truth, with real daemons: what docs/gitops.md shows, and what happens around a daemon that dies.
// `npm run tour` records the document again.

import assert from 'node:assert/strict'
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually } from './cluster.ts'
import { walk } from './walkthrough.ts'

test('docs/gitops.md is what happens', () =>
  walk('From start to end', { document: 'docs/gitops.md', varying: [[/(?<!\w)\d+[smhd](?:\d+[sm])?(?!\w)/g, 'AGE']] }))

const cluster = new Cluster()
before(() => cluster.kit('up'))
after(() => cluster.remove())

interface SourceObject {
  readonly status: {
    readonly lastAppliedRevision?: string
    readonly conditions?: readonly { readonly reason: string }[]
  }
}
interface ServiceObject {
  readonly spec: { readonly replicas: number }
  readonly status: {
    readonly revision?: string
    readonly lastGood?: string
    readonly update?: { readonly state: string; readonly id: string }
  }
}

const service = (name: string, replicas: number): string =>
  `apiVersion: kit/v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {replicas: ${replicas}, template: {image: x, command: [sleep, "1000"], stopGracePeriod: 1s}}\n`
const ready = async (name: string): Promise<string | undefined> =>
  (await cluster.json<SourceObject>('source', name)).status.conditions?.[0]?.reason
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
  assert.match(await cluster.kit('describe', 'source', 'shop'), /^Services:\n +NAME .*\n +a +Replicated +\d\/2 .*\n +c .*\nStacks: none$/m)
  // Without another word, while it runs.
  point('rev-1')
  await eventually(async () => assert.equal(await names(), 'service/a service/b'))
})

test('a directory that vanishes takes nothing with it, and goes on when it is back', async () => {
  const before = await names()
  rmSync(join(cluster.home, 'current'))
  await eventually(async () => assert.equal(await ready('shop'), 'DirectoryMissing'))
  assert.equal(await names(), before)
  mkdirSync(join(cluster.home, 'current'))
  cluster.file('current/a.yml', service('a', 1))
  cluster.file('current/b.yml', service('b', 1))
  await eventually(async () => assert.equal(await ready('shop'), 'Applied'))
  assert.equal(await names(), before)
})

test('a directory that was made after it was asked for is looked for again when it is asked for again', async () => {
  assert.match(await cluster.fails(1, 'gitops', 'add', 'late', '--dir', 'late'), /there is no directory \S+\/late on any manager/)
  cluster.file('late/x.yml', service('x', 0))
  assert.match(await cluster.kit('gitops', 'add', 'late', '--dir', 'late'), /service\/x created\nsource\/late: 1 object is as in revision/)
  await cluster.kit('gitops', 'rm', 'late', '--prune')
})

test('a large pruning waits for somebody to agree, by exit code 6 and the number', async () => {
  for (let at = 0; at < 10; at++) cluster.file(`many/s${at}.yml`, service(`s${at}`, 0))
  assert.match(await cluster.kit('gitops', 'add', 'many', '--dir', 'many'), /10 objects are as in revision/)
  for (let at = 0; at < 5; at++) rmSync(join(cluster.home, `many/s${at}.yml`))
  assert.match(
    await cluster.fails(6, 'gitops', 'sync', 'many'),
    /5 of 10 objects would be deleted at once: what was applied \(revision \w+\) stays; to mean it, `kit gitops sync many --prune`/,
  )
  assert.match(await cluster.fails(1, 'gitops', 'diff', 'many'), /^(- Service\/s[0-4]\n){5}$/)
  assert.match(await names(), /service\/s0 /)
  const said = await cluster.kit('gitops', 'sync', 'many', '--prune')
  assert.match(said, /^(service\/s[0-4] pruned\n){5}source\/many: 5 objects are as in revision/)
  assert.doesNotMatch(await names(), /service\/s0/)
  assert.match(await cluster.kit('gitops', 'rm', 'many', '--prune'), /removed, with what it had created/)
})

test('drift that is only reported is shown with who made it, and a field is left to its owner', async () => {
  cluster.file('report/r.yml', service('r', 0))
  cluster.file('report/l.yml', service('l', 0).replace('{name: l}', '{name: l, annotations: {kit/leave: spec.replicas}}'))
  await cluster.kit('gitops', 'add', 'report', '--dir', 'report', '--report-drift')
  await cluster.kit('scale', 'r=1', 'l=1', '--no-wait')
  await eventually(async () => assert.equal(await ready('report'), 'Drifted'))
  assert.match(
    await cluster.fails(1, 'gitops', 'diff', 'report'),
    /^~ Service\/r: spec\.replicas is 1, and the files say 0 \(by admin@socket with kit-scale, \d+s ago\)\n$/,
  )
  const replicas = async (name: string): Promise<number> => (await cluster.json<ServiceObject>('service', name)).spec.replicas
  assert.deepEqual([await replicas('r'), await replicas('l')], [1, 1])
  await cluster.kit('gitops', 'sync', 'report')
  assert.deepEqual([await replicas('r'), await replicas('l')], [0, 1])
  assert.equal(await cluster.kit('gitops', 'diff', 'report'), '')
  await cluster.kit('gitops', 'rm', 'report', '--prune')
})

test('what is said when a source is added is what it does, until it is said otherwise', async () => {
  for (const name of ['f', 'g']) cluster.file(`flags/${name}.yml`, service(name, 0))
  const added = await cluster.kit(
    'gitops',
    'add',
    'flags',
    '--dir',
    'flags',
    '--suspend',
    '--no-prune',
    '--interval',
    '2s',
    '--timeout',
    '1m',
  )
  assert.match(added, /^source\/flags watches \/.*\/flags\n$/)
  assert.match(
    await cluster.kit('describe', 'source', 'flags'),
    /reason: Suspended\n +message: suspended by admin@socket; the files are at/,
  )
  assert.match(await cluster.fails(1, 'gitops', 'diff', 'flags'), /^\+ Service\/f\n\+ Service\/g\n$/)
  assert.doesNotMatch(await names(), /service\/f/)
  assert.match(await cluster.kit('gitops', 'add', 'flags', '--dir', 'flags', '--no-prune'), /service\/f created\nservice\/g created/)
  rmSync(join(cluster.home, 'flags/f.yml'))
  assert.match(await cluster.kit('gitops', 'sync', 'flags'), /service\/f kept: pruning is off \(spec\.prune\)/)
  assert.match(await names(), /service\/f service\/g/)
  assert.match(await cluster.kit('gitops', 'add', 'flags', '--dir', 'flags', '--prune', '--allow-empty'), /service\/f pruned/)
  rmSync(join(cluster.home, 'flags/g.yml'))
  await eventually(async () => assert.doesNotMatch(await names(), /service\/g/))
  assert.match(await cluster.fails(2, 'gitops', 'add', 'flags'), /which directory\? Write --dir DIRECTORY/)
  await cluster.kit('gitops', 'rm', 'flags')
})

test('what is protected stays when it leaves the files, and says so', async () => {
  cluster.file('kept/k.yml', service('k', 0).replace('{name: k}', '{name: k, annotations: {kit/prune: disabled}}'))
  cluster.file('kept/j.yml', service('j', 0))
  await cluster.kit('gitops', 'add', 'kept', '--dir', 'kept')
  rmSync(join(cluster.home, 'kept/k.yml'))
  assert.match(await cluster.kit('gitops', 'sync', 'kept'), /service\/k kept: it is protected \(kit\/prune: disabled\)/)
  assert.match(await names(), /service\/j service\/k/)
  await cluster.kit('gitops', 'rm', 'kept', '--prune')
  assert.match(await names(), /service\/k/)
  await cluster.kit('delete', 'service/k')
})

test('a source that is suspended for a while goes on by itself', async () => {
  cluster.file('pause/p.yml', service('p', 0))
  await cluster.kit('gitops', 'add', 'pause', '--dir', 'pause')
  assert.match(await cluster.kit('gitops', 'suspend', 'pause', '--for', '2s'), /until 20\d\d-\S+Z, or `kit gitops resume pause`/)
  cluster.file('pause/q.yml', service('q', 0))
  await eventually(async () => assert.match(await names(), /service\/p service\/q/))
  assert.equal(await ready('pause'), 'Applied')
  assert.match(await cluster.fails(2, 'gitops', 'suspend', 'pause', '--for', 'ever'), /--for: "ever" is not a time such as 30m or 2h/)
  await cluster.kit('gitops', 'rm', 'pause', '--prune')
})

test('a service whose rollout has failed stays rolled back: the source does not try the same again', async () => {
  const held = (command: string): string =>
    cluster.file(
      'held/h.yml',
      `apiVersion: kit/v1\nkind: Service\nmetadata: {name: h}\nspec: {replicas: 1, update: {failureAction: Rollback, monitor: 1s}, template: {image: x, command: ${command}, restart: {delay: 100ms}, stopGracePeriod: 1s}}\n`,
    )
  const h = (): Promise<ServiceObject> => cluster.json<ServiceObject>('service', 'h')
  held('[sleep, "1000"]')
  await cluster.kit('gitops', 'add', 'held', '--dir', 'held')
  await eventually(async () => assert.ok((await h()).status.lastGood !== undefined))
  const good = (await h()).status.lastGood
  held('[sh, -c, "exit 7"]')
  await eventually(async () => assert.equal((await h()).status.update?.state, 'RollbackCompleted'))
  const before = await h()
  assert.equal(before.status.lastGood, good)
  assert.match(await cluster.kit('gitops', 'sync', 'held'), /1 object is as in revision/)
  assert.deepEqual((await h()).status.update, before.status.update)
  await eventually(async () =>
    assert.deepEqual(
      (await cluster.tasks('h')).map(({ spec }) => spec.revision),
      [good],
    ),
  )
  // A commit that mends it is tried at once.
  held('[sleep, "1001"]')
  await eventually(async () => assert.equal((await h()).status.update?.state, 'Completed'))
  await cluster.kit('gitops', 'rm', 'held', '--prune')
})
