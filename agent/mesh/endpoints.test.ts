import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { IngressPort } from '../../api/session.ts'
import { applyEndpoints, type Endpoints, type EndpointsMessage, publishedPorts } from './endpoints.ts'

const port: IngressPort = { protocol: 'TCP', publishedPort: 80, targetPort: 8080 }
const nothing: Endpoints = new Map()

function update(uid: string, added: readonly string[], removed: readonly string[] = [], ports: readonly IngressPort[] = [port]) {
  return { service: `name-of-${uid}`, uid, ports, added: added.map((task) => ({ task, node: 'node-1' })), removed }
}

function incremental(updates: EndpointsMessage['update'], remove: readonly string[] = []): EndpointsMessage {
  return { type: 'endpoints', mode: 'incremental', version: 7, update: updates, remove }
}

function complete(...updates: EndpointsMessage['update']): EndpointsMessage {
  return { type: 'endpoints', mode: 'complete', version: 7, update: updates, remove: [] }
}

/** `web: a b` */
function shown(endpoints: Endpoints): readonly string[] {
  return [...endpoints.values()].map(({ uid, endpoints: tasks }) => `${uid}: ${[...tasks.keys()].toSorted().join(' ')}`).toSorted()
}

const cases: readonly { readonly name: string; readonly messages: readonly EndpointsMessage[]; readonly known: readonly string[] }[] = [
  { name: 'a complete list replaces all', messages: [complete(update('web', ['a'])), complete(update('api', ['b']))], known: ['api: b'] },
  { name: 'a complete list of nothing leaves nothing', messages: [complete(update('web', ['a'])), complete()], known: [] },
  {
    name: 'a complete list forgets tasks of services that stay',
    messages: [complete(update('web', ['a', 'b'])), complete(update('web', ['b']))],
    known: ['web: b'],
  },
  { name: 'a change adds', messages: [complete(update('web', ['a'])), incremental([update('web', ['b'])])], known: ['web: a b'] },
  { name: 'a change removes', messages: [complete(update('web', ['a', 'b'])), incremental([update('web', [], ['a'])])], known: ['web: b'] },
  { name: 'what is removed need not be known', messages: [incremental([update('web', [], ['x'])], ['no such uid'])], known: ['web: '] },
  { name: 'a service goes as a whole', messages: [complete(update('web', ['a'])), incremental([], ['web'])], known: [] },
  { name: 'removing wins over adding in one change', messages: [incremental([update('web', ['a', 'b'], ['a'])])], known: ['web: b'] },
]

for (const { name, messages, known } of cases) test(name, () => assert.deepEqual(shown(messages.reduce(applyEndpoints, nothing)), known))

test('the ports of a service are those of the last message about it', () => {
  const first = applyEndpoints(nothing, complete(update('web', ['a'])))
  const then = applyEndpoints(first, incremental([update('web', [], [], [{ ...port, publishedPort: 81 }])]))
  assert.deepEqual([...publishedPorts(first).ports.keys()], ['80/tcp'])
  assert.deepEqual([...publishedPorts(then).ports.keys()], ['81/tcp'])
})

test('a port that two services claim is served for one of them; one number may be published for TCP and for UDP', () => {
  const { ports, claimedTwice } = publishedPorts(
    applyEndpoints(nothing, complete(update('web', []), update('api', []), update('dns', [], [], [{ ...port, protocol: 'UDP' }]))),
  )
  assert.deepEqual(
    [...ports].map(([key, { uid }]) => `${key} ${uid}`),
    ['80/tcp web', '80/udp dns'],
  )
  assert.deepEqual(
    claimedTwice.map(({ uid, heldBy }) => `${uid} ${heldBy}`),
    ['api name-of-web'],
  )
})

const task = fc.constantFrom('a', 'b', 'c', 'd')
const change = fc
  .record({ uid: fc.constantFrom('web', 'api'), added: fc.uniqueArray(task), removed: fc.uniqueArray(task), goes: fc.boolean() })
  .map(({ uid, added, removed, goes }) => incremental(goes ? [] : [update(uid, added, removed)], goes ? [uid] : []))

test('applying any change twice is applying it once, and no message changes what was known before', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      let known = nothing
      for (const message of changes) {
        const before = shown(known)
        const next = applyEndpoints(known, message)
        assert.deepEqual(shown(known), before)
        assert.deepEqual(applyEndpoints(next, message), next)
        for (const { uid, removed } of message.update) for (const gone of removed) assert.ok(!next.get(uid)?.endpoints.has(gone))
        known = next
      }
    }),
  )
})

test('a complete list says the same as the changes that led to it', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      const known = changes.reduce(applyEndpoints, nothing)
      const whole = complete(...[...known.values()].map(({ uid, endpoints }) => update(uid, [...endpoints.keys()])))
      assert.deepEqual(shown(applyEndpoints(applyEndpoints(nothing, complete(update('old', ['x']))), whole)), shown(known))
    }),
  )
})
