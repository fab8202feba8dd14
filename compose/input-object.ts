// What files of manifests hold, as objects with their places: what is applied first, and what is defined twice.

import type { Diagnostic } from '../api/diagnostic.ts'
import type { Kind } from '../api/objects.ts'
import type { Manifest } from '../api/wire.ts'
import type { ManifestDocument } from '../api/yaml/manifest.ts'
import { pointAt } from '../api/yaml/yaml-document.ts'
import type { Path } from '../api/yaml/yaml-place.ts'
import { compileStack } from './compile.ts'
import type { Problem } from './problem.ts'
import { readCompose } from './read.ts'

export interface InputObject {
  readonly kind: Kind
  readonly object: Manifest
  /** Where it stands, for mistakes that only the server can see. */
  readonly document: ManifestDocument
  /** Of the whole file, for excerpts. */
  readonly text: string
  /** Of a stack: what its document says and kit does not act on. */
  readonly ignored: readonly Problem[]
}

/** What others refer to comes first, so that nothing waits for something later in the same files. */
const order: readonly Kind[] = ['Cluster', 'Node', 'Network', 'Volume', 'Secret', 'Config', 'Service', 'Stack']

export function inOrder<T extends { readonly kind: Kind }>(objects: readonly T[]): readonly T[] {
  return objects.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
}

/**
 * An object that is defined twice: stacks of one name, and what a stack makes beside an object of the same
 * name. `readManifests` has compared plain objects with each other already.
 */
export function sameObjects(objects: readonly InputObject[]): readonly Diagnostic[] {
  const first = new Map<string, Definition>()
  return objects.flatMap(definitionsOf).flatMap((each) => {
    const key = `${each.kind}/${each.name}`
    const other = first.get(key)
    if (other === undefined) {
      first.set(key, each)
      return []
    }
    if (each.stack === other.stack && kindIsTold(each)) return []
    const { line, column } = other.document.locate(other.path, 'value')
    const message = `two documents define ${each.kind} \`${each.name}\`: this one and ${other.document.file}:${line}:${column}`
    const help = each.kind === 'Stack' ? 'give one another name: at its top, or with --name' : 'delete one, or give it another name'
    return [pointAt(each.document, { code: 'KIT0121', path: each.path, target: 'key', message, help })]
  })
}

/** Plain objects were compared before; what two stacks of one name both make is said once, of the stacks. */
function kindIsTold({ kind, stack }: Definition): boolean {
  return stack === undefined || kind !== 'Stack'
}

interface Definition {
  readonly kind: Kind
  readonly name: string
  readonly document: ManifestDocument
  /** Where the document says so. */
  readonly path: Path
  /** The stack that a Compose file is, or whose document makes it. */
  readonly stack: string | undefined
}

function definitionsOf({ kind, object, document }: InputObject): readonly Definition[] {
  const name = String(object.metadata['name'])
  const isCompose = document.kind === 'Compose'
  const own = { kind, name, document, path: isCompose ? ['name'] : ['metadata', 'name'], stack: isCompose ? name : undefined }
  if (kind !== 'Stack') return [own]
  const read = readCompose(object['spec'])
  const drafts = 'model' in read ? compileStack(name, read.model) : []
  const made = drafts.map((draft) => ({
    kind: draft.kind,
    name: draft.name,
    document,
    path: isCompose ? draft.path : ['spec', ...draft.path],
    stack: name,
  }))
  // Stacks may share a volume: it outlives them and belongs to none.
  return [own, ...made.filter((each) => each.kind !== 'Volume')]
}
