// The `kitd` program: one node. Wires the real effects into `createNode`, opens the control socket, says
// `ready` in one line when it is, and stops cleanly on SIGTERM: tasks keep running, their shims own them.

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { CommanderError } from 'commander'
import { untilAborted } from '../agent/first-of.ts'
import { reasonOf } from '../api/errors.ts'
import type { Handle } from '../api/request.ts'
import { createClock } from '../effects/real/clock.ts'
import { lockDirectory } from '../effects/real/directory-lock.ts'
import { createDisk } from '../effects/real/disk.ts'
import { createHttps } from '../effects/real/https.ts'
import { createKeys } from '../effects/real/keys.ts'
import { createLog } from '../effects/real/log.ts'
import { createRandom } from '../effects/real/random.ts'
import { messageOf } from '../effects/thrown.ts'
import { certificatesOf } from '../node/certificate.ts'
import { loadIdentity } from '../node/identity.ts'
import { serveControlSocket } from '../server/http/http.ts'
import { availabilities, type Flags, parseFlags, parseLabels } from './daemon/kitd-flags.ts'
import { type NodeDeps, type NodeFlags, NodeRemoved, type OpenNode, openNode } from './daemon/kitd-node.ts'
import { LockedMember } from './daemon/locked-member.ts'
import { fixedMembership, withMembership } from './daemon/membership-door.ts'
import { type OwnRoot, readOwnRoot } from './daemon/own-root.ts'
import { measureProcess } from './daemon/process-metrics.ts'
import { tellReady } from './daemon/tell-ready.ts'
import { Standby } from './standby/standby.ts'

async function run(flags: Flags): Promise<void> {
  const directory = resolve(flags.stateDir)
  const socket = flags.listenControlApi ?? join(directory, 'kit.sock')
  process.title = `kitd -d ${directory} --hostname ${flags.hostname}`
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort())

  const log = createLog()
  const ofProcess = measureProcess()
  const deps: NodeDeps = {
    clock: createClock(),
    random: createRandom(),
    keys: createKeys(),
    disk: createDisk(),
    https: createHttps(),
    log,
    processMetrics: () => ofProcess.metrics(),
  }
  assertWanted(flags)
  const root = await readOwnRoot(flags, deps.clock.wallMs())
  const unlock = lockDirectory(directory)
  try {
    assertWanted(flags)
    const node: NodeFlags = {
      ...flags,
      labels: parseLabels('--label', flags.label),
      engineLabels: parseLabels('--engine-label', flags.engineLabel),
      availability: availabilities[flags.availability],
    }
    const served =
      flags.standby === true
        ? await standBy(deps, directory, node, stop.signal)
        : await member(deps, directory, node, { root, autolock: flags.autolock }, stop.signal)
    const server = await serveControlSocket(socket, served.handle)
    tellReady(socket)
    await served.running.finally(() => server.close())
  } finally {
    stop.abort()
    unlock()
  }
}

/** Whoever starts daemons takes the file away before looking for those that hold a lock: so none is missed. */
function assertWanted({ onlyWhile }: Flags): void {
  if (onlyWhile !== undefined && !existsSync(onlyWhile))
    throw new Error(`${onlyWhile} is gone: this node was stopped before it had started`)
}

interface Served {
  readonly handle: Handle
  readonly running: Promise<void>
}

/** What the flags say of the cluster that a manager founds. */
interface Founding {
  readonly root: OwnRoot | undefined
  readonly autolock: boolean | undefined
}

/** A node as the flags say. */
async function member(
  deps: NodeDeps,
  directory: string,
  flags: NodeFlags,
  { root, autolock }: Founding,
  stop: AbortSignal,
): Promise<Served> {
  const founding = { ...(root === undefined ? {} : { ca: { root } }), ...(autolock === undefined ? {} : { autolock }) }
  const open = (unlockKey?: Uint8Array): Promise<OpenNode> =>
    openNode(deps, directory, flags, { founding, ...(unlockKey === undefined ? {} : { unlockKey }) }, stop)
  const run = (node: OpenNode): Promise<void> => runMember(node, directory, stop)
  try {
    const node = await open()
    const membership = fixedMembership({ state: node.role, nodeId: node.identity.nodeId })
    return served(withMembership(membership, node.handle), run(node))
  } catch (error) {
    if (reasonOf(error) !== 'Locked') throw error
  }
  const { nodeId } = await loadIdentity(deps, directory)
  deps.log.warn('This manager is locked, and waits for its unlock key: `kit swarm unlock`', { object: `Node/${nodeId}` })
  const locked = new LockedMember(nodeId, open)
  const stopped = untilAborted(stop).catch(() => undefined)
  const running = Promise.race([locked.unlocked, stopped]).then((node) => (node === undefined ? undefined : run(node)))
  return served(withMembership(locked, locked.handle), running)
}

function served(handle: Handle, running: Promise<void>): Served {
  running.catch(() => undefined) // Whoever serves it hears of it.
  return { handle, running }
}

async function runMember(node: OpenNode, directory: string, stop: AbortSignal): Promise<void> {
  await node.run(stop).catch((error: unknown) => {
    if (!(error instanceof NodeRemoved)) throw error
    throw new Error(
      `this node was removed from the cluster (${error.message}). What it ran is stopped. To join again, as a new node: delete ${certificatesOf(directory)}, and start with --join-addr and --join-token`,
      { cause: error },
    )
  })
}

/** A node, or none, as people on this machine say. */
async function standBy(deps: NodeDeps, directory: string, flags: NodeFlags, stop: AbortSignal): Promise<Served> {
  const standby = new Standby(deps, directory, flags, stop)
  await standby.recover()
  return served(withMembership(standby, standby.handle), standby.run())
}

try {
  await run(parseFlags(process.argv.slice(2)))
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else {
    process.stderr.write(`kitd: ${messageOf(error)}\n`)
    process.exitCode = 1
  }
}
