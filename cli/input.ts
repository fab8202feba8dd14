// What `-f` gives: every object of every file, read and validated, or all mistakes of all files at once.
// A Compose file is a Stack whose spec is the document.

import { basename } from 'node:path'
import type { Diagnostic } from '../api/diagnostic.ts'
import { formatDiagnostics } from '../api/format-diagnostic.ts'
import { type ComposeDocument, type ManifestDocument, readManifests } from '../api/manifest.ts'
import { apiVersion, type Kind } from '../api/objects.ts'
import { isJsonObject, type Manifest } from '../api/wire.ts'
import { toDiagnostics } from '../compose/diagnostics.ts'
import { inlineFiles } from '../compose/inline.ts'
import { resolveDocument } from '../compose/interpolate.ts'
import { readCompose } from '../compose/read.ts'
import { readComposeFiles } from './compose-files.ts'
import type { Context } from './context.ts'
import { CommandError, exitCodes } from './exit.ts'
import { type InputFile, readFiles } from './files.ts'
import type { Options } from './options.ts'

export interface InputObject {
  readonly kind: Kind
  readonly object: Manifest
  /** Where it stands, for mistakes that only the server can see. */
  readonly document: ManifestDocument
}

/** What others refer to comes first, so that nothing waits for something later in the same files. */
const order: readonly Kind[] = ['Cluster', 'Node', 'Network', 'Volume', 'Secret', 'Config', 'Service', 'Stack']

/** Throws a CommandError with every diagnostic (exit code 2) when anything is wrong. */
export async function readInput(context: Context, options: Options): Promise<readonly InputObject[]> {
  if (options.filename === undefined || options.filename.length === 0) {
    throw new CommandError(exitCodes.invalid, 'which files? Write -f FILE, -f DIRECTORY, or -f - for standard input')
  }
  const files = await readFiles(context, options.filename, options.recursive === true)
  const { documents, diagnostics } = readManifests(files)
  const found: Diagnostic[] = [...diagnostics]
  const objects: InputObject[] = []
  for (const document of documents) {
    if (document.kind !== 'Compose') {
      objects.push({ kind: document.kind, object: document.value, document })
      continue
    }
    const stack = await readStack(document, context.env, options.name)
    if ('diagnostics' in stack) found.push(...stack.diagnostics)
    else objects.push({ kind: 'Stack', object: stack.object, document })
  }
  if (found.length > 0) throw invalidInput(files, found)
  if (objects.length === 0) throw new CommandError(exitCodes.invalid, `nothing to read in ${files.map(({ name }) => name).join(', ')}`)
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

export function invalidInput(files: readonly InputFile[], diagnostics: readonly Diagnostic[]): CommandError {
  const texts = new Map(files.map(({ name, text }) => [name, text]))
  return new CommandError(exitCodes.invalid, `${formatDiagnostics(diagnostics, (file) => texts.get(file) ?? '')}\n\nNothing was applied.`)
}
