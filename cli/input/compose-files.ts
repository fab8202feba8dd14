// Reads what `file:` of secrets and configs, and `env_file:`, in a Compose file mean: paths are relative to that file.

import { createReadStream } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { FileBytes, FileRequest } from '../../compose/inline.ts'
import { filesNamedBy } from '../../compose/stack-file.ts'
import { errorCodeOf } from '../../effects/thrown.ts'
import type { Context } from '../context.ts'
import { readUpTo } from './files.ts'

/** `file`: where the document came from; relative to the working directory when it is standard input. */
export async function readComposeFiles(env: Context['env'], file: string, document: unknown): Promise<ReadonlyMap<string, FileBytes>> {
  const byPath = Map.groupBy(filesNamedBy(document), ({ path }) => path)
  const found = Array.from(byPath, async ([path, requests]) => {
    const limitBytes = Math.max(...requests.map((request) => request.limitBytes))
    return [path, await readOne(env, dirname(file), { path, limitBytes })] as const
  })
  return new Map(await Promise.all(found))
}

async function readOne(env: Context['env'], directory: string, { path, limitBytes }: FileRequest): Promise<FileBytes> {
  const whole = path.startsWith('~/') ? join(env['HOME'] ?? '', path.slice(2)) : resolve(directory, path)
  try {
    const bytes = await readUpTo(createReadStream(whole), limitBytes - 1)
    return bytes === undefined ? { missing: `${whole} is too large: it must have less than ${limitBytes} bytes` } : { bytes }
  } catch (error) {
    const code = errorCodeOf(error)
    if (code === 'ENOENT') return { missing: `there is no file ${whole}`, isAbsent: true }
    if (code === 'EISDIR') return { missing: `${whole} is a directory` }
    if (code === 'EACCES') return { missing: `${whole} may not be read by this user` }
    throw error
  }
}
