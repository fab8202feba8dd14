import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MemberStatus } from '../api/member.ts'
import type { WireObject } from '../api/wire.ts'
import {
  type Finding,
  judgeCertificate,
  judgeClock,
  judgeDisk,
  judgeManagers,
  judgeMembers,
  judgeNode,
  judgeService,
  judgeVersions,
} from './health.ts'

const now = Date.parse('2026-01-01T12:00:00Z')
const hour = 3_600_000
const gib = 1024 ** 3

function node(status: Partial<WireObject<'Node'>['status']> = {}, spec: WireObject<'Node'>['spec'] = {}): WireObject<'Node'> {
  const metadata = { name: 'id-1', uid: 'u', resourceVersion: '1', generation: 1, creationTimestamp: '' }
  return { apiVersion: 'kit/v1', kind: 'Node', metadata, spec, status: { state: 'Ready', role: 'Manager', ...status } }
}

function versioned(version: string): WireObject<'Node'> {
  const platform = { os: 'linux', arch: 'x86_64' }
  return node({ description: { hostname: 'h', platform, resources: { cpus: 1, memoryBytes: 1 }, executor: 'process', version } })
}

function service(status: Partial<WireObject<'Service'>['status']>, spec: object = {}): WireObject<'Service'> {
  const metadata = { name: 'web', uid: 'u', resourceVersion: '1', generation: 1, creationTimestamp: '' }
  return { apiVersion: 'kit/v1', kind: 'Service', metadata, spec: { template: { image: 'x' }, ...spec }, status }
}

function task(state: 'Pending' | 'Running', error?: string): WireObject<'Task'> {
  const metadata = { name: 'web.1.x', uid: 'u', resourceVersion: '1', generation: 1, creationTimestamp: '' }
  const spec = { service: 'web', serviceUid: 'u', slot: 1, revision: 'r', attempt: 1, desired: 'Running' } as const
  return { apiVersion: 'kit/v1', kind: 'Task', metadata, spec, status: { state, at: now, ...(error === undefined ? {} : { error }) } }
}

function member(name: string, index: number): [string, MemberStatus] {
  return [name, { role: 'follower', term: 3, commitIndex: index, appliedIndex: index, snapshotIndex: 0, replayBytes: 0 }]
}

const cases: readonly (readonly [
  name: string,
  found: Finding | undefined,
  level: Finding['level'] | undefined,
  text?: RegExp,
  mend?: RegExp,
])[] = [
  ['room on the disk', judgeDisk('/d', 20 * gib, 100 * gib), 'ok'],
  ['little room on a large disk', judgeDisk('/d', 3 * gib, 100 * gib), 'warning', /3\.0 GiB of 100\.0 GiB left/],
  ['hardly any room', judgeDisk('/d', gib / 10, 4 * gib), 'bad'],
  ['clocks that agree', judgeClock(now, now + 50, now), 'ok'],
  ['a second that was cut off', judgeClock(now + 900, now + 950, now), 'ok'],
  ['a manager that is behind', judgeClock(now, now, now - 31_000), 'warning', /30s behind/],
  ['a manager that is far ahead', judgeClock(now, now, now + 2 * hour), 'bad', /2h ahead of/],
  ['a certificate of months', judgeCertificate('ann', now + 90 * 24 * hour, now), 'ok'],
  ['one of days', judgeCertificate('ann', now + 24 * hour, now), 'warning', /ends at 2026-01-02 12:00/],
  ['one that is over', judgeCertificate('ann', now - 1, now), 'bad'],
  ['a node that is well', judgeNode(node({ certificate: { publicKey: '', notAfter: now + 50 * hour } }), now)[0], undefined],
  ['a node that is down', judgeNode(node({ state: 'Down', message: 'no heartbeat' }), now)[0], 'bad', /down: no heartbeat/],
  ['a node whose certificate is over', judgeNode(node({ certificate: { publicKey: '', notAfter: now - 1 } }), now)[0], 'bad'],
  [
    'a manager with another state',
    judgeNode(node({ manager: { member: 'Voter', reachable: false, diverged: 'at index 7 …' } }), now)[0],
    'bad',
    /not that of the other managers: at index 7/,
  ],
  ['a drained node', judgeNode(node({}, { availability: 'Drain' }), now)[0], 'warning'],
  ['a worker that is down', judgeNode(node({ role: 'Worker', state: 'Down' }), now)[0], 'bad', /./, /gone for good: `kit node rm id-1`$/],
  ['a manager that is down', judgeNode(node({ state: 'Down' }), now)[0], 'bad', /./, /`kit node demote id-1`, then `kit node rm id-1`$/],
  ['nodes of one version', judgeVersions([versioned('1.0.0'), versioned('1.0.0'), node()]), undefined],
  [
    'nodes of two versions',
    judgeVersions([versioned('1.0.0'), versioned('1.1.0'), versioned('1.0.0')]),
    'warning',
    /several versions of kit: 1\.0\.0 on 2, 1\.1\.0 on 1$/,
  ],
  ['one manager', judgeManagers([node()]), 'ok'],
  ['three managers', judgeManagers([node(), node(), node()]), 'ok'],
  ['a manager of three is down', judgeManagers([node(), node(), node({ state: 'Down' })]), 'warning', /2 of 3 ready, 2 needed/],
  [
    'a store whose members keep up',
    judgeMembers(new Map([member('a', 5_000), member('b', 4_100)]))[0],
    'ok',
    /term 3, entry 5000 agreed on: 2/,
  ],
  ['a store of one', judgeMembers(new Map([member('a', 5_000)]))[0], 'ok', /one member has it/],
  [
    'a member far behind',
    judgeMembers(new Map([member('a', 5_000), member('b', 3_000)]))[0],
    'warning',
    /b has not applied the last 2000 of 5000/,
  ],
  ['members that do not answer', judgeMembers(new Map())[0], undefined],
  ['a service that runs', judgeService(service({ replicas: { desired: 1, running: 1 } }), [task('Running')]), undefined],
  ['one of which a part runs', judgeService(service({ replicas: { desired: 2, running: 1 } }), []), 'warning', /1 of 2 tasks run/],
  [
    'a task that no node takes',
    judgeService(service({}), [task('Pending', 'no suitable node')]),
    'bad',
    /web\.1\.x waits: no suitable node/,
  ],
  ['a paused rollout', judgeService(service({}, { paused: true }), []), 'warning', /paused/],
]
for (const [name, found, level, text = /./, mend = /./] of cases) {
  test(`doctor: ${name} is ${level ?? 'no finding'}`, () => {
    assert.equal(found?.level, level)
    if (found === undefined) return
    assert.match(found.text, text)
    assert.equal(found.mend !== undefined, level !== 'ok', 'what is not ok says how to mend it')
    if (found.mend !== undefined) assert.match(found.mend, mend)
  })
}
