// Sources: keeps the cluster as the files of a directory say. Watching the directory is the world's business
// (`Directories`); what the files mean is `files.ts`, what to delete `prune.ts`, what to do `decide.ts`, doing it
// `attempt.ts`. This file brings them together and writes down in Source.status how far it got; nothing else is its own.
//
// It runs on every manager, whether it leads or not, because directories are where they are: `turn.ts` says which of them
// reads a source. All that it writes goes through the API, in the name of the source. It may die on any line: whatever it
// wrote to the cluster says itself whose it is, so the next look finds it, and the status comes last. A file that is wrong,
// or not whole, changes nothing.

import { isDeepStrictEqual } from 'node:util'
import { durationMs } from '../../api/duration.ts'
import type { KitObject, Node, Source } from '../../api/objects.ts'
import { withDefaults } from '../../api/schema/defaults.ts'
import type { Directories } from '../../effects/effects.ts'
import type { Controller, Result } from '../runtime/controller.ts'
import { pruneAll } from './attempt.ts'
import { suspendedForMs } from './decide.ts'
import { revisionOf } from './files.ts'
import { OpenDirectories } from './open-directories.ts'
import { managerOf, planPrune } from './prune.ts'
import { snapshotKey } from './snapshots.ts'
import type { Verdict } from './source-status.ts'
import { claim, inPruneOrder, presentObjects, prunable, type SyncDeps, say, sync } from './sync.ts'
import { downWords, turnOf } from './turn.ts'

/** Holds a Source that is being deleted until what it has created is deleted. */
export const pruneFinalizer = 'kit/prune'

const lookAgainMs = 500
/** A directory that is being written to for so long is worth a word. */
const patienceMs = 10_000
const pendingMs = 2000

export type GitopsDeps = SyncDeps & {
  /** Whether this manager leads, and whoever wants to know when that changes. */
  readonly leadership: { leads(): boolean; onChange(listener: () => void): () => void }
  /** Undefined where there are none: a node without a file system of people. */
  readonly directories: Directories | undefined
}

export function gitopsController(deps: GitopsDeps): Controller {
  let wake: (key: string) => void = () => undefined
  const open = new OpenDirectories(deps.clock, (name) => wake(name))
  const parse = open.parseOnce.bind(open)

  function self(): { readonly nodeId: string; readonly leads: boolean } {
    return { nodeId: deps.nodeId, leads: deps.leadership.leads() }
  }

  return {
    name: 'gitops',
    watches: {
      Source: (source, previous) =>
        isOnlyStatus(source, previous) && source.status.node === previous?.status.node ? [] : [source.metadata.name],
      Node: (node, previous) => (isOfSameUse(node, previous) ? [] : sourceNames(deps)),
      ...Object.fromEntries(prunable.filter((kind) => kind !== 'Source').map((kind) => [kind, sourcesOf])),
    },
    wakes(add) {
      wake = add
      const unsubscribe = deps.leadership.onChange(() => {
        for (const name of sourceNames(deps)) add(name)
      })
      return () => {
        unsubscribe()
        open.closeAll()
      }
    },
    // It has no handle that writes: the API checks it as it checks people.
    writes: {},
    async reconcile(name, signal): Promise<Result> {
      const stored = deps.store.view.get('Source', name)
      const turn = stored === undefined ? undefined : turnOf(stored, [...deps.store.view.list('Node')], self())
      const isEnding = stored?.metadata.deletedAt !== undefined
      if (stored === undefined || isEnding || turn?.do === 'Leave' || turn?.do === 'Say') open.close(name)
      if (stored === undefined || turn === undefined || turn.do === 'Leave') return {}
      if (turn.do === 'Say') return await say(deps, stored, { status: 'False', reason: turn.reason, message: turn.message })
      if (turn.do === 'Claim' && turn.isNamed) return await claim(deps, stored)
      if (isEnding) return await end(deps, stored, signal)
      const { spec } = withDefaults('Source', stored)
      if (deps.directories === undefined) {
        if (turn.do === 'Claim' && !self().leads) return {}
        return await say(deps, stored, { status: 'False', reason: 'NotHere', message: 'this node reads no directories' })
      }
      const { state, changingForMs } = await open.read(deps.directories, name, spec.path, signal)
      const source = deps.store.view.get('Source', name)
      // What was decided before it was read counts for the same source, of the same reader, only.
      if (source?.metadata.uid !== stored.metadata.uid || source.metadata.generation !== stored.metadata.generation)
        return { requeueAfterMs: 0 }
      if (source.status.node !== stored.status.node) return { requeueAfterMs: 0 }
      if (turn.do === 'Claim') return state.state === 'Missing' ? await sayNobody(deps, source, turn.lost) : await claim(deps, source)
      const { watching } = state
      if (state.state === 'Changing') {
        if (changingForMs >= patienceMs)
          await say(deps, source, { status: 'Unknown', reason: 'Changing', message: state.message }, { watching })
        return { requeueAfterMs: lookAgainMs }
      }
      const retryAfterMs = durationMs(spec.retryInterval ?? '30s')
      if (state.state !== 'Whole') {
        const verdict: Verdict = { status: 'False', reason: `Directory${state.state}`, message: `${state.message}; what was applied stays` }
        return { ...(await say(deps, source, verdict, { watching })), requeueAfterMs: retryAfterMs }
      }
      const chosen = await chosenFiles(deps, source, spec.pin, state)
      if (chosen === undefined) {
        const message = `revision ${spec.pin} is not kept here: status.history has those that are`
        return await say(deps, source, { status: 'False', reason: 'NotKept', message }, { watching })
      }
      const { files, ...commit } = chosen
      const outcome = await sync({ ...deps, parse }, source, files, { watching, ...commit }, signal)
      const resumedInMs = suspendedForMs(spec, deps.clock.wallMs()) || Number.POSITIVE_INFINITY
      const nextMs = Math.min(outcome.requeueAfterMs ?? Number.POSITIVE_INFINITY, resumedInMs, durationMs(spec.interval ?? '1m'))
      return { requeueAfterMs: nextMs }
    },
  }
}

interface ChosenFiles {
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly commit?: string
}

/** What a source applies: what lies in its directory now, or what lay there in the revision that it is pinned to, if that is kept here. */
async function chosenFiles(
  { snapshots }: GitopsDeps,
  { metadata, status }: Source,
  pin: string | undefined,
  present: ChosenFiles,
): Promise<ChosenFiles | undefined> {
  const files = pin === undefined ? present.files : await snapshots.load(snapshotKey(metadata.uid, pin))
  if (files === undefined || (pin !== undefined && revisionOf(files) !== pin)) return undefined
  const { commit } = pin === undefined ? present : (status.history?.find(({ revision }) => revision === pin) ?? {})
  return { files, ...(commit === undefined ? {} : { commit }) }
}

// Deleting a source.

/** Nothing is deleted with a source, unless its finalizer says so: then what it has created, and protected objects not. */
async function end(deps: GitopsDeps, { metadata }: Source, signal: AbortSignal): Promise<Result> {
  if (metadata.finalizers?.includes(pruneFinalizer) !== true) return {}
  const { name } = metadata
  const client = deps.clientOf(name)
  const source = { name, prune: true, allowEmpty: true }
  const agreed = `end:${Number.MAX_SAFE_INTEGER}`
  const { prune } = planPrune({ source, wanted: new Set(), present: presentObjects(deps), revision: 'end', agreed })
  const { isPending } = await pruneAll(client, inPruneOrder(prune), signal)
  if (isPending) return { requeueAfterMs: pendingMs }
  const finalizers = metadata.finalizers.filter((finalizer) => finalizer !== pruneFinalizer)
  // Only if it is still the one that was read: another of this name may want to be held by its own.
  const { resourceVersion } = metadata
  await client.patch('Source', name, { type: 'merge', patch: { metadata: { resourceVersion: String(resourceVersion), finalizers } } })
  return {}
}

/** No manager that has looked has the directory. Each is woken when it comes to be there. */
async function sayNobody(deps: GitopsDeps, source: Source, lost: string | undefined): Promise<Result> {
  if (!deps.leadership.leads()) return {}
  if (lost !== undefined) return await say(deps, source, { status: 'False', reason: 'NodeDown', message: downWords(lost) })
  const message = `there is no directory ${source.spec.path} on any manager; what was applied stays`
  return await say(deps, source, { status: 'False', reason: 'DirectoryMissing', message })
}

function sourceNames({ store: { view } }: GitopsDeps): readonly string[] {
  return Array.from(view.list('Source'), ({ metadata }) => metadata.name)
}

/** To whoever asks which node may read a directory. */
function isOfSameUse(node: Node, previous: Node | undefined): boolean {
  if (previous === undefined || node === previous) return false
  const { role, state, description } = node.status
  return role === previous.status.role && state === previous.status.state && description?.hostname === previous.status.description?.hostname
}

/** Sources that have applied fields of the object, or had until somebody reset the record; its status is none of their business. */
function sourcesOf(object: KitObject, previous: KitObject | undefined): readonly string[] {
  if (object.kind === 'Task' || isOnlyStatus(object, previous)) return []
  const prefix = managerOf('')
  const before = previous?.kind === 'Task' ? [] : (previous?.metadata.managedFields ?? [])
  const managers = new Set([...before, ...(object.metadata.managedFields ?? [])].map(({ manager }) => manager))
  return [...managers].filter((manager) => manager.startsWith(prefix)).map((manager) => manager.slice(prefix.length))
}

function isOnlyStatus(object: KitObject, previous: KitObject | undefined): boolean {
  if (previous === undefined || object === previous || object.kind === 'Task' || previous.kind === 'Task') return false
  const [a, b] = [object.metadata, previous.metadata]
  return (
    a.generation === b.generation && a.deletedAt === b.deletedAt && isDeepStrictEqual([a.labels, a.annotations], [b.labels, b.annotations])
  )
}
