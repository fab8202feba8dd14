// Runs tasks as containers of a Docker Engine (20.10 or newer). The engine remembers everything: a container
// is found again by its name, which is its task's, after any death of the agent or of the engine; this
// file keeps nothing that a restart would miss. Read next: container-options.ts for what a container is
// made of, container-files.ts for its secrets and configs, container-watch.ts for how its end is noticed,
// engine.ts for the calls.
//
// What the engine answers is final: a task that it refuses is rejected or failed, and the restart policy
// decides what follows, perhaps on another node. What it does not answer is tried again.

import { availableParallelism, machine as machineName, platform, totalmem } from 'node:os'
import { formatDuration } from '../../api/duration.ts'
import type { AttachRequest, ExecExit, ExecRequest } from '../../api/exec.ts'
import type { Assignment } from '../../api/session.ts'
import type { TaskStats } from '../../api/stats.ts'
import { bootId } from '../../effects/real/process-identity.ts'
import {
  type ExecInput,
  type ExecOutput,
  type Executor,
  type Exit,
  execExitOf,
  FatalTaskError,
  type NodeFacts,
  type Notice,
  type TaskFile,
  type TaskHandle,
  type TaskToRun,
} from '../executor.ts'
import { forward } from '../proxy/forward.ts'
import { ContainerFiles } from './container-files.ts'
import { attachmentsOf, containerOptions, imageOf, labels, type Owner, ownHealthCheck } from './container-options.ts'
import { ContainerWatch } from './container-watch.ts'
import { type Container, type Engine, EngineAwayError, EngineError, type ExecInputStream, openEngine } from './engine.ts'
import { exitOf } from './exit.ts'
import { Images } from './images.ts'
import { readLines } from './log-lines.ts'
import { Networks } from './networks.ts'
import { SharedWork, untilAborted } from './shared-work.ts'

type Description = Awaited<ReturnType<Executor['describe']>>

export interface DockerExecutorOptions extends Owner {
  /** As DOCKER_HOST. */
  readonly host: string
  /** Where memory-backed file systems may be mounted. */
  readonly memoryRoots?: readonly string[]
  /** Differs after each start of the machine. */
  readonly boot?: string
}

/** Output of a health test that is kept, for people. */
const maxOutputBytes = 4096
/** 128 and the number of SIGKILL. */
const killedExitCode = 137
/** A command that was killed may have been killed with its container: that shows within this time. */
const noticeLimitMs = 1_000
/** From the end of a container's output to its own. Later, the engine has only closed the connection. */
const endLimitMs = 10_000
/** The engine keeps a megabyte for each who is attached, and makes the program wait then: for ever if nobody takes it. */
const takeLimitMs = 60_000
const never = new AbortController().signal

export async function createDockerExecutor(options: DockerExecutorOptions): Promise<Executor> {
  const executor = new DockerExecutor(await openEngine(options.host), options)
  await executor.dropLeftBehind()
  return executor
}

class DockerExecutor implements Executor {
  readonly name = 'docker'
  readonly #engine: Engine
  readonly #owner: Owner
  readonly #boot: string
  readonly #images: Images
  readonly #networks: Networks
  readonly #files: ContainerFiles
  readonly #watch: ContainerWatch
  readonly #starts = new SharedWork<TaskHandle>()
  readonly #stops = new SharedWork<void>()
  /** Tasks whose containers were seen: one that is not there any more was removed by somebody else. */
  readonly #seen = new Set<string>()
  #description: Description | undefined

  constructor(engine: Engine, { nodeId, clusterId, memoryRoots, boot = bootId() }: DockerExecutorOptions) {
    this.#engine = engine
    this.#owner = { nodeId, clusterId }
    this.#boot = boot
    this.#images = new Images(engine)
    this.#networks = new Networks(engine, this.#owner)
    this.#files = new ContainerFiles(nodeId, memoryRoots)
    this.#watch = new ContainerWatch(engine, nodeId)
  }

  /**
   * Files of containers that ended while no agent ran, and of those that have not started: they are written
   * anew then. While the engine is away they stay until it tells how their containers are. And networks that were made
   * for a container which came to nothing when the agent died.
   */
  async dropLeftBehind(): Promise<void> {
    const dropUnlessRunning = async (task: string): Promise<void> => {
      try {
        if ((await this.#containerOf(task))?.phase !== 'running') this.#files.drop(task)
      } catch (error) {
        if (error instanceof FatalTaskError) this.#files.drop(task)
      }
    }
    await Promise.all([...this.#files.tasks().map(dropUnlessRunning), this.#networks.releaseUnused().catch(() => {})])
  }

  /** An engine that is away for a while takes nothing from what the node has; one that never answered may have what this machine has. */
  async describe(): Promise<Description> {
    try {
      const { os, arch, cpus, memoryBytes, version, labels: engineLabels, plugins } = await this.#engine.info()
      const engine = { version, labels: engineLabels, plugins }
      this.#description = { platform: { os, arch }, resources: { cpus, memoryBytes }, engine }
      return this.#description
    } catch (error) {
      if (!(error instanceof EngineAwayError) && !(error instanceof EngineError)) throw error
      const machine = {
        platform: { os: platform(), arch: machineName() },
        resources: { cpus: availableParallelism(), memoryBytes: totalmem() },
      }
      return { ...(this.#description ?? machine), trouble: error.message }
    }
  }

  async prepare(task: TaskToRun, node: NodeFacts, signal: AbortSignal, report?: (message: string) => void): Promise<readonly Notice[]> {
    const { template, files = [] } = task
    this.#files.assertPossible(files)
    const attachments = attachmentsOf(task, this.#owner)
    try {
      return await refusedForGood(() =>
        this.#networks.hold(attachments, async () => {
          const image = await untilAborted(this.#images.ensure(imageOf(template), template.registryAuth, signal, report), signal)
          const options = containerOptions(task, node, { ...this.#owner, boot: this.#boot }, image, this.#files.mountsOf(task.task, files))
          await untilAborted(this.#networks.ensure(attachments), signal)
          const warnings =
            (await this.#containerOf(task.task)) === undefined ? await untilAborted(this.#create(options, files), signal) : []
          const container = await this.#containerOf(task.task)
          if (container === undefined) throw new Error('its container is gone right after it was created')
          if (container.phase === 'created') await this.#networks.attach(container, attachments)
          return warnings.map((message) => ({ level: 'Warning', reason: 'EngineWarning', message }))
        }),
      )
    } catch (error) {
      // Without a container nothing else would remove the networks that were made for it.
      const released = this.#networks.release(attachments.map(({ name }) => name)).catch(() => {})
      if (!signal.aborted && !(error instanceof EngineAwayError)) await released
      throw error
    }
  }

  start(task: TaskToRun, _node: NodeFacts, signal: AbortSignal): Promise<TaskHandle> {
    return this.#starts.join(task.task, signal, () => this.#start(task))
  }

  async find(taskName: string): Promise<{ readonly running: TaskHandle } | { readonly ended: Exit } | undefined> {
    const container = await this.#containerOf(taskName)
    if (container === undefined || container.phase === 'created') return undefined
    return container.phase === 'ended' ? { ended: exitOf(container, this.#boot) } : { running: handleOf(container) }
  }

  wait(task: Assignment, signal: AbortSignal): Promise<Exit> {
    const probe = async (): Promise<Exit | undefined> => {
      const container = await this.#containerOf(task.task)
      if (container?.phase === 'ended') return exitOf(container, this.#boot)
      if (container !== undefined || !this.#seen.has(task.task)) return undefined
      this.#files.drop(task.task)
      return { reason: 'its container was removed', nodeFault: 'Lost', at: Date.now() }
    }
    return this.#watch.untilFound(task.task, probe, signal)
  }

  async check(task: Assignment, test: readonly string[], timeoutMs: number, signal: AbortSignal): ReturnType<Executor['check']> {
    const [kind, ...words] = test
    const command = kind === 'CMD-SHELL' ? ['/bin/sh', '-c', words.join(' ')] : kind === 'CMD' ? words : test
    const container = await this.#containerOf(task.task)
    if (container?.phase !== 'running') throw new Error('the container does not run')
    let output = Buffer.alloc(0)
    const limit = AbortSignal.timeout(timeoutMs)
    const add = async (_: string, bytes: Uint8Array): Promise<void> => {
      if (output.length < maxOutputBytes) output = Buffer.concat([output, bytes]).subarray(0, maxOutputBytes)
    }
    try {
      const { exitCode } = await this.#engine.exec(container.id, { command }, AbortSignal.any([signal, limit]), add)
      return { healthy: exitCode === 0, output: output.toString('utf8').trim() }
    } catch (error) {
      signal.throwIfAborted()
      if (!limit.aborted) throw error
      return { healthy: false, output: `${output.toString('utf8').trim()}\ntook longer than ${formatDuration(timeoutMs)}`.trim() }
    }
  }

  async exec(taskName: string, request: ExecRequest, input: ExecInput, output: ExecOutput, signal: AbortSignal): Promise<ExecExit> {
    const container = await this.#containerOf(taskName)
    if (container?.phase !== 'running') throw new FatalTaskError('its container does not run')
    const { tty, stdin = false, ...options } = request
    const feed = async (command: ExecInputStream): Promise<void> => {
      if (tty !== undefined) await command.resize(tty)
      await give(input, command)
      command.end()
    }
    const run = { ...options, hasTerminal: tty !== undefined }
    const outcome = await refusedForGood(() =>
      this.#engine.exec(container.id, run, signal, output, stdin || tty !== undefined ? feed : undefined),
    )
      .then((exit) => ({ exit }))
      .catch((error: unknown) => ({ error }))
    signal.throwIfAborted()
    // With a container its commands end, too, in one of many ways, none of which says more than this.
    const mayHaveEnded = 'error' in outcome || outcome.exit.exitCode === killedExitCode
    if (await this.#hasEnded(taskName, mayHaveEnded ? noticeLimitMs : 0)) throw new FatalTaskError('its container has ended')
    if ('error' in outcome) throw outcome.error
    return outcome.exit
  }

  async attach(taskName: string, request: AttachRequest, input: ExecInput, output: ExecOutput, signal: AbortSignal): Promise<ExecExit> {
    const container = await this.#containerOf(taskName)
    if (container?.phase !== 'running') throw new FatalTaskError('its container does not run')
    const { tty, stdin = false } = request
    if (stdin && !container.hasInput)
      throw new FatalTaskError(
        `task "${taskName}" has no open standard input: set \`stdin_open: true\` in its service (stdinOpen), or leave out --stdin`,
      )
    if (tty !== undefined && !container.hasTerminal)
      throw new FatalTaskError(`task "${taskName}" has no terminal: set \`tty: true\` in its service, or leave out --tty`)
    const feed = async (program: ExecInputStream): Promise<void> => {
      if (tty !== undefined) {
        // A size that is new makes programs draw what is on their screen: whoever comes sees it.
        await program.resize({ ...tty, rows: tty.rows + 1 })
        await program.resize(tty)
      }
      await give(input, program)
    }
    const taken: ExecOutput = (stream, bytes) => withinTakeLimit(output(stream, bytes))
    await refusedForGood(() => this.#engine.attach(container, signal, taken, stdin || tty !== undefined ? feed : undefined))
    const exit = async (): Promise<Exit | undefined> => {
      const found = await this.find(taskName)
      return found !== undefined && 'ended' in found ? found.ended : undefined
    }
    const limit = AbortSignal.any([signal, AbortSignal.timeout(endLimitMs)])
    return execExitOf(
      await this.#watch.untilFound(taskName, exit, limit).catch((error: unknown) => {
        signal.throwIfAborted()
        throw new Error('the Docker engine closed the connection to the program, which may go on', { cause: error })
      }),
    )
  }

  async forward(taskName: string, port: number, input: ExecInput, output: ExecOutput, signal: AbortSignal): Promise<void> {
    const container = await this.#containerOf(taskName)
    if (container?.phase !== 'running') throw new FatalTaskError('its container does not run')
    const host = addressOf(container)
    if (host === undefined) throw new FatalTaskError('its container has no address of its own: it uses the network of the machine, or none')
    await forward({ host, port }, input, output, signal)
  }

  /** The engine notices the end of a container a moment after that of the commands in it. */
  async #hasEnded(taskName: string, waitMs: number): Promise<boolean> {
    const probe = async (): Promise<true | undefined> => ((await this.#containerOf(taskName))?.phase === 'running' ? undefined : true)
    if (waitMs === 0) return (await probe()) === true
    return await this.#watch.untilFound(taskName, probe, AbortSignal.timeout(waitMs)).catch(() => false)
  }

  stop(taskName: string, signal: AbortSignal): Promise<void> {
    return this.#stops.join(taskName, signal, () => this.#stop(taskName))
  }

  async remove(taskName: string): Promise<void> {
    const container = await this.#containerOf(taskName)
    if (container !== undefined) {
      await this.stop(taskName, never)
      await this.#removeContainer(container, true)
    }
    this.#files.drop(taskName)
    this.#seen.delete(taskName)
  }

  async list(): Promise<readonly string[]> {
    const containers = await this.#engine.containers({ label: [`${labels.node}=${this.#owner.nodeId}`] })
    return [...new Set([...containers.flatMap((found) => found[labels.task] ?? []), ...this.#files.tasks()])].toSorted()
  }

  async stats(): Promise<readonly TaskStats[]> {
    const read = async (task: string): Promise<readonly TaskStats[]> => {
      try {
        if ((await this.#containerOf(task))?.phase !== 'running') return []
        return [{ task, at: Date.now(), ...(await this.#engine.stats(task)) }]
      } catch (error) {
        if (error instanceof EngineAwayError) throw error
        return [] // It has ended meanwhile.
      }
    }
    return (await Promise.all((await this.list()).map(read))).flat()
  }

  async *logs(taskName: string, options: Parameters<Executor['logs']>[1], signal: AbortSignal): ReturnType<Executor['logs']> {
    const { follow = false, ...range } = options
    try {
      const container = follow ? await this.#onceStarted(taskName, signal) : await this.#containerOf(taskName)
      if (container === undefined) return
      for await (const line of readLines(taskName, this.#engine.log(container, { follow, ...range }, signal))) {
        if (signal.aborted) return
        // The engine compares to the nanosecond, and rounds what it is asked for.
        if (options.since === undefined || line.at >= options.since) yield line
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  /** The container of a task of this node; once it has ended, its files are gone. Throws FatalTaskError when the name is somebody else's. */
  async #containerOf(taskName: string): Promise<Container | undefined> {
    const container = await this.#engine.container(taskName)
    if (container === undefined) return undefined
    if (container.labels[labels.task] !== taskName || container.labels[labels.node] !== this.#owner.nodeId)
      throw new FatalTaskError(`a container that is not this node's has the name ${taskName}`)
    this.#seen.add(taskName)
    if (container.phase === 'ended') this.#files.drop(taskName)
    return container
  }

  /** Two that create at once make one container: the engine gives the name once. */
  async #create(options: ReturnType<typeof containerOptions>, files: readonly TaskFile[]): Promise<readonly string[]> {
    try {
      this.#files.write(options.name, files)
      return await this.#engine.createContainer(options)
    } catch (error) {
      const isTaken = error instanceof EngineError && error.status === 409
      if (isTaken && (await this.#containerOf(options.name).catch(() => undefined)) !== undefined) return []
      this.#files.drop(options.name) // Whoever tries again writes them again.
      const explanation = error instanceof EngineError ? this.#files.explainUnseen(options.name, error.message) : undefined
      if (explanation !== undefined) throw new FatalTaskError(explanation, { cause: error })
      throw error
    }
  }

  /**
   * Only what was never started is started: the engine would start an ended container again. Callers share
   * one start, and it is not cut off when they give up: nobody could say then whether it took place.
   */
  async #start(task: TaskToRun): Promise<TaskHandle> {
    const container = await this.#containerOf(task.task)
    if (container === undefined)
      throw new FatalTaskError('its container is gone: it was stopped before it started, or removed', { nodeFault: 'Lost' })
    if (container.phase === 'created') await refusedForGood(() => this.#startCreated(container, task))
    const started = await this.#containerOf(task.task)
    if (started === undefined) this.#files.drop(task.task) // Somebody removed it meanwhile.
    return handleOf(started ?? container)
  }

  async #startCreated({ id }: Container, task: TaskToRun): Promise<void> {
    const attachments = attachmentsOf(task, this.#owner)
    await this.#networks.hold(attachments, async () => {
      await this.#networks.ensure(attachments) // Somebody may have cleaned up meanwhile.
      this.#files.write(task.task, task.files ?? [])
      try {
        await this.#engine.startContainer(id).catch(unlessGone)
      } catch (error) {
        if (error instanceof EngineError) this.#files.drop(task.task)
        throw error
      }
    })
  }

  async #stop(taskName: string): Promise<void> {
    await this.#end(taskName)
    this.#files.drop(taskName)
  }

  /** A container that has not started is removed, so that it never will. The engine refuses that when it has started meanwhile. */
  async #end(taskName: string): Promise<void> {
    let container = await this.#containerOf(taskName)
    if (container?.phase === 'created') {
      if (await this.#removeContainer(container, false)) return
      container = await this.#containerOf(taskName)
    }
    if (container?.phase === 'running') await this.#engine.stopContainer(container.id).catch(unlessGone)
  }

  /** False when the engine refuses, since it runs. */
  async #removeContainer({ id, addresses }: Container, force: boolean): Promise<boolean> {
    try {
      await this.#engine.removeContainer(id, force)
    } catch (error) {
      if (!force && error instanceof EngineError && error.status === 409) return false
      unlessGone(error)
    }
    await this.#networks.release(Object.keys(addresses))
    return true
  }

  #onceStarted(taskName: string, signal: AbortSignal): Promise<Container | undefined> {
    const probe = async (): Promise<{ readonly container: Container | undefined } | undefined> => {
      const container = await this.#containerOf(taskName)
      return container?.phase === 'created' ? undefined : { container }
    }
    return this.#watch.untilFound(taskName, probe, signal).then(({ container }) => container)
  }
}

function addressOf({ addresses }: Pick<Container, 'addresses'>): string | undefined {
  return Object.values(addresses).find((one) => one !== '')
}

function handleOf({ id, pid, ports, addresses, labels: containerLabels }: Container): TaskHandle {
  const address = addressOf({ addresses })
  const healthCheck = ownHealthCheck(containerLabels)
  return {
    containerId: id,
    ...(pid === 0 ? {} : { pid }),
    ...(Object.keys(ports).length === 0 ? {} : { ports }),
    ...(address === undefined ? {} : { address }),
    ...(healthCheck === undefined ? {} : { healthCheck }),
  }
}

async function give(input: ExecInput, stream: ExecInputStream): Promise<void> {
  for await (const piece of input) await (piece.type === 'stdin' ? stream.write(piece.bytes) : stream.resize(piece))
}

async function withinTakeLimit(taken: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const late = (): void => reject(new FatalTaskError(`nobody took what its program wrote for ${formatDuration(takeLimitMs)}; it goes on`))
  const timer = setTimeout(late, takeLimitMs)
  try {
    await Promise.race([taken, promise])
  } finally {
    clearTimeout(timer)
  }
}

/** What the engine refuses stays refused. */
async function refusedForGood<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof EngineError) throw new FatalTaskError(error.message, { cause: error })
    throw error
  }
}

/** It is gone, or as it should be already. */
function unlessGone(error: unknown): void {
  if (!(error instanceof EngineError) || (error.status !== 404 && error.status !== 304)) throw error
}
