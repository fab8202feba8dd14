// Writes everything that follows from `crds/`: the TypeScript types (`api/types/<kind>.ts`) and, as one
// module, the definitions with their fragments resolved (`api/definitions.ts`), from which the router,
// the tables, `kit explain` and the validators work. `npm run generate`; a test fails when the
// committed files differ from what this writes.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compile } from 'json-schema-to-typescript'
import { parse } from 'yaml'

type Json = { [key: string]: unknown }

const root = join(import.meta.dirname, '..')
const crds = join(root, 'crds')
const banner = '// Generated from crds/ by `npm run generate`. Do not edit.\n'

/** Replaces `{ $fragment: name, …overrides }` by crds/fragments/<name>.yaml, at any depth. */
function resolveFragments(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(resolveFragments)
  if (typeof node !== 'object' || node === null) return node
  const { $fragment, ...rest } = node as Json
  const own = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, resolveFragments(value)]))
  if (typeof $fragment !== 'string') return own
  const fragment = parse(readFileSync(join(crds, 'fragments', `${$fragment}.yaml`), 'utf8')) as Json
  return { ...(resolveFragments(fragment) as Json), ...own }
}

/** What the type generator needs to see: closed objects, readonly-friendly, no formats or defaults. */
function forTypes(schema: Json): Json {
  const result: Json = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key.startsWith('x-') || ['default', 'format', 'minimum', 'maximum', 'maxItems', 'minLength', 'maxLength', 'pattern'].includes(key))
      continue
    if (key === 'properties')
      result[key] = Object.fromEntries(Object.entries(value as Json).map(([name, child]) => [name, forTypes(child as Json)]))
    else if (key === 'items' || (key === 'additionalProperties' && typeof value === 'object')) result[key] = forTypes(value as Json)
    else result[key] = value
  }
  if (result['type'] === 'object' && result['additionalProperties'] === undefined) {
    result['additionalProperties'] = schema['x-kubernetes-preserve-unknown-fields'] === true
  }
  return result
}

function toReadonly(source: string): string {
  return source
    .replaceAll(/^(\s+)(\[k: string\]|"?[A-Za-z0-9_-]+"?\??):/gm, '$1readonly $2:')
    .replaceAll(/\(([^()\n]*)\)\[\]/g, 'readonly ($1)[]')
    .replaceAll(/(?<!readonly )\b(string|number|boolean)\[\]/g, 'readonly $1[]')
    .replaceAll(/^(\s+readonly [^:]+: )\{$/gm, '$1{')
}

export async function generate(): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  const definitions: Json[] = []
  for (const name of readdirSync(crds)
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()) {
    const definition = resolveFragments(parse(readFileSync(join(crds, name), 'utf8'))) as Json
    definitions.push(definition)
    const spec = definition['spec'] as { names: { kind: string; singular: string }; versions: { schema: { openAPIV3Schema: Json } }[] }
    const schema = spec.versions[0]?.schema.openAPIV3Schema
    if (schema === undefined) throw new Error(`${name}: no schema`)
    const { kind, singular } = spec.names
    const properties = schema['properties'] as Json
    const parts = [banner]
    for (const part of Object.keys(properties)) {
      const title = `${kind}${part[0]?.toUpperCase()}${part.slice(1)}`
      const source = await compile(forTypes(properties[part] as Json), title, {
        bannerComment: '',
        additionalProperties: false,
        ignoreMinAndMaxItems: true,
        style: { semi: false, singleQuote: true, printWidth: 160 },
      })
      parts.push(toReadonly(source))
    }
    files.set(`api/types/${singular}.ts`, parts.join('\n'))
  }
  files.set(
    'api/definitions.ts',
    `${banner}\nimport type { Definition } from './definition.ts'\n\nexport const definitions: readonly Definition[] = ${JSON.stringify(definitions, null, 1)}\n`,
  )
  return files
}

if (import.meta.main) {
  mkdirSync(join(root, 'api/types'), { recursive: true })
  for (const [file, text] of await generate()) writeFileSync(join(root, file), text)
}
