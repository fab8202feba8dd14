// Who may do what through the API: one table, of every endpoint with its verbs. What is not in it nobody may, admins
// included: a route without an entry does not exist. Which protocol between nodes is whose is in authorization.ts.

import { isDeepStrictEqual } from 'node:util'
import { StatusError } from '../api/errors.ts'
import type { AccessRole, ApiRequest, Identity } from '../api/request.ts'
import type { JsonObject } from '../api/wire.ts'
import { isTrue } from './answer.ts'
import { type FieldPath, withoutPaths } from './conversion.ts'
import type { Resource } from './resources.ts'

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'
type Callers = readonly Identity['role'][]
type Verbs = { readonly [V in Verb]?: Callers }

const anybody: Callers = ['Nobody', 'Viewer', 'Operator', 'Admin']
const readers: Callers = ['Viewer', 'Operator', 'Admin']
const operators: Callers = ['Operator', 'Admin']
const admins: Callers = ['Admin']

const read: Verbs = { get: readers, list: readers, watch: readers }
const writtenBy = (who: Callers): Verbs => ({ ...read, create: who, update: who, patch: who, delete: who })
/** Of controllers; an admin may repair it. */
const status: Verbs = { get: readers, update: admins, patch: admins }

export const endpoints: Readonly<Record<string, Verbs>> = {
  // Whether the daemon serves: for whoever balances load or watches over machines.
  livez: { get: anybody },
  readyz: { get: anybody },
  healthz: { get: anybody },
  metrics: { get: readers },
  version: { get: readers },
  api: { get: readers },
  apis: { get: readers },
  'apis/kit/v1': { get: readers },
  'apis/authentication.k8s.io/v1/selfsubjectreviews': { create: readers },
  clusters: writtenBy(admins),
  'clusters/status': status,
  'clusters/unlockkey': { get: admins },
  // With every secret and the key of the root.
  'clusters/backup': { get: admins },
  users: writtenBy(admins),
  'users/status': status,
  // A directory on the machine of a manager, applied with all rights.
  sources: writtenBy(admins),
  'sources/status': status,
  // Operators change some fields only: `changeable` below.
  nodes: { ...read, create: admins, update: operators, patch: operators, delete: admins },
  'nodes/status': status,
  'nodes/stats': { get: readers },
  'nodes/member': { get: readers },
  'nodes/forecast': { get: readers },
  services: writtenBy(operators),
  'services/status': status,
  'services/scale': { get: readers, update: operators, patch: operators },
  'services/log': { get: readers },
  stacks: writtenBy(operators),
  'stacks/status': status,
  tasks: read,
  'tasks/status': { get: readers },
  'tasks/log': { get: readers },
  'tasks/explain': { get: readers },
  // Whoever may do this may do anything that the task may.
  'tasks/exec': { create: operators },
  // The program may do what it is told by whoever writes to it.
  'tasks/attach': { create: operators },
  // The program may let anybody in who comes from its own machine.
  'tasks/portforward': { create: operators },
  revisions: read,
  networks: writtenBy(operators),
  'networks/status': status,
  volumes: writtenBy(operators),
  'volumes/status': status,
  // What is in a secret is read back by nobody.
  secrets: writtenBy(operators),
  configs: writtenBy(operators),
  events: { get: readers, list: readers },
}

/** Fields that an operator may change, of kinds of which the rest is the admins'. */
const changeable: { readonly [kind in Resource['kind']]?: readonly FieldPath[] } = {
  Node: [
    ['metadata', 'labels'],
    ['metadata', 'annotations'],
    ['spec', 'availability'],
  ],
}
/** They follow from what was changed. */
const derived: readonly FieldPath[] = [
  ['metadata', 'managedFields'],
  ['metadata', 'generation'],
]

/** What a request is about. */
export interface Target {
  /** As in the table. */
  readonly endpoint: string
  readonly verb: Verb
  readonly resource?: Resource
  readonly name?: string
}

/** The verb of a request, in the words of Kubernetes. */
export function verbOf({ method, query }: ApiRequest, isCollection: boolean): Verb {
  switch (method) {
    case 'GET':
      if (!isCollection) return 'get'
      return isTrue(query['watch']) ? 'watch' : 'list'
    case 'POST':
      return 'create'
    case 'PUT':
      return 'update'
    case 'PATCH':
      return 'patch'
    case 'DELETE':
      return isCollection ? 'deletecollection' : 'delete'
  }
}

export function isEndpoint(endpoint: string): boolean {
  return Object.hasOwn(endpoints, endpoint)
}

/** Undefined where there is no such endpoint, or it has no such verb. */
export function callersOf({ endpoint, verb }: Target): Callers | undefined {
  return isEndpoint(endpoint) ? endpoints[endpoint]?.[verb] : undefined
}

/** Throws Unauthorized or Forbidden, with what would help. Whoever nobody knows does not learn what there is. */
export function assertMay(identity: Identity, target: Target): void {
  const callers = callersOf(target)
  if (callers?.includes(identity.role) === true) return
  if (identity.role === 'Nobody') {
    const how =
      'an admin makes a certificate with `kit swarm user add NAME --role ROLE`, or with `kit swarm user renew NAME` for a user who is there, and `kit ctx add FILE` takes it'
    throw new StatusError(identity.reason, `${identity.why}: ${how}`)
  }
  if (callers !== undefined) throw forbidden(identity, target, callers)
}

/** Throws Forbidden when what a write changes is not all the writer's. */
export function assertMayChange(identity: Identity, resource: Resource, name: string, before: JsonObject, after: JsonObject): void {
  const own = changeable[resource.kind]
  if (identity.role !== 'Operator' || own === undefined) return
  const rest = (object: JsonObject): JsonObject => withoutPaths(object, [...own, ...derived])
  if (isDeepStrictEqual(rest(after), rest(before))) return
  const target: Target = { endpoint: resource.plural, verb: 'update', resource, name }
  throw forbidden(identity, target, admins, ` beyond ${own.map((path) => path.join('.')).join(', ')}`)
}

function forbidden({ role, name: user }: Extract<Identity, { name: string }>, target: Target, callers: Callers, beyond = ''): StatusError {
  const { endpoint, verb, resource, name } = target
  const takes = callers.map((each) => each.toLowerCase()).join(' or ')
  const object = resource === undefined ? endpoint : `${resource.plural}.kit${name === undefined ? '' : ` "${name}"`}`
  return new StatusError(
    'Forbidden',
    `${object} is forbidden: User "${user}" cannot ${verb} resource "${endpoint}"${beyond} in API group "kit": that takes role ${takes}, and ${user} has role ${role.toLowerCase()}`,
    { ...(resource !== undefined && { kind: resource.plural }), ...(name !== undefined && { name }) },
  )
}

/** Fields of a kind that the reader is not shown. */
export function hiddenFrom({ role }: Identity, { writeOnly, adminOnly }: Resource): readonly FieldPath[] {
  return role === 'Admin' ? writeOnly : [...writeOnly, ...adminOnly]
}

/** Who it is in records. */
export function nameOf(identity: Identity): string {
  return identity.role === 'Nobody' ? 'nobody' : identity.name
}

/** The groups of a user, as Kubernetes has them. */
export function groupsOf(role: AccessRole): readonly string[] {
  return [`kit:${role.toLowerCase()}s`, 'system:authenticated']
}
