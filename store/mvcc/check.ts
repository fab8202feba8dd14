// Whether a commit may happen in the present state: its guards, then each write, each a small rule that
// answers with a StatusError or nothing. The answer depends on the state and the commit alone, so every
// member comes to the same one. Messages may say more (what changed); they are not part of the state.

import { conflict, StatusError } from '../../api/errors.ts'
import type { Kind, KitObject, Objects } from '../../api/objects.ts'
import type { Commit, Guard, StoreEvent, Write } from '../../api/store.ts'
import { slotOf } from '../../api/task.ts'
import { changedPaths } from './equal.ts'

/** What the rules ask of the state. */
export interface Facts {
  get<K extends Kind>(kind: K, name: string): Objects[K] | undefined
  slotIndex(serviceUid: string, slot: string): number
  claimsIndex(serviceUid: string): number
  /** Whether slots of this service are remembered at all. */
  isServiceKnown(serviceUid: string): boolean
  /** Name of the service for messages. */
  serviceName(serviceUid: string): string | undefined
  /** Recent events after `since`, or none when they are gone. For messages. */
  recentEvents(since: number): readonly StoreEvent[]
}

/** The reason why `commit` cannot happen now: the first that is found. */
export function check(facts: Facts, commit: Commit): StatusError | undefined {
  for (const guard of commit.guards ?? []) {
    const error = checkGuard(facts, guard)
    if (error !== undefined) return error
  }
  for (const write of commit.writes) {
    const error = checkWrite(facts, write)
    if (error !== undefined) return error
  }
  return commit.writes.length > 1 ? checkDistinct(commit.writes) : undefined
}

function checkGuard(facts: Facts, guard: Guard): StatusError | undefined {
  switch (guard.on) {
    case 'slot': {
      const changedAt = facts.slotIndex(guard.serviceUid, guard.slot)
      return checkIndex(facts, guard.serviceUid, guard.index, changedAt, `slot ${guard.slot}`)
    }
    case 'claims':
      return checkIndex(facts, guard.serviceUid, guard.index, facts.claimsIndex(guard.serviceUid), 'the set of claimed slots')
    case 'service':
      return checkService(facts.get('Service', guard.name), guard)
    case 'object':
      return checkObject(facts, guard)
  }
}

function checkIndex(facts: Facts, serviceUid: string, index: number, changedAt: number, what: string): StatusError | undefined {
  const name = facts.serviceName(serviceUid) ?? serviceUid
  if (changedAt > index) return conflict('Service', name, `${what} changed at ${changedAt}, this write was based on ${index}`)
  // Its slots are forgotten with the service, so an index from its lifetime cannot be compared any more.
  if (index > 0 && !facts.isServiceKnown(serviceUid)) return conflict('Service', name, `it is gone, this write was based on ${index}`)
  return undefined
}

function checkService(service: Objects['Service'] | undefined, guard: Guard & { readonly on: 'service' }): StatusError | undefined {
  const differs = (what: string, found: unknown, based: unknown) =>
    conflict('Service', guard.name, `${what} is ${String(found ?? 'absent')}, this write was based on ${String(based ?? 'absent')}`)
  if (service === undefined) return conflict('Service', guard.name, 'it does not exist')
  const { uid, generation } = service.metadata
  const { update } = service.status
  if (uid !== guard.uid) return differs('uid', uid, guard.uid)
  if (generation !== guard.generation) return differs('generation', generation, guard.generation)
  if (update?.id !== guard.updateId) return differs('status.update.id', update?.id, guard.updateId)
  if (update?.state !== guard.updateState) return differs('status.update.state', update?.state, guard.updateState)
  return undefined
}

function checkObject(facts: Facts, guard: Guard & { readonly on: 'object' }): StatusError | undefined {
  const stored = facts.get(guard.kind, guard.name)
  if ((stored?.metadata.resourceVersion ?? 0) === guard.resourceVersion) return undefined
  return stale(facts, guard.kind, guard.name, stored, guard.resourceVersion)
}

function checkWrite(facts: Facts, write: Write): StatusError | undefined {
  if (write.op === 'delete') {
    const stored = facts.get(write.kind, write.name)
    if (stored === undefined) return conflict(write.kind, write.name, 'it does not exist')
    if (write.expect === undefined || stored.metadata.resourceVersion === write.expect) return undefined
    return stale(facts, write.kind, write.name, stored, write.expect)
  }
  const { kind, metadata } = write.object
  const stored = facts.get(kind, metadata.name)
  if (write.op === 'create') {
    if (stored === undefined) return undefined
    return new StatusError('AlreadyExists', `${kind} "${metadata.name}" already exists`, { kind, name: metadata.name })
  }
  if (stored?.metadata.resourceVersion !== metadata.resourceVersion)
    return stale(facts, kind, metadata.name, stored, metadata.resourceVersion)
  return checkIdentity(stored, write.object)
}

/** What an object is cannot change: its uid, and a task's service and slot. Only a faulty writer tries. */
function checkIdentity(stored: KitObject, next: KitObject): StatusError | undefined {
  const { kind, metadata } = stored
  const invalid = (field: string) =>
    new StatusError('Invalid', `${kind} "${metadata.name}": ${field} never changes`, { kind, name: metadata.name })
  if (stored.kind === 'Task' && next.kind === 'Task') {
    if (stored.spec.serviceUid !== next.spec.serviceUid) return invalid('spec.serviceUid')
    return slotOf(stored) === slotOf(next) ? undefined : invalid('the slot')
  }
  if (stored.kind === 'Task' || next.kind === 'Task') return invalid('kind')
  return stored.metadata.uid === next.metadata.uid ? undefined : invalid('metadata.uid')
}

/** An object is written once in a commit: there is no order among the writes of one. */
function checkDistinct(writes: readonly Write[]): StatusError | undefined {
  const seen = new Set<string>()
  for (const write of writes) {
    const [kind, name] = write.op === 'delete' ? [write.kind, write.name] : [write.object.kind, write.object.metadata.name]
    const key = `${kind}/${name}`
    if (seen.has(key)) return new StatusError('Invalid', `${kind} "${name}" is written twice in one commit`, { kind, name })
    seen.add(key)
  }
  return undefined
}

function stale(facts: Facts, kind: Kind, name: string, stored: KitObject | undefined, based: number): StatusError {
  if (stored === undefined) return conflict(kind, name, `it does not exist, this write was based on resourceVersion ${based}`)
  const found = stored.metadata.resourceVersion
  if (based === 0) return conflict(kind, name, `it exists at resourceVersion ${found}, this write was based on its absence`)
  const paths = changedSince(facts, stored, based)
  const what = paths.length > 0 ? ` (changed since: ${paths.join(', ')})` : ''
  return conflict(kind, name, `its resourceVersion is ${found}, this write was based on ${based}${what}`)
}

function changedSince(facts: Facts, stored: KitObject, based: number): readonly string[] {
  const { name } = stored.metadata
  const first = facts.recentEvents(based).find(({ object }) => object.kind === stored.kind && object.metadata.name === name)
  if (first?.previous?.metadata.resourceVersion !== based) return []
  return changedPaths(first.previous, stored).filter((path) => path !== 'metadata.resourceVersion')
}
