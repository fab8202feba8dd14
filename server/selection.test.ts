import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Task } from '../api/objects.ts'
import { createMemoryStore } from '../store/mvcc/memory-store.ts'
import { task } from '../store/mvcc/testdata/builders.ts'
import { createPast } from './past.ts'
import { isStored, resourceOfPlural } from './resources.ts'
import { selection } from './selection.ts'

const tasks = resourceOfPlural('tasks')
assert.ok(tasks !== undefined && isStored(tasks))

const change = fc.record({
  name: fc.constantFrom('web.1.a', 'web.1.b', 'web.2.c', 'db.1.d', 'db.2.e'),
  isDelete: fc.boolean(),
  nodeName: fc.constantFrom('node-1', 'node-2', undefined),
  /** The service was deleted and made anew under its name. */
  serviceUid: fc.constantFrom('old', 'new'),
})

const requirement = fc.constantFrom(
  ...['spec.nodeName=node-1', 'spec.nodeName==node-2', 'spec.nodeName!=node-1', 'spec.nodeName=', 'spec.service=web', 'spec.service!=db'],
  ...['spec.service=nobody', 'metadata.name=web.1.a', 'metadata.name!=db.1.d', 'status.state=Running'],
)

test('what is selected, now and at versions before, is what looking at every object would find', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 20 }), fc.uniqueArray(requirement, { maxLength: 3 }), async (changes, requirements) => {
      const store = createMemoryStore()
      const selected = selection(tasks, { fieldSelector: requirements.join(',') })
      const atVersion: string[][] = []
      const note = (): void => {
        atVersion[store.view.resourceVersion] = [...store.view.list('Task')].filter(selected.matches).map(stamp).sort()
      }
      note()
      for (const { name, isDelete, nodeName, serviceUid } of changes) {
        const present = store.view.get('Task', name)
        // A task never changes its service.
        const spec = {
          serviceUid: present?.spec.serviceUid ?? `${name.split('.')[0]} ${serviceUid}`,
          ...(nodeName !== undefined && { nodeName }),
        }
        const object = task(name, spec, { state: 'Running' })
        if (isDelete && present !== undefined) await store.commit({ writes: [{ op: 'delete', kind: 'Task', name }] })
        else if (present === undefined) await store.commit({ writes: [{ op: 'create', object }] })
        else {
          const { resourceVersion } = present.metadata
          await store.commit({ writes: [{ op: 'update', object: { ...object, metadata: { ...object.metadata, resourceVersion } } }] })
        }
        note()
      }
      const past = createPast(store)
      for (const [version, expected] of atVersion.entries())
        assert.deepEqual(
          past('Task', version, selected).map((object) => object.kind === 'Task' && stamp(object)),
          expected,
          `${version}`,
        )
    }),
  )
})

function stamp({ metadata, spec }: Task): string {
  return `${metadata.name} ${metadata.resourceVersion} ${spec.nodeName}`
}
