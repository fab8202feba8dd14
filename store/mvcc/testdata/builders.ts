// Builders for the tests of the store: objects that say only what a test is about.

import type { KitObject, Node, Objects, Service, Task } from '../../../api/objects.ts'

const at = 1_700_000_000_000

export function node(name: string, more: { readonly owner?: string; readonly label?: string } = {}): Node {
  return {
    kind: 'Node',
    metadata: {
      name,
      uid: `uid-${name}`,
      resourceVersion: 0,
      generation: 1,
      createdAt: at,
      ...(more.label !== undefined && { labels: { label: more.label } }),
      ...(more.owner !== undefined && { ownerReferences: [{ apiVersion: 'kit/v1', kind: 'Stack', name: more.owner, uid: more.owner }] }),
    },
    spec: { availability: 'Active' },
    status: {},
  }
}

export function service(name: string, uid = `uid-${name}`): Service {
  return {
    kind: 'Service',
    metadata: { name, uid, resourceVersion: 0, generation: 1, createdAt: at },
    spec: { template: { image: 'a' } },
    status: {},
  }
}

/** `task('web.1.a')` is the first attempt in slot 1 of the service `web`. */
export function task(name: string, spec: Partial<Task['spec']> = {}, status: Partial<Task['status']> = {}): Task {
  const [serviceName = '', slot = '1'] = name.split('.')
  return {
    kind: 'Task',
    metadata: { name, resourceVersion: 0, createdAt: at },
    spec: { service: serviceName, serviceUid: `uid-${serviceName}`, slot: Number(slot), revision: 'r1', attempt: 1, desired: 'Running', ...spec },
    status: { state: 'New', at, ...status },
  }
}

/** The stored object, with a change, ready to be written back. */
export function edit<K extends keyof Objects>(stored: Objects[K] | undefined, change: Partial<Pick<Objects[K], 'spec' | 'status'>>): Objects[K] {
  if (stored === undefined) throw new Error('the object to edit does not exist')
  return { ...stored, ...change }
}

export function nameOf(object: KitObject): string {
  return object.metadata.name
}
