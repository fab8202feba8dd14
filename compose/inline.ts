// `file:` and `environment:` of secrets and configs, put into the document as `data:`. It happens once,
// where the user's files and environment are: the CLI, which reads the files in between. A stored
// Stack has neither.

import { isMap, toMap } from './fields.ts'
import { type FileKind, limitsBytes } from './file-content.ts'
import type { Environment } from './interpolate.ts'
import { at, type Place, type Problem, reportUnwanted, reportValue, startPlace } from './problem.ts'

const sections: readonly (readonly [section: string, kind: FileKind])[] = [
  ['secrets', 'secret'],
  ['configs', 'config'],
]
const sources = ['file', 'environment', 'content', 'data', 'driver'] as const

/** A file, or why there is none; `isAbsent` when nothing has that name. */
export type FileBytes = { readonly bytes: Uint8Array } | { readonly missing: string; readonly isAbsent?: boolean }

export interface FileRequest {
  /** As the document has it; relative to where the document is. */
  readonly path: string
  /** What is larger is not worth reading. */
  readonly limitBytes: number
}

/** What has to be read before `inlineFiles`. */
export function filesOf(document: unknown): readonly FileRequest[] {
  return sections.flatMap(([section, kind]) =>
    entriesOf(document, section).flatMap(([, entry]): FileRequest[] =>
      isMap(entry) && typeof entry['file'] === 'string' ? [{ path: entry['file'], limitBytes: limitsBytes[kind] }] : [],
    ),
  )
}

export function inlineFiles(
  document: unknown,
  files: ReadonlyMap<string, FileBytes>,
  environment: Environment,
): { readonly document: unknown; readonly problems: readonly Problem[] } {
  const place = startPlace()
  if (!isMap(document)) return { document, problems: [] }
  const changed = sections.flatMap(([section, kind]) => {
    if (!isMap(document[section])) return []
    const entries = entriesOf(document, section).map(
      ([key, entry]) => [key, inlineEntry(kind, entry, files, environment, at(place, section, key))] as const,
    )
    return [[section, toMap(entries)] as const]
  })
  return { document: { ...document, ...toMap(changed) }, problems: place.problems }
}

function entriesOf(document: unknown, section: string): readonly (readonly [string, unknown])[] {
  const entries = isMap(document) ? document[section] : undefined
  return isMap(entries) ? Object.entries(entries) : []
}

/** After a report, so that nothing more is said about the content. */
const madeUp = 'eA=='

function inlineEntry(
  kind: FileKind,
  entry: unknown,
  files: ReadonlyMap<string, FileBytes>,
  environment: Environment,
  place: Place,
): unknown {
  if (!isMap(entry)) return entry
  const given = sources.filter((source) => entry[source] !== undefined)
  const [source, another] = given
  if (source !== 'file' && source !== 'environment') return entry
  const { file: _file, environment: _environment, ...rest } = entry
  if (another !== undefined) {
    reportValue(at(place, another), 'FieldValueForbidden', `this ${kind} has "${source}" already`, {
      help: `write one of ${sources.join(', ')}`,
    })
    return another === 'environment' ? { ...rest, data: madeUp } : rest
  }
  const bytes = source === 'file' ? bytesOfFile(entry['file'], files, place) : bytesOfVariable(entry['environment'], environment, place)
  return { ...rest, data: bytes === undefined ? madeUp : Buffer.from(bytes).toString('base64') }
}

function bytesOfFile(path: unknown, files: ReadonlyMap<string, FileBytes>, place: Place): Uint8Array | undefined {
  const here = at(place, 'file')
  if (typeof path !== 'string' || path === '') return reportUnwanted(here, 'the path of a file', path, ['string'])
  const found = files.get(path)
  if (found === undefined) throw new Error(`${path} was not read before it was inlined`)
  if ('missing' in found) return reportValue(here, 'ReferenceMissing', found.missing)
  return found.bytes.length > 0 ? found.bytes : reportValue(here, 'FieldValueRequired', `${path} is empty`)
}

function bytesOfVariable(name: unknown, environment: Environment, place: Place): Uint8Array | undefined {
  const here = at(place, 'environment')
  if (typeof name !== 'string' || name === '') return reportUnwanted(here, 'the name of a variable', name, ['string'])
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined
  if (value === undefined || value === '') {
    return reportValue(here, 'VariableInvalid', `the variable ${name} is ${value === undefined ? 'not set' : 'empty'}`, {
      help: `set it: ${name}=… kit apply …`,
    })
  }
  return Buffer.from(value, 'utf8')
}
