// Carrying out: everything as a dry run first, so that a directory is applied whole or not at all, then for real, in the
// order of what refers to what, then deleting, the other way round. All of it through the API, as `kit apply` does, so
// that there is one way to write. Each call may be repeated; what was done already changes nothing.

import type { Diagnostic } from '../../api/diagnostic.ts'
import { reasonOf, StatusError } from '../../api/errors.ts'
import type { Source } from '../../api/objects.ts'
import type { WireObject } from '../../api/wire.ts'
import { pointAt } from '../../api/yaml/yaml-document.ts'
import type { Client } from '../../client/client.ts'
import { externalReferences, placeMissing } from '../../compose/external-references.ts'
import type { InputObject } from '../../compose/input-object.ts'
import { isPromised, placeCauses, placeOf } from '../../compose/refusal.ts'
import { type Claim, configFor, type Drift, driftOf } from './compare.ts'
import { managerOf, type Present } from './prune.ts'

export type Result = NonNullable<Source['status']['results']>[number]

export interface Target {
  readonly claim: Claim
  readonly client: Client
  readonly force: boolean
  /** Lets others have a turn: what is carried out in this process does not wait by itself. */
  readonly pause: () => Promise<void>
  /** Which other source holds an object, if any. */
  readonly holderOf: (key: string) => string | undefined
}

export interface Trial {
  /** What an apply would change of what is there. */
  readonly drift: readonly Drift[]
  /** How many objects it would make. */
  readonly missing: readonly InputObject[]
  readonly diagnostics: readonly Diagnostic[]
}

/** So many objects in one turn. */
const atOnce = 50
const conflictHelp = 'force: true in the spec of the source takes it; to keep it, write the value that it has now'

export async function tryAll(target: Target, objects: readonly InputObject[]): Promise<Trial> {
  const { claim, client } = target
  const given = new Set(objects.map(nameOf))
  const lacking = new Set<string>()
  for (const { kind, name } of externalReferences(objects))
    if ((await getOrNothing(client, kind, name)) === undefined) lacking.add(`${kind}/${name}`)
  const diagnostics = objects.flatMap((each) => placeMissing(each, lacking))
  const drift: Drift[] = []
  const missing: InputObject[] = []
  for (const [at, each] of objects.entries()) {
    if (at % atOnce === atOnce - 1) await target.pause()
    const holder = target.holderOf(nameOf(each))
    if (holder !== undefined) {
      diagnostics.push(placed(each, 'KIT0124', `${nameOf(each)} belongs to source ${holder}`))
      continue
    }
    const { kind } = each
    const live = await getOrNothing(client, kind, String(each.object.metadata['name']))
    if (live === undefined) missing.push(each)
    try {
      const planned = await apply(target, each, live, true)
      if (live !== undefined)
        drift.push(...driftOf(claim.source, live, planned).map((found) => ({ ...found, ...placeOf(each, found.field ?? '') })))
    } catch (error) {
      if (!(error instanceof StatusError) || isPassing(error)) throw error
      if (isPromised(error, each.object, given)) continue
      const causes = placeCauses(error, each, live, conflictHelp)
      diagnostics.push(...(causes.length > 0 ? causes : [placed(each, 'KIT0107', error.message)]))
    }
  }
  return { drift, missing, diagnostics }
}

/** Trouble of the server and none of the files: the same may do in a while. */
function isPassing(error: StatusError): boolean {
  return ['Unavailable', 'NotLeader', 'TooManyRequests', 'Timeout', 'Unknown', 'InternalError'].includes(error.reason)
}

/** While another manager begins to lead: all of it is repeated at once, and not after the time that a failed attempt waits. */
function isOfLeader(error: StatusError): boolean {
  return ['Unavailable', 'NotLeader', 'Unknown'].includes(error.reason)
}

export interface Applied {
  readonly results: readonly Result[]
  readonly objects: readonly WireObject[]
  readonly failed: boolean
}

/** Stops at the first that fails: what comes later may refer to it. */
export async function applyAll(target: Target, objects: readonly InputObject[], signal: AbortSignal): Promise<Applied> {
  const results: Result[] = []
  const applied: WireObject[] = []
  for (const [at, each] of objects.entries()) {
    signal.throwIfAborted()
    if (at % atOnce === atOnce - 1) await target.pause()
    const name = String(each.object.metadata['name'])
    const live = await getOrNothing(target.client, each.kind, name)
    try {
      const object = await apply(target, each, live, false)
      applied.push(object)
      if (live === undefined) results.push({ kind: each.kind, name, action: 'Created' })
      else if (live.metadata.resourceVersion !== object.metadata.resourceVersion)
        results.push({ kind: each.kind, name, action: 'Configured' })
    } catch (error) {
      if (!(error instanceof StatusError) || isOfLeader(error)) throw error
      return { results: [...results, { kind: each.kind, name, action: 'Failed', message: error.message }], objects: applied, failed: true }
    }
  }
  return { results, objects: applied, failed: false }
}

export interface Pruned {
  readonly results: readonly Result[]
  /** Some are still in use by what is being deleted. */
  readonly isPending: boolean
}

/** Last first. An object that was made again meanwhile has another uid, and stays. */
export async function pruneAll(client: Client, objects: readonly Present[], signal: AbortSignal): Promise<Pruned> {
  const results: Result[] = []
  let isPending = false
  for (const { kind, metadata } of objects) {
    signal.throwIfAborted()
    const { name, uid } = metadata
    try {
      await client.delete(kind, name, { preconditions: { uid } })
      results.push({ kind, name, action: 'Pruned' })
    } catch (error) {
      if (reasonOf(error) === 'NotFound') continue
      if (!(error instanceof StatusError) || isOfLeader(error)) throw error
      isPending = true
      results.push({ kind, name, action: 'PruneSkipped', message: error.message })
    }
  }
  return { results, isPending }
}

function apply(target: Target, each: InputObject, live: WireObject | undefined, dryRun: boolean): Promise<WireObject> {
  const { claim, client, force } = target
  const config = configFor(claim, each.object, live)
  return client.apply(each.kind, config, { fieldManager: managerOf(claim.source), force, dryRun })
}

async function getOrNothing(client: Client, kind: WireObject['kind'], name: string): Promise<WireObject | undefined> {
  return await client.get(kind, name).catch((error: unknown) => {
    if (reasonOf(error) === 'NotFound') return undefined
    throw error
  })
}

function placed({ document }: InputObject, code: string, message: string): Diagnostic {
  return pointAt(document, { code, path: [], target: 'value', message })
}

export function nameOf({ kind, object }: Pick<InputObject, 'kind' | 'object'>): string {
  return `${kind}/${String(object.metadata['name'])}`
}
