// What `kitd --standby` does: it waits to be told, by `kit swarm init`, `join` and `leave` on this machine, and is a node
// meanwhile or none. What it is, the state directory says (a manager has node.json, a worker a certificate), so that
// dying on any line leaves a machine that can be told the same again; `membership.json` only remembers how it was told.

import { rm } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { untilAborted, withSignal } from '../agent/first-of.ts'
import { parseJson } from '../agent/frames.ts'
import { reasonOf, StatusError } from '../api/errors.ts'
import { type Availability, isAvailability } from '../api/join.ts'
import type { Objects } from '../api/objects.ts'
import { type Handle, localAdmin } from '../api/request.ts'
import { validateObject } from '../api/validate.ts'
import { isJsonObject } from '../api/wire.ts'
import { isTokenOf, JoinRefused, loadCertificate, roleOnDisk } from '../node/certificate.ts'
import { loadIdentity, managerFile } from '../node/identity.ts'
import { tellLeaving } from '../node/network.ts'
import { lockedText } from '../node/open-keys.ts'
import { readText, writeDurably } from '../node/state-file.ts'
import { foundingProblems, invalid } from '../server/admission.ts'
import { answer, failure } from '../server/answer.ts'
import { openRecordedExecutor } from './executor-choice.ts'
import { type NodeDeps, type NodeFlags, NodeRemoved, nodePrograms, type OpenNode, openNode } from './kitd-node.ts'
import { afterForce, type LeavingManager, stillManager } from './leaving-manager.ts'
import { answerLocked, notLocked, readUnlockKey } from './locked-member.ts'
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
} from './membership.ts'
import type { MembershipActions } from './membership-door.ts'
import { assertListenable, withSockets } from './open-network.ts'
import { advertisedAddress, type Interfaces, listenAddress, managerAddress } from './own-address.ts'

/** How the machine was told. `Leaving` counts by itself: what is left of the node has to go. */
type Told =
  | {
      readonly as: 'Manager'
      readonly listen: string
      readonly advertise: string
      readonly availability?: Availability
      readonly cluster?: Objects['Cluster']['spec']
    }
  | {
      readonly as: 'Worker'
      readonly manager: string
      readonly listen: string
      readonly advertise?: string
      readonly availability?: Availability
    }
  | { readonly as: 'Leaving' }

interface Member {
  readonly node: OpenNode
  /** Ends it. */
  readonly end: AbortController
  readonly ended: Promise<void>
  /** Its first session with a manager. */
  readonly connected: Promise<void>
  /** Until whoever has started it has seen it work. */
  isNew: boolean
}

/** No node runs here. */
interface Idle {
  readonly state: 'None' | 'Removed' | 'Worker' | 'Locked'
  readonly nodeId?: string
  /** For whoever asks this machine about a cluster. */
  readonly why: string
}

const none: Idle = {
  state: 'None',
  why: 'this node is in no cluster: `kit swarm init` founds one, `kit swarm join` makes it a worker of one',
}
const recordName = 'membership.json'
const longestRecord = 64 * 1024
/** All that a node leaves in its directory, but for what belongs to the daemon, and the data in volumes. */
const leftovers = ['certificates', 'managers.json', 'raft', 'agent', 'tasks/tasks', 'executor.json', managerFile]
const foundedWithinMs = 60_000
const connectedWithinMs = 20_000
/** Somebody waits for `kit swarm join`. */
const joinWithinMs = 20_000
const lookAgainMs = 20

export class Standby implements MembershipActions {
  readonly #deps: NodeDeps
  readonly #directory: string
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
    this.#directory = directory
    this.#flags = flags
    this.#stop = stop
    this.#failed.promise.catch(() => undefined)
  }

  /** The API of the node, if there is one. */
  readonly handle: Handle = async (request) => {
    if (this.#member !== undefined) return await this.#member.node.handle(request)
    if (request.path === '/livez' || request.path === '/healthz') return answer(200, 'ok', { 'content-type': 'text/plain; charset=utf-8' })
    if (this.#idle.state === 'Locked') return answerLocked(request.path)
    return failure(new StatusError('NotLeader', this.#idle.why))
  }

  /** Goes on with what the directory says. */
  async recover(): Promise<void> {
    const told = await this.#told()
    if (told?.as === 'Leaving') {
      await this.#clear(false).catch((error: unknown) => this.#deps.log.warn('Could not finish leaving the cluster', { error }))
      return
    }
    const role = await this.#role()
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
      if (present?.node.role === 'Manager' && isDeepStrictEqual(await this.#told(), told)) return await this.#founded(present, true)
      this.#assertFree()
      await assertListenable('--listen-addr', told.listen)
      await this.#record(told)
      try {
        const member = await this.#start(told, { isNew: true }, this.#stop)
        return await this.#founded(member, false)
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
      if (present !== undefined && (await this.#told())?.as === 'Worker') {
        const certificate = await loadCertificate(this.#deps.disk, this.#directory).catch(() => undefined) // Of a manager it may be sealed.
        if (certificate !== undefined && isTokenOf(certificate, request.token))
          return { nodeId: present.node.identity.nodeId, already: true, role: present.node.role, connected: await this.#connected(present) }
      }
      if (this.#idle.state !== 'Worker') this.#assertFree()
      const told = toJoin(request, manager, this.#flags, networkInterfaces())
      await this.#record(told)
      try {
        const member = await this.#start(told, { isNew: true, token: request.token }, AbortSignal.any([this.#stop, gone]))
        const connected = await this.#connected(member)
        return { nodeId: member.node.identity.nodeId, already: false, role: member.node.role, connected }
      } catch (error) {
        const idle = this.#idle
        await this.#end()
        if ((await this.#role()) === undefined) await this.#forget()
        else this.#idle = idle === none ? cannotStart(error) : idle
        throw asStatus(error)
      }
    })
  }

  unlock({ key }: UnlockRequest): Promise<UnlockAnswer> {
    return this.#exclusively('kit swarm unlock', async () => {
      if (this.#member !== undefined || this.#idle.state !== 'Locked') throw notLocked()
      const unlockKey = readUnlockKey(key)
      const { node } = await this.#start(await this.#told(), { isNew: false, unlockKey }, this.#stop)
      this.#idle = none
      return { nodeId: node.identity.nodeId }
    })
  }

  async #lock(): Promise<void> {
    const { nodeId } = await loadIdentity(this.#deps, this.#directory)
    this.#deps.log.warn('This manager is locked, and waits for its unlock key', { object: `Node/${nodeId}` })
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
      await this.#record({ as: 'Leaving' })
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
      this.#directory,
      flagsOf(this.#flags, told, token),
      {
        onSession: () => connected.resolve(),
        ...(founding === undefined ? {} : { founding }),
        ...(unlockKey === undefined ? {} : { unlockKey }),
      },
      signal,
    )
    const end = new AbortController()
    const ended = node.run(AbortSignal.any([this.#stop, end.signal]))
    const member: Member = { node, end, ended, connected: connected.promise, isNew }
    this.#member = member
    ended.catch((error: unknown) => this.#onEnd(member, error))
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

  /** Does `work` while the node runs; what ends the node ends it. */
  async #attempt<T>(member: Member, limitMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const outcome = await withSignal(this.#stop, async (signal, stop) => {
      const late = this.#deps.clock.sleep(limitMs, signal).then(() => {
        throw new StatusError('Timeout', `that took longer than ${limitMs / 1000} s: the log of kitd says more`)
      })
      const ended = member.ended.then(() => {
        throw new StatusError('Unavailable', 'kitd is stopping')
      })
      try {
        return await Promise.race([work(signal), ended, late])
      } finally {
        stop(new Error('no longer needed'))
      }
    })
    member.isNew = false
    member.ended.catch((error: unknown) => this.#onEnd(member, error)) // It may have ended just before.
    return outcome
  }

  /** Once others can be asked to join. */
  async #founded(member: Member, already: boolean): Promise<InitAnswer> {
    const { node } = member
    await this.#attempt(member, foundedWithinMs, async (signal) => {
      const ready = { method: 'GET', path: '/readyz', query: {}, headers: {}, identity: localAdmin, signal } as const
      while (!isFounded(node) || (await node.handle(ready)).status !== 200) await this.#deps.clock.sleep(lookAgainMs, signal)
    })
    return { nodeId: node.identity.nodeId, already }
  }

  /** False when it has not yet, and goes on trying. */
  async #connected(member: Member): Promise<boolean> {
    return await this.#attempt(member, 2 * connectedWithinMs, async (signal) => {
      const late = this.#deps.clock.sleep(connectedWithinMs, signal).then(() => false)
      return await Promise.race([member.connected.then(() => true), late])
    })
  }

  async #end(): Promise<void> {
    const member = this.#member
    if (member === undefined) return
    this.#member = undefined
    this.#idle = { state: 'Removed', why: 'this machine is leaving its cluster' }
    member.end.abort()
    await member.ended.catch((error: unknown) => this.#deps.log.warn('The node did not end well', { error }))
  }

  /** Stops what the node ran, tells a manager, erases. Goes on where an earlier attempt has stopped. */
  async #clear(force: boolean): Promise<LeaveAnswer> {
    this.#idle = { state: 'Removed', why: 'this machine has not left its cluster yet: `kit swarm leave` tries again' }
    try {
      const executor = await openRecordedExecutor(this.#directory, nodePrograms)
      await Promise.all((await executor.list()).map((task) => executor.remove(task)))
    } catch (error) {
      const what = `what this node runs cannot be stopped (${messageOf(error)})`
      if (!force) throw new StatusError('Unavailable', `${what}: try again, or leave it running with \`kit swarm leave --force\``)
      this.#deps.log.warn('Left tasks running', { error })
    }
    const certificate = await loadCertificate(this.#deps.disk, this.#directory).catch(() => undefined)
    const told =
      certificate?.role === 'Worker' ? await tellLeaving(withSockets(this.#deps), this.#directory, certificate, this.#stop) : undefined
    await this.#erase()
    return { already: false, ...(told === undefined ? {} : { told }) }
  }

  /** The record goes last: until then it is known that there is something to erase. */
  async #erase(): Promise<void> {
    for (const name of leftovers) await rm(join(this.#directory, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
    await this.#deps.disk.syncDirectory(this.#directory)
    await this.#forget()
  }

  async #forget(): Promise<void> {
    await this.#deps.disk.remove(join(this.#directory, recordName))
    await this.#deps.disk.syncDirectory(this.#directory)
    this.#idle = none
  }

  async #record(told: Told): Promise<void> {
    await writeDurably(this.#deps.disk, this.#directory, recordName, `${JSON.stringify(told)}\n`)
  }

  async #told(): Promise<Told | undefined> {
    const path = join(this.#directory, recordName)
    const text = await readText(this.#deps.disk, path, longestRecord)
    if (text === undefined) return undefined
    const value = parseJson(text)
    if (isTold(value)) return value
    throw new Error(
      `${path} is damaged: delete it, and start kitd with the flags of this node (--listen-remote-api, --advertise-addr, --join-addr)`,
    )
  }

  /** Undefined of a machine that is no node. */
  async #role(): Promise<'Manager' | 'Worker' | undefined> {
    const { disk } = this.#deps
    const role = await roleOnDisk(disk, this.#directory)
    if (role !== undefined) return role
    const identity = await readText(disk, join(this.#directory, managerFile), 1)
    // A log without node.json is a manager that has lost something: nothing to be founded upon.
    const log = await disk.list(join(this.#directory, 'raft')).catch(() => [])
    return identity !== undefined || log.length > 0 ? 'Manager' : undefined
  }
}

/** Others can join, and can know this manager: where an authority outside does not sign, that is said instead. */
function isFounded({ store, identity }: OpenNode): boolean {
  const status = store?.view.get('Cluster', 'default')?.status
  const hasCertificate = store?.view.get('Node', identity.nodeId)?.status.certificate !== undefined
  const unreachable = status?.conditions?.find(({ type }) => type === 'ExternalCAReachable')
  if (!hasCertificate && unreachable?.status === 'False')
    throw new StatusError('Unavailable', `the external authority cannot be reached (${unreachable.message}): nothing was founded`)
  return status?.joinTokens !== undefined && hasCertificate
}

/** Undefined of a worker. */
function managerOf(node: OpenNode | undefined): LeavingManager | undefined {
  if (node?.store === undefined) return undefined
  return { nodeId: node.identity.nodeId, view: node.store.view, voters: node.store.members.voters }
}

/** A person can mend it: by joining again with a token, or by leaving. */
function cannotStart(error: unknown): Idle {
  return {
    state: 'Worker',
    why: `this worker cannot start (${messageOf(error)}): \`kit swarm join\` it again, or let it \`kit swarm leave\``,
  }
}

function toFound(request: InitRequest, flags: NodeFlags, interfaces: Interfaces, nowMs: number): Told & { readonly as: 'Manager' } {
  const { availability, cluster } = request
  const listen = listenAddress(request.listen ?? flags.listenRemoteApi, interfaces)
  const advertise = advertisedAddress(request.advertise ?? flags.advertiseAddr, listen, interfaces)
  const causes = validateObject(
    'Cluster',
    { apiVersion: 'kit/v1', kind: 'Cluster', metadata: { name: 'default' }, spec: { ...cluster } },
    undefined,
  )
  if (causes.length > 0) throw invalid('Cluster', 'default', causes)
  const unusable = foundingProblems(cluster ?? {}, nowMs)
  if (unusable.length > 0) throw invalid('Cluster', 'default', unusable)
  return {
    as: 'Manager',
    listen,
    advertise,
    ...(availability === undefined ? {} : { availability }),
    ...(cluster === undefined || Object.keys(cluster).length === 0 ? {} : { cluster }),
  }
}

function toJoin(request: JoinRequest, manager: string, flags: NodeFlags, interfaces: Interfaces): Told {
  const { availability } = request
  const listen = listenAddress(request.listen ?? flags.listenRemoteApi, interfaces)
  const wanted = request.advertise ?? flags.advertiseAddr
  return {
    as: 'Worker',
    manager,
    listen,
    ...(wanted === undefined ? {} : { advertise: advertisedAddress(wanted, listen, interfaces) }),
    ...(availability === undefined ? {} : { availability }),
  }
}

function flagsOf(flags: NodeFlags, told: Told | undefined, token: string | undefined): NodeFlags {
  if (told === undefined || told.as === 'Leaving') return flags
  const { availability = flags.availability, advertise = flags.advertiseAddr } = told
  return {
    ...flags,
    listenRemoteApi: told.listen,
    ...(advertise === undefined ? {} : { advertiseAddr: advertise }),
    ...(availability === undefined ? {} : { availability }),
    ...(told.as === 'Worker' ? { joinAddr: told.manager } : {}),
    ...(token === undefined ? {} : { joinToken: token, joinWithinMs }),
  }
}

function isTold(value: unknown): value is Told {
  if (!isJsonObject(value)) return false
  const isText = (name: string): boolean => typeof value[name] === 'string'
  switch (value['as']) {
    case 'Leaving':
      return true
    case 'Manager':
      return isText('listen') && isText('advertise') && isAvailability(value['availability'])
    case 'Worker':
      return isText('manager') && isText('listen') && isAvailability(value['availability'])
    default:
      return false
  }
}

/** For the person who asked: what the managers said, or why nobody said anything. */
function asStatus(error: unknown): StatusError {
  if (error instanceof StatusError) return error
  const cause = error instanceof Error ? error.cause : undefined
  const reason = reasonOf(cause) ?? (cause instanceof JoinRefused ? cause.reason : undefined)
  const kind = reason === 'Invalid' ? 'Invalid' : reason === undefined || reason === 'Unavailable' ? 'Unavailable' : 'Conflict'
  return new StatusError(kind, messageOf(error), {}, { cause: error })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
