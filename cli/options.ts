// Options as commander hands them over: `verbs/` and `groups/` say which command has which.

import type { LogLevel } from './log-level.ts'

/** What `--executor` takes. */
export const executorNames = ['auto', 'docker', 'process'] as const
export type ExecutorName = (typeof executorNames)[number]

/** What `kit completion` knows. */
export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const
export type Shell = (typeof shells)[number]

/** What `kit init` writes. */
export const starters = ['web', 'worker', 'global'] as const
export type Starter = (typeof starters)[number]

export interface GlobalOptions {
  /** Read what the manager that is asked has, however old. */
  readonly stale?: boolean
  readonly socket?: string
  readonly dir?: string
  readonly context?: string
  readonly showRequest?: boolean
}

/** Options of all commands together; each command reads its own. */
export interface Options {
  readonly filename?: readonly string[]
  readonly header?: readonly string[]
  readonly recursive?: boolean
  readonly name?: string
  readonly wait?: boolean
  readonly timeout?: string
  readonly force?: boolean
  readonly profile?: readonly string[]
  readonly strict?: boolean
  readonly dryRun?: boolean
  readonly plan?: boolean
  readonly ifVersion?: string
  readonly output?: string
  readonly selector?: string
  readonly sortBy?: string
  readonly fieldSelector?: string
  readonly watch?: boolean
  readonly all?: boolean
  readonly overwrite?: boolean
  readonly follow?: boolean
  readonly tail?: string
  readonly since?: string
  readonly until?: string
  readonly level?: LogLevel
  readonly previous?: boolean
  readonly prefix?: boolean
  readonly grep?: string
  readonly json?: boolean
  readonly type?: 'Normal' | 'Warning'
  readonly reason?: string
  readonly timestamps?: boolean
  readonly raw?: boolean | string
  readonly taskIds?: boolean
  readonly details?: boolean
  readonly for?: string
  readonly from?: string
  readonly to?: string
  readonly yes?: boolean
  readonly executor?: ExecutorName
  readonly dockerHost?: string
  readonly label?: readonly string[]
  readonly managers?: number
  readonly workers?: number
  readonly purge?: boolean
  readonly print?: boolean
  readonly standby?: boolean
  readonly stateDir?: string
  readonly stdin?: boolean
  readonly tty?: boolean
  readonly env?: readonly string[]
  readonly workdir?: string
  readonly followLink?: boolean
  readonly address?: string
  readonly user?: string
  readonly templateDriver?: string
  readonly quiet?: boolean
  readonly plain?: boolean
  readonly readOnly?: boolean
  readonly theme?: string
  readonly record?: string
  readonly replay?: string
  readonly ui?: boolean
  // Those of `kit gitops`.
  readonly dir?: string
  readonly node?: string
  readonly interval?: string
  readonly prune?: boolean
  readonly allowEmpty?: boolean
  readonly reportDrift?: boolean
  readonly leave?: readonly string[]
  readonly suspend?: boolean
  // Those of the groups that docker and swarmctl have.
  readonly rotate?: boolean
  readonly token?: string
  readonly listenAddr?: string
  readonly advertiseAddr?: string
  readonly rotateJoinToken?: string
  readonly rotateUnlockKey?: boolean
  /** Its value as text where it has one. */
  readonly autolock?: boolean | string
  readonly detach?: boolean
  readonly caCert?: string
  readonly caKey?: string
  readonly certExpiry?: string
  readonly externalCa?: readonly string[]
  readonly filter?: readonly string[]
  readonly format?: string
  readonly resolve?: boolean
  readonly trunc?: boolean
  readonly rollback?: boolean
  readonly withRegistryAuth?: boolean
  readonly labelAdd?: readonly string[]
  readonly labelRm?: readonly string[]
  readonly availability?: string
  readonly role?: string
  readonly expiry?: string
  readonly file?: string
  readonly server?: readonly string[]
  readonly composeFile?: readonly string[]
  readonly driver?: string
  readonly opt?: readonly string[]
  readonly subnet?: readonly string[]
  readonly gateway?: readonly string[]
  readonly ipRange?: readonly string[]
  readonly ipamDriver?: string
  readonly ipamOpt?: readonly string[]
  readonly attachable?: boolean
  readonly internal?: boolean
  readonly ingress?: boolean
  readonly ipv6?: boolean
}
