// A Compose file as a Stack: variables and files are put in, paths are made absolute, and services whose profile nobody
// wants are left out, so that what is stored needs none of these. Pure: whoever calls it reads the files in between.

import { basename } from 'node:path'
import type { Diagnostic } from '../api/diagnostic.ts'
import { apiVersion } from '../api/objects.ts'
import { isJsonObject, type Manifest } from '../api/wire.ts'
import type { ComposeDocument } from '../api/yaml/manifest.ts'
import { absoluteBinds, type Whereabouts } from './bind-paths.ts'
import { toDiagnostics } from './diagnostics.ts'
import { envFilesOf, inlineEnvFiles } from './env-file.ts'
import { type FileBytes, type FileRequest, filesOf, inlineFiles } from './inline.ts'
import { type Environment, resolveDocument } from './interpolate.ts'
import type { Problem } from './problem.ts'
import { type Selection, selectProfiles } from './profiles.ts'
import { readCompose } from './read.ts'

/** With variables, and with the services of `profiles` and those that have none. */
export function selectServices(
  document: ComposeDocument,
  env: Environment,
  profiles: readonly string[],
): Selection | { readonly diagnostics: readonly Diagnostic[] } {
  const resolved = resolveDocument(document.value, env)
  if (resolved.problems.length > 0) return { diagnostics: toDiagnostics(document, resolved.problems) }
  return selectProfiles(resolved.document, profiles)
}

/** What has to be read before `makeStack`; paths are relative to where the document is. */
export function filesNamedBy(document: unknown): readonly FileRequest[] {
  return [...filesOf(document), ...envFilesOf(document)]
}

export function makeStack(
  document: ComposeDocument,
  selected: Selection,
  files: ReadonlyMap<string, FileBytes>,
  { env, name, ...whereabouts }: Whereabouts & { readonly env: Environment; readonly name?: string | undefined },
): { readonly object: Manifest; readonly ignored: readonly Problem[] } | { readonly diagnostics: readonly Diagnostic[] } {
  const withFiles = inlineFiles(selected.document, files, env)
  const withVariables = inlineEnvFiles(withFiles.document, files, env)
  const whole = absoluteBinds(withVariables.document, whereabouts)
  const read = readCompose(whole.document)
  const problems = [selected, withFiles, withVariables, whole, 'problems' in read ? read : { problems: [] }].flatMap(
    (step) => step.problems,
  )
  if ('problems' in read || problems.length > 0) return { diagnostics: toDiagnostics(document, problems) }
  const spec: unknown = JSON.parse(JSON.stringify(whole.document))
  if (!isJsonObject(spec)) return { diagnostics: [] }
  const metadata = { name: name ?? read.project ?? stackNameOf(document.file) }
  return { object: { apiVersion, kind: 'Stack', metadata, spec }, ignored: [...withVariables.ignored, ...read.ignored] }
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
