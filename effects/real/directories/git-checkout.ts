// What git has checked out in a directory, read from its files: git itself need not be there.

import { access, readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

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
