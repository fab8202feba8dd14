// Objects as they travel: the Kubernetes shape in JSON, with times as RFC 3339 and versions as text.
// What is stored is `api/objects.ts`; `server/conversion.ts` turns one into the other.

import type { Cause, Reason } from './errors.ts'
import type { Kind, ManagedFieldsEntry, Objects, OwnerReference } from './objects.ts'
import type { EventFields } from './types/event.ts'

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

export interface WireMetadata {
  readonly name: string
  readonly uid: string
  /** Opaque to clients. Equal versions mean equal objects; list versions start watches. */
  readonly resourceVersion: string
  readonly generation: number
  /** RFC 3339, whole seconds. */
  readonly creationTimestamp: string
  readonly deletionTimestamp?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly finalizers?: readonly string[]
  readonly ownerReferences?: readonly OwnerReference[]
  readonly managedFields?: readonly ManagedFieldsEntry[]
}

/** An object as a server answers it. */
export interface WireObject<K extends Kind = Kind> {
  readonly apiVersion: string
  readonly kind: K
  readonly metadata: WireMetadata
  readonly spec: Objects[K]['spec']
  readonly status: Objects[K]['status']
}

/** An object as a person or a program sends it: not validated yet. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: JsonObject
  readonly [field: string]: Json
}

export interface ListMetadata {
  readonly resourceVersion: string
  /** Opaque; present when there is more. */
  readonly continue?: string
  readonly remainingItemCount?: number
}

export interface WireList<K extends Kind = Kind> {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ListMetadata
  readonly items: readonly WireObject<K>[]
}

/** What every answer that is not 2xx carries, and what a deletion answers. */
export interface WireStatus {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly metadata: Readonly<Record<string, never>>
  readonly status: 'Success' | 'Failure'
  readonly message?: string
  readonly reason?: Reason
  readonly details?: {
    readonly name?: string
    readonly group?: string
    readonly kind?: string
    readonly uid?: string
    readonly causes?: readonly Cause[]
    readonly retryAfterSeconds?: number
    readonly leader?: string
  }
  readonly code: number
}

export type WatchEvent<K extends Kind = Kind> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: WireObject<K> }
  /** Everything up to `resourceVersion` has been sent. `initialEventsEnd` marks the end of the replay. */
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly initialEventsEnd: boolean }

export interface TableColumn {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  /** 0 is shown always, 1 and more only in the wide form. */
  readonly priority: number
}

export interface TableRow {
  readonly cells: readonly Json[]
  readonly object: JsonObject | null
}

export interface Table {
  readonly kind: 'Table'
  readonly apiVersion: 'meta.k8s.io/v1'
  readonly metadata: ListMetadata
  readonly columnDefinitions: readonly TableColumn[]
  readonly rows: readonly TableRow[]
}

/** A fact for people, as `/apis/kit/v1/events` lists it. Kept in the memory of the leader, not in the store. */
export interface WireEvent extends EventFields {
  readonly apiVersion: string
  readonly kind: 'Event'
  readonly metadata: WireMetadata
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
