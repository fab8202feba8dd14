import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '../../api/objects.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { afterForce, type LeavingManager, stillManager } from './leaving-manager.ts'

/** Voters as letters, those that do not answer in capitals; `a` leaves, and is a learner where it is none of them. */
async function leaving(voters: string, spec: Node['spec'] = { role: 'Manager' }): Promise<LeavingManager> {
  const store = createMemoryStore()
  const nodes = [...new Set(['a', ...voters.toLowerCase()])].map(
    (name): Node => ({
      kind: 'Node',
      metadata: { name, uid: name, resourceVersion: 0, generation: 1, createdAt: 0 },
      spec: name === 'a' ? spec : { role: 'Manager' },
      status: { role: 'Manager', manager: { member: 'Voter', reachable: voters.includes(name) } },
    }),
  )
  await store.commit({ writes: nodes.map((object) => ({ op: 'create', object })) })
  return { nodeId: 'a', view: store.view, voters: [...voters.toLowerCase()] }
}

const losing = /the cluster could not change anything any more/
for (const [voters, refused, advised] of [
  ['a', /is the last manager: when it leaves, the cluster is erased, with the certificates of all nodes/, undefined],
  ['ab', losing, /^2 of 2 managers must answer, and too few do: start one of the others with `kitd --force-new-cluster`/],
  ['aB', /2 must answer: .* 0 would.* Not answering: b; start them/, /too few do: start b; when that cannot be, start one/],
  ['abc', /one of 3 managers: `kit node demote a` first\. .*until they demote it/, /^the other managers count node a as .*`kit node rm a`/],
  ['abC', /one of 3 managers, of which 2 must answer: .* 1 would, .* Not answering: c; start them/, /start c; when/],
  ['abcd', /one of 4 managers: /, /^the other managers/],
  ['abcD', losing, /^3 of 4 managers must answer/],
  ['abcdE', /one of 5 managers: /, /^the other managers/],
  ['abcDE', losing, /start d, e; when/],
  ['', /about to be a manager/, /^the managers still have node a/],
  ['bc', /about to be a manager/, /^the managers still have node a/],
] as const)
  test(`of ${voters} a leaves`, async () => {
    const facts = await leaving(voters)
    assert.match(stillManager(facts).message, refused)
    if (advised === undefined) assert.equal(afterForce(facts), undefined)
    else assert.match(afterForce(facts) ?? '', advised)
  })

test('one that is being demoted waits for that', async () => {
  assert.match(stillManager(await leaving('abc', { role: 'Worker' })).message, /is being made a worker.*try again/)
})
