// Members whose states are not the same: who stops, who goes on, and what they say.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KitObject } from '../api/objects.ts'
import { edit, task } from './mvcc/testdata/builders.ts'
import type { OpenStore } from './store.ts'
import { Group } from './testdata/group.ts'
import { MemoryDisk } from './testdata/world.ts'

async function founded(...ids: readonly string[]): Promise<Group> {
  const group = new Group()
  for (const id of ids) await group.start(id, ids)
  await group.pass(() => group.leader !== undefined)
  await write(group, 'web.1.a')
  await group.pass(() => ids.every((id) => group.store(id).view.get('Task', 'web.1.a') !== undefined))
  return group
}

async function write(group: Group, name: string): Promise<void> {
  const { leader } = group
  assert(leader !== undefined)
  const stored = leader.view.get('Task', name)
  const object =
    stored === undefined ? task(name) : edit<'Task'>(stored, { status: { state: 'Running', at: stored.metadata.resourceVersion } })
  const written = leader.commit({ writes: [{ op: stored === undefined ? 'create' : 'update', object }] })
  await group.settle()
  await written
}

/** Something in the memory of the member is not as it was written. */
function damage({ view }: OpenStore): void {
  const object: KitObject | undefined = view.get('Task', 'web.1.a')
  assert(object !== undefined)
  Object.assign(object.status, { message: 'this was never written' })
}

/** Why the member has stopped by itself. */
function watch(store: OpenStore): { why: string } {
  const seen = { why: '' }
  void store.fatal.then(({ message }) => {
    seen.why = message
  })
  return seen
}

const ids = ['1', '2', '3']
const follower = (group: Group): string => ids.find((id) => group.store(id) !== group.leader) ?? ''

test('members that have the same state say so of each other', async () => {
  const group = await founded(...ids)
  await group.pass(() => ids.every((of) => ids.every((id) => group.store(of).disagreement(id) === null)))
})

for (const who of ['a follower', 'the leader'])
  test(`${who} whose state is another one stops, may not be started again, and the others go on`, async () => {
    const group = await founded(...ids)
    const wrong = who === 'the leader' ? (ids.find((id) => group.store(id) === group.leader) ?? '') : follower(group)
    const seen = watch(group.store(wrong))
    damage(group.store(wrong))
    await write(group, 'web.1.a') // The object is right again, and the sum of all is not.
    await group.pass(() => seen.why !== '')
    assert.match(
      seen.why,
      new RegExp(
        `^this manager stops, because it cannot be trusted: at index \\d+ the state of manager ${wrong} has hash [0-9a-f]{24}, and that of \\d, \\d has [0-9a-f]{24}\\. Remove it \\(.kit node demote ${wrong}.`,
      ),
    )
    assert.equal(group.store(wrong).status().isStopped, true)
    const disk = await group.stop(wrong)
    assert.match(disk.diverged ?? '', /^at index/)
    await group.pass(() => group.leader !== undefined)
    await write(group, 'web.2.a')
    for (const id of ids.filter((each) => each !== wrong)) {
      assert.match(group.store(id).disagreement(wrong) ?? '', /the state of manager/)
      assert.equal(group.store(id).status().isStopped, false)
    }
  })

test('of two nobody can tell who is right: both go on, and both say so', async () => {
  const group = await founded('1', '2')
  damage(group.store('2'))
  await write(group, 'web.1.a')
  const says = (of: string, about: string): string => group.store(of).disagreement(about) ?? ''
  await group.pass(() => ['1', '2'].every((of) => ['1', '2'].every((about) => says(of, about).includes('nobody can tell which is right'))))
  await write(group, 'web.2.a')
  for (const id of ['1', '2']) assert.equal(group.store(id).status().isStopped, false)
})

test('a member that reads another state from its disk is found at once, though nothing is written', async () => {
  const group = await founded(...ids)
  const wrong = follower(group)
  const disk = await group.stop(wrong)
  disk.entries = disk.entries.map((entry) => ({
    ...entry,
    data: Buffer.from(Buffer.from(entry.data).toString().replace('"New"', '"Ready"')),
  }))
  disk.hardState = { ...disk.hardState, commit: disk.entries.at(-1)?.index ?? 0 }
  await group.start(wrong, ids, disk)
  const seen = watch(group.store(wrong))
  await group.pass(() => seen.why !== '')
  assert.match(seen.why, /cannot be trusted/)
})

test('a member whose memory changes under it finds that by itself, and reads the truth from its disk', async () => {
  const group = await founded(...ids)
  const wrong = follower(group)
  const seen = watch(group.store(wrong))
  damage(group.store(wrong))
  await group.pass(() => seen.why !== '')
  assert.match(seen.why, /what this manager has in memory is not what was written .* the state at index \d+ should have hash/)
  const disk = await group.stop(wrong)
  assert.equal(disk.diverged, undefined)
  await group.start(wrong, ids, disk)
  await group.pass(() => group.leader?.disagreement(wrong) === null)
  assert.equal(group.store(wrong).view.get('Task', 'web.1.a')?.status.message, undefined)
})

test('a member whose disk lacks what was acknowledged under its id stops, whatever else it has, and the others go on', async () => {
  const group = await founded(...ids)
  const forgetful = follower(group)
  await group.stop(forgetful)
  const disk = new MemoryDisk()
  const seen = watch(await group.start(forgetful, ids, disk))
  await group.pass(() => seen.why !== '')
  assert.match(
    seen.why,
    /^this manager stops, because it cannot be trusted: the log of this manager ends at entry 0, and the leader \d was told/,
  )
  assert.match(disk.diverged ?? '', /Remove it \(`kit node demote/)
  group.members.delete(forgetful)
  await write(group, 'web.2.a')
})

test('a member whose disk is that of an earlier day is sent what it lacks where whoever leads now cannot tell', async () => {
  const group = await founded(...ids)
  const old = follower(group)
  const disk = await group.stop(old)
  const earlier = new MemoryDisk()
  Object.assign(earlier, { hardState: disk.hardState, entries: [...disk.entries] })
  await group.start(old, ids, disk) // A copy, which acknowledges more under the same id.
  await write(group, 'web.2.a')
  await group.pass(() => group.store(old).view.get('Task', 'web.2.a') !== undefined)
  await group.stop(old)
  const before = ids.find((id) => id !== old && group.store(id) === group.leader) ?? ''
  const next = ids.find((id) => id !== old && id !== before) ?? ''
  group.store(before).transferLeadership(next)
  await group.pass(() => group.leader === group.store(next))
  const store = await group.start(old, ids, earlier)
  await group.pass(() => store.view.get('Task', 'web.2.a') !== undefined && group.leader?.disagreement(old) === null)
  assert.equal(earlier.diverged, undefined)
})

test('a member whose disk has as much, and other entries than it acknowledged, applies none of them and stops', async () => {
  const group = await founded(...ids)
  const old = ids.find((id) => group.store(id) === group.leader) ?? ''
  group.cut.add(old)
  for (const name of ['never.1.a', 'never.2.a', 'never.3.a', 'never.4.a', 'never.5.a']) {
    group
      .store(old)
      .commit({ writes: [{ op: 'create', object: task(name) }] })
      .catch(() => undefined)
    await group.settle()
  }
  const { disk } = group.members.get(old) ?? assert.fail()
  const earlier = new MemoryDisk()
  Object.assign(earlier, { hardState: disk.hardState, entries: [...disk.entries] })
  await group.pass(() => group.leader !== undefined)
  await write(group, 'web.2.a')
  group.cut.delete(old)
  await group.pass(() => group.store(old).view.get('Task', 'web.2.a') !== undefined)
  const acknowledged = (await group.stop(old)).entries.at(-1)?.index ?? 0
  for (const { handler } of group.members.values()) handler?.unreachable(old)
  assert.ok((earlier.entries.at(-1)?.index ?? 0) >= acknowledged)
  const store = await group.start(old, ids, earlier)
  const seen = watch(store)
  await group.pass(() => seen.why !== '')
  assert.match(seen.why, /cannot be trusted: the log of this manager has another entry \d+, and the leader \d was told under its id/)
  assert.equal(store.view.get('Task', 'never.1.a'), undefined)
  assert.match(earlier.diverged ?? '', /Remove it/)
})
