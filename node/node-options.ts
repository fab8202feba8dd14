// What a node is made of, and what it is from outside.

import type { Executor } from '../agent/executor.ts'
import type { PortServer } from '../agent/mesh/port-server.ts'
import type { Handle } from '../api/request.ts'
import type { MachineStats } from '../api/stats.ts'
import type { Validity } from '../ca/certificate.ts'
import type { Founding } from '../controllers/bootstrap/bootstrap.ts'
import type { Directories } from '../effects/effects.ts'
import type { OpenStore, StoreOptions } from '../store/store.ts'
import type { KeyFile } from '../store/wal/keys.ts'
import type { NodeCertificate } from './certificate.ts'
import type { ManagerIdentity } from './identity.ts'
import type { NodeRole } from './network.ts'

export interface NodeOptions {
  readonly role: NodeRole
  /** State of this node: `raft/` and `agent/` are below it. */
  readonly directory: string
  readonly hostname: string
  readonly executor: Executor
  /** What the machine uses, now. */
  readonly machineStats?: () => Promise<MachineStats>
  readonly portServer: PortServer
  /** Addresses of managers for the agent; a manager's own id is the first of its own. */
  readonly managers: readonly string[]
  /** What it has joined with, or had before. Without one it asks for one. */
  readonly certificate?: NodeCertificate
  /** Of managers: those that its files are sealed with, where they are open already. */
  readonly keys?: KeyFile
  /** Called with each that replaces it. */
  readonly onCertificate?: (certificate: NodeCertificate) => void
  /** Called with the managers that this node is told of. */
  readonly onManagers?: (managers: readonly string[]) => void
  /** Of managers: the address that other nodes are told. Its id, inside one process, when left out. */
  readonly advertise?: string
  /** Of managers: the address that users are told. */
  readonly apiAddress?: string
  /** Labels of the node object, when this is its first start. */
  readonly labels: Readonly<Record<string, string>>
  /** Settings of the cluster, when this is the first start of its first manager. */
  readonly founding?: Founding
  readonly engineLabels: Readonly<Record<string, string>>
  readonly version: string
  /** Of managers: where sources (GitOps) are read. None are when left out. */
  readonly directories?: Directories
  /** What the process that runs the node measures of itself, as text for Prometheus. */
  readonly processMetrics?: () => Promise<string>
  /** Of managers: the others are lost for good, and this one goes on alone. Once: another start with it is refused. */
  readonly forceNewCluster?: boolean
  /** Sizes of the log, where they are not what production has. */
  readonly log?: Pick<StoreOptions, 'snapshotEntries' | 'segmentBytes'>
  /** Shortest life of a certificate, where it is not what production has. */
  readonly shortestCertificateMs?: number
}

export interface KitNode {
  readonly nodeId: string
  /** The API. A worker answers that it is none. */
  readonly handle: Handle
  /** Of managers, once recovered. */
  readonly store: OpenStore | undefined
  /** Until `signal` fires; tasks keep running then. Rejects when the node must stop: its log cannot be written, or it was removed. */
  run(signal: AbortSignal): Promise<void>
}

export interface ManagerOptions extends Omit<NodeOptions, 'role'> {
  readonly identity: ManagerIdentity
  /** How long its own certificate counts; undefined while it has none. */
  readonly ownCertificate: () => Validity | undefined
  /** What it goes with, as soon as it has a certificate. */
  readonly own: () => NodeCertificate | undefined
}
