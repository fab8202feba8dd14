// `kit secret create NAME FILE` and `kit config create NAME FILE`; what else these groups have is `kit get`,
// `kit describe` and `kit delete` by the names that Docker gives them.

import { createReadStream } from 'node:fs'
import { reasonOf } from '../../api/errors.ts'
import { apiVersion } from '../../api/objects.ts'
import { configLimitBytes, secretLimitBytes } from '../../api/validation/file-content.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { fail, readUpTo } from '../input/files.ts'
import type { Options } from '../options.ts'
import { nameOf } from '../resource.ts'
import { selectorsOf } from './get.ts'

export type FileKind = 'Secret' | 'Config'
const limitsBytes = { Secret: secretLimitBytes, Config: configLimitBytes } as const

export async function create(context: Context, kind: FileKind, options: Options, [name = '', file = '']: readonly string[]): Promise<void> {
  const data = await read(context, kind, file)
  if (data.length === 0) throw new CommandError(exitCodes.invalid, `error: ${file === '-' ? 'standard input' : file} is empty`)
  const client = await context.client()
  const { templateDriver } = options
  const object = {
    apiVersion,
    kind,
    metadata: { name, ...(options.label === undefined ? {} : { labels: parseLabels(options.label) }) },
    spec: { data: data.toString('base64'), ...(templateDriver === undefined ? {} : { template: templateDriver }) },
  }
  try {
    await client.create(kind, object, { fieldManager: 'kit-create' })
  } catch (error) {
    if (reasonOf(error) !== 'AlreadyExists') throw error
    throw new CommandError(
      exitCodes.error,
      `error: ${kind.toLowerCase()} "${name}" exists already, and its content cannot be changed\n  = help: create another one, and let the services use that`,
    )
  }
  context.out(`${nameOf(kind, name)} created\n`)
}

/** `-q`: names only. */
export async function listNames(context: Context, kind: FileKind, options: Options): Promise<void> {
  const client = await context.client()
  for (const { metadata } of (await client.list(kind, selectorsOf(options))).items) context.out(`${metadata.name}\n`)
}

async function read(context: Context, kind: FileKind, file: string): Promise<Buffer> {
  const limit = limitsBytes[kind]
  const input = file === '-' ? context.stdin() : createReadStream(file)
  const bytes = await readUpTo(input, limit - 1).catch((error: unknown) => fail(file, error))
  if (bytes !== undefined) return bytes
  throw new CommandError(
    exitCodes.invalid,
    `error: ${file === '-' ? 'standard input' : file} is too large: a ${kind.toLowerCase()} holds less than ${limit} bytes`,
  )
}

function parseLabels(labels: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    labels.map((label) => {
      const at = label.indexOf('=')
      return at < 0 ? [label, ''] : [label.slice(0, at), label.slice(at + 1)]
    }),
  )
}
