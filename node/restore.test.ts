import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KitObject } from '../api/objects.ts'
import type { Log } from '../effects/effects.ts'
import { SimulatedDisk } from '../sim/effects/disk.ts'
import { SeededRandom } from '../sim/effects/random.ts'
import { backUp, headerOf } from '../store/backup.ts'
import { capture } from '../store/mvcc/snapshot.ts'
import { State } from '../store/mvcc/state.ts'
import { openStore } from '../store/open-store.ts'
import { ManualClock } from '../store/testdata/world.ts'
import { openNodeKeys } from './open-keys.ts'
import { type Backup, readBackup, restoreBackup } from './restore.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }
const unlockKey = new Uint8Array(32).fill(7)
const taken = { clusterId: 'cluster-a', takenAt: '2026-01-31T12:00:00Z', version: '0.1.0' }

const metadata = (name: string) => ({ name, uid: `uid-${name}`, resourceVersion: 0, generation: 1, createdAt: 0 })
const node = (name: string, role: 'Manager' | 'Worker'): KitObject => ({
  kind: 'Node',
  metadata: metadata(name),
  spec: { role },
  status: { role },
})
const task = (slot: number, nodeName: string, state: 'Running' | 'Failed'): KitObject => ({
  kind: 'Task',
  metadata: metadata(`web.${slot}.x`),
  spec: { service: 'web', serviceUid: 'uid-web', slot, attempt: 1, revision: 'r', desired: 'Running', nodeName },
  status: { state, at: 5 },
})
const cluster: KitObject = {
  kind: 'Cluster',
  metadata: metadata('default'),
  spec: { autolock: true },
  status: { autolock: { version: 3, rotation: 0, key: 'as it was' } },
}
const objects: readonly KitObject[] = [
  cluster,
  node('m1', 'Manager'),
  node('m2', 'Manager'),
  node('w1', 'Worker'),
  task(1, 'm1', 'Running'),
  task(2, 'w1', 'Running'),
  task(3, 'm2', 'Failed'),
]

const request = { id: 'r', digest: 'd', atMs: 5 }

/** Lines of a backup as of index 20. */
function lines(key?: Uint8Array): readonly string[] {
  const state = new State()
  for (const [at, object] of objects.entries())
    state.apply(at + 1, { writes: [{ op: 'create', object }], ...(object.kind === 'Cluster' && { request }) })
  state.skip(20)
  const captured = capture(state)
  const seal = key === undefined ? undefined : { key, salt: new SeededRandom(3).bytes(16) }
  return [...backUp(captured, headerOf(captured, taken), seal)].map((value) => JSON.stringify(value))
}

function read(text: readonly string[], key?: Uint8Array): Promise<Backup> {
  return readBackup(async function* each() {
    yield* text
  }, key)
}

for (const [what, key] of [['in clear', undefined], ['sealed', unlockKey]] as const) // biome-ignore format: one table
  test(`a backup ${what} is whole, or refused: cut off anywhere, with any byte changed, with something behind it`, async () => {
    const whole = lines(key)
    assert.equal((await read(whole, key)).header.index, 20)
    for (let count = 0; count < whole.length; count += 1)
      await assert.rejects(read(whole.slice(0, count), key), /cannot be used/, `${count} lines`)
    for (const [at, line] of whole.entries()) {
      for (let position = 0; position < line.length; position += 5) {
        const flipped = String.fromCharCode(line.charCodeAt(position) ^ 1)
        const changed = line.slice(0, position) + flipped + line.slice(position + 1)
        await assert.rejects(read(whole.with(at, changed), key), /cannot be used/, `line ${at}: ${changed}`)
      }
      await assert.rejects(read(whole.toSpliced(at, 1), key), /cannot be used/, `without line ${at}`)
    }
    await assert.rejects(read([...whole, '{}'], key), /something behind its end/)
    await assert.rejects(read(['{"kind":"Service"}', ...whole], key), /not a backup of kit/)
    await assert.rejects(
      read(whole.with(0, String(whole[0]).replace('"format":1', '"format":2')), key),
      /format 2, and this kit reads format 1.*version 0\.1\.0/,
    )
  })

test('a sealed backup shows nothing without its key, and another key is told apart from damage', async () => {
  const sealed = lines(unlockKey)
  assert.doesNotMatch(sealed.join(), /as it was|web/)
  await assert.rejects(read(sealed), { reason: 'Locked' })
  await assert.rejects(read(sealed, new Uint8Array(32).fill(8)), { reason: 'Unauthorized' })
})

test('a restored manager is another node, alone; managers of before and what they ran are gone, workers are not', async () => {
  const disk = new SimulatedDisk(new SeededRandom(1)).mount()
  const [random, clock] = [new SeededRandom(2), new ManualClock()]
  const backup = await read(lines(unlockKey), unlockKey)
  assert.deepEqual([...backup.managers.keys()], ['m1', 'm2'])
  const identity = await restoreBackup({ disk, random, clock, log: silent }, '/n', backup)
  assert.equal(identity.clusterId, 'cluster-a')
  assert.ok(!['m1', 'm2', 'w1'].includes(identity.nodeId))

  await assert.rejects(openNodeKeys({ disk, random }, '/n', undefined), { reason: 'Locked' })
  const keys = await openNodeKeys({ disk, random }, '/n', unlockKey)
  assert.equal(keys.lockVersion, 3)
  const store = await openStore({ disk, random, clock, log: silent }, { directory: '/n/raft', ...identity, keys })
  const { view } = store
  assert.deepEqual(store.members.voters, [identity.nodeId])
  assert.deepEqual([...view.list('Node')].map(({ metadata: { name } }) => name), ['w1']) // biome-ignore format: one idea
  assert.deepEqual(
    [...view.list('Task')].map(({ spec, status }) => [spec.nodeName, status.state]),
    [
      ['m1', 'Orphaned'],
      ['w1', 'Running'],
      ['m2', 'Failed'],
    ],
  )
  assert.equal(view.appliedRequest(request)?.name, 'default', 'what was carried out before the backup is not carried out again')
  assert.ok(view.resourceVersion > 1_000_000_000, 'no version that was given after the backup is given again')
  assert.throws(() => store.history(500), { reason: 'Expired' })
  await store.close()
})
