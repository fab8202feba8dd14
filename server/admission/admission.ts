// What may be written, beyond the shape of one object: references to others, published ports, names, and
// the rules of removing a node. Each rule looks at the view and says no with a sentence and the field.
//
// The shape itself is checked by `deps.validate`, and a stack's document by `deps.checkStack`.

import { isDeepStrictEqual } from 'node:util'
import { type Cause, StatusError } from '../../api/errors.ts'
import type { Cluster, Kind, KitObject, Node, Service, User } from '../../api/objects.ts'
import type { Guard, StoreView } from '../../api/store.ts'
import { hasReached } from '../../api/task.ts'
import type { JsonObject } from '../../api/wire.ts'
import { readCsr } from '../../ca/csr.ts'
import { assertUsable } from '../../controllers/authority/root-rotation.ts'

export interface AdmissionDeps {
  /** What is wrong with the shape and values of an object; with `old`, also with the change. */
  readonly validate: (kind: Kind, object: JsonObject, old: JsonObject | undefined) => readonly Cause[]
  /** Throws Conflict or Invalid when the document of a stack cannot be merged. */
  readonly checkStack?: (request: {
    readonly name: string
    readonly last: JsonObject | undefined
    readonly document: JsonObject
    readonly force: boolean
    readonly view: StoreView
  }) => void
  /** Throws Conflict when the manager has to stay one; by force it says what is to be expected instead. */
  readonly checkDemotion?: (node: Node, force: boolean) => string | undefined
}

export function invalid(kind: string, name: string, causes: readonly Cause[]): StatusError {
  const sentences = causes.map(({ field, message }) => (field === undefined ? message : `${field}: ${message}`))
  const listed = sentences.length === 1 ? sentences[0] : `[${sentences.join(', ')}]`
  return new StatusError('Invalid', `${kind} "${name}" is invalid: ${listed}`, { kind, name, causes })
}

/** Rules that every write of the main endpoint has to keep. `live` is undefined for a creation. */
export function problemsOf(view: StoreView, next: KitObject, live: KitObject | undefined, nowMs: number): readonly Cause[] {
  switch (next.kind) {
    case 'Cluster':
      if (next.metadata.name !== 'default') return [cause('metadata.name', "must be 'default': there is one cluster")]
      return authorityProblems(next, live, nowMs)
    case 'Service':
      return [...modeProblems(next), ...referenceProblems(view, next, live), ...portProblems(view, next)]
    case 'User':
      return requestProblems(next)
    default:
      return []
  }
}

function cause(field: string, message: string, reason = 'FieldValueInvalid'): Cause {
  return { reason, message, field }
}

function requestProblems({ spec: { request } }: User): readonly Cause[] {
  try {
    readCsr(request)
    return []
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    return [cause('spec.request', error.message)]
  }
}

/** What is wrong with the settings of a cluster that is to be founded, beyond their shape. */
export function foundingProblems({ ca = {} }: Cluster['spec'], nowMs: number): readonly Cause[] {
  return usabilityProblems(undefined, ca, nowMs)
}

/** Of what is new in the spec: a root that was accepted may grow old there. */
function authorityProblems({ spec, status }: Cluster, live: KitObject | undefined, nowMs: number): readonly Cause[] {
  const [wanted, before] = [spec.ca ?? {}, (live?.kind === 'Cluster' ? live.spec.ca : undefined) ?? {}]
  const isSame = isDeepStrictEqual(
    [before.root, before.externalCAs ?? [], before.rotateRoot ?? 0],
    [wanted.root, wanted.externalCAs ?? [], wanted.rotateRoot ?? 0],
  )
  return isSame ? [] : usabilityProblems(status.ca, wanted, nowMs)
}

function usabilityProblems(present: Cluster['status']['ca'], wanted: NonNullable<Cluster['spec']['ca']>, nowMs: number): readonly Cause[] {
  try {
    assertUsable(present, wanted, nowMs)
    return []
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    return [cause(wanted.root === undefined ? 'spec.ca' : 'spec.ca.root', error.message)]
  }
}

function modeProblems(service: Service): readonly Cause[] {
  const { mode } = service.spec
  if (mode !== 'ReplicatedJob' && mode !== 'GlobalJob') return []
  return [cause('spec.mode', `jobs are not available yet, got '${mode}'`, 'FieldValueNotSupported')]
}

interface Reference {
  readonly kind: 'Network' | 'Secret' | 'Config' | 'Volume'
  readonly name: string
  readonly field: string
}

function referencesOf({ spec: { template } }: Service): readonly Reference[] {
  const at = 'spec.template'
  return [
    ...(template.networks ?? []).map(
      ({ target }, index): Reference => ({ kind: 'Network', name: target, field: `${at}.networks[${index}].target` }),
    ),
    ...(template.secrets ?? []).map(
      ({ source }, index): Reference => ({ kind: 'Secret', name: source, field: `${at}.secrets[${index}].source` }),
    ),
    ...(template.configs ?? []).map(
      ({ source }, index): Reference => ({ kind: 'Config', name: source, field: `${at}.configs[${index}].source` }),
    ),
    ...(template.mounts ?? []).flatMap(({ type, source }, index): Reference[] =>
      type === 'Cluster' && source !== undefined ? [{ kind: 'Volume', name: source, field: `${at}.mounts[${index}].source` }] : [],
    ),
  ]
}

/** A reference that dangles already may stay: what it named was removed after it was accepted. */
function referenceProblems(view: StoreView, next: Service, live: KitObject | undefined): readonly Cause[] {
  const known = new Set(live?.kind === 'Service' ? referencesOf(live).map(({ kind, name }) => `${kind}/${name}`) : [])
  return referencesOf(next)
    .filter(({ kind, name }) => !known.has(`${kind}/${name}`) && view.get(kind, name) === undefined)
    .map(({ kind, name, field }) => cause(field, `there is no ${kind} '${name}'`, 'FieldValueNotFound'))
}

/** New references hold only while what they name exists; its removal in between is a Conflict and looked at again. */
export function referenceGuards(view: StoreView, next: KitObject, live: KitObject | undefined): readonly Guard[] {
  if (next.kind !== 'Service') return []
  const known = new Set(live?.kind === 'Service' ? referencesOf(live).map(({ kind, name }) => `${kind}/${name}`) : [])
  const fresh = new Map(
    referencesOf(next)
      .filter(({ kind, name }) => !known.has(`${kind}/${name}`))
      .map((each) => [`${each.kind}/${each.name}`, each]),
  )
  return [...fresh.values()].flatMap(({ kind, name }): Guard[] => {
    const found = view.get(kind, name)
    return found === undefined ? [] : [{ on: 'object', kind, name, resourceVersion: found.metadata.resourceVersion }]
  })
}

interface PublishedPort {
  readonly key: string
  readonly isHost: boolean
}

function portsOf(service: Service): readonly (PublishedPort | undefined)[] {
  return (service.spec.endpoint?.ports ?? []).map(({ protocol = 'TCP', publishedPort = 0, publishMode = 'Ingress' }) =>
    publishedPort === 0 ? undefined : { key: `${publishedPort}/${protocol.toLowerCase()}`, isHost: publishMode === 'Host' },
  )
}

/** Numbers that were chosen for ports that name none. */
function chosenPorts({ spec, status }: Service): readonly PublishedPort[] {
  const wanted = spec.endpoint?.ports ?? []
  return (status.endpoint?.ports ?? []).flatMap(({ protocol, publishedPort, targetPort, publishMode }) => {
    const isChosen = wanted.some(
      (port) => (port.publishedPort ?? 0) === 0 && port.targetPort === targetPort && (port.protocol ?? 'TCP') === protocol,
    )
    return isChosen && publishMode === 'Ingress' ? [{ key: `${publishedPort}/${protocol.toLowerCase()}`, isHost: false }] : []
  })
}

/** Two services may publish one port only when both do it in host mode: then placement keeps them apart. */
function portProblems(view: StoreView, next: Service): readonly Cause[] {
  const wanted = portsOf(next)
  if (!wanted.some((port) => port !== undefined)) return []
  const taken = new Map<string, { readonly by: string; readonly isHost: boolean }>()
  for (const other of view.list('Service')) {
    if (other.metadata.name === next.metadata.name) continue
    for (const port of [...portsOf(other), ...chosenPorts(other)])
      if (port !== undefined) taken.set(port.key, { by: other.metadata.name, isHost: port.isHost })
  }
  return wanted.flatMap((port, index) => {
    const other = port === undefined ? undefined : taken.get(port.key)
    if (port === undefined || other === undefined || (port.isHost && other.isHost)) return []
    return [
      cause(
        `spec.endpoint.ports[${index}].publishedPort`,
        `port ${port.key} is published by service '${other.by}' already`,
        'FieldValueDuplicate',
      ),
    ]
  })
}

/** Kinds of which the API itself makes or removes none, with the reason. */
export function assertCreatable(kind: Kind): void {
  if (kind === 'Node')
    throw new StatusError('MethodNotAllowed', 'a node is made by joining the cluster, not by a request', { kind: 'nodes' })
}

/** A manager must be demoted first, and a node that answers is removed by force only. */
export function assertRemovable(object: KitObject, force: boolean): void {
  if (object.kind === 'Cluster')
    throw new StatusError('MethodNotAllowed', 'the cluster cannot be deleted', { kind: 'clusters', name: object.metadata.name })
  if (object.kind === 'Node') assertNodeRemovable(object, force)
}

function assertNodeRemovable({ metadata: { name }, spec, status }: Node, force: boolean): void {
  const details = { kind: 'nodes', name }
  if (spec.role === 'Manager' || status.role === 'Manager') {
    const how =
      spec.role === 'Manager'
        ? `demote it first (\`kit node demote ${name}\`)`
        : `its demotion is not over. \`kit node ls\` shows which managers do not answer: start them`
    throw new StatusError('Conflict', `Node "${name}" is a manager: ${how}`, details)
  }
  if (status.state === 'Ready' && !force) {
    throw new StatusError(
      'Conflict',
      `Node "${name}" is Ready: stop its daemon first, or remove it with force (\`kit node rm --force\`)`,
      details,
    )
  }
}

/** Objects that still need this one: they are named, and it stays. */
export function assertUnused(view: StoreView, object: KitObject): void {
  const { kind } = object
  if (kind !== 'Network' && kind !== 'Secret' && kind !== 'Config' && kind !== 'Volume') return
  const { name } = object.metadata
  const users = [...view.list('Service')].filter(
    (service) => service.metadata.deletedAt === undefined && referencesOf(service).some((each) => each.kind === kind && each.name === name),
  )
  if (users.length === 0) return
  const names = users.map((service) => `'${service.metadata.name}'`).join(', ')
  throw new StatusError('Conflict', `${kind} "${name}" is used by ${users.length === 1 ? 'service' : 'services'} ${names}`, { kind, name })
}

/** Tasks of a removed node that have not ended are given up. */
export function isLost(task: Parameters<typeof hasReached>[0]): boolean {
  return !hasReached(task, 'Complete')
}
