// The files of a directory as objects to apply, with their places, or everything that is wrong with them. Pure: equal
// files give equal objects on every node. Compose files are stacks, as `kit apply` makes them, with an empty environment.

import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import type { Diagnostic } from '../../api/diagnostic.ts'
import { sortDiagnostics } from '../../api/format-diagnostic.ts'
import { type ComposeDocument, type ManifestDocument, readManifests } from '../../api/yaml/manifest.ts'
import type { FileBytes } from '../../compose/inline.ts'
import { type InputObject, inOrder, sameObjects } from '../../compose/input-object.ts'
import { filesNamedBy, makeStack, selectServices } from '../../compose/stack-file.ts'
import type { DirectoryChoice } from '../../effects/effects.ts'

export type Files = ReadonlyMap<string, Uint8Array>

/** Globs, one a line, of files that are none of kit's: at the top of the directory. */
export const ignoreFile = '.kitignore'
/** More would not fit into the status of one Source. */
export const maxObjects = 5000
const maxErrors = 20

/** A Compose file with any of these; others are no worse than read for nothing. */
const mayNameFiles = /\b(?:file|env_file)\b/

/** What is read of a directory: manifests, `.kitignore`, and files that Compose files name. */
export const directoryChoice: DirectoryChoice = {
  isEntered: (path) => !path.split('/').some(isHidden),
  isWanted: (path) => path === ignoreFile || (/\.ya?ml$/.test(path) && directoryChoice.isEntered(path)),
  namedBy(files) {
    // Few files are Compose files, and this is asked at every look.
    const { documents } = readManifests(manifestsOf(files).filter(({ text }) => mayNameFiles.test(text)))
    return documents.filter(isCompose).flatMap((document) => {
      const selected = selectServices(document, {}, [])
      return 'diagnostics' in selected ? [] : filesNamedBy(selected.document).map(({ path }) => below(document.file, path))
    })
  },
}

/** As git does: `.git`, `.github`, and the `..data` of a mounted ConfigMap. */
function isHidden(part: string): boolean {
  return part.startsWith('.') || part === 'node_modules'
}

/** Names exactly these files: equal when, and only when, their names and bytes are. */
export function revisionOf(files: Files): string {
  const hash = createHash('sha256')
  for (const [path, bytes] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${Buffer.byteLength(path)}:${path}${bytes.byteLength}:`)
    hash.update(bytes)
  }
  return hash.digest('hex').slice(0, 16)
}

/** `directory`: what relative bind mounts are relative to. */
export function readObjects(
  files: Files,
  directory: string,
): { readonly objects: readonly InputObject[]; readonly diagnostics: readonly Diagnostic[] } {
  const manifests = manifestsOf(files)
  const texts = new Map(manifests.map(({ name, text }) => [name, text]))
  const { documents, diagnostics } = readManifests(manifests)
  const objects: InputObject[] = []
  const found: Diagnostic[] = [...diagnostics]
  for (const document of documents) {
    const text = texts.get(document.file) ?? ''
    if (!isCompose(document)) {
      objects.push({ kind: document.kind, object: document.value, document, text, ignored: [] })
      continue
    }
    const stack = readStack(document, files, directory)
    if ('diagnostics' in stack) found.push(...stack.diagnostics)
    else objects.push({ kind: 'Stack', object: stack.object, document, text, ignored: stack.ignored })
  }
  found.push(...sameObjects(objects))
  return { objects: byName(objects), diagnostics: sortDiagnostics(found) }
}

/** Mistakes as a status has them: bounded, and without excerpts, which could hold secrets. */
export function errorsOf(diagnostics: readonly Diagnostic[]): readonly {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly code: string
  readonly message: string
}[] {
  return diagnostics.slice(0, maxErrors).map(({ file, line, column, code, message, hint, help }) => {
    const advice = [hint, help].filter((text) => text !== undefined)
    return { file, line, column, code, message: [message, ...advice].join('; ') }
  })
}

/** In the order in which they are applied; what depends on nothing else, by name. */
function byName(objects: readonly InputObject[]): readonly InputObject[] {
  const nameOf = ({ object }: InputObject): string => String(object.metadata['name'])
  return inOrder(objects.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0)))
}

function readStack(document: ComposeDocument, files: Files, directory: string): ReturnType<typeof makeStack> {
  const selected = selectServices(document, {}, [])
  if ('diagnostics' in selected) return selected
  const named = filesNamedBy(selected.document).map(({ path, limitBytes }): [string, FileBytes] => {
    const place = below(document.file, path)
    const bytes = files.get(place)
    if (bytes === undefined) return [path, { missing: `there is no file ${place} in the directory`, isAbsent: true }]
    return [
      path,
      bytes.byteLength < limitBytes ? { bytes } : { missing: `${place} is too large: it must have less than ${limitBytes} bytes` },
    ]
  })
  return makeStack(document, selected, new Map(named), {
    env: {},
    directory: posix.join(directory, posix.dirname(document.file)),
    home: undefined,
  })
}

function manifestsOf(files: Files): readonly { readonly name: string; readonly text: string }[] {
  const isIgnored = ignoring(files)
  return [...files]
    .filter(([path]) => path !== ignoreFile && directoryChoice.isWanted(path) && !isIgnored(path))
    .map(([name, bytes]) => ({ name, text: new TextDecoder().decode(bytes) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** `docs/` is all below it, `*.tmpl.yml` a name anywhere, `ci/*.yml` a path; `#` begins a comment. */
function ignoring(files: Files): (path: string) => boolean {
  const bytes = files.get(ignoreFile)
  if (bytes === undefined) return () => false
  const globs = new TextDecoder()
    .decode(bytes)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => (line.endsWith('/') ? `${line}**` : line))
    .map((line) => (line.startsWith('/') ? line.slice(1) : line.includes('/') ? line : `**/${line}`))
  return (path) => globs.some((glob) => posix.matchesGlob(path, glob))
}

function below(file: string, path: string): string {
  return posix.join(posix.dirname(file), path)
}

function isCompose(document: ManifestDocument): document is ComposeDocument {
  return document.kind === 'Compose'
}
