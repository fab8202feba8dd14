// The shape of a file in `crds/` after its fragments were resolved (CustomResourceDefinition names).

export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly required?: readonly string[]
  readonly enum?: readonly string[]
  readonly default?: unknown
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-map-type'?: 'granular' | 'atomic'
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map'
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  /** Cannot be changed once the object exists. */
  readonly 'x-kit-immutable'?: boolean
  /** Never read back; left out of a write it stays as it is. */
  readonly 'x-kit-write-only'?: boolean
  /** The same for fields inside a value without a schema: `secrets.*.content`. */
  readonly 'x-kit-write-only-paths'?: readonly string[]
  /** Left out of what anybody but an admin reads. */
  readonly 'x-kit-admin-only'?: boolean
}

export interface PrinterColumn {
  readonly name: string
  readonly type: string
  readonly format?: string
  readonly jsonPath: string
  readonly priority?: number
  readonly description?: string
}

export interface Definition {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly group: string
    readonly scope: string
    readonly names: {
      readonly plural: string
      readonly singular: string
      readonly kind: string
      readonly listKind: string
      readonly shortNames?: readonly string[]
      readonly categories?: readonly string[]
    }
    readonly versions: readonly {
      readonly name: string
      readonly served: boolean
      readonly storage: boolean
      readonly subresources?: {
        readonly status?: object
        readonly scale?: { readonly specReplicasPath: string; readonly statusReplicasPath: string }
      }
      readonly additionalPrinterColumns?: readonly PrinterColumn[]
      readonly selectableFields?: readonly { readonly jsonPath: string }[]
      readonly schema: { readonly openAPIV3Schema: Schema }
    }[]
  }
}
