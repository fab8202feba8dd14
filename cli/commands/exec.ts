// `kit exec TASK|service/web -- CMD [ARG…]`: runs a command in a running task, with this program's own
// standard streams, and ends with its exit code (128 and the number of the signal that killed it).

import { constants } from 'node:os'
import { reasonOf } from '../../api/errors.ts'
import type { ExecExit, ExecRequest } from '../../api/exec.ts'
import type { Client } from '../../client/client.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { find, nameOf, parseResource } from '../resource.ts'

const [signalBase, interruptedCode] = [128, 130]

export async function exec(context: Context, options: Options, words: readonly string[]): Promise<number> {
  const [target = '', ...command] = words
  const { terminal, input, output } = context.streams()
  if (options.tty === true && terminal === undefined)
    throw new CommandError(exitCodes.invalid, 'error: --tty needs a terminal on standard input and output: leave it out to run without')
  const request: ExecRequest = {
    command,
    ...(options.env !== undefined && { env: parseEnv(options.env) }),
    ...(options.workdir !== undefined && { workingDir: options.workdir }),
    ...(options.user !== undefined && { user: options.user }),
    ...(options.stdin === true && { stdin: true }),
    ...(options.tty === true && terminal !== undefined && { tty: terminal.size() }),
  }
  const client = await context.client()
  const task = await findTask(context, client, target)
  const ended = new AbortController()
  let leave = (): void => {}
  // Read once the command is reached, and only with --stdin: until then Ctrl-C is for this program.
  async function* keys(): AsyncGenerator<Uint8Array, void, void> {
    if (options.tty === true && terminal !== undefined) leave = terminal.enter()
    yield* input(ended.signal)
  }
  try {
    const streams = { input: keys(), output, ...(options.tty === true && terminal && { onResize: terminal.onResize }) }
    return codeOf(await client.exec(task, request, streams, context.signal))
  } catch (error) {
    if (context.signal.aborted) return interruptedCode
    throw error
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

function codeOf({ exitCode, signal = '' }: ExecExit): number {
  if (exitCode !== undefined) return exitCode
  const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1] ?? 0
  return signalBase + number
}
