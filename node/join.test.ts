import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { silentLog, TestClock } from '../server/testdata/world.ts'
import { JoinRefused, type NodeCertificate } from './certificate.ts'
import { untilJoined } from './join.ts'

const { privateKey: key } = generateKeyPairSync('ed25519')
const joined: NodeCertificate = { nodeId: 'n', clusterId: 'c', role: 'Worker', certificate: '', key, root: '' }
const names = (leader: string) => new JoinRefused('Unavailable', 'another manager leads', leader)

/** What each manager does when it is asked, by the seconds that have passed; the answers, and who was asked when. */
async function join(answers: Readonly<Record<string, (second: number) => Error | undefined>>, managers = ['a', 'b'], withinMs?: number) {
  const clock = new TestClock()
  const beganMs = clock.monotonicMs()
  const asked: string[] = []
  const ask = async (manager: string) => {
    const second = (clock.monotonicMs() - beganMs) / 1_000
    asked.push(`${manager} ${second}`)
    const failure = (answers[manager] ?? (() => new Error('connection refused')))(second)
    if (failure !== undefined) throw failure
    return joined
  }
  const signal = new AbortController().signal
  const outcome = untilJoined({ clock, log: silentLog }, { managers, ask, ...(withinMs === undefined ? {} : { withinMs }) }, signal).then(
    () => 'joined',
    (error: unknown) => (error instanceof Error ? error.message : 'something else'),
  )
  await clock.advance(60_000)
  return { outcome: await outcome, asked }
}

test('managers are asked in turn, and given up after five failures', async () => {
  assert.deepEqual(await join({}), {
    outcome: 'cannot join the cluster at a: connection refused',
    asked: ['a 0', 'b 1', 'a 2', 'b 3', 'a 4'],
  })
  assert.deepEqual(await join({ b: () => undefined }), { outcome: 'joined', asked: ['a 0', 'b 1'] })
})

test('the leader that a follower names is asked at once', async () => {
  assert.deepEqual(await join({ a: () => names('c'), c: () => undefined }), { outcome: 'joined', asked: ['a 0', 'c 0'] })
})

test('a follower that names a dead leader is asked again until the next one is elected', async () => {
  const { outcome, asked } = await join({ a: (second) => names(second < 9 ? 'dead' : 'c'), c: () => undefined }, ['a'])
  assert.equal(outcome, 'joined')
  assert.deepEqual(asked.slice(-2), ['a 9', 'c 9'])
})

test('a leader that others reach and this machine does not is said, with who names it', async () => {
  const { outcome, asked } = await join({ a: () => names('c') }, ['a'])
  assert.equal(outcome, 'cannot join the cluster at c, its leader according to a: connection refused')
  assert.equal(asked.at(-1), 'c 15')
})

test('one manager that names a leader which does not answer keeps none of the others from being asked', async () => {
  const { outcome, asked } = await join({ a: () => names('c'), b: () => undefined })
  assert.deepEqual([outcome, asked], ['joined', ['a 0', 'c 0', 'b 1']])
})

test('two managers that name each other are asked once a second', async () => {
  const { outcome, asked } = await join({ a: () => names('b'), b: () => names('a') })
  assert.match(outcome, /^cannot join the cluster at ., its leader according to .: another manager leads$/)
  assert.ok(asked.length < 20, asked.join(', '))
})

test('a refusal is final; a manager that has to wait itself is waited for, unless there is a limit', async () => {
  const wrong = new JoinRefused('Forbidden', 'the token is wrong')
  assert.deepEqual(await join({ a: () => wrong }), { outcome: 'cannot join the cluster at a: the token is wrong', asked: ['a 0'] })
  const waits = new JoinRefused('Unavailable', 'no authority signs')
  assert.equal((await join({ a: (second) => (second < 50 ? waits : undefined) }, ['a'])).outcome, 'joined')
  const limited = await join({ a: () => waits }, ['a'], 20_000)
  assert.deepEqual([limited.outcome, limited.asked.at(-1)], ['cannot join the cluster at a: no authority signs', 'a 21'])
})
