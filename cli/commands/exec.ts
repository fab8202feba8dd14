// `kit exec TASK|service/web -- CMD [ARG…]`: runs a command in a running task, with this program's own
// standard streams, and ends with its exit code (128 and the number of the signal that killed it).

import { constants } from 'node:os'
import { reasonOf } from '../../api/errors.ts'
import type { ExecExit, ExecRequest } from '../../api/exec.ts'
import type { Client, ExecStreams } from '../../client/client.ts'
import type { Context, Streams } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { find, nameOf, parseResource } from '../resource.ts'

const signalBase = 128
const interruptedCode = exitCodes.interrupted

export async function exec(context: Context, options: Options, words: readonly string[]): Promise<number> {
  const [target = '', ...command] = words
  const terminal = terminalOf(context, options)
  const request: ExecRequest = {
    command,
    ...(options.env !== undefined && { env: parseEnv(options.env) }),
    ...(options.workdir !== undefined && { workingDir: options.workdir }),
    ...(options.user !== undefined && { user: options.user }),
    ...(options.stdin === true && { stdin: true }),
    ...(terminal !== undefined && { tty: terminal.size() }),
  }
  const client = await context.client()
  const task = await findTask(context, client, target)
  try {
    return codeOf(await withStreams(context, terminal, (streams) => client.exec(task, request, streams, context.signal)))
  } catch (error) {
    if (context.signal.aborted) return interruptedCode
    throw error
  }
}

/** That of this program, where `--tty` asks for it. */
export function terminalOf(context: Context, options: Options): Streams['terminal'] {
  if (options.tty !== true) return undefined
  const { terminal } = context.streams()
  if (terminal !== undefined) return terminal
  throw new CommandError(exitCodes.invalid, 'error: --tty needs a terminal on standard input and output: leave it out to run without')
}

/** Runs something with the standard streams of this program, and gives the terminal back. What is typed goes through `sieve`. */
export async function withStreams<T>(
  context: Context,
  terminal: Streams['terminal'],
  run: (streams: ExecStreams) => Promise<T>,
  sieve = (typed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> => typed,
): Promise<T> {
  const { input, output } = context.streams()
  const ended = new AbortController()
  let leave = (): void => {}
  // Read once it is reached, and only with --stdin: until then Ctrl-C is for this program.
  async function* keys(): AsyncGenerator<Uint8Array, void, void> {
    if (terminal !== undefined) leave = terminal.enter()
    yield* sieve(input(ended.signal))
  }
  try {
    return await run({ input: keys(), output, ...(terminal !== undefined && { onResize: terminal.onResize }) })
  } finally {
    leave()
    ended.abort() // What nobody will read must not keep the program.
  }
}

async function isService(client: Client, name: string): Promise<boolean> {
  try {
    return (await client.get('Service', name)).metadata.name === name
  } catch (error) {
    if (reasonOf(error) !== 'NotFound') throw error
    return false
  }
}

/** A task by its name or the beginning of it; of a service, which may be named without its kind, the running task with the lowest slot. */
export async function findTask(context: Context, client: Client, target: string): Promise<string> {
  const { kind, name } = parseResource(
    target.includes('/') ? target : `${(await isService(client, target)) ? 'service' : 'task'}/${target}`,
  )
  if (kind === 'Task') return (await find(client, kind, name)).metadata.name
  if (kind !== 'Service') throw new CommandError(exitCodes.invalid, 'error: commands run in tasks: write TASK, task/NAME or service/NAME')
  const service = (await find(client, kind, name)).metadata.name
  const { items } = await client.list('Task', { fieldSelector: `spec.service=${service}` })
  const [task] = items
    .filter(({ spec, status }) => status.state === 'Running' && spec.desired === 'Running')
    .toSorted((a, b) => (a.spec.slot ?? 0) - (b.spec.slot ?? 0))
  if (task === undefined) throw new CommandError(exitCodes.error, `error: no task of ${nameOf(kind, service)} is running`)
  context.err(`in ${nameOf('Task', task.metadata.name)}`)
  return task.metadata.name
}

function parseEnv(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=')
      if (at < 1) throw new CommandError(exitCodes.invalid, `error: --env: "${text}" is not KEY=VALUE`)
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

export function codeOf({ exitCode, signal = '' }: ExecExit): number {
  if (exitCode !== undefined) return exitCode
  const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1] ?? 0
  return signalBase + number
}
