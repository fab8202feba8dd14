// `kit cluster ls|inspect|update`: the settings of the whole cluster, as swarmctl shows them.

import { parseDuration } from '../../api/duration.ts'
import type { Schema } from '../../api/schema/definition.ts'
import { schemaOf } from '../../api/schema/schema.ts'
import { isJsonObject, type Json, type JsonObject, type WireObject } from '../../api/wire.ts'
import { readExternalCas } from '../cluster/external-cas.ts'
import { rotationNotice, unreachableNotice } from '../cluster/root-rotation.ts'
import { keyTakenUp, printUnlockKey, rotateKey, tellOfAbsentManagers } from '../cluster/swarm-keys.ts'
import { type ClusterFlag, clusterFlags, refusedClusterFlags } from '../cluster/swarm-settings.ts'
import { roleNamed, rotateToken } from '../cluster/swarm-tokens.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { filtersOf, printListing } from '../listing.ts'
import type { Options } from '../options.ts'
import { formatDetails } from '../output/swarm-table.ts'
import { definitionOf, find } from '../resource.ts'
import { readFlag } from '../service/flag-values.ts'
import { optionName } from '../service/service-flags.ts'

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
    const cluster = await find(client, 'Cluster', word)
    const { metadata, spec, status } = cluster
    context.out(
      `${formatDetails([['ID', metadata.uid], ['Name', metadata.name]])}\n${settingsOf(spec)}\n${externalsOf(spec)}${tokensOf(status)}${rotationOf(cluster)}${lockOf(spec)}`, // biome-ignore format: one idea
    )
  }
}

function settingsOf(spec: WireObject<'Cluster'>['spec']): string {
  const line = ({ path, form, text }: ClusterFlag): string => {
    const value = at(spec, path) ?? defaultAt(path) ?? ''
    return `  ${text}: ${form === 'duration' ? asGo(String(value)) : String(value)}`
  }
  const sections = Map.groupBy(clusterFlags, ({ section }) => section)
  return [...sections].map(([section, flags]) => `${section} settings:\n${flags.map(line).join('\n')}`).join('\n')
}

function externalsOf({ ca }: WireObject<'Cluster'>['spec']): string {
  const { externalCAs = [] } = ca ?? {}
  return externalCAs.length === 0 ? '' : `  External CAs:\n${externalCAs.map(({ url }) => `    cfssl: ${url}\n`).join('')}`
}

/** Below the settings of the authority, which come last. */
function tokensOf({ joinTokens }: WireObject<'Cluster'>['status']): string {
  if (joinTokens === undefined) return ''
  return `  Join Tokens:\n    Worker: ${joinTokens.worker}\n    Manager: ${joinTokens.manager}\n`
}

function rotationOf(cluster: WireObject<'Cluster'>): string {
  const notice = rotationNotice(cluster)
  const unreachable = unreachableNotice(cluster)
  return `${notice === undefined ? '' : `  Root Rotation: ${notice}\n`}${unreachable === undefined ? '' : `  Unreachable: ${unreachable}\n`}`
}

function lockOf({ autolock }: WireObject<'Cluster'>['spec']): string {
  return autolock === true ? 'Encryption settings:\n  Autolock Managers: true\n' : ''
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce((parent: unknown, name) => (isJsonObject(parent) ? parent[name] : undefined), value)
}

function defaultAt(path: readonly string[]): unknown {
  return path.reduce(
    (schema: Schema | undefined, name) => schema?.properties?.[name],
    schemaOf(definitionOf('Cluster')).properties?.['spec'],
  )?.default
}

/** As Go prints durations, and so swarmctl: 2160h0m0s. What has fractions of a second stays as it is written. */
function asGo(text: string): string {
  const seconds = (parseDuration(text) ?? Number.NaN) / 1000
  if (!Number.isInteger(seconds) || seconds === 0) return text
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${rest}s`
}

export async function update(context: Context, options: Options, words: readonly string[]): Promise<void> {
  await inspect(context, [await change(context, options, words)])
  const key = options.autolock === undefined && options.rotateUnlockKey === undefined ? '' : await keyTakenUp(context)
  if (key === '') return
  context.out('\n')
  printUnlockKey(context, key)
  if (options.rotateUnlockKey === true) await tellOfAbsentManagers(context)
}

/** The part of a Cluster's spec that the options say. */
export function settingsIn(options: Options): JsonObject {
  const given: Readonly<Record<string, unknown>> = { ...options }
  for (const [flag, { why }] of Object.entries(refusedClusterFlags))
    if (given[optionName(flag)] !== undefined) throw new CommandError(exitCodes.invalid, `error: --${flag}: ${why}`)
  let spec: JsonObject = options.autolock === undefined ? {} : { autolock: isYes('autolock', options.autolock) }
  for (const { names, path, form } of clusterFlags) {
    for (const name of names) {
      const text = given[optionName(name)]
      if (typeof text === 'string') spec = withValue(spec, path, readFlag(name, form, text, { env: {}, readLines: () => [] }))
    }
  }
  return spec
}

/** Whether the options change anything. */
export function changesSettings(options: Options): boolean {
  return Object.keys(settingsIn(options)).length > 0 || options.externalCa !== undefined
}

/** As docker writes switches: `--autolock`, or `--autolock=false`. */
function isYes(flag: string, given: boolean | string): boolean {
  if (typeof given === 'boolean') return given
  if (given === 'true' || given === 'false') return given === 'true'
  throw new CommandError(exitCodes.invalid, `error: --${flag}: "${given}" is neither true nor false`)
}

/** Resolves with the name of the cluster. */
export async function change(context: Context, options: Options, [word = '']: readonly string[]): Promise<string> {
  const { rotateJoinToken, rotateUnlockKey, externalCa } = options
  if (!changesSettings(options) && rotateJoinToken === undefined && rotateUnlockKey === undefined)
    throw new CommandError(
      exitCodes.invalid,
      `error: nothing to change: give ${[...clusterFlags.map(({ names }) => `--${names[0]}`), '--external-ca', '--autolock', '--rotate-join-token', '--rotate-unlock-key'].join(', ')}`,
    )
  const client = await context.client()
  const { metadata, status } = await find(client, 'Cluster', word)
  // It signs with the root that there is, unless it says another.
  const externals = externalCa && (await readExternalCas(externalCa, () => Promise.resolve(status.ca?.certificate ?? '')))
  const spec = externals === undefined ? settingsIn(options) : withValue(settingsIn(options), ['ca', 'externalCAs'], externals)
  if (Object.keys(spec).length > 0)
    await client.patch('Cluster', metadata.name, { type: 'merge', patch: { spec } }, { fieldManager: 'kit-cluster' })
  if (rotateUnlockKey === true) await rotateKey(context)
  else if (options.autolock !== undefined) await keyTakenUp(context)
  if (rotateJoinToken !== undefined) await rotateToken(context, roleNamed(rotateJoinToken))
  return metadata.name
}

export function withValue(object: JsonObject, [name = '', ...rest]: readonly string[], value: Json): JsonObject {
  const before = object[name]
  return { ...object, [name]: rest.length === 0 ? value : withValue(isJsonObject(before) ? before : {}, rest, value) }
}
