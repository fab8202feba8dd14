// What a Compose file says exists already (`external: true`), and neither the cluster nor the same input has. The
// server cannot tell at a dry run: what is missing may come with the same command.
// A volume is not looked for: the engine of each node makes one that is missing.

import { reasonOf } from '../api/errors.ts'
import { formatDiagnostics } from '../api/format-diagnostic.ts'
import { pointAt } from '../api/yaml-document.ts'
import type { Client } from '../client/client.ts'
import { readCompose } from '../compose/read.ts'
import type { InputObject } from './input.ts'

const sections = [
  ['networks', 'Network'],
  ['secrets', 'Secret'],
  ['configs', 'Config'],
] as const
type ExternalKind = (typeof sections)[number][1]

/** Networks that every engine has by these names. */
const predefined = ['host', 'bridge', 'none']

/** One refusal for each stack that lacks something, with all its places. */
export async function findMissing(client: Client, input: readonly InputObject[]): Promise<readonly string[]> {
  const given = new Set(input.map(({ kind, object }) => `${kind}/${object.metadata['name']}`))
  const refusals: string[] = []
  for (const each of input.filter(({ kind }) => kind === 'Stack')) {
    const missing = []
    for (const external of externalsOf(each)) {
      const { kind, name } = external
      if (!given.has(`${kind}/${name}`) && !(await exists(client, kind, name))) missing.push(external)
    }
    const prefix = each.document.kind === 'Compose' ? [] : ['spec']
    const diagnostics = missing.map(({ kind, name, path }) =>
      pointAt(each.document, {
        code: 'KIT0130',
        path: [...prefix, ...path],
        target: 'key',
        message: `there is no ${kind.toLowerCase()} ${name} in the cluster, and it is external`,
        help: helpFor(kind, name),
      }),
    )
    if (diagnostics.length > 0) refusals.push(formatDiagnostics(diagnostics, () => each.text))
  }
  return refusals
}

function externalsOf({
  object,
}: InputObject): readonly { readonly kind: ExternalKind; readonly name: string; readonly path: readonly string[] }[] {
  const read = readCompose(object['spec'])
  if (!('model' in read)) return []
  const { model } = read
  return sections.flatMap(([section, kind]) =>
    Object.entries(model[section])
      .filter(([, { external }]) => external === true)
      .map(([key, { name = key }]) => ({ kind, name, path: [section, key] })),
  )
}

async function exists(client: Client, kind: ExternalKind, name: string): Promise<boolean> {
  try {
    await client.get(kind, name)
    return true
  } catch (error) {
    if (reasonOf(error) === 'NotFound') return false
    throw error
  }
}

function helpFor(kind: ExternalKind, name: string): string {
  if (kind !== 'Network') return `make it first: kit ${kind.toLowerCase()} create ${name} FILE`
  if (predefined.includes(name))
    return `make it first, for the network of the nodes themselves: kind Network, name ${name}, spec.hostNetwork ${name}`
  return `make it first: a manifest of kind Network with the name ${name}`
}
