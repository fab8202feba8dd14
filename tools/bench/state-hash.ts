// What the hash of the state costs (docs/adr/0026): applying commits of one task each, decoded as from the log; its part of that,
// measured by itself on the same tasks; and a pass through all of them.

import type { Task } from '../../api/objects.ts'
import { decodeCommit, encodeCommit } from '../../store/mvcc/codec.ts'
import { capture, verify } from '../../store/mvcc/snapshot.ts'
import { State } from '../../store/mvcc/state.ts'
import { StateHash } from '../../store/mvcc/state-hash.ts'
import { median, print } from './figure.ts'

const tasks = 50_000
const rounds = 5

function task(at: number, state: 'New' | 'Running', resourceVersion: number): Task {
  return {
    kind: 'Task',
    metadata: { name: `web.${at}.abcdefghij`, resourceVersion, createdAt: 1_700_000_000_000 },
    spec: {
      service: 'web',
      serviceUid: 'wios63pkz4edcihaijquwios6',
      slot: at,
      revision: 'web-wios63pkz4',
      attempt: 1,
      desired: 'Running',
      nodeName: `edcihaijquwios63pkz4edc${at % 50}`,
    },
    status: { state, at: 1_700_000_000_000, pid: 1234, message: 'started by the executor' },
  }
}

function micros(count: number, work: (at: number) => void): number {
  const began = performance.now()
  for (let at = 0; at < count; at += 1) work(at)
  return ((performance.now() - began) / count) * 1000
}

const figures = new Map<string, number[]>()
const note = (name: string, value: number): void => void figures.set(name, [...(figures.get(name) ?? []), value])
for (let round = 0; round < rounds; round += 1) {
  const state = new State()
  const created = Array.from({ length: tasks }, (_, at) => encodeCommit({ writes: [{ op: 'create', object: task(at, 'New', 0) }] }))
  const updated = Array.from({ length: tasks }, (_, at) =>
    encodeCommit({ writes: [{ op: 'update', object: task(at, 'Running', at + 1) }] }),
  )
  const apply = (commits: readonly Uint8Array[], from: number) => (at: number) => {
    const commit = commits[at]
    if (commit !== undefined) state.apply(from + at, decodeCommit(commit))
  }
  note('applying a commit that creates a task', micros(tasks, apply(created, 1)))
  note('applying a commit that changes a task', micros(tasks, apply(updated, tasks + 1)))
  const hash = new StateHash()
  const objects = state.objects()
  const add = (at: number): void => {
    const object = objects[at]
    if (object !== undefined) hash.add(object)
  }
  note('one object of the hash: of a new task one, of a changed one two', micros(tasks, add))
  const began = performance.now()
  for (const _ of verify(capture(state)));
  note('looking through all objects, each', ((performance.now() - began) / tasks) * 1000)
}
for (const [name, values] of figures) print({ name: `state hash, ${name}`, value: median(values), unit: 'µs', with: { tasks } })
