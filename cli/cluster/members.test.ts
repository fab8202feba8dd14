import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MemberStatus } from '../../api/member.ts'
import type { Objects } from '../../api/objects.ts'
import { createWorld } from '../../server/testdata/world.ts'
import { describeMember, readMember, readMembers } from './members.ts'

const status: MemberStatus = {
  role: 'follower',
  term: 3,
  leader: 'b',
  commitIndex: 12,
  appliedIndex: 11,
  snapshotIndex: 0,
  replayBytes: 2_048,
}

test('a member that answers says how far it is; one that does not, and a node that is none, are left out', async () => {
  const world = createWorld({ member: { name: 'a', status: () => status } })
  const node = (name: string, manager: Objects['Node']['status']['manager']): Objects['Node'] => ({
    kind: 'Node',
    metadata: { name, uid: name, resourceVersion: 0, generation: 1, createdAt: 0 },
    spec: {},
    status: manager === undefined ? {} : { manager },
  })
  const nodes = [node('a', { member: 'Voter', reachable: true }), node('b', { member: 'Leader', reachable: true }), node('c', undefined)]
  await world.store.commit({ writes: nodes.map((object) => ({ op: 'create', object })) })
  assert.deepEqual(await readMember(world.client, 'a'), status)
  assert.equal(await readMember(world.client, 'b'), undefined)
  const { items } = await world.client.list('Node')
  assert.deepEqual(await readMembers(world.client, items), new Map([['a', status]]))
})

test('a member is described in one line', () => {
  assert.equal(describeMember(status), 'follower in term 3; entry 11 applied, 12 agreed on; snapshot: none yet; a restart replays 2.0 KiB')
  assert.match(describeMember({ ...status, snapshotIndex: 9, snapshotAgeMs: 61_000 }), /snapshot: 9, 61s ago;/)
  assert.match(describeMember({ ...status, snapshotIndex: 9 }), /snapshot: 9;/)
  assert.equal(describeMember(undefined), 'does not answer')
})
