// Any history of files, of people who make, copy, scale and delete, and of managers that die: what people have made is never
// deleted, and once nothing happens any more, there is what the files say and what people have made.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createWorld, service } from './testdata/world.ts'

const names = ['a', 'b', 'c', 'd', 'e'] as const
const name = fc.constantFrom(...names)
const files = fc.dictionary(name, fc.integer({ min: 1, max: 3 }), { maxKeys: 4 })
const step = fc.oneof(
  fc.record({ do: fc.constant('write' as const), files }),
  fc.record({ do: fc.constantFrom('make' as const, 'copy' as const, 'delete' as const), name }),
  fc.record({ do: fc.constant('scale' as const), name, replicas: fc.integer({ min: 4, max: 6 }) }),
  fc.record({ do: fc.constant('die' as const), at: fc.nat(6) }),
  fc.constant({ do: 'look' as const }),
)
const textsOf = (given: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(given).map(([each, replicas]) => [`${each}.yml`, service(each, `replicas: ${replicas}, `)]))

test('what people have made is never deleted, and all else becomes as the files say', () =>
  fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), files, async (steps, last) => {
      const world = await createWorld({ allowEmpty: true })
      const { store, user } = world
      const made = new Set<string>()
      const isThere = (each: string): boolean => world.names().includes(each)
      /** As when their tasks have ended. */
      const reap = async (): Promise<void> => {
        for (const { metadata } of [...store.view.list('Service')])
          if (metadata.deletedAt !== undefined) await store.commit({ writes: [{ op: 'delete', kind: 'Service', name: metadata.name }] })
      }
      const look = async (): Promise<void> => {
        await world.reconcile()
        await world.clock.advance(301_000) // Healing waits for minutes at most.
        await reap()
      }
      const make = async (each: string, labels: Readonly<Record<string, string>>): Promise<void> => {
        if (isThere(each)) return
        await user.create('Service', {
          apiVersion: 'kit/v1',
          kind: 'Service',
          metadata: { name: each, labels },
          spec: { template: { image: 'x' } },
        })
        made.add(each)
      }
      world.write({})
      for (const each of steps) {
        await reap()
        if (each.do === 'write') world.write(textsOf(each.files))
        if (each.do === 'make') await make(each.name, {})
        if (each.do === 'copy') await make(each.name, { 'kit/source': 'shop' })
        if (each.do === 'scale' && isThere(each.name)) await user.scale('Service', each.name, each.replicas, { fieldManager: 'kit-scale' })
        if (each.do === 'delete' && isThere(each.name)) {
          await store.commit({ writes: [{ op: 'delete', kind: 'Service', name: each.name }] })
          made.delete(each.name)
        }
        if (each.do === 'die') {
          const live = world.dieAt(each.at)
          await world.reconcile().catch((error: unknown) => assert.match(String(error), /an internal error/))
          live()
        }
        if (each.do === 'look') await look()
        for (const own of made) assert.ok(isThere(own), `${own} was deleted`)
      }
      world.write(textsOf(last))
      for (let looks = 0; looks < 4; looks++) await look()
      assert.deepEqual(world.names(), [...new Set([...Object.keys(last), ...made])].toSorted())
      for (const [each, replicas] of Object.entries(last)) assert.equal(store.view.get('Service', each)?.spec.replicas, replicas, each)
      const { resourceVersion } = store.view
      await look()
      assert.equal(store.view.resourceVersion, resourceVersion, 'silence')
    }),
    { numRuns: 150 },
  ))
