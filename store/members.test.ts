// The store with several members: real drivers, a network in memory, disks in memory.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonOf } from '../api/errors.ts'
import type { Committed, Write } from '../api/store.ts'
import { capture, serialise, stateHash } from './mvcc/snapshot.ts'
import { State } from './mvcc/state.ts'
import { edit, task } from './mvcc/testdata/builders.ts'
import type { SnapshotMessage } from './peers.ts'
import type { SnapshotMeta } from './raft/entry.ts'
import type { OpenStore } from './store.ts'
import { Group } from './testdata/group.ts'
import type { MemoryDisk } from './testdata/world.ts'

const three = ['1', '2', '3']

async function found(snapshotEntries?: number): Promise<Group> {
  const group = new Group(snapshotEntries)
  for (const id of three) await group.start(id, three)
  await group.pass(() => group.leader !== undefined)
  return group
}

function leaderOf(group: Group): OpenStore {
  const { leader } = group
  assert(leader !== undefined, 'somebody leads')
  return leader
}

function idOf(group: Group, store: OpenStore): string {
  const [id] = [...group.members].find(([, member]) => member.store === store) ?? []
  assert(id !== undefined)
  return id
}

function create(name: string): { readonly writes: readonly Write[] } {
  return { writes: [{ op: 'create', object: task(name) }] }
}

/** Commits while time goes on. */
async function commit(group: Group, name: string): Promise<void> {
  let isDone = false
  const done = leaderOf(group)
    .commit(create(name))
    .finally(() => {
      isDone = true
    })
  await Promise.all([group.pass(() => isDone), done])
}

const noSpace = (): Error => Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })

/** A follower that is cut off, and by now needs the state as a whole. */
async function awayForLong(group: Group): Promise<string> {
  const away = three.find((id) => !group.store(id).status().leads) ?? ''
  group.cut.add(away)
  for (let at = 1; at <= 1_000; at += 1) await commit(group, `web.${at}.a`)
  await group.pass(() => leaderOf(group).status().snapshotIndex > 550)
  return away
}

/** Half of a state waits in the memory of a member whose disk has become full; `goOn` lets the rest of it come. */
async function halfSent() {
  const group = await found(5)
  const away = await awayForLong(group)
  const gate = Promise.withResolvers<void>()
  group.snapshotGate = gate.promise
  group.cut.clear()
  await group.pass(() => group.snapshotsSent === 1)
  const { disk } = group.members.get(away) ?? {}
  assert(disk !== undefined)
  disk.failure = noSpace()
  return { group, away, disk, goOn: gate.resolve }
}

/** To the third of them. */
async function handOver(group: Group, away: string): Promise<void> {
  const before = idOf(group, leaderOf(group))
  leaderOf(group).transferLeadership(three.find((id) => id !== away && id !== before) ?? '')
  await group.pass(() => group.leader !== undefined && idOf(group, group.leader) !== before)
}

/** Of the leader, which then hands over. */
async function stateFor(
  group: Group,
  to: string,
  task: string,
): Promise<{ readonly message: SnapshotMessage; readonly chunks: readonly Uint8Array[] }> {
  await commit(group, task)
  const { view, members } = leaderOf(group)
  assert(view instanceof State)
  const { term } = leaderOf(group).status()
  const from = idOf(group, leaderOf(group))
  const meta = { index: view.resourceVersion, term, configuration: members }
  const chunks = [...serialise(capture(view))].map((text) => Buffer.from(text))
  await handOver(group, to)
  return { message: { type: 'snapshot', from, to, term, meta }, chunks }
}

function hashOf({ view }: OpenStore): string {
  assert(view instanceof State)
  return stateHash(view)
}

function areEqual(group: Group, ids: readonly string[]): boolean {
  const leader = leaderOf(group)
  return ids.every(
    (id) => group.store(id).view.resourceVersion === leader.view.resourceVersion && hashOf(group.store(id)) === hashOf(leader),
  )
}

test('of three members one leads, and what is committed there the others apply, too', async () => {
  const group = await found()
  assert.equal([...group.members.values()].filter(({ store }) => store.status().leads).length, 1)
  await commit(group, 'web.1.a')
  await group.pass(() => areEqual(group, three))
  for (const id of three) assert.notEqual(group.store(id).view.get('Task', 'web.1.a'), undefined)
  const follower = three.map((id) => group.store(id)).find((store) => !store.status().leads)
  await assert.rejects(
    async () => follower?.commit(create('web.2.a')),
    (error) => reasonOf(error) === 'NotLeader',
  )
})

test('what nothing follows is told to the others before the next heartbeat', async () => {
  const group = await found()
  const versions = (): readonly number[] => three.map((id) => group.store(id).view.resourceVersion)
  await group.pass(() => new Set(versions()).size === 1)
  await commit(group, 'web.1.a')
  await group.settle()
  assert.notEqual(new Set(versions()).size, 1, 'the next entries would tell it')
  for (const { clock } of group.members.values()) clock.advance(10)
  await group.settle()
  assert.equal(new Set(versions()).size, 1)
})

test('a leader that is cut off answers nothing more; the others go on, and it catches up', async () => {
  const group = await found()
  await commit(group, 'web.1.a')
  const old = leaderOf(group)
  group.cut.add(idOf(group, old))
  let isAnswered = false
  const lost = assert
    .rejects(old.commit(create('lost')), (error) => reasonOf(error) === 'Unknown')
    .finally(() => {
      isAnswered = true
    })
  await group.pass(() => group.leader !== undefined && !old.status().leads && isAnswered)
  await lost
  await commit(group, 'web.2.a')
  group.cut.clear()
  await group.pass(() => areEqual(group, three))
  assert.equal(old.view.get('Task', 'lost'), undefined)
})

test('a request whose answer was lost with the leader is carried out once, also where the next one has it from a snapshot', async () => {
  const group = await found(4)
  const request = { id: 'r', digest: 'd', atMs: 0 }
  const away = three.find((id) => !group.store(id).status().leads) ?? ''
  group.cut.add(away)
  const old = leaderOf(group)
  let answer: Committed | undefined
  const asked = async (store: OpenStore, name: string): Promise<void> => {
    answer = await store.commit({ ...create(name), request })
  }
  await Promise.all([group.pass(() => answer !== undefined), asked(old, 'web.1.a')])
  const told = answer
  for (let at = 2; at < 12; at += 1) await commit(group, `web.${at}.a`)
  group.cut.clear()
  await group.pass(() => areEqual(group, three))
  assert(group.store(away).status().snapshotIndex > (told?.resourceVersion ?? 0), 'the request came with a state')
  old.transferLeadership(away)
  await group.pass(() => group.store(away).status().leads)
  answer = undefined
  await Promise.all([group.pass(() => answer !== undefined), asked(group.store(away), 'web.1.b')])
  assert.deepEqual(answer, { resourceVersion: told?.resourceVersion, isRepeat: true })
  assert.equal(group.store(away).view.get('Task', 'web.1.b'), undefined)
})

test('a leader that was overtaken, and does not know it, refuses nothing for what it lacks', async () => {
  const group = await found()
  await commit(group, 'web.1.a')
  const old = leaderOf(group)
  const id = idOf(group, old)
  group.cut.add(id)
  /** Time goes on, only not for the one that is cut off. */
  const passElsewhere = async (isDone: () => boolean) => {
    for (let tick = 0; tick < 100 && !isDone(); tick += 1) {
      for (const [each, { clock }] of group.members) if (each !== id) clock.advance(100)
      await group.settle()
    }
    assert(isDone())
  }
  await passElsewhere(() => group.leader !== undefined)
  let isDone = false
  const done = leaderOf(group)
    .commit(create('web.2.a'))
    .then(() => {
      isDone = true
    })
  await passElsewhere(() => isDone)
  await done
  const object = edit(leaderOf(group).view.get('Task', 'web.2.a'), { status: { state: 'Running', at: 1 } })
  assert(old.status().leads)
  let isAnswered = false
  const answered = assert
    .rejects(old.commit({ writes: [{ op: 'update', object }] }), (error) => reasonOf(error) === 'Unavailable')
    .finally(() => {
      isAnswered = true
    })
  group.cut.clear()
  await Promise.all([group.pass(() => isAnswered), answered])
})

for (const hours of [5, -5])
  test(`the clock on the wall of a leader that has nothing to write is set by ${hours} hours: nobody else leads`, async () => {
    const group = await found()
    await group.pass(
      () =>
        leaderOf(group)
          .followers()
          ?.every(({ isReachable }) => isReachable) === true,
    )
    const { term } = leaderOf(group).status()
    const leader = group.members.get(idOf(group, leaderOf(group)))
    assert(leader !== undefined)
    leader.clock.setWall(hours * 3_600_000)
    const { clock } = leader
    const sinceMs = clock.monotonicMs()
    await group.pass(() => clock.monotonicMs() - sinceMs > 10_000)
    for (const id of three) assert.equal(group.store(id).status().term, term)
  })

test('a member reads what was acknowledged before it asked, wherever it asks', async () => {
  const group = await found()
  await commit(group, 'web.1.a')
  for (const id of three) {
    let isDone = false
    const read = group
      .store(id)
      .catchUp()
      .then(() => {
        isDone = true
        assert.notEqual(group.store(id).view.get('Task', 'web.1.a'), undefined)
      })
    await Promise.all([group.pass(() => isDone), read])
  }
})

test('who was away for long gets the state as a whole; who watches it there is told to list again', async () => {
  const group = await found(5)
  const away = three.find((id) => !group.store(id).status().leads) ?? ''
  await commit(group, 'web.0.a')
  await group.pass(() => areEqual(group, three))
  const seen = group.store(away).view.resourceVersion
  const watching = assert.rejects(
    async () => {
      for await (const _ of group.store(away).watch(seen, new AbortController().signal)) assert.fail('no event of what was left out')
    },
    (error) => reasonOf(error) === 'Expired',
  )
  let isReplaced = false
  group.store(away).subscribe((events) => {
    isReplaced ||= events.length === 0
  })
  group.cut.add(away)
  for (let at = 1; at <= 1_000; at += 1) await commit(group, `web.${at}.a`)
  await group.pass(() => leaderOf(group).status().snapshotIndex > seen + 550)
  group.cut.clear()
  await group.pass(() => areEqual(group, three))
  assert(group.store(away).status().snapshotIndex > seen + 500)
  await watching
  assert(isReplaced, 'who listens is told that there are events left out')
  await commit(group, 'after')
  await group.pass(() => areEqual(group, three))
  const disk = await group.stop(away)
  await group.start(away, three, disk)
  await group.pass(() => areEqual(group, three))
})

test('a leader whose snapshot is damaged makes another one of what is in its memory, for a member that needs it', async () => {
  const group = await found(5)
  await awayForLong(group)
  const { disk } = group.members.get(idOf(group, leaderOf(group))) ?? {}
  assert(disk?.snapshot !== undefined)
  disk.damaged = disk.snapshot.meta.index
  group.cut.clear()
  await group.pass(() => disk.snapshot?.meta.index !== disk.damaged)
  await group.pass(() => areEqual(group, three))
})

test('who is sent a state while another one is saved goes on from it with the log', async () => {
  const group = await found(5)
  await awayForLong(group)
  const gate = Promise.withResolvers<void>()
  group.snapshotGate = gate.promise
  group.cut.clear()
  await group.pass(() => group.snapshotsSent === 1)
  const first = leaderOf(group).status().snapshotIndex
  for (let at = 1_001; leaderOf(group).status().snapshotIndex === first; at += 1) await commit(group, `web.${at}.a`)
  assert(leaderOf(group).status().snapshotIndex > first + 550, 'more than what is kept for everybody')
  gate.resolve()
  await group.pass(() => areEqual(group, three))
  assert.equal(group.snapshotsSent, 1)
})

test('who begins to be sent a state while another one is being saved goes on from it with the log', async () => {
  const group = await found(5)
  const away = await awayForLong(group)
  await group.pass(
    () =>
      leaderOf(group)
        .followers()
        ?.some(({ id, isReachable }) => id === away && !isReachable) === true,
  )
  const { disk } = group.members.get(idOf(group, leaderOf(group))) ?? {}
  assert(disk !== undefined)
  const saving = Promise.withResolvers<void>()
  disk.snapshotGate = saving.promise
  const begun = disk.snapshots
  for (let at = 1_001; disk.snapshots === begun; at += 1) await commit(group, `web.${at}.a`)
  const sending = Promise.withResolvers<void>()
  group.snapshotGate = sending.promise
  group.cut.clear()
  await group.pass(() => group.snapshotsSent === 1)
  const first = leaderOf(group).status().snapshotIndex
  saving.resolve()
  await group.pass(() => leaderOf(group).status().snapshotIndex > first)
  assert(leaderOf(group).status().snapshotIndex > first + 550, 'more than what is kept for everybody')
  sending.resolve()
  await group.pass(() => areEqual(group, three))
  assert.equal(group.snapshotsSent, 1)
})

test('who has been sent a state and hears nothing for a moment goes on with the log when another one is saved', async () => {
  const group = await found(5)
  const away = await awayForLong(group)
  const first = leaderOf(group).status().snapshotIndex
  group.cut.clear()
  await group.pass(() => group.store(away).status().snapshotIndex === first)
  group.cut.add(away)
  for (let at = 1_001; leaderOf(group).status().snapshotIndex === first; at += 1) await commit(group, `web.${at}.a`)
  group.cut.clear()
  await group.pass(() => areEqual(group, three))
  assert.equal(group.snapshotsSent, 1)
})

test('a member whose disk stands still does not keep the others from forgetting the log', async () => {
  const group = await found(5)
  const slow = three.find((id) => !group.store(id).status().leads) ?? ''
  const { disk } = group.members.get(slow) ?? {}
  assert(disk !== undefined)
  const gate = Promise.withResolvers<void>()
  disk.gate = gate.promise
  for (let at = 1, saved = 0, last = 0; saved < 2 || last < 700; at += 1) {
    await commit(group, `web.${at}.a`)
    const { snapshotIndex } = leaderOf(group).status()
    if (snapshotIndex !== last) saved = snapshotIndex > 550 ? saved + 1 : 0
    last = snapshotIndex
  }
  gate.resolve()
  await group.pass(() => areEqual(group, three))
  assert(group.snapshotsSent > 0, 'it is sent the state')
})

test('a member without space that is sent a newer state meanwhile takes one after the other when there is space', async () => {
  const group = await found()
  await commit(group, 'web.1.a')
  const away = three.find((id) => !group.store(id).status().leads) ?? ''
  group.cut.add(away)
  const states: { readonly meta: SnapshotMeta; readonly chunks: readonly Uint8Array[] }[] = []
  for (const name of ['web.2.a', 'web.3.a']) {
    await commit(group, name)
    const { view, members } = leaderOf(group)
    assert(view instanceof State)
    const { term } = leaderOf(group).status()
    states.push({
      meta: { index: view.resourceVersion, term, configuration: members },
      chunks: [...serialise(capture(view))].map((text) => Buffer.from(text)),
    })
  }
  const { handler, disk } = group.members.get(away) ?? {}
  assert(handler !== undefined && disk !== undefined)
  disk.failure = noSpace()
  const { term } = leaderOf(group).status()
  for (const { meta, chunks } of states) {
    const whole = (async function* () {
      yield* chunks
    })()
    await handler.receiveSnapshot({ type: 'snapshot', from: idOf(group, leaderOf(group)), to: away, term, meta }, whole)
    await group.settle()
  }
  disk.failure = undefined
  await group.pass(() => group.store(away).view.resourceVersion === states[1]?.meta.index)
  assert.equal(group.store(away).view.count('Task'), 3)
  group.cut.clear()
  await group.pass(() => areEqual(group, three))
})

test('the disk of a member is full while half of a state waits in its memory: it takes the rest, and installs it once there is space', async () => {
  const { group, away, disk, goOn } = await halfSent()
  goOn()
  await group.pass(() => !group.store(away).status().hasSpace)
  await commit(group, 'meanwhile')
  disk.failure = undefined
  await group.pass(() => areEqual(group, three))
  assert.equal(group.snapshotsSent, 1)
})

test('another one leads while half of a state waits in the memory of a member whose disk is full: it gets there all the same', async () => {
  const { group, away, disk, goOn } = await halfSent()
  await handOver(group, away)
  await group.pass(() => !group.store(away).status().hasSpace) // The term of the new leader does not get to its disk.
  await commit(group, 'meanwhile')
  goOn() // The former leader goes on with what it has begun.
  await group.settle()
  disk.failure = undefined
  await group.pass(() => areEqual(group, three))
})

for (const order of [
  ['former', 'present'],
  ['present', 'former'],
  ['former', 'present', 'former'],
] as const)
  for (const isSlow of [false, true])
    test(`the former leader and the present one send a member states, which come as ${order.join(', ')}${isSlow ? ' while the first is written' : ''}: it has what is newer`, async () => {
      const group = await found()
      const away = three.find((id) => !group.store(id).status().leads) ?? ''
      group.cut.add(away)
      const [former, present] = [await stateFor(group, away, 'web.1.a'), await stateFor(group, away, 'web.2.a')]
      const { handler, disk } = group.members.get(away) ?? {}
      assert(handler !== undefined && disk !== undefined)
      const gate = Promise.withResolvers<void>()
      if (isSlow) disk.snapshotGate = gate.promise
      for (const which of order) {
        const { message, chunks } = which === 'former' ? former : present
        const whole = (async function* () {
          yield* chunks
        })()
        await handler.receiveSnapshot(message, whole)
        await group.settle()
      }
      gate.resolve()
      await group.pass(() => group.store(away).view.resourceVersion === present.message.meta.index)
      assert.equal(group.store(away).view.count('Task'), 2)
      group.cut.clear()
      await group.pass(() => areEqual(group, three))
    })

test('a manager joins one that was alone: it learns, catches up, votes, and takes over', async () => {
  const group = new Group()
  const first = await group.start('1', ['1'])
  for (let at = 0; at < 20; at += 1) await commit(group, `web.${at}.a`)
  await group.start('2', [])
  const change = (make: 'voter' | 'learner' | 'stranger', id: string) => {
    let isDone = false
    const done = leaderOf(group)
      .changeMembers({ steps: [{ make, id }], leave: 'auto' })
      .finally(() => {
        isDone = true
      })
    return Promise.all([group.pass(() => isDone), done])
  }
  await assert.rejects(change('voter', '2'), /does not answer/)
  await change('learner', '2')
  await group.pass(() => areEqual(group, ['2']))
  await change('voter', '2')
  assert.deepEqual(first.members.voters, ['1', '2'])
  first.transferLeadership('2')
  await group.pass(() => group.store('2').status().leads)
  await commit(group, 'by 2')
  await change('stranger', '1')
  await group.stop('1')
  await commit(group, 'by 2 alone')
})

test('members that all stop come back with everything that was acknowledged', async () => {
  const group = await found()
  for (let at = 0; at < 10; at += 1) await commit(group, `web.${at}.a`)
  const disks = []
  for (const id of three) disks.push(await group.stop(id))
  for (const [at, id] of three.entries()) await group.start(id, three, disks[at])
  await group.pass(() => group.leader !== undefined)
  assert.equal(leaderOf(group).view.count('Task'), 10)
  await group.pass(() => areEqual(group, three))
})

test('the last one left goes on alone when it is told to, with everything that it has, and others join it anew', async () => {
  const group = await found()
  for (let at = 0; at < 10; at += 1) await commit(group, `web.${at}.a`)
  await group.pass(() => areEqual(group, three))
  const disks = new Map<string, MemoryDisk>()
  for (const id of three) disks.set(id, await group.stop(id))
  const alone = await group.start('2', three, disks.get('2'), true)
  assert.deepEqual([alone.status().leads, alone.members.voters, alone.view.count('Task')], [true, ['2'], 10])
  await commit(group, 'alone')
  const disk = await group.stop('2')
  const again = await group.start('2', three, disk)
  assert.deepEqual([again.status().leads, again.view.count('Task')], [true, 11])
  await group.start('4', [])
  let isMember = false
  const joined = again.changeMembers({ steps: [{ make: 'learner', id: '4' }], leave: 'auto' }).then(() => {
    isMember = true
  })
  await Promise.all([group.pass(() => isMember), joined])
  await group.pass(() => areEqual(group, ['4']))
})

test('a leader without space on its disk gives way, writes go on, and it has them all once there is space', async () => {
  const group = await found()
  await commit(group, 'before')
  const full = leaderOf(group)
  const id = idOf(group, full)
  const { disk } = group.members.get(id) ?? assert.fail()
  disk.failure = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
  const refused = full.commit(create('during'))
  refused.catch(() => undefined)
  await group.pass(() => group.leader !== undefined && group.leader !== full)
  await assert.rejects(refused, (error) => reasonOf(error) === 'Unknown')
  for (const name of ['one', 'two']) await commit(group, name)
  assert.ok(full.view.resourceVersion < leaderOf(group).view.resourceVersion)
  assert.equal(full.status().hasSpace, false)
  disk.failure = undefined
  await group.pass(() => areEqual(group, three))
  assert.equal(full.status().hasSpace, true)
})
