// The machines of a guide, on which its commands run word for word: each has its own network, host name, processes, home, and
// `/var/lib/kit` and `/etc/prometheus` that hold nothing yet. They share a working directory: whoever reads "carry the file" has carried it.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually, projectRoot } from './cluster.ts'
import type { Ran } from './recorded.ts'
import { printedBy } from './walkthrough.ts'
import { Wire } from './wire.ts'

/** Its first process. Nothing of what it hides is changed: what is written goes to memory. */
const boot = `set -e
mount -t tmpfs tmpfs "$HOME/memory"
for each in /var/lib /etc; do
  mkdir -p "$HOME/memory$each/upper" "$HOME/memory$each/work"
  mount -t overlay overlay -o "lowerdir=$each,upperdir=$HOME/memory$each/upper,workdir=$HOME/memory$each/work" "$each"
done
for each in /var/lib/kit /etc/prometheus; do mkdir -p "$each"; mount -t tmpfs tmpfs "$each"; done
hostname "$1"
echo booted
sleep infinity & wait`

interface GuideMachine {
  readonly power: ChildProcess
  readonly home: string
  /** What runs a program there. */
  readonly enter: readonly string[]
  exported: string
  daemon?: ChildProcess
}

export class GuideMachines {
  readonly #scratch = mkdtempSync(join(tmpdir(), 'kit-guide-'))
  readonly #wire: Wire
  readonly #names: readonly string[]
  readonly #machines = new Map<string, GuideMachine>()
  #token = ''
  #key = ''

  /** At 10.0.0.1, 10.0.0.2, … */
  constructor(names: readonly string[]) {
    this.#names = names
    this.#wire = new Wire(names.length, '10.0.0')
  }

  async create(): Promise<void> {
    cpSync(join(projectRoot, 'e2e/testdata/guides'), this.#desk, { recursive: true })
    await this.#wire.create()
    await Promise.all(this.#names.map((name, at) => this.#boot(name, at + 1)))
  }

  get #desk(): string {
    return join(this.#scratch, 'desk')
  }

  async #boot(name: string, host: number): Promise<void> {
    const home = join(this.#scratch, name)
    mkdirSync(join(home, 'memory'), { recursive: true })
    const network = this.#wire.enter(host)
    const own = ['unshare', '--mount', '--uts', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', boot, 'sh', name]
    const [program = '', ...args] = [...network, ...own]
    const power = spawn(program, args, { env: { ...process.env, HOME: home }, stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    power.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    const spaces = `/proc/${power.pid}/ns`
    const enter = [...network, `--mount=${spaces}/mnt`, `--uts=${spaces}/uts`, `--pid=${spaces}/pid_for_children`]
    this.#machines.set(name, { power, home, enter, exported: '' })
    await eventually(() => assert.match(said, /booted/))
  }

  /**
   * A `kitd` goes on, in a terminal of its own; the one of before, if any, is stopped first. A token that is left out is the one
   * that was printed last, and who asks for the unlock key gets that.
   */
  async run(command: string, name: string): Promise<Ran> {
    const machine = this.#machines.get(name)
    assert.ok(machine !== undefined, `there is no machine ${name}`)
    if (command.startsWith('export ')) machine.exported += `${command}\n`
    const isDaemon = command.startsWith('kitd ')
    if (isDaemon) await this.#stopDaemon(machine)
    const words = command.replaceAll('SWMTKN-1-…', this.#token)
    const child = this.#start(machine, isDaemon ? `echo $$ > "$HOME/kitd.pid"\nexec ${words}` : words)
    if (isDaemon) machine.daemon = child
    const { output, code } = await printedBy(child, isDaemon)
    this.#token = output.match(/SWMTKN-1-\w+-\w+/)?.[0] ?? this.#token
    this.#key = output.match(/SWMKEY-1-\S+/)?.[0] ?? this.#key
    return { output: output.replaceAll(machine.home, '/home/you').replaceAll(this.#desk, '/home/you'), code }
  }

  #start({ home, enter, exported }: GuideMachine, script: string): ChildProcess {
    const [program = '', ...args] = [...enter, 'sh', '-c', `exec 2>&1\ncd "$DESK"\n${exported}${script}`]
    const child = spawn(program, args, {
      env: {
        ...process.env,
        CI: 'true',
        HOME: home,
        DESK: this.#desk,
        PATH: `${join(projectRoot, 'bin')}:${process.env['PATH']}`,
        DOCKER_HOST: `unix://${home}/no-docker.sock`,
        KIT_SOCKET: undefined,
        SWARM_SOCKET: undefined,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    child.stdin.on('error', () => {}).end(`${this.#key}\n`) // Most end before they have read it.
    return child
  }

  async #stopDaemon(machine: GuideMachine): Promise<void> {
    const { daemon } = machine
    if (daemon === undefined || daemon.exitCode !== null) return
    const ended = once(daemon, 'exit')
    await printedBy(this.#start(machine, 'kill "$(cat "$HOME/kitd.pid")"'), false)
    await ended
  }

  /** Their power is cut: all that runs there ends. */
  async remove(): Promise<void> {
    for (const { power } of this.#machines.values()) {
      const off = once(power, 'exit')
      power.kill('SIGKILL')
      await off
    }
    await this.#wire.remove()
    rmSync(this.#scratch, { recursive: true, force: true, maxRetries: 10 })
  }
}
