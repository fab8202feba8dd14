// `kit gitops`: directories that the cluster is kept equal to. Each command writes one field of the Source, or one wish
// beside it, and then waits for what the controller says.

import { isAbsolute, resolve } from 'node:path'
import { ownerWords } from '../../api/apply.ts'
import { parseDuration } from '../../api/duration.ts'
import { reasonOf } from '../../api/errors.ts'
import { formatAge } from '../../api/table.ts'
import { formatTimestamp } from '../../api/timestamp.ts'
import type { WireObject } from '../../api/wire.ts'
import type { Client } from '../../client/client.ts'
import { messageOf } from '../../effects/thrown.ts'
import type { Context } from '../context.ts'
import { CommandError, type ExitCode, exitCodes } from '../exit.ts'
import { observe } from '../observe.ts'
import type { Options } from '../options.ts'
import { formatColumns } from '../output/columns.ts'
import { wrapMessage } from '../output/wrap.ts'
import { find } from '../resource.ts'
import { timeoutOf } from '../timeout.ts'

type Source = WireObject<'Source'>

const fieldManager = 'kit-gitops'
/** As the controller reads them. */
const syncAnnotation = 'kit/sync'
const agreeAnnotation = 'kit/agree-prune'
const pruneFinalizer = 'kit/prune'

export async function add(context: Context, options: Options, [name = '']: readonly string[]): Promise<ExitCode> {
  if (options.dir === undefined) throw new CommandError(exitCodes.invalid, 'which directory? Write --dir DIRECTORY')
  const { remote } = { remote: undefined, ...(await context.target()) }
  if (remote !== undefined && !isAbsolute(options.dir))
    throw new CommandError(
      exitCodes.invalid,
      `${options.dir} is relative to this machine, and the manager is another: write the path there`,
    )
  const spec = {
    path: resolve(options.dir),
    ...(options.node === undefined ? {} : { node: options.node }),
    ...(options.interval === undefined ? {} : { interval: options.interval }),
    ...(options.prune === undefined ? {} : { prune: options.prune }),
    ...(options.allowEmpty === undefined ? {} : { allowEmpty: options.allowEmpty }),
    ...(options.reportDrift === true ? { drift: 'Report' } : {}),
    ...(options.leave === undefined ? {} : { leave: options.leave }),
    ...(options.suspend === undefined ? {} : { suspend: options.suspend }),
  }
  const client = await context.client()
  const source = await client.apply(
    'Source',
    { apiVersion: 'kit/v1', kind: 'Source', metadata: { name }, spec },
    { fieldManager, force: true },
  )
  context.out(`source/${name} watches ${spec.path}\n`)
  // It may have been made since the controller looked for it.
  const missed = readyOf(source)?.reason
  if (missed === 'DirectoryMissing' || missed === 'DirectoryUnreadable') return await sync(context, options, [name])
  return await waitFor(context, options, client, source, isLookedAt(source))
}

export async function suspend(context: Context, options: Options, [name = '']: readonly string[]): Promise<ExitCode> {
  const ms = options.for === undefined ? undefined : parseDuration(options.for)
  if (options.for !== undefined && ms === undefined)
    throw new CommandError(exitCodes.invalid, `error: --for: "${options.for}" is not a time such as 30m or 2h`)
  const until = ms === undefined ? undefined : formatTimestamp(context.clock.wallMs() + ms)
  const spec = { suspend: true, suspendUntil: until ?? null, suspendReason: options.reason ?? null }
  const then = until === undefined ? '' : `${until}, or `
  return await change(
    context,
    { ...options, wait: false },
    name,
    spec,
    `suspended: nothing is applied until ${then}\`kit gitops resume ${name}\``,
  )
}

/** Also from a revision that it was rolled back to. */
export async function resume(context: Context, options: Options, [name = '']: readonly string[]): Promise<ExitCode> {
  return await change(context, options, name, { suspend: null, suspendUntil: null, suspendReason: null, pin: null }, 'resumed')
}

async function change(
  context: Context,
  options: Options,
  word: string,
  spec: Readonly<Record<string, string | boolean | null>>,
  done: string,
): Promise<ExitCode> {
  const client = await context.client()
  const { name } = (await find(client, 'Source', word)).metadata
  const source = await client.patch('Source', name, { type: 'merge', patch: { spec } }, { fieldManager })
  sayOf(context, name, ` ${done}`)
  return await waitFor(context, options, client, source, isLookedAt(source))
}

/** One look and one attempt, now: also while it is suspended, and over drift that is only reported. */
export async function sync(context: Context, options: Options, [word = '']: readonly string[]): Promise<ExitCode> {
  const client = await context.client()
  const { metadata, status } = await find(client, 'Source', word)
  const { name } = metadata
  const wish = String(context.clock.wallMs())
  if (options.prune === true && status.awaiting === undefined) context.err(`source/${name} waits for no agreement: --prune changes nothing`)
  if (options.prune === true && status.awaiting !== undefined)
    context.err(`source/${name}: ${status.awaiting.prune} of ${status.awaiting.of} objects are to be deleted`)
  const agreed = options.prune === true && status.awaiting !== undefined ? { [agreeAnnotation]: status.awaiting.token } : {}
  const annotations = { [syncAnnotation]: wish, ...agreed }
  const source = await client.patch('Source', name, { type: 'merge', patch: { metadata: { annotations } } }, { fieldManager })
  return await waitFor(context, options, client, source, (found) => found.status.lastHandledSync === wish)
}

export async function history(context: Context, [word = '']: readonly string[]): Promise<void> {
  const { status } = await find(await context.client(), 'Source', word)
  const now = context.clock.wallMs()
  const rows = (status.history ?? []).map(({ revision, commit, at, objects, changed }) => [
    revision,
    commit === undefined ? '-' : shortCommit(commit),
    formatAge(now - Date.parse(at)),
    String(objects),
    String(changed ?? '-'),
    revision === status.lastAppliedRevision ? 'applied' : '',
  ])
  context.out(`${formatColumns({ headings: ['Revision', 'Commit', 'Age', 'Objects', 'Changed', 'State'], rows }, context.width?.())}\n`)
}

/** With its mark: `-dirty` says that files differ from it. */
function shortCommit(commit: string): string {
  return commit.replace(/^[0-9a-f]+/, (hash) => hash.slice(0, 10))
}

export async function rollback(context: Context, options: Options, [word = '']: readonly string[]): Promise<ExitCode> {
  const { metadata, status } = await find(await context.client(), 'Source', word)
  const kept = status.history ?? []
  const to = kept.filter(({ revision, commit }) =>
    options.to === undefined
      ? revision !== status.lastAppliedRevision
      : revision.startsWith(options.to) || commit?.startsWith(options.to) === true,
  )
  const [target, another] = to
  if (target === undefined) {
    const what = options.to === undefined ? 'nothing was applied before this' : `nothing that was applied begins with ${options.to}`
    throw new CommandError(exitCodes.invalid, `${what}: \`kit gitops history ${metadata.name}\` has what was`)
  }
  if (options.to !== undefined && another !== undefined)
    throw new CommandError(exitCodes.invalid, `${options.to} is the beginning of more than one revision: write more of it`)
  return await change(
    context,
    options,
    metadata.name,
    { pin: target.revision },
    `goes back to ${target.revision}, and stays there until \`kit gitops resume ${metadata.name}\``,
  )
}

/** What a sync would do, as the controller has found it at its last look. Exit code as that of `kit diff`. */
export async function diff(context: Context, [word = '']: readonly string[]): Promise<ExitCode> {
  const { status } = await find(await context.client(), 'Source', word).catch((error: unknown) => {
    throw new CommandError(exitCodes.invalid, messageOf(error))
  })
  const marks = { Create: '+', Configure: '~', Prune: '-' } as const
  const now = context.clock.wallMs()
  const drift = (status.drift ?? []).map(({ kind, name, field, message, ...maker }) => {
    const words = [field, message, makerWords(maker, now)].filter((text) => text !== undefined)
    return `~ ${kind}/${name}: ${words.join(' ')}`
  })
  const pending = (status.pending ?? []).map(
    ({ kind, name, action, message }) => `${marks[action]} ${kind}/${name}${message === undefined ? '' : `: ${message}`}`,
  )
  for (const line of [...drift, ...pending]) context.out(`${line}\n`)
  for (const { file, line, column, message } of status.errors ?? [])
    context.err(file === undefined ? `error: ${message}` : `error: ${message}\n  --> ${file}:${line}:${column}`)
  if ((status.errors ?? []).length > 0) return exitCodes.invalid
  return drift.length + pending.length > 0 ? exitCodes.error : exitCodes.ok
}

/** `(by ann with kit-scale, 5m ago)` */
function makerWords(
  { by, user, at }: Omit<NonNullable<Source['status']['drift']>[number], 'kind' | 'name'>,
  now: number,
): string | undefined {
  if (by === undefined) return undefined
  const when = at === undefined ? '' : `, ${formatAge(now - Date.parse(at))} ago`
  return `(by ${ownerWords({ manager: by, ...(user === undefined ? {} : { user }) })}${when})`
}

export async function remove(context: Context, options: Options, [word = '']: readonly string[]): Promise<ExitCode> {
  const client = await context.client()
  const { metadata, status } = await find(client, 'Source', word)
  const { name } = metadata
  const others = (metadata.finalizers ?? []).filter((finalizer) => finalizer !== pruneFinalizer)
  const finalizers = options.prune === true ? [...others, pruneFinalizer] : others
  await client.patch('Source', name, { type: 'merge', patch: { metadata: { finalizers } } }, { fieldManager }).catch(unlessGone)
  await client.delete('Source', name).catch(unlessGone)
  if (options.prune !== true) {
    const count = (status.inventory ?? []).length
    context.out(
      `source/${name} removed; ${count === 0 ? 'nothing was applied' : `what it applied stays: kit get all -l kit/source=${name}`}\n`,
    )
    return exitCodes.ok
  }
  const isGone =
    options.wait === false
      ? true
      : await observe({ client, clock: context.clock, signal: context.signal }, { Source: {} }, timeoutOf(options), (all) =>
          all.list('Source').some((source) => source.metadata.uid === metadata.uid) ? undefined : true,
        )
  if (isGone !== true) throw new CommandError(exitCodes.timedOut, `error: source/${name} still deletes what it has created`)
  context.out(`source/${name} removed, with what it had created\n`)
  return exitCodes.ok
}

function unlessGone(error: unknown): void {
  if (reasonOf(error) !== 'NotFound') throw error
}

// Waiting.

/** The controller has looked since this was written. */
function isLookedAt({ metadata }: Source): (found: Source) => boolean {
  return ({ status }) => (status.observedGeneration ?? 0) >= metadata.generation && readyOf({ status }) !== undefined
}

function readyOf({ status }: Pick<Source, 'status'>) {
  return status.conditions?.find(({ type }) => type === 'Ready')
}

async function waitFor(
  context: Context,
  options: Options,
  client: Client,
  { metadata: { name, uid } }: Source,
  isDone: (source: Source) => boolean,
): Promise<ExitCode> {
  if (options.wait === false) return exitCodes.ok
  const found = await observe(
    { client, clock: context.clock, signal: context.signal },
    { Source: { fieldSelector: `metadata.name=${name}` } },
    timeoutOf(options),
    (all) => {
      const source = all.list('Source').find((each) => each.metadata.uid === uid)
      return source === undefined ? 'gone' : isDone(source) ? source : undefined
    },
  )
  if (found === undefined)
    throw new CommandError(
      exitCodes.timedOut,
      `error: no manager has read source/${name} yet; is it running? \`kit describe source ${name}\``,
    )
  if (found === 'gone') throw new CommandError(exitCodes.error, `error: source/${name} was deleted meanwhile`)
  return report(context, found)
}

function report(context: Context, source: Source): ExitCode {
  const { name } = source.metadata
  const { results = [], errors = [] } = source.status
  const ready = readyOf(source)
  const isApplied = ready?.status === 'True'
  if (isApplied)
    for (const { kind, name: object, action, message } of results)
      context.out(`${kind.toLowerCase()}/${object} ${word(action)}${message === undefined ? '' : `: ${message}`}\n`)
  for (const { file, line, column, code, message } of errors)
    context.err(
      file === undefined
        ? `error: ${message}`
        : `error${code === undefined ? '' : `[${code}]`}: ${message}\n  --> ${file}:${line}:${column}`,
    )
  const { lastAppliedRevision: last } = source.status
  const stays = last === undefined ? 'nothing was applied' : `revision ${last} stays applied`
  const text = `: ${errors.length > 0 ? stays : (ready?.message ?? 'no manager has read it yet')}`
  if (isApplied) sayOf(context, name, text)
  else context.err(`source/${name}${text}`)
  if (isApplied || ready?.reason === 'Suspended') return exitCodes.ok
  if (ready?.reason === 'InvalidFiles') return exitCodes.invalid
  return ready?.reason === 'PruneNeedsConsent' || ready?.reason === 'Empty' ? exitCodes.refused : exitCodes.error
}

/** Sentences, which a terminal would break within words. */
function sayOf({ out, width }: Context, name: string, text: string): void {
  const line = `source/${name}${text}`
  out(`${width === undefined ? line : wrapMessage(line, width())}\n`)
}

function word(action: string): string {
  return action === 'PruneSkipped' ? 'kept' : action.toLowerCase()
}
