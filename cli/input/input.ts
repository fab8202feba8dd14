// What `-f` gives: every object of every file, read and validated, or all mistakes of all files at once.
// A Compose file is a Stack whose spec is the document.

import { dirname, resolve } from 'node:path'
import type { Diagnostic } from '../../api/diagnostic.ts'
import { formatDiagnostics } from '../../api/format-diagnostic.ts'
import { nearest } from '../../api/suggestion.ts'
import { type ComposeDocument, readManifests } from '../../api/yaml/manifest.ts'
import { toDiagnostics } from '../../compose/diagnostics.ts'
import { describeIgnored } from '../../compose/ignored.ts'
import { type InputObject, inOrder, sameObjects } from '../../compose/input-object.ts'
import { readCompose } from '../../compose/read.ts'
import { makeStack, selectServices } from '../../compose/stack-file.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { readComposeFiles } from './compose-files.ts'
import { readFiles } from './files.ts'

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
  return inOrder(objects)
}

/** Adds to `profiles` those that the document names. */
async function readStack(
  document: ComposeDocument,
  env: Context['env'],
  options: Options,
  profiles: Set<string>,
): Promise<ReturnType<typeof makeStack>> {
  const selected = selectServices(document, env, [...(options.profile ?? []), ...(env['COMPOSE_PROFILES'] ?? '').split(',')])
  if ('diagnostics' in selected) return selected
  for (const profile of selected.profiles) profiles.add(profile)
  const files = await readComposeFiles(env, document.file, selected.document)
  return makeStack(document, selected, files, { env, name: options.name, directory: resolve(dirname(document.file)), home: env['HOME'] })
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

export function invalidInput(texts: ReadonlyMap<string, string>, diagnostics: readonly Diagnostic[]): CommandError {
  return new CommandError(exitCodes.invalid, `${formatDiagnostics(diagnostics, (file) => texts.get(file) ?? '')}\n\nNothing was applied.`)
}
