// What the file says that an object comes from, where that is not how it is. Of objects that a stack made: the cluster keeps what
// somebody changed by hand until the file changes the same field, and here one sees it.

import type { Kind } from '../../api/objects.ts'
import { isJsonObject, type Json, type WireObject } from '../../api/wire.ts'
import { compileStack, type Draft, stackLabel } from '../../compose/compile.ts'
import { readCompose } from '../../compose/read.ts'
import type { ClusterView } from './cluster-view.ts'

/** By path, `spec.replicas`: what the stack says; undefined where it does not have the field. */
export type Drift = ReadonlyMap<string, Json | undefined>

const none: Drift = new Map()
const compiled = new WeakMap<WireObject, readonly Draft[]>()

function draftsOf(stack: WireObject<'Stack'>): readonly Draft[] {
  const known = compiled.get(stack)
  if (known !== undefined) return known
  const read = readCompose(stack.spec)
  const drafts = 'model' in read ? compileStack(stack.metadata.name, read.model) : []
  compiled.set(stack, drafts)
  return drafts
}

export function driftOf(view: ClusterView, { kind, metadata, spec }: WireObject): Drift {
  const stack = view.get('Stack', metadata.labels?.[stackLabel] ?? '')
  const draft = stack === undefined ? undefined : draftsOf(stack).find((each) => each.kind === kind && each.name === metadata.name)
  if (draft === undefined || hidesItsSpec(kind)) return none
  const drift = new Map<string, Json | undefined>()
  compare(toJson(draft.spec), toJson(spec), 'spec', drift)
  return drift
}

/** Content is never read back, so there is nothing to compare. */
function hidesItsSpec(kind: Kind): boolean {
  return kind === 'Secret'
}

function toJson(value: unknown): Json | undefined {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}

/** Lists are one value, as for the controller that merges them. */
function compare(said: Json | undefined, live: Json | undefined, path: string, drift: Map<string, Json | undefined>): void {
  if (isJsonObject(said) && isJsonObject(live)) {
    for (const key of new Set([...Object.keys(said), ...Object.keys(live)])) compare(said[key], live[key], `${path}.${key}`, drift)
    return
  }
  // What the file leaves out is filled with defaults when it is read: only what it says can differ.
  if (said !== undefined && JSON.stringify(said) !== JSON.stringify(live)) drift.set(path, said)
}
