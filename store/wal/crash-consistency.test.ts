// Power may go at any moment. The steps of a workload are recorded; recovery then runs from every
// prefix of them, with the unsynced rest surviving, lost, garbled or mixed.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { randomCrash, SimulatedDisk } from '../../sim/effects/disk.ts'
import type { CrashChoices, Platter } from '../../sim/effects/platter.ts'
import { SeededRandom } from '../../sim/effects/random.ts'
import { Recorder, replaySteps, type Step, uniformCrash } from './testdata/recorder.ts'
import { type Action, type Bounds, checkSnapshot, type Model, modelOf, type Opened, open, Workload } from './testdata/workload.ts'

interface Recording {
  readonly steps: readonly Step[]
  readonly states: readonly Model[]
  /** For each number of steps: the newest state that had been acknowledged by then, and the newest one asked for. */
  readonly bounds: readonly Bounds[]
  /** The same of the unlock key. */
  readonly locks: readonly Bounds[]
}

async function record(actions: readonly Action[], seed: number): Promise<Recording> {
  const recorder = new Recorder()
  const disk = recorder.wrap(new SimulatedDisk(new SeededRandom(seed)).mount())
  const workload = new Workload()
  const bounds: Bounds[] = []
  const locks: Bounds[] = []
  // Steps recorded since belong to what was asked; what they found acknowledged is what may not be lost.
  const note = (acknowledged = workload.acknowledged, lock = workload.locks.acknowledged, until = recorder.steps.length): void => {
    while (bounds.length <= until) {
      bounds.push({ acknowledged, asked: workload.states.length - 1 })
      locks.push({ acknowledged: lock, asked: workload.locks.asked })
    }
  }
  let opened = await open(disk, seed)
  note()
  for (const [at, action] of actions.entries()) {
    const { acknowledged, locks: before } = workload
    if (action.kind === 'reopen') {
      await opened.wal.close()
      opened = await open(disk, seed * 100 + at, { locks: workload.locks })
    } else await workload.run(opened, action)
    note(acknowledged, before.acknowledged, recorder.steps.length - 1)
    note()
  }
  await opened.wal.close()
  note()
  return { steps: recorder.steps, states: workload.states, bounds, locks }
}

/** Cuts the power after `count` steps, recovers, and returns the recovered log. Fails when anything acknowledged is missing. */
async function recoverAfter(recording: Recording, count: number, crash: CrashChoices): Promise<Opened & { readonly platter: Platter }> {
  const simulated = new SimulatedDisk(new SeededRandom(count), replaySteps(recording.steps, count))
  simulated.platter.crash(crash)
  const locks = recording.locks[count] ?? { acknowledged: 0, asked: 0 }
  const opened = await open(simulated.mount(), 7_000 + count, { locks })
  const { acknowledged, asked } = recording.bounds[count] ?? { acknowledged: 0, asked: 0 }
  const found = modelOf(opened.recovered)
  const allowed = recording.states.slice(acknowledged, asked + 1)
  assert.ok(
    allowed.some((state) => isSame(state, found)),
    `after ${count} steps: ${JSON.stringify(found)} is none of ${JSON.stringify(allowed)}`,
  )
  await checkSnapshot(opened.recovered)
  return { ...opened, platter: simulated.platter }
}

function isSame(left: Model, right: Model): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}

const story: readonly Action[] = [
  { kind: 'vote' },
  { kind: 'append', count: 3, sizeBytes: 40 },
  { kind: 'append', count: 8, sizeBytes: 300 },
  { kind: 'vote' },
  { kind: 'truncate', back: 2, count: 3 },
  { kind: 'append', count: 6, sizeBytes: 400 },
  { kind: 'lock' },
  { kind: 'append', count: 2, sizeBytes: 20 },
  { kind: 'snapshot', back: 2, keep: 3 },
  { kind: 'append', count: 6, sizeBytes: 400 },
  { kind: 'reopen' },
  { kind: 'append', count: 1, sizeBytes: 7 },
  { kind: 'append', count: 9, sizeBytes: 400 },
  { kind: 'lock' },
  { kind: 'snapshot', back: 1, keep: 0 },
  { kind: 'append', count: 2, sizeBytes: 7 },
  { kind: 'reopen' },
  { kind: 'snapshot', back: 0, keep: 0 },
  { kind: 'lock' },
  { kind: 'append', count: 2, sizeBytes: 6000 },
  { kind: 'install', ahead: 5 },
  { kind: 'append', count: 4, sizeBytes: 30 },
]

test('whatever step the power goes at, everything acknowledged is found again', async () => {
  const recording = await record(story, 11)
  assert.ok(recording.steps.length > 150, 'the story rolls segments, truncates, saves snapshots')
  for (let count = 0; count <= recording.steps.length; count += 1) {
    for (const fate of ['survives', 'lost', 'garbage'] as const)
      for (const namesSurvive of [true, false]) await recoverAfter(recording, count, uniformCrash(fate, namesSurvive))
    for (let seed = 0; seed < 4; seed += 1)
      await recoverAfter(recording, count, randomCrash(new SeededRandom(seed * 1000 + count), { lost: 0.35, garbage: 0.2 }))
  }
})

test('a log that was recovered from a torn end takes new batches and is recovered again', async () => {
  const recording = await record(story, 12)
  for (let count = 20; count <= recording.steps.length; count += 3) {
    const choices = randomCrash(new SeededRandom(count), { lost: 0.3, garbage: 0.3 })
    const { wal, recovered, platter } = await recoverAfter(recording, count, choices)
    const next = (recovered.entries.at(-1)?.index ?? recovered.snapshot?.meta.index ?? 0) + 1
    const term = Math.max(1, recovered.hardState.term)
    const hardState = { ...recovered.hardState, term }
    const data = new Uint8Array([1, 2, 3])
    await wal.append({ hardState, entries: [{ index: next, term, type: 'normal', data }] })
    platter.crash(choices)
    const locks = recording.locks[count] ?? { acknowledged: 0, asked: 0 }
    const again = await open(new SimulatedDisk(new SeededRandom(1), platter).mount(), 9_000 + count, { locks })
    assert.deepEqual(again.recovered.entries.at(-1), { index: next, term, type: 'normal', data })
    assert.deepEqual(again.recovered.hardState, hardState)
  }
})

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      count: fc.integer({ min: 1, max: 9 }),
      sizeBytes: fc.integer({ min: 0, max: 900 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('vote' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('truncate' as const),
      back: fc.integer({ min: 0, max: 5 }),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('snapshot' as const),
      back: fc.integer({ min: 0, max: 4 }),
      keep: fc.integer({ min: 0, max: 8 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('install' as const), ahead: fc.integer({ min: 0, max: 9 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('lock' as const) }) },
)

test('any workload, any moment, any fate of the unsynced rest: recovery finds an acknowledged state', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAction, { maxLength: 14 }), fc.nat(), async (actions, seed) => {
      const recording = await record(actions, seed)
      const random = new SeededRandom(seed)
      for (let round = 0; round < 12; round += 1)
        await recoverAfter(
          recording,
          random.below(recording.steps.length + 1),
          randomCrash(random, { lost: random.next() * 0.6, garbage: random.next() * 0.4 }),
        )
    }),
    { numRuns: 60 },
  )
})
