// A machine of a cluster: a `kitd` that is started by hand, as it is on machines of their own. Several of them run on one
// machine, each in a directory of its own, on loopback addresses or in network namespaces.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type Cluster, eventually, isAlive, projectRoot } from './cluster.ts'

export interface MachineOptions {
  /** What runs a program there, such as `nsenter --net=…`. */
  readonly enter?: readonly string[]
  /** Of its daemon, beside that of the test. */
  readonly environment?: Readonly<Record<string, string>>
}

export class Machine {
  readonly name: string
  /** For `kit --dir`. */
  readonly home: string
  /** The state of its node. */
  readonly directory: string
  readonly #cluster: Cluster
  readonly #options: MachineOptions
  #child: ChildProcess | undefined
  #text = ''

  /** The manager is the one that the commands of `cluster` ask. */
  constructor(cluster: Cluster, name: string, role: 'manager' | 'worker', options: MachineOptions = {}) {
    this.name = name
    this.home = role === 'manager' ? cluster.directory : join(cluster.home, name)
    this.directory = join(this.home, 'node-1')
    this.#cluster = cluster
    this.#options = options
    cluster.printed.set(name, () => this.#text)
  }

  /** All that its daemons have printed since the last start. */
  get text(): string {
    return this.#text
  }

  /** Of its daemon, while it runs. */
  get pid(): number | undefined {
    const { pid, exitCode, signalCode } = this.#child ?? {}
    return exitCode === null && signalCode === null ? pid : undefined
  }

  /** Resolves once it is ready, with undefined, or has ended, with its exit code. */
  async start(...args: readonly string[]): Promise<number | undefined> {
    const { enter = [], environment } = this.#options
    const kitd = [join(projectRoot, 'bin/kitd'), '-d', this.directory, '--hostname', this.name]
    const [program = '', ...words] = [...enter, ...kitd, ...args]
    const child = spawn(program, words, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    this.#text = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => (this.#text += part))
    const closed = once(child, 'close')
    const isReady = (): boolean => /^ready /m.test(this.#text)
    await Promise.race([
      closed,
      eventually(() => {
        if (!isReady()) throw new Error(`${this.name} is not ready: ${this.#text}`)
      }),
    ])
    return isReady() ? undefined : (child.exitCode ?? -1)
  }

  /** Ends the daemon; tasks run on. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const { pid } = this
    if (pid === undefined) return
    process.kill(pid, signal)
    await eventually(() => {
      if (isAlive(pid)) throw new Error(`the daemon of ${this.name} does not end`)
    })
  }

  /** With its tasks and files. */
  async remove(): Promise<void> {
    await this.#cluster.kit('--dir', this.home, 'down', '--purge')
  }
}
