// The cluster on this machine that `kit up` starts and `kit down` stops: one `kitd` process per node, all
// state below one directory. `cluster.json` says which nodes there are; what runs is asked of the nodes.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseJson } from '../agent/frames.ts'
import { reasonOf } from '../api/errors.ts'
import type { Client } from '../client/client.ts'
import { lockHolder } from '../effects/real/directory-lock.ts'
import { whyUnusable } from '../effects/real/unusable-directory.ts'
import { type Connection, connect } from './connect.ts'
import type { Context } from './context.ts'
import { assertEngineAnswers, openRecordedExecutor, recordedChoice } from './executor-choice.ts'
import { CommandError, exitCodes } from './exit.ts'
import type { ExecutorName } from './options.ts'

const firstNode = 'node-1'
/** What a cluster for trying out publishes, only this machine can reach. */
const publishAddress = '127.0.0.1'
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

interface NodeEntry {
  readonly name: string
  readonly executor: ExecutorName
  readonly dockerHost?: string
  readonly labels: readonly string[]
}

interface ClusterFile {
  readonly version: 1
  readonly nodes: readonly NodeEntry[]
}

export interface UpOptions {
  /** When left out: `auto` for a new cluster, and what it has for one that is there. */
  readonly executor?: ExecutorName
  readonly dockerHost?: string
  /** `node-1:key=value` */
  readonly labels: readonly string[]
}

function nodeAt(directory: string, name: string): LocalNode {
  const home = join(resolve(directory), name)
  return { name, directory: home, socket: join(home, 'kit.sock') }
}

async function readCluster(directory: string): Promise<ClusterFile | undefined> {
  const text = await readFile(join(directory, 'cluster.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new CommandError(exitCodes.error, `cannot read ${join(directory, 'cluster.json')}: ${error.message}`)
  })
  if (text === undefined) return undefined
  const value = parseJson(text)
  if (
    typeof value !== 'object' ||
    value === null ||
    !('version' in value) ||
    value.version !== 1 ||
    !('nodes' in value) ||
    !Array.isArray(value.nodes)
  ) {
    throw new CommandError(
      exitCodes.error,
      `${join(directory, 'cluster.json')} is damaged, or of another version of kit. Without it there is one node, node-1, with the options of \`kit up\`: delete it if that is what you had`,
    )
  }
  return { version: 1, nodes: value.nodes }
}

/** Who reads it meanwhile, and who comes back after a power failure, finds all of it or nothing. */
async function writeCluster(directory: string, text: string): Promise<void> {
  const draft = join(directory, `cluster.json.${process.pid}`)
  await writeFile(draft, text, { flush: true })
  await rename(draft, join(directory, 'cluster.json'))
}

/** Starts what is not running and resolves when every node answers and is Ready. */
export async function startCluster(context: Context, options: UpOptions): Promise<Connection> {
  const directory = resolve(context.localDirectory)
  await usable(directory, () => mkdir(directory, { recursive: true, mode: 0o700 }))
  const known = await readCluster(directory)
  const { executor = 'auto', dockerHost } = options
  // A daemon starts without its engine and waits for it; a person who asks for one rather learns that it is not there.
  if (executor === 'docker' && lockHolder(nodeAt(directory, firstNode).directory) === undefined)
    await assertEngineAnswers({ executor, ...hostOf(dockerHost) }, context.env)
  const first: NodeEntry = { name: firstNode, executor, ...hostOf(dockerHost), labels: labelsOf(options.labels, firstNode) }
  const cluster = await withExecutor(directory, known ?? { version: 1, nodes: [first] }, options)
  if (cluster !== known) await usable(directory, () => writeCluster(directory, `${JSON.stringify(cluster, null, 2)}\n`))
  for (const entry of cluster.nodes) {
    const { name } = entry
    const node = nodeAt(directory, name)
    if (node.socket.length > longestSocketPath)
      throw new CommandError(
        exitCodes.invalid,
        `${node.socket} is too long for a socket (${longestSocketPath} characters): choose a shorter --dir`,
      )
    if (lockHolder(node.directory) === undefined) {
      context.err(`Starting ${name} …`)
      await startNode(context, node, entry)
    } else await waitUntilReady(context, node, () => undefined)
  }
  const connection = connect(nodeAt(directory, cluster.nodes[0]?.name ?? firstNode).socket, context.clock)
  await waitForNodes(context, connection.client, cluster.nodes.length)
  return connection
}

function hostOf(dockerHost: string | undefined): { readonly dockerHost?: string } {
  return dockerHost === undefined ? {} : { dockerHost }
}

/** With the executor that is asked for now. A node that runs keeps what it has, and that is said. */
async function withExecutor(directory: string, known: ClusterFile, { executor, dockerHost }: UpOptions): Promise<ClusterFile> {
  if ((executor ?? 'auto') === 'auto' && dockerHost === undefined) return known
  const nodes: NodeEntry[] = []
  for (const entry of known.nodes) {
    const home = nodeAt(directory, entry.name).directory
    if (lockHolder(home) === undefined) nodes.push({ ...entry, ...(executor === undefined ? {} : { executor }), ...hostOf(dockerHost) })
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
  return { ...known, nodes }
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

function labelsOf(labels: readonly string[], node: string): readonly string[] {
  return labels.flatMap((text) => {
    const [, name = '', label = ''] = /^([^:=]+):([^=]+=.*)$/.exec(text) ?? []
    if (name === '') throw new CommandError(exitCodes.invalid, `--label: "${text}" is not NODE:KEY=VALUE, such as node-1:disk=ssd`)
    if (name !== node) throw new CommandError(exitCodes.invalid, `--label: there is no ${name}; the cluster has ${node}`)
    return [label]
  })
}

async function answers(context: Context, node: LocalNode): Promise<boolean> {
  const { client, close } = connect(node.socket, context.clock)
  try {
    await client.raw({ method: 'GET', path: '/readyz' })
    return true
  } catch (error) {
    if (reasonOf(error) === 'Unavailable' || reasonOf(error) === 'NotLeader') return false
    throw error
  } finally {
    close()
  }
}

/** The daemon outlives us: its own session, its output in a file. Resolves when it answers. */
async function startNode(context: Context, node: LocalNode, { executor, dockerHost, labels }: NodeEntry): Promise<void> {
  await usable(node.directory, () => mkdir(node.directory, { recursive: true, mode: 0o700 }))
  const log = await usable(node.directory, () => open(logOf(node), 'a', 0o600))
  const args = [
    '-d',
    node.directory,
    '--hostname',
    node.name,
    '--listen-control-api',
    node.socket,
    '--executor',
    executor,
    '--publish-address',
    publishAddress,
    ...(dockerHost === undefined ? [] : ['--docker-host', dockerHost]),
    ...labels.flatMap((label) => ['--label', label]),
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
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function logOf(node: LocalNode): string {
  return join(node.directory, 'kitd.log')
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

async function waitForNodes(context: Context, client: Client, count: number): Promise<void> {
  const deadline = context.clock.monotonicMs() + readyWithinMs
  for (;;) {
    const { items } = await client.list('Node')
    if (items.filter(({ status }) => status.state === 'Ready').length >= count) {
      for (const { metadata, status } of items)
        if (status.description?.trouble !== undefined)
          context.err(`warning: ${status.description.hostname ?? metadata.name} runs no tasks now: ${status.description.trouble}`)
      return
    }
    if (context.clock.monotonicMs() > deadline)
      throw new CommandError(exitCodes.timedOut, `not all nodes are Ready after ${readyWithinMs / 1000} s; \`kit get nodes\` shows which`)
    await context.clock.sleep(lookAgainMs, context.signal)
  }
}

/** Stops daemons and tasks. Resolves with the names of the nodes that had something to stop. */
export async function stopCluster(context: Context, purge: boolean): Promise<readonly string[]> {
  const directory = resolve(context.localDirectory)
  const cluster = await readCluster(directory)
  const stopped: string[] = []
  // Whoever has lost `cluster.json` must not leave a daemon and its tasks behind either.
  for (const { name } of cluster?.nodes ?? [{ name: firstNode }]) {
    const node = nodeAt(directory, name)
    if (!existsSync(node.directory)) continue
    const daemon = await stopDaemon(context, node)
    const tasks = await stopTasks(context, node)
    if (daemon || tasks > 0) stopped.push(name)
  }
  // A shim that was about to start its task writes its last record while its directory goes.
  if (purge) await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  return stopped
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
    const found = await executor.attach(task)
    if (found !== undefined && 'running' in found) running.push(task)
  }
  // The files of processes go with the state directory; containers lie elsewhere, and would stay behind.
  if (executor.name === 'docker') await Promise.all(held.map((task) => executor.remove(task)))
  else await Promise.all(running.map((task) => executor.stop(task, context.signal)))
  return running.length
}
