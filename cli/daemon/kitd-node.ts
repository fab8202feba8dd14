// A node of this machine, opened from flags: its network, its executor, then the node itself. Nothing runs
// before `run`.

import { join, resolve } from 'node:path'
import { createPortServer } from '../../agent/proxy/port-server.ts'
import { RefusedError } from '../../agent/session.ts'
import type { Availability } from '../../api/join.ts'
import type { Objects } from '../../api/objects.ts'
import type { Handle } from '../../api/request.ts'
import type { Effects } from '../../effects/effects.ts'
import { createDirectories } from '../../effects/real/directories/directories.ts'
import type { Identity } from '../../node/identity.ts'
import type { NodeNetwork } from '../../node/network.ts'
import { createNode, RoleChanged } from '../../node/node.ts'
import type { KitNode } from '../../node/node-options.ts'
import { version } from '../version.ts'
import { chooseExecutor, type ExecutorFlags } from './executor-choice.ts'
import { foundSource } from './found-source.ts'
import { readMachine } from './machine-stats.ts'
import { type NetworkFlags, openRealNetwork } from './open-network.ts'
import { serveUsers, userAddress } from './user-door.ts'

export interface NodeFlags extends ExecutorFlags, NetworkFlags {
  readonly engineLabels: Readonly<Record<string, string>>
  readonly publishAddress: string
  /** host:port where users connect; managers only. */
  readonly listenApi?: string
  readonly availability?: Availability
  readonly forceNewCluster?: boolean
  /** A directory that becomes a Source; managers only. */
  readonly gitops?: string
}

export interface NodeDeps extends Omit<Effects, 'transport'> {
  readonly processMetrics: () => Promise<string>
}

export interface OpenNode {
  readonly identity: Identity
  readonly role: 'Manager' | 'Worker'
  readonly handle: Handle
  /** Of managers. */
  readonly store: KitNode['store']
  /** Until `signal` fires; tasks run on then. Rejects with NodeRemoved, and when the node must not go on. */
  run(signal: AbortSignal): Promise<void>
}

/** The managers do not know the node any more. */
export class NodeRemoved extends Error {
  override readonly name = 'NodeRemoved'
}

export const nodePrograms = { node: process.execPath, shim: join(import.meta.dirname, 'kit-shim.mjs') }

/** As a manager or a worker, and in the other role when that changes. Rejects with Locked where the manager needs its unlock key, and with Unauthorized where that is another one. */
export async function openNode(
  deps: NodeDeps,
  directory: string,
  flags: NodeFlags,
  options: OpenOptions,
  signal: AbortSignal,
): Promise<OpenNode> {
  let present = await openInRole(deps, directory, flags, options, signal)
  return {
    identity: present.identity,
    get role() {
      return present.role
    },
    get store() {
      return present.store
    },
    handle: (request) => present.handle(request),
    async run(until) {
      for (;;) {
        try {
          return await present.run(until)
        } catch (error) {
          if (!(error instanceof RoleChanged)) throw error
          deps.log.info('Went on in another role', { why: error.message })
          // Where users come in, and what is read, is said to managers; a worker that was one keeps it for when it is one again.
          const { listenApi, gitops, ...rest } = flags
          present = await openInRole(deps, directory, error.role === 'Manager' ? flags : rest, options, until)
        }
      }
    },
  }
}

export interface OpenOptions {
  /** Counts on the first start of a manager only. */
  readonly founding?: Objects['Cluster']['spec']
  /** Called with each session that begins. */
  readonly onSession?: () => void
  /** Of a manager that is locked. */
  readonly unlockKey?: Uint8Array
}

async function openInRole(
  deps: NodeDeps,
  directory: string,
  flags: NodeFlags,
  { founding, onSession, unlockKey }: OpenOptions,
  signal: AbortSignal,
): Promise<OpenNode> {
  const { log } = deps
  const { availability, labels, engineLabels, hostname } = flags
  const network = await openRealNetwork(deps, directory, unlockKey === undefined ? flags : { ...flags, unlockKey }, signal)
  const { role, transport, managers, advertise, certificate, keys, onCertificate } = network
  const { nodeId, clusterId } = role.identity
  const identity: Identity = { nodeId, clusterId }
  const door = doorOf(flags.listenApi, network)
  if (flags.gitops !== undefined && role.is === 'Worker')
    throw new Error('--gitops: this node is a worker, and managers alone read directories: start it without')
  const executor = await chooseExecutor({ directory, identity, programs: nodePrograms, environment: process.env, log }, flags)
  const node = await createNode(
    { ...deps, transport },
    {
      role,
      directory,
      hostname,
      executor,
      machineStats: () => readMachine(directory),
      portServer: createPortServer({ address: flags.publishAddress, log }),
      managers,
      onManagers(told) {
        network.onManagers(told)
        onSession?.()
      },
      onCertificate,
      ...(certificate === undefined ? {} : { certificate }),
      ...(advertise === undefined ? {} : { advertise }),
      ...(keys === undefined ? {} : { keys }),
      ...(door === undefined ? {} : { apiAddress: door.address }),
      labels,
      founding: {
        ...(founding === undefined ? {} : { cluster: founding }),
        ...(availability === undefined ? {} : { availability }),
      },
      engineLabels,
      ...(flags.forceNewCluster === undefined ? {} : { forceNewCluster: flags.forceNewCluster }),
      version,
      processMetrics: deps.processMetrics,
      directories: createDirectories(log),
    },
  )
  const { handle, store } = node
  return {
    identity,
    role: role.is,
    handle,
    store,
    async run(signal) {
      const end = new AbortController()
      const all = AbortSignal.any([signal, end.signal])
      // Whichever fails ends the other: a node that cannot be reached, or must not go on, says so and stops.
      const users = door === undefined || store === undefined ? Promise.resolve() : serveUsers(deps, { ...door, handle, store }, all)
      const source = flags.gitops === undefined ? Promise.resolve() : foundSource({ ...deps, handle }, resolve(flags.gitops), all)
      const parts = [node.run(all), network.run(all, store), users, source].map((part) =>
        part.catch((error: unknown) => {
          end.abort()
          throw error
        }),
      )
      const [failed] = (await Promise.allSettled(parts)).filter((part) => part.status === 'rejected')
      if (failed === undefined) return
      const { reason } = failed
      if (reason instanceof RefusedError && reason.reason === 'NotFound') throw new NodeRemoved(reason.message, { cause: reason })
      throw reason
    },
  }
}

function doorOf(listen: string | undefined, { credentials, advertise }: NodeNetwork) {
  if (listen === undefined) return undefined
  if (credentials === undefined || advertise === undefined)
    throw new Error('--listen-api: this node is a worker, and managers alone serve the API: start it without')
  return { listen, credentials, address: userAddress(listen, advertise) }
}
