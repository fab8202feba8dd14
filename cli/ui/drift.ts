// What the file says that an object comes from, where that is not how it is. Of objects that a stack made: the cluster keeps what
// somebody changed by hand until the file changes the same field, and here one sees it. Of those that a source applies: what it
// has seen and not undone yet.

import type { Kind } from '../../api/objects.ts'
import { isJsonObject, type Json, type WireObject } from '../../api/wire.ts'
import { compileStack, type Draft, stackLabel } from '../../compose/compile.ts'
import { readCompose } from '../../compose/read.ts'
import type { ClusterView } from './cluster-view.ts'
import { oneLine } from './text.ts'

/** By path, `spec.replicas`: in words, what the file says. */
export type Drift = ReadonlyMap<string, string>

const compiled = new WeakMap<WireObject, readonly Draft[]>()

function draftsOf(stack: WireObject<'Stack'>): readonly Draft[] {
  const known = compiled.get(stack)
  if (known !== undefined) return known
  const read = readCompose(stack.spec)
  const drafts = 'model' in read ? compileStack(stack.metadata.name, read.model) : []
  compiled.set(stack, drafts)
  return drafts
}

export function driftOf(view: ClusterView, object: WireObject): Drift {
  return new Map([...stackDrift(view, object), ...sourceDrift(view, object)])
}

function stackDrift(view: ClusterView, { kind, metadata, spec }: WireObject): Drift {
  const drift = new Map<string, string>()
  const stack = view.get('Stack', metadata.labels?.[stackLabel] ?? '')
  const draft = stack === undefined ? undefined : draftsOf(stack).find((each) => each.kind === kind && each.name === metadata.name)
  if (draft !== undefined && !hidesItsSpec(kind)) compare(toJson(draft.spec), toJson(spec), 'spec', drift)
  return drift
}

function sourceDrift(view: ClusterView, { kind, metadata: { name } }: WireObject): Drift {
  const found = [...view.all('Source').values()].flatMap(({ metadata, status }) =>
    (status.drift ?? []).flatMap((each): readonly [string, string][] =>
      each.kind === kind && each.name === name && each.field !== undefined
        ? [[each.field, `${sourceOf(metadata.name, each)}: ${oneLine(each.message ?? 'the files say something else')}`]]
        : [],
    ),
  )
  return new Map(found)
}

/** `source shop, run.yml:9` */
function sourceOf(name: string, { file, line }: { readonly file?: string; readonly line?: number }): string {
  return `source ${name}${file === undefined ? '' : `, ${file}:${line}`}`
}

/** The file that a source has an object from, as `run.yml:9`; of what a stack makes, the one that has the stack. */
export function fileOf(view: ClusterView, { kind, metadata: { name, labels } }: WireObject): string | undefined {
  const stack = labels?.[stackLabel]
  for (const { status } of view.all('Source').values())
    for (const item of status.inventory ?? [])
      if (item.file !== undefined && ((item.kind === kind && item.name === name) || (item.kind === 'Stack' && item.name === stack)))
        return `${item.file}:${item.line}`
  return undefined
}

/** Content is never read back, so there is nothing to compare. */
function hidesItsSpec(kind: Kind): boolean {
  return kind === 'Secret'
}

function toJson(value: unknown): Json | undefined {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}

/** Lists are one value, as for the controller that merges them. */
function compare(said: Json | undefined, live: Json | undefined, path: string, drift: Map<string, string>): void {
  if (isJsonObject(said) && isJsonObject(live)) {
    for (const key of new Set([...Object.keys(said), ...Object.keys(live)])) compare(said[key], live[key], `${path}.${key}`, drift)
    return
  }
  // What the file leaves out is filled with defaults when it is read: only what it says can differ.
  if (said !== undefined && JSON.stringify(said) !== JSON.stringify(live))
    drift.set(path, `the stack says ${oneLine(JSON.stringify(said))}`)
}
