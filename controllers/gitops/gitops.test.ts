// A source from files to objects and status, one step after the other.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonOf, StatusError } from '../../api/errors.ts'
import { formatTimestamp } from '../../api/timestamp.ts'
import type { JsonObject } from '../../api/wire.ts'
import { inProcessClient } from '../../client/in-process.ts'
import { driftOf } from './compare.ts'
import { pruneFinalizer } from './gitops.ts'
import { agreeAnnotation, syncAnnotation } from './sync.ts'
import { createWorld, many, service } from './testdata/world.ts'

test('a directory is applied, with who manages it, and the status says so', async () => {
  const world = await createWorld()
  const revision = world.write({ 'web.yml': service('web', 'replicas: 2, '), 'sub/run.yml': 'services: {api: {image: y}}' }, 'abc123')
  await world.reconcile()
  assert.equal(world.ready(), 'True Applied')
  const { status } = world.source()
  assert.deepEqual(
    [status.lastAppliedRevision, status.lastAppliedCommit, status.objects, status.watching],
    [revision, 'abc123', 2, 'by events'],
  )
  assert.deepEqual(status.results, [
    { kind: 'Service', name: 'web', action: 'Created' },
    { kind: 'Stack', name: 'run', action: 'Created' },
  ])
  assert.deepEqual(
    status.inventory?.map(({ kind, name, adopted, file, line }) => `${kind}/${name} ${adopted} ${file}:${line}`),
    ['Service/web undefined web.yml:1', 'Stack/run undefined sub/run.yml:1'],
  )
  assert.deepEqual(
    status.history?.map((entry) => [entry.revision, entry.commit, entry.objects, entry.changed]),
    [[revision, 'abc123', 2, 2]],
  )
  const web = world.store.view.get('Service', 'web')
  assert.equal(web?.metadata.labels?.['kit/source'], 'shop')
  assert.deepEqual(
    web?.metadata.managedFields?.map(({ manager, operation }) => `${manager} ${operation}`),
    ['gitops/shop Apply'],
  )
})

test('the commit is that of the files, with its mark, also when only the commit changes', async () => {
  const world = await createWorld()
  const hash = 'abcdef0123456789abcdef0123456789abcdef01'
  world.write({ 'web.yml': service('web') }, `${hash}-dirty`)
  await world.reconcile()
  assert.equal(world.source().status.lastAppliedCommit, `${hash}-dirty`)
  assert.match(world.message(), /\(commit abcdef0123-dirty\)/)
  world.write({ 'web.yml': service('web') }, hash)
  await world.reconcile()
  assert.equal(world.source().status.lastAppliedCommit, hash)
  assert.match(world.message(), /\(commit abcdef0123\)/)
})

test('looking again writes nothing', async () => {
  const world = await createWorld()
  world.write({ 'web.yml': service('web') })
  await world.reconcile()
  const before = world.store.view.resourceVersion
  await world.clock.advance(60_000)
  await world.reconcile()
  await world.reconcile()
  assert.equal(world.store.view.resourceVersion, before)
})

test('a commit that says the same in other words writes no object, so nothing is restarted', async () => {
  const world = await createWorld()
  const text = service('web', 'replicas: 2, ')
  world.write({ 'web.yml': text, 'db.yml': service('db') }, 'c1')
  await world.reconcile()
  const versions = () => [...world.store.view.list('Service')].map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`)
  const before = versions()
  const revision = world.write({ 'all.yml': `# in one file\n${service('db')}---\n${text.replace('{name: web}', '{"name": "web"}')}` }, 'c2')
  await world.reconcile()
  const { status } = world.source()
  assert.equal(world.ready(), 'True Applied')
  assert.deepEqual([status.lastAppliedRevision, status.lastAppliedCommit, status.history?.[0]?.changed], [revision, 'c2', 0])
  assert.deepEqual(versions(), before)
})

test('objects that refer to each other come in one directory, and go in the other order', async () => {
  const world = await createWorld()
  const web = service('web').replace('{image: x}', '{image: x, configs: [{source: conf}]}')
  const conf = 'apiVersion: kit/v1\nkind: Config\nmetadata: {name: conf}\nspec: {data: eA==}\n'
  world.write({ 'a.yml': web, 'b.yml': conf, 'c.yml': service('c') })
  await world.reconcile()
  assert.equal(world.ready(), 'True Applied', world.message())
  world.write({ 'c.yml': service('c') })
  await world.reconcile()
  assert.equal(world.ready(), 'True Applied', world.message())
  assert.deepEqual([world.names(), world.names('Config')], [['c'], []])
})

test('what others still use is deleted when they do not any more', async () => {
  const world = await createWorld()
  world.write({ 'b.yml': 'apiVersion: kit/v1\nkind: Config\nmetadata: {name: conf}\nspec: {data: eA==}\n', 'c.yml': service('c') })
  await world.reconcile()
  const spec = { template: { image: 'x', configs: [{ source: 'conf' }] } }
  await world.user.apply('Service', { apiVersion: 'kit/v1', kind: 'Service', metadata: { name: 'mine' }, spec })
  world.write({ 'c.yml': service('c') })
  assert.equal((await world.reconcile()).requeueAfterMs, 30_000)
  assert.equal(world.ready(), 'False Pruning')
  assert.match(world.message(), /waits to delete Config\/conf: Config "conf" is used by service 'mine'/)
  await world.store.commit({ writes: [{ op: 'delete', kind: 'Service', name: 'mine' }] })
  await world.reconcile()
  assert.equal(world.ready(), 'True Applied')
  assert.deepEqual(world.names('Config'), [])
})

test('one mistake anywhere, and nothing is applied, pruned or forgotten', async () => {
  const world = await createWorld()
  const good = world.write({ 'web.yml': service('web'), 'db.yml': service('db') })
  await world.reconcile()
  const versions = () => [...world.store.view.list('Service')].map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`)
  const before = versions()
  const bad: readonly (readonly [string, Record<string, string>, RegExp])[] = [
    ['a field that is not known', { 'web.yml': service('web', 'replica: 3, '), 'new.yml': service('new') }, /^web\.yml:4: .*replica/],
    ['text that is no YAML', { 'web.yml': 'a: [', 'new.yml': service('new') }, /^web\.yml:1: /],
    [
      'what only the server knows',
      { 'web.yml': service('web').replace('{image: x}', '{image: x, secrets: [{source: no}]}') },
      /^web\.yml:4: .*no Secret 'no'/,
    ],
    ['one object in two files', { 'web.yml': service('web'), 'again.yml': service('web') }, /two documents define Service `web`/],
    [
      'an external network that is missing',
      { 'run.yml': 'services: {a: {image: x, networks: [n]}}\nnetworks: {n: {external: true}}' },
      /^run\.yml:2: there is no network n/,
    ],
    [
      'a file that a Compose file names',
      { 'run.yml': 'services: {a: {image: x, configs: [c]}}\nconfigs: {c: {file: ./gone}}' },
      /there is no file gone/,
    ],
  ]
  for (const [what, files, message] of bad) {
    world.write(files)
    await world.reconcile()
    assert.equal(world.ready(), 'False InvalidFiles', what)
    assert.match(world.message(), message, what)
    assert.match(world.message(), new RegExp(`revision ${good}\\) stays`), what)
    const [error] = world.source().status.errors ?? []
    assert.ok(error?.line !== undefined && error.column !== undefined && error.code !== undefined, what)
    assert.deepEqual(versions(), before, what)
    assert.equal(world.source().status.lastAppliedRevision, good, what)
  }
  world.write({ 'web.yml': service('web'), 'db.yml': service('db') })
  await world.reconcile()
  assert.equal(world.ready(), 'True Applied')
  assert.equal(world.source().status.errors, undefined)
})

test('more objects than one source may hold are refused with both numbers, and what was applied stays', async () => {
  const world = await createWorld()
  world.write(many(1))
  await world.reconcile()
  const configs = Array.from(
    { length: 5001 },
    (_, at) => `{apiVersion: kit/v1, kind: Config, metadata: {name: c${at}}, spec: {data: eA==}}\n`,
  )
  world.write({ 'all.yml': configs.join('---\n') })
  await world.reconcile()
  assert.equal(world.ready(), 'False InvalidFiles')
  assert.match(world.message(), /5001 objects are too many for one source: 5000 at most; what was applied \(revision/)
  assert.deepEqual([world.names(), world.names('Config')], [['s0'], []])
})

test('what is in a secret is not in an error', async () => {
  const world = await createWorld()
  world.write({ 's.yml': 'apiVersion: kit/v1\nkind: Secret\nmetadata: {name: s}\nspec: {data: hunter2hunter2!!}\n' })
  await world.reconcile()
  assert.equal(world.ready(), 'False InvalidFiles')
  assert.doesNotMatch(JSON.stringify(world.source().status), /hunter2/)
})

for (const state of ['Missing', 'Unreadable'] as const) {
  test(`a directory that is ${state} deletes nothing`, async () => {
    const world = await createWorld({ allowEmpty: true })
    world.write({ 'web.yml': service('web') })
    await world.reconcile()
    world.become(state)
    const { requeueAfterMs } = await world.reconcile()
    assert.equal(world.ready(), `False Directory${state}`)
    assert.deepEqual(world.names(), ['web'])
    assert.equal(requeueAfterMs, 30_000)
  })
}

test('a directory that keeps changing is left alone, and said after ten seconds', async () => {
  const world = await createWorld()
  world.write({ 'web.yml': service('web') })
  await world.reconcile()
  world.become('Changing')
  assert.equal((await world.reconcile()).requeueAfterMs, 500)
  assert.equal(world.ready(), 'True Applied')
  await world.clock.advance(10_000)
  await world.reconcile()
  assert.equal(world.ready(), 'Unknown Changing')
  assert.deepEqual(world.names(), ['web'])
})

test('what leaves the directory is pruned; what was there before the source is not', async () => {
  const world = await createWorld()
  await world.user.apply('Service', {
    apiVersion: 'kit/v1',
    kind: 'Service',
    metadata: { name: 'old' },
    spec: { template: { image: 'x' } },
  })
  world.write({ 'a.yml': service('web'), 'b.yml': service('db'), 'c.yml': service('old') })
  await world.reconcile()
  assert.deepEqual(
    world
      .source()
      .status.inventory?.filter(({ adopted }) => adopted === true)
      .map(({ name }) => name),
    ['old'],
  )
  world.write({ 'a.yml': service('web') })
  await world.reconcile()
  assert.deepEqual(world.names(), ['old', 'web'])
  assert.deepEqual(world.source().status.results, [{ kind: 'Service', name: 'db', action: 'Pruned' }])
  assert.ok(!world.events.list().some((event) => event['reason'] === 'ObjectDeleted'), 'what it deletes itself nobody has taken from it')
})

test('an emptied directory deletes nothing unless that is allowed', async () => {
  const world = await createWorld()
  world.write({ 'a.yml': service('web') })
  await world.reconcile()
  world.write({})
  await world.reconcile()
  assert.equal(world.ready(), 'False Empty')
  assert.deepEqual(world.names(), ['web'])
  await world.user.patch('Source', 'shop', { type: 'merge', patch: { spec: { allowEmpty: true } } })
  await world.reconcile()
  assert.equal(world.ready(), 'True Applied')
  assert.deepEqual(world.names(), [])
})

test('to lose more than 30 % of ten objects takes a yes to exactly that', async () => {
  const world = await createWorld()
  world.write(many(10))
  await world.reconcile()
  const revision = world.write({ ...many(5), 'new.yml': service('new') })
  await world.reconcile()
  assert.equal(world.ready(), 'False PruneNeedsConsent')
  assert.equal(world.names().length, 10, 'nothing new either')
  assert.deepEqual(world.source().status.awaiting, { token: `${revision}:5`, prune: 5, of: 10 })
  await world.annotate(agreeAnnotation, 'other:5')
  await world.reconcile()
  assert.equal(world.names().length, 10)
  await world.annotate(agreeAnnotation, `${revision}:5`)
  await world.reconcile()
  assert.equal(world.ready(), 'True Applied')
  assert.deepEqual(world.names(), ['new', 's0', 's1', 's2', 's3', 's4'])
  assert.equal(world.source().status.awaiting, undefined)
})

test('drift is undone at once, and told with who made it', async () => {
  const world = await createWorld()
  world.write({ 'web.yml': service('web', 'replicas: 2, ') })
  await world.reconcile()
  await world.scale(5)
  await world.reconcile()
  assert.equal(world.replicas(), 2)
  const told = world.events.list().find((event) => event['reason'] === 'Healed')
  assert.match(String(told?.['message']), /Service\/web spec\.replicas \(by admin@socket with kit-scale\) is 5, and the files say 2/)
  await world.scale(7)
  const { requeueAfterMs } = await world.reconcile()
  assert.equal(world.replicas(), 7, 'not so soon again')
  assert.equal(requeueAfterMs, 5000)
  const [found, ...more] = world.source().status.drift ?? []
  assert.deepEqual(more, [])
  const { at, ...rest } = found ?? {}
  assert.equal(at, formatTimestamp(world.clock.wallMs()))
  assert.deepEqual(rest, {
    ...{ kind: 'Service', name: 'web', field: 'spec.replicas', by: 'kit-scale', user: 'admin@socket' },
    message: 'is 7, and the files say 2',
    ...{ file: 'web.yml', line: 4 },
  })
  await world.clock.advance(5000)
  await world.reconcile()
  assert.equal(world.replicas(), 2)
  assert.equal(world.source().status.drift, undefined)
  assert.equal(world.source().status.healing?.count, 2)
})

test('of two people who change one object by the same means, each is named beside what he has done', async () => {
  const world = await createWorld({ drift: 'Report' })
  const web = service('web', 'replicas: 2, ').replace('{image: x}', '{image: x, env: {A: "1", B: "2"}}')
  world.write({ 'web.yml': web.replace('{name: web}', '{name: web, labels: {tier: front}}') })
  await world.reconcile()
  const as = (name: string) => inProcessClient({ ...world, name: 'kubectl', identity: { role: 'Operator', name, from: '10.0.0.7' } })
  const edit = (name: string, patch: JsonObject) =>
    as(name).patch('Service', 'web', { type: 'merge', patch }, { fieldManager: 'kubectl-edit' })
  await edit('ann', { spec: { replicas: 5 } })
  await edit('ben', { metadata: { labels: { tier: 'back' } } })
  await edit('ann', { spec: { template: { env: { B: null } } } })
  // As which manager one goes is one's own word, also when it is that of the source.
  await as('eve').patch(
    'Service',
    'web',
    { type: 'merge', patch: { spec: { template: { env: { A: '3' } } } } },
    { fieldManager: 'gitops/shop' },
  )
  await world.reconcile()
  assert.deepEqual((world.source().status.drift ?? []).map(({ field, by, user }) => [field, user, by]).sort(), [
    ['metadata.labels.tier', 'ben', 'kubectl-edit'],
    ['spec.replicas', 'ann', 'kubectl-edit'],
    ['spec.template.env.A', 'eve', 'gitops/shop'],
    ['spec.template.env.B', 'ann', 'kubectl-edit'],
  ])
})

test('whoever asks when nothing is to be done is not told what was done before', async () => {
  const world = await createWorld()
  world.write({ 'web.yml': service('web') })
  await world.reconcile()
  await world.reconcile()
  assert.equal(world.source().status.results?.length, 1)
  await world.annotate(syncAnnotation, 'now')
  await world.reconcile()
  assert.deepEqual([world.ready(), world.source().status.results], ['True Applied', undefined])
})

test('without anything that happens it is compared again after the interval of the source', async () => {
  const world = await createWorld({ interval: '7s' })
  world.write({ 'web.yml': service('web') })
  assert.equal((await world.reconcile()).requeueAfterMs, 7_000)
  assert.equal((await world.reconcile()).requeueAfterMs, 7_000)
})

test('a change wakes the sources that have applied the object, also when it resets the record of that', async () => {
  const world = await createWorld()
  world.write({ 'web.yml': service('web', 'replicas: 2, ') })
  await world.reconcile()
  const before = world.store.view.get('Service', 'web')
  await world.user.patch('Service', 'web', { type: 'merge', patch: { metadata: { managedFields: [{}] }, spec: { replicas: 5 } } })
  const after = world.store.view.get('Service', 'web')
  assert.ok(before !== undefined && after !== undefined)
  assert.deepEqual(world.controller.watches.Service?.(after, before), ['shop'])
  await world.reconcile()
  assert.equal(world.replicas(), 2)
})

test("what controllers write meanwhile is nobody's drift", async () => {
  const world = await createWorld()
  world.write({ 'web.yml': service('web', 'replicas: 2, ') })
  await world.reconcile()
  const live = await world.user.get('Service', 'web')
  const later = { ...live, status: { ...live.status, replicas: { desired: 2, running: 2 } } }
  assert.deepEqual(driftOf('shop', live, later), [])
  assert.deepEqual(
    driftOf('shop', { ...later, spec: { ...later.spec, replicas: 3 } }, live).map(({ field }) => field),
    ['spec.replicas'],
  )
})

test('an object that somebody has deleted comes back', async () => {
  const world = await createWorld()
  world.write({ 'web.yml': service('web') })
  await world.reconcile()
  await world.user.patch('Service', 'web', { type: 'merge', patch: { metadata: { finalizers: [] } } })
  await world.user.delete('Service', 'web')
  await world.reconcile()
  assert.deepEqual(world.names(), ['web'])
  const events = world.events.list().filter((event) => event['reason'] === 'ObjectDeleted')
  assert.deepEqual(
    events.map((event) => event['message']),
    ['admin@socket deleted Service/web'],
  )
  assert.match(String(world.events.list().find((event) => event['reason'] === 'Healed')?.['message']), /Service\/web is gone/)
})

test('drift is only reported where the source says so, until somebody asks', async () => {
  const world = await createWorld({ drift: 'Report' })
  world.write({ 'web.yml': service('web', 'replicas: 2, ') })
  await world.reconcile()
  await world.scale(5)
  await world.reconcile()
  assert.equal(world.ready(), 'False Drifted')
  assert.match(world.message(), /1 changes by others: Service\/web spec\.replicas by admin@socket with kit-scale/)
  assert.equal(world.replicas(), 5)
  await world.annotate(syncAnnotation, '1')
  await world.reconcile()
  assert.equal(world.replicas(), 2)
  assert.equal(world.ready(), 'True Applied')
  const told = world.events.list().find((event) => event['reason'] === 'Healed')
  assert.match(String(told?.['message']), /undid drift: Service\/web spec\.replicas \(by admin@socket with kit-scale\) is 5/)
  await world.scale(6)
  await world.reconcile()
  assert.equal(world.replicas(), 6, 'asked once is not asked for ever')
})

for (const [where, spec, metadata] of [
  ['of the source', { leave: ['spec.replicas'] }, ''],
  ['of the object', {}, ', annotations: {kit/leave: spec.replicas}'],
] as const) {
  test(`a scaled field is left to its owner by a word ${where}`, async () => {
    const world = await createWorld(spec)
    const web = (replicas: number) => service('web', `replicas: ${replicas}, `).replace('{name: web}', `{name: web${metadata}}`)
    world.write({ 'web.yml': web(2) })
    await world.reconcile()
    world.write({ 'web.yml': web(3) })
    await world.reconcile()
    assert.equal(world.replicas(), 3, 'nobody else has set it')
    await world.scale(7)
    await world.reconcile()
    world.write({ 'web.yml': web(4).replace('image: x', 'image: y') })
    await world.reconcile()
    assert.equal(world.replicas(), 7)
    assert.equal(world.store.view.get('Service', 'web')?.spec.template.image, 'y')
    assert.equal(world.ready(), 'True Applied')
    assert.equal(world.source().status.drift, undefined)
  })
}

test('a source without force does not take what others have set', async () => {
  const world = await createWorld({ force: false })
  await world.user.apply('Service', {
    apiVersion: 'kit/v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { replicas: 4, template: { image: 'x' } },
  })
  world.write({ 'web.yml': service('web', 'replicas: 2, ') })
  await world.reconcile()
  assert.equal(world.ready(), 'False InvalidFiles')
  assert.match(world.message(), /^web\.yml:4: conflict with "tester".*is 4, and the file says 2/)
  assert.equal(world.replicas(), 4)
})

test('a suspended source writes nothing but its status; one look may be asked for', async () => {
  const world = await createWorld()
  world.write({ 'web.yml': service('web') })
  await world.reconcile()
  await world.user.patch('Source', 'shop', { type: 'merge', patch: { spec: { suspend: true, suspendReason: 'sale' } } })
  world.write({ 'db.yml': service('db') })
  await world.reconcile()
  assert.equal(world.ready(), 'Unknown Suspended')
  assert.match(world.message(), /^suspended by admin@socket \(sale\); the files are at revision/)
  assert.deepEqual(world.source().status.pending, [
    { kind: 'Service', name: 'db', action: 'Create' },
    { kind: 'Service', name: 'web', action: 'Prune' },
  ])
  assert.deepEqual(world.names(), ['web'])
  await world.annotate(syncAnnotation, 'now')
  await world.reconcile()
  assert.deepEqual(world.names(), ['db'])
  await world.reconcile()
  assert.equal(world.ready(), 'Unknown Suspended')
})

test('a source that is suspended for a while goes on by itself', async () => {
  const world = await createWorld({ suspend: true })
  const suspendUntil = formatTimestamp(world.clock.wallMs() + 20_000)
  await world.user.patch('Source', 'shop', { type: 'merge', patch: { spec: { suspendUntil } } })
  world.write({ 'web.yml': service('web') })
  const { requeueAfterMs } = await world.reconcile()
  assert.equal(world.ready(), 'Unknown Suspended')
  assert.ok(world.message().startsWith(`suspended by admin@socket until ${suspendUntil}; the files are at revision`), world.message())
  assert.ok(requeueAfterMs !== undefined && requeueAfterMs > 0 && requeueAfterMs <= 20_000)
  await world.clock.advance(requeueAfterMs)
  await world.reconcile()
  assert.equal(world.ready(), 'True Applied')
  assert.deepEqual(world.names(), ['web'])
})

test('a source that is pinned goes back to what was applied, and stays there', async () => {
  const world = await createWorld()
  const first = world.write({ 'web.yml': service('web', 'replicas: 1, ') }, 'c1')
  await world.reconcile()
  const second = world.write({ 'web.yml': service('web', 'replicas: 2, ') }, 'c2')
  await world.reconcile()
  const pin = (revision: string | null) => world.user.patch('Source', 'shop', { type: 'merge', patch: { spec: { pin: revision } } })
  await pin(first)
  await world.reconcile()
  assert.equal(world.replicas(), 1)
  assert.equal(world.ready(), 'True Pinned')
  world.write({ 'web.yml': service('web', 'replicas: 3, ') })
  await world.reconcile()
  assert.equal(world.replicas(), 1)
  assert.deepEqual(
    [world.source().status.lastAppliedCommit, world.source().status.history?.map(({ revision }) => revision)],
    ['c1', [first, second]],
  )
  await pin('feedfeed')
  await world.reconcile()
  assert.equal(world.ready(), 'False NotKept')
  assert.equal(world.replicas(), 1)
  await pin(null)
  await world.reconcile()
  assert.equal(world.replicas(), 3)
})

test('two sources do not fight over one object', async () => {
  const world = await createWorld()
  world.write({ 'web.yml': service('web', 'replicas: 2, ') })
  await world.reconcile()
  await world.add('other')
  world.write({ 'web.yml': service('web', 'replicas: 3, ') })
  await world.reconcile('other')
  assert.equal(world.ready('other'), 'False InvalidFiles')
  assert.match(world.source('other').status.errors?.[0]?.message ?? '', /Service\/web belongs to source shop/)
  assert.equal(world.replicas(), 2)
})

test('what a source that is gone had created belongs to the next that holds it', async () => {
  const world = await createWorld()
  world.write({ 'web.yml': service('web') })
  await world.reconcile()
  await world.user.delete('Source', 'shop')
  await world.reconcile()
  assert.deepEqual(world.names(), ['web'], 'a source that goes takes nothing with it')
  assert.equal(world.opened(), 0)
  await world.add('next', { allowEmpty: true })
  await world.reconcile('next')
  assert.equal(world.store.view.get('Service', 'web')?.metadata.labels?.['kit/source'], 'next')
  world.write({})
  await world.reconcile('next')
  assert.deepEqual(world.names(), [])
})

test('a source with the finalizer deletes what it has created before it goes', async () => {
  const world = await createWorld()
  world.write({ ...many(12), 'v.yml': 'apiVersion: kit/v1\nkind: Volume\nmetadata: {name: v}\nspec: {}\n' })
  await world.reconcile()
  await world.user.patch('Source', 'shop', { type: 'merge', patch: { metadata: { finalizers: [pruneFinalizer] } } })
  await world.user.delete('Source', 'shop')
  await world.reconcile()
  assert.equal(world.store.view.get('Source', 'shop'), undefined)
  assert.deepEqual(world.names(), [])
  assert.ok(world.store.view.get('Volume', 'v'), 'data stays')
})

test('a source that somebody writes while it ends is looked at again before it goes', async () => {
  const world = await createWorld()
  world.write({ 'web.yml': service('web') })
  await world.reconcile()
  await world.user.patch('Source', 'shop', { type: 'merge', patch: { metadata: { finalizers: [pruneFinalizer] } } })
  await world.user.delete('Source', 'shop')
  const { commit } = world.store
  let isFirst = true
  Object.assign(world.store, {
    async commit(...given: Parameters<typeof commit>) {
      const written = isFirst
      isFirst = false
      if (written) await world.user.patch('Source', 'shop', { type: 'merge', patch: { metadata: { labels: { seen: 'later' } } } })
      return await commit(...given)
    },
  })
  await assert.rejects(world.reconcile(), (error) => reasonOf(error) === 'Conflict')
  assert.deepEqual(world.source().metadata.labels, { seen: 'later' })
  await world.reconcile()
  assert.equal(world.store.view.get('Source', 'shop'), undefined)
})

test('a directory elsewhere is not read, and the status says where it would be', async () => {
  const world = await createWorld({ node: 'w1' })
  await world.reconcile()
  assert.equal(world.ready(), 'False NotHere')
  assert.match(world.message(), /there is no node w1/)
  const metadata = { name: 'w1', uid: 'w1', resourceVersion: 0, generation: 1, createdAt: 0 }
  await world.store.commit({
    writes: [{ op: 'create', object: { kind: 'Node', metadata, spec: { availability: 'Active' }, status: { role: 'Worker' } } }],
  })
  await world.reconcile()
  assert.match(world.message(), /node w1 is a worker: only managers read directories/)
  assert.equal(world.opened(), 0)
})

// Dying on any line: the next look has to come to the same end, and own what it has made.

for (const [what, isCarriedOut] of [
  ['it dies between writes', false],
  ['the answer to a write is lost', true],
] as const)
  test(`wherever ${what}, the next look ends where it would have, and nothing is done twice`, async () => {
    const finish = async (failsAt: number): Promise<{ readonly end: unknown; readonly commits: number }> => {
      const world = await createWorld()
      world.write({ 'web.yml': service('web'), 'db.yml': service('db') })
      await world.reconcile()
      world.write({ 'web.yml': service('web', 'replicas: 3, '), 'new.yml': service('new') })
      let commits = 0
      const { commit } = world.store
      Object.assign(world.store, {
        async commit(...given: Parameters<typeof commit>) {
          if (commits++ !== failsAt) return commit(...given)
          if (isCarriedOut) await commit(...given)
          throw isCarriedOut ? new StatusError('Unknown', 'the leader went away') : new Error('died')
        },
      })
      await world.reconcile().catch((error: unknown) => assert.match(String(error), /an internal error|the leader went away/))
      Object.assign(world.store, { commit })
      const used = commits
      await world.reconcile()
      await world.reconcile()
      const services = [...world.store.view.list('Service')].map(({ metadata, spec }) => [
        metadata.name,
        metadata.deletedAt !== undefined,
        metadata.labels,
        metadata.generation,
        spec,
      ])
      assert.equal(world.ready(), 'True Applied')
      world.write({ 'web.yml': service('web', 'replicas: 3, ') })
      await world.reconcile()
      return { end: [services, world.names()], commits: used }
    }
    const whole = await finish(Number.POSITIVE_INFINITY)
    assert.ok(whole.commits >= 4)
    for (let at = 0; at < whole.commits; at++) assert.deepEqual((await finish(at)).end, whole.end, `at write ${at}`)
  })

test('an attempt that fails in the middle is said, and begins again', async () => {
  const world = await createWorld()
  const good = world.write({ 'a.yml': service('a') })
  await world.reconcile()
  world.write({ 'b.yml': service('b'), 'c.yml': service('c') })
  const { commit } = world.store
  Object.assign(world.store, {
    commit(...given: Parameters<typeof commit>) {
      const refuses = given[0].writes.some((write) => write.op === 'create' && write.object.metadata.name === 'c')
      return refuses ? Promise.reject(new StatusError('TooManyRequests', 'not now')) : commit(...given)
    },
  })
  assert.equal((await world.reconcile()).requeueAfterMs, 30_000)
  assert.equal(world.ready(), 'False ApplyFailed')
  assert.match(world.message(), /^Service\/c: not now; tried again in 30s$/)
  assert.equal(world.source().status.lastAppliedRevision, good)
  assert.deepEqual(world.names(), ['a', 'b'], 'nothing is pruned before all is applied')
  Object.assign(world.store, { commit })
  await world.reconcile()
  assert.equal(world.ready(), 'True Applied')
  assert.deepEqual(world.names(), ['b', 'c'])
})

// Several managers, each with its own directories; this one is n1.

test('a manager that does not lead reads the directory that it has, and says so', async () => {
  const world = await createWorld()
  world.follow()
  await world.reconcile()
  assert.equal(world.ready(), 'undefined undefined', 'the leader says that nobody has it')
  world.write({ 'web.yml': service('web') })
  await world.reconcile()
  assert.equal(world.ready(), 'True Applied')
  assert.equal(world.source().status.node, 'n1')
  assert.deepEqual(world.names(), ['web'])
})

test('what no manager has, the leader says', async () => {
  const world = await createWorld()
  await world.reconcile()
  assert.equal(world.ready(), 'False DirectoryMissing')
  assert.match(world.message(), /there is no directory \/srv\/shop on any manager/)
  assert.equal(world.source().status.node, undefined)
})

const isReadOn = (world: Awaited<ReturnType<typeof createWorld>>, node: string) =>
  world.user.patch('Source', 'shop', { type: 'merge', patch: { status: { node } } }, { subresource: 'status' })
const addManager = (world: Awaited<ReturnType<typeof createWorld>>, name: string, state: 'Ready' | 'Down') =>
  world.store.commit({
    writes: [
      {
        op: 'create',
        object: {
          kind: 'Node',
          metadata: { name, uid: name, resourceVersion: 0, generation: 1, createdAt: 0 },
          spec: { availability: 'Active' },
          status: { role: 'Manager', state },
        },
      },
    ],
  })

test('another manager reads it: nothing is read or written here, also when this one leads', async () => {
  const world = await createWorld()
  await addManager(world, 'n2', 'Ready')
  await isReadOn(world, 'n2')
  world.write({ 'web.yml': service('web') })
  await world.reconcile()
  assert.deepEqual([world.names(), world.opened(), world.source().status.node], [[], 0, 'n2'])
})

test('the manager that read it is down: one that has the directory goes on, and without one the leader says so', async () => {
  const world = await createWorld()
  await addManager(world, 'n2', 'Down')
  await isReadOn(world, 'n2')
  await world.reconcile()
  assert.equal(world.ready(), 'False NodeDown')
  assert.match(world.message(), /^node n2, which reads the directory, is down; what was applied stays$/)
  world.write({ 'web.yml': service('web') })
  await world.reconcile()
  assert.deepEqual([world.ready(), world.names(), world.source().status.node], ['True Applied', ['web'], 'n1'])
})

for (const [what, before] of [
  ['lost', 'n1'],
  ['taken by another', undefined],
] as const)
  test(`a source that is ${what} while its directory is read is left alone`, async () => {
    const world = await createWorld()
    await addManager(world, 'n2', 'Ready')
    if (before !== undefined) await isReadOn(world, before)
    world.write({ 'web.yml': service('web') })
    world.whileReading(async () => await isReadOn(world, 'n2'))
    await world.reconcile()
    assert.deepEqual([world.source().status, world.names()], [{ node: 'n2' }, []])
  })

test('who has lost the source in the middle of an attempt writes nothing more', async () => {
  const world = await createWorld()
  world.write({ 'a.yml': service('a') })
  await world.reconcile()
  world.write(many(5))
  const { commit } = world.store
  Object.assign(world.store, {
    async commit(...given: Parameters<typeof commit>) {
      const done = await commit(...given)
      const [write] = given[0].writes
      if (write?.op === 'create' && write.object.metadata.name === 's1') await isReadOn(world, 'n2')
      return done
    },
  })
  await assert.rejects(world.reconcile(), /Operation cannot be fulfilled on sources "shop"/)
  assert.deepEqual(world.names(), ['a', 's0', 's1'])
})
