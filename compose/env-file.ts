// `env_file:` of a service: files of variables, put into `environment:` where they are, by the CLI. The form is that of
// `docker stack deploy`: one KEY=VALUE a line, the value as it stands, quotes and all. Nothing that is said about a file
// repeats a value. A stored Stack has the variables, and under `x-kit-env-file` which of them came from files, so
// that differences and conflicts do not show them either.

import { eachService, type Written } from './each-service.ts'
import { boolean, isMap, list, mapping, text, toMap, word } from './fields.ts'
import type { FileBytes, FileRequest } from './inline.ts'
import type { Environment } from './interpolate.ts'
import { at, ignore, type Place, type Problem, type Read, reportUnwanted, reportValue, startPlace } from './problem.ts'

export const envFileLimitBytes = 1024 * 1024
/** As Docker has it. */
const maxLineLength = 64 * 1024
export const fromFilesKey = 'x-kit-env-file'

interface EnvFile {
  readonly path: string
  readonly required: boolean
  readonly place: Place
}

const readLong = mapping<{ path?: string; required?: boolean; format?: 'raw' }>(
  { path: text, required: boolean, format: word({ raw: 'raw' as const }) },
  { required: ['path'] },
)

const entry: Read<EnvFile> = (value, place) => {
  if (typeof value === 'string')
    return value === '' ? reportUnwanted(place, 'the path of a file', value, ['string']) : { path: value, required: true, place }
  if (!isMap(value)) return reportUnwanted(place, 'the path of a file', value, ['string', 'mapping'])
  const long = readLong(value, place)
  return long?.path === undefined ? undefined : { path: long.path, required: long.required ?? true, place: at(place, 'path') }
}

function entriesOf(value: unknown, place: Place): readonly EnvFile[] {
  if (Array.isArray(value)) return list(entry)(value, place) ?? []
  const only = entry(value, place)
  return only === undefined ? [] : [only]
}

/** What has to be read before `inlineEnvFiles`. */
export function envFilesOf(document: unknown): readonly FileRequest[] {
  const requests: FileRequest[] = []
  eachService(document, startPlace(), (service, here) => {
    const files = service['env_file'] === undefined ? [] : entriesOf(service['env_file'], here)
    requests.push(...files.map(({ path }) => ({ path, limitBytes: envFileLimitBytes })))
    return service
  })
  return requests
}

/** Later files win over earlier ones, and `environment` over all. */
export function inlineEnvFiles(
  document: unknown,
  files: ReadonlyMap<string, FileBytes>,
  environment: Environment,
): { readonly document: unknown; readonly problems: readonly Problem[]; readonly ignored: readonly Problem[] } {
  const place = startPlace()
  const changed = eachService(document, place, (service, here) => {
    if (service['env_file'] === undefined) return service
    const { env_file: written, ...rest } = service
    const found = new Map(entriesOf(written, at(here, 'env_file')).flatMap((file) => [...variablesOf(file, files, environment)]))
    return withVariables(rest, found)
  })
  return { document: changed, problems: place.problems, ignored: place.ignored }
}

function withVariables(service: Written, found: ReadonlyMap<string, string>): Written {
  const own = toEntries(service['environment'])
  if (own === undefined || found.size === 0) return service
  const fromFiles = [...found.keys()].filter((name) => !own.has(name)).toSorted()
  const merged = toMap<unknown>([...fromFiles.map((name) => [name, found.get(name)] as const), ...own])
  return { ...service, environment: merged, ...(fromFiles.length === 0 ? {} : { [fromFilesKey]: fromFiles }) }
}

/** `environment` in either form. Undefined: it is in none, which `service.ts` will say. */
function toEntries(written: unknown): ReadonlyMap<string, unknown> | undefined {
  if (written === undefined) return new Map()
  if (isMap(written)) return new Map(Object.entries(written))
  if (!Array.isArray(written) || !written.every((element) => typeof element === 'string' && !element.startsWith('='))) return undefined
  return new Map(
    written.map((element: string) => {
      const equals = element.indexOf('=')
      return equals === -1 ? ([element, null] as const) : ([element.slice(0, equals), element.slice(equals + 1)] as const)
    }),
  )
}

function variablesOf(
  { path, required, place }: EnvFile,
  files: ReadonlyMap<string, FileBytes>,
  environment: Environment,
): ReadonlyMap<string, string> {
  const found = files.get(path)
  if (found === undefined) throw new Error(`${path} was not read before it was inlined`)
  if ('missing' in found) {
    if (required || found.isAbsent !== true) reportValue(place, 'ReferenceMissing', found.missing)
    return new Map()
  }
  const content = decode(found.bytes)
  if (content === undefined) {
    reportValue(place, 'FieldValueInvalid', `${path} is not text in UTF-8`)
    return new Map()
  }
  const variables = new Map<string, string>()
  for (const [index, line] of content.split('\n').entries()) {
    const read = variableOf(line.replace(/\r$/, '').trimStart())
    if (read === undefined) continue
    if ('wrong' in read) {
      reportValue(place, 'FieldValueInvalid', `line ${index + 1} of ${path} is no variable: ${read.wrong}`, {
        help: 'a line is KEY=value; # begins a comment',
      })
      continue
    }
    const value = read.value ?? (Object.hasOwn(environment, read.name) ? environment[read.name] : undefined)
    if (value !== undefined) variables.set(read.name, value)
  }
  tellQuotes(path, variables, place)
  return variables
}

/** Docker's stacks keep quotes and docker compose takes them away: whoever comes from there would not find out. */
function tellQuotes(path: string, variables: ReadonlyMap<string, string>, place: Place): void {
  const quoted = [...variables].filter(([, value]) => /^(?:".*"|'.*')$/.test(value)).map(([name]) => name)
  if (quoted.length === 0) return
  const message = `quotes in ${path} stay part of the values: ${quoted.join(', ')}`
  ignore(place, `${message}; docker stack deploy keeps them, too, and docker compose takes them away`, message)
}

/** Undefined: nothing is on the line. Without a value, it is the caller's. */
function variableOf(line: string): { readonly name: string; readonly value: string | undefined } | { readonly wrong: string } | undefined {
  if (line.length > maxLineLength) return { wrong: `it has more than ${maxLineLength} characters` }
  if (line === '' || line.startsWith('#')) return undefined
  const equals = line.indexOf('=')
  const name = equals === -1 ? line : line.slice(0, equals)
  if (name === '') return { wrong: 'it begins with =' }
  if (/\s/.test(name)) return { wrong: name.startsWith('export ') ? 'leave "export" out' : 'a space is in the name' }
  return { name, value: equals === -1 ? undefined : line.slice(equals + 1) }
}

/** A file with zero bytes in it is none of variables. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    const content = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return content.includes('\0') ? undefined : content
  } catch {
    return undefined
  }
}

/** The paths in a stored document of variables that came from files: `services.web.environment.PASSWORD`. */
export function variablesFromFiles(document: unknown): ReadonlySet<string> {
  const paths = new Set<string>()
  eachService(document, startPlace(), (service, { path }) => {
    const names = service[fromFilesKey]
    for (const name of Array.isArray(names) ? names : []) paths.add([...path, 'environment', name].join('.'))
    return service
  })
  return paths
}
