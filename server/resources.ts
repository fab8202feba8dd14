// What the API serves, read off the definitions: which plural is which kind, who may write it, by what
// it can be selected, how it is printed; and the discovery documents that tell clients so.

import { apiVersion, type Kind } from '../api/objects.ts'
import type { Definition, Schema } from '../api/schema/definition.ts'
import { definitions } from '../api/schema/definitions.ts'
import { type TablePrinter, tablePrinter } from '../api/table.ts'
import type { Json, JsonObject } from '../api/wire.ts'
import { adminOnlyPaths, type FieldPath, writeOnlyPaths } from './conversion.ts'

export interface Resource {
  readonly kind: Kind | 'Event'
  readonly plural: string
  readonly definition: Definition
  readonly schema: Schema
  readonly verbs: readonly string[]
  readonly hasStatus: boolean
  readonly scale?: { readonly specReplicasPath: string; readonly statusReplicasPath: string }
  readonly fieldPaths: readonly string[]
  readonly writeOnly: readonly FieldPath[]
  readonly adminOnly: readonly FieldPath[]
  readonly print: TablePrinter
}
export type StoredResource = Resource & { readonly kind: Kind }

const readVerbs = ['get', 'list', 'watch']
const allVerbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']
/** Written by controllers only. */
const readOnlyKinds = new Set<string>(['Task', 'Revision', 'Event'])
const eventPaths = ['involvedObject.apiVersion', 'involvedObject.kind', 'involvedObject.name', 'involvedObject.uid', 'reason', 'type']

const storedKinds: Readonly<Record<Kind, true>> = {
  Cluster: true,
  Node: true,
  Service: true,
  Task: true,
  Revision: true,
  Network: true,
  Secret: true,
  Config: true,
  Volume: true,
  Stack: true,
  Source: true,
  User: true,
}

function isKind(kind: string): kind is Kind {
  return Object.hasOwn(storedKinds, kind)
}

export const resources: readonly Resource[] = definitions.map(resourceOf)
const byPlural = new Map(resources.map((resource) => [resource.plural, resource]))

export function resourceOfPlural(plural: string): Resource | undefined {
  return byPlural.get(plural)
}

export function isStored(resource: Resource): resource is StoredResource {
  return resource.kind !== 'Event'
}

function resourceOf(definition: Definition): Resource {
  const { kind, plural } = definition.spec.names
  const version = definition.spec.versions[0]
  if (version === undefined || (kind !== 'Event' && !isKind(kind))) throw new TypeError(`crds/: ${kind} is not a kind that is served`)
  const schema = version.schema.openAPIV3Schema
  const scale = version.subresources?.scale
  const selectable = (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath.slice(1))
  return {
    kind,
    plural,
    definition,
    schema,
    verbs: kind === 'Event' ? ['get', 'list'] : readOnlyKinds.has(kind) ? readVerbs : allVerbs,
    hasStatus: version.subresources?.status !== undefined,
    ...(scale !== undefined && { scale }),
    fieldPaths: ['metadata.name', ...selectable, ...(kind === 'Event' ? eventPaths : [])],
    writeOnly: writeOnlyPaths(schema),
    adminOnly: adminOnlyPaths(schema),
    print: tablePrinter(definition),
  }
}

// Discovery.

export const groupList: JsonObject = {
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: [
    { name: 'kit', versions: [{ groupVersion: apiVersion, version: 'v1' }], preferredVersion: { groupVersion: apiVersion, version: 'v1' } },
  ],
}
/** There are no core kinds. */
export const coreVersions: JsonObject = { kind: 'APIVersions', versions: [], serverAddressByClientCIDRs: [] }

interface Subresource {
  readonly name: string
  readonly kind: string
  readonly group: string
  readonly version: string
  readonly verbs: readonly string[]
}

function subresourcesOf(resource: Resource): readonly Subresource[] {
  const writable = !readOnlyKinds.has(resource.kind)
  const verbs = writable ? ['get', 'patch', 'update'] : ['get']
  const own = { group: 'kit', version: 'v1' }
  return [
    ...(resource.hasStatus ? [{ name: 'status', kind: resource.kind, ...own, verbs }] : []),
    ...(resource.scale === undefined ? [] : [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs }]),
    ...(['Task', 'Service'].includes(resource.kind) ? [{ name: 'log', kind: resource.kind, ...own, verbs: ['get'] }] : []),
    ...(resource.kind === 'Node' ? [{ name: 'forecast', kind: resource.kind, ...own, verbs: ['get'] }] : []),
    ...(resource.kind === 'Task' ? [{ name: 'explain', kind: resource.kind, ...own, verbs: ['get'] }] : []),
  ]
}

function namesOf(resource: Resource): { readonly shortNames?: readonly string[]; readonly categories?: readonly string[] } {
  const { shortNames = [], categories = [] } = resource.definition.spec.names
  return { ...(shortNames.length > 0 && { shortNames }), ...(categories.length > 0 && { categories }) }
}

export const resourceList: JsonObject = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: apiVersion,
  resources: resources.flatMap((resource): Json[] => [
    {
      name: resource.plural,
      singularName: resource.definition.spec.names.singular,
      namespaced: false,
      kind: resource.kind,
      verbs: resource.verbs,
      ...namesOf(resource),
    },
    ...subresourcesOf(resource).map(({ name, ...rest }) => ({
      name: `${resource.plural}/${name}`,
      singularName: '',
      namespaced: false,
      ...rest,
    })),
  ]),
}

/** The form of one answer for all groups, which newer clients ask for. `version` is v2 or v2beta1. */
export function aggregatedDiscovery(version: string, core: boolean): JsonObject {
  const items = core
    ? []
    : [{ metadata: { name: 'kit' }, versions: [{ version: 'v1', freshness: 'Current', resources: resources.map(aggregatedEntry) }] }]
  return { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items }
}

function aggregatedEntry(resource: Resource): JsonObject {
  const subresources = subresourcesOf(resource).map(({ name, kind, group, version, verbs }) => ({
    subresource: name,
    responseKind: { group, version, kind },
    verbs,
  }))
  return {
    resource: resource.plural,
    responseKind: { group: 'kit', version: 'v1', kind: resource.kind },
    scope: 'Cluster',
    singularResource: resource.definition.spec.names.singular,
    verbs: resource.verbs,
    ...namesOf(resource),
    ...(subresources.length > 0 && { subresources }),
  }
}
