import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Disk } from '../../effects/effects.ts'
import { SimulatedDisk } from '../../sim/effects/disk.ts'
import { SeededRandom } from '../../sim/effects/random.ts'
import { simpleConfiguration } from '../raft/configuration.ts'
import { walErrorKind } from './errors.ts'
import { frameHeaderBytes } from './frame.ts'
import { Recorder, type Step } from './testdata/recorder.ts'
import { sealedOnce } from './testdata/seals.ts'
import { checkSnapshot, directory, entry, modelOf, open, snapshotChunks } from './testdata/workload.ts'
import type { Wal } from './wal.ts'

const hardState = { term: 1, vote: 'node-a', commit: 0 }
const meta = (index: number, term = 1) => ({ index, term, configuration: simpleConfiguration(['node-a']) })

function newDisk(): SimulatedDisk {
  return new SimulatedDisk(new SeededRandom(1))
}

/** `count` batches of one entry of 200 bytes, from index `first`. */
async function fill(wal: Wal, first: number, count: number): Promise<void> {
  for (let index = first; index < first + count; index += 1)
    await wal.append({ hardState, entries: [entry(index, 1, `${index}`.padStart(200, '.'))] })
}

async function logFiles(disk: Disk): Promise<readonly string[]> {
  return (await disk.list(directory)).filter((name) => name.startsWith('log-'))
}

const isKind =
  (kind: string, words: RegExp = /./) =>
  (error: unknown) =>
    walErrorKind(error) === kind && error instanceof Error && words.test(error.message)

test('what was appended comes back after a clean end and after a crash', async () => {
  for (const isClean of [true, false]) {
    const simulated = newDisk()
    const { wal, recovered } = await open(simulated.mount())
    assert.deepEqual(modelOf(recovered), { hardState: { term: 0, vote: null, commit: 0 }, snapshotIndex: 0, entries: [] })
    const entries = [entry(1, 1, ''), entry(2, 1), entry(3, 2, 'x'.repeat(9000))]
    await wal.append({ hardState: { term: 2, vote: null, commit: 1 }, entries })
    if (isClean) await wal.close()
    else simulated.crash()
    const again = await open(simulated.mount(), 2)
    assert.deepEqual(again.recovered, { hardState: { term: 2, vote: null, commit: 1 }, entries })
  }
})

test('a log closed in order goes on in the same segment, a crashed one in a new one', async () => {
  const simulated = newDisk()
  const first = await open(simulated.mount())
  await fill(first.wal, 1, 2)
  await first.wal.close()
  const second = await open(simulated.mount(), 2)
  assert.equal((await logFiles(simulated.mount())).length, 1)
  await fill(second.wal, 3, 1)
  simulated.crash()
  const third = await open(simulated.mount(), 3)
  assert.equal((await logFiles(simulated.mount())).length, 2)
  assert.equal(third.recovered.entries.length, 3)
})

test('entries replaced by a truncation stay away, and a gap is refused', async () => {
  const simulated = newDisk()
  const { wal } = await open(simulated.mount())
  await wal.append({ hardState, entries: [1, 2, 3, 4].map((index) => entry(index, 1)) })
  await wal.append({ hardState: { ...hardState, term: 2 }, truncateFrom: 3, entries: [entry(3, 2)] })
  await assert.rejects(wal.append({ entries: [entry(5, 2)] }), /entry 5 follows entry 3/)
  await wal.close()
  const { recovered } = await open(simulated.mount(), 2)
  assert.deepEqual(
    recovered.entries.map(({ index, term }) => [index, term]),
    [
      [1, 1],
      [2, 1],
      [3, 2],
    ],
  )
})

test('one batch is one durable write', async () => {
  const recorder = new Recorder()
  const { wal } = await open(recorder.wrap(newDisk().mount()), 1, { segmentBytes: 65536 })
  await fill(wal, 1, 3)
  const before = recorder.steps.length
  await wal.append({ hardState, entries: Array.from({ length: 50 }, (_, at) => entry(4 + at, 1)) })
  assert.deepEqual(
    recorder.steps.slice(before).map(({ kind }) => kind),
    ['write', 'sync'],
  )
})

test('a snapshot replaces what it covers, and whole segments below the tail go', async () => {
  const simulated = newDisk()
  const { wal } = await open(simulated.mount())
  await fill(wal, 1, 60)
  const before = await logFiles(simulated.mount())
  await wal.saveSnapshot(meta(50), snapshotChunks(50), 45)
  assert.equal(wal.bytesSinceSnapshot, 0)
  const after = await logFiles(simulated.mount())
  assert.ok(after.length < before.length && after.at(-1) === before.at(-1), `${before} → ${after}`)
  await wal.saveSnapshot(meta(40), snapshotChunks(40), 1)
  await wal.close()
  const { recovered } = await open(simulated.mount(), 2)
  assert.deepEqual(recovered.snapshot?.meta, meta(50), 'an older snapshot moves nothing back')
  assert.deepEqual(
    recovered.entries.map(({ index }) => index),
    [51, 52, 53, 54, 55, 56, 57, 58, 59, 60],
  )
  assert.equal(recovered.hardState.commit, 50)
  await checkSnapshot(recovered)
})

test('a chunk of several MiB comes back in pieces, byte for byte', async () => {
  const simulated = newDisk()
  const { wal } = await open(simulated.mount())
  await fill(wal, 1, 1)
  const bytes = Buffer.from(new SeededRandom(5).bytes(2_500_000))
  await wal.saveSnapshot(meta(1), [bytes], 2)
  simulated.crash()
  const { recovered } = await open(simulated.mount(), 2)
  const found: Uint8Array[] = []
  for await (const chunk of recovered.snapshot?.chunks() ?? []) found.push(chunk)
  assert.equal(found.length, 3)
  assert.ok(Buffer.concat(found).equals(bytes))
})

test('text and bytes, short and long, come back as they were, as UTF-8', async () => {
  const simulated = newDisk()
  const { wal } = await open(simulated.mount())
  await fill(wal, 1, 1)
  const texts = ['plain\n', 'zwölf 日本 😀\n'.repeat(20_000), Buffer.from('bytes\n'), 'x'.repeat(1_048_570), 'é', '😀'.repeat(600_000), '']
  await wal.saveSnapshot(meta(1), texts, 2)
  await wal.close()
  const { recovered } = await open(simulated.mount(), 2)
  const found: Uint8Array[] = []
  for await (const chunk of recovered.snapshot?.chunks() ?? []) found.push(chunk)
  assert.ok(Buffer.concat(found).equals(Buffer.from(texts.join(''))))
})

test('small chunks are put together, and come back byte for byte', async () => {
  const simulated = newDisk()
  const { wal } = await open(simulated.mount())
  await fill(wal, 1, 1)
  const chunks = Array.from({ length: 2_000 }, (_, at) => Buffer.from(`${at}`.padStart(500, '.')))
  await wal.saveSnapshot(meta(1), chunks, 2)
  const found: Uint8Array[] = []
  for await (const chunk of wal.readSnapshot(meta(1))) found.push(chunk)
  assert.deepEqual(Buffer.concat(found), Buffer.concat(chunks))
  assert.ok(found.length <= 4, `${found.length} chunks`)
})

test('chunks that end in an error leave the log as it was', async () => {
  const simulated = newDisk()
  const { wal } = await open(simulated.mount())
  await fill(wal, 1, 2)
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('begun')
    throw new Error('stopping')
  }
  await assert.rejects(wal.saveSnapshot(meta(1), failing(), 1), /^Error: stopping$/)
  await fill(wal, 3, 1)
  await wal.saveSnapshot(meta(2), snapshotChunks(2), 1)
  await wal.close()
  assert.equal((await open(simulated.mount(), 2)).recovered.entries.length, 1)
})

test('a damaged snapshot falls back to the one before it while the log reaches back there, and else refuses', async () => {
  for (const keepFrom of [5, 51]) {
    const simulated = newDisk()
    const { wal } = await open(simulated.mount())
    await fill(wal, 1, 20)
    await wal.saveSnapshot(meta(10), snapshotChunks(10), 1)
    await fill(wal, 21, 30)
    await wal.saveSnapshot(meta(50), snapshotChunks(50), keepFrom)
    await wal.close()
    const newest = (await simulated.mount().list(directory)).findLast((name) => name.startsWith('snapshot-'))
    simulated.platter.damage(`${directory}/${newest}`, 700)
    if (keepFrom === 51) await assert.rejects(open(simulated.mount(), 2), isKind('Corrupt', /snapshot.*does not reach back/))
    else {
      const { recovered } = await open(simulated.mount(), 2)
      assert.equal(recovered.snapshot?.meta.index, 10)
      assert.deepEqual([recovered.entries[0]?.index, recovered.entries.at(-1)?.index], [11, 50])
      assert.match(recovered.repaired ?? '', /is damaged: started from snapshot/)
      await checkSnapshot(recovered)
    }
  }
})

test('a byte that rots anywhere in acknowledged data is refused, and the refusal changes nothing', async () => {
  const simulated = newDisk()
  const recorder = new Recorder()
  const { wal } = await open(recorder.wrap(simulated.mount()))
  await fill(wal, 1, 40)
  await wal.close()
  const disk = simulated.mount()
  const files = await logFiles(disk)
  assert.ok(files.length >= 3)
  const ends = frameEnds(recorder.steps)
  for (const [at, name] of files.entries()) {
    const file = await disk.open(`${directory}/${name}`)
    const end = ends.get(`${directory}/${name}`) ?? 0
    // The seal behind the last batch is itself only a hint, and may rot.
    const acknowledged = at === files.length - 1 ? end - frameHeaderBytes : end
    for (let offset = 3; offset < acknowledged; offset += 37) {
      simulated.platter.damage(`${directory}/${name}`, offset)
      const before = await disk.list(directory)
      await assert.rejects(
        open(disk, 2),
        isKind('Corrupt', new RegExp(`${name}: .* at offset \\d+\\. .*join as a new node`)),
        `${name} at ${offset}`,
      )
      assert.deepEqual(await disk.list(directory), before)
      simulated.platter.damage(`${directory}/${name}`, offset)
    }
    assert.ok((await file.size()) > 0)
  }
  assert.equal((await open(disk, 3)).recovered.entries.length, 40, 'undamaged again, it opens')
})

/** Where the written part of each segment ends, by the name that the file had in the end. */
function frameEnds(steps: readonly Step[]): ReadonlyMap<string, number> {
  const paths = new Map<number, string>()
  const ends = new Map<string, number>()
  for (const step of steps) {
    if (step.kind === 'open') paths.set(step.handle, step.path)
    if (step.kind === 'rename') for (const [handle, path] of paths) if (path === step.from) paths.set(handle, step.to)
    if (step.kind === 'write' && step.bytes.length % 512 !== 0) ends.set(paths.get(step.handle) ?? '', step.offset + step.bytes.length)
  }
  return ends
}

test('a missing segment in the middle is refused', async () => {
  const simulated = newDisk()
  const { wal } = await open(simulated.mount())
  await fill(wal, 1, 60)
  await wal.close()
  const files = await logFiles(simulated.mount())
  await simulated.mount().remove(`${directory}/${files[1]}`)
  await assert.rejects(open(simulated.mount(), 2), isKind('Corrupt', /a file is missing/))
})

test('a missing first segment is refused when no snapshot covers it', async () => {
  const simulated = newDisk()
  const { wal } = await open(simulated.mount())
  await fill(wal, 1, 60)
  await wal.close()
  const files = await logFiles(simulated.mount())
  await simulated.mount().remove(`${directory}/${files[0]}`)
  await assert.rejects(open(simulated.mount(), 2), isKind('Corrupt', /no snapshot is known/))
})

test('a segment that was swapped for that of another log does not verify', async () => {
  const [left, right] = [newDisk(), newDisk()]
  for (const [disk, seed] of [
    [left, 1],
    [right, 2],
  ] as const) {
    const { wal } = await open(disk.mount(), seed)
    await fill(wal, 1, 60)
    await wal.close()
  }
  const name = (await logFiles(left.mount()))[1]
  const source = await right.mount().open(`${directory}/${name}`)
  const target = await left.mount().open(`${directory}/${name}`)
  await target.write(0, await source.read(0, await source.size()))
  await assert.rejects(open(left.mount(), 3), (error) => ['Corrupt', 'WrongKey'].includes(walErrorKind(error) ?? ''))
})

test('a torn end is cut off, kept aside and reported in one sentence', async () => {
  const simulated = newDisk()
  const { wal } = await open(simulated.mount())
  await fill(wal, 1, 3)
  void wal.append({ hardState, entries: [entry(4, 1, 'x'.repeat(1500))] }).catch(() => {})
  await new Promise((resolve) => setImmediate(resolve))
  simulated.platter.crash({ piece: pattern(['survives', 'lost', 'survives']), names: (count) => count, byte: () => 0 })
  // Power may have gone before the write or after the sync: make the end torn whatever it was.
  const name = (await logFiles(simulated.mount())).at(-1)
  const disk = simulated.mount()
  const file = await disk.open(`${directory}/${name}`)
  const bytes = Buffer.from(await file.read(0, await file.size()))
  const end = bytes.findLastIndex((byte) => byte !== 0)
  simulated.platter.damage(`${directory}/${name}`, end)
  const { recovered } = await open(disk, 2)
  assert.equal(recovered.entries.length, 3)
  assert.match(recovered.repaired ?? '', /never acknowledged: cut off at offset \d+, copied to damaged-1-\d+\.bin\.$/)
  assert.ok((await disk.list(directory)).some((found) => found.startsWith('damaged-1-')))
})

function pattern<T>(values: readonly [T, ...T[]]): () => T {
  let at = 0
  return () => values[at++ % values.length] ?? values[0]
}

test('no number is sealed twice under one salt, whatever crashes come between', async () => {
  const recorder = new Recorder()
  const simulated = newDisk()
  const random = new SeededRandom(8)
  let lost = 0
  for (let round = 0; round < 60; round += 1) {
    const hang = { isOn: false }
    const { wal, recovered } = await open(recorder.wrap(hangingWrites(simulated.mount(), hang)), 100 + round)
    const next = (recovered.entries.at(-1)?.index ?? 0) + 1
    const term = recovered.hardState.term + 1
    const isStored = random.chance(0.5)
    if (isStored) await wal.append({ hardState: { term, vote: null, commit: 0 }, entries: [entry(next, term)] })
    if (random.chance(0.4)) await wal.close()
    else {
      // Sealed and on its way to the disk when the power goes; the next process must not take its number.
      hang.isOn = true
      const entries = [entry(next + (isStored ? 1 : 0), term, `lost in round ${round}`)]
      void wal.append({ hardState: { term, vote: null, commit: 0 }, entries })
      await new Promise((resolve) => setImmediate(resolve))
      simulated.crash({ lost: 1, garbage: 0 })
      lost += 1
    }
  }
  const sealed = sealedOnce(recorder.steps)
  assert.ok(lost > 20 && sealed > lost, 'the lost seals are in the ledger')
})

/** While on, a write is begun and never finishes: the process dies waiting for it. */
function hangingWrites(disk: Disk, hang: { readonly isOn: boolean }): Disk {
  return {
    ...disk,
    open: async (path, options) => {
      const file = await disk.open(path, options)
      return { ...file, write: (offset, bytes) => (hang.isOn ? new Promise(() => {}) : file.write(offset, bytes)) }
    },
  }
}

test('a full disk refuses a batch before anything is written, takes votes meanwhile, and goes on when there is space', async () => {
  const simulated = newDisk()
  const { wal } = await open(simulated.mount())
  simulated.faults.capacityBytes = simulated.platter.usedBytes() + 5000
  let stored = 0
  const refusal = await (async () => {
    for (;;) {
      try {
        await fill(wal, stored + 1, 1)
        stored += 1
      } catch (error) {
        return error
      }
    }
  })()
  assert.ok(isKind('OutOfSpace', /no space left.*writes go on/)(refusal))
  assert.ok(refusal instanceof Error && 'code' in refusal && refusal.code === 'ENOSPC')
  await assert.rejects(fill(wal, stored + 1, 1), isKind('OutOfSpace'))
  for (let term = 2; term < 12; term += 1) await wal.append({ hardState: { term, vote: 'node-b', commit: 0 }, entries: [] })
  await assert.rejects(wal.saveSnapshot(meta(stored), [Buffer.alloc(9000)], 1), isKind('OutOfSpace'))
  simulated.faults.capacityBytes = Number.POSITIVE_INFINITY
  await wal.append({ entries: [entry(stored + 1, 1)] })
  simulated.crash()
  const { recovered } = await open(simulated.mount(), 2)
  assert.equal(recovered.entries.length, stored + 1)
  assert.equal(recovered.hardState.vote, 'node-b')
})

test('after a failed sync nothing is written any more, and the restart reads what is durable', async () => {
  const simulated = newDisk()
  const { wal } = await open(simulated.mount())
  await fill(wal, 1, 2)
  simulated.faults.syncErrors = 1
  await assert.rejects(fill(wal, 3, 1), isKind('Failed', /the log stopped .*EIO.*restart/))
  simulated.faults.syncErrors = 0
  await assert.rejects(fill(wal, 3, 1), isKind('Failed'))
  await assert.rejects(wal.saveSnapshot(meta(2), snapshotChunks(2), 1), isKind('Failed'))
  await wal.close()
  simulated.crash()
  assert.equal((await open(simulated.mount(), 2)).recovered.entries.length, 2)
})

test('a sync that failed is not tried again: the second one would succeed, and lie', async () => {
  const simulated = newDisk()
  const disk = simulated.mount()
  const failingOnce: Disk = {
    ...disk,
    open: async (path, options) => {
      const file = await disk.open(path, options)
      const write = (offset: number, bytes: Uint8Array) =>
        file.write(offset, bytes).finally(() => {
          simulated.faults.syncErrors = 0
        })
      return { ...file, write }
    },
  }
  const { wal } = await open(failingOnce)
  await fill(wal, 1, 2)
  simulated.faults.syncErrors = 1
  await assert.rejects(fill(wal, 3, 1), isKind('Failed'))
  await assert.rejects(fill(wal, 3, 1), isKind('Failed'))
  simulated.crash()
  assert.equal((await open(simulated.mount(), 2)).recovered.entries.length, 2)
})

test('a batch that the disk wrote to another place is missed when another one follows it', async () => {
  for (const shift of [-64, 8, 512]) {
    const simulated = newDisk()
    const disk = simulated.mount()
    let isLying = false
    const lying: Disk = {
      ...disk,
      open: async (path, options) => {
        const file = await disk.open(path, options)
        const write = (offset: number, bytes: Uint8Array) => file.write(offset + (isLying && offset > 0 ? shift : 0), bytes)
        return { ...file, write }
      },
    }
    const { wal } = await open(lying)
    await fill(wal, 1, 3)
    isLying = true
    await fill(wal, 4, 1)
    isLying = false
    await fill(wal, 5, 1)
    simulated.crash()
    await assert.rejects(open(simulated.mount(), 2), isKind('Corrupt', /proves that it had been stored|does not verify|found frame number/))
  }
})

test('a disk that cannot read a segment is not taken for the end of the log', async () => {
  const simulated = newDisk()
  const { wal } = await open(simulated.mount())
  await fill(wal, 1, 2)
  await wal.close()
  const disk = simulated.mount()
  const failing: Disk = {
    ...disk,
    open: async (path, options) => {
      const file = await disk.open(path, options)
      const isLog = path.includes('/log-')
      return isLog ? { ...file, read: () => Promise.reject(Object.assign(new Error('EIO: read'), { code: 'EIO' })) } : file
    },
  }
  await assert.rejects(open(failing, 2), isKind('Failed', /log-.*cannot read this file; nothing was changed/))
})

test('a wrong key, a lost key file and another node’s directory are told apart from damage', async () => {
  const simulated = newDisk()
  const { wal } = await open(simulated.mount())
  await fill(wal, 1, 2)
  await wal.close()
  const disk = simulated.mount()
  await assert.rejects(open(disk, 2, { nodeId: 'node-b' }), isKind('Foreign', /belongs to nodeId "node-a", not to "node-b"/))
  await assert.rejects(open(disk, 2, { clusterId: 'cluster-b' }), isKind('Foreign', /clusterId/))

  const other = newDisk()
  await (await open(other.mount(), 99)).wal.close()
  const source = await other.mount().open(`${directory}/keys.json`)
  const keys = await disk.open(`${directory}/keys.json`)
  const own = await keys.read(0, 10_000)
  await keys.write(0, await source.read(0, 10_000))
  await assert.rejects(open(disk, 2), isKind('WrongKey', /sealed with data key [0-9a-f]{16}, which keys\.json does not hold/))
  await keys.write(0, Buffer.from(own.map((byte, at) => (at === 120 ? byte ^ 1 : byte))))
  await assert.rejects(open(disk, 2), isKind('WrongKey'))
  await disk.remove(`${directory}/keys.json`)
  await assert.rejects(open(disk, 2), isKind('WrongKey', /keys\.json is missing/))
})

test('nothing that was appended can be read in the files', async () => {
  const simulated = newDisk()
  const { wal } = await open(simulated.mount())
  await wal.append({ hardState, entries: [entry(1, 1, 'a very secret thing')] })
  await wal.saveSnapshot(meta(1), [Buffer.from('a very secret thing')], 1)
  await wal.close()
  const disk = simulated.mount()
  for (const name of await disk.list(directory)) {
    const file = await disk.open(`${directory}/${name}`)
    assert.ok(!Buffer.from(await file.read(0, await file.size())).includes('secret'), name)
  }
})

test('a log and snapshots of another size of segment are read as well', async () => {
  const simulated = newDisk()
  const first = await open(simulated.mount())
  await fill(first.wal, 1, 30)
  await first.wal.close()
  const second = await open(simulated.mount(), 2, { segmentBytes: 16384 })
  await fill(second.wal, 31, 90)
  simulated.crash()
  assert.equal((await open(simulated.mount(), 3, { segmentBytes: 2048 })).recovered.entries.length, 120)
})

test('a crash of an idle log leaves nothing to repair', async () => {
  const simulated = newDisk()
  for (let seed = 1; seed < 5; seed += 1) {
    const { wal, recovered } = await open(simulated.mount(), seed)
    assert.equal(recovered.repaired, undefined)
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve)) // The reserve is made beside.
    assert.equal(wal.bytesSinceSnapshot, 0)
    simulated.platter.crash({ piece: () => 'garbage', names: (count) => count, byte: () => 0x5a })
  }
})

test('a snapshot that does not read back as it was written is never relied on', async () => {
  const simulated = newDisk()
  const disk = simulated.mount()
  const lying: Disk = {
    ...disk,
    open: async (path, options) => {
      const file = await disk.open(path, options)
      const misdirect = (offset: number, bytes: Uint8Array) => file.write(offset + (bytes.length > 600 ? 8 : 0), bytes)
      return path.includes('/snapshot-') ? { ...file, write: misdirect } : file
    },
  }
  const { wal } = await open(lying)
  await fill(wal, 1, 60)
  const before = await logFiles(disk)
  await assert.rejects(wal.saveSnapshot(meta(50), snapshotChunks(50), 51), isKind('Corrupt', /snapshot-/))
  assert.deepEqual(await logFiles(disk), before)
  await fill(wal, 61, 1)
  await wal.close()
  assert.equal((await open(disk, 2)).recovered.entries.length, 61)
})

test('a segment of another history of the same log is refused', async () => {
  const source = newDisk()
  const first = await open(source.mount(), 1)
  await fill(first.wal, 1, 3)
  await first.wal.close()
  // The disk is copied here, as a backup would; both copies then live on, with other entries.
  const histories = await Promise.all(
    ['left', 'right'].map(async (text, at) => {
      const copy = newDisk()
      copy.platter.makeDirectory(directory)
      for (const name of await source.mount().list(directory)) {
        const from = await source.mount().open(`${directory}/${name}`)
        const to = await copy.mount().open(`${directory}/${name}`, { create: true })
        await to.write(0, await from.read(0, await from.size()))
      }
      const { wal } = await open(copy.mount(), 10 + at)
      for (let index = 4; index < 60; index += 1) await wal.append({ hardState, entries: [entry(index, 1, text.padStart(200))] })
      await wal.close()
      return copy.mount()
    }),
  )
  const [left, right] = histories
  assert.ok(left !== undefined && right !== undefined)
  const name = (await logFiles(left))[1]
  const from = await right.open(`${directory}/${name}`)
  const to = await left.open(`${directory}/${name}`)
  await to.write(0, await from.read(0, await from.size()))
  await assert.rejects(open(left, 3), isKind('Corrupt', /the next segment does not continue this one/))
})

test('a log whose state was found to be another one than that of the others is refused for good, also after a crash', async () => {
  const simulated = newDisk()
  const { wal } = await open(simulated.mount())
  await fill(wal, 1, 2)
  await wal.markDiverged('at index 2 the state of manager a has another hash')
  simulated.crash()
  for (let time = 0; time < 2; time += 1)
    await assert.rejects(open(simulated.mount()), isKind('Diverged', /not used: at index 2 the state of manager a has another hash$/))
})
