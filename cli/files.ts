// Which files `-f` means: a file, the manifests of a directory, or `-` for standard input.

import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Context } from './context.ts'
import { CommandError, exitCodes } from './exit.ts'

const extensions = new Set(['.yaml', '.yml', '.json'])
/** Larger files are refused before they are read: no manifest is this big. */
export const maxFileBytes = 8 * 1024 * 1024

export interface InputFile {
  readonly name: string
  readonly text: string
}

export async function readFiles(context: Context, names: readonly string[], recursive: boolean): Promise<readonly InputFile[]> {
  const files: InputFile[] = []
  for (const name of names) {
    if (name === '-') files.push({ name: '<stdin>', text: Buffer.from(await context.readStdin()).toString('utf8') })
    else for (const path of await expand(name, recursive)) files.push({ name: path, text: await read(path) })
  }
  return files
}

async function expand(path: string, recursive: boolean): Promise<readonly string[]> {
  const info = await stat(path).catch((error: unknown) => fail(path, error))
  if (!info.isDirectory()) return [path]
  const entries = (await readdir(path, { withFileTypes: true, recursive })).filter(
    (entry) => entry.isFile() && extensions.has(extname(entry.name)),
  )
  const found = entries.map((entry) => join(entry.parentPath, entry.name)).toSorted()
  if (found.length === 0)
    throw new CommandError(
      exitCodes.invalid,
      `${path} holds no .yaml, .yml or .json file${recursive ? '' : ' (-R reads directories below, too)'}`,
    )
  return found
}

async function read(path: string): Promise<string> {
  const { size } = await stat(path).catch((error: unknown) => fail(path, error))
  if (size > maxFileBytes)
    throw new CommandError(
      exitCodes.invalid,
      `${path} is ${Math.ceil(size / 1024 / 1024)} MiB: a manifest may be ${maxFileBytes / 1024 / 1024} MiB at most`,
    )
  return readFile(path, 'utf8').catch((error: unknown) => fail(path, error))
}

/** What a person can mend about a path becomes a CommandError. */
export function fail(path: string, error: unknown): never {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') throw new CommandError(exitCodes.invalid, `there is no file ${path}`)
  if (code === 'EISDIR') throw new CommandError(exitCodes.invalid, `${path} is a directory`)
  if (code === 'EACCES') throw new CommandError(exitCodes.invalid, `${path} may not be read by this user`)
  throw error
}
