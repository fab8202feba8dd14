import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classify, keepOrder, type RowName } from './classify.ts'
import { nodes, now, type ServiceOptions, service, task } from './testdata/notation.ts'

interface Case {
  readonly name: string
  readonly tasks: readonly string[]
  readonly row: RowName
  /** Names of the tasks that the row names, by attempt. */
  readonly names?: readonly number[]
  readonly service?: ServiceOptions
  readonly nodeSlot?: string
  readonly surplus?: boolean
  readonly wanted?: boolean
  readonly due?: boolean
  readonly revisitIn?: number
}

const cases: readonly Case[] = [
  // 1, 2
  {
    name: 'a slot of a service that is being deleted is the reaper’s, whatever is in it',
    tasks: ['1:Running#ok'],
    service: { deleted: true },
    row: 'orphaned',
  },
  { name: 'a slot beyond the replicas is surplus before anything else', tasks: ['1:Running#down'], surplus: true, row: 'surplus' },
  {
    name: 'a global task on a node that is drained is surplus',
    tasks: ['1:Running#drained'],
    service: { global: true },
    nodeSlot: 'drained',
    row: 'surplus',
  },
  {
    name: 'a global task on a node that no longer fits is surplus',
    tasks: ['1:Running#unfit'],
    service: { global: true },
    nodeSlot: 'unfit',
    row: 'surplus',
  },
  {
    name: 'a bad node without a wanted task asks for nobody',
    tasks: ['1:Running#drained/Sg'],
    service: { global: true },
    nodeSlot: 'drained',
    row: 'absent',
  },
  // 3, 4
  { name: 'an open task on a node that is down is misplaced', tasks: ['1:Running#down'], row: 'misplaced', names: [1] },
  { name: 'a node that is gone is bad, too', tasks: ['1:Running#gone'], row: 'misplaced', names: [1] },
  { name: 'a paused node keeps its tasks', tasks: ['1:Running#paused'], row: 'settled' },
  { name: 'a task that was told to stop is not misplaced again', tasks: ['1:Running#down/S=', '2:Running#ok'], row: 'settled' },
  {
    name: 'a task placed for the present placement whose node no longer has it is unfit',
    tasks: ['1:Running#unfit'],
    row: 'unfit',
    names: [1],
  },
  { name: 'a task placed for an older placement is not unfit; it may be outdated', tasks: ['1:Running#unfit/~'], row: 'outdated' },
  // 5
  { name: 'of two current tasks the running one stays', tasks: ['1:Running#ok', '2:Starting#ok'], row: 'crowded', names: [2] },
  {
    name: 'a replacement that runs stops the old one',
    tasks: ['1:Running@r1#ok', '2:Running#ok/o'],
    service: { order: 'StartFirst', update: 'Updating' },
    row: 'crowded',
    names: [1],
  },
  {
    name: 'a start-first replacement that does not run yet leaves the old one alone',
    tasks: ['1:Running@r1#ok', '2:Starting#ok/o'],
    service: { order: 'StartFirst', update: 'Updating' },
    row: 'replacing',
  },
  {
    name: 'with stop-first two open tasks are one too many at once',
    tasks: ['1:Running@r1#ok', '2:Starting#ok'],
    row: 'crowded',
    names: [1],
  },
  {
    name: 'two replacements of which none runs are thinned out',
    tasks: ['1:Starting#ok', '2:Preparing#ok'],
    service: { order: 'StartFirst' },
    row: 'crowded',
    names: [1],
  },
  // 6
  { name: 'a task that failed by itself has ended', tasks: ['1:Failed#ok'], row: 'ended', names: [1] },
  { name: 'a drained task has ended for its slot, although it still runs', tasks: ['1:Running#drained/Sd'], row: 'ended', names: [1] },
  {
    name: 'a failed replacement is retried while the old task serves',
    tasks: ['1:Running@r1#ok', '2:Failed#ok/o'],
    service: { order: 'StartFirst', update: 'Updating' },
    row: 'ended',
    names: [2],
  },
  { name: 'a task that failed while it was held waits for its time', tasks: ['1:Rejected#ok/Rh+4000'], row: 'settled', revisitIn: 4000 },
  { name: 'and is decided about then', tasks: ['1:Rejected#ok/Rh-1'], row: 'ended', names: [1] },
  {
    name: 'nobody restarts a global task on a paused node',
    tasks: ['1:Failed#paused'],
    service: { global: true },
    nodeSlot: 'paused',
    row: 'settled',
  },
  {
    name: 'an ended claim beside a current open task only loses its claim',
    tasks: ['1:Running#ok', '2:Failed#ok'],
    row: 'superseded',
    names: [2],
  },
  // 7, 8
  { name: 'an outdated task that has not started is stale', tasks: ['1:Ready@r1#ok'], row: 'stale', names: [1] },
  { name: 'a held task of an old revision is replaced at once, too', tasks: ['1:Ready@r1#ok/Rh+4000'], row: 'stale', names: [1] },
  {
    name: 'a paused service releases what it has',
    tasks: ['1:Ready@r1#ok/Rh-1'],
    service: { update: 'Paused' },
    row: 'waiting',
    due: true,
  },
  { name: 'a held task waits for its time', tasks: ['1:Ready#ok/Rh+4000'], row: 'waiting', due: false, revisitIn: 4000 },
  {
    name: 'a held task waits for its predecessor to stop',
    tasks: ['1:Running#ok/S=', '2:Ready#ok/Rh-1'],
    row: 'waiting',
    due: false,
    revisitIn: 59_999,
  },
  { name: 'not for one whose node cannot tell', tasks: ['1:Running#down/S=', '2:Ready#ok/Rh-1'], row: 'waiting', due: true },
  { name: 'not longer than the cap', tasks: ['1:Running#ok/S=', '2:Ready#ok/Rh-60001'], row: 'waiting', due: true },
  // 9, 10
  { name: 'an older claim without a verdict is superseded', tasks: ['1:Failed#ok', '2:Running#ok'], row: 'superseded', names: [1] },
  { name: 'a running task of the old revision is outdated', tasks: ['1:Running@r1#ok'], row: 'outdated', names: [1] },
  {
    name: 'while a rollback holds the new revision is the outdated one',
    tasks: ['1:Running#ok'],
    service: { update: 'RollbackStarted' },
    row: 'outdated',
    names: [1],
  },
  { name: 'and the old one is current', tasks: ['1:Running@r1#ok'], service: { update: 'RollbackStarted' }, row: 'settled' },
  { name: 'a slot that finished on the old revision is outdated', tasks: ['1:Failed@r1#ok/S!'], row: 'outdated', names: [1] },
  { name: 'a slot that finished on the present one is settled', tasks: ['1:Complete#ok/S!'], row: 'settled' },
  { name: 'a placement-only change outdates no task whose node still fits', tasks: ['1:Running#ok/~'], row: 'settled' },
  // 12, 13
  { name: 'a slot that nothing claims is empty when it is wanted', tasks: ['1:Shutdown#ok/X='], wanted: true, row: 'empty' },
  { name: 'and settled when it is not', tasks: ['1:Shutdown#ok/X='], row: 'settled' },
  { name: 'an eligible node without a task is empty', tasks: [], service: { global: true }, nodeSlot: 'ok', row: 'empty' },
  { name: 'a paused node gets no new task', tasks: [], service: { global: true }, nodeSlot: 'paused', row: 'settled' },
  { name: 'removed tasks never claim: scaling down and up again is an empty slot', tasks: ['1:Running#ok/X='], wanted: true, row: 'empty' },
  { name: 'a running task is as it should be', tasks: ['1:Running#ok'], row: 'settled' },
]

for (const { name, tasks, row, names, nodeSlot, surplus = false, wanted = false, due, revisitIn, ...rest } of cases) {
  test(`${name}: ${row}`, () => {
    const found = classify(
      { service: service(rest.service), tasks: tasks.map((text) => task(text)), nodeSlot, isSurplus: surplus, isWanted: wanted, now },
      nodes,
    )
    assert.equal(found.row.row, row)
    if (names !== undefined) assert.deepEqual(attemptsOf(found.row), names)
    if (due !== undefined && found.row.row === 'waiting') assert.equal(found.row.due, due)
    assert.equal(found.revisitAt, revisitIn === undefined ? undefined : now + revisitIn)
  })
}

function attemptsOf(row: ReturnType<typeof classify>['row']): readonly number[] {
  switch (row.row) {
    case 'misplaced':
    case 'unfit':
      return row.tasks.map((entry) => entry.task.spec.attempt)
    case 'crowded':
      return row.stop.map(({ spec }) => spec.attempt)
    case 'superseded':
      return row.tasks.map(({ spec }) => spec.attempt)
    case 'ended':
    case 'stale':
    case 'waiting':
      return [row.task.spec.attempt]
    case 'outdated':
      return [row.newest.spec.attempt]
    default:
      return []
  }
}

test('what the rollout of the present revision gave up it leaves, and the rollout of a later revision tries again', () => {
  const tasks = [task('1:Complete@r1#ok/S!o')]
  const givenUp = (options: ServiceOptions, of: string): boolean | undefined => {
    const base = service(options)
    const { update } = base.status
    assert(update !== undefined)
    const present = { ...base, status: { ...base.status, update: { ...update, of } } }
    const { row } = classify({ service: present, tasks, nodeSlot: undefined, isSurplus: false, isWanted: false, now }, nodes)
    return row.row === 'outdated' ? row.givenUp : undefined
  }
  assert.equal(givenUp({ update: 'Updating' }, 'r2'), true)
  assert.equal(givenUp({ update: 'Paused' }, 'r1'), false)
})

test('scaling down takes unassigned slots first, then the nodes with most copies', () => {
  const on = (slot: number, text: string) => ({ slot, tasks: [task(text, slot)] })
  const slots = [
    on(1, '1:Starting#n1'),
    on(2, '1:Running#n2'),
    on(3, '1:Running#n2'),
    on(4, '1:Running#n3'),
    on(5, '1:Running#n3'),
    on(6, '1:Running#n3'),
    on(7, '1:Pending'),
  ]
  const keep = (count: number): readonly number[] =>
    keepOrder(slots)
      .slice(0, count)
      .toSorted((a, b) => a - b)
  assert.deepEqual(keep(6), [1, 2, 3, 4, 5, 6])
  assert.deepEqual(keepOrder(slots.slice(0, 6)).slice(0, 4).toSorted(), [1, 2, 3, 4])
  assert.deepEqual(
    keepOrder([on(1, '1:Starting#n1'), on(2, '1:Running#n2'), on(3, '1:Running#n2'), on(4, '1:Running#n3')]).slice(0, 2),
    [2, 4],
  )
})
