// Applies what `readInput` read: first everything as a dry run, so that nothing is applied when anything
// is refused; then for real; then it waits until it is true.

import { type Cause, reasonOf, StatusError } from '../api/errors.ts'
import { formatDiagnostics } from '../api/format-diagnostic.ts'
import { codeOfCause } from '../api/mistake.ts'
import type { Manifest, WireObject } from '../api/wire.ts'
import { pointAt } from '../api/yaml-document.ts'
import { type Path, pathText, valueAt } from '../api/yaml-place.ts'
import type { Client } from '../client/client.ts'
import type { Context } from './context.ts'
import { converge } from './converge.ts'
import { CommandError, type ExitCode, exitCodes } from './exit.ts'
import { findMissing } from './external-references.ts'
import { type InputObject, readInput, tellIgnored } from './input.ts'
import type { Options } from './options.ts'
import { nameOf } from './resource.ts'
import { timeoutOf } from './timeout.ts'

export const fieldManager = 'kit-apply'

export async function applyInput(context: Context, options: Options): Promise<ExitCode> {
  const input = await readInput(context, options)
  tellIgnored(context, input)
  const client = await context.client()
  const force = options.force === true
  const before = await tryAll(client, input, force)
  const services = new Map<string, number>()
  const stacks = new Map<string, number>()
  let changed = 0
  for (const [at, { kind, object }] of input.entries()) {
    const old = before[at]
    const now = options.dryRun === true ? undefined : await client.apply(kind, object, { fieldManager, force })
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

/** What is there now, after the server has said yes to everything. All refusals are reported together. */
async function tryAll(client: Client, input: readonly InputObject[], force: boolean): Promise<readonly Before[]> {
  const refusals: string[] = [...(await findMissing(client, input))]
  let code: ExitCode = exitCodes.invalid
  const before: Before[] = []
  for (const each of input) {
    const { kind, object } = each
    let live: WireObject | undefined
    try {
      live = await client.get(kind, String(object.metadata['name'])).catch((error: unknown) => {
        if (reasonOf(error) === 'NotFound') return undefined
        throw error
      })
      before.push({ live, planned: await client.apply(kind, object, { fieldManager, force, dryRun: true }) })
    } catch (error) {
      if (!(error instanceof StatusError) || reasonOf(error) === 'Unavailable') throw error
      if (reasonOf(error) === 'Conflict') code = exitCodes.error
      if (reasonOf(error) === 'Forbidden') code = exitCodes.refused
      refusals.push(describeRefusal(error, each, live))
    }
  }
  if (refusals.length > 0) throw new CommandError(code, `${refusals.join('\n\n')}\n\nNothing was applied.`)
  return before
}

interface Before {
  readonly live: WireObject | undefined
  readonly planned: WireObject
}

function describeChange(before: Before | undefined, now: WireObject | undefined): 'created' | 'configured' | 'unchanged' {
  if (before?.live === undefined) return 'created'
  const { live, planned } = before
  if (now !== undefined)
    return now.metadata.resourceVersion === live.metadata.resourceVersion || now.metadata.generation === live.metadata.generation
      ? sameLabels(live, now)
      : 'configured'
  return planned.metadata.generation === live.metadata.generation ? sameLabels(live, planned) : 'configured'
}

/** Bookkeeping such as managed fields changes the version too; only what a person wrote counts here. */
function sameLabels(a: WireObject, b: WireObject): 'configured' | 'unchanged' {
  const facts = ({ metadata }: WireObject): string => JSON.stringify([metadata.labels ?? {}, metadata.annotations ?? {}])
  return facts(a) === facts(b) ? 'unchanged' : 'configured'
}

/** What a server refused: each cause at its place in the file, or the sentence of a refusal without causes. */
export function describeRefusal(error: StatusError, { object, document, text }: InputObject, live: WireObject | undefined): string {
  const { causes = [] } = error.details
  if (causes.length === 0) {
    const { line, column } = document.locate([], 'value')
    return `error: ${error.message}\n  --> ${document.file}:${line}:${column}`
  }
  const diagnostics = causes.map((cause) => {
    const path = parsePath(cause.field ?? '')
    // A Compose file is the spec of its stack: its own paths begin below that.
    const place = document.kind === 'Compose' && path[0] === 'spec' ? path.slice(1) : path
    if (cause.reason !== 'FieldManagerConflict')
      return pointAt(document, { code: codeOfCause(cause), path: place, target: 'value', message: sentenceOf(cause, place) })
    const message = cause.code === undefined ? `${cause.message}: ${compareValues(path, object, live)}` : cause.message
    return pointAt(document, {
      code: 'KIT0143',
      path: place,
      target: 'value',
      message,
      help: '--force takes it for the file; to keep it, write the value that it has now',
    })
  })
  return formatDiagnostics(diagnostics, () => text)
}

function sentenceOf({ message }: Cause, path: Path): string {
  return path.length === 0 ? message : `\`${pathText(path)}\` ${message}`
}

/** What the cluster has at a path, and what the file says. Maps and lists are not shown: secrets may be in them. */
function compareValues(path: Path, object: Manifest, live: WireObject | undefined): string {
  if ([valueAt(live, path), valueAt(object, path)].some((value) => typeof value === 'object'))
    return `\`${pathText(path)}\` is not what the file says`
  const show = (value: unknown): string => (value === undefined ? 'something else' : JSON.stringify(value))
  return `\`${pathText(path)}\` is ${show(valueAt(live, path))}, and the file says ${show(valueAt(object, path))}`
}

/** `spec.ports[0].port` as steps. */
function parsePath(field: string): Path {
  return field
    .split(/[.[\]]+/)
    .filter((step) => step !== '')
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step))
}
