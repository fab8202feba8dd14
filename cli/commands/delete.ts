// `kit delete KIND NAME…`, `kit delete KIND -l …|--all`, `kit delete -f FILE`

import { formatDuration } from '../../api/duration.ts'
import { reasonOf } from '../../api/errors.ts'
import type { Kind } from '../../api/objects.ts'
import type { Client } from '../../client/client.ts'
import type { Context } from '../context.ts'
import { elapsed } from '../converge.ts'
import { CommandError, type ExitCode, exitCodes } from '../exit.ts'
import { readInput } from '../input/input.ts'
import { type Observed, observe } from '../observe.ts'
import type { Options } from '../options.ts'
import { find, nameOf, parseKind, parseOrSuggest, parseResources, type Resource } from '../resource.ts'
import { timeoutOf } from '../timeout.ts'
import { selectorsOf } from './get.ts'

/** What is left is told at most so often. */
const tellEveryMs = 500
/** More are only counted. */
const mostNames = 5

export async function remove(context: Context, options: Options, words: readonly string[]): Promise<ExitCode> {
  const client = await context.client()
  const resources = await chooseResources(context, client, options, words)
  if (resources.length === 0) context.err('Nothing to delete.')
  const uids = new Map<string, Resource>()
  const belonging: string[] = []
  for (const { kind, name } of resources) {
    const object = await find(client, kind, name).catch((error: unknown) => {
      if (options.filename === undefined) throw error
      return undefined // A file may name what was never created, or is gone already.
    })
    if (object === undefined) continue
    if (kind === 'Stack' && options.wait !== false) belonging.push(...(await servicesOf(client, object.metadata.uid)))
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
  return untilGone(context, client, uids, belonging, timeoutOf(options))
}

/** Uids of its services. Asked for before it is deleted: services go before their tasks have ended. */
async function servicesOf(client: Client, stackUid: string): Promise<readonly string[]> {
  const { items } = await client.list('Service')
  return items
    .map(({ metadata }) => metadata)
    .filter(({ ownerReferences = [] }) => ownerReferences.some(({ uid }) => uid === stackUid))
    .map(({ uid }) => uid)
}

/** Until the objects are gone, with all that belongs to them: services of stacks, tasks of services. Says what is left. */
async function untilGone(
  context: Context,
  client: Client,
  uids: ReadonlyMap<string, Resource>,
  belonging: readonly string[],
  timeoutMs: number,
): Promise<ExitCode> {
  const kinds = new Set([...uids.values()].flatMap(({ kind }): readonly Kind[] => [kind, ...dependents(kind)]))
  const known = new Set([...uids.keys(), ...belonging])
  const startedAt = context.clock.monotonicMs()
  let left = ''
  let toldAt = startedAt
  let told = ''
  const gone = await observe(
    { client, clock: context.clock, signal: context.signal },
    Object.fromEntries([...kinds].map((kind) => [kind, {}])),
    timeoutMs,
    (observed) => {
      left = describeLeft([...kinds], known, observed)
      if (left === '') return true
      const now = context.clock.monotonicMs()
      if (left !== told && now - toldAt >= tellEveryMs) {
        context.err(`${elapsed(now - startedAt)} still there: ${left}`)
        told = left
        toldAt = now
      }
      return undefined
    },
  )
  if (gone === true) return exitCodes.ok
  context.err(`error: still there after ${formatDuration(timeoutMs)}: ${left}. The cluster goes on deleting`)
  return exitCodes.timedOut
}

/** Whoever owns comes before what it owns. */
function dependents(kind: Kind): readonly Kind[] {
  if (kind === 'Stack') return ['Service', 'Network', 'Secret', 'Config', 'Task']
  return kind === 'Service' ? ['Task'] : []
}

/** `service/app_web, 3 tasks`; empty when nothing is left. Adds to `uids` what belongs to them. */
function describeLeft(kinds: readonly Kind[], uids: Set<string>, observed: Observed): string {
  const names: string[] = []
  for (const kind of kinds) {
    if (kind === 'Task') continue
    for (const { metadata } of observed.list(kind)) {
      if (!uids.has(metadata.uid) && !(metadata.ownerReferences ?? []).some(({ uid }) => uids.has(uid))) continue
      uids.add(metadata.uid)
      names.push(nameOf(kind, metadata.name))
    }
  }
  const tasks = kinds.includes('Task') ? observed.list('Task').filter(({ spec }) => uids.has(spec.serviceUid)).length : 0
  const some = names.length > mostNames ? [...names.slice(0, mostNames), `${names.length - mostNames} more`] : names
  return [...some, ...(tasks === 0 ? [] : [tasks === 1 ? '1 task' : `${tasks} tasks`])].join(', ')
}

async function chooseResources(context: Context, client: Client, options: Options, words: readonly string[]): Promise<readonly Resource[]> {
  if (options.filename !== undefined) {
    // Backwards, so that what others refer to goes last.
    return (await readInput(context, options)).map(({ kind, object }) => ({ kind, name: String(object.metadata['name']) })).toReversed()
  }
  const [first] = words
  if (first === undefined) throw new CommandError(exitCodes.invalid, 'what? Write kind/name, or -f FILE')
  if (words.length > 1 || first.includes('/')) return await parseOrSuggest(client, first, () => parseResources(words))
  const kind = await parseOrSuggest(client, first, parseKind)
  if (options.selector === undefined && options.fieldSelector === undefined && options.all !== true) {
    throw new CommandError(exitCodes.invalid, `which ${first}? Write a name, -l with labels, or --all`)
  }
  const { items } = await client.list(kind, selectorsOf(options))
  return items.map(({ metadata }) => ({ kind, name: metadata.name }))
}
