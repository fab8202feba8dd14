import assert from 'node:assert/strict'
import type { Kind, KitObject } from '../../api/objects.ts'
import type { StoreEvent, StoreView } from '../../api/store.ts'
import type { Checker } from './checker.ts'

/** What a client is told that it has written. */
export interface Acknowledged {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly resourceVersion: string }
}

/**
 * What a client was told is written is an entry of the log. Whoever leads has, from its first moment on, what all entries
 * so far have left, and nothing else; and so have all managers at rest.
 */
export function acknowledgedWritesSurvive(): Checker & {
  acknowledged(write: Acknowledged): void
  /** At rest, of one manager. */
  atRest(host: string, view: StoreView): void
} {
  /** Kind → name → as the last entry about it left it. */
  const present = new Map<Kind, Map<string, KitObject>>()
  /** Every version that the log has of every object. */
  const written = new Set<string>()
  let last = 0

  function note(events: readonly StoreEvent[]): void {
    for (const { type, object, resourceVersion } of events) {
      const { kind, metadata } = object
      const objects = present.get(kind) ?? new Map<string, KitObject>()
      present.set(kind, objects)
      if (type === 'DELETED') objects.delete(metadata.name)
      else objects.set(metadata.name, object)
      written.add(`${kind}/${metadata.name} at ${resourceVersion}`)
      last = resourceVersion
    }
  }

  function compare(who: string, view: StoreView): void {
    assert.ok(view.resourceVersion >= last, `${who} has the state of ${view.resourceVersion}, and clients were told of ${last}`)
    for (const [kind, objects] of present) {
      for (const [name, { metadata }] of objects) {
        const now = view.get(kind, name)?.metadata.resourceVersion
        assert.equal(
          now,
          metadata.resourceVersion,
          `${who} has ${kind}/${name} at ${now}, and the log has it at ${metadata.resourceVersion}`,
        )
      }
      for (const { metadata } of view.list(kind))
        assert.ok(objects.has(metadata.name), `${who} has ${kind}/${metadata.name}, which the log does not have any more`)
    }
  }

  return {
    name: 'acknowledged writes survive',
    observe: ({ events }) => note(events),
    acknowledged({ kind, metadata: { name, resourceVersion } }) {
      const write = `${kind}/${name} at ${resourceVersion}`
      assert.ok(written.has(write), `${write} was acknowledged, and is no entry of the log`)
    },
    replayed: note,
    leads: (view) => compare('who begins to lead', view),
    atRest(host, view) {
      compare(host, view)
      for (const [kind, objects] of present)
        for (const [name, object] of objects)
          assert.deepEqual(view.get(kind, name), object, `${host} has another ${kind}/${name} than the log`)
    },
  }
}
