// `kit cluster backup` and `kit cluster restore`: the whole cluster in a file, and a manager made of one. A file gets its name once
// it is whole and was read back; a state directory, once it is durable.

import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { StatusError } from '../../api/errors.ts'
import { DirectoryLocked, lockDirectory } from '../../effects/real/directory-lock.ts'
import { createDisk } from '../../effects/real/disk.ts'
import { createRandom } from '../../effects/real/random.ts'
import { errorCodeOf } from '../../effects/thrown.ts'
import { type Backup, type BackupHeader, checkBackup, readBackup, restoreBackup } from '../../node/restore.ts'
import type { Context } from '../context.ts'
import { readUnlockKey } from '../daemon/locked-member.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { fail } from '../input/files.ts'
import type { Options } from '../options.ts'
import { wrapWords } from '../output/wrap.ts'
import { readSecret } from '../read-secret.ts'

/** No chunk of a backup is as long. */
const longestLine = 64 * 1024 * 1024
const draftBytes = 6

export async function backup(context: Context, [file = '']: readonly string[]): Promise<void> {
  const path = resolve(file)
  if (await isThere(path)) throw new CommandError(exitCodes.invalid, `error: ${file} is there already: choose another name`)
  const draft = `${path}.${randomBytes(draftBytes).toString('hex')}.tmp`
  const header = await writeDraft(context, file, draft).then(
    async (written) => {
      await rename(draft, path)
      await createDisk().syncDirectory(dirname(path))
      return written
    },
    async (error: unknown) => {
      await rm(draft, { force: true })
      throw isErrno(error) ? fail(file, error) : error
    },
  )
  say(context, `Backed up the cluster as of ${header.takenAt} into ${file}: ${contents(header)}.`)
  context.err(
    header.salt === undefined
      ? `warning: ${file} holds every secret and the key of the root in clear: keep it as secret as the disk of a manager`
      : `Sealed with the present unlock key: keep that key as long as ${file}.`,
  )
}

/** Durable, and read back, when it resolves. */
async function writeDraft(context: Context, file: string, draft: string): Promise<BackupHeader> {
  const client = await context.client()
  const output = await open(draft, 'wx', 0o600)
  try {
    for await (const value of client.backup(context.signal)) await output.write(`${JSON.stringify(value)}\n`)
    await output.sync()
  } finally {
    await output.close()
  }
  return await readBack(draft).catch((error: unknown) => {
    if (!(error instanceof StatusError)) throw error
    // What is wrong is no input of whoever asked for it: the disk, or what the manager has sent.
    throw new CommandError(exitCodes.error, `error: ${file} was not made: ${error.message}`)
  })
}

/** Of a sealed one, only whoever has its key can read more than whether it is as it was sent. */
async function readBack(draft: string): Promise<BackupHeader> {
  const header = await checkBackup(linesOf(draft))
  if (header.salt === undefined) await readBackup(() => linesOf(draft))
  return header
}

/** No manager may run any more that could be asked. */
const whence = 'this backup opens with the one that its cluster had when it was taken'

export async function restore(context: Context, options: Options, [file = '']: readonly string[]): Promise<void> {
  const directory = resolve(options.stateDir ?? '')
  await assertEmpty(directory)
  try {
    const header = await checkBackup(linesOf(file))
    const unlockKey = header.salt === undefined ? undefined : readUnlockKey(await readSecret(context, 'Enter unlock key: '), whence)
    const whole = await readBackup(() => linesOf(file), unlockKey)
    const nodeId = await alone(directory, (draft) => restoreInto(context, directory, draft, whole))
    say(
      context,
      `Restored cluster ${header.clusterId} as of ${header.takenAt} (index ${header.index}) into ${directory}: ${contents(header)}.`,
    )
    const gone = [...whole.managers.values()].join(', ')
    context.err(
      `It is now node ${nodeId}, the only manager. The former managers no longer belong to the cluster (${gone}): make sure that their kitd does not run, then start \`kitd -d ${directory}\`, with the addresses of before (\`--listen-remote-api\`, \`--advertise-addr\`), where workers look for a manager.`,
    )
    if (whole.lock.key !== undefined) context.err('It starts locked: `kit swarm unlock` takes the same key.')
  } catch (error) {
    throw isErrno(error) ? fail(file, error) : error
  }
}

function say(context: Context, text: string): void {
  const width = context.width?.()
  context.out(`${width === undefined ? text : wrapWords(text, width).join('\n')}\n`)
}

async function assertEmpty(directory: string): Promise<void> {
  const entries = await readdir(directory).catch((error: unknown) => (errorCodeOf(error) === 'ENOENT' ? [] : fail(directory, error)))
  if (entries.length > 0)
    throw new CommandError(
      exitCodes.invalid,
      `error: ${directory} is not empty, and nothing in it is overwritten: move it away, or choose another directory`,
    )
}

/** One at a time makes the directory, in a draft beside it. What one that was killed has left goes first. */
async function alone<T>(directory: string, work: (draft: string) => Promise<T>): Promise<T> {
  const workshop = join(dirname(directory), `.${basename(directory)}.restoring`)
  const unlock = lockOrSay(workshop, directory)
  const draft = join(workshop, 'state')
  try {
    await rm(draft, { recursive: true, force: true })
    await mkdir(draft, { mode: 0o700 })
    return await work(draft)
  } finally {
    await rm(draft, { recursive: true, force: true })
    unlock()
    await rmdir(workshop).catch(() => undefined) // The next one has it.
  }
}

function lockOrSay(workshop: string, directory: string): () => void {
  try {
    return lockDirectory(workshop)
  } catch (error) {
    if (!(error instanceof DirectoryLocked)) throw error
    throw new CommandError(exitCodes.error, `error: ${directory} is being restored already, by process ${error.pid}`)
  }
}

/** Durable under its name when it resolves, with the id of the manager. */
async function restoreInto(context: Context, directory: string, draft: string, whole: Backup): Promise<string> {
  const disk = createDisk()
  const log = { debug() {}, info() {}, warn: context.err, error: context.err }
  const { nodeId } = await restoreBackup({ disk, random: createRandom(), clock: context.clock, log }, draft, whole)
  await assertEmpty(directory)
  await rename(draft, directory)
  await disk.syncDirectory(dirname(directory))
  return nodeId
}

function contents({ objects }: BackupHeader): string {
  const counts = Object.entries(objects).map(([kind, count]) => `${count} ${kind}${count === 1 ? '' : 's'}`)
  return counts.length === 0 ? 'nothing' : counts.join(', ')
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    (error: unknown) => (errorCodeOf(error) === 'ENOENT' ? false : fail(path, error)),
  )
}

async function* linesOf(path: string): AsyncGenerator<string, void, void> {
  let rest = Buffer.alloc(0)
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    rest = Buffer.concat([rest, chunk])
    let start = 0
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
      yield rest.subarray(start, end).toString()
      start = end + 1
    }
    rest = rest.subarray(start)
    if (rest.length > longestLine)
      throw new StatusError('Invalid', `${path} is not a backup of kit: it has a line of more than ${longestLine} bytes`)
  }
  if (rest.length > 0) throw new StatusError('Invalid', 'the backup cannot be used: it was cut off in the middle of a line')
}

function isErrno(error: unknown): boolean {
  return errorCodeOf(error) !== undefined && !(error instanceof StatusError)
}
