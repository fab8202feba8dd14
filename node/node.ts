// A whole node, made of the parts: the same call in production and in the simulator; only the effects, the
// executor and what opens ports differ. Every node has an agent. A manager also keeps the store and serves.
//
// Read next: manager.ts, ../agent/agent.ts.

import { createAgent } from '../agent/agent.ts'
import { Bell } from '../agent/first-of.ts'
import { StatusError } from '../api/errors.ts'
import type { Effects, FrameStream } from '../effects/effects.ts'
import { failure } from '../server/answer.ts'
import type { OpenStore } from '../store/store.ts'
import type { NodeCertificate } from './certificate.ts'
import { CertificateKeeper } from './certificate-keeper.ts'
import { followAutolock } from './follow-autolock.ts'
import { openManager } from './manager.ts'
import type { NodeRole } from './network.ts'
import type { KitNode, NodeOptions } from './node-options.ts'

/** The node has a certificate of another role: whoever runs it opens it anew. */
export class RoleChanged extends Error {
  override readonly name = 'RoleChanged'
  readonly role: NodeRole['is']

  constructor(role: NodeRole['is']) {
    super(`this node is a ${role.toLowerCase()} now`)
    this.role = role
  }
}

/** Recovers the store on a manager. Nothing runs before `run`. */
export async function createNode(effects: Effects, options: NodeOptions): Promise<KitNode> {
  const { role, managers } = options
  const { nodeId } = role.identity
  const changed = new RoleChange()
  const leader = new LeaderHint(managers)
  const keeper = createKeeper(effects, options, leader, changed)
  const agent = createAgent(effects, {
    nodeName: nodeId,
    hostname: options.hostname,
    managers,
    directory: `${options.directory}/agent`,
    executor: options.executor,
    ...(options.machineStats === undefined ? {} : { machineStats: options.machineStats }),
    portServer: options.portServer,
    engineLabels: options.engineLabels,
    version: options.version,
    ...(options.advertise === undefined ? {} : { managerAddress: options.advertise }),
    ...(options.apiAddress === undefined ? {} : { apiAddress: options.apiAddress }),
    certificate: keeper,
    onSession(message, manager) {
      leader.tell(message.managers, manager)
      options.onManagers?.(message.managers)
      keeper.tell(message)
    },
  })
  const runBeside = async (signal: AbortSignal): Promise<void> => {
    await Promise.all([agent.run(signal), keeper.run(signal), changed.watch(signal)])
  }
  const { keys } = options
  const runManager = async (signal: AbortSignal, store: OpenStore): Promise<void> => {
    const locks = keys === undefined ? Promise.resolve() : followAutolock({ ...effects, store, keys, keeper }, signal)
    try {
      await Promise.all([runBeside(signal), locks])
    } catch (error) {
      // What it stores is read once more, and erased (retire.ts): nobody is asked for a key to do that.
      if (error instanceof RoleChanged) await keys?.changeLock(undefined, keys.lockVersion + 1)
      throw error
    }
  }
  if (role.is === 'Worker') return createWorker(options, runBeside)
  return await openManager(
    effects,
    { ...options, identity: role.identity, ownCertificate: () => keeper.validity(), own: () => keeper.present() },
    runManager,
  )
}

/** Where to ask for certificates: agents have their sessions with the leader. */
class LeaderHint {
  #managers: readonly string[]
  #leader: string | undefined
  #turn = 0

  constructor(managers: readonly string[]) {
    this.#managers = managers
  }

  tell(managers: readonly string[], leader: string): void {
    if (managers.length > 0) this.#managers = managers
    this.#leader = leader
  }

  next(): string {
    const hint = this.#leader
    this.#leader = undefined // Should it not answer, the others are asked in turn.
    return hint ?? this.#managers[this.#turn++ % this.#managers.length] ?? ''
  }

  /** It answered. */
  confirm(manager: string): void {
    this.#leader = manager
  }
}

/** Rings when the certificate is of another role than the node was opened in. */
class RoleChange {
  readonly #bell = new Bell()
  #to: NodeRole['is'] | undefined

  note(role: NodeRole['is']): void {
    this.#to = role
    this.#bell.notify()
  }

  /** Rejects with RoleChanged. */
  async watch(signal: AbortSignal): Promise<void> {
    if (this.#to === undefined) await this.#bell.wait(signal).catch(() => undefined)
    if (!signal.aborted && this.#to !== undefined) throw new RoleChanged(this.#to)
  }
}

/** Its certificate is renewed as long as the node runs, by the manager that leads. */
function createKeeper(effects: Effects, options: NodeOptions, leader: LeaderHint, changed: RoleChange): CertificateKeeper {
  const { directory, certificate: first, onCertificate, role } = options
  const open = async (until: AbortSignal): Promise<FrameStream> => {
    const manager = leader.next()
    const stream = await effects.transport.connect(manager, 'join', until)
    leader.confirm(manager)
    return stream
  }
  const onNew = (certificate: NodeCertificate): void => {
    if (certificate.role === role.is) onCertificate?.(certificate)
    else changed.note(certificate.role)
  }
  const deps = options.keys === undefined ? effects : { ...effects, box: options.keys }
  return new CertificateKeeper(deps, { directory, first, open, onNew })
}

function createWorker({ role, founding, directory }: NodeOptions, run: (signal: AbortSignal) => Promise<void>): KitNode {
  if (founding?.cluster?.ca?.root !== undefined)
    throw new StatusError('Conflict', `${directory} is of a worker: --ca-cert and --ca-key are for the node that founds a cluster`)
  const refusal = new StatusError('NotLeader', 'this node is a worker: ask a manager')
  return { nodeId: role.identity.nodeId, handle: () => Promise.resolve(failure(refusal)), store: undefined, run }
}
