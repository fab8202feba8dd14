// Revisions: one immutable snapshot per template that a service has had, named by its content. Writes
// which one is current in the same commit, so that tasks are never made from a template that has no
// revision. What is done with a new revision is the update controller's business.
//
// History: at most ten revisions that nothing refers to are kept per service. They are counted and
// dropped only when a new revision is made, by one look at the service's tasks then; so a change of a
// task costs nothing here, and no index has to be kept. A revision that falls out of use meanwhile
// waits for that moment. The commit carries the service's version, so that a rollout that began
// since, which could have taken up an old revision, makes it fail.

import { contentHash, derivedUid } from '../../api/content-name.ts'
import { apiVersion, type Revision, type Service } from '../../api/objects.ts'
import type { StoreView, Write } from '../../api/store.ts'
import type { Controller, ControllerDeps } from '../runtime/controller.ts'

export const maxUnusedRevisions = 10

type Content = Pick<Revision['spec'], 'template' | 'hostPorts'>

/** What of a service makes up its revision: changing anything else replaces no task. */
export function revisionContent({ template, endpoint }: Service['spec']): Content {
  const { placement: _placement, registryAuth: _registryAuth, ...rest } = template
  const hostPorts = (endpoint?.ports ?? [])
    .filter((port) => port.publishMode === 'Host')
    .map(({ protocol = 'TCP', targetPort, publishedPort = 0 }) => ({ protocol, targetPort, publishedPort }))
    .toSorted((a, b) => a.publishedPort - b.publishedPort || a.targetPort - b.targetPort || (a.protocol < b.protocol ? -1 : 1))
  return { template: rest, ...(hostPorts.length === 0 ? {} : { hostPorts }) }
}

export function revisionName(service: Service): string {
  return `${service.metadata.name}-${contentHash(revisionContent(service.spec))}`
}

export function revisionController(deps: ControllerDeps): Controller {
  return {
    name: 'revision',
    watches: {
      Service: (service) => [service.metadata.name],
      Revision: (revision) => [revision.spec.service],
    },
    writes: {
      Revision: ['create', 'delete', 'spec.serviceUid', 'spec.number', 'metadata.ownerReferences'],
      Service: ['status.revision', 'status.revisionGeneration'],
    },
    async reconcile(name) {
      const { view } = deps.store
      const service = view.get('Service', name)
      if (service === undefined || service.metadata.deletedAt !== undefined) return {} // Its revisions are the reaper's.
      const { revision: current, revisionGeneration } = service.status
      const isDone = revisionGeneration === service.metadata.generation && current !== undefined
      if (isDone && view.get('Revision', current)?.spec.serviceUid === service.metadata.uid) return {}
      await deps.store.commit({ writes: decide(service, view, deps.clock.wallMs()) })
      return {}
    },
  }
}

function decide(service: Service, view: StoreView, nowMs: number): readonly Write[] {
  const name = revisionName(service)
  const kept = [...revisionsOf(service, view)]
  const status: Service['status'] = { ...service.status, revision: name, revisionGeneration: service.metadata.generation }
  const update: Write = { op: 'update', object: { ...service, status } }
  const existing = view.get('Revision', name)
  if (existing?.spec.serviceUid === service.metadata.uid) return [update]

  const number = 1 + Math.max(0, ...kept.map((revision) => revision.spec.number))
  const write: Write =
    existing === undefined
      ? { op: 'create', object: newRevision(service, name, number, view.resourceVersion, nowMs) }
      : { op: 'update', object: inherit(existing, service, number) }
  return [write, update, ...dropped(service, kept, view)]
}

function* revisionsOf(service: Service, view: StoreView): Iterable<Revision> {
  for (const object of view.ownedBy(service.metadata.uid)) if (object.kind === 'Revision') yield object
}

function newRevision(service: Service, name: string, number: number, index: number, nowMs: number): Revision {
  const { name: serviceName, uid } = service.metadata
  return {
    kind: 'Revision',
    metadata: {
      name,
      uid: derivedUid(uid, 'Revision', name, index),
      resourceVersion: 0,
      generation: 1,
      createdAt: nowMs,
      ownerReferences: [ownerOf(service)],
    },
    spec: { service: serviceName, serviceUid: uid, number, ...revisionContent(service.spec) },
    status: {},
  }
}

/** The same template in an earlier service of this name, not collected yet: it passes to the new one. */
function inherit(existing: Revision, service: Service, number: number): Revision {
  const metadata = { ...existing.metadata, ownerReferences: [ownerOf(service)] }
  return { ...existing, metadata, spec: { ...existing.spec, serviceUid: service.metadata.uid, number } }
}

function ownerOf({ metadata }: Service) {
  return { apiVersion, kind: 'Service', name: metadata.name, uid: metadata.uid, controller: true }
}

/**
 * The oldest of those that nothing refers to, beyond the ten newest. `kept` is without the new one.
 * No task is made of the revision that was current so far: its generation is over.
 */
function dropped(service: Service, kept: readonly Revision[], view: StoreView): readonly Write[] {
  if (kept.length <= maxUnusedRevisions) return []
  const { lastGood, previousGood, update } = service.status
  const used = new Set([lastGood, previousGood, update?.of, update?.target, update?.from])
  for (const task of view.tasksOfService(service.metadata.uid)) used.add(task.spec.revision)
  return kept
    .filter((each) => !used.has(each.metadata.name))
    .toSorted((a, b) => b.spec.number - a.spec.number)
    .slice(maxUnusedRevisions)
    .map(({ kind, metadata }) => ({ op: 'delete', kind, name: metadata.name, expect: metadata.resourceVersion }))
}
