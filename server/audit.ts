// Who did what, when and from where: a line of the log for each change, each command in a task, each connection to a port of one or to its program, each look at logs and join
// tokens, and (bounded) each refusal. What was written is not in it: secrets would be. Changes of who may do what are events
// of the object, too.

import type { StatusError } from '../api/errors.ts'
import type { ReachRequest } from '../api/exec.ts'
import type { KitObject } from '../api/objects.ts'
import type { ApiRequest } from '../api/request.ts'
import type { AppliedRequest } from '../api/store.ts'
import type { EventRecorder } from '../controllers/runtime/controller.ts'
import type { Clock, Log } from '../effects/effects.ts'
import { nameOf, type Target, verbOf } from './access.ts'
import { createRefusalLog } from './refusal-log.ts'
import { sourceOf } from './source-claim.ts'

export interface Change {
  readonly request: ApiRequest
  readonly subresource: string | undefined
  /** Whom the changed fields belong to now. */
  readonly manager: string
  /** Undefined of what was created. */
  readonly before: KitObject | undefined
  /** Undefined of what was deleted. */
  readonly after: KitObject | undefined
}

export interface Audit {
  /** Called when it is committed. */
  changed(change: Change): void
  /** Its client asks again for what was carried out: whoever led then may have died before it could write a line of it. */
  repeated(request: ApiRequest, applied: AppliedRequest): void
  /** Called when there is a connection to it. Of a command the program only: arguments may be secret. */
  reached(request: ApiRequest, task: string, wanted: ReachRequest): void
  /** Called before an answer; of most reads there is no record. */
  read(request: ApiRequest, target: Target): void
  refused(request: ApiRequest, error: StatusError): void
}

/** Of what others have a say in. */
const longestText = 300
/** Of the name of a program. */
const longestProgram = 200
const sensitive: Readonly<Record<string, string>> = {
  'tasks/log': 'Read logs of a task',
  'services/log': 'Read logs of a service',
  clusters: 'Read join tokens',
  'clusters/status': 'Read join tokens',
  'clusters/unlockkey': 'Read the unlock key',
  'clusters/backup': 'Took a backup',
}

export function createAudit(deps: {
  readonly log: Log
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly events: EventRecorder
}): Audit {
  const tell = createRefusalLog(deps)
  const note = (message: string, { identity }: ApiRequest, fields: Readonly<Record<string, unknown>>): void =>
    deps.log.info(message, { audit: true, user: nameOf(identity), role: identity.role, from: identity.from, ...fields })
  return {
    changed(change) {
      const object = change.after ?? change.before
      if (object === undefined) return
      const { request, subresource, manager } = change
      const { kind } = object
      const { name } = object.metadata
      note('Changed an object', request, {
        verb: verbOf(request, false),
        object: `${kind}/${name}`,
        ...(subresource === undefined ? {} : { subresource }),
        manager,
      })
      for (const [reason, message] of factsOf(nameOf(request.identity), change.before, change.after))
        deps.events.record({ object: { kind, name }, type: 'Normal', reason, message })
      for (const source of sourcesThatLose(change))
        deps.events.record({
          object: { kind: 'Source', name: source },
          type: 'Normal',
          reason: 'ObjectDeleted',
          message: `${nameOf(request.identity)} deleted ${kind}/${name}`,
        })
    },
    repeated: (request, { kind, name, index }) =>
      note('Answered a change that was made before', request, { verb: verbOf(request, false), object: `${kind}/${name}`, version: index }),
    reached(request, task, wanted) {
      const object = `Task/${task}`
      if ('port' in wanted) note('Forwarded a port', request, { verb: 'create', object, subresource: 'portforward', port: wanted.port })
      else if (!('command' in wanted))
        note('Attached to a task', request, { verb: 'create', object, subresource: 'attach', input: wanted.stdin === true })
      else {
        const program = (wanted.command[0] ?? '').slice(0, longestProgram)
        note('Ran a command', request, { verb: 'create', object, subresource: 'exec', program })
      }
    },
    read(request, { endpoint, verb, resource, name }) {
      const message = request.method === 'GET' ? sensitive[endpoint] : undefined
      if (message === undefined || resource === undefined) return
      // Whoever is no admin is not shown them.
      if (resource.kind === 'Cluster' && request.identity.role !== 'Admin') return
      note(message, request, { verb, object: name === undefined ? resource.plural : `${resource.kind}/${name}` })
    },
    refused({ identity, method, path }, { reason, message }) {
      const user = nameOf(identity)
      const fields = {
        audit: true,
        user,
        role: identity.role,
        from: identity.from,
        method,
        path: path.slice(0, longestText),
        reason,
        why: message.slice(0, longestText),
      }
      tell(`${identity.from} ${user} ${reason} ${method}`, 'Refused a request', fields)
    },
  }
}

/** Sources that have applied what somebody else deletes: of a field they see who has changed it, of what is gone they do not. */
function sourcesThatLose({ request, before, after }: Change): readonly string[] {
  if (before === undefined || before.kind === 'Task') return []
  const isEnding = after === undefined || (after.kind !== 'Task' && after.metadata.deletedAt !== undefined)
  if (!isEnding || before.metadata.deletedAt !== undefined) return []
  const managers = new Set(before.metadata.managedFields?.map(({ manager }) => manager))
  return [...managers].flatMap((manager) => {
    const source = sourceOf(manager)
    return source === undefined || manager === nameOf(request.identity) ? [] : [source]
  })
}

/** What a change means for who may do what: reason and sentence. */
function factsOf(who: string, before: KitObject | undefined, after: KitObject | undefined): readonly (readonly [string, string])[] {
  const kind = (after ?? before)?.kind
  if (kind === 'User') return userFacts(who, before, after)
  if (kind === 'Node' && after === undefined) return [['Removed', `${who} removed the node`]]
  if (before?.kind !== 'Cluster' || after?.kind !== 'Cluster') return []
  const [old, now] = [before.spec.ca ?? {}, after.spec.ca ?? {}]
  const rotated = (role: string): readonly [string, string] => ['TokenRotated', `${who} asked for a new join token of ${role}s`]
  const lock = before.spec.rotateUnlockKey !== after.spec.rotateUnlockKey || before.spec.autolock !== after.spec.autolock
  return [
    ...(lock
      ? [['AutolockChanged', `${who} asked for ${after.spec.autolock === true ? 'a new unlock key' : 'managers without a lock'}`] as const]
      : []),
    ...(old.rotateWorkerToken === now.rotateWorkerToken ? [] : [rotated('worker')]),
    ...(old.rotateManagerToken === now.rotateManagerToken ? [] : [rotated('manager')]),
  ]
}

function userFacts(who: string, before: KitObject | undefined, after: KitObject | undefined): readonly (readonly [string, string])[] {
  if (after?.kind !== 'User') return [['UserRemoved', `${who} removed the user`]]
  const role = after.spec.role.toLowerCase()
  if (before?.kind !== 'User') return [['UserAdded', `${who} added the user, with role ${role}`]]
  if (after.metadata.deletedAt !== undefined && before.metadata.deletedAt === undefined) return [['UserRemoved', `${who} removed the user`]]
  return [
    ...(before.spec.role === after.spec.role
      ? []
      : [['RoleChanged', `${who} changed the role from ${before.spec.role.toLowerCase()} to ${role}`] as const]),
    ...(before.spec.request === after.spec.request ? [] : [['CertificateRenewed', `${who} asked for another certificate`] as const]),
  ]
}
