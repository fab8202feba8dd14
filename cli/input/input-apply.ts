// Applies what `readInput` read: first everything as a dry run, so that nothing is applied when anything
// is refused; then for real; then it waits until it is true.

import { createHash } from 'node:crypto'
import { reasonOf, StatusError } from '../../api/errors.ts'
import { formatDiagnostics } from '../../api/format-diagnostic.ts'
import type { Kind } from '../../api/objects.ts'
import type { Manifest, WireObject } from '../../api/wire.ts'
import type { Client } from '../../client/client.ts'
import { externalReferences, placeMissing } from '../../compose/external-references.ts'
import type { InputObject } from '../../compose/input-object.ts'
import { isPromised, placeCauses } from '../../compose/refusal.ts'
import type { Context } from '../context.ts'
import { converge } from '../converge.ts'
import { CommandError, type ExitCode, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { nameOf } from '../resource.ts'
import { timeoutOf } from '../timeout.ts'
import { readInput, tellIgnored } from './input.ts'

export const fieldManager = 'kit-apply'
const versionLength = 12
const versionPattern = /^[0-9a-f]{12}$/
const mostAttempts = 20

export async function applyInput(context: Context, options: Options): Promise<ExitCode> {
  const input = await readInput(context, options)
  tellIgnored(context, input)
  const client = await context.client()
  const force = options.force === true
  const before = await tryAll(client, input, force)
  assertVersion(options.ifVersion, versionOf(input, before))
  const services = new Map<string, number>()
  const stacks = new Map<string, number>()
  let changed = 0
  for (const [at, { kind, object }] of input.entries()) {
    const old = before[at]
    const guard = options.ifVersion === undefined ? undefined : old?.live
    const now = options.dryRun === true ? undefined : await applyOne(client, kind, object, force, guard)
    const name = String(object.metadata['name'])
    const outcome = describeChange(old, now)
    if (outcome !== 'unchanged') changed++
    context.out(`${nameOf(kind, name)} ${outcome}${options.dryRun === true ? ' (dry run)' : ''}\n`)
    if (now !== undefined && kind === 'Service') services.set(name, now.metadata.generation)
    if (now !== undefined && kind === 'Stack') stacks.set(name, now.metadata.generation)
  }
  if (changed === 0) context.err('Nothing changed: the cluster has all of it already.')
  if (options.dryRun === true || options.wait === false || services.size + stacks.size === 0) return exitCodes.ok
  return converge(context, client, { services, stacks, isMine: true }, timeoutOf(options))
}

/**
 * Names the state of the cluster that a plan was made of: which of the objects are there, and their specs. What they are doing
 * has no say in it.
 */
export function versionOf(input: readonly InputObject[], before: readonly Before[]): string {
  const states = input.map(({ kind, object }, at) => {
    const { uid = '', generation = 0 } = before[at]?.live?.metadata ?? {}
    return `${kind}/${object.metadata['name']} ${uid} ${generation}`
  })
  return createHash('sha256').update(states.toSorted().join('\n')).digest('hex').slice(0, versionLength)
}

function assertVersion(wanted: string | undefined, found: string): void {
  if (wanted === undefined || wanted === found) return
  if (!versionPattern.test(wanted))
    throw new CommandError(exitCodes.invalid, `error: --if-version: "${wanted}" is not a version; \`kit apply --plan\` prints one`)
  throw new CommandError(
    exitCodes.error,
    `error: the cluster is not as it was in the plan of version ${wanted}: what the files are about has changed. Nothing was applied; \`kit apply --plan\` says what would change now`,
  )
}

/** `guard`: the object has to have this spec still. Its status may have changed, and changes again and again. */
async function applyOne(client: Client, kind: Kind, object: Manifest, force: boolean, guard: WireObject | undefined): Promise<WireObject> {
  if (guard === undefined) return await client.apply(kind, object, { fieldManager, force })
  for (let attempt = 1, { resourceVersion } = guard.metadata; ; attempt++) {
    try {
      const metadata = { ...object.metadata, resourceVersion }
      return await client.apply(kind, { ...object, metadata }, { fieldManager, force })
    } catch (error) {
      if (reasonOf(error) !== 'Conflict' || attempt === mostAttempts) throw error
      const { metadata } = await client.get(kind, guard.metadata.name)
      if (metadata.uid !== guard.metadata.uid || metadata.generation !== guard.metadata.generation) throw error
      resourceVersion = metadata.resourceVersion
    }
  }
}

/** What is there now, after the server has said yes to everything. All refusals are reported together. */
export async function tryAll(client: Client, input: readonly InputObject[], force: boolean): Promise<readonly Before[]> {
  const missing = new Set<string>()
  for (const { kind, name } of externalReferences(input))
    if ((await getOrNothing(client, kind, name)) === undefined) missing.add(`${kind}/${name}`)
  const refusals = input.flatMap((each) => {
    const diagnostics = placeMissing(each, missing)
    return diagnostics.length === 0 ? [] : [formatDiagnostics(diagnostics, () => each.text)]
  })
  const given = new Set(input.map(({ kind, object }) => `${kind}/${object.metadata['name']}`))
  let code: ExitCode = exitCodes.invalid
  const before: Before[] = []
  for (const each of input) {
    const { kind, object } = each
    let live: WireObject | undefined
    try {
      live = await getOrNothing(client, kind, String(object.metadata['name']))
      before.push({ live, planned: await client.apply(kind, object, { fieldManager, force, dryRun: true }) })
    } catch (error) {
      if (!(error instanceof StatusError) || reasonOf(error) === 'Unavailable') throw error
      if (isPromised(error, object, given)) {
        before.push({ live, planned: undefined })
        continue
      }
      if (reasonOf(error) === 'Conflict') code = exitCodes.error
      if (reasonOf(error) === 'Forbidden') code = exitCodes.refused
      refusals.push(describeRefusal(error, each, live))
    }
  }
  if (refusals.length > 0) throw new CommandError(code, `${refusals.join('\n\n')}\n\nNothing was applied.`)
  return before
}

export interface Before {
  readonly live: WireObject | undefined
  /** Undefined when that cannot be told before what it refers to is there. */
  readonly planned: WireObject | undefined
}

async function getOrNothing(client: Client, kind: Kind, name: string): Promise<WireObject | undefined> {
  return await client.get(kind, name).catch((error: unknown) => {
    if (reasonOf(error) === 'NotFound') return undefined
    throw error
  })
}

function describeChange(before: Before | undefined, now: WireObject | undefined): 'created' | 'configured' | 'unchanged' {
  if (before?.live === undefined) return 'created'
  const { live, planned } = before
  if (now !== undefined)
    return now.metadata.resourceVersion === live.metadata.resourceVersion || now.metadata.generation === live.metadata.generation
      ? sameLabels(live, now)
      : 'configured'
  return planned?.metadata.generation === live.metadata.generation ? sameLabels(live, planned) : 'configured'
}

/** Bookkeeping such as managed fields changes the version too; only what a person wrote counts here. */
function sameLabels(a: WireObject, b: WireObject): 'configured' | 'unchanged' {
  const facts = ({ metadata }: WireObject): string => JSON.stringify([metadata.labels ?? {}, metadata.annotations ?? {}])
  return facts(a) === facts(b) ? 'unchanged' : 'configured'
}

/** What a server refused: each cause at its place in the file, or the sentence of a refusal without causes. */
export function describeRefusal(error: StatusError, each: InputObject, live: WireObject | undefined): string {
  const diagnostics = placeCauses(error, each, live, '--force takes it for the file; to keep it, write the value that it has now')
  if (diagnostics.length > 0) return formatDiagnostics(diagnostics, () => each.text)
  const { line, column } = each.document.locate([], 'value')
  return `error: ${error.message}\n  --> ${each.document.file}:${line}:${column}`
}
