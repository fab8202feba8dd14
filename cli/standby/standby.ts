// What `kitd --standby` does: it waits to be told, by `kit swarm init`, `join` and `leave` on this machine, and is a node
// meanwhile or none. What it is, the state directory says (a manager has node.json, a worker a certificate), so that
// dying on any line leaves a machine that can be told the same again; `membership.json` only remembers how it was told.

import { networkInterfaces } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import { untilAborted } from '../../agent/first-of.ts'
import { reasonOf, StatusError } from '../../api/errors.ts'
import type { Handle } from '../../api/request.ts'
import { messageOf } from '../../effects/thrown.ts'
import { isTokenOf, loadCertificate } from '../../node/certificate.ts'
import { loadIdentity } from '../../node/identity.ts'
import { tellLeaving } from '../../node/network.ts'
import { lockedText } from '../../node/open-keys.ts'
import type {
  InitAnswer,
  InitRequest,
  JoinAnswer,
  JoinRequest,
  LeaveAnswer,
  LeaveRequest,
  Membership,
  UnlockAnswer,
  UnlockRequest,
} from '../cluster/membership.ts'
import { openRecordedExecutor } from '../daemon/executor-choice.ts'
import { type NodeDeps, type NodeFlags, NodeRemoved, nodePrograms, type OpenNode, openNode } from '../daemon/kitd-node.ts'
import { notLocked, readUnlockKey } from '../daemon/locked-member.ts'
import type { MembershipActions } from '../daemon/membership-door.ts'
import { assertListenable, withSockets } from '../daemon/open-network.ts'
import { managerAddress } from '../daemon/own-address.ts'
import { asStatus } from './failures.ts'
import { answerIdle, cannotStart, type Idle, none } from './idle.ts'
import { afterForce, type LeavingManager, stillManager } from './leaving-manager.ts'
import { Member } from './member.ts'
import { StateDirectory } from './state-directory.ts'
import { flagsOf, type Told, toFound, toJoin } from './told.ts'

export class Standby implements MembershipActions {
  readonly #deps: NodeDeps
  readonly #state: StateDirectory
  readonly #flags: NodeFlags
  readonly #stop: AbortSignal
  readonly #failed = Promise.withResolvers<never>()
  #member: Member | undefined
  #idle: Idle = none
  /** The command that is under way: one at a time. */
  #busy: string | undefined

  /** Everything ends when `stop` fires; tasks run on. */
  constructor(deps: NodeDeps, directory: string, flags: NodeFlags, stop: AbortSignal) {
    this.#deps = deps
    this.#state = new StateDirectory(deps.disk, directory)
    this.#flags = flags
    this.#stop = stop
    this.#failed.promise.catch(() => undefined)
  }

  /** The API of the node, if there is one. */
  readonly handle: Handle = async (request) => {
    if (this.#member !== undefined) return await this.#member.node.handle(request)
    return answerIdle(this.#idle, request.path)
  }

  /** Goes on with what the directory says. */
  async recover(): Promise<void> {
    const told = await this.#state.told()
    if (told?.as === 'Leaving') {
      await this.#clear(false).catch((error: unknown) => this.#deps.log.warn('Could not finish leaving the cluster', { error }))
      return
    }
    const role = await this.#state.role()
    if (role === undefined) return await this.#forget()
    try {
      await this.#start(told, { isNew: false }, this.#stop)
    } catch (error) {
      if (reasonOf(error) === 'Locked') return await this.#lock()
      if (role === 'Manager' || this.#stop.aborted) throw error
      this.#deps.log.error('This worker cannot start', { error })
      this.#idle = cannotStart(error)
    }
  }

  /** Until `stop` fires. Rejects when the node must not go on. */
  async run(): Promise<void> {
    await Promise.race([this.#failed.promise, untilAborted(this.#stop)]).catch((error: unknown) => {
      if (!this.#stop.aborted) throw error
    })
    await this.#member?.ended
  }

  describe(): Membership {
    if (this.#member === undefined) {
      const { state, nodeId } = this.#idle
      return { state, ...(nodeId === undefined ? {} : { nodeId }) }
    }
    const { identity, role } = this.#member.node
    return { state: role, nodeId: identity.nodeId }
  }

  init(request: InitRequest): Promise<InitAnswer> {
    return this.#exclusively('kit swarm init', async () => {
      const told = toFound(request, this.#flags, networkInterfaces(), this.#deps.clock.wallMs())
      const present = this.#member
      if (present?.node.role === 'Manager' && isDeepStrictEqual(await this.#state.told(), told)) return await founded(present, true)
      this.#assertFree()
      await assertListenable('--listen-addr', told.listen)
      await this.#state.record(told)
      try {
        const member = await this.#start(told, { isNew: true }, this.#stop)
        return await founded(member, false)
      } catch (error) {
        // Nobody has been told of this cluster yet: nothing of it stays.
        await this.#end()
        await this.#erase()
        throw asStatus(error)
      }
    })
  }

  join(request: JoinRequest, gone: AbortSignal): Promise<JoinAnswer> {
    return this.#exclusively('kit swarm join', async () => {
      const manager = managerAddress(request.manager)
      const present = this.#member
      if (present !== undefined && (await this.#state.told())?.as === 'Worker') {
        const certificate = await loadCertificate(this.#deps.disk, this.#state.path).catch(() => undefined) // Of a manager it may be sealed.
        if (certificate !== undefined && isTokenOf(certificate, request.token))
          return { nodeId: present.node.identity.nodeId, already: true, role: present.node.role, connected: await present.connected() }
      }
      if (this.#idle.state !== 'Worker') this.#assertFree()
      const told = toJoin(request, manager, this.#flags, networkInterfaces())
      await this.#state.record(told)
      try {
        const member = await this.#start(told, { isNew: true, token: request.token }, AbortSignal.any([this.#stop, gone]))
        const connected = await member.connected()
        return { nodeId: member.node.identity.nodeId, already: false, role: member.node.role, connected }
      } catch (error) {
        const idle = this.#idle
        await this.#end()
        if ((await this.#state.role()) === undefined) await this.#forget()
        else this.#idle = idle === none ? cannotStart(error) : idle
        throw asStatus(error)
      }
    })
  }

  unlock({ key }: UnlockRequest): Promise<UnlockAnswer> {
    return this.#exclusively('kit swarm unlock', async () => {
      if (this.#member !== undefined || this.#idle.state !== 'Locked') throw notLocked()
      const unlockKey = readUnlockKey(key)
      const { node } = await this.#start(await this.#state.told(), { isNew: false, unlockKey }, this.#stop)
      this.#idle = none
      return { nodeId: node.identity.nodeId }
    })
  }

  async #lock(): Promise<void> {
    const { nodeId } = await loadIdentity(this.#deps, this.#state.path)
    this.#deps.log.warn('This manager is locked, and waits for its unlock key: `kit swarm unlock`', { object: `Node/${nodeId}` })
    this.#idle = { state: 'Locked', nodeId, why: lockedText }
  }

  leave({ force = false }: LeaveRequest): Promise<LeaveAnswer> {
    return this.#exclusively('kit swarm leave', async () => {
      const { node } = this.#member ?? {}
      if (node === undefined && this.#idle.state === 'None') return { already: true }
      const manager = managerOf(node)
      if (manager !== undefined && !force) throw stillManager(manager)
      if (this.#idle.state === 'Locked' && !force)
        throw new StatusError('Locked', `${lockedText}. If the key is lost, \`kit swarm leave --force\` erases what is here`)
      const advice = manager && afterForce(manager)
      await this.#state.record({ as: 'Leaving' })
      await this.#end()
      const left = await this.#clear(force)
      return { ...left, ...(advice === undefined ? {} : { advice }) }
    })
  }

  async #exclusively<T>(command: string, work: () => Promise<T>): Promise<T> {
    if (this.#busy !== undefined) throw new StatusError('Conflict', `\`${this.#busy}\` is under way on this machine: try again after it`)
    this.#busy = command
    try {
      return await work()
    } finally {
      this.#busy = undefined
    }
  }

  #assertFree(): void {
    const { state, nodeId } = this.describe()
    if (state === 'None' && this.#idle === none) return
    const is =
      state === 'Manager' || state === 'Locked'
        ? 'a manager of a cluster'
        : state === 'Worker'
          ? 'a worker of a cluster'
          : 'still part of a cluster'
    throw new StatusError(
      'Conflict',
      `this machine is ${is} already${nodeId === undefined ? '' : `, as node ${nodeId}`}: let it leave that first, with \`kit swarm leave\``,
    )
  }

  async #start(
    told: Told | undefined,
    { isNew, token, unlockKey }: { readonly isNew: boolean; readonly token?: string; readonly unlockKey?: Uint8Array },
    signal: AbortSignal,
  ): Promise<Member> {
    const connected = Promise.withResolvers<void>()
    const founding = told?.as === 'Manager' ? told.cluster : undefined
    const node = await openNode(
      this.#deps,
      this.#state.path,
      flagsOf(this.#flags, told, token),
      {
        onSession: () => connected.resolve(),
        ...(founding === undefined ? {} : { founding }),
        ...(unlockKey === undefined ? {} : { unlockKey }),
      },
      signal,
    )
    const member = new Member({ clock: this.#deps.clock, stop: this.#stop, onEnd: (ended, error) => this.#onEnd(ended, error) }, node, {
      isNew,
      connected: connected.promise,
    })
    this.#member = member
    return member
  }

  #onEnd(member: Member, error: unknown): void {
    if (this.#member !== member) return
    if (error instanceof NodeRemoved) {
      this.#member = undefined
      const { nodeId } = member.node.identity
      const why = `this node was removed from its cluster (${error.message}). What it ran is stopped. After \`kit swarm leave\` it can join again`
      this.#idle = { state: 'Removed', nodeId, why }
      this.#deps.log.warn('This node was removed from its cluster', { object: `Node/${nodeId}` })
    } else if (!member.isNew) this.#failed.reject(error)
  }

  async #end(): Promise<void> {
    const member = this.#member
    if (member === undefined) return
    this.#member = undefined
    this.#idle = { state: 'Removed', why: 'this machine is leaving its cluster' }
    await member.end().catch((error: unknown) => this.#deps.log.warn('The node did not end well', { error }))
  }

  /** Stops what the node ran, tells a manager, erases. Goes on where an earlier attempt has stopped. */
  async #clear(force: boolean): Promise<LeaveAnswer> {
    this.#idle = { state: 'Removed', why: 'this machine has not left its cluster yet: `kit swarm leave` tries again' }
    try {
      const executor = await openRecordedExecutor(this.#state.path, nodePrograms)
      await Promise.all((await executor.list()).map((task) => executor.remove(task)))
    } catch (error) {
      const what = `what this node runs cannot be stopped (${messageOf(error)})`
      if (!force) throw new StatusError('Unavailable', `${what}: try again, or leave it running with \`kit swarm leave --force\``)
      this.#deps.log.warn('Left tasks running', { error })
    }
    const certificate = await loadCertificate(this.#deps.disk, this.#state.path).catch(() => undefined)
    const told =
      certificate?.role === 'Worker' ? await tellLeaving(withSockets(this.#deps), this.#state.path, certificate, this.#stop) : undefined
    await this.#erase()
    return { already: false, ...(told === undefined ? {} : { told }) }
  }

  async #erase(): Promise<void> {
    await this.#state.erase()
    this.#idle = none
  }

  async #forget(): Promise<void> {
    await this.#state.forget()
    this.#idle = none
  }
}

/** Undefined of a worker. */
function managerOf(node: OpenNode | undefined): LeavingManager | undefined {
  if (node?.store === undefined) return undefined
  return { nodeId: node.identity.nodeId, view: node.store.view, voters: node.store.members.voters }
}

async function founded(member: Member, already: boolean): Promise<InitAnswer> {
  await member.founded()
  return { nodeId: member.node.identity.nodeId, already }
}
