// `kit cp FROM TO`: files of this machine into a running task, or out of it. `tar` in the task reads or writes them, as with
// kubectl: so it goes wherever `kit exec` goes, with its rights and its record, and nothing is on a disk on the way.

import { lstat, stat } from 'node:fs/promises'
import { basename, dirname, join, posix, resolve } from 'node:path'
import { create, type ReadEntry, Unpack } from 'tar'
import type { Client } from '../../client/client.ts'
import { errorCodeOf } from '../../effects/thrown.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { nameOf } from '../resource.ts'
import { stopSignal } from '../until-stopped.ts'
import { parsePlace, type Remote } from './copy-place.ts'
import { findTask } from './exec.ts'

/** Of what `tar` in the task says, and of entries that are left out. */
const [longestWords, mostNamed] = [4096, 10]
/** Permissions; never setuid, which a task could leave on this machine. */
const permissions = 0o777
const notFoundCode = 127
const kinds = new Set(['File', 'OldFile', 'ContiguousFile', 'Directory', 'SymbolicLink', 'Link'])

interface Task {
  readonly client: Client
  readonly name: string
  readonly signal: AbortSignal
}

export async function copy(context: Context, options: Options, words: readonly string[]): Promise<void> {
  const [from, to] = words.map(parsePlace)
  if (from?.task === undefined && to?.task !== undefined) return await upload(context, options, from?.path ?? '', to)
  if (from?.task !== undefined && to?.task === undefined) return await download(context, options, from, to?.path ?? '')
  const trouble = to?.task === undefined ? 'neither is in a task' : 'both are in tasks'
  throw new CommandError(exitCodes.invalid, `error: ${trouble}: one is TASK:PATH, the other a path here, such as ./a`)
}

async function connect(context: Context, { task }: Remote): Promise<Task> {
  const client = await context.client()
  return { client, name: await findTask(context, client, task), signal: stopSignal(context) }
}

async function download(context: Context, options: Options, from: Remote, local: string): Promise<void> {
  const base = posix.basename(from.path)
  const command = ['tar', options.followLink === true ? '-chf' : '-cf', '-', '-C', posix.dirname(from.path), '--', base || '.']
  if (local === '-') {
    const task = await connect(context, from)
    const { output } = context.streams()
    return await mustEnd(task, command, none(), (bytes) => output('stdout', bytes))
  }
  const isInto = await isDirectory(local)
  const target = isInto ? local : dirname(resolve(local))
  if (!isInto && !(await isDirectory(target))) throw new CommandError(exitCodes.error, `error: there is no directory ${target}`)
  const task = await connect(context, from)
  const unpacking = unpackInto(target, isInto ? undefined : { from: base || '.', to: basename(resolve(local)) })
  const failure = await mustEnd(task, command, none(), unpacking.write).then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  if (failure !== undefined) {
    // What came is written to its end: a directory in which a file goes meanwhile has others.
    await unpacking.end().catch(() => {})
    throw failure.error
  }
  const leftOut = await unpacking.end()
  if (leftOut.length > 0) throw partly(leftOut)
}

async function upload(context: Context, options: Options, local: string, to: Remote): Promise<void> {
  // What cannot be read is found before anything is asked.
  const source = local === '-' ? undefined : await stated(local, options.followLink === true)
  const task = await connect(context, to)
  const into = (directory: string): readonly string[] => ['tar', '-xpof', '-', '-C', directory]
  if (source === undefined) return await mustEnd(task, into(to.path), context.streams().input(task.signal))
  const leftOut: string[] = []
  const pack = (cwd: string, name: string, renamed: string = name): AsyncIterable<Uint8Array> =>
    create(
      {
        cwd,
        follow: options.followLink === true,
        onwarn: (_, message) => void leftOut.push(String(message)),
        onWriteEntry: (entry) => {
          if (renamed !== name) entry.path = renamed
        },
      },
      [`./${name}`],
    )
  const path = resolve(local)
  const isInto = to.path.endsWith('/') || (await runs(task, ['test', '-d', to.path]))
  if (isInto && basename(local) !== '.') await mustEnd(task, into(to.path), pack(dirname(path), basename(path)))
  else if (source.isDirectory()) {
    await mustEnd(task, ['mkdir', '-p', to.path], none())
    await mustEnd(task, into(to.path), pack(path, '.'))
  } else await mustEnd(task, into(posix.dirname(to.path)), pack(dirname(path), basename(path), posix.basename(to.path)))
  if (leftOut.length > 0) throw partly(leftOut)
}

/** Writes an archive below a directory, and nowhere else; `renamed` is what the first part of each path becomes. */
function unpackInto(
  cwd: string,
  renamed: { readonly from: string; readonly to: string } | undefined,
): { readonly write: (bytes: Uint8Array) => Promise<void>; readonly end: () => Promise<readonly string[]> } {
  const leftOut: string[] = []
  const rename = (path: string): string =>
    renamed === undefined ? path : posix.join(renamed.to, posix.relative(posix.normalize(renamed.from), posix.normalize(path)))
  const unpack = new Unpack({
    cwd,
    preserveOwner: false,
    chmod: true,
    processUmask: 0,
    filter: (_, entry) => {
      const trouble = 'header' in entry ? whyNot(entry) : undefined
      if (trouble !== undefined) leftOut.push(trouble)
      return trouble === undefined
    },
    onReadEntry: (entry) => {
      entry.path = rename(entry.path)
      if (entry.type === 'Link' && entry.linkpath !== undefined) entry.linkpath = rename(entry.linkpath)
      if (entry.mode !== undefined) entry.mode &= permissions
    },
    onwarn: (_, message) => void leftOut.push(String(message)),
  })
  const ended = new Promise<void>((done, fail) => {
    unpack.on('close', done)
    unpack.on('error', fail)
  })
  ended.catch(() => {}) // Told by whoever waits for it below.
  return {
    async write(bytes) {
      if (!unpack.write(Buffer.from(bytes))) await Promise.race([new Promise<void>((more) => unpack.once('drain', more)), ended])
    },
    async end() {
      unpack.end()
      await ended
      return leftOut
    },
  }
}

/** A task decides what is in its archive: links that lead out of what is copied would make this machine's other files its own. */
function whyNot({ path, type, linkpath = '' }: ReadEntry): string | undefined {
  if (!kinds.has(type)) return `${path} is not a file, a directory or a link`
  if (type !== 'SymbolicLink') return undefined
  const leads = posix.normalize(posix.join(posix.dirname(path), linkpath))
  const leaves = posix.isAbsolute(linkpath) || leads === '..' || leads.startsWith('../') || !isBelowFirst(path, leads)
  return leaves ? `${path} is a link that leads out of what is copied, to ${linkpath}` : undefined
}

/** Both are below the same first part: what is copied has that name. */
function isBelowFirst(path: string, leads: string): boolean {
  const [first] = posix.normalize(path).split('/')
  return path.startsWith('./') || leads.split('/')[0] === first
}

function partly(leftOut: readonly string[]): CommandError {
  const more = leftOut.length > mostNamed ? [`and ${leftOut.length - mostNamed} more`] : []
  const lines = [...leftOut.slice(0, mostNamed), ...more].map((line) => `  ${line}`)
  return new CommandError(exitCodes.error, `error: all was copied except what follows; -L copies what links lead to:\n${lines.join('\n')}`)
}

async function stated(local: string, isFollowing: boolean): Promise<{ isDirectory(): boolean }> {
  try {
    return await (isFollowing || local.endsWith('/') ? stat(local) : lstat(local))
  } catch (error) {
    const code = errorCodeOf(error)
    const reason = code === undefined || code === 'ENOENT' ? '' : ` (${code})`
    throw new CommandError(exitCodes.error, `error: there is no ${join(local)} here that can be read${reason}`)
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

async function* none(): AsyncGenerator<Uint8Array, void, void> {}

async function runs(task: Task, command: readonly string[]): Promise<boolean> {
  const { exitCode } = await task.client.exec(task.name, { command }, { input: none(), output: async () => {} }, task.signal)
  return exitCode === 0
}

async function mustEnd(
  { client, name, signal }: Task,
  command: readonly string[],
  input: AsyncIterable<Uint8Array>,
  take: (bytes: Uint8Array) => Promise<void> = async () => {},
): Promise<void> {
  let words = ''
  const output = async (stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<void> => {
    if (stream === 'stdout') await take(bytes)
    else words = (words + Buffer.from(bytes).toString()).slice(0, longestWords)
  }
  const { exitCode, signal: killed = '' } = await client.exec(name, { command, stdin: true }, { input, output }, signal)
  if (exitCode === 0) return
  const [program = ''] = command
  if (exitCode === notFoundCode)
    throw new CommandError(
      exitCodes.error,
      `error: ${nameOf('Task', name)} has no \`${program}\`, which reads and writes files there: add it to its image`,
    )
  throw new CommandError(
    exitCodes.error,
    `error: ${nameOf('Task', name)}: ${words.trim() || `${program} ended with ${exitCode ?? killed}`}`,
  )
}
