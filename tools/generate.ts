// Writes everything that follows from `crds/`: the TypeScript types (`api/types/<kind>.ts`, and one
// file per shared fragment), the definitions with their fragments resolved (`api/schema/definitions.ts`), from
// which the router, the tables, `kit explain` and the defaults work, and the compiled validators. The reference of the
// commands (`docs/cli/`) follows from the program, and is written here, too.
// `npm run generate`; a test fails when the committed files differ from what this writes.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compile } from 'json-schema-to-typescript'
import { parse } from 'yaml'
import { cliReference } from './cli-reference.ts'
import { compileValidators } from './validators.ts'

type Json = { [key: string]: unknown }

const root = join(import.meta.dirname, '..')
const crds = join(root, 'crds')
const banner = '// Generated from crds/ by `npm run generate`. Do not edit.\n'
/** Schema keywords that say nothing about the type. */
const valueKeywords = new Set(['default', 'format', 'minimum', 'maximum', 'maxItems', 'minItems', 'minLength', 'maxLength', 'pattern'])

function yamlNames(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .toSorted()
}

function readYaml(directory: string, name: string): Json {
  return parse(readFileSync(join(directory, `${name}.yaml`), 'utf8')) as Json
}

function readFragment(name: string): Json {
  return readYaml(join(crds, 'fragments'), name)
}

/** Replaces `{ $fragment: name, …overrides }` by crds/fragments/<name>.yaml, at any depth. */
function resolveFragments(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(resolveFragments)
  if (typeof node !== 'object' || node === null) return node
  const { $fragment, ...rest } = node as Json
  const own = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, resolveFragments(value)]))
  if (typeof $fragment !== 'string') return own
  return { ...(resolveFragments(readFragment($fragment)) as Json), ...own }
}

/** `task-template` → `TaskTemplate`. */
function typeName(name: string): string {
  return name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** What the type generator needs to see: closed objects, no formats or defaults, fragments as named types. */
function forTypes(schema: Json, fragments: Set<string>): Json {
  const fragment = schema['$fragment']
  if (typeof fragment === 'string') {
    fragments.add(fragment)
    return { description: schema['description'] ?? readFragment(fragment)['description'], tsType: typeName(fragment) }
  }
  const result: Json = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key.startsWith('x-') || valueKeywords.has(key)) continue
    if (key === 'properties') {
      result[key] = Object.fromEntries(Object.entries(value as Json).map(([name, child]) => [name, forTypes(child as Json, fragments)]))
    } else if (key === 'items' || (key === 'additionalProperties' && typeof value === 'object')) {
      result[key] = forTypes(value as Json, fragments)
    } else result[key] = value
  }
  if (result['type'] === 'object' && result['additionalProperties'] === undefined) {
    result['additionalProperties'] = schema['x-kubernetes-preserve-unknown-fields'] === true
  }
  return result
}

/** Makes every property, index signature and array of the generated source readonly. */
function toReadonly(source: string): string {
  const properties = source.replaceAll(/^(\s+)(\[k: string\]|"?[A-Za-z0-9_-]+"?\??):/gm, '$1readonly $2:')
  let result = properties
  for (let at = result.lastIndexOf('[]'); at > 0; at = result.lastIndexOf('[]', at - 1)) {
    const start = elementStart(result, at)
    result = `${result.slice(0, start)}readonly ${result.slice(start)}`
  }
  return result
}

/** Where the element type begins whose `[]` is at `end`: at its bracket, or at its name. */
function elementStart(source: string, end: number): number {
  const pairs: Readonly<Record<string, string>> = { '}': '{', ')': '(' }
  const close = source[end - 1] ?? ''
  const open = pairs[close]
  if (open === undefined) return end - (/[A-Za-z0-9_]+$/.exec(source.slice(0, end))?.[0].length ?? 0)
  let at = end - 1
  for (let depth = 1; depth > 0; ) {
    at--
    if (source[at] === close) depth++
    if (source[at] === open) depth--
    if (at < 0) throw new Error(`no ${open} for the ${close} before offset ${end}`)
  }
  return at
}

/** One file of types: an interface per schema, and imports of the fragments that they use. */
async function typesFile(schemas: readonly (readonly [title: string, schema: Json])[]): Promise<string> {
  const fragments = new Set<string>()
  const parts: string[] = []
  for (const [title, schema] of schemas) {
    const source = await compile(forTypes(schema, fragments), title, {
      bannerComment: '',
      additionalProperties: false,
      ignoreMinAndMaxItems: true,
      style: { semi: false, singleQuote: true, printWidth: 160 },
    })
    parts.push(toReadonly(source))
  }
  const imports = [...fragments].toSorted().map((name) => `import type { ${typeName(name)} } from './${name}.ts'\n`)
  return [banner, ...(imports.length > 0 ? [imports.join('')] : []), ...parts].join('\n')
}

/** What to make types of: spec and status of a kind that has them, all fields of one that has not (Event). */
function typedParts(definition: Json): readonly (readonly [title: string, schema: Json])[] {
  const spec = definition['spec'] as { names: { kind: string }; versions: { schema: { openAPIV3Schema: Json } }[] }
  const schema = spec.versions[0]?.schema.openAPIV3Schema
  if (schema === undefined) throw new Error('a definition has no schema')
  const properties = schema['properties'] as Json
  if (properties['spec'] === undefined) return [[`${spec.names.kind}Fields`, schema]]
  return Object.entries(properties).map(([part, child]) => [`${spec.names.kind}${typeName(part)}`, child as Json])
}

/** The definitions in `crds/`, in order of file name, with their fragments resolved. */
export function readDefinitions(): readonly Json[] {
  return yamlNames(crds).map((name) => resolveFragments(readYaml(crds, name)) as Json)
}

/** Every generated file: path from the project's root → text. */
export async function generate(): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const name of yamlNames(crds)) {
    const definition = readYaml(crds, name)
    files.set(`api/types/${name}.ts`, await typesFile(typedParts(definition)))
  }
  for (const name of yamlNames(join(crds, 'fragments'))) {
    files.set(`api/types/${name}.ts`, await typesFile([[typeName(name), readFragment(name)]]))
  }
  const definitions = readDefinitions()
  const list = `export const definitions: readonly Definition[] = ${JSON.stringify(definitions, null, 1)}\n`
  files.set('api/schema/definitions.ts', `${banner}\nimport type { Definition } from './definition.ts'\n\n${list}`)
  files.set('api/schema/validators.generated.ts', banner + compileValidators(definitions))
  return new Map([...files, ...(await cliReference())])
}

if (import.meta.main) {
  for (const folder of ['api/types', 'docs/cli']) {
    rmSync(join(root, folder), { recursive: true, force: true })
    mkdirSync(join(root, folder), { recursive: true })
  }
  for (const [file, text] of await generate()) writeFileSync(join(root, file), text)
}
