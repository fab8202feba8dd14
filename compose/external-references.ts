// What a Compose file says exists already (`external: true`), and neither the cluster nor the same input has. The
// server cannot tell at a dry run: what is missing may come with the same command.
// A volume is not looked for: the engine of each node makes one that is missing.

import type { Diagnostic } from '../api/diagnostic.ts'
import { pointAt } from '../api/yaml/yaml-document.ts'
import type { InputObject } from './input-object.ts'
import { readCompose } from './read.ts'

const sections = [
  ['networks', 'Network'],
  ['secrets', 'Secret'],
  ['configs', 'Config'],
] as const
type ExternalKind = (typeof sections)[number][1]

/** Networks that every engine has by these names. */
const predefined = ['host', 'bridge', 'none']

/** What has to be looked for. */
export function externalReferences(input: readonly InputObject[]): readonly { readonly kind: ExternalKind; readonly name: string }[] {
  const given = new Set(input.map(({ kind, object }) => `${kind}/${object.metadata['name']}`))
  return input.flatMap(externalsOf).filter(({ kind, name }) => !given.has(`${kind}/${name}`))
}

/** What a stack lacks of what was looked for, with all its places. `missing`: `Kind/name`. */
export function placeMissing(each: InputObject, missing: ReadonlySet<string>): readonly Diagnostic[] {
  const prefix = each.document.kind === 'Compose' ? [] : ['spec']
  return externalsOf(each)
    .filter(({ kind, name }) => missing.has(`${kind}/${name}`))
    .map(({ kind, name, path }) =>
      pointAt(each.document, {
        code: 'KIT0130',
        path: [...prefix, ...path],
        target: 'key',
        message: `there is no ${kind.toLowerCase()} ${name} in the cluster, and it is external`,
        help: helpFor(kind, name),
      }),
    )
}

function externalsOf({
  kind,
  object,
}: InputObject): readonly { readonly kind: ExternalKind; readonly name: string; readonly path: readonly string[] }[] {
  const read = kind === 'Stack' ? readCompose(object['spec']) : undefined
  if (read === undefined || !('model' in read)) return []
  const { model } = read
  return sections.flatMap(([section, external]) =>
    Object.entries(model[section])
      .filter(([, entry]) => entry.external === true)
      .map(([key, { name = key }]) => ({ kind: external, name, path: [section, key] })),
  )
}

function helpFor(kind: ExternalKind, name: string): string {
  if (kind !== 'Network') return `make it first: kit ${kind.toLowerCase()} create ${name} FILE`
  if (predefined.includes(name))
    return `make it first, for the network of the nodes themselves: kind Network, name ${name}, spec.hostNetwork ${name}`
  return `make it first: a manifest of kind Network with the name ${name}`
}
