// Deleting: at once, or marked while finalizers hold the object. What it leaves behind is the reaper's,
// except where the same commit must say so: orphans, and the tasks of a removed node.

import { StatusError } from '../../api/errors.ts'
import type { KitObject } from '../../api/objects.ts'
import type { ApiAnswer, ApiRequest } from '../../api/request.ts'
import { maxWritesPerCommit, type Write } from '../../api/store.ts'
import { isJsonObject, type Json } from '../../api/wire.ts'
import { assertRemovable, assertUnused, isLost } from '../admission/admission.ts'
import { answer, isTrue, success, warningHeaders } from '../answer.ts'
import { readBody } from '../body.ts'
import { fromWire, toWire } from '../conversion.ts'
import { getObject } from '../read.ts'
import { withRemoved } from '../removed-nodes.ts'
import type { StoredResource } from '../resources.ts'
import { commit, noteChange, respond, retry, withVersion } from './commit.ts'
import { objectBody } from './document.ts'
import { dryRunOf, type Intent, intentOf, type WriteDeps, type WriteRequest } from './intent.ts'
import { metadataOf } from './metadata.ts'
import { stalePrecondition } from './preconditions.ts'

export async function deleteObject(deps: WriteDeps, resource: StoredResource, request: WriteRequest, name: string): Promise<ApiAnswer> {
  const intent = intentOf(deps, resource, request, name, undefined)
  const options = deleteOptions(request)
  return retry(intent, options.version === undefined, () => {
    const live = getObject(deps, resource, name)
    const { uid, resourceVersion } = metadataOf(toWire(live))
    if (options.uid !== undefined && options.uid !== uid) throw stalePrecondition(intent, `its uid is ${String(uid)}, not ${options.uid}`)
    if (options.version !== undefined && options.version !== resourceVersion)
      throw stalePrecondition(intent, `its version is ${String(resourceVersion)}, not ${options.version}`)
    assertRemovable(live, isTrue(request.query['force']))
    assertUnused(deps.store.view, live)
    return removeObject(deps, { ...intent, isDryRun: intent.isDryRun || options.isDryRun }, live, options.orphan)
  })
}

interface DeleteChoice {
  readonly isDryRun: boolean
  readonly orphan: boolean
  readonly uid: string | undefined
  readonly version: string | undefined
}

/** Options come in the body, where a dry run must not be overlooked, or in the query. */
function deleteOptions(request: ApiRequest): DeleteChoice {
  const isEmpty = request.body === undefined || (request.body instanceof Uint8Array && request.body.byteLength === 0)
  const body = isEmpty ? {} : objectBody(readBody(request.body, false).value)
  const dryRun = Array.isArray(body['dryRun']) ? body['dryRun'].some(dryRunOf) : dryRunOf(body['dryRun'])
  const policy = body['propagationPolicy'] ?? request.query['propagationPolicy'] ?? 'Background'
  if (policy !== 'Background' && policy !== 'Foreground' && policy !== 'Orphan') {
    throw new StatusError('BadRequest', `propagationPolicy must be Background, Foreground or Orphan, got '${String(policy)}'`)
  }
  const preconditions = isJsonObject(body['preconditions']) ? body['preconditions'] : {}
  const text = (value: Json | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
  return { isDryRun: dryRun, orphan: policy === 'Orphan', uid: text(preconditions['uid']), version: text(preconditions['resourceVersion']) }
}

async function removeObject(deps: WriteDeps, intent: Intent, live: KitObject, orphan: boolean): Promise<ApiAnswer> {
  const { resource, name } = intent
  if (live.kind === 'Task') throw new StatusError('MethodNotAllowed', 'a task is removed by its controllers')
  const isHeld = (live.metadata.finalizers ?? []).length > 0
  if (isHeld && live.metadata.deletedAt !== undefined) return respond(deps, intent, live, 200)
  const { generation } = live.metadata
  const marked: KitObject = fromWire(
    live.kind,
    { ...live.metadata, generation: generation + 1, deletedAt: deps.clock.wallMs() },
    toWire(live),
  )
  if (!intent.isDryRun) {
    const orphans = orphan ? orphaned(deps, live.metadata.uid) : live.kind === 'Node' ? lostTasks(deps, name) : []
    const last: Write = isHeld
      ? { op: 'update', object: marked }
      : { op: 'delete', kind: resource.kind, name, expect: live.metadata.resourceVersion }
    while (orphans.length + 1 >= maxWritesPerCommit) await commit(deps, orphans.splice(0, maxWritesPerCommit - 2), [])
    const cluster = live.kind === 'Node' ? deps.store.view.get('Cluster', 'default') : undefined
    const noted: Write[] =
      live.kind === 'Node' && cluster !== undefined ? [{ op: 'update', object: withRemoved(cluster, live, deps.clock.wallMs()) }] : []
    const { resourceVersion } = await commit(deps, [...orphans, ...noted, last], [], intent.request.mark)
    noteChange(deps, intent, live, isHeld ? marked : undefined)
    if (isHeld) return respond(deps, intent, withVersion(marked, resourceVersion), 200)
  }
  return isHeld
    ? respond(deps, intent, marked, 200)
    : answer(200, success(resource.plural, name, live.metadata.uid), warningHeaders(intent.warnings))
}

/** What the object owns, without it among the owners. */
function orphaned(deps: WriteDeps, uid: string): Write[] {
  return [...deps.store.view.ownedBy(uid)].flatMap((child): Write[] => {
    if (child.kind === 'Task') return []
    const ownerReferences = (child.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid)
    return [{ op: 'update', object: fromWire(child.kind, { ...child.metadata, ownerReferences }, toWire(child)) }]
  })
}

/** Whoever removes a node says that its tasks are gone with it. */
function lostTasks(deps: WriteDeps, nodeName: string): Write[] {
  const at = deps.clock.wallMs()
  return [...deps.store.view.tasksOnNode(nodeName)].filter(isLost).map((task): Write => {
    const status = { ...task.status, state: 'Orphaned' as const, at, message: 'the node was removed' }
    return { op: 'update', object: { ...task, spec: { ...task.spec, settledAt: task.spec.settledAt ?? at }, status } }
  })
}
