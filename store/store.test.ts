import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonOf } from '../api/errors.ts'
import type { Write } from '../api/store.ts'
import { stateHash } from './mvcc/snapshot.ts'
import { State } from './mvcc/state.ts'
import { edit, node, service, task } from './mvcc/testdata/builders.ts'
import { startStore } from './open-store.ts'
import { maxOutstanding } from './pending.ts'
import { ManualClock, MemoryDisk, random, silent } from './testdata/world.ts'

async function open(disk: MemoryDisk, snapshotEntries = 10_000) {
  const clock = new ManualClock()
  const store = await startStore(disk.open(), disk.recovered(), { clock, random, log: silent }, { nodeId: 'n1', snapshotEntries })
  return { store, clock }
}

function create(name: string): { readonly writes: readonly Write[] } {
  return { writes: [{ op: 'create', object: task(name) }] }
}

function hashOf(view: unknown): string {
  assert(view instanceof State)
  return stateHash(view)
}

function noSpace(): Error {
  return Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
}

/** A door that is closed until `open` is called. */
function gate(): { readonly closed: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { closed: promise, open: resolve }
}

test('a sole voter leads when it is open, and says so', async () => {
  const { store } = await open(new MemoryDisk())
  assert.equal(store.status().leads, true)
  assert.equal(store.status().term, 1)
  const heard: boolean[] = []
  store.onLeadership((leads) => heard.push(leads))
  await store.close()
  assert.deepEqual(heard, [false])
})

test('a commit resolves only when it is durable and applied', async () => {
  const disk = new MemoryDisk()
  const { store } = await open(disk)
  const { closed, open: release } = gate()
  disk.gate = closed
  let isDone = false
  const committed = store.commit(create('web.1.a')).then((result) => {
    isDone = true
    return result
  })
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(isDone, false)
  assert.equal(store.view.count('Task'), 0)
  release()
  assert.deepEqual(await committed, { resourceVersion: 2 })
  assert.equal(disk.entries.at(-1)?.index, 2)
  assert.equal(store.view.get('Task', 'web.1.a')?.metadata.resourceVersion, 2)
})

test('what arrives during a write becomes the next write', async () => {
  const disk = new MemoryDisk()
  const { store } = await open(disk)
  const before = disk.appends
  const { closed, open: release } = gate()
  disk.gate = closed
  const first = store.commit(create('web.1.a'))
  await new Promise((resolve) => setImmediate(resolve))
  const rest = Array.from({ length: 100 }, (_, at) => store.commit(create(`web.${at + 2}.a`)))
  release()
  await Promise.all([first, ...rest])
  assert.equal(disk.appends - before, 2)
})

test('acknowledged writes, and the state they make, survive a crash', async () => {
  const disk = new MemoryDisk()
  const { store } = await open(disk)
  await store.commit({ writes: [{ op: 'create', object: service('web') }] })
  await Promise.all(Array.from({ length: 50 }, (_, at) => store.commit(create(`web.${at + 1}.a`))))
  await store.commit({
    writes: [{ op: 'update', object: edit<'Task'>(store.view.get('Task', 'web.7.a'), { status: { state: 'Running', at: 1 } }) }],
  })
  await store.commit({ writes: [{ op: 'delete', kind: 'Task', name: 'web.3.a' }] })
  const { store: second } = await open(disk)
  assert.equal(second.view.get('Task', 'web.7.a')?.status.state, 'Running')
  assert.equal(second.view.slotIndex('uid-web', '3'), store.view.slotIndex('uid-web', '3'))
  assert.deepEqual([...second.view.list('Task')], [...store.view.list('Task')])
})

test('a restart from a snapshot and a tail gives the state that a restart from the whole log gives', async () => {
  const [short, long] = [new MemoryDisk(), new MemoryDisk()]
  const stores = [(await open(short, 7)).store, (await open(long)).store]
  for (const store of stores) {
    await store.commit({ writes: [{ op: 'create', object: service('web') }] })
    for (let at = 1; at <= 30; at += 1) {
      await store.commit(create(`web.${at}.a`))
      if (at % 3 === 0) await store.commit({ writes: [{ op: 'delete', kind: 'Task', name: `web.${at}.a` }] })
      if (at % 4 === 0)
        await store
          .commit({
            writes: [
              {
                op: 'update',
                object: edit<'Task'>(store.view.get('Task', `web.${at - 2}.a`) ?? store.view.get('Task', `web.${at}.a`), {
                  status: { state: 'Failed', at },
                }),
              },
            ],
          })
          .catch(() => undefined)
    }
    await store.close()
  }
  assert(short.snapshot !== undefined && short.snapshot.meta.index > 7, 'snapshots were made')
  assert.equal(long.snapshot, undefined)
  const [a, b] = [(await open(short)).store, (await open(long)).store]
  assert.equal(hashOf(a.view), hashOf(b.view))
})

test('a snapshot is due when as much log follows the last one as that held, also after a restart', async () => {
  const disk = new MemoryDisk()
  const options = { nodeId: 'n1', snapshotBytes: 2_000, keptEntries: 0 }
  const start = () => startStore(disk.open(), disk.recovered(), { clock: new ManualClock(), random, log: silent }, options)
  const held = () => disk.snapshot?.chunks.reduce((sum, chunk) => sum + chunk.length, 0) ?? 0
  /** Writes one object anew until there is another snapshot, and says how many bytes of log that took. */
  const logToNext = async (store: Awaited<ReturnType<typeof start>>): Promise<number> => {
    const before = disk.snapshot
    let bytes = 0
    for (let at = 0; disk.snapshot === before; at += 1) {
      await store.commit({
        writes: [{ op: 'update', object: edit<'Node'>(store.view.get('Node', 'a'), { status: { message: `${at}` } }) }],
      })
      bytes = Math.max(bytes, disk.bytesSinceSnapshot)
    }
    return bytes
  }
  const first = await start()
  await first.commit({ writes: [{ op: 'create', object: node('a') }] })
  const least = await logToNext(first)
  assert(least >= 2_000 && least < 3_000, `${least}`)
  await first.commit({ writes: Array.from({ length: 60 }, (_, at) => create(`web.${at}.a`).writes).flat() })
  await logToNext(first)
  assert(held() > 10_000, `${held()}`)
  const more = await logToNext(first)
  assert(more >= held() * 0.9 && more < held() * 1.2, `${more} for ${held()}`)
  await first.close()
  const again = await logToNext(await start())
  assert(again >= held() * 0.9 && again < held() * 1.2, `${again} for ${held()}`)
})

test('two writers of one version: the first wins, the second is told what changed, and neither waits for the other', async () => {
  const { store } = await open(new MemoryDisk())
  await store.commit({ writes: [{ op: 'create', object: node('a') }] })
  const stored = store.view.get('Node', 'a')
  const first = store.commit({ writes: [{ op: 'update', object: edit<'Node'>(stored, { spec: { availability: 'Drain' } }) }] })
  const second = store.commit({ writes: [{ op: 'update', object: edit<'Node'>(stored, { spec: { availability: 'Pause' } }) }] })
  await first
  await assert.rejects(
    second,
    (error) => reasonOf(error) === 'Conflict' && error instanceof Error && error.message.includes('spec.availability'),
  )
  assert.equal(store.view.get('Node', 'a')?.spec.availability, 'Drain')
})

test('a request that is asked for twice at once is carried out once, and both are told when; so is one that is asked for after a crash', async () => {
  const disk = new MemoryDisk()
  const { store } = await open(disk)
  const request = { id: 'r', digest: 'd', atMs: 0 }
  const [first, second] = await Promise.all(['web.1.a', 'web.2.a'].map((name) => store.commit({ ...create(name), request })))
  assert.equal(first?.isRepeat, undefined)
  const repeat = { resourceVersion: first?.resourceVersion, isRepeat: true }
  assert.deepEqual(second, repeat)
  assert.deepEqual(await store.commit({ ...create('web.1.a'), request }), repeat)
  const { store: next } = await open(disk)
  assert.deepEqual(await next.commit({ ...create('web.3.a'), request }), repeat)
  assert.equal(next.view.count('Task'), 1)
  await assert.rejects(
    next.commit({ ...create('web.3.a'), request: { ...request, digest: 'e' } }),
    (error) => reasonOf(error) === 'Invalid',
  )
})

test('too much under way is refused at once', async () => {
  const disk = new MemoryDisk()
  const { store } = await open(disk)
  const { closed, open: release } = gate()
  disk.gate = closed
  const accepted = Array.from({ length: maxOutstanding }, (_, at) => store.commit(create(`web.${at + 1}.a`)))
  await assert.rejects(store.commit(create('web.0.a')), (error) => reasonOf(error) === 'TooManyRequests')
  release()
  await Promise.all(accepted)
  await store.commit(create('web.0.a'))
  assert.equal(store.status().outstandingBytes, 0)
})

test('who waits for room gets it in turn, also after others that turn out to be stale', async () => {
  const disk = new MemoryDisk()
  const { store } = await open(disk)
  const { closed, open: release } = gate()
  disk.gate = closed
  const accepted = Array.from({ length: maxOutstanding }, (_, at) => store.commit(create(`web.${at + 1}.a`)))
  const stale = Array.from({ length: 2 * maxOutstanding }, () => store.commit(create('web.1.a'), 'wait'))
  const last = Array.from({ length: 2 * maxOutstanding }, (_, at) => store.commit(create(`api.${at + 1}.a`), 'wait'))
  const settled = Promise.allSettled(stale)
  release()
  await Promise.all(accepted)
  for (const outcome of await settled) assert.equal(outcome.status === 'rejected' && reasonOf(outcome.reason), 'AlreadyExists')
  const versions = (await Promise.all(last)).map(({ resourceVersion }) => resourceVersion)
  assert.deepEqual(
    versions,
    versions.toSorted((a, b) => a - b),
  )
  assert.equal(store.status().outstanding, 0)
})

test('who waits for room learns that the store has stopped', async () => {
  const disk = new MemoryDisk()
  const { store } = await open(disk)
  const { closed, open: release } = gate()
  disk.gate = closed
  const accepted = Array.from({ length: maxOutstanding }, (_, at) => store.commit(create(`web.${at + 1}.a`)))
  const waiting = Promise.allSettled([store.commit(create('api.1.a'), 'wait'), store.commit(create('api.2.a'), 'wait')])
  const done = Promise.allSettled(accepted)
  const ended = store.close()
  release()
  await Promise.all([ended, done])
  for (const outcome of await waiting) assert.equal(outcome.status === 'rejected' && reasonOf(outcome.reason), 'Unavailable')
})

test('a commit that is too large is refused with its size', async () => {
  const { store } = await open(new MemoryDisk())
  const writes = Array.from({ length: 1001 }, (_, at): Write => ({ op: 'create', object: task(`web.${at}.a`) }))
  await assert.rejects(
    store.commit({ writes }),
    (error) => reasonOf(error) === 'RequestEntityTooLarge' && /1001 writes/.test(String(error)),
  )
  const big = task('web.1.a', {}, { message: 'x'.repeat(5 * 1024 * 1024) })
  await assert.rejects(store.commit({ writes: [{ op: 'create', object: big }] }), /RequestEntityTooLarge|bytes; at most 4194304/)
})

test('a failed sync stops the store: the outcome is unknown, nothing is tried again, reads go on', async () => {
  const disk = new MemoryDisk()
  const { store } = await open(disk)
  await store.commit(create('web.1.a'))
  disk.failure = Object.assign(new Error('input/output error'), { code: 'EIO' })
  const appends = disk.appends
  await assert.rejects(store.commit(create('web.2.a')), (error) => reasonOf(error) === 'Unknown')
  assert.equal((await store.fatal).message, 'input/output error')
  disk.failure = undefined
  await assert.rejects(store.commit(create('web.3.a')), (error) => reasonOf(error) === 'Unavailable')
  assert.equal(disk.appends, appends)
  assert.equal(store.view.count('Task'), 1)
  await store.close()
  assert.equal(disk.isSealed, false)
})

test('without space writes are refused and reads go on; when there is space again, so do writes', async () => {
  const disk = new MemoryDisk()
  const { store, clock } = await open(disk)
  disk.failure = noSpace()
  const caught = store.commit(create('web.1.a'))
  await assert.rejects(caught, (error) => reasonOf(error) === 'Unknown' && /not known.*no space/.test(String(error)))
  await assert.rejects(store.commit(create('web.2.a')), (error) => reasonOf(error) === 'Unavailable' && /no space/.test(String(error)))
  await store.catchUp() // What is read waits for no space.
  assert.equal(store.view.count('Task'), 0)
  disk.failure = undefined
  clock.advance(1_000)
  await new Promise((resolve) => setImmediate(resolve))
  assert.ok(store.view.get('Task', 'web.1.a') !== undefined, 'what was in the log is done now')
  assert.deepEqual(await store.commit(create('web.2.a')), { resourceVersion: 3 })
  assert.equal(store.status().hasSpace, true)
})

test('closing finishes what is under way, seals the log, and refuses what comes', async () => {
  const disk = new MemoryDisk()
  const { store } = await open(disk)
  const last = store.commit(create('web.1.a'))
  await new Promise((resolve) => setImmediate(resolve))
  await store.close()
  assert.deepEqual(await last, { resourceVersion: 2 })
  assert.equal(disk.isSealed, true)
  await assert.rejects(store.commit(create('web.2.a')), (error) => reasonOf(error) === 'Unavailable')
})

test('listeners hear every entry once, in order, when the state has it and before the caller goes on', async () => {
  const { store } = await open(new MemoryDisk())
  const order: string[] = []
  store.subscribe((events) => {
    for (const { resourceVersion } of events) order.push(`event ${resourceVersion} at ${store.view.resourceVersion}`)
  })
  await Promise.all(
    [1, 2, 3].map((at) => store.commit(create(`web.${at}.a`)).then(({ resourceVersion }) => order.push(`done ${resourceVersion}`))),
  )
  assert.deepEqual(order, ['event 2 at 2', 'event 3 at 3', 'event 4 at 4', 'done 2', 'done 3', 'done 4'])
})

test('another node cannot take over the directory', async () => {
  const disk = new MemoryDisk()
  const { store } = await open(disk, 2)
  for (let at = 1; at < 6; at += 1) await store.commit(create(`web.${at}.a`))
  await store.close()
  const deps = { clock: new ManualClock(), random, log: silent }
  await assert.rejects(startStore(disk.open(), disk.recovered(), deps, { nodeId: 'n2' }), /belongs to n1; this node is n2/)
})
