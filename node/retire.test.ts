import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Disk, Log } from '../effects/effects.ts'
import { SimulatedDisk } from '../sim/effects/disk.ts'
import { SeededRandom } from '../sim/effects/random.ts'
import { openStore } from '../store/open-store.ts'
import { ManualClock } from '../store/testdata/world.ts'
import { loadIdentity, readIdentity } from './identity.ts'
import { formerTerm, retireManager } from './retire.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {} }

test('cut off after any file of the log, it goes on, and the term is kept', async () => {
  for (let left = 0; ; left += 1) {
    const random = new SeededRandom(3)
    const disk = new SimulatedDisk(random).mount()
    const identity = await loadIdentity({ disk, random }, '/n')
    const store = await openStore({ disk, random, clock: new ManualClock(), log }, { directory: '/n/raft', ...identity })
    const { term } = store.status()
    await store.close()
    let removed = 0
    const cutOff: Disk = {
      ...disk,
      async remove(path) {
        if (path.startsWith('/n/raft/') && removed++ >= left) throw new Error('cut off')
        await disk.remove(path)
      },
    }
    const isWhole = await retireManager({ disk: cutOff, random, log }, '/n', identity).then(
      () => true,
      () => false,
    )
    await retireManager({ disk, random, log }, '/n', identity)
    assert.ok(term > 0)
    assert.equal(await formerTerm(disk, '/n'), term)
    assert.deepEqual(await disk.list('/n/raft'), [])
    assert.equal(await readIdentity(disk, '/n'), undefined)
    if (isWhole) return assert.ok(left > 1)
  }
})
