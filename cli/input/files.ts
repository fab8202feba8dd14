// Which files `-f` means: a file, the manifests of a directory, or `-` for standard input.

import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { errorCodeOf } from '../../effects/thrown.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'

const extensions = new Set(['.yaml', '.yml', '.json'])
/** Reading stops there: no manifest is this big. */
const maxFileBytes = 8 * 1024 * 1024

export interface InputFile {
  readonly name: string
  readonly text: string
}

export async function readFiles(context: Context, names: readonly string[], recursive: boolean): Promise<readonly InputFile[]> {
  const files: InputFile[] = []
  for (const name of names) {
    if (name === '-') files.push({ name: '<stdin>', text: await readManifest('standard input', context.stdin()) })
    else for (const path of await expand(name, recursive)) files.push({ name: path, text: await read(path) })
  }
  return files
}

async function expand(path: string, recursive: boolean): Promise<readonly string[]> {
  const info = await stat(path).catch((error: unknown) => fail(path, error))
  if (!info.isDirectory()) return [path]
  const found: string[] = []
  for (const entry of await readdir(path, { withFileTypes: true, recursive })) {
    const inside = join(entry.parentPath, entry.name)
    if (!extensions.has(extname(entry.name))) continue
    // A link counts as what it leads to; one that leads nowhere is named, as a file that was meant to be read.
    const isFile = entry.isSymbolicLink() ? (await stat(inside).catch((error: unknown) => fail(inside, error))).isFile() : entry.isFile()
    if (isFile) found.push(inside)
  }
  if (found.length === 0)
    throw new CommandError(
      exitCodes.invalid,
      `${path} holds no .yaml, .yml or .json file${recursive ? '' : ' (-R reads directories below, too)'}`,
    )
  return found.toSorted()
}

async function read(path: string): Promise<string> {
  return readManifest(path, createReadStream(path)).catch((error: unknown) => fail(path, error))
}

async function readManifest(name: string, input: AsyncIterable<Uint8Array>): Promise<string> {
  const bytes = await readUpTo(input, maxFileBytes)
  if (bytes !== undefined) return bytes.toString('utf8')
  throw new CommandError(exitCodes.invalid, `${name} is too large: a manifest may be ${maxFileBytes / 1024 / 1024} MiB at most`)
}

/** All of it, or `undefined` when there is more. Pipes and devices tell no size, and some never end. */
export async function readUpTo(input: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of input) {
    size += chunk.length
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** What a person can mend about a path becomes a CommandError. */
export function fail(path: string, error: unknown): never {
  const code = errorCodeOf(error)
  if (code === 'ENOENT') throw new CommandError(exitCodes.invalid, `there is no file ${path}`)
  if (code === 'EISDIR') throw new CommandError(exitCodes.invalid, `${path} is a directory`)
  if (code === 'EACCES') throw new CommandError(exitCodes.invalid, `${path} may not be read by this user`)
  throw error
}
