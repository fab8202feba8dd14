// The Docker Engine as the executor sees it: the calls that it needs, with plain values in and out, and two
// sorts of trouble. What the engine answered is an EngineError; what it did not answer (away, hanging) is
// an EngineAwayError, and worth another try. dockerode is loaded here only, and only when asked for: it
// costs 100 ms and much memory.

import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { Duplex, Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import type { TaskStats } from '../../api/stats.ts'
import { sendSignal } from '../../effects/real/process-identity.ts'
import { errorCodeOf } from '../../effects/thrown.ts'
import { isRecord, parseJson } from '../frames.ts'
import { refusalKept } from './exec-refusal.ts'
import { type Frame, readFrames } from './log-lines.ts'

/** The engine refused, with the HTTP status and its own words. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Nobody answered, or not in time. */
export class EngineAwayError extends Error {
  override readonly name = 'EngineAwayError'
}

/** What is known of a container: all that kit looks at. */
export interface Container {
  readonly id: string
  readonly phase: 'created' | 'running' | 'ended'
  readonly pid: number
  readonly exitCode: number
  readonly outOfMemory: boolean
  /** ms since 1970. */
  readonly finishedAt: number
  readonly hasTerminal: boolean
  /** Its standard input is kept open. */
  readonly hasInput: boolean
  readonly labels: Readonly<Record<string, string>>
  /** `80/tcp` → port of the node that the engine publishes it on. */
  readonly ports: Readonly<Record<string, number>>
  /** Name of the network → its address there; '' while it does not run. */
  readonly addresses: Readonly<Record<string, string>>
}

export interface HealthConfig {
  readonly test: readonly string[]
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly startPeriodMs: number
  readonly retries: number
}

export interface EngineInfo {
  readonly os: string
  readonly arch: string
  readonly cpus: number
  readonly memoryBytes: number
  readonly version: string
  readonly labels: Readonly<Record<string, string>>
  readonly plugins: readonly { readonly type: 'Volume' | 'Network' | 'Log'; readonly name: string }[]
}

export interface ExecOptions {
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly workingDir?: string | undefined
  readonly user?: string | undefined
  /** Then all output is `stdout`. */
  readonly hasTerminal?: boolean
}

/** What a program that runs in a container is given. */
export interface ExecInputStream {
  /** Resolves when more may be written. */
  write(bytes: Uint8Array): Promise<void>
  /** No more input; output goes on. */
  end(): void
  resize(size: { readonly columns: number; readonly rows: number }): Promise<void>
}

export type CreateOptions = Dockerode.ContainerCreateOptions & { readonly name: string }
export type NetworkOptions = Dockerode.NetworkCreateOptions
export type EndpointOptions = Dockerode.EndpointSettings

/** An engine that has not answered a short call by then hangs. */
const answerLimitMs = 20_000
/** The engine looks for keys that detach in what is typed, and keeps the first one back: who is attached has others, and looks itself. */
const unlikelyKeys = 'ctrl-@,ctrl-^,ctrl-@'

/** `unix:///path` or `tcp://host:port`, as DOCKER_HOST has it. */
export function parseDockerHost(text: string): { readonly socketPath: string } | { readonly host: string; readonly port: number } {
  const [, path] = /^unix:\/\/(\/.+)$/.exec(text) ?? []
  if (path !== undefined) return { socketPath: path }
  const [, host, port] = /^tcp:\/\/([^:/]+|\[[^\]]+\]):(\d+)\/?$/.exec(text) ?? []
  if (host !== undefined) return { host, port: Number(port) }
  throw new Error(`"${text}" is not the address of a Docker engine: use unix:///var/run/docker.sock or tcp://host:port`)
}

/** Rejects unless an engine answers in time. Without dockerode: a node without Docker has no use for it. */
export function pingEngine(host: string, limitMs: number): Promise<void> {
  const away = (how: string): EngineAwayError => new EngineAwayError(`the Docker engine at ${host} does not answer: ${how}`)
  return new Promise((resolve, reject) => {
    const call = request({ ...parseDockerHost(host), path: '/_ping', agent: false, timeout: limitMs }, (answer) => {
      answer.resume()
      if (answer.statusCode === 200) resolve()
      else reject(away(`it says ${answer.statusCode}`))
    })
    call.once('timeout', () => call.destroy(new Error(`nothing within ${limitMs / 1000} s`)))
    call.once('error', (error) => reject(away(explainSilence(error))))
    call.end()
  })
}

export async function openEngine(host: string): Promise<Engine> {
  const address = parseDockerHost(host)
  const { default: Docker } = await import('dockerode')
  return new Engine(new Docker('host' in address ? { ...address, protocol: 'http' } : address), host)
}

export class Engine {
  readonly #docker: Dockerode
  readonly #host: string

  constructor(docker: Dockerode, host: string) {
    this.#docker = docker
    this.#host = host
  }

  async info(): Promise<EngineInfo> {
    return parseInfo(await this.#call(() => this.#docker.info()))
  }

  container(name: string): Promise<Container | undefined> {
    return this.#find(async () => parseContainer(await this.#docker.getContainer(name).inspect()))
  }

  /** Resolves with the warnings of the engine. */
  async createContainer(options: CreateOptions): Promise<readonly string[]> {
    const created: unknown = await this.#call(() => this.#docker.createContainer(options), Number.POSITIVE_INFINITY)
    const answer = isRecord(created) ? (created['Warnings'] ?? created['warnings']) : undefined
    return Array.isArray(answer) ? answer.map(String) : []
  }

  async startContainer(id: string): Promise<void> {
    await this.#call(() => this.#docker.getContainer(id).start(), Number.POSITIVE_INFINITY)
  }

  /** The container's own stop signal and time. It goes on in the engine when nobody waits any more. */
  async stopContainer(id: string): Promise<void> {
    await this.#call(() => this.#docker.getContainer(id).stop(), Number.POSITIVE_INFINITY)
  }

  /** With its anonymous volumes. `force` kills it when it runs. */
  async removeContainer(id: string, force: boolean): Promise<void> {
    await this.#call(() => this.#docker.getContainer(id).remove({ v: true, force }), Number.POSITIVE_INFINITY)
  }

  /** Labels of every container that matches, whatever its state. */
  async containers(filters: Readonly<Record<string, readonly string[]>>): Promise<readonly Readonly<Record<string, string>>[]> {
    const found = await this.#call(() => this.#docker.listContainers({ all: true, filters: JSON.stringify(filters) }))
    return found.map(({ Labels }) => Labels)
  }

  /** What a running container uses: one reading, without the second that the engine takes for its own percentage. */
  async stats(name: string): Promise<Omit<TaskStats, 'task' | 'at'>> {
    const found = await this.#call(() => this.#docker.getContainer(name).stats({ stream: false, 'one-shot': true }))
    const { usage = 0, limit, stats } = found.memory_stats ?? {}
    return {
      cpuMs: (found.cpu_stats?.cpu_usage?.total_usage ?? 0) / 1e6,
      // The engine counts files that the kernel only keeps while there is room, as `docker stats` does not.
      memoryBytes: usage - (stats?.total_inactive_file ?? stats?.inactive_file ?? 0),
      ...(limit === undefined ? {} : { memoryLimitBytes: limit }),
      processes: found.pids_stats?.current ?? 0,
    }
  }

  /** Output with time stamps, as the engine has framed it; plain bytes of a terminal. */
  async *log(
    container: Container,
    options: { readonly follow: boolean; readonly tail?: number; readonly since?: number },
    signal: AbortSignal,
  ): AsyncIterable<Frame> {
    const { follow, tail, since } = options
    const query = {
      stdout: true,
      stderr: true,
      timestamps: true,
      follow,
      ...(tail === undefined ? {} : { tail }),
      ...(since === undefined ? {} : { since: since / 1000 }),
    }
    const stream = await this.#call(() => this.#openStream(`/containers/${container.id}/logs?`, query, signal), answerLimitMs, signal)
    yield* readFrames(bytesOf(stream), container.hasTerminal)
  }

  /** What dockerode gives as one buffer unless it is followed: a log can be larger than memory. */
  #openStream(path: string, query: object, signal: AbortSignal): Promise<unknown> {
    const statusCodes = { 200: true, 404: 'no such container', 500: 'server error' }
    return new Promise((resolve, reject) => {
      this.#docker.modem.dial(
        { path, method: 'GET', isStream: true, options: query, abortSignal: signal, statusCodes },
        (error: unknown, stream: unknown) => (error ? reject(error) : resolve(stream)),
      )
    })
  }

  /**
   * Runs a program inside a running container. Output is read as fast as `output` takes it; `feed` writes what goes
   * in and returns when there is no more. Resolves after all output was given. When aborted, the program is ended where that can be done.
   */
  async exec(
    id: string,
    options: ExecOptions,
    signal: AbortSignal,
    output: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => Promise<void>,
    feed?: (command: ExecInputStream) => Promise<void>,
  ): Promise<{ readonly exitCode: number }> {
    const { command, env = {}, workingDir, user, hasTerminal = false } = options
    const create = {
      Cmd: [...command],
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      AttachStdin: feed !== undefined,
      AttachStdout: true,
      AttachStderr: true,
      Tty: hasTerminal,
      ...(workingDir === undefined ? {} : { WorkingDir: workingDir }),
      ...(user === undefined ? {} : { User: user }),
    }
    const exec = await this.#call(() => this.#docker.getContainer(id).exec(create), answerLimitMs, signal)
    const refusal = refusalKept(output)
    try {
      // Asked for again: what comes is in frames otherwise, terminal or not.
      const start = { Tty: hasTerminal, abortSignal: signal, ...(feed === undefined ? {} : { hijack: true, stdin: true }) }
      const stream = await this.#call(() => exec.start(start), answerLimitMs, signal)
      const close = (): void => void stream.destroy()
      signal.addEventListener('abort', close, { once: true })
      if (feed !== undefined) void feed(inputOf(stream, (size) => exec.resize({ w: size.columns, h: size.rows }))).catch(close)
      const frames = hasTerminal ? rawFrames(bytesOf(stream)) : readFrames(bytesOf(stream), false)
      try {
        for await (const frame of frames) await refusal.take(frame.stream, frame.bytes)
      } finally {
        signal.removeEventListener('abort', close)
      }
      signal.throwIfAborted()
    } catch (error) {
      await this.#killExec(exec, id)
      signal.throwIfAborted()
      throw error
    }
    return { exitCode: await refusal.end(await this.#exitOf(exec)) }
  }

  /**
   * Connects to the standard streams of a container's own program, from now on. As `exec`, but the program goes on when this is
   * aborted. Resolves when the engine closes the connection, as it does when the program has ended.
   */
  async attach(
    { id, hasTerminal }: Container,
    signal: AbortSignal,
    output: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => Promise<void>,
    feed?: (program: ExecInputStream) => Promise<void>,
  ): Promise<void> {
    const container = this.#docker.getContainer(id)
    const streams = { stream: true, stdout: true, stderr: true, logs: false, abortSignal: signal }
    const input = feed === undefined ? {} : { hijack: true, stdin: true, detachKeys: unlikelyKeys }
    const stream: unknown = await this.#call(() => container.attach({ ...streams, ...input }), answerLimitMs, signal)
    if (!(stream instanceof Readable)) throw new Error('the Docker engine answered without a stream')
    const close = (): void => void stream.destroy()
    signal.addEventListener('abort', close, { once: true })
    if (feed !== undefined && stream instanceof Duplex)
      void feed(inputOf(stream, (size) => container.resize({ w: size.columns, h: size.rows }))).catch(close)
    try {
      const frames = hasTerminal ? rawFrames(bytesOf(stream)) : readFrames(bytesOf(stream), false)
      for await (const frame of frames) await output(frame.stream, frame.bytes)
      signal.throwIfAborted()
    } catch (error) {
      signal.throwIfAborted()
      throw error
    } finally {
      signal.removeEventListener('abort', close)
      stream.destroy()
    }
  }

  /** The stream may end a moment before the engine knows how the program did. */
  async #exitOf(exec: Dockerode.Exec): Promise<number> {
    for (;;) {
      const { Running, ExitCode } = await this.#call(() => exec.inspect())
      if (!Running) return ExitCode ?? -1
      await sleep(20)
    }
  }

  /**
   * The engine has no call to end a program that it executes. Where its processes are this machine's, the
   * program is killed; whether a process belongs to the container is asked first, ids are used again.
   */
  async #killExec(exec: Dockerode.Exec, container: string): Promise<void> {
    // One that was given up while it began has no process yet, and has one a moment later, or never.
    for (let looks = 0; looks < 50; looks += 1) {
      const found = await this.#call(() => exec.inspect(), answerLimitMs).catch(() => undefined)
      if (found === undefined || found.ExitCode !== null) return
      if (found.Pid > 0) return killInContainer(found.Pid, container)
      await sleep(20)
    }
  }

  /** Every change of the containers that carry a label: the labels of the changed one. Begins with `undefined` once it listens. */
  async *changes(label: string, signal: AbortSignal): AsyncIterable<Readonly<Record<string, string>> | undefined> {
    const filters = JSON.stringify({ type: ['container'], label: [label], event: ['start', 'die', 'destroy'] })
    const stream = await this.#call(() => this.#docker.getEvents({ filters, abortSignal: signal }), answerLimitMs, signal)
    yield undefined
    for await (const event of jsonLines(bytesOf(stream))) {
      const actor = isRecord(event) ? event['Actor'] : undefined
      const attributes = isRecord(actor) ? actor['Attributes'] : undefined
      if (isRecord(attributes)) yield textsOf(attributes)
    }
  }

  /** The image as this engine has it, with its own health check. */
  image(reference: string): Promise<{ readonly healthCheck?: HealthConfig } | undefined> {
    return this.#find(async () => {
      const { Config } = await this.#docker.getImage(reference).inspect()
      const healthCheck = parseHealth(Reflect.get(Config ?? {}, 'Healthcheck'))
      return healthCheck === undefined ? {} : { healthCheck }
    })
  }

  /** Fetches an image; yields what the engine says on the way. @param auth base64 JSON as in X-Registry-Auth */
  async *pull(reference: string, auth: string | undefined, signal: AbortSignal): AsyncIterable<Readonly<Record<string, unknown>>> {
    const options = { fromImage: reference, abortSignal: signal }
    const stream = await this.#call(
      () => (auth === undefined ? this.#docker.createImage(options) : this.#docker.createImage({ base64: padded(auth) }, options)),
      Number.POSITIVE_INFINITY,
      signal,
    )
    for await (const line of jsonLines(bytesOf(stream))) {
      if (!isRecord(line)) continue
      if (typeof line['error'] === 'string') throw new EngineError(502, line['error'])
      yield line
    }
  }

  /** The labels of a network, by its name. */
  network(name: string): Promise<Readonly<Record<string, string>> | undefined> {
    return this.#find(async () => textsOf((await this.#docker.getNetwork(name).inspect()).Labels ?? {}))
  }

  /** The networks that match, the oldest first. A name that is looked for may be a part of theirs. */
  async networks(filters: Readonly<Record<string, readonly string[]>>): Promise<readonly { readonly name: string; readonly id: string }[]> {
    const found = await this.#call(() => this.#docker.listNetworks({ filters: JSON.stringify(filters) }))
    return found.toSorted((a, b) => Date.parse(a.Created) - Date.parse(b.Created)).map(({ Name, Id }) => ({ name: Name, id: Id }))
  }

  async createNetwork(options: NetworkOptions): Promise<void> {
    await this.#call(() => this.#docker.createNetwork(options))
  }

  async connectNetwork(name: string, container: string, endpoint: EndpointOptions): Promise<void> {
    await this.#call(() => this.#docker.getNetwork(name).connect({ Container: container, EndpointConfig: endpoint }))
  }

  /** By name or id. */
  async removeNetwork(network: string): Promise<void> {
    await this.#call(() => this.#docker.getNetwork(network).remove())
  }

  /** `undefined` for what the engine does not know. */
  async #find<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#call(work)
    } catch (error) {
      if (error instanceof EngineError && error.status === 404) return undefined
      throw error
    }
  }

  async #call<T>(work: () => Promise<T>, limitMs = answerLimitMs, signal?: AbortSignal): Promise<T> {
    const done = new AbortController()
    try {
      if (limitMs === Number.POSITIVE_INFINITY) return await work()
      const late = sleep(limitMs, undefined, { signal: done.signal, ref: false }).then(() => {
        throw new EngineAwayError(`the Docker engine at ${this.#host} did not answer within ${limitMs / 1000} s`)
      })
      return await Promise.race([work(), late])
    } catch (error) {
      signal?.throwIfAborted()
      throw this.#troubleOf(error)
    } finally {
      done.abort()
    }
  }

  #troubleOf(error: unknown): Error {
    if (error instanceof EngineAwayError) return error
    if (!(error instanceof Error)) return new Error(String(error))
    const status: unknown = Reflect.get(error, 'statusCode')
    if (typeof status !== 'number')
      return new EngineAwayError(`the Docker engine at ${this.#host} does not answer: ${explainSilence(error)}`, { cause: error })
    const answer: unknown = Reflect.get(error, 'json')
    const message = isRecord(answer) && typeof answer['message'] === 'string' ? answer['message'] : error.message
    return new EngineError(status, message.replace(/^\(HTTP code \d+\) [\w ]+ - /, '').trim())
  }
}

function explainSilence(error: Error): string {
  const isForbidden = errorCodeOf(error) === 'EACCES'
  return isForbidden ? 'this user may not use its socket: add it to the group of the socket, usually docker' : error.message
}

/** Programs that run in a container have its id in the path of their control group. */
function killInContainer(pid: number, container: string): void {
  try {
    if (readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(container)) sendSignal(pid, 'SIGKILL')
  } catch {
    // It has ended, or runs on another machine.
  }
}

/** The engine ignores credentials that are not base64 with the URL alphabet and with its padding. */
function padded(auth: string): string {
  return Buffer.from(auth, 'base64').toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}

async function* bytesOf(stream: unknown): AsyncIterable<Uint8Array> {
  if (!isStream(stream)) throw new Error('the Docker engine answered without a stream')
  for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk
}

async function* rawFrames(source: AsyncIterable<Uint8Array>): AsyncIterable<Frame> {
  for await (const bytes of source) yield { stream: 'stdout', bytes }
}

function inputOf(stream: Duplex, resize: (size: { readonly columns: number; readonly rows: number }) => Promise<unknown>): ExecInputStream {
  stream.on('error', () => {}) // Whoever reads it learns of it.
  return {
    write: (bytes) => new Promise((resolve) => void (stream.writable ? stream.write(bytes, () => resolve()) : resolve())),
    end: () => void stream.end(),
    resize: async (size) => void (await resize(size).catch(() => undefined)), // It has ended: nobody sees its size.
  }
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

async function* jsonLines(source: AsyncIterable<Uint8Array>): AsyncIterable<unknown> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of source) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') yield parseJson(line)
  }
  if (rest.trim() !== '') yield parseJson(rest)
}

function parseContainer(found: Dockerode.ContainerInspectInfo): Container {
  const { State, Config, HostConfig, NetworkSettings } = found
  const finishedAt = Date.parse(State.FinishedAt)
  return {
    id: found.Id,
    phase: State.Running || State.Paused || State.Restarting ? 'running' : State.Status === 'created' ? 'created' : 'ended',
    pid: State.Pid,
    exitCode: State.ExitCode,
    outOfMemory: State.OOMKilled,
    finishedAt: Number.isNaN(finishedAt) ? 0 : finishedAt,
    hasTerminal: Config.Tty,
    hasInput: Config.OpenStdin,
    labels: Config.Labels ?? {},
    ports: parseBindings(HostConfig.PortBindings),
    addresses: Object.fromEntries(
      Object.entries(NetworkSettings.Networks ?? {}).map(([name, { IPAddress, GlobalIPv6Address }]) => [
        name,
        IPAddress || GlobalIPv6Address || '',
      ]),
    ),
  }
}

function parseBindings(bindings: unknown): Readonly<Record<string, number>> {
  if (!isRecord(bindings)) return {}
  const ports = Object.entries(bindings).flatMap(([port, hosts]) => {
    const [first] = Array.isArray(hosts) ? hosts : []
    return isRecord(first) ? [[port, Number(first['HostPort'])] as const] : []
  })
  return Object.fromEntries(ports)
}

function parseInfo(info: unknown): EngineInfo {
  if (!isRecord(info)) throw new Error('the Docker engine describes itself in a way that kit does not understand')
  const plugins = isRecord(info['Plugins']) ? info['Plugins'] : {}
  const labels = listOf(info['Labels']).map((label): [string, string] => {
    const at = label.indexOf('=')
    return at < 0 ? [label, ''] : [label.slice(0, at), label.slice(at + 1)]
  })
  return {
    os: String(info['OSType'] ?? ''),
    arch: String(info['Architecture'] ?? ''),
    cpus: Number(info['NCPU'] ?? 0),
    memoryBytes: Number(info['MemTotal'] ?? 0),
    version: String(info['ServerVersion'] ?? ''),
    labels: Object.fromEntries(labels),
    plugins: (['Volume', 'Network', 'Log'] as const).flatMap((type) =>
      listOf(plugins[type])
        .toSorted()
        .map((name) => ({ type, name })),
    ),
  }
}

function parseHealth(value: unknown): HealthConfig | undefined {
  if (!isRecord(value)) return undefined
  const test = listOf(value['Test'])
  if (test.length === 0) return undefined
  const ms = (key: string): number => Math.round(Number(value[key] ?? 0) / 1e6)
  return {
    test,
    intervalMs: ms('Interval'),
    timeoutMs: ms('Timeout'),
    startPeriodMs: ms('StartPeriod'),
    retries: Number(value['Retries'] ?? 0),
  }
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function textsOf(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]))
}
