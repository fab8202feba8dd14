// A cluster for one test file, driven as a person would: the built `bin/kit`, its output and its exit
// codes. Nothing of what kit is built from is imported here or in the tests.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { type IPty, spawn as spawnInTerminal } from '@lydell/node-pty'

export const projectRoot = join(import.meta.dirname, '..')
const program = join(projectRoot, 'bin/kit')
/** A promise of kit that is not kept within this time is a failure. */
const patienceMs = 30_000
const lookAgainMs = 50
/** Of the log of each daemon, when a test has failed. */
const shownLines = 60

export interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A command that goes on, such as `kit logs -f`. */
export interface Running {
  /** All that it printed so far, both streams. */
  text(): string
  readonly ended: Promise<Outcome>
  stop(): Promise<Outcome>
  /** As `kill -9` does. */
  kill(): Promise<Outcome>
  /** As `| head` does when it has read enough. */
  closeOutput(): void
}

/** What `kit get task -o json` says, as far as tests look at it. */
export interface TaskObject {
  readonly metadata: { readonly name: string; readonly uid: string; readonly labels?: Readonly<Record<string, string>> }
  readonly spec: {
    readonly desired: string
    readonly revision: string
    readonly attempt: number
    readonly slot?: number
    readonly verdict?: string
    readonly hold?: { readonly notBefore: number; readonly until: number }
  }
  readonly status: {
    readonly state: string
    readonly exitCode?: number
    readonly signal?: string
    readonly nodeFault?: string
    readonly pid?: number
    readonly containerId?: string
  }
}

export class Cluster {
  /** Everything of this test file lies below it. */
  readonly home: string
  readonly #environment: Readonly<Record<string, string>>
  readonly #screens: Screen[] = []
  /** What daemons without a log file have printed, by name. */
  readonly printed = new Map<string, () => string>()

  /** Tasks are processes also on machines with Docker, unless the environment names an engine. */
  constructor(environment: Readonly<Record<string, string>> = {}) {
    this.home = mkdtempSync(join(tmpdir(), 'kit-e2e-'))
    this.#environment = { DOCKER_HOST: `unix://${this.home}/no-docker.sock`, ...environment }
    afterEach((context) => {
      if ('passed' in context && !context.passed) this.#showLogs()
    })
  }

  /** Of a failure that nobody can bring about again, nothing else is left. */
  #showLogs(): void {
    const files = globSync('**/kitd.log', { cwd: this.home }).map(
      (name) => [name, () => readFileSync(join(this.home, name), 'utf8')] as const,
    )
    for (const [name, text] of [...files, ...this.printed])
      console.error(`${[`--- the end of ${name}`, ...text().trimEnd().split('\n').slice(-shownLines)].join('\n')}\n`)
  }

  get directory(): string {
    return join(this.home, 'k')
  }

  /** Writes a file, or one below directories, and returns its path. */
  file(name: string, text: string): string {
    const path = join(this.home, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }

  /** Runs `kit ARGS` to its end, whatever that is. */
  async run(args: readonly string[], input = ''): Promise<Outcome> {
    return this.start(args, input).ended
  }

  /** Runs `kit ARGS`, which must succeed, and returns what it printed on standard output. */
  async kit(...args: readonly string[]): Promise<string> {
    const outcome = await this.run(args)
    assert.equal(outcome.code, 0, `kit ${args.join(' ')} ended with ${outcome.code}\n${outcome.out}${outcome.err}`)
    return outcome.out
  }

  /** Runs `kit ARGS`, which must end with `code`, and returns both streams together. */
  async fails(code: number, ...args: readonly string[]): Promise<string> {
    const outcome = await this.run(args)
    assert.equal(outcome.code, code, `kit ${args.join(' ')} ended with ${outcome.code}\n${outcome.out}${outcome.err}`)
    return outcome.out + outcome.err
  }

  /** Runs `kit ARGS` as the user with that id; as the present one without. */
  async runAs(uid: number | undefined, args: readonly string[]): Promise<Outcome> {
    return this.start(args, '', uid === undefined ? {} : { uid, gid: uid }).ended
  }

  start(args: readonly string[], input = '', user: { readonly uid?: number; readonly gid?: number } = {}): Running {
    const child = spawn(program, ['--dir', this.directory, ...args], {
      ...user,
      cwd: this.home,
      env: { ...process.env, CI: 'true', KIT_SOCKET: undefined, ...this.#environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    child.stdin.on('error', () => {}) // It may end before it has read everything.
    child.stdin.end(input)
    return follow(child)
  }

  /** Starts a shell script in a terminal. In it, `$KIT` is the program with the directory of this cluster. */
  openTerminal(script: string): Screen {
    const kit = `${program} --dir ${this.directory}`
    // Without these, and not with `undefined` as their text.
    const { CI: _, KIT_SOCKET: __, ...others } = process.env
    const environment = { ...others, ...this.#environment, KIT: kit }
    const screen = new Screen(spawnInTerminal('/bin/sh', ['-c', script], { cols: 80, rows: 24, cwd: this.home, env: environment }))
    this.#screens.push(screen)
    return screen
  }

  /** Runs `kit ARGS`, which must succeed, in a terminal that many columns wide; returns what it shows. */
  async inTerminal(columns: number, args: readonly string[]): Promise<string> {
    const words = [program, '--dir', this.directory, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    // Both `script` of util-linux and that of BSD run a command in a terminal of its own.
    const command = `stty cols ${columns} rows 24; exec ${words.join(' ')}`
    const options = process.platform === 'linux' ? ['-qec', command, '/dev/null'] : ['-q', '/dev/null', 'sh', '-c', command]
    const child = spawn('script', options, {
      cwd: this.home,
      env: { ...process.env, CI: undefined, KIT_SOCKET: undefined, TERM: 'xterm-256color', ...this.#environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const { code, out, err } = await follow(child).ended
    assert.equal(code, 0, `kit ${args.join(' ')} ended with ${code}\n${out}${err}`)
    return stripVTControlCharacters(out)
  }

  async json<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.kit('get', ...args, '-o', 'json'))
  }

  /** The tasks of a service that should run, by slot. */
  async tasks(service: string): Promise<readonly TaskObject[]> {
    const { items } = await this.json<{ readonly items: readonly TaskObject[] }>('tasks', '--field-selector', `spec.service=${service}`)
    return items.filter(({ spec }) => spec.desired === 'Running').toSorted((a, b) => (a.spec.slot ?? 0) - (b.spec.slot ?? 0))
  }

  get daemonPid(): number {
    return Number(JSON.parse(readFileSync(join(this.directory, 'node-1', 'lock'), 'utf8')).pid)
  }

  /** Stops the cluster and deletes all files. */
  async remove(): Promise<void> {
    for (const screen of this.#screens) screen.close()
    await this.kit('down', '--purge')
    rmSync(this.home, { recursive: true, force: true })
  }
}

/** What a person in front of a terminal sees and can do. */
export class Screen {
  readonly #terminal: IPty
  #text = ''
  #all = ''
  #heardAt = performance.now()
  readonly ended: Promise<number>

  constructor(terminal: IPty) {
    this.#terminal = terminal
    terminal.onData((text) => {
      this.#text += text
      this.#all += text
      this.#heardAt = performance.now()
    })
    this.ended = new Promise((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)))
  }

  type(keys: string): void {
    this.#terminal.write(keys)
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows)
  }

  /** A shell in it, far away or not, has the new size. */
  async passesOnSize(columns: number, rows: number): Promise<void> {
    this.resize(columns, rows)
    await eventually(async () => {
      this.type('stty size\r')
      const [size] = await this.shows(/\n\d+ \d+\r\n/)
      assert.equal(size, `\n${rows} ${columns}\r\n`)
    })
  }

  /** A shell in it can be interrupted in what it has started, and goes on. */
  async passesOnInterrupt(): Promise<void> {
    // Said by the process that Ctrl-C is for: a shell says it before what it then starts has the terminal.
    this.type("sh -c 'echo asleep $((1 + 1)); exec sleep 1000'\r")
    await this.shows(/asleep 2\r\n/)
    this.type('\x03')
    this.type('echo still $((1 + 1))\r')
    await this.shows(/still 2\r\n/)
  }

  /** As a window that is closed. */
  close(): void {
    this.#terminal.kill('SIGKILL')
  }

  /** All that was sent to the terminal. */
  all(): string {
    return this.#all
  }

  /** Waits until nothing has been sent for so long. */
  async quiet(forMs: number): Promise<void> {
    await eventually(() => assert.ok(performance.now() - this.#heardAt >= forMs, 'it goes on sending'))
  }

  /** Waits until what was shown since the last call matches. */
  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    return await eventually(() => {
      const found = pattern.exec(this.#text)
      assert.ok(found !== null, `no ${pattern} in ${JSON.stringify(this.#text)}`)
      this.#text = this.#text.slice(found.index + found[0].length)
      return found
    })
  }
}

function follow(child: ChildProcess): Running {
  const printed = { out: '', err: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (printed.out += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (printed.err += text))
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...printed }))
  })
  return {
    text: () => printed.out + printed.err,
    ended,
    stop() {
      child.kill('SIGINT')
      return ended
    },
    kill() {
      child.kill('SIGKILL')
      return ended
    },
    closeOutput: () => void child.stdout?.destroy(),
  }
}

/** A process that has ended but was not waited for (where nothing adopts orphans) does not count. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ESRCH') return false
    if (code === 'ENOENT' && process.platform === 'linux') return false
    return true
  }
}

/** Looks again until `look` no longer throws; its last complaint is the failure. */
export async function eventually<T>(look: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    try {
      return await look()
    } catch (error) {
      if (performance.now() > deadline) throw error
    }
    await sleep(lookAgainMs)
  }
}
