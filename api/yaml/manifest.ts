// Reads the files that a person applies: YAML (or JSON, which is YAML) with any number of documents,
// each an object of kit or a Compose file. All mistakes of all files are found in one run. Compose
// documents are only recognised here; `compose/` reads them.

import type { Diagnostic } from '../diagnostic.ts'
import { kindFor } from '../foreign-kinds.ts'
import { sortDiagnostics } from '../format-diagnostic.ts'
import { codeOf, type Mistake, quote } from '../mistake.ts'
import { apiVersion, type Kind } from '../objects.ts'
import { kindNames } from '../schema/schema.ts'
import { findMistakes } from '../schema/validate.ts'
import { nearest } from '../suggestion.ts'
import { isJsonObject, type JsonObject, type Manifest } from '../wire.ts'
import { defaultLimits, pointAt, type ReadLimits, readYaml, type YamlDocument } from './yaml-document.ts'
import { pathText, type SourceFile, valueAt } from './yaml-place.ts'

export type ObjectDocument = YamlDocument & { readonly kind: Kind; readonly value: Manifest }
export type ComposeDocument = YamlDocument & { readonly kind: 'Compose'; readonly value: JsonObject }
export type ManifestDocument = ObjectDocument | ComposeDocument

/** The kinds that people write. Tasks, Revisions and Events are written by kit. */
const writable: readonly Kind[] = ['Cluster', 'Node', 'Service', 'Network', 'Secret', 'Config', 'Volume', 'Stack', 'Source', 'User']
const composeKeys = ['services', 'networks', 'volumes', 'secrets', 'configs']

/** The valid documents in order of files, and what is wrong with the others, in order of place. Never throws. */
export function readManifests(
  files: readonly SourceFile[],
  limits: ReadLimits = defaultLimits,
): { readonly documents: readonly ManifestDocument[]; readonly diagnostics: readonly Diagnostic[] } {
  const documents: ManifestDocument[] = []
  const diagnostics: Diagnostic[] = []
  for (const file of files) {
    const yaml = readYaml(file, limits)
    diagnostics.push(...yaml.diagnostics)
    for (const document of yaml.documents) {
      const read = readDocument(document)
      if ('diagnostics' in read) diagnostics.push(...read.diagnostics)
      else documents.push(read)
    }
  }
  diagnostics.push(...sameNames(documents))
  return { documents, diagnostics: sortDiagnostics(diagnostics) }
}

/** What is wrong with an object, at its places. Also for what only a server can see. */
export function toDiagnostic(document: YamlDocument, mistake: Mistake): Diagnostic {
  const { path, target, message, hint, help } = mistake
  const code = codeOf(mistake)
  const words = { ...(hint === undefined ? {} : { hint }), ...(help === undefined ? {} : { help }) }
  const source = mistake.wantsText === true ? document.sourceOf(path) : undefined
  if (source !== undefined && source !== '') {
    const sentence = `\`${source}\` was read as ${nounOf(valueAt(document.value, path))}, but \`${pathText(path)}\` is text`
    return pointAt(document, { code, path, target, message: sentence, hint: hint?.endsWith('s') ? hint : `write "${source}"` })
  }
  const isWhole = code === 'KIT0104' || code === 'KIT0111' || path.length === 0
  return pointAt(document, { code, path, target, message: isWhole ? message : `\`${pathText(path)}\` ${message}`, ...words })
}

function readDocument(document: YamlDocument): ManifestDocument | { readonly diagnostics: readonly Diagnostic[] } {
  const { value } = document
  const problem = (code: string, path: string[], message: string, advice: { hint?: string; help?: string } = {}) => ({
    diagnostics: [pointAt(document, { code, path, target: 'value' as const, message, ...advice })],
  })
  if (!isJsonObject(value))
    return problem('KIT0113', [], 'this document is not an object: wanted a map with apiVersion, kind, metadata and spec')
  const kind = value['kind']
  if (kind === undefined) {
    if (looksLikeCompose(value)) return { ...document, kind: 'Compose', value }
    return problem('KIT0112', [], 'this document has no `kind`', { help: `kinds: ${writable.join(', ')}; a Compose file has \`services\`` })
  }
  if (!isWritable(kind)) return problem('KIT0112', ['kind'], ...kindWords(kind))
  if (value['apiVersion'] === undefined)
    return problem('KIT0114', [], 'this document has no `apiVersion`', { help: `write apiVersion: ${apiVersion}` })
  const mistakes = findMistakes(kind, value)
  if (mistakes.length > 0) return { diagnostics: mistakes.map((mistake) => toDiagnostic(document, mistake)) }
  return { ...document, kind, value: toManifest(value, kind) }
}

/** Validated: the head is there and has its types. */
function toManifest(value: JsonObject, kind: Kind): Manifest {
  const metadata = value['metadata']
  return { ...value, apiVersion, kind, metadata: isJsonObject(metadata) ? metadata : {} }
}

function looksLikeCompose(value: JsonObject): boolean {
  return value['apiVersion'] === undefined && value['metadata'] === undefined && composeKeys.some((key) => Object.hasOwn(value, key))
}

function isWritable(kind: unknown): kind is Kind {
  return writable.some((name) => name === kind)
}

function kindWords(kind: unknown): readonly [message: string, advice: { hint?: string; help?: string }] {
  const help = `kinds: ${writable.join(', ')}`
  if (typeof kind !== 'string') return ['`kind` must be text', { help }]
  if (kindNames.includes(kind)) return [`a ${kind} is written by kit itself and cannot be applied`, { help }]
  const asHere = kindFor(kind)
  if (asHere !== undefined)
    return [`unknown kind ${quote(kind)}`, { hint: isWritable(asHere) ? `in kit it is a ${asHere}` : 'in kit a Service makes it', help }]
  const near = nearest(kind, writable)
  return [`unknown kind ${quote(kind)}`, { ...(near === undefined ? {} : { hint: `did you mean '${near}'?` }), help }]
}

function sameNames(documents: readonly ManifestDocument[]): readonly Diagnostic[] {
  const first = new Map<string, ManifestDocument>()
  return documents.flatMap((document) => {
    if (document.kind === 'Compose') return []
    const name = String(document.value.metadata['name'])
    const key = `${document.kind}/${name}`
    const other = first.get(key)
    if (other === undefined) {
      first.set(key, document)
      return []
    }
    const path = ['metadata', 'name']
    const { line, column } = other.locate(path, 'value')
    const message = `two documents define ${document.kind} \`${name}\`: this one and ${other.file}:${line}:${column}`
    return [pointAt(document, { code: 'KIT0121', path, target: 'value', message, help: 'delete one, or give it another name' })]
  })
}

function nounOf(value: unknown): string {
  if (value === null) return 'nothing'
  return typeof value === 'number' ? 'a number' : typeof value === 'boolean' ? 'true or false' : 'something else'
}
