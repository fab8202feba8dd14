// Every object that kit stores: the common shape, and the kinds. The fields below `spec` and
// `status` come from `crds/` (`api/types/` is generated); what they mean is said there.

import type { ClusterSpec, ClusterStatus } from './types/cluster.ts'
import type { ConfigSpec } from './types/config.ts'
import type { NetworkSpec, NetworkStatus } from './types/network.ts'
import type { NodeSpec, NodeStatus } from './types/node.ts'
import type { RevisionSpec } from './types/revision.ts'
import type { SecretSpec } from './types/secret.ts'
import type { ServiceSpec, ServiceStatus } from './types/service.ts'
import type { SourceSpec, SourceStatus } from './types/source.ts'
import type { StackSpec, StackStatus } from './types/stack.ts'
import type { TaskSpec, TaskStatus } from './types/task.ts'
import type { UserSpec, UserStatus } from './types/user.ts'
import type { VolumeSpec, VolumeStatus } from './types/volume.ts'

export const apiVersion = 'kit/v1'

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
}

export interface ManagedFieldsEntry {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly time: string
  readonly fieldsType: 'FieldsV1'
  readonly fieldsV1: FieldSet
  /** Fields that were taken away, and that nobody has set since. Only in kit. */
  readonly removedV1?: FieldSet
  readonly subresource?: string
  /** Who wrote it, as the server knows; none of controllers and of what was written before it was recorded. Only in kit. */
  readonly user?: string
}
/** FieldsV1: `f:name`, `k:{…}` and `v:…` keys; `{}` is a leaf (kubernetes-api.md §4.1). */
export interface FieldSet {
  readonly [element: string]: FieldSet
}

/**
 * As stored. A Task's is compact: only name, resourceVersion and createdAt are kept; its uid,
 * labels and owner follow from the name and the service and are added when it is read (`api/task.ts`).
 */
export interface Metadata {
  readonly name: string
  /** Unique for ever. A new object of an old name has another uid. */
  readonly uid: string
  /** Index of the log entry that wrote the object last. 0 before it is first written. A string in JSON. */
  readonly resourceVersion: number
  /** Counts changes of spec, from 1. */
  readonly generation: number
  /** ms since 1970, by the clock of the leader that created it. RFC 3339 in JSON. */
  readonly createdAt: number
  /** ms since 1970. Set when deletion was asked for and finalizers hold the object. */
  readonly deletedAt?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly finalizers?: readonly string[]
  readonly ownerReferences?: readonly OwnerReference[]
  readonly managedFields?: readonly ManagedFieldsEntry[]
}

interface ObjectOf<K extends string, Spec, Status> {
  readonly kind: K
  readonly metadata: Metadata
  readonly spec: Spec
  readonly status: Status
}

export type TaskTemplate = ServiceSpec['template']
export type UpdateStatus = NonNullable<ServiceStatus['update']>
export type TaskState = TaskStatus['state']
export type Desired = TaskSpec['desired']

export type Cluster = ObjectOf<'Cluster', ClusterSpec, ClusterStatus>
export type Node = ObjectOf<'Node', NodeSpec, NodeStatus>
export type Service = ObjectOf<'Service', ServiceSpec, ServiceStatus>
export type Revision = ObjectOf<'Revision', RevisionSpec, Record<string, never>>
export type Network = ObjectOf<'Network', NetworkSpec, NetworkStatus>
export type Secret = ObjectOf<'Secret', SecretSpec, Record<string, never>>
export type Config = ObjectOf<'Config', ConfigSpec, Record<string, never>>
export type Volume = ObjectOf<'Volume', VolumeSpec, VolumeStatus>
export type Source = ObjectOf<'Source', SourceSpec, SourceStatus>
export type Stack = ObjectOf<'Stack', StackSpec, StackStatus>
export type User = ObjectOf<'User', UserSpec, UserStatus>
export interface Task {
  readonly kind: 'Task'
  readonly metadata: { readonly name: string; readonly resourceVersion: number; readonly createdAt: number }
  readonly spec: TaskSpec
  readonly status: TaskStatus
}

/** The stored kinds. Event has a definition too, but lives in the leader's memory (`WireEvent`). */
export interface Objects {
  readonly Cluster: Cluster
  readonly Node: Node
  readonly Service: Service
  readonly Task: Task
  readonly Revision: Revision
  readonly Network: Network
  readonly Secret: Secret
  readonly Config: Config
  readonly Volume: Volume
  readonly Stack: Stack
  readonly Source: Source
  readonly User: User
}
export type Kind = keyof Objects
export type KitObject = Objects[Kind]
