// kit-terminal: owns the terminal of one command beside a task (terminal-command.ts starts it). It is a program
// of its own because the terminal's descriptor would pass to every process that its owner starts, and the
// daemon starts tasks. Bytes go through its standard input and output, everything else (TerminalOrder,
// TerminalNews) over the channel to its parent; when that closes, the command is killed.

import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, closeSync, openSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import type { ExecExit, TerminalSize } from '../../api/exec.ts'
import { identify, type ProcessIdentity, signalSession } from '../../effects/real/process-identity.ts'
import { errorCodeOf, messageOf } from '../../effects/thrown.ts'
import { enterCgroup } from './cgroup.ts'

export interface TerminalSpec {
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly workingDir: string
  readonly uid?: number
  readonly gid?: number
  readonly cgroup?: string
  readonly size: TerminalSize
}

export type TerminalOrder = ({ readonly type: 'start' } & TerminalSpec) | ({ readonly type: 'resize' } & TerminalSize)

export type TerminalNews =
  | { readonly type: 'started'; readonly pid: number }
  /** This node has no terminals. */
  | { readonly type: 'no-terminal'; readonly message: string }
  | { readonly type: 'not-started'; readonly message: string; readonly code?: string }
  | { readonly type: 'ended'; readonly exit: ExecExit }

/** The native part of the package: its JavaScript part loses output that is not taken within 200 ms of the end. */
interface Terminals {
  open(columns: number, rows: number): { readonly master: number; readonly slave: number; readonly pty: string }
  resize(master: number, columns: number, rows: number): void
}

/** A session leader gets the terminal that it opens as its own: Ctrl-C and the size reach it through that. */
const openOwnTerminal = 'exec <>"$1" >&0 2>&0; shift; exec "$@"'
/** How long output is read after the command's end: a process that left its session may hold the terminal open. */
const drainLimitMs = 1_000
/** Of a client that does not know how large its window is. */
const usual: TerminalSize = { columns: 80, rows: 24 }

let resize: (size: TerminalSize) => void = () => {}
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGPIPE'] as const) process.on(signal, () => {})
process.on('message', (order: TerminalOrder) => {
  if (order.type === 'resize') resize(order)
  else start(order).catch((error: unknown) => finish({ type: 'not-started', ...describe(error) }))
})
process.on('disconnect', () => process.exit())

async function start(spec: TerminalSpec): Promise<void> {
  const terminals = await load()
  if (terminals === undefined) return
  const { master, slave, pty } = terminals.open(spec.size.columns || usual.columns, spec.size.rows || usual.rows)
  // Standard streams of the command also count as its terminal when it is not root.
  if (spec.uid !== undefined) chownSync(pty, spec.uid, -1)
  const child = await startProgram(spec, pty, master, slave)
  const { pid = 0 } = child
  const leader: ProcessIdentity = identify(pid) ?? { pid, started: '' }
  process.on('exit', () => signalSession(leader, 'SIGKILL')) // Nothing that it started outlives it.
  if (spec.cgroup !== undefined) enterCgroup(spec.cgroup, pid)
  resize = ({ columns, rows }) => {
    if (columns > 0 && rows > 0) terminals.resize(master, columns, rows)
  }
  const ended = new Promise<ExecExit>((resolve) => {
    child.once('exit', (code, name) => resolve(name === null ? { exitCode: code ?? 0 } : { signal: name }))
  })
  tell({ type: 'started', pid })
  await carry(new ReadStream(master), ended, leader)
  finish({ type: 'ended', exit: await ended })
}

async function load(): Promise<Terminals | undefined> {
  try {
    // @ts-expect-error -- the package describes its JavaScript part only
    const binary: { requireBinary(name: string): Terminals } = await import('@lydell/node-pty/requireBinary.js')
    return binary.requireBinary('pty.node')
  } catch (error) {
    finish({ type: 'no-terminal', message: describe(error).message.split('\n', 1)[0] ?? '' })
    return undefined
  }
}

/** Its own end of the terminal, opened by itself, is all that the command has of it. */
function startProgram(spec: TerminalSpec, pty: string, master: number, slave: number): Promise<ChildProcess> {
  const nothing = openSync('/dev/null', 'r')
  const others = Array.from({ length: master + 1 - 3 }, (_, at) => (at + 3 === master ? nothing : ('ignore' as const)))
  return new Promise<ChildProcess>((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', openOwnTerminal, 'kit', pty, ...spec.command], {
      cwd: spec.workingDir,
      env: { TERM: 'xterm', ...spec.env },
      detached: true,
      stdio: [slave, slave, slave, ...others],
      ...(spec.uid === undefined ? {} : { uid: spec.uid }),
      ...(spec.gid === undefined ? {} : { gid: spec.gid }),
    })
    child.once('error', reject)
    child.once('spawn', () => resolve(child))
  }).finally(() => {
    closeSync(slave)
    closeSync(nothing)
  })
}

/** Until the command has ended and all of its output is written. */
async function carry(terminal: ReadStream, ended: Promise<ExecExit>, leader: ProcessIdentity): Promise<void> {
  terminal.on('error', () => {}) // EIO is how the end looks: nobody has the other side open any more.
  process.stdin.on('data', (bytes: Buffer) => {
    if (!terminal.write(bytes)) process.stdin.pause()
  })
  terminal.on('drain', () => process.stdin.resume())
  const isOver = new Promise<void>((resolve) => terminal.once('close', () => resolve()))
  terminal.pipe(process.stdout, { end: false })
  await ended
  signalSession(leader, 'SIGKILL')
  const lookWhetherIdle = (): void => {
    if (process.stdout.writableLength === 0 && terminal.readableLength === 0) terminal.destroy()
  }
  const limit = setInterval(lookWhetherIdle, drainLimitMs)
  await isOver
  clearInterval(limit)
}

function finish(news: TerminalNews): void {
  process.stdout.end(() => process.send?.(news, () => process.exit()))
}

function tell(news: TerminalNews): void {
  process.send?.(news)
}

function describe(error: unknown): { readonly message: string; readonly code?: string } {
  const message = messageOf(error)
  const code = ['ENOENT', 'EACCES'].find((one) => one === errorCodeOf(error))
  return { message, ...(code === undefined ? {} : { code }) }
}
