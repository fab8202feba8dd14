// A Compose document in normal form: long forms only, every value checked, and every leaf already in
// the spelling of kit's objects. `read.ts` makes it, `compile.ts` turns it into objects. Names are
// still those of the file; the prefix of the stack comes with compiling.

import type { TaskTemplate } from '../api/objects.ts'
import type { ServiceSpec } from '../api/types/service.ts'

type UpdatePolicy = NonNullable<ServiceSpec['update']>
type Port = NonNullable<NonNullable<ServiceSpec['endpoint']>['ports']>[number]
export type Mount = NonNullable<TaskTemplate['mounts']>[number]
export type FileReference = NonNullable<TaskTemplate['secrets']>[number]
export type ComposePort = Port

export type Texts = Readonly<Record<string, string>>
export type ByName<T> = Readonly<Record<string, T>>

export interface ComposeDeploy {
  readonly mode?: NonNullable<ServiceSpec['mode']>
  readonly replicas?: number
  readonly labels?: Texts
  readonly endpoint_mode?: 'VIP' | 'DNSRR'
  readonly placement?: {
    readonly constraints?: readonly string[]
    readonly preferences?: readonly { readonly spread: string }[]
    readonly max_replicas_per_node?: number
  }
  readonly resources?: NonNullable<TaskTemplate['resources']>
  readonly restart_policy?: NonNullable<TaskTemplate['restart']>
  readonly update_config?: UpdatePolicy
  readonly rollback_config?: UpdatePolicy
}

export interface ComposeService {
  readonly image?: string
  readonly command?: readonly string[]
  readonly entrypoint?: readonly string[]
  readonly environment?: Texts
  readonly labels?: Texts
  readonly hostname?: string
  readonly user?: string
  readonly group_add?: readonly string[]
  readonly working_dir?: string
  readonly healthcheck?: NonNullable<TaskTemplate['healthCheck']>
  readonly ports?: readonly ComposePort[]
  /** `source` of a named volume is still its name in the file. */
  readonly volumes?: readonly Mount[]
  readonly tmpfs?: readonly Mount[]
  readonly networks?: ByName<{ readonly aliases?: readonly string[]; readonly driver_opts?: Texts }>
  readonly secrets?: readonly FileReference[]
  readonly configs?: readonly FileReference[]
  readonly dns?: readonly string[]
  readonly dns_search?: readonly string[]
  readonly dns_opt?: readonly string[]
  /** `host:address` */
  readonly extra_hosts?: readonly string[]
  readonly logging?: { readonly driver?: string; readonly options?: Texts }
  readonly cap_add?: readonly string[]
  readonly cap_drop?: readonly string[]
  readonly sysctls?: Texts
  readonly ulimits?: ByName<{ readonly soft: number; readonly hard: number }>
  readonly stop_grace_period?: string
  readonly stop_signal?: string
  readonly init?: boolean
  readonly read_only?: boolean
  readonly tty?: boolean
  readonly stdin_open?: boolean
  readonly isolation?: string
  readonly oom_score_adj?: number
  readonly shm_size?: string
  readonly restart?: NonNullable<TaskTemplate['restart']>
  readonly deploy?: ComposeDeploy
}

/** What the top-level sections have in common. */
interface Declared {
  /** It exists already and is not the stack's. */
  readonly external?: boolean
  /** Its name as it is, without the stack's prefix. */
  readonly name?: string
  readonly labels?: Texts
}
export interface ComposeNetwork extends Declared {
  readonly driver?: string
  readonly driver_opts?: Texts
  readonly attachable?: boolean
  readonly internal?: boolean
  readonly enable_ipv6?: boolean
  readonly ipam?: {
    readonly driver?: string
    readonly config?: readonly { readonly subnet?: string; readonly ip_range?: string; readonly gateway?: string }[]
  }
}
export interface ComposeVolume extends Declared {
  readonly driver?: string
  readonly driver_opts?: Texts
}
export interface ComposeFile extends Declared {
  /** The bytes, as text. */
  readonly content?: string
  /** The bytes, base64. One of the two is there. */
  readonly data?: string
  readonly template_driver?: 'golang'
}
export interface ComposeSecret extends ComposeFile {
  readonly driver?: string
  readonly driver_opts?: Texts
}

export interface ComposeModel {
  readonly services: ByName<ComposeService>
  readonly networks: ByName<ComposeNetwork>
  readonly volumes: ByName<ComposeVolume>
  readonly secrets: ByName<ComposeSecret>
  readonly configs: ByName<ComposeFile>
}
