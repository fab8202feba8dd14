import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Disk } from '../../effects/effects.ts'
import { SimulatedDisk } from '../../sim/effects/disk.ts'
import { SeededRandom } from '../../sim/effects/random.ts'
import { simpleConfiguration } from '../raft/configuration.ts'
import { walErrorKind } from './errors.ts'
import { directory, entry, open, snapshotChunks, unlockKey } from './testdata/workload.ts'
import { openKeys, type Wal } from './wal.ts'

const path = `${directory}/keys.json`
const [first, second] = [unlockKey(1), unlockKey(2)]
const hardState = { term: 1, vote: 'node-a', commit: 0 }
const opens = (disk: Disk, key?: Uint8Array, seed = 9) => openKeys(disk, directory, new SeededRandom(seed), key)
const isKind = (kind: string) => (error: unknown) => walErrorKind(error) === kind

async function text(disk: Disk, name: string): Promise<string> {
  const file = await disk.open(`${directory}/${name}`)
  return Buffer.from(await file.read(0, await file.size())).toString('latin1')
}

/** Every data key that some file of the log is sealed with. */
async function keysInUse(disk: Disk): Promise<ReadonlySet<string>> {
  const names = (await disk.list(directory)).filter((name) => /^(log|snapshot)-/.test(name))
  const headers = await Promise.all(names.map((name) => text(disk, name)))
  return new Set(headers.map((header) => /"key":"([0-9a-f]+)"/.exec(header)?.[1] ?? ''))
}

async function fill(wal: Wal, from: number, count: number): Promise<void> {
  for (let index = from; index < from + count; index += 1)
    await wal.append({ hardState, entries: [entry(index, 1, `${index}`.padStart(200, '.'))] })
}

const snapshot = (wal: Wal, index: number): Promise<void> =>
  wal.saveSnapshot({ index, term: 1, configuration: simpleConfiguration(['node-a']) }, snapshotChunks(index), index + 1)

test('with an unlock key the keys open with it only, and a wrong key is told apart from a damaged file', async () => {
  const simulated = new SimulatedDisk(new SeededRandom(1))
  const disk = simulated.mount()
  const keys = await opens(disk)
  const clear = await text(disk, 'keys.json')
  await keys.changeLock(first, 1)
  const locked = await text(disk, 'keys.json')
  for (const secret of clear.match(/[\w+/]{43}=/g) ?? []) assert.ok(!locked.includes(secret), 'no key is left in clear')
  await assert.rejects(opens(disk), isKind('Locked'))
  await assert.rejects(opens(disk, second), isKind('WrongUnlockKey'))
  const again = await opens(disk, first)
  assert.deepEqual([again.current, again.isLocked, again.lockVersion], [keys.current, true, 1])

  for (let offset = 0; offset < locked.length; offset += 7) {
    simulated.platter.damage(path, offset, 0x01)
    await assert.rejects(opens(disk, first), isKind('WrongKey'), `offset ${offset}`)
    await assert.rejects(opens(disk, second), isKind('WrongKey'), `offset ${offset}`)
    simulated.platter.damage(path, offset, 0x01)
  }
  await keys.changeLock(second, 2)
  await assert.rejects(opens(disk, first), isKind('WrongUnlockKey'))
  await keys.changeLock(undefined, 3)
  assert.equal((await opens(disk)).isLocked, false)
})

test('an unlock key that is not newer than the present one is not taken up', async () => {
  const disk = new SimulatedDisk(new SeededRandom(1)).mount()
  const keys = await opens(disk)
  await Promise.all([keys.changeLock(first, 4), keys.changeLock(second, 4), keys.changeLock(undefined, 2)])
  assert.equal((await opens(disk, first)).lockVersion, 4)
})

test('with an unlock key comes another data key: at once for what is written, and the one before goes with its last file', async () => {
  const disk = new SimulatedDisk(new SeededRandom(1)).mount()
  const { wal, keys } = await open(disk, 1)
  await fill(wal, 1, 30)
  await snapshot(wal, 20)
  const before = keys.current
  await keys.changeLock(first, 1)
  assert.notEqual(keys.current, before)
  await fill(wal, 31, 1)
  assert.equal(wal.hasOldKeys, true)
  assert.deepEqual(await keysInUse(disk), new Set([before, keys.current]), 'what was sealed before can still be read')
  await snapshot(wal, 31)
  assert.equal(wal.hasOldKeys, false)
  assert.deepEqual(await keysInUse(disk), new Set([keys.current]))
  await wal.close()
  const { recovered } = await open(disk, 2, { locks: { acknowledged: 1, asked: 1 } })
  assert.equal(recovered.snapshot?.meta.index, 31)
})

test('a log that ended in order goes on under the data key that came with its last breath', async () => {
  const disk = new SimulatedDisk(new SeededRandom(1)).mount()
  const { wal, keys } = await open(disk, 1)
  await fill(wal, 1, 3)
  await keys.changeLock(first, 1)
  await wal.close()
  const again = await open(disk, 2, { locks: { acknowledged: 1, asked: 1 } })
  await fill(again.wal, 4, 1)
  const [, last = ''] = (await disk.list(directory)).filter((name) => name.startsWith('log-'))
  assert.match(await text(disk, last), new RegExp(`"key":"${again.keys.current}"`))
  await snapshot(again.wal, 4)
  assert.equal(again.wal.hasOldKeys, false)
})

test('small secrets are sealed while there is an unlock key, and one of before opens after the next', async () => {
  const disk = new SimulatedDisk(new SeededRandom(1)).mount()
  const keys = await opens(disk)
  assert.equal(keys.seal('a secret'), 'a secret')
  assert.equal(keys.isStale('a secret'), false)
  await keys.changeLock(first, 1)
  assert.equal(keys.isStale('a secret'), true)
  const sealed = keys.seal('a secret')
  assert.doesNotMatch(sealed, /a secret/)
  await keys.changeLock(second, 2)
  assert.equal(keys.isStale(sealed), true)
  await keys.changeLock(undefined, 3)
  const again = await opens(disk)
  assert.equal(again.unseal(sealed), 'a secret')
  assert.equal(again.unseal('a secret'), 'a secret')
  assert.equal(again.unseal(`${sealed.slice(0, -8)}AAAAAAA=`), undefined)
  assert.equal(again.unseal('sealed:0123456789abcdef:AAAA'), undefined)
})
