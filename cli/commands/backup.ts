// `kit cluster backup` and `kit cluster restore`: the whole cluster in a file, and a manager made of one. A file gets its name once
// it is whole and was read back; a state directory, once it is durable.

import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { StatusError } from '../../api/errors.ts'
import { createDisk } from '../../effects/real/disk.ts'
import { createRandom } from '../../effects/real/random.ts'
import { errorCodeOf } from '../../effects/thrown.ts'
import type { BackupHeader } from '../../node/restore.ts'

import { checkBackup, readBackup, restoreBackup } from '../../node/restore.ts'
import type { Context } from '../context.ts'
import { readUnlockKey } from '../daemon/locked-member.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { fail } from '../input/files.ts'
import type { Options } from '../options.ts'
import { readSecret } from '../read-secret.ts'

/** No chunk of a backup is as long. */
const longestLine = 64 * 1024 * 1024
const draftBytes = 6

export async function backup(context: Context, [file = '']: readonly string[]): Promise<void> {
  const path = resolve(file)
  if (await isThere(path)) throw new CommandError(exitCodes.invalid, `error: ${file} is there already: choose another name`)
  const draft = `${path}.${randomBytes(draftBytes).toString('hex')}.tmp`
  const header = await writeDraft(context, draft).then(
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
  context.out(`Backed up the cluster as of ${header.takenAt} into ${file}: ${contents(header)}.\n`)
  context.err(
    header.salt === undefined
      ? `warning: ${file} holds every secret and the key of the root in clear: keep it as secret as the disk of a manager`
      : `Sealed with the present unlock key: keep that key as long as ${file}.`,
  )
}

/** Durable, and read back, when it resolves. */
async function writeDraft(context: Context, draft: string): Promise<BackupHeader> {
  const client = await context.client()
  const output = await open(draft, 'wx', 0o600)
  try {
    for await (const value of client.backup(context.signal)) await output.write(`${JSON.stringify(value)}\n`)
    await output.sync()
  } finally {
    await output.close()
  }
  const header = await checkBackup(linesOf(draft))
  if (header.salt === undefined) await readBackup(() => linesOf(draft))
  return header
}

export async function restore(context: Context, options: Options, [file = '']: readonly string[]): Promise<void> {
  const directory = resolve(options.stateDir ?? '')
  const entries = await readdir(directory).catch((error: unknown) => (errorCodeOf(error) === 'ENOENT' ? [] : fail(directory, error)))
  if (entries.length > 0)
    throw new CommandError(
      exitCodes.invalid,
      `error: ${directory} is not empty, and nothing in it is overwritten: move it away, or choose another directory`,
    )
  try {
    const header = await checkBackup(linesOf(file))
    const unlockKey = header.salt === undefined ? undefined : readUnlockKey(await readSecret(context, 'Enter unlock key: '))
    const whole = await readBackup(() => linesOf(file), unlockKey)
    const draft = join(dirname(directory), `.${basename(directory)}.restoring`)
    const disk = createDisk()
    await rm(draft, { recursive: true, force: true })
    await mkdir(draft, { recursive: true, mode: 0o700 })
    const deps = {
      disk,
      random: createRandom(),
      clock: context.clock,
      log: { debug() {}, info() {}, warn: context.err, error: context.err },
    }
    const { nodeId } = await restoreBackup(deps, draft, whole)
    await rename(draft, directory)
    await disk.syncDirectory(dirname(directory))
    context.out(
      `Restored cluster ${header.clusterId} as of ${header.takenAt} (index ${header.index}) into ${directory}: ${contents(header)}.\n`,
    )
    const gone = [...whole.managers.values()].join(', ')
    context.err(
      `It is now node ${nodeId}, the only manager. The former managers no longer belong to the cluster (${gone}): make sure that their kitd does not run, then start kitd -d ${directory} where workers look for a manager.`,
    )
    if (whole.lock.key !== undefined) context.err('It starts locked: `kit swarm unlock` takes the same key.')
  } catch (error) {
    throw isErrno(error) ? fail(file, error) : error
  }
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
