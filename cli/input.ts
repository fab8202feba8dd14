// What `-f` gives: every object of every file, read and validated, or all mistakes of all files at once.
// A Compose file is a Stack whose spec is the document.

import { basename, dirname, resolve } from 'node:path'
import type { Diagnostic } from '../api/diagnostic.ts'
import { formatDiagnostics } from '../api/format-diagnostic.ts'
import { type ComposeDocument, type ManifestDocument, readManifests } from '../api/manifest.ts'
import { apiVersion, type Kind } from '../api/objects.ts'
import { nearest } from '../api/suggestion.ts'
import { isJsonObject, type Manifest } from '../api/wire.ts'
import { pointAt } from '../api/yaml-document.ts'
import type { Path } from '../api/yaml-place.ts'
import { absoluteBinds } from '../compose/bind-paths.ts'
import { compileStack } from '../compose/compile.ts'
import { toDiagnostics } from '../compose/diagnostics.ts'
import { inlineEnvFiles } from '../compose/env-file.ts'
import { describeIgnored } from '../compose/ignored.ts'
import { inlineFiles } from '../compose/inline.ts'
import { resolveDocument } from '../compose/interpolate.ts'
import type { Problem } from '../compose/problem.ts'
import { selectProfiles } from '../compose/profiles.ts'
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
  /** Of a stack: what its document says and kit does not act on. */
  readonly ignored: readonly Problem[]
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
  const profiles = new Set<string>()
  for (const document of documents) {
    const text = texts.get(document.file) ?? ''
    if (document.kind !== 'Compose') {
      const ignored = document.kind === 'Stack' ? readCompose(document.value['spec']).ignored : []
      objects.push({ kind: document.kind, object: document.value, document, text, ignored })
      continue
    }
    const stack = await readStack(document, context.env, options, profiles)
    if ('diagnostics' in stack) found.push(...stack.diagnostics)
    else objects.push({ kind: 'Stack', object: stack.object, document, text, ignored: stack.ignored })
  }
  found.push(...sameObjects(objects))
  if (options.strict === true)
    for (const { document, ignored } of objects)
      found.push(...toDiagnostics(document, ignored, document.kind === 'Compose' ? [] : ['spec']))
  if (found.length > 0) throw invalidInput(texts, found)
  checkProfiles(options.profile ?? [], profiles)
  const empty = files.map(({ name }) => name).filter((name) => !documents.some(({ file }) => file === name))
  if (objects.length === 0) throw new CommandError(exitCodes.invalid, `error: there is no object in ${empty.join(', ')}`)
  for (const name of empty) context.err(`warning: ${name} is empty: there is no object in it`)
  return objects.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
}

/**
 * Variables and files are put in here, where they are, paths are made absolute, and services whose profile nobody wants
 * are left out; what is sent needs none of these. Adds to `profiles` those that the document names.
 */
async function readStack(
  document: ComposeDocument,
  env: Context['env'],
  options: Options,
  profiles: Set<string>,
): Promise<{ readonly object: Manifest; readonly ignored: readonly Problem[] } | { readonly diagnostics: readonly Diagnostic[] }> {
  const resolved = resolveDocument(document.value, env)
  if (resolved.problems.length > 0) return { diagnostics: toDiagnostics(document, resolved.problems) }
  const selected = selectProfiles(resolved.document, [...(options.profile ?? []), ...(env['COMPOSE_PROFILES'] ?? '').split(',')])
  for (const profile of selected.profiles) profiles.add(profile)
  const files = await readComposeFiles(env, document.file, selected.document)
  const withFiles = inlineFiles(selected.document, files, env)
  const withVariables = inlineEnvFiles(withFiles.document, files, env)
  const whole = absoluteBinds(withVariables.document, { directory: resolve(dirname(document.file)), home: env['HOME'] })
  const read = readCompose(whole.document)
  const problems = [selected, withFiles, withVariables, whole, 'problems' in read ? read : { problems: [] }].flatMap(
    (step) => step.problems,
  )
  if ('problems' in read || problems.length > 0) return { diagnostics: toDiagnostics(document, problems) }
  const spec: unknown = JSON.parse(JSON.stringify(whole.document))
  if (!isJsonObject(spec)) return { diagnostics: [] }
  const name = options.name ?? read.project ?? stackNameOf(document.file)
  return { object: { apiVersion, kind: 'Stack', metadata: { name }, spec }, ignored: [...withVariables.ignored, ...read.ignored] }
}

/** A misspelt profile would leave its services out, and so take them out of the cluster. */
function checkProfiles(wanted: readonly string[], known: ReadonlySet<string>): void {
  for (const profile of wanted) {
    if (profile === '*' || known.has(profile)) continue
    const near = nearest(profile, known)
    const help =
      near === undefined ? (known.size === 0 ? 'no service has profiles' : `there is ${[...known].join(', ')}`) : `did you mean "${near}"?`
    throw new CommandError(exitCodes.invalid, `error: --profile ${profile}: no service has this profile; ${help}`)
  }
}

/** One warning for each file, when all of it has been read. */
export function tellIgnored(context: Context, input: readonly InputObject[]): void {
  for (const [file, objects] of Map.groupBy(input, ({ document }) => document.file)) {
    const lines = describeIgnored(objects.flatMap(({ ignored }) => ignored))
    if (lines.length === 0) continue
    context.err(
      `warning: kit does not act on everything in ${file} (--strict makes it an error):${lines.map((line) => `\n  ${line}`).join('')}`,
    )
  }
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
