// `kit delete KIND NAME…`, `kit delete KIND -l …|--all`, `kit delete -f FILE`

import { reasonOf } from '../../api/errors.ts'
import type { Client } from '../../client/client.ts'
import type { Context } from '../context.ts'
import { CommandError, type ExitCode, exitCodes } from '../exit.ts'
import { readInput } from '../input.ts'
import { observe } from '../observe.ts'
import type { Options } from '../options.ts'
import { find, nameOf, parseKind, parseResources, type Resource } from '../resource.ts'
import { timeoutOf } from '../timeout.ts'
import { selectorsOf } from './get.ts'

export async function remove(context: Context, options: Options, words: readonly string[]): Promise<ExitCode> {
  const client = await context.client()
  const resources = await chooseResources(context, client, options, words)
  if (resources.length === 0) context.err('Nothing to delete.')
  const uids = new Map<string, Resource>()
  for (const { kind, name } of resources) {
    const object = await find(client, kind, name).catch((error: unknown) => {
      if (options.filename === undefined) throw error
      return undefined // A file may name what was never created, or is gone already.
    })
    if (object === undefined) continue
    try {
      await client.delete(kind, object.metadata.name, {
        preconditions: { uid: object.metadata.uid },
        ...(options.force === true ? { force: true } : {}),
      })
    } catch (error) {
      if (reasonOf(error) !== 'NotFound') throw error
    }
    uids.set(object.metadata.uid, { kind, name: object.metadata.name })
    context.out(`${nameOf(kind, object.metadata.name)} deleted\n`)
  }
  if (options.wait === false || uids.size === 0) return exitCodes.ok
  const kinds = Object.fromEntries([...uids.values()].map(({ kind }) => [kind, {}]))
  const gone = await observe({ client, clock: context.clock, signal: context.signal }, kinds, timeoutOf(options), (observed) => {
    const left = [...uids.values()].flatMap(({ kind }) => observed.list(kind)).some(({ metadata }) => uids.has(metadata.uid))
    return left ? undefined : true
  })
  if (gone === true) return exitCodes.ok
  context.err('error: not all of it is gone yet; the cluster goes on deleting')
  return exitCodes.timedOut
}

async function chooseResources(context: Context, client: Client, options: Options, words: readonly string[]): Promise<readonly Resource[]> {
  if (options.filename !== undefined) {
    // Backwards, so that what others refer to goes last.
    return (await readInput(context, options)).map(({ kind, object }) => ({ kind, name: String(object.metadata['name']) })).toReversed()
  }
  const [first] = words
  if (first === undefined) throw new CommandError(exitCodes.invalid, 'what? Write kind/name, or -f FILE')
  if (words.length > 1 || first.includes('/')) return parseResources(words)
  const kind = parseKind(first)
  if (options.selector === undefined && options.fieldSelector === undefined && options.all !== true) {
    throw new CommandError(exitCodes.invalid, `which ${first}? Write a name, -l with labels, or --all`)
  }
  const { items } = await client.list(kind, selectorsOf(options))
  return items.map(({ metadata }) => ({ kind, name: metadata.name }))
}
