import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forceAnnotation } from '../../api/force.ts'
import type { Node } from '../../api/objects.ts'
import type { Group } from './group.ts'
import { nextStep, type Step } from './next-step.ts'

type Facts = Partial<Pick<Node['spec'], 'role'>> & {
  readonly granted?: 'Worker' | 'Manager'
  readonly at?: string
  readonly state?: 'Ready' | 'Down'
  /** For which generation force was used; the present one is 1. */
  readonly forced?: number
}

const description = {
  hostname: 'h',
  platform: { os: 'linux', arch: 'amd64' },
  resources: { cpus: 1, memoryBytes: 1 },
  executor: 'process',
} as const

function node(name: string, { role, granted, at, state = 'Ready', forced }: Facts): Node {
  return {
    kind: 'Node',
    metadata: {
      ...{ name, uid: name, resourceVersion: 1, generation: 1, createdAt: 0 },
      ...(forced === undefined ? {} : { annotations: { [forceAnnotation]: String(forced) } }),
    },
    spec: role === undefined ? {} : { role },
    status: {
      state,
      ...(granted === undefined ? {} : { role: granted }),
      description: { ...description, ...(at === undefined ? {} : { managerAddress: at }) },
    },
  }
}

/** `a` leads. A follower is written `id`, `id!` when it does not answer, `id+5` when it lacks five entries. */
function group(voters: string, learners = ''): Group {
  const parsed = (text: string) =>
    (text === '' ? [] : text.split(' ')).map((each) => {
      const [, id = '', gone, behind = '0'] = /^(\w+)(!)?(?:\+(\d+))?$/.exec(each) ?? []
      return { id, isReachable: gone === undefined, behind: Number(behind) }
    })
  const all = [...parsed(voters), ...parsed(learners)].filter(({ id }) => id !== 'a')
  return {
    self: 'a',
    members: { voters: parsed(voters).map(({ id }) => id), outgoing: [], learners: parsed(learners).map(({ id }) => id) },
    followers: () => all,
    disagreement: () => undefined,
    changeMembers: () => Promise.reject(new Error('not used')),
    transferLeadership: () => undefined,
  }
}

const manager: Facts = { role: 'Manager', granted: 'Manager', at: 'h:1' }
const leader = node('a', manager)

const cases: readonly (readonly [what: string, nodes: readonly Node[], group: Group, step: string | undefined])[] = [
  ['one manager is enough', [leader], group('a'), undefined],
  ['a worker stays one', [leader, node('w', { granted: 'Worker' })], group('a'), undefined],
  ['a node without a granted role gets what it was made for', [leader, node('w', {})], group('a'), 'grant w Worker'],
  ['promote: first the role', [leader, node('b', { role: 'Manager', granted: 'Worker' })], group('a'), 'grant b Manager'],
  [
    'a manager that has not said where it listens is waited for',
    [leader, node('b', { role: 'Manager', granted: 'Manager' })],
    group('a'),
    undefined,
  ],
  ['so is one that does not answer', [leader, node('b', { ...manager, state: 'Down' })], group('a'), undefined],
  ['then it gets the log, without a vote', [leader, node('b', manager)], group('a'), 'learner b'],
  ['while it lacks much it has no vote', [leader, node('b', manager)], group('a', 'b+101'), undefined],
  ['nor while it does not answer', [leader, node('b', manager)], group('a', 'b!'), undefined],
  ['then it has', [leader, node('b', manager)], group('a', 'b+100'), 'voter b'],
  ['one at a time, who is ready first', [leader, node('b', manager), node('c', manager)], group('a', 'b+500'), 'learner c'],
  ['demote: first out of the group', [leader, node('b', { ...manager, role: 'Worker' })], group('a b'), 'stranger b'],
  [
    'also when it is off',
    [leader, node('b', { ...manager, role: 'Worker', state: 'Down' }), node('c', manager)],
    group('a b! c'),
    'stranger b',
  ],
  [
    'by force, when somebody said so',
    [leader, node('b', { ...manager, role: 'Worker', forced: 1 })],
    group('a b c!'),
    'stranger b by force',
  ],
  ['not because of another time', [leader, node('b', { ...manager, role: 'Worker', forced: 0 })], group('a b c!'), 'stranger b'],
  ['and only then another certificate', [leader, node('b', { ...manager, role: 'Worker' })], group('a'), 'grant b Worker'],
  ['whoever has no node any more goes', [leader], group('a b'), 'stranger b'],
  [
    'the leader hands over first',
    [node('a', { ...manager, role: 'Worker' }), node('b', manager), node('c', manager)],
    group('a b+9 c+2'),
    'handOver c',
  ],
  [
    'to one that answers',
    [node('a', { ...manager, role: 'Worker' }), node('b', manager), node('c', manager)],
    group('a b+9 c!'),
    'handOver b',
  ],
  ['or not yet', [node('a', { ...manager, role: 'Worker' }), node('b', manager)], group('a b!'), undefined],
  ['promote again after demote, before it was out', [leader, node('b', manager)], group('a b'), undefined],
]

for (const [what, nodes, given, expected] of cases)
  test(what, () => {
    assert.equal(print(nextStep(nodes, given)), expected)
  })

function print(step: Step | undefined): string | undefined {
  switch (step?.do) {
    case 'grant':
      return `grant ${step.node.metadata.name} ${step.role}`
    case 'member':
      return `${step.make} ${step.id}${step.force === true ? ' by force' : ''}`
    case 'handOver':
      return `handOver ${step.to}`
    case undefined:
      return undefined
  }
}
