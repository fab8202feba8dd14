// The settings of the cluster that `kit cluster update` changes and `inspect` shows.

import type { Form } from '../service/service-flags.ts'

export interface ClusterFlag {
  /** swarmctl's name for it, and docker's. */
  readonly names: readonly string[]
  readonly value: string
  readonly form: Form
  /** Below `spec`. */
  readonly path: readonly string[]
  readonly section: string
  readonly text: string
}

const flag = (names: string, value: string, form: Form, path: string, section: string, text: string): ClusterFlag => ({
  ...{ names: names.split(' '), value, form, path: path.split('.'), section, text },
})

export const clusterFlags: readonly ClusterFlag[] = [
  flag('taskhistory task-history-limit', 'n', 'integer', 'taskHistoryLimit', 'Orchestration', 'Task history entries'),
  flag('heartbeatperiod dispatcher-heartbeat', 'duration', 'duration', 'heartbeatPeriod', 'Dispatcher', 'Dispatcher heartbeat period'),
  flag('orphan-after', 'duration', 'duration', 'orphanAfter', 'Dispatcher', 'Tasks of a lost node are given up after'),
  flag('snapshot-interval', 'n', 'count', 'snapshotInterval', 'Raft', 'Log entries between snapshots'),
  flag('certexpiry cert-expiry', 'duration', 'duration', 'ca.nodeCertExpiry', 'Certificate Authority', 'Certificate Validity Duration'),
]

const logging = 'name the driver in the service: kit service update --log-driver'
/** What docker and swarmctl set here, and kit does not have. A value is optional where a switch takes one. */
export const refusedClusterFlags: Readonly<Record<string, { readonly value: string; readonly why: string }>> = {
  'max-snapshots': { value: '<n>', why: 'kit keeps what it needs' },
  'log-driver': { value: '<name>', why: logging },
  'log-opt': { value: '<key=value>', why: logging },
}

const noOverlay = 'networks do not reach from node to node yet, so there is no such traffic'
/** What docker takes on `swarm init` and `join` beside the settings, and kit does not have. */
export const refusedInitFlags: Readonly<Record<string, { readonly value: string; readonly why: string }>> = {
  'data-path-addr': { value: '<address>', why: noOverlay },
  'data-path-port': { value: '<port>', why: noOverlay },
  'default-addr-pool': { value: '<range>', why: 'name the range of each network: kit network create --subnet' },
  'default-addr-pool-mask-length': { value: '<n>', why: 'name the range of each network: kit network create --subnet' },
  'force-new-cluster': { value: '[yes]', why: 'start kitd once with --force-new-cluster on the manager that is left' },
}
