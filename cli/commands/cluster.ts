// `kit cluster ls|inspect|update`: the settings of the whole cluster, as swarmctl shows them.

import { schemaOf } from '../../api/schema.ts'
import type { Json, WireObject } from '../../api/wire.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { readFlag } from '../flag-values.ts'
import { filtersOf, printListing } from '../listing.ts'
import type { Options } from '../options.ts'
import { formatDetails } from '../output/swarm-table.ts'
import { definitionOf, find } from '../resource.ts'
import { optionName } from '../service-flags.ts'
import { type ClusterFlag, clusterFlags, refusedClusterFlags } from '../swarm-settings.ts'

export async function list(context: Context, options: Options): Promise<void> {
  filtersOf<unknown>(options, {}) // There are none: one that is given is a mistake.
  const { items } = await (await context.client()).list('Cluster')
  const rows = items.map(({ metadata }) => ({ ID: metadata.uid, Name: metadata.name }))
  const columns = [['ID', 'ID'], ['Name', 'Name']] as const // biome-ignore format: one table
  printListing(context, options, { columns, rows })
}

export async function inspect(context: Context, words: readonly string[]): Promise<void> {
  const client = await context.client()
  for (const word of words) {
    const { metadata, spec } = await find(client, 'Cluster', word)
    context.out(`${formatDetails([['ID', metadata.uid], ['Name', metadata.name]])}\n${settingsOf(spec)}\n`) // biome-ignore format: one idea
  }
}

/** The certificate authority and the join tokens get a section of their own once nodes join. */
function settingsOf(spec: WireObject<'Cluster'>['spec']): string {
  const defaults = schemaOf(definitionOf('Cluster')).properties?.['spec']?.properties
  const line = ({ field, text }: ClusterFlag): string => `  ${text}: ${String(spec[field] ?? defaults?.[field]?.default ?? '')}`
  const sections = Map.groupBy(clusterFlags, ({ section }) => section)
  return [...sections].map(([section, flags]) => `${section} settings:\n${flags.map(line).join('\n')}`).join('\n')
}

export async function update(context: Context, options: Options, [word = '']: readonly string[]): Promise<void> {
  const given: Readonly<Record<string, unknown>> = { ...options }
  for (const [flag, { why }] of Object.entries(refusedClusterFlags))
    if (given[optionName(flag)] !== undefined) throw new CommandError(exitCodes.invalid, `error: --${flag}: ${why}`)
  const spec: Record<string, Json> = {}
  for (const { names, field, form } of clusterFlags) {
    for (const name of names) {
      const text = given[optionName(name)]
      if (typeof text === 'string') spec[field] = readFlag(name, form, text, { env: {}, readLines: () => [] })
    }
  }
  if (Object.keys(spec).length === 0)
    throw new CommandError(
      exitCodes.invalid,
      `error: what shall change? Write ${clusterFlags.map(({ names }) => `--${names[0]}`).join(', ')}`,
    )
  const client = await context.client()
  const { metadata } = await find(client, 'Cluster', word)
  await client.patch('Cluster', metadata.name, { type: 'merge', patch: { spec } }, { fieldManager: 'kit-cluster' })
  await inspect(context, [metadata.name])
}
