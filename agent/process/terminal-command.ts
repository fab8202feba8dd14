// Starts a command beside a task with a terminal: through kit-terminal (terminal.ts), a child of the daemon that
// owns the terminal and kills the command when this side lets go of it.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { ExecExit, ExecRequest } from '../../api/exec.ts'
import { identify, signalSession } from '../../effects/real/process-identity.ts'
import { FatalTaskError } from '../executor.ts'
import type { Command, StartCommand } from './command.ts'
import type { ShimSpec } from './task-files.ts'
import type { TerminalNews, TerminalOrder } from './terminal.ts'

/** What a terminal takes for the end of input at the beginning of a line: Ctrl-D. */
const endOfInput = '\x04'

type Child = ChildProcess & { readonly stdin: Writable; readonly stdout: Readable }

/** `program` is kit-terminal, as words to start it with. */
export function startInTerminal(program: readonly string[]): StartCommand {
  return async (spec, request) => {
    const [file = '', ...args] = program
    const child = spawn(file, args, { env: {}, detached: true, stdio: ['pipe', 'pipe', 'ignore', 'ipc'] }) as Child
    const gone = once(child, 'exit')
    const order = (message: TerminalOrder): void => {
      if (child.connected) child.send(message, () => {})
    }
    let exit: ExecExit | undefined
    child.on('message', (news: TerminalNews) => {
      if (news.type === 'ended') exit = news.exit
    })
    const first = await firstNews(child, gone, order, spec, request)
    if (first.type !== 'started') throw failureOf(first)
    const leader = identify(first.pid) ?? { pid: first.pid, started: '' }
    return {
      pid: first.pid,
      input: child.stdin,
      endInput: () => void child.stdin.write(endOfInput),
      resize: ({ columns, rows }) => order({ type: 'resize', columns, rows }),
      outputs: [{ name: 'stdout', from: child.stdout }],
      ended: gone.then(() => {
        signalSession(leader, 'SIGKILL') // Where kit-terminal itself was killed.
        if (exit === undefined) throw new Error('the terminal of the command broke')
        return exit
      }),
      kill() {
        if (child.connected) child.disconnect()
        child.stdout.destroy()
      },
    } satisfies Command
  }
}

async function firstNews(
  child: Child,
  gone: Promise<unknown>,
  order: (message: TerminalOrder) => void,
  spec: ShimSpec,
  request: ExecRequest,
): Promise<TerminalNews | { readonly type: 'gone' }> {
  const { cgroup, uid, gid } = spec
  const first = once(child, 'message')
  order({
    type: 'start',
    command: request.command,
    env: { ...spec.env, ...request.env },
    workingDir: request.workingDir ?? spec.workingDir,
    size: request.tty ?? { columns: 0, rows: 0 },
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(cgroup === undefined ? {} : { cgroup }),
  })
  return await Promise.race([first.then(([news]) => news as TerminalNews), gone.then(() => ({ type: 'gone' }) as const)])
}

/** What cannot be started comes as the error that it was there: the caller knows what to say of it. */
function failureOf(news: Exclude<TerminalNews, { type: 'started' }> | { readonly type: 'gone' }): Error {
  if (news.type === 'no-terminal') return new FatalTaskError(`this node has no terminals: ${news.message}`)
  if (news.type === 'not-started') return Object.assign(new Error(news.message), { code: news.code })
  return new Error('the program that owns terminals did not start')
}
