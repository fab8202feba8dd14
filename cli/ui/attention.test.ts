import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Objects, Task } from '../../api/objects.ts'
import type { WireObject } from '../../api/wire.ts'
import { type Concern, concernsOf } from './attention.ts'
import { ClusterView } from './cluster-view.ts'
import { bindingsOn } from './keys.ts'

const now = 10_000_000

function wire<K extends 'Service' | 'Task' | 'Node' | 'Stack' | 'Source'>(
  kind: K,
  name: string,
  spec: Objects[K]['spec'],
  status: Objects[K]['status'],
): WireObject<K> {
  const metadata = { name, uid: name, resourceVersion: '1', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' }
  return { apiVersion: 'kit/v1', kind, metadata, spec, status }
}

function task(slot: number, status: Partial<Task['status']>, spec: Partial<Task['spec']> = {}): WireObject<'Task'> {
  const { attempt = 1 } = spec
  return wire(
    'Task',
    `web.${slot}.${attempt}`,
    { service: 'web', serviceUid: 'u', slot, revision: 'web-r1', desired: 'Running', ...spec, attempt },
    { state: 'Running', at: now - 60_000, ...status },
  )
}

function service(status: Objects['Service']['status'] = {}): WireObject<'Service'> {
  return wire('Service', 'web', { template: { image: 'web' } }, { revision: 'web-r1', ...status })
}

function update(state: NonNullable<Objects['Service']['status']['update']>['state'], of = 'web-r1') {
  return { update: { id: 'u', of, target: 'web-r1', state, startedAt: 0, total: 2, failures: 1, reason: 'web.1 exited with 1' } }
}

function source(status: 'True' | 'False' | 'Unknown', reason: string, message?: string): WireObject<'Source'> {
  const ready = { type: 'Ready', status, reason, lastTransitionTime: '2026-01-01T00:00:00Z' }
  return wire('Source', 'shop', { path: '/srv' }, { conditions: [{ ...ready, ...(message === undefined ? {} : { message }) }] })
}

const gone = { desired: 'Shutdown', verdict: 'Replaced' } as const
const finished = { desired: 'Shutdown', verdict: 'Finished' } as const
const failed = { state: 'Failed', exitCode: 1 } as const

type Given = WireObject<'Task'> | WireObject<'Service'> | WireObject<'Node'> | WireObject<'Stack'> | WireObject<'Source'>

function concernsIn(objects: readonly Given[]): readonly Concern[] {
  const view = new ClusterView()
  for (const object of objects) view.set(object.kind, object)
  return concernsOf(view, now)
}

/** `bad service/web: …`, most urgent first. */
function told(...objects: readonly Given[]): readonly string[] {
  return concernsIn(objects).map(({ severity, object, text }) => `${severity} ${object}: ${text}`)
}

test('what needs a person, and what does not', () => {
  const table: readonly (readonly [objects: readonly Given[], concerns: readonly string[]])[] = [
    [[service(), task(1, {}), task(2, { state: 'Starting' })], []],
    [[service(update('Paused'))], ['bad service/web: rollout of web-r1 stopped: web.1 exited with 1']],
    [[service(update('RollbackPaused'))], ['bad service/web: rollout of web-r1 stopped: web.1 exited with 1']],
    [[service(update('RollbackCompleted'))], ['warning service/web: web-r1 was rolled back: web.1 exited with 1']],
    [[service(update('Updating'))], []],
    // Of a revision that is not wanted any more.
    [[service(update('Paused', 'web-r0'))], []],
    [[service(), task(1, failed, finished)], ['bad task/web.1: exited with 1, not restarted']],
    [[service(update('Paused')), task(1, failed, finished)], ['bad service/web: rollout of web-r1 stopped: web.1 exited with 1']],
    [[service(), task(1, { state: 'Pending', error: 'no node' })], ['bad task/web.1: pending 60s: no node']],
    [[service(), task(1, { state: 'Pending', error: 'no node', at: now })], []],
    [
      [service(), task(1, { state: 'Pending', error: 'no node' }), task(2, { state: 'Pending', error: 'no node' })],
      ['bad service/web: 2 tasks pending 60s: no node'],
    ],
    [[service(), task(1, { health: 'Unhealthy' })], ['bad task/web.1: unhealthy']],
    [
      [service(), task(1, { health: 'Unhealthy', error: 'failed its health check: no /data' })],
      ['bad task/web.1: failed its health check: no /data'],
    ],
    [[service(), task(1, failed, gone), task(1, failed, { ...gone, attempt: 2 }), task(1, {}, { attempt: 3 })], []],
    [
      [service(), ...[1, 2, 3].map((attempt) => task(1, failed, { ...gone, attempt }))],
      ['warning service/web: fails again and again: the last task exited with 1'],
    ],
    [[service(), ...[1, 2, 3].map((attempt) => task(1, { ...failed, at: 0 }, { ...gone, attempt }))], []],
    // Their node's fault, not theirs.
    [[service(), ...[1, 2, 3].map((attempt) => task(1, { ...failed, nodeFault: 'Stopped' }, { ...gone, attempt }))], []],
    [
      [wire('Node', 'n1', {}, { state: 'Down', stateAt: now - 61_000 }), task(1, {}, { nodeName: 'n1' })],
      ['bad node/n1: down for 61s; 1 of its tasks are not replaced yet'],
    ],
    [
      [
        wire(
          'Stack',
          'shop',
          {},
          { conditions: [{ type: 'Applied', status: 'False', message: 'a conflict', lastTransitionTime: '2026-01-01T00:00:00Z' }] },
        ),
      ],
      ['bad stack/shop: a conflict'],
    ],
    [[source('False', 'InvalidFiles', 'run.yml:9: no such field')], ['bad source/shop: run.yml:9: no such field']],
    [[source('False', 'Drifted', '1 changes by others')], ['warning source/shop: 1 changes by others']],
    [[source('False', 'PruneNeedsConsent', '4 of 5 objects would be deleted')], ['warning source/shop: 4 of 5 objects would be deleted']],
    // It goes on by itself; somebody has suspended it; nobody has looked at it yet; all is well.
    [[source('False', 'Pruning')], []],
    [[source('Unknown', 'Suspended', 'suspended by ann')], []],
    [[wire('Source', 'shop', { path: '/srv' }, {})], []],
    [[source('True', 'Applied')], []],
  ]
  for (const [objects, concerns] of table) assert.deepEqual(told(...objects), concerns)
})

test('each says which key leads to its mending, and the overview has that key', () => {
  const table: readonly (readonly [objects: readonly Given[], mend: string])[] = [
    [[service(update('Paused'))], 'u rollout'],
    [[service({ update: { ...update('Paused').update, requested: true } })], 'p go on'],
    [[service(), task(1, { state: 'Pending', error: 'no node' })], 'w why'],
    [[service(), task(1, failed, finished)], 'l logs'],
    [[service(), task(1, { health: 'Unhealthy' })], 'l logs'],
    [[wire('Node', 'n1', {}, { state: 'Down' })], 'd describe'],
    [[source('False', 'Drifted', '1 changes by others')], 'd describe'],
  ]
  for (const [objects, mend] of table)
    assert.deepEqual(
      concernsIn(objects).map(({ mend: [deed, word] }) => `${bindingsOn('overview').find((each) => each.deed === deed)?.keys[0]} ${word}`),
      [mend],
    )
})

test('what is bad comes before what is only worth a look', () => {
  const looping = [1, 2, 3].map((attempt) => task(1, failed, { ...gone, attempt }))
  assert.deepEqual(
    told(service(), ...looping, wire('Node', 'z', {}, { state: 'Down' })).map((line) => line.split(' ')[0]),
    ['bad', 'warning'],
  )
})
