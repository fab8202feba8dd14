// The `kit` program: makes a Context from the process, runs one command, turns its outcome into an exit
// code. Commands are registered in `program.ts` and `verbs/`; each lives in one file below `commands/` and is loaded
// only when it runs, because what is loaded is what start-up costs.

import { homedir } from 'node:os'
import { join } from 'node:path'
import type { WriteStream } from 'node:tty'
import { reasonOf } from '../api/errors.ts'
import { createClock } from '../effects/real/clock.ts'
import type { Connection } from './connect.ts'
import type { Context } from './context.ts'
import { CommandError, exitCodes } from './exit.ts'
import { describeFailure } from './failure.ts'
import type { GlobalOptions } from './options.ts'
import { harmless } from './output/harmless.ts'
import { wrapMessage } from './output/wrap.ts'
import { createProgram } from './program.ts'
import { createStreams } from './streams.ts'
import { findTarget, type Target } from './target.ts'

const interrupted = new AbortController()
process.once('SIGINT', () => {
  interrupted.abort()
  process.once('SIGINT', () => process.exit(130))
})
// The reader has had enough, as in `kit get tasks | head`. What was asked for is still carried out, and the exit code is its own.
const unread = new AbortController()
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  unread.abort()
})
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

const clock = createClock()
let connection: Promise<Connection> | undefined
const ofContexts = new Map<string, Promise<Connection>>()

async function openConnection(target: () => Promise<Target>, { stale, showRequest }: GlobalOptions): Promise<Connection> {
  const { connectTarget } = await import('./connect.ts')
  const warn = (text: string): void => complain(`warning: ${text}`)
  const isStale = stale === true
  if (showRequest !== true) return connectTarget(await target(), clock, { isStale }, warn)
  const { formatRequest } = await import('./show-request.ts')
  return connectTarget(await target(), clock, { isStale, onRequest: (request) => formatRequest(request).forEach(complain) }, warn)
}

/** Undefined where none was made, or none can be. */
function present(): Promise<Connection | undefined> {
  return connection === undefined ? Promise.resolve(undefined) : connection.catch(() => undefined)
}

function createContext(options: GlobalOptions): Context {
  const localDirectory = options.dir ?? join(homedir(), '.kit', 'local')
  const home = join(import.meta.dirname, '..')
  const target = (): Promise<Target> => findTarget(options, process.env, localDirectory)
  const named = (options.context ?? process.env['KIT_CONTEXT'] ?? '').split(',').filter((name) => name !== '')
  return {
    contexts: named.length > 1 ? [...new Set(named)] : [],
    async clientOf(name) {
      const { socket: _, dir: __, ...others } = options
      const open =
        ofContexts.get(name) ?? openConnection(() => findTarget({ ...others, context: name }, process.env, localDirectory), options)
      ofContexts.set(name, open)
      return (await open).client
    },
    async client() {
      connection ??= openConnection(target, options)
      return (await connection).client
    },
    target,
    clock,
    out: (text) => void (unread.signal.aborted || process.stdout.write(text)),
    err: complain,
    signal: interrupted.signal,
    unread: unread.signal,
    env: process.env,
    stdin: () => process.stdin,
    streams: () => createStreams(process),
    localDirectory,
    ...(process.stdin.isTTY && process.stdout.isTTY && process.env['CI'] === undefined
      ? { terminal: { stdin: process.stdin, stdout: process.stdout } }
      : {}),
    ...(isSized(process.stdout) ? { width: () => process.stdout.columns } : {}),
    isTerminal: process.stdout.isTTY && process.stderr.isTTY && process.env['CI'] === undefined,
    programs: {
      node: process.execPath,
      kit: join(home, 'dist/kit.mjs'),
      kitd: join(home, 'dist/kitd.mjs'),
      shim: join(home, 'dist/kit-shim.mjs'),
    },
  }
}

/** A terminal that nobody has told its size has 0 columns. */
function isSized(stream: WriteStream): boolean {
  return stream.isTTY && stream.columns > 0
}

/** One message line. Objects, tasks and files have a say in messages, so none is trusted. */
function complain(line: string): void {
  const text = harmless(line)
  process.stderr.write(`${isSized(process.stderr) ? wrapMessage(text, process.stderr.columns) : text}\n`)
}

/** The daemon did not do what it was asked for, or did not understand it. */
function isAnswer(error: unknown): boolean {
  const reason = reasonOf(error)
  return reason !== undefined ? reason !== 'Unavailable' : error instanceof CommandError && error.code !== exitCodes.interrupted
}

async function saySkew(): Promise<void> {
  const open = await present()
  if (open === undefined) return
  const { versionSkew } = await import('./daemon-version.ts')
  const skew = await versionSkew(open.client, clock)
  if (skew !== undefined) complain(skew)
}

try {
  const code = await createProgram(createContext).run(process.argv.slice(2))
  process.exitCode = interrupted.signal.aborted && code === exitCodes.ok ? exitCodes.interrupted : code
} catch (error) {
  const { code, lines } = describeFailure(error, interrupted.signal.aborted)
  lines.forEach(complain)
  process.exitCode = code
  if (isAnswer(error)) await saySkew()
} finally {
  for (const open of await Promise.allSettled([present(), ...ofContexts.values()])) if (open.status === 'fulfilled') open.value?.close()
}
