// An engine that a test may kill, stop and start: a dockerd of its own.

import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { projectRoot } from './cluster.ts'

const run = promisify(execFile)
const script = join(projectRoot, '.ci/docker-engine')

export class OwnEngine {
  readonly directory = mkdtempSync(join(tmpdir(), 'kit-engine-'))
  readonly socket = join(this.directory, 'docker.sock')
  readonly host = `unix://${this.socket}`

  readonly #enter: readonly string[]

  /** @param enter what runs a program where the engine shall run, such as `nsenter --net=…`; here without */
  constructor(enter: readonly string[] = []) {
    this.#enter = enter
    chmodSync(this.directory, 0o755) // So that only the mode of the socket decides who may use it.
  }

  /** Also after it was killed, with what it had. */
  async start(...options: readonly string[]): Promise<void> {
    await this.#script('start', ...options)
  }

  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    process.kill(Number(readFileSync(join(this.directory, 'dockerd.pid'), 'utf8')), signal)
  }

  /** With all that it has. */
  async remove(): Promise<void> {
    await this.#script('stop')
  }

  /** All of it is gone from one moment to the next, containers too; its disk stays. */
  async powerOff(): Promise<void> {
    await this.#script('power-off')
  }

  async #script(action: string, ...options: readonly string[]): Promise<void> {
    const [program = '', ...words] = [...this.#enter, script, action, this.directory, ...options]
    await run(program, words)
  }
}

/** Why there can be none, or undefined. */
export function whyNoOwnEngine(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can run an engine'
  return ['/usr/bin/dockerd', '/usr/sbin/dockerd', '/usr/local/bin/dockerd'].some(existsSync) ? undefined : 'dockerd is not installed'
}
