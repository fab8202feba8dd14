// The slot contract as a whole: the real controllers over a store in memory, with a scheduler and agents
// that do what real ones may do, late and in any order, while users scale, change, roll back, drain and
// take nodes away. Histories come from seeds; a failure names its seed.

import assert from 'node:assert/strict'
import { placementHash } from '../../api/content-name.ts'
import type { Node, Service, Task, TaskState } from '../../api/objects.ts'
import { updatePolicyOf } from '../../api/schema/defaults.ts'
import type { StoreEvent } from '../../api/store.ts'
import { hasReached, isEnded, isOpen, isWanted, slotOf } from '../../api/task.ts'
import { replacesNothingServing } from '../../sim/checkers/parallelism-is-respected.ts'
import { createSimulatedClock } from '../../sim/effects/clock.ts'
import { EventQueue } from '../../sim/effects/event-queue.ts'
import { SeededRandom } from '../../sim/effects/random.ts'
import { testInThread } from '../../sim/testdata/test-in-thread.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { drainController } from '../drain/drain.ts'
import { globalController } from '../global/global.ts'
import { placementController } from '../placement/placement.ts'
import { reaperController } from '../reaper/reaper.ts'
import { replicatedController } from '../replicated/replicated.ts'
import { restartController } from '../restart/restart.ts'
import { revisionController } from '../revision/revision.ts'
import type { Controller } from '../runtime/controller.ts'
import { guardStore } from '../runtime/guarded-store.ts'
import { runControllers } from '../runtime/loop.ts'
import { satisfiesPlacement } from '../scheduler/filters.ts'
import { updateController } from '../update/update.ts'
import type { RowName } from './classify.ts'
import { createNodeFacts } from './node-facts.ts'
import { SlotIndex } from './slot-index.ts'

const histories = Number(process.env['KIT_MODEL_HISTORIES'] ?? 100)
const faultMs = 240_000
const settleMs = 400_000
const nodeNames = ['n1', 'n2', 'n3', 'n4', 'n5']

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const reached = new Map<string, number>()

function note(what: string): void {
  reached.set(what, (reached.get(what) ?? 0) + 1)
}

interface World {
  readonly events: EventQueue
  readonly random: SeededRandom
  readonly store: ReturnType<typeof createMemoryStore>
  readonly now: () => number
  /** Tasks that cost their rollout no budget. */
  readonly free: Set<string>
}

function node(name: string, zone: string): Node {
  return {
    kind: 'Node',
    metadata: { name, uid: `uid-${name}`, resourceVersion: 0, generation: 1, createdAt: 0, labels: { zone } },
    spec: { availability: 'Active' },
    status: {
      state: 'Ready',
      role: 'Worker',
      description: {
        hostname: name,
        platform: { os: 'linux', arch: 'x86_64' },
        resources: { cpus: 8, memoryBytes: 8e9 },
        executor: 'simulated',
      },
    },
  }
}

function service(random: SeededRandom, name: string): Service {
  const mode = name === 'everywhere' ? 'Global' : 'Replicated'
  const failureAction = random.pick(['Pause', 'Continue', 'Rollback'] as const)
  const update = {
    parallelism: random.below(4),
    delay: random.pick(['0s', '3s', '12s']),
    monitor: '5s',
    failureAction,
    maxFailureRatio: random.pick([0, 0.3]),
    order: random.pick(['StopFirst', 'StartFirst'] as const),
  }
  return {
    kind: 'Service',
    metadata: { name, uid: `uid-${name}`, resourceVersion: 0, generation: 1, createdAt: 0, finalizers: ['kit/tasks'] },
    spec: {
      mode,
      ...(mode === 'Replicated' ? { replicas: random.below(6) } : {}),
      template: {
        image: 'v1',
        restart: {
          condition: random.pick(['Any', 'OnFailure', 'None'] as const),
          delay: random.pick(['0s', '5s']),
          maxAttempts: random.pick([0, 0, 2]),
          window: random.pick(['0s', '60s']),
        },
      },
      update,
      rollback: { ...update, failureAction: 'Pause' },
    },
    status: {},
  }
}

/** One slot-level promise after another, on every entry. */
function check({ store, free }: World, events: readonly StoreEvent[], nowMs: number): void {
  for (const event of events) {
    const { object, previous } = event
    if (object.kind === 'Service' && previous?.kind === 'Service') {
      checkFailures(previous, object, events)
      notePauses(previous, object)
    }
    if (object.kind !== 'Task') continue
    const { spec } = object
    if (object.status.nodeFault !== undefined && isCounting(event)) note('node fault in a rollout')
    noteShortRows(object, events)
    const owner = store.view.get('Service', spec.service)
    const open = store.view.tasksOfSlot(spec.serviceUid, slotOf(object)).filter((task) => isOpen(task) && isWanted(task, 'Running'))
    const startFirst = owner?.spec.update?.order === 'StartFirst'
    assert.ok(
      open.length <= (startFirst ? 2 : 1),
      `slot ${spec.service}.${slotOf(object)} has ${open.length} wanted tasks: ${open.map((task) => task.metadata.name).join(', ')}`,
    )
    if (previous?.kind === 'Task' && previous.spec.stop !== undefined) assert.deepEqual(spec.stop, previous.spec.stop)
    if (previous === undefined && replacesNothingServing(object, events)) free.add(object.metadata.name)
    if (previous === undefined) checkRestarts(store.view.get('Revision', spec.revision)?.spec.template.restart, object)
    if (previous === undefined && owner?.spec.paused === true) checkHeld(store, object, events)
    if (previous === undefined && spec.rollout !== undefined && owner !== undefined)
      checkParallelism([...store.view.tasksOfService(spec.serviceUid)], owner, object, free, nowMs)
  }
}

/** While somebody has paused it, what takes the place of a task is of the revision that was there. An empty slot gets what is wanted. */
function checkHeld({ view }: World['store'], task: Task, events: readonly StoreEvent[]): void {
  const { metadata, spec } = task
  const before = view.tasksOfSlot(spec.serviceUid, slotOf(task)).find((other) => other.spec.attempt === spec.attempt - 1)
  if (before !== undefined && (isOpen(before) || events.some(({ object }) => object === before)))
    assert.equal(spec.revision, before.spec.revision, `${metadata.name} takes a step of a rollout that is paused`)
}

function notePauses(before: Service, after: Service): void {
  const [was, is] = [before.status.update, after.status.update]
  if (was?.id !== is?.id || was?.state === is?.state) return
  if (is?.requested === true) note('rollout paused by somebody')
  if (was?.state.endsWith('Paused') === true) note(was.requested === true ? 'rollout resumed' : 'failures accepted')
}

/** The rollout has looked at the end of one of its tasks. */
function isCounting({ object, previous }: StoreEvent): boolean {
  return (
    object.kind === 'Task' && previous?.kind === 'Task' && previous.spec.rollout?.counted !== true && object.spec.rollout?.counted === true
  )
}

/** Only what ended by its own fault is a failure of the rollout. */
function checkFailures(before: Service, after: Service, events: readonly StoreEvent[]): void {
  const [was, is] = [before.status.update, after.status.update]
  const counted = events.flatMap((event) => (isCounting(event) && event.object.kind === 'Task' ? [event.object] : []))
  if (was === undefined || is === undefined || was.id !== is.id) {
    if (is?.state !== 'RollbackStarted' || counted.length === 0) return
    assert.ok(
      counted.some(({ status }) => status.nodeFault === undefined),
      `${after.metadata.name} is rolled back because of a node`,
    )
    return
  }
  const own = counted.filter(({ status }) => status.nodeFault === undefined)
  assert.ok(
    is.failures - was.failures <= own.length,
    `${after.metadata.name} counts ${is.failures - was.failures} failures, and ${own.length} tasks failed`,
  )
}

/** Rows that last milliseconds, so that looking now and then misses them: told by what was written. */
function noteShortRows({ spec }: Task, events: readonly StoreEvent[]): void {
  if (spec.stop?.by === 'placement') note('row unfit')
  if (spec.stop?.by === 'update' && spec.stop.reason === 'Superseded') note('row crowded')
  if (spec.verdict === 'Replaced' && events.length === 1) note('row superseded')
  if (spec.stop?.reason === 'ScaledDown') note('row surplus')
  if (
    spec.stop?.by === 'update' &&
    spec.stop.reason === 'Outdated' &&
    events.some(({ previous }) => previous?.kind === 'Task' && isOpen(previous) && !hasReached(previous, 'Starting'))
  )
    note('row stale')
}

function checkRestarts(policy: { readonly maxAttempts?: number; readonly window?: string } | undefined, { spec, metadata }: Task): void {
  if ((policy?.maxAttempts ?? 0) > 0 && policy?.window === '0s')
    assert.ok((spec.restarts ?? []).length <= (policy.maxAttempts ?? 0), `${metadata.name} was restarted too often`)
}

function checkParallelism(tasks: readonly Task[], owner: Service, created: Task, free: ReadonlySet<string>, nowMs: number): void {
  const rollsBack = owner.status.update?.state.startsWith('Rollback') === true
  const { parallelism, delayMs } = updatePolicyOf(owner, rollsBack ? 'rollback' : 'update')
  const inTheAir = tasks.filter(
    ({ metadata, spec }) =>
      spec.rollout?.id === created.spec.rollout?.id &&
      !free.has(metadata.name) &&
      (spec.settledAt === undefined || spec.settledAt + delayMs > nowMs),
  )
  if (parallelism > 0)
    assert.ok(
      inTheAir.length <= parallelism,
      `${owner.metadata.name} has ${inTheAir.length} slots in the air, and ${parallelism} are allowed: ${inTheAir.map(({ metadata, spec, status }) => `${metadata.name} attempt ${spec.attempt} ${spec.desired}/${status.state} settled ${spec.settledAt === undefined ? 'never' : `${nowMs - spec.settledAt} ms ago`}`).join('; ')}; update ${JSON.stringify(owner.status.update)}`,
    )
}

/** Moves one task one step on, as the allocator, the scheduler or its agent would; undefined when there is nothing to do. */
function nextStatus({ store, random, now }: World, task: Task): Task | undefined {
  const at = now()
  const to = (state: TaskState, extra: object = {}): Task => ({
    ...task,
    spec: {
      ...task.spec,
      ...(task.spec.settledAt === undefined && ['Running', 'Complete', 'Shutdown', 'Failed', 'Rejected'].includes(state)
        ? { settledAt: at }
        : {}),
      ...(extra as { nodeName?: string }),
    },
    status: { ...task.status, state, at, ...(state === 'Running' ? { startedAt: at } : {}) },
  })
  const { state } = task.status
  if (state === 'New') return isWanted(task, 'Shutdown') ? undefined : to('Pending')
  if (state === 'Pending') return isWanted(task, 'Shutdown') ? undefined : assign(store, random, task, to)
  const home = store.view.get('Node', task.spec.nodeName ?? '')
  if (home === undefined || home.status.state !== 'Ready' || isEnded(task)) return undefined
  if (isWanted(task, 'Shutdown')) return random.chance(0.5) ? to('Shutdown') : undefined
  if (state === 'Running') {
    if (!random.chance(0.02)) return undefined
    if (random.chance(0.3)) {
      note('task ended with its node')
      const ended = to('Failed')
      return { ...ended, status: { ...ended.status, nodeFault: random.pick(['Stopped', 'Lost'] as const) } }
    }
    note('task ended by itself')
    return to(random.pick(['Failed', 'Complete'] as const))
  }
  if (random.chance(0.05)) {
    note('task failed to start')
    return to(hasReached(task, 'Starting') ? 'Failed' : 'Rejected')
  }
  if (state === 'Ready' && task.spec.desired === 'Ready') return undefined
  const order: readonly TaskState[] = ['Assigned', 'Accepted', 'Preparing', 'Ready', 'Starting', 'Running']
  return to(order[order.indexOf(state) + 1] ?? 'Running')
}

function assign(store: World['store'], random: SeededRandom, task: Task, to: (state: TaskState, extra: object) => Task): Task | undefined {
  const placement = store.view.get('Service', task.spec.service)?.spec.template.placement
  const usable = [...store.view.list('Node')].filter(
    ({ spec, status, metadata }) =>
      status.state === 'Ready' && spec.availability === 'Active' && (task.spec.node ?? metadata.name) === metadata.name,
  )
  const fitting = usable.filter((candidate) => satisfiesPlacement(candidate, placement))
  return fitting.length === 0
    ? undefined
    : to('Assigned', { nodeName: random.pick(fitting).metadata.name, placedFor: placementHash(placement) })
}

async function tryCommit(store: World['store'], object: Service | Node | Task): Promise<void> {
  await store.commit({ writes: [{ op: 'update', object }] }).catch(() => undefined) // Somebody was faster; there will be another step.
}

/** A user or the world does something. */
async function disturb(world: World, names: readonly string[]): Promise<void> {
  const { store, random } = world
  const chosen = store.view.get('Service', random.pick(names))
  const place = store.view.get('Node', random.pick(nodeNames))
  const edit = (change: (spec: Service['spec']) => Service['spec']): Promise<void> =>
    chosen === undefined || chosen.metadata.deletedAt !== undefined
      ? Promise.resolve()
      : tryCommit(store, {
          ...chosen,
          metadata: { ...chosen.metadata, generation: chosen.metadata.generation + 1 },
          spec: change(chosen.spec),
        })
  const action = random.pick([
    'scale',
    'revise',
    'revise',
    'place',
    'drain',
    'pause',
    'activate',
    'down',
    'up',
    'up',
    'activate',
    'remove',
    'join',
    'relabel',
    'hold',
    'release',
    'accept',
  ] as const)
  note(`fault ${action}`)
  switch (action) {
    case 'scale':
      return edit((spec) => (spec.mode === 'Global' ? spec : { ...spec, replicas: random.below(7) }))
    case 'revise':
      return edit((spec) => ({ ...spec, template: { ...spec.template, image: `v${random.below(4)}` } }))
    case 'place':
      return edit((spec) => ({
        ...spec,
        template: { ...spec.template, placement: { constraints: random.pick([[], ['node.labels.zone == a'], ['node.labels.zone != c']]) } },
      }))
    case 'hold':
      return edit((spec) => ({ ...spec, paused: true }))
    case 'release':
      return edit(({ paused: _, ...spec }) => spec)
    case 'accept':
      return edit((spec) => accepting(spec, chosen?.status.update))
    case 'drain':
    case 'pause':
    case 'activate':
      return place === undefined
        ? undefined
        : tryCommit(store, {
            ...place,
            spec: { ...place.spec, availability: ({ drain: 'Drain', pause: 'Pause', activate: 'Active' } as const)[action] },
          })
    case 'down':
    case 'up':
      return place === undefined
        ? undefined
        : tryCommit(store, { ...place, status: { ...place.status, state: action === 'down' ? 'Down' : 'Ready' } })
    case 'relabel':
      return place === undefined
        ? undefined
        : tryCommit(store, { ...place, metadata: { ...place.metadata, labels: { zone: random.pick(['a', 'b', 'c']) } } })
    case 'remove':
      if (place !== undefined)
        await store.commit({ writes: [{ op: 'delete', kind: 'Node', name: place.metadata.name }] }).catch(() => undefined)
      return
    case 'join':
      for (const name of nodeNames)
        if (store.view.get('Node', name) === undefined)
          await store.commit({ writes: [{ op: 'create', object: node(name, random.pick(['a', 'b', 'c'])) }] }).catch(() => undefined)
  }
}

function accepting(spec: Service['spec'], update: Service['status']['update']): Service['spec'] {
  return update === undefined ? spec : { ...spec, acceptedFailures: { rollout: update.id, count: update.failures } }
}

async function runHistory(seed: number): Promise<void> {
  const random = new SeededRandom(seed)
  const events = new EventQueue()
  const clock = createSimulatedClock(events)
  const stop = new AbortController()
  const slow = random.split('store')
  const store = createMemoryStore({ delay: () => clock.sleep(slow.exponential(3), stop.signal).catch(() => undefined) })
  const world: World = { events, random: random.split('world'), store, now: () => clock.wallMs(), free: new Set() }
  const nodes = createNodeFacts(store.view)
  const index = new SlotIndex(store.view, nodes)
  let failure: unknown
  store.subscribe((batch) => {
    index.apply(batch)
    try {
      check(world, batch, clock.wallMs())
    } catch (error) {
      failure ??= error
    }
  })
  const recorder = { record() {} }
  const make = (
    create: (deps: Parameters<typeof drainController>[0] & { log: typeof silent; events: typeof recorder }) => Controller,
  ): Controller => {
    const name = create({ store, clock, slots: index, nodes, log: silent, events: recorder }).name
    const { writes } = create({ store, clock, slots: index, nodes, log: silent, events: recorder })
    return create({ store: guardStore(store, name, writes), clock, slots: index, nodes, log: silent, events: recorder })
  }
  const errors: unknown[] = []
  const log = { ...silent, warn: (_message: string, fields?: Readonly<Record<string, unknown>>) => void errors.push(fields?.['error']) }
  const running = runControllers(
    [
      revisionController,
      replicatedController,
      globalController,
      restartController,
      updateController,
      drainController,
      placementController,
      reaperController,
    ].map(make),
    { store, clock, log },
    stop.signal,
  )

  const names = ['web', 'api', 'everywhere']
  const noteRows = (): void => {
    for (const name of names) for (const row of rowNames) if ((index.of(name)?.count(row, clock.wallMs()) ?? 0) > 0) note(`row ${row}`)
  }
  let calm = false
  const loop = (everyMs: number, step: () => void): void => {
    const again = (): void => {
      if (stop.signal.aborted) return
      step()
      events.schedule(world.random.exponential(everyMs), again)
    }
    events.schedule(0, again)
  }
  for (const name of nodeNames)
    await events.settle(store.commit({ writes: [{ op: 'create', object: node(name, world.random.pick(['a', 'b', 'c'])) }] }))
  for (const name of names) await events.settle(store.commit({ writes: [{ op: 'create', object: service(random.split(name), name) }] }))
  loop(120, () => {
    noteRows()
    for (const task of [...store.view.list('Task')]) {
      if (!world.random.chance(0.4)) continue
      // Once calm, tasks behave: what runs goes on running, so that everything can settle.
      if (calm && task.status.state === 'Running' && !isWanted(task, 'Shutdown')) continue
      const next = nextStatus(world, task)
      if (next === undefined || (calm && (next.status.state === 'Failed' || next.status.state === 'Rejected'))) continue
      void tryCommit(store, next)
    }
  })
  loop(4000, () => {
    if (!calm) void disturb(world, names)
  })
  const failFast = (): boolean => failure !== undefined
  await events.run(faultMs, () => {}, failFast)
  calm = true
  for (const name of nodeNames) {
    const stored = store.view.get('Node', name)
    const healthy = node(name, 'a')
    const write =
      stored === undefined
        ? ({ op: 'create', object: healthy } as const)
        : ({
            op: 'update',
            object: { ...stored, metadata: { ...stored.metadata, labels: { zone: 'a' } }, spec: healthy.spec, status: healthy.status },
          } as const)
    await events.settle(store.commit({ writes: [write] }))
  }
  await events.run(faultMs + settleMs, () => {}, failFast)
  if (failure !== undefined) throw failure
  assert.deepEqual(errors, [], 'no reconcile fails other than by Conflict')
  assertSettled(world, names)
  const before = store.view.resourceVersion
  await events.run(faultMs + settleMs + 120_000)
  assert.equal(store.view.resourceVersion, before, 'silence once settled')
  stop.abort()
  await events.run(faultMs + settleMs + 121_000)
  await running
}

const rowNames: readonly RowName[] = [
  'surplus',
  'absent',
  'misplaced',
  'unfit',
  'crowded',
  'ended',
  'stale',
  'waiting',
  'superseded',
  'outdated',
  'replacing',
  'empty',
  'settled',
]

function assertSettled({ store }: World, names: readonly string[]): void {
  for (const name of names) {
    const owner = store.view.get('Service', name)
    assert.ok(owner !== undefined)
    const tasks = [...store.view.tasksOfService(owner.metadata.uid)]
    const open = tasks.filter(isOpen)
    const finished = new Set(tasks.filter(({ spec }) => spec.verdict === 'Finished' && spec.desired !== 'Remove').map(slotOf))
    const filled = new Set([...open.map(slotOf), ...finished])
    const wanted = owner.spec.mode === 'Global' ? filled.size : (owner.spec.replicas ?? 1)
    assert.equal(filled.size, wanted, `${name}: ${wanted} slots are wanted, and ${filled.size} are filled`)
    assert.equal(new Set(open.map(slotOf)).size, open.length, `${name}: one task per slot once settled`)
    const { update } = owner.status
    assert.ok(
      update === undefined || update.of !== owner.status.revision || !['Updating', 'RollbackStarted'].includes(update.state),
      `${name}: its rollout is still ${update?.state}`,
    )
    for (const task of open)
      assert.equal(task.status.state, 'Running', `${task.metadata.name} is ${task.status.state}, wanted ${task.spec.desired}`)
  }
}

testInThread(import.meta.filename, `${histories} random histories keep every promise, settle, and fall silent`, async () => {
  const from = Number(process.env['KIT_MODEL_FROM'] ?? 1)
  for (let seed = from; seed < from + histories; seed += 1) {
    try {
      await runHistory(seed)
    } catch (error) {
      throw new Error(`history of seed ${seed} (KIT_MODEL_FROM=${seed} KIT_MODEL_HISTORIES=1)`, { cause: error })
    }
  }
  const others = ['node fault in a rollout', 'rollout paused by somebody', 'rollout resumed', 'failures accepted']
  const wanted = [...rowNames.filter((row) => row !== 'settled').map((row) => `row ${row}`), ...others]
  const missing = wanted.filter((what) => !reached.has(what))
  assert.deepEqual(missing, [], `rows that no history reached; reached: ${JSON.stringify(Object.fromEntries(reached))}`)
})
