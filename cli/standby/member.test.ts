import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settle, TestClock } from '../../server/testdata/world.ts'
import type { OpenNode } from '../daemon/kitd-node.ts'
import { Member } from './member.ts'

/** A node that runs until it is told to end, or fails. */
function create(isNew: boolean) {
  const failing = Promise.withResolvers<never>()
  const session = Promise.withResolvers<void>()
  const daemon = new AbortController()
  const clock = new TestClock()
  const told: unknown[] = []
  const node: OpenNode = {
    identity: { nodeId: 'n', clusterId: 'c' },
    role: 'Worker',
    store: undefined,
    handle: async () => ({ status: 200, headers: {}, body: 'ok' }),
    run: (signal) =>
      Promise.race([failing.promise, new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))]),
  }
  const onEnd = (_member: Member, error: unknown): void => void told.push(error)
  const member = new Member({ clock, stop: daemon.signal, onEnd }, node, { isNew, connected: session.promise })
  return { member, clock, told, fail: failing.reject, connect: session.resolve, stopDaemon: () => daemon.abort() }
}

test('who has joined hears of the first session, and afterwards others hear why the node ends', async () => {
  const { member, told, fail, connect } = create(true)
  const joined = member.connected()
  connect()
  assert.equal(await joined, true)
  assert.equal(member.isNew, false)
  fail(new Error('removed'))
  await settle()
  assert.match(String(told[0]), /removed/)
})

test('a session that does not begin is no failure: the node goes on trying', async () => {
  const { member, clock, told } = create(true)
  const joined = member.connected()
  await clock.advance(20_000)
  assert.equal(await joined, false)
  assert.deepEqual(told, [])
  await member.end()
})

test('a node that ends while it is new tells whoever waits for it why', async () => {
  const { member, fail } = create(true)
  const joined = member.connected()
  fail(new Error('the token is old'))
  await assert.rejects(joined, /the token is old/)
  assert.equal(member.isNew, true)
})

test('a daemon that stops meanwhile keeps nobody waiting', async () => {
  const { member, stopDaemon } = create(true)
  const joined = member.connected()
  stopDaemon()
  await assert.rejects(joined)
  await member.ended
})

test('a founding that takes too long says where to look', async () => {
  const { member, clock } = create(true)
  const founded = member.founded()
  const rejected = assert.rejects(founded, /longer than 60 s: the log of kitd says more/)
  await clock.advance(60_000)
  await rejected
  await member.end()
})
