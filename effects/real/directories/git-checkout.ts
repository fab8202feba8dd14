// What git has checked out in a directory, read from its files: git itself need not be there. Whether files differ from the
// commit only git can tell, and is asked; where it is not there, or refuses (the checkout is another user's), nobody says.

import { execFile } from 'node:child_process'
import { access, readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'

export interface Checkout {
  readonly commit?: string
  /** Path of the lock that a git command holds now, or that one has left behind. */
  readonly lock?: string
}

/** Of the work tree that the directory is in; nothing when it is in none. */
export async function readCheckout(directory: string): Promise<Checkout> {
  const git = await gitDirectoryOf(directory)
  if (git === undefined) return {}
  const lock = join(git, 'index.lock')
  const commit = await headOf(git)
  return { ...(commit === undefined ? {} : { commit }), ...((await exists(lock)) ? { lock } : {}) }
}

/** As `git describe --dirty` marks it. */
const dirtyMark = '-dirty'
const longestMs = 10_000
const mostBytes = 16 * 1024 * 1024
/** No watcher of files is started, and no lock is taken: it only looks. */
const onlyLooking = ['--no-optional-locks', '-c', 'core.fsmonitor=false', '-c', 'core.untrackedCache=false']

/** The commit, marked when one of the files that were read is not as it has them. */
export async function describeCommit(directory: string, commit: string, isRead: (path: string) => boolean): Promise<string> {
  const args = [...onlyLooking, 'status', '--porcelain=v1', '-z', '--untracked-files=all', '--no-renames', '--', '.']
  const options = {
    cwd: directory,
    timeout: longestMs,
    maxBuffer: mostBytes,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LC_ALL: 'C' },
  }
  const [status, prefix] = await Promise.all([
    runGit('git', args, options).then(
      ({ stdout }) => stdout,
      () => undefined,
    ),
    runGit('git', ['rev-parse', '--show-prefix'], options).then(
      ({ stdout }) => stdout.trimEnd(),
      () => undefined,
    ),
  ])
  if (status === undefined || prefix === undefined) return commit
  // `XY path`, from the top of the work tree.
  const changed = status.split('\0').filter((entry) => entry.length > 3)
  const isDirty = changed.some((entry) => isRead(entry.slice(3 + prefix.length)))
  return isDirty ? `${commit}${dirtyMark}` : commit
}

const runGit = promisify(execFile)

async function gitDirectoryOf(directory: string): Promise<string | undefined> {
  for (let at = directory; ; at = dirname(at)) {
    const path = join(at, '.git')
    const info = await stat(path).catch(() => undefined)
    if (info?.isDirectory() === true) return path
    // Of a worktree or a submodule it is a file that says where.
    const told = info?.isFile() === true ? /^gitdir: (.+)$/m.exec((await readText(path)) ?? '')?.[1] : undefined
    if (told !== undefined) return resolve(at, told)
    if (dirname(at) === at) return undefined
  }
}

async function headOf(git: string): Promise<string | undefined> {
  const head = (await readText(join(git, 'HEAD')))?.trim()
  const ref = head?.startsWith('ref: ') === true ? head.slice('ref: '.length) : undefined
  if (ref === undefined) return asCommit(head)
  const common = resolve(git, ((await readText(join(git, 'commondir'))) ?? '.').trim())
  for (const directory of [git, common]) {
    const commit = asCommit((await readText(join(directory, ref)))?.trim())
    if (commit !== undefined) return commit
  }
  const packed = (await readText(join(common, 'packed-refs'))) ?? ''
  return asCommit(
    packed
      .split('\n')
      .find((line) => line.endsWith(` ${ref}`))
      ?.split(' ')[0],
  )
}

function asCommit(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9a-f]{40,64}$/.test(text) ? text : undefined
}

async function readText(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(() => undefined)
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}
