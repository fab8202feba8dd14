import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '../../api/objects.ts'
import type { Group } from '../../controllers/roles/group.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { checkDemotion } from './demotion.ts'

/** Voters as letters, those that do not answer in capitals; `a` leads. */
async function tryDemote(voters: string, who: string, force = false): Promise<string> {
  const store = createMemoryStore()
  const ids = [...voters.toLowerCase()]
  const nodes = ids.map(
    (name): Node => ({
      kind: 'Node',
      metadata: { name, uid: name, resourceVersion: 0, generation: 1, createdAt: 0 },
      spec: { role: 'Manager' },
      status: { role: 'Manager' },
    }),
  )
  await store.commit({ writes: nodes.map((object) => ({ op: 'create', object })) })
  const group: Group = {
    self: 'a',
    members: { voters: ids, outgoing: [], learners: [] },
    disagreement: () => undefined,
    followers: () => ids.filter((id) => id !== 'a').map((id) => ({ id, isReachable: voters.includes(id), behind: 0 })),
    changeMembers: () => Promise.reject(new Error('not used')),
    transferLeadership: () => undefined,
  }
  const node = nodes.find(({ metadata }) => metadata.name === who)
  assert.ok(node !== undefined)
  try {
    const risk = checkDemotion(store.view, group, node, force)
    return risk === undefined ? 'may' : `may: ${risk}`
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
}

// The table of SwarmKit: members, who is down, who is removed.
for (const [voters, who, expected] of [
  ['a', 'a', /is the only manager/],
  ['ab', 'b', /^may$/],
  ['aB', 'b', /^may$/],
  ['aB', 'a', /there would be 1 managers, of which 1 must answer and 0 do: .*Not answering: b/],
  ['abc', 'c', /^may$/],
  ['abC', 'c', /^may$/],
  ['abC', 'b', /there would be 2 managers, of which 2 must answer and 1 do: .*Not answering: c/],
  ['abcd', 'd', /^may$/],
  ['abcD', 'c', /^may$/],
  ['abcDE', 'd', /^may$/],
  ['abcDE', 'c', /there would be 4 managers, of which 3 must answer and 2 do/],
] as const)
  test(`of ${voters} without ${who}`, async () => assert.match(await tryDemote(voters, who), expected))

for (const [voters, who, expected] of [
  ['a', 'a', /is the only manager/],
  ['abC', 'c', /^may$/],
  [
    'abC',
    'b',
    /^may: without node "b" there are 2 managers, of which 2 must answer and 1 do: .*Not answering: c\. .*kitd --force-new-cluster/,
  ],
  ['abcDE', 'c', /^may: .* 4 managers, of which 3 must answer and 2 do: .*Not answering: d, e\./],
] as const)
  test(`of ${voters} without ${who}, by force`, async () => assert.match(await tryDemote(voters, who, true), expected))
