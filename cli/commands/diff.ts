// `kit diff -f FILE`: what applying would change, field by field. Exit code 0: nothing, 1: something, 2: trouble.

import type { Kind } from '../../api/objects.ts'
import { isJsonObject, type JsonObject, type Manifest, type WireObject } from '../../api/wire.ts'
import { variablesFromFiles } from '../../compose/env-file.ts'
import type { Context } from '../context.ts'
import { CommandError, type ExitCode, exitCodes } from '../exit.ts'
import { readInput, tellIgnored } from '../input/input.ts'
import { tryAll, versionOf } from '../input/input-apply.ts'
import type { Options } from '../options.ts'
import { fieldDiff } from '../output/field-diff.ts'
import { nameOf } from '../resource.ts'

export async function diff(context: Context, options: Options): Promise<ExitCode> {
  if (options.from !== undefined || options.to !== undefined)
    throw new CommandError(exitCodes.invalid, 'error: of which service? kit diff service/NAME --from 1 --to 2')
  return await comparing(async () => {
    const { changes } = await plan(context, options)
    for (const change of changes) printChange(context, change)
    return changes.length > 0
  })
}

/** 1 means "differs", so every trouble is 2, as in kubectl. */
export async function comparing(differs: () => Promise<boolean>): Promise<ExitCode> {
  try {
    return (await differs()) ? exitCodes.error : exitCodes.ok
  } catch (error) {
    if (error instanceof Error)
      throw new CommandError(exitCodes.invalid, error instanceof CommandError ? error.message : `error: ${error.message}`)
    throw error
  }
}

export interface Change {
  readonly kind: Kind
  readonly name: string
  readonly live: WireObject | undefined
  /** Undefined when that cannot be told before what it refers to is there. */
  readonly planned: WireObject | undefined
  readonly lines: readonly string[]
}

/** What the files would change, in their order, and of which state of the cluster that is said. */
export async function plan(
  context: Context,
  options: Options,
): Promise<{ readonly changes: readonly Change[]; readonly unchanged: number; readonly version: string }> {
  const input = await readInput(context, options)
  tellIgnored(context, input)
  const before = await tryAll(await context.client(), input, options.force === true)
  const all = input.map(({ kind, object }, at): Change => {
    const { live, planned } = before[at] ?? {}
    const [old, now] = [live === undefined ? {} : facts(live), planned === undefined ? ownFacts(kind, object) : facts(planned)]
    const hidden = new Set([old, now].flatMap(({ spec }) => [...variablesFromFiles(spec)].map((path) => `spec.${path}`)))
    return { kind, name: String(object.metadata['name']), live, planned, lines: fieldDiff(old, now, hidden) }
  })
  const changes = all.filter(({ lines }) => lines.length > 0)
  return { changes, unchanged: all.length - changes.length, version: versionOf(input, before) }
}

export function printChange(context: Context, { kind, name, live, lines }: Change): void {
  context.out(`${nameOf(kind, name)}${live === undefined ? ' (new)' : ''}\n${lines.map((line) => `  ${line}\n`).join('')}`)
}

/** Of what the server could not look at yet. */
function ownFacts(kind: Kind, { metadata, spec }: Manifest): JsonObject {
  const value: unknown = JSON.parse(JSON.stringify({ ...marksOf(metadata), spec: hiddenIn(kind, spec) }))
  return isJsonObject(value) ? value : {}
}

/** What a person may write: no status, no bookkeeping. Secret data is shown as changed, never as text. */
function facts(object: WireObject): JsonObject {
  const value: unknown = JSON.parse(JSON.stringify({ ...marksOf(object.metadata), spec: hiddenIn(object.kind, object.spec) }))
  return isJsonObject(value) ? value : {}
}

/** Not as an empty map, which would be a line of its own. */
function marksOf({ labels, annotations }: { readonly labels?: unknown; readonly annotations?: unknown }): object {
  return labels === undefined && annotations === undefined ? {} : { metadata: { labels, annotations } }
}

function hiddenIn(kind: Kind, spec: unknown): unknown {
  return kind === 'Secret' && typeof spec === 'object' ? { ...spec, data: '***' } : spec
}
