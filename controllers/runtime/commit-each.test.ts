import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatusError } from '../../api/errors.ts'
import type { Task } from '../../api/objects.ts'
import type { Commit, Store } from '../../api/store.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { service, task } from '../slots/testdata/notation.ts'
import { commitEach } from './commit-each.ts'

/** With a task in each of so many slots, and what was committed since. */
async function withTasks(count: number): Promise<{ readonly store: Store; readonly entries: Commit[] }> {
  const memory = createMemoryStore()
  await memory.commit({ writes: [{ op: 'create', object: service() }] })
  await memory.commit({ writes: Array.from({ length: count }, (_, at) => ({ op: 'create', object: task('1:Running', at + 1) })) })
  const entries: Commit[] = []
  const commit: Store['commit'] = (asked) => {
    entries.push(asked)
    return memory.commit(asked)
  }
  return { store: { ...memory, commit }, entries }
}

function stopping(store: Store, slot: number): Commit {
  const found = store.view.get('Task', `web.${slot}.1`)
  assert(found !== undefined)
  return {
    writes: [{ op: 'update', object: { ...found, spec: { ...found.spec, desired: 'Shutdown' } } }],
    guards: [
      { on: 'service', name: 'web', uid: 'uid-web', generation: 1 },
      { on: 'slot', serviceUid: 'uid-web', slot: String(slot), index: store.view.slotIndex('uid-web', String(slot)) },
    ],
  }
}

function stopped(store: Store): readonly Task[] {
  return [...store.view.list('Task')].filter(({ spec }) => spec.desired === 'Shutdown')
}

test('many share few entries, which say once of their service what all of them say', async () => {
  const { store, entries } = await withTasks(40)
  const told: Commit[] = []
  const commits = Array.from({ length: 40 }, (_, at) => stopping(store, at + 1))
  await commitEach(store, commits, (commit) => told.push(commit))
  assert.deepEqual(
    entries.map(({ writes, guards }) => [writes.length, guards?.length]),
    [
      [16, 17],
      [16, 17],
      [8, 9],
    ],
  )
  assert.equal(stopped(store).length, 40)
  assert.deepEqual(told, commits)
})

test('one that is stale already is left out', async () => {
  const { store, entries } = await withTasks(20)
  const commits = Array.from({ length: 20 }, (_, at) => stopping(store, at + 1))
  await store.commit(stopping(store, 7))
  const told: Commit[] = []
  await commitEach(store, commits, (commit) => told.push(commit))
  assert.equal(stopped(store).length, 20)
  assert.deepEqual(
    entries.slice(1).map(({ writes }) => writes.length),
    [16, 3],
  )
  assert.deepEqual(told, commits.toSpliced(6, 1))
})

test('where one becomes stale on the way, the others go without it', async () => {
  const { store, entries } = await withTasks(20)
  const commits = Array.from({ length: 20 }, (_, at) => stopping(store, at + 1))
  const overtaking = store.commit(stopping(store, 7)) // On its way, and not to be seen yet.
  const told: Commit[] = []
  await commitEach(store, commits, (commit) => told.push(commit))
  await overtaking
  assert.equal(stopped(store).length, 20)
  assert.deepEqual(
    entries.slice(1).map(({ writes }) => writes.length),
    [16, 4, 15],
  )
  assert.deepEqual(
    told.toSorted((a, b) => commits.indexOf(a) - commits.indexOf(b)),
    commits.toSpliced(6, 1),
  )
})

for (const reason of ['Conflict', 'RequestEntityTooLarge'] as const)
  test(`where none seems stale, each goes alone after ${reason}`, async () => {
    const { store } = await withTasks(3)
    const limited: Pick<Store, 'commit' | 'view'> = {
      view: store.view,
      commit: (commit) => (commit.writes.length > 1 ? Promise.reject(new StatusError(reason, 'too many')) : store.commit(commit)),
    }
    const commits = [1, 2, 3].map((slot) => stopping(store, slot))
    await commitEach(limited, commits)
    assert.equal(stopped(store).length, 3)
  })

test('where all that share an entry become stale on the way, nothing more is tried, and that is no failure', async () => {
  const { store, entries } = await withTasks(16)
  const commits = Array.from({ length: 16 }, (_, at) => stopping(store, at + 1))
  const overtaking = commits.map((_, at) => store.commit(stopping(store, at + 1))) // On their way, and not to be seen yet.
  const told: Commit[] = []
  await commitEach(store, commits, (commit) => told.push(commit))
  await Promise.all(overtaking)
  assert.deepEqual(
    entries.slice(overtaking.length).map(({ writes }) => writes.length),
    [16],
  )
  assert.deepEqual([told.length, stopped(store).length], [0, 16])
})

test('where all that share an entry are stale and none seems so, each is tried once more, and that is no failure', async () => {
  const { store } = await withTasks(16)
  const sizes: number[] = []
  const refusing: Pick<Store, 'commit' | 'view'> = {
    view: store.view,
    commit: ({ writes }) => {
      sizes.push(writes.length)
      return Promise.reject(new StatusError('Conflict', 'somebody was faster'))
    },
  }
  const told: Commit[] = []
  const commits = Array.from({ length: 16 }, (_, at) => stopping(store, at + 1))
  await commitEach(refusing, commits, (commit) => told.push(commit))
  assert.deepEqual(sizes, [16, ...commits.map(() => 1)])
  assert.equal(told.length, 0)
})

test('where one of those that go alone fails for another reason, all others are tried before that is said', async () => {
  const { store } = await withTasks(16)
  const commits = Array.from({ length: 16 }, (_, at) => stopping(store, at + 1))
  const failing: Pick<Store, 'commit' | 'view'> = {
    view: store.view,
    commit: (commit) => {
      if (commit.writes.length > 1) return Promise.reject(new StatusError('Conflict', 'somebody was faster'))
      return commit === commits[0] ? Promise.reject(new StatusError('Unavailable', 'leadership was lost')) : store.commit(commit)
    },
  }
  await assert.rejects(commitEach(failing, commits), /leadership was lost/)
  assert.equal(stopped(store).length, 15)
})

test('another failure rejects, when all have ended', async () => {
  const { store } = await withTasks(40)
  let ended = 0
  const failing: Pick<Store, 'commit' | 'view'> = {
    view: store.view,
    async commit(commit) {
      if (ended === 0 && commit.writes.length === 16) {
        ended += 1
        throw new StatusError('Unavailable', 'no space left')
      }
      const done = await store.commit(commit)
      ended += 1
      return done
    },
  }
  await assert.rejects(
    commitEach(
      failing,
      Array.from({ length: 40 }, (_, at) => stopping(store, at + 1)),
    ),
    /no space left/,
  )
  assert.equal(ended, 3)
  assert.equal(stopped(store).length, 24)
})
