// The cluster on this machine that `kit up` starts and `kit down` stops: one `kitd` process per node, all
// state below one directory. `cluster.json` says which nodes there are (local-plan.ts); what runs is asked of the nodes.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { reasonOf } from '../api/errors.ts'
import type { WireObject } from '../api/wire.ts'
import type { Client } from '../client/client.ts'
import { DirectoryLocked, lockDirectory, lockHolder } from '../effects/real/directory-lock.ts'
import { createDisk } from '../effects/real/disk.ts'
import { whyUnusable } from '../effects/real/unusable-directory.ts'
import { errorCodeOf } from '../effects/thrown.ts'
import { certificatesOf, loadCertificate } from '../node/certificate.ts'
import { managerFile } from '../node/identity.ts'
import { type Connection, connect } from './connect.ts'
import type { Context } from './context.ts'
import { assertEngineAnswers, openRecordedExecutor, recordedChoice, untilNothingRuns } from './daemon/executor-choice.ts'
import { CommandError, exitCodes } from './exit.ts'
import { type LocalPlan, type NodeEntry, type PlanOptions, planNodes, readPlan, writePlan } from './local-plan.ts'

const readyWithinMs = 60_000
const stopWithinMs = 30_000
const lookAgainMs = 20
/** sun_path of sockaddr_un on Linux is 108 bytes, 104 on macOS, with the final NUL. */
const longestSocketPath = 103

export interface LocalNode {
  readonly name: string
  readonly directory: string
  readonly socket: string
}

function nodeAt(directory: string, name: string): LocalNode {
  const home = join(resolve(directory), name)
  return { name, directory: home, socket: join(home, 'kit.sock') }
}

/** Starts what is not running and resolves when every node answers and is Ready. */
export async function startCluster(context: Context, options: PlanOptions): Promise<Connection> {
  const directory = resolve(context.localDirectory)
  await usable(directory, () => mkdir(directory, { recursive: true, mode: 0o700 }))
  return await alone(context, directory, () => planAndStart(context, directory, options))
}

/** One `kit up` or `kit down` at a time decides what there is below the directory. One that was killed keeps nobody out. */
async function alone<T>(context: Context, directory: string, work: () => Promise<T>): Promise<T> {
  const unlock = await lockInTurn(context, directory)
  try {
    return await work()
  } finally {
    unlock()
  }
}

async function lockInTurn(context: Context, directory: string): Promise<() => void> {
  for (let isTold = false; ; isTold = true) {
    try {
      return lockDirectory(directory)
    } catch (error) {
      // Where nothing can be written nobody else plans either; what cannot be done without, says so.
      if (error instanceof Error && whyUnusable(error.cause) !== undefined) return () => {}
      if (!(error instanceof DirectoryLocked)) throw error
      if (!isTold) context.err(`Waiting for another \`kit up\` or \`kit down\` in ${directory} (process ${error.pid}) …`)
      await context.clock.sleep(lookAgainMs, context.signal)
    }
  }
}

async function planAndStart(context: Context, directory: string, options: PlanOptions): Promise<Connection> {
  const before = await readPlan(directory)
  const { executor, dockerHost } = options
  // A daemon starts without its engine and waits for it; a person who asks for one rather learns that it is not there.
  if (executor === 'docker' && (before?.nodes ?? []).every(({ name }) => lockHolder(nodeAt(directory, name).directory) === undefined))
    await assertEngineAnswers({ executor, ...(dockerHost === undefined ? {} : { dockerHost }) }, context.env)
  const planned = await planNodes(before, options, { address: loopbackAddress, freePort })
  const plan = await withExecutor(directory, planned, options)
  if (!isDeepStrictEqual(plan, before)) await usable(directory, () => writePlan(directory, plan))
  for (const { name } of plan.nodes) assertSocketPath(nodeAt(directory, name))
  const first = plan.nodes.find(({ role }) => role === 'manager')
  if (first === undefined) throw new Error('a plan has a manager')
  const has = ({ name }: NodeEntry, file: string): boolean => existsSync(join(nodeAt(directory, name).directory, file))
  // Those that belong to the cluster already are started at once, promoted ones, too: it takes a majority of managers to begin.
  const known = plan.nodes.filter((entry) => has(entry, managerFile) || (entry.role === 'manager' && isMember(directory, entry)))
  const begun = known.length === 0 ? [first] : known
  await Promise.all(begun.map((entry) => start(context, directory, entry, [])))
  const { asked, connection } = await askManager(
    context,
    () => plan.nodes.find((entry) => entry.port !== undefined && has(entry, managerFile)) ?? first,
    directory,
  )
  try {
    const joining = plan.nodes.filter((entry) => !begun.includes(entry))
    if (joining.length > 0) await startJoining(context, connection.client, directory, asked, joining)
    await waitForNodes(context, connection.client, directory, plan.nodes)
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

/** The first that is a manager and has heard from a majority: one that is being demoted just now leaves that to the next. */
async function askManager(
  context: Context,
  find: () => NodeEntry,
  directory: string,
): Promise<{ readonly asked: NodeEntry; readonly connection: Connection }> {
  const deadline = context.clock.monotonicMs() + readyWithinMs
  for (;;) {
    const asked = find()
    const connection = connect(nodeAt(directory, asked.name).socket, context.clock)
    try {
      await connection.client.get('Cluster', 'default')
      return { asked, connection }
    } catch (error) {
      connection.close()
      const isPassing = reasonOf(error) === 'Unavailable' || reasonOf(error) === 'NotLeader'
      if (!isPassing || context.clock.monotonicMs() > deadline) throw error
    }
    await context.clock.sleep(lookAgainMs, context.signal)
  }
}

function isMember(directory: string, { name }: NodeEntry): boolean {
  return existsSync(certificatesOf(nodeAt(directory, name).directory))
}

/** With the executor that is asked for now. A node that runs keeps what it has, and that is said. */
async function withExecutor(directory: string, plan: LocalPlan, { executor, dockerHost }: PlanOptions): Promise<LocalPlan> {
  if ((executor ?? 'auto') === 'auto' && dockerHost === undefined) return plan
  const nodes: NodeEntry[] = []
  for (const entry of plan.nodes) {
    const home = nodeAt(directory, entry.name).directory
    if (lockHolder(home) === undefined)
      nodes.push({ ...entry, ...(executor === undefined ? {} : { executor }), ...(dockerHost === undefined ? {} : { dockerHost }) })
    else {
      const has = await recordedChoice(home)
      const isSame = executor === undefined || executor === 'auto' || executor === has?.executor
      const isSameHost = dockerHost === undefined || (has?.executor === 'docker' && dockerHost === has.dockerHost)
      if (!isSame || !isSameHost)
        throw new CommandError(
          exitCodes.invalid,
          `error: ${entry.name} runs already, with ${has?.executor === 'docker' ? `Docker at ${has.dockerHost}` : 'processes'}, and keeps that while it runs: stop it with \`kit down\`, then \`kit up\` with the other executor`,
        )
      nodes.push(entry)
    }
  }
  return { ...plan, nodes }
}

async function startJoining(
  context: Context,
  client: Client,
  directory: string,
  manager: NodeEntry,
  joining: readonly NodeEntry[],
): Promise<void> {
  const { status } = await client.get('Cluster', 'default')
  if (status.joinTokens === undefined) throw new CommandError(exitCodes.error, `${manager.name} has no tokens to join with; see its log`)
  const tokens = status.joinTokens
  await Promise.all(
    joining.map(async (entry) => {
      const node = nodeAt(directory, entry.name)
      if (lockHolder(node.directory) === undefined) await forgetRemoved(context, client, node)
      const file = joinTokenOf(node)
      await usable(node.directory, () => mkdir(node.directory, { recursive: true, mode: 0o700 }))
      await usable(node.directory, () => writeFile(file, `${tokens[entry.role]}\n`, { mode: 0o600 }))
      try {
        await start(context, directory, entry, ['--join-addr', `${manager.address}:${manager.port}`, '--join-token', `@${file}`])
      } finally {
        await rm(file, { force: true })
      }
    }),
  )
}

/** A node that somebody removed from the cluster joins anew: its volumes stay. */
async function forgetRemoved(context: Context, client: Client, node: LocalNode): Promise<void> {
  const certificate = await loadCertificate(createDisk(), node.directory)
  if (certificate === undefined) return
  try {
    await client.get('Node', certificate.nodeId)
  } catch (error) {
    if (reasonOf(error) !== 'NotFound') throw error
    context.err(`${node.name} was removed from the cluster (as ${certificate.nodeId}): it joins as a new node`)
    await rm(certificatesOf(node.directory), { recursive: true, force: true })
  }
}

/** Starts the daemon unless it runs. Resolves when it answers. */
async function start(context: Context, directory: string, entry: NodeEntry, args: readonly string[]): Promise<void> {
  const node = nodeAt(directory, entry.name)
  if (lockHolder(node.directory) !== undefined) return await waitUntilReady(context, node, () => undefined)
  context.err(`Starting ${entry.name} …`)
  await startNode(context, node, entry, args)
}

function assertSocketPath({ socket }: LocalNode): void {
  if (socket.length <= longestSocketPath) return
  throw new CommandError(exitCodes.invalid, `${socket} is too long for a socket (${longestSocketPath} characters): choose a shorter --dir`)
}

/** Each node has its own where the machine has more than one (Linux), and all the same elsewhere (macOS). */
async function loopbackAddress(at: number): Promise<string> {
  const own = `127.0.0.${at}`
  return (await canListen(own)) ? own : '127.0.0.1'
}

async function canListen(address: string): Promise<boolean> {
  return await freePort(address).then(
    () => true,
    () => false,
  )
}

async function freePort(address: string): Promise<number> {
  const server = createServer().listen(0, address)
  await once(server, 'listening')
  const bound = server.address()
  server.close()
  if (typeof bound !== 'object' || bound === null) throw new Error('a TCP server has a port')
  return bound.port
}

/** Does it, or says what is the matter with the directory. */
async function usable<T>(directory: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use()
  } catch (error) {
    const why = whyUnusable(error)
    throw why === undefined ? error : new CommandError(exitCodes.error, `error: ${directory} ${why}, or choose another with --dir`)
  }
}

/** A worker answers that it is none to ask; whether it is Ready, its manager says. */
async function answers(context: Context, node: LocalNode): Promise<boolean> {
  const { client, close } = connect(node.socket, context.clock)
  try {
    await client.raw({ method: 'GET', path: '/readyz' })
    return true
  } catch (error) {
    if (reasonOf(error) === 'NotLeader') return true // It was demoted where it should be a manager: that is its operator's business.
    if (reasonOf(error) === 'Unavailable') return false
    throw error
  } finally {
    close()
  }
}

/** The daemon outlives us: its own session, its output in a file. Resolves when it answers. */
async function startNode(context: Context, node: LocalNode, entry: NodeEntry, more: readonly string[]): Promise<void> {
  const { role, address, port, executor, dockerHost, labels } = entry
  await usable(node.directory, () => mkdir(node.directory, { recursive: true, mode: 0o700 }))
  const log = await usable(node.directory, () => open(logOf(node), 'a', 0o600))
  await usable(node.directory, () => writeFile(wantedOf(node), '', { mode: 0o600 }))
  const args = [
    '-d',
    node.directory,
    // Should we be killed now, `kit down` must reach also a daemon that has not begun yet.
    '--only-while',
    wantedOf(node),
    '--hostname',
    node.name,
    '--listen-control-api',
    node.socket,
    '--executor',
    executor,
    // What a cluster for trying out publishes, only this machine can reach.
    '--publish-address',
    address,
    ...(dockerHost === undefined ? [] : ['--docker-host', dockerHost]),
    ...labels.flatMap((label) => ['--label', label]),
    // After months in which nothing ran all certificates have expired; the managers are on one machine, and of one person.
    ...(role === 'manager' ? ['--listen-remote-api', `${address}:${port}`, '--accept-expired'] : []),
    ...more,
  ]
  const child = spawn(context.programs.node, [context.programs.kitd, ...args], { detached: true, stdio: ['ignore', log.fd, log.fd] })
  let exited: string | undefined
  child.once('exit', (code, signal) => (exited = signal ?? `exit code ${code}`))
  child.once('error', (error) => (exited = error.message))
  child.unref()
  await log.close()
  await waitUntilReady(context, node, () => exited)
}

/** Resolves when the node answers and has looked at its tasks; `exited` says that its daemon is gone. */
async function waitUntilReady(context: Context, node: LocalNode, exited: () => string | undefined): Promise<void> {
  const logFile = logOf(node)
  const deadline = context.clock.monotonicMs() + readyWithinMs
  while (!(await answers(context, node))) {
    const how = exited()
    // Another `kit up` may have been first with a daemon of its own: then that is the one to wait for.
    if (how !== undefined && lockHolder(node.directory) === undefined)
      throw new CommandError(exitCodes.error, `${node.name} did not start (${how}). The end of ${logFile}:\n${await lastLines(logFile)}`)
    if (context.clock.monotonicMs() > deadline)
      throw new CommandError(exitCodes.timedOut, `${node.name} does not answer after ${readyWithinMs / 1000} s; see ${logFile}`)
    await context.clock.sleep(lookAgainMs, context.signal)
  }
}

/** It may have ended meanwhile. */
function kill(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (errorCodeOf(error) !== 'ESRCH') throw error
  }
}

function logOf(node: LocalNode): string {
  return join(node.directory, 'kitd.log')
}

/** For as long as it takes to start. */
function joinTokenOf(node: LocalNode): string {
  return join(node.directory, 'join-token')
}

/** A daemon that does not find it ends. */
function wantedOf(node: LocalNode): string {
  return join(node.directory, 'wanted')
}

async function lastLines(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text
    .trimEnd()
    .split('\n')
    .slice(-5)
    .map((line) => `  ${line}`)
    .join('\n')
}

async function waitForNodes(context: Context, client: Client, directory: string, nodes: readonly NodeEntry[]): Promise<void> {
  const deadline = context.clock.monotonicMs() + readyWithinMs
  for (;;) {
    const items = await listNodes(client)
    const ready = new Set(items.filter(isInPlace).map(({ status }) => status.description?.hostname))
    const missing = nodes.filter(({ name }) => !ready.has(name)).map(({ name }) => name)
    if (missing.length === 0) {
      for (const { metadata, status } of items)
        if (status.description?.trouble !== undefined)
          context.err(`warning: ${status.description.hostname ?? metadata.name} runs no tasks now: ${status.description.trouble}`)
      return
    }
    for (const name of missing) {
      const node = nodeAt(directory, name)
      if (lockHolder(node.directory) === undefined)
        throw new CommandError(exitCodes.error, `${name} has stopped. The end of ${logOf(node)}:\n${await lastLines(logOf(node))}`)
    }
    if (context.clock.monotonicMs() > deadline) {
      const why = `${missing.join(', ')} not Ready after ${readyWithinMs / 1000} s; \`kit get nodes\` shows all, \`kitd.log\` in the node's directory says more`
      throw new CommandError(exitCodes.timedOut, why)
    }
    await context.clock.sleep(lookAgainMs, context.signal)
  }
}

/** None while no manager leads: those that have just been started look for one another. */
async function listNodes(client: Client): Promise<readonly WireObject<'Node'>[]> {
  try {
    return (await client.list('Node')).items
  } catch (error) {
    if (reasonOf(error) === 'Unavailable') return []
    throw error
  }
}

/** A manager has a say, too, unless somebody has demoted it. */
function isInPlace({ spec, status }: WireObject<'Node'>): boolean {
  const isManager = spec.role === 'Manager'
  return status.state === 'Ready' && (!isManager || (status.manager !== undefined && status.manager.member !== 'Learner'))
}

/** Stops daemons and tasks. Resolves with the names of the nodes that had something to stop. */
export async function stopCluster(context: Context, purge: boolean): Promise<readonly string[]> {
  const directory = resolve(context.localDirectory)
  if (!existsSync(directory)) return []
  return await alone(context, directory, () => stopAll(context, directory, purge))
}

async function stopAll(context: Context, directory: string, purge: boolean): Promise<readonly string[]> {
  const plan = await readPlan(directory)
  // Whoever has lost `cluster.json` must not leave a daemon and its tasks behind either.
  const nodes = plan?.nodes ?? [{ name: 'node-1' }]
  // All at once: a task that ignores its signal takes its grace period, and there may be one on every node.
  const outcomes = await Promise.all(nodes.map(({ name }) => stopNode(context, nodeAt(directory, name))))
  const stopped = nodes.filter((_, at) => outcomes[at] === true).map(({ name }) => name)
  if (purge) await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  return stopped
}

/** Whether something ran. */
async function stopNode(context: Context, node: LocalNode): Promise<boolean> {
  if (!existsSync(node.directory)) return false
  // In this order: the daemon takes its lock first, and then looks.
  await rm(wantedOf(node), { force: true })
  const hadDaemon = await stopDaemon(context, node)
  const tasks = await stopTasks(context, node)
  await rm(joinTokenOf(node), { force: true }) // Of a `kit up` that was killed.
  return hadDaemon || tasks > 0
}

async function stopDaemon(context: Context, node: LocalNode): Promise<boolean> {
  const pid = lockHolder(node.directory)
  if (pid === undefined) return false
  kill(pid, 'SIGTERM')
  const deadline = context.clock.monotonicMs() + stopWithinMs
  while (lockHolder(node.directory) === pid) {
    if (context.clock.monotonicMs() > deadline) kill(pid, 'SIGKILL')
    await context.clock.sleep(lookAgainMs, context.signal)
  }
  return true
}

/** SIGTERM to kitd leaves tasks running; here the person asked for an end. */
async function stopTasks(context: Context, node: LocalNode): Promise<number> {
  const executor = await openRecordedExecutor(node.directory, context.programs)
  const running: string[] = []
  const held = await executor.list()
  for (const task of held) {
    const found = await executor.find(task)
    if (found !== undefined && 'running' in found) running.push(task)
  }
  // The files of processes go with the state directory; containers lie elsewhere, and would stay behind.
  if (executor.name === 'docker') await Promise.all(held.map((task) => executor.remove(task)))
  else await Promise.all(running.map((task) => executor.stop(task, context.signal)))
  await untilNothingRuns(node.directory)
  return running.length
}
