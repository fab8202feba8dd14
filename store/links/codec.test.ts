import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hashText } from '../mvcc/state-hash.ts'
import type { PeerMessage } from '../peers.ts'
import { simpleConfiguration } from '../raft/configuration.ts'
import type { Body } from '../raft/message.ts'
import { decodeMessage, encodeMessage, type LinkMessage } from './codec.ts'

const number = fc.integer({ min: 0, max: 2 ** 48 - 1 })
const small = fc.integer({ min: 0, max: 2 ** 40 })
const flag = fc.boolean()
const bytes = fc.uint8Array({ maxLength: 40 }).map((data) => Buffer.from(data))
const entries = fc.array(fc.record({ term: number, type: fc.constantFrom('normal' as const, 'configuration' as const), data: bytes }))
const configuration = fc
  .uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 5 })
  .map((ids) => simpleConfiguration(ids.slice(0, 3), ids.slice(3)))
const is = <T extends string>(type: T) => fc.constant(type)
const bodies: { readonly [Type in Body['type']]: fc.Arbitrary<Extract<Body, { type: Type }>> } = {
  preVote: fc.record({ type: is('preVote'), lastIndex: number, lastTerm: number }),
  preVoteResponse: fc.record({ type: is('preVoteResponse'), granted: flag, commit: number, commitTerm: number }),
  vote: fc.record({ type: is('vote'), lastIndex: number, lastTerm: number, transfer: flag }),
  voteResponse: fc.record({ type: is('voteResponse'), granted: flag, commit: number, commitTerm: number }),
  append: fc
    .record({ type: is('append'), prevIndex: small, prevTerm: number, commit: number, entries })
    .map((body) => ({ ...body, entries: body.entries.map((entry, at) => ({ index: body.prevIndex + 1 + at, ...entry })) })),
  appendResponse: fc.record({ type: is('appendResponse'), index: number }),
  appendRejected: fc.record({ type: is('appendRejected'), index: number, hintIndex: number, hintTerm: number }),
  heartbeat: fc.record({ type: is('heartbeat'), commit: number, context: number }),
  heartbeatResponse: fc.record({ type: is('heartbeatResponse'), context: number }),
  snapshot: fc.record({ type: is('snapshot'), meta: fc.record({ index: number, term: number, configuration }, { noNullPrototype: true }) }),
  timeoutNow: fc.record({ type: is('timeoutNow') }),
  readIndex: fc.record({ type: is('readIndex'), id: number }),
  readIndexResponse: fc.record({ type: is('readIndexResponse'), id: number, index: number }),
}
const ofRaft: fc.Arbitrary<PeerMessage> = fc
  .tuple(number, fc.oneof(...Object.values<fc.Arbitrary<Body>>(bodies)))
  .map(([term, body]) => ({ from: 'a', to: 'b', term, ...body }))
const ofStates: fc.Arbitrary<PeerMessage> = fc
  .record({ index: number, rules: number, hash: fc.tuple(number, number).map((parts) => hashText(...parts)) })
  .map((report) => ({ from: 'a', to: 'b', type: 'state', ...report }))
const ofLinks: fc.Arbitrary<LinkMessage> = fc
  .oneof(fc.record({ type: is('member'), life: number }), fc.record({ type: is('twin') }))
  .map((body) => ({ from: 'a', to: 'b', ...body }))
const message = fc.oneof({ weight: 1, arbitrary: ofLinks }, { weight: 13, arbitrary: ofRaft }, { weight: 1, arbitrary: ofStates })

test('a message is what it was', () => {
  fc.assert(fc.property(message, (sent) => assert.deepEqual(decodeMessage(encodeMessage(sent), 'a', 'b'), sent)))
})

test('a message that was cut off is none, unless it ends between entries', () => {
  fc.assert(
    fc.property(message, fc.nat(), (sent, at) => {
      const whole = encodeMessage(sent)
      const part = whole.subarray(0, at % whole.length)
      try {
        const got = decodeMessage(part, 'a', 'b')
        assert.ok(sent.type === 'append' && got.type === 'append' && got.entries.length < sent.entries.length)
      } catch (error) {
        assert.match(String(error), /a message between managers has/)
      }
    }),
  )
})

test('any other bytes are refused, or read as a message that is written in the same way', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (garbage) => {
      let got: PeerMessage | LinkMessage
      try {
        got = decodeMessage(garbage, 'a', 'b')
      } catch (error) {
        return assert.match(String(error), /a message between managers has/)
      }
      if (got.type !== 'snapshot') assert.deepEqual(Buffer.from(encodeMessage(got)), Buffer.from(garbage))
    }),
    { numRuns: 2_000 },
  )
})
