import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KitObject } from '../api/objects.ts'
import { formatUnlockKey } from '../api/unlock-key.ts'
import { SimulatedDisk } from '../sim/effects/disk.ts'
import { SeededRandom } from '../sim/effects/random.ts'
import { openStore } from '../store/open-store.ts'
import { ManualClock, silent } from '../store/testdata/world.ts'
import { followAutolock } from './follow-autolock.ts'
import { openNodeKeys } from './open-keys.ts'

const [first, second] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]

/** A manager on that disk; `change` makes the cluster want another lock. */
async function start(simulated: SimulatedDisk, unlockKey?: Uint8Array) {
  const deps = { disk: simulated.mount(), random: new SeededRandom(5), clock: new ManualClock(), log: silent }
  const keys = await openNodeKeys(deps, '/n', unlockKey)
  const store = await openStore(deps, { directory: '/n/raft', nodeId: 'm', clusterId: 'c', keys, segmentBytes: 16_384 })
  const stop = new AbortController()
  let checked = 0
  const following = followAutolock(
    {
      ...deps,
      store,
      keys,
      keeper: {
        checkKey() {
          checked += 1
        },
      },
    },
    stop.signal,
  )
  return {
    ...{ store, keys, clock: deps.clock },
    checked: () => checked,
    async change(version: number, key: Uint8Array | undefined) {
      const present = store.view.get('Cluster', 'default')
      const autolock = { version, rotation: 0, ...(key === undefined ? {} : { key: formatUnlockKey(key) }) }
      const object: KitObject = {
        kind: 'Cluster',
        metadata: present?.metadata ?? { name: 'default', uid: 'u', resourceVersion: 0, generation: 1, createdAt: 0 },
        spec: {},
        status: { autolock },
      }
      await store.commit({ writes: [{ op: present === undefined ? 'create' : 'update', object }] })
    },
    async end() {
      stop.abort()
      await following
      await store.close()
    },
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; !isTrue(); turn += 1) {
    assert.ok(turn < 10_000, String(isTrue))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('a manager takes up each lock of the cluster, with another data key of which the one before is soon gone, and none of before', async () => {
  const simulated = new SimulatedDisk(new SeededRandom(1))
  const manager = await start(simulated)
  const { keys } = manager
  const clear = keys.current
  await manager.change(1, first)
  await until(() => keys.lockVersion === 1 && !keys.hasOld)
  assert.notEqual(keys.current, clear)
  assert.equal(manager.checked(), 1, 'the key of its certificate is looked at')
  await manager.change(4, second)
  await until(() => keys.lockVersion === 4 && !keys.hasOld)
  await manager.change(3, undefined)
  await manager.change(5, second)
  await until(() => keys.lockVersion === 5)
  assert.equal(keys.isLocked, true, 'a change that is not newer was not taken up')
  await manager.end()

  await assert.rejects(start(simulated, first), { reason: 'Unauthorized' })
  const again = await start(simulated, second)
  assert.equal(again.store.view.get('Cluster', 'default')?.status.autolock?.version, 5)
  await again.change(6, undefined)
  await until(() => !again.keys.isLocked)
  await again.end()
  await (await start(simulated)).end()
})

test('the disk is full when the lock comes: it is tried again until there is space', async () => {
  const simulated = new SimulatedDisk(new SeededRandom(1))
  const manager = await start(simulated)
  await manager.change(1, undefined)
  await until(() => manager.keys.lockVersion === 1)
  simulated.faults.capacityBytes = simulated.platter.usedBytes()
  await manager.change(2, first)
  await until(() => manager.store.view.get('Cluster', 'default')?.status.autolock?.version === 2)
  assert.equal(manager.keys.isLocked, false)
  simulated.faults.capacityBytes = Number.POSITIVE_INFINITY
  await until(() => {
    manager.clock.advance(1_000)
    return manager.keys.isLocked
  })
  await manager.end()
})
