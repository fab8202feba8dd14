// What `-f` gives: every object of every file, read and validated, or all mistakes of all files at once.
// A Compose file is a Stack whose spec is the document.

import { basename } from 'node:path'
import type { Diagnostic } from '../api/diagnostic.ts'
import { formatDiagnostics } from '../api/format-diagnostic.ts'
import { type ComposeDocument, type ManifestDocument, readManifests } from '../api/manifest.ts'
import { apiVersion, type Kind } from '../api/objects.ts'
import { isJsonObject, type Manifest } from '../api/wire.ts'
import { pointAt } from '../api/yaml-document.ts'
import type { Path } from '../api/yaml-place.ts'
import { compileStack } from '../compose/compile.ts'
import { toDiagnostics } from '../compose/diagnostics.ts'
import { inlineFiles } from '../compose/inline.ts'
import { resolveDocument } from '../compose/interpolate.ts'
import { readCompose } from '../compose/read.ts'
import { readComposeFiles } from './compose-files.ts'
import type { Context } from './context.ts'
import { CommandError, exitCodes } from './exit.ts'
import { readFiles } from './files.ts'
import type { Options } from './options.ts'

export interface InputObject {
  readonly kind: Kind
  readonly object: Manifest
  /** Where it stands, for mistakes that only the server can see. */
  readonly document: ManifestDocument
  /** Of the whole file, for excerpts. */
  readonly text: string
}

/** What others refer to comes first, so that nothing waits for something later in the same files. */
const order: readonly Kind[] = ['Cluster', 'Node', 'Network', 'Volume', 'Secret', 'Config', 'Service', 'Stack']

/** Throws a CommandError with every diagnostic (exit code 2) when anything is wrong. */
export async function readInput(context: Context, options: Options): Promise<readonly InputObject[]> {
  if (options.filename === undefined || options.filename.length === 0) {
    throw new CommandError(exitCodes.invalid, 'which files? Write -f FILE, -f DIRECTORY, or -f - for standard input')
  }
  const files = await readFiles(context, options.filename, options.recursive === true)
  const texts = new Map(files.map(({ name, text }) => [name, text]))
  const { documents, diagnostics } = readManifests(files)
  const found: Diagnostic[] = [...diagnostics]
  const objects: InputObject[] = []
  for (const document of documents) {
    if (document.kind !== 'Compose') {
      objects.push({ kind: document.kind, object: document.value, document, text: texts.get(document.file) ?? '' })
      continue
    }
    const stack = await readStack(document, context.env, options.name)
    if ('diagnostics' in stack) found.push(...stack.diagnostics)
    else objects.push({ kind: 'Stack', object: stack.object, document, text: texts.get(document.file) ?? '' })
  }
  found.push(...sameObjects(objects))
  if (found.length > 0) throw invalidInput(texts, found)
  const empty = files.map(({ name }) => name).filter((name) => !documents.some(({ file }) => file === name))
  if (objects.length === 0) throw new CommandError(exitCodes.invalid, `error: there is no object in ${empty.join(', ')}`)
  for (const name of empty) context.err(`warning: ${name} is empty: there is no object in it`)
  return objects.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
}

/** Variables and files are put in here, where they are; what is sent needs none. */
async function readStack(
  document: ComposeDocument,
  env: Context['env'],
  name: string | undefined,
): Promise<{ readonly object: Manifest } | { readonly diagnostics: readonly Diagnostic[] }> {
  const resolved = resolveDocument(document.value, env)
  if (resolved.problems.length > 0) return { diagnostics: toDiagnostics(document, resolved.problems) }
  const whole = inlineFiles(resolved.document, await readComposeFiles(env, document.file, resolved.document), env)
  const read = readCompose(whole.document)
  const problems = [...whole.problems, ...('problems' in read ? read.problems : [])]
  if ('problems' in read || problems.length > 0) return { diagnostics: toDiagnostics(document, problems) }
  const spec: unknown = JSON.parse(JSON.stringify(whole.document))
  if (!isJsonObject(spec)) return { diagnostics: [] }
  return { object: { apiVersion, kind: 'Stack', metadata: { name: name ?? read.project ?? stackNameOf(document.file) }, spec } }
}

/** `run.yml` is stack `run`; standard input and `compose.yaml` are named after what they are. */
function stackNameOf(file: string): string {
  const name = basename(file)
    .replace(/\.[^.]*$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return name === '' ? 'stack' : name
}

/**
 * An object that is defined twice: stacks of one name, and what a stack makes beside an object of the same
 * name. `readManifests` has compared plain objects with each other already.
 */
function sameObjects(objects: readonly InputObject[]): readonly Diagnostic[] {
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

export function invalidInput(texts: ReadonlyMap<string, string>, diagnostics: readonly Diagnostic[]): CommandError {
  return new CommandError(exitCodes.invalid, `${formatDiagnostics(diagnostics, (file) => texts.get(file) ?? '')}\n\nNothing was applied.`)
}
