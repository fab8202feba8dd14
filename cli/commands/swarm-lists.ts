// `kit task ls`, `kit stack ls|ps`, and what networks and volumes have: `ls` and `create`.

import { reasonOf } from '../../api/errors.ts'
import { apiVersion } from '../../api/objects.ts'
import type { JsonObject, WireObject } from '../../api/wire.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { filtersOf, hasLabel, printListing } from '../listing.ts'
import type { Options } from '../options.ts'
import { find } from '../resource.ts'
import { readFlag } from '../service/flag-values.ts'
import { isHistory, taskListing, taskNames, taskRows } from '../service/swarm-tasks.ts'

/** Of the whole cluster; history only with `-a`. */
export async function tasks(context: Context, options: Options): Promise<void> {
  const client = await context.client()
  const { items } = await client.list('Task')
  const rows = taskRows(context, options, items.filter((task) => options.all === true || !isHistory(task)), await taskNames(client)) // biome-ignore format: one idea
  const columns = [
    ['ID', 'ID'],
    ['Service', 'Service'],
    ['DesiredState', 'Desired State'],
    ['CurrentState', 'Last State'],
    ['Node', 'Node'],
  ] as const
  printListing(context, options, { columns, rows, gap: 4, more: ['Name', 'Slot', 'Image', 'Error'] })
}

export async function stacks(context: Context, options: Options): Promise<void> {
  const client = await context.client()
  const [{ items }, services] = await Promise.all([client.list('Stack'), client.list('Service', { labelSelector: 'kit/stack' })])
  const counts = Map.groupBy(services.items, ({ metadata }) => metadata.labels?.['kit/stack'])
  const isAsked = filtersOf<WireObject>(options, { name: ({ metadata }, value) => metadata.name.startsWith(value) })
  const rows = items
    .filter(isAsked)
    .map(({ metadata: { uid, name } }) => ({ ID: uid, Name: name, Services: String(counts.get(name)?.length ?? 0) }))
  const columns = [['Name', 'Name'], ['Services', 'Services']] as const // biome-ignore format: one table
  printListing(context, options, { columns, rows, id: 'Name', more: ['ID'] })
}

export async function stackTasks(context: Context, options: Options, [word = '']: readonly string[]): Promise<void> {
  const client = await context.client()
  const { metadata } = await find(client, 'Stack', word)
  const services = await client.list('Service', { labelSelector: `kit/stack=${metadata.name}` })
  const own = new Set(services.items.map((service) => service.metadata.name))
  const items = (await client.list('Task')).items.filter(({ spec }) => own.has(spec.service))
  printListing(context, options, taskListing(taskRows(context, options, items, await taskNames(client)), true))
}

export async function networks(context: Context, options: Options): Promise<void> {
  const { items } = await (await context.client()).list('Network')
  const isAsked = filtersOf<WireObject<'Network'>>(options, {
    id: ({ metadata }, value) => metadata.uid.startsWith(value),
    name: ({ metadata }, value) => metadata.name.startsWith(value),
    driver: ({ spec }, value) => (spec.driver ?? 'overlay') === value,
    label: ({ metadata, spec }, value) => hasLabel({ ...spec.labels, ...metadata.labels }, value),
    scope: (_, value) => value === 'swarm',
  })
  const rows = items.filter(isAsked).map(({ metadata, spec }) => ({
    ...{ ID: metadata.uid, Name: metadata.name, Driver: spec.driver ?? 'overlay', Scope: 'swarm' },
  }))
  const columns = [['ID', 'ID'], ['Name', 'Name'], ['Driver', 'Driver']] as const // biome-ignore format: one table
  printListing(context, options, { columns, rows, more: ['Scope'] })
}

export async function volumes(context: Context, options: Options): Promise<void> {
  const { items } = await (await context.client()).list('Volume')
  const isAsked = filtersOf<WireObject<'Volume'>>(options, {
    name: ({ metadata }, value) => metadata.name.startsWith(value),
    driver: ({ spec }, value) => (spec.driver ?? 'local') === value,
    label: ({ metadata, spec }, value) => hasLabel({ ...spec.labels, ...metadata.labels }, value),
  })
  const rows = items
    .filter(isAsked)
    .map(({ metadata, spec }) => ({ ID: metadata.uid, Name: metadata.name, Driver: spec.driver ?? 'local' }))
  const columns = [['ID', 'ID'], ['Name', 'Name'], ['Driver', 'Driver']] as const // biome-ignore format: one table
  printListing(context, options, { columns, rows, id: 'Name' })
}

export function createNetwork(context: Context, options: Options, words: readonly string[]): Promise<void> {
  const { subnet = [], gateway = [], ipRange = [] } = options
  const configs = subnet.map((each, at) => ({
    subnet: each,
    ...(gateway[at] === undefined ? {} : { gateway: gateway[at] }),
    ...(ipRange[at] === undefined ? {} : { range: ipRange[at] }),
  }))
  if (gateway.length > configs.length || ipRange.length > configs.length)
    throw new CommandError(exitCodes.invalid, 'error: every --gateway and --ip-range belongs to a --subnet: write as many')
  const ipam = { ...(options.ipamDriver === undefined ? {} : { driver: options.ipamDriver }), ...filled('options', pairs(options.ipamOpt)) }
  const on = (['attachable', 'internal', 'ingress', 'ipv6'] as const).filter((name) => options[name] === true)
  return createNamed(context, 'Network', options, words, {
    ...Object.fromEntries(on.map((name) => [name, true])),
    ...(Object.keys(ipam).length + configs.length === 0 ? {} : { ipam: { ...ipam, ...(configs.length === 0 ? {} : { configs }) } }),
  })
}

/** What networks and volumes have in common. Prints the id of a network, the name of a volume, as docker does. */
export async function createNamed(
  context: Context,
  kind: 'Network' | 'Volume',
  options: Options,
  words: readonly string[],
  more: JsonObject = {},
): Promise<void> {
  const name = words[0] ?? options.name
  if (name === undefined) throw new CommandError(exitCodes.invalid, `error: the ${kind.toLowerCase()} needs a name`)
  const spec = {
    ...(options.driver === undefined ? {} : { driver: options.driver }),
    ...filled('driverOptions', pairs(options.opt)),
    ...filled('labels', pairs(options.label)),
    ...more,
  }
  const client = await context.client()
  const { metadata } = await client
    .create(kind, { apiVersion, kind, metadata: { name }, spec }, { fieldManager: 'kit-create' })
    .catch((error: unknown) => {
      if (reasonOf(error) !== 'AlreadyExists') throw error
      throw new CommandError(exitCodes.error, `error: ${kind.toLowerCase()} "${name}" exists already, and cannot be changed`)
    })
  context.out(`${kind === 'Volume' ? metadata.name : metadata.uid}\n`)
}

function pairs(texts: readonly string[] = []): JsonObject {
  return Object.assign({}, ...texts.map((text) => readFlag('opt', 'pair', text, { env: {}, readLines: () => [] })))
}

function filled(field: string, map: JsonObject): JsonObject {
  return Object.keys(map).length === 0 ? {} : { [field]: map }
}
