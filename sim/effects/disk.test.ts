import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDisk } from '../../effects/disk.suite.ts'
import { SimulatedDisk } from './disk.ts'
import { EventQueue } from './event-queue.ts'
import { SeededRandom } from './random.ts'

testDisk('the simulated disk', async () => {
  const queue = new EventQueue()
  const disk = new SimulatedDisk(new SeededRandom(1))
  disk.platter.makeDirectory('/state')
  return { disk: disk.mount(queue.lane()), directory: '/state', run: (work) => queue.settle(work), dispose: async () => {} }
})

async function written(rates: { readonly lost: number; readonly garbage: number }, syncsDirectory = true): Promise<string | undefined> {
  const simulated = new SimulatedDisk(new SeededRandom(2))
  simulated.platter.makeDirectory('/d')
  const disk = simulated.mount()
  const file = await disk.open('/d/f', { create: true })
  await file.write(0, Buffer.alloc(1024, 'a'))
  await file.sync()
  if (syncsDirectory) await disk.syncDirectory('/d')
  await file.write(0, Buffer.alloc(600, 'b'))
  simulated.crash(rates)
  const after = await disk.list('/d')
  if (after.length === 0) return undefined
  return Buffer.from(await (await disk.open('/d/f')).read(0, 2000)).toString('latin1')
}

test('a crash loses what was not synced, keeps it, or makes it garbage, piece by piece', async () => {
  assert.equal(await written({ lost: 1, garbage: 0 }), 'a'.repeat(1024))
  assert.equal(await written({ lost: 0, garbage: 0 }), 'b'.repeat(600) + 'a'.repeat(424))
  const garbled = await written({ lost: 0, garbage: 1 })
  assert.equal(garbled?.slice(600), 'a'.repeat(424), 'bytes that the write did not cover are unharmed')
  assert.notEqual(garbled?.slice(0, 600), 'b'.repeat(600))
})

test('a new file is lost in a crash unless its directory was synced', async () => {
  const outcomes = new Set<boolean>()
  for (let seed = 0; seed < 40; seed += 1) {
    const simulated = new SimulatedDisk(new SeededRandom(seed))
    simulated.platter.makeDirectory('/d')
    const disk = simulated.mount()
    await (await disk.open('/d/f', { create: true })).sync()
    simulated.crash()
    outcomes.add((await disk.list('/d')).includes('f'))
  }
  assert.deepEqual(outcomes, new Set([true, false]))
})

test('after a failed sync a second one succeeds without making anything durable', async () => {
  const simulated = new SimulatedDisk(new SeededRandom(3))
  simulated.platter.makeDirectory('/d')
  const disk = simulated.mount()
  const file = await disk.open('/d/f', { create: true })
  await disk.syncDirectory('/d')
  await file.write(0, Buffer.from('x'))
  simulated.faults.syncErrors = 1
  await assert.rejects(file.sync(), /EIO/)
  simulated.faults.syncErrors = 0
  await file.sync()
  simulated.crash()
  assert.equal(await (await disk.open('/d/f')).size(), 0)
})

test('a write that goes to another place is missing in its own when a later one is durable, and harms no last write', async () => {
  let found = 0
  for (let seed = 0; seed < 40; seed += 1) {
    const simulated = new SimulatedDisk(new SeededRandom(seed))
    simulated.platter.makeDirectory('/d')
    const disk = simulated.mount()
    const other = await disk.open('/d/other', { create: true, writesThrough: true })
    for (const text of ['p', 'q']) await other.write(text === 'p' ? 0 : 512, Buffer.alloc(512, text))
    const file = await disk.open('/d/f', { create: true, writesThrough: true })
    await disk.syncDirectory('/d')
    await file.write(0, Buffer.alloc(1024, 'a'))
    simulated.faults.strayWrites = 1
    await file.write(512, Buffer.alloc(512, 'b'))
    simulated.faults.strayWrites = 0
    assert.equal(simulated.platter.hasStrayed, false, 'that the last write is missing, no reader could tell from a crash')
    await file.write(1024, Buffer.alloc(512, 'c'))
    assert(simulated.platter.hasStrayed)
    simulated.crash()
    const texts = await Promise.all(
      ['/d/f', '/d/other'].map(async (path) => Buffer.from(await (await disk.open(path)).read(0, 2000)).toString()),
    )
    const [own = '', others = ''] = texts
    assert.equal(own.slice(512), `${'a'.repeat(512)}${'c'.repeat(512)}`)
    assert.equal(others.slice(512), 'q'.repeat(512))
    assert(['a', 'b'].includes(own.charAt(0)) && ['p', 'b'].includes(others.charAt(0)))
    if (own.startsWith('b') || others.startsWith('b')) found += 1
  }
  assert(found > 5, 'it overwrites what was safe')
})

test('a full disk refuses a growing write as a whole and still takes overwrites', async () => {
  const simulated = new SimulatedDisk(new SeededRandom(4))
  simulated.platter.makeDirectory('/d')
  const disk = simulated.mount()
  const file = await disk.open('/d/f', { create: true })
  await file.write(0, Buffer.alloc(100))
  simulated.faults.capacityBytes = 100
  await assert.rejects(file.write(99, Buffer.from('xy')), /ENOSPC/)
  await file.write(0, Buffer.alloc(100, 'z'))
  assert.equal(await file.size(), 100)
})

test('one seed gives one sequence of latencies, and a dead process hears nothing', async () => {
  const times: number[] = []
  for (let run = 0; run < 2; run += 1) {
    const queue = new EventQueue()
    const simulated = new SimulatedDisk(new SeededRandom(5))
    simulated.platter.makeDirectory('/d')
    const lane = queue.lane()
    const disk = simulated.mount(lane)
    const file = await queue.settle(disk.open('/d/f', { create: true }))
    await queue.settle(file.sync())
    times.push(queue.nowMs())
    let heard = false
    void file.sync().finally(() => {
      heard = true
    })
    lane.close()
    await queue.run(10_000)
    assert.equal(heard, false)
  }
  assert.equal(times[0], times[1])
})
