// `kit service create|update|ls|ps|inspect`, as docker and swarmctl have them. The rest of the group is the
// commands that kit has under other names.

import { readFileSync } from 'node:fs'
import { reasonOf } from '../../api/errors.ts'
import { apiVersion } from '../../api/objects.ts'
import { replicasOf } from '../../api/schema/defaults.ts'
import { isJsonObject, type JsonObject, type WireObject } from '../../api/wire.ts'
import type { Client } from '../../client/client.ts'
import type { Context } from '../context.ts'
import { converge } from '../converge.ts'
import { CommandError, type ExitCode, exitCodes } from '../exit.ts'
import { fail } from '../input/files.ts'
import { filtersOf, hasLabel, printListing } from '../listing.ts'
import type { Options } from '../options.ts'
import { type Detail, formatAgo, formatDetails, formatSwarmTable, shout } from '../output/swarm-table.ts'
import { find } from '../resource.ts'
import { registryAuth } from '../service/registry-auth.ts'
import { changeService, type Given } from '../service/service-changes.ts'
import { optionName, refusedOnUpdate } from '../service/service-flags.ts'
import { isHistory, taskListing, taskNames, taskRows } from '../service/swarm-tasks.ts'
import { timeoutOf } from '../timeout.ts'
import { remove as removeObjects } from './delete.ts'
import { undo } from './rollout.ts'

const fieldManager = 'kit-service'
/** How often an update is made again on what somebody else has changed meanwhile. */
const mostAttempts = 10

function surroundings({ env }: Context): Parameters<typeof changeService>[2] {
  const readLines = (file: string): readonly string[] => {
    try {
      return readFileSync(file, 'utf8').split(/\r?\n/)
    } catch (error) {
      return fail(file, error)
    }
  }
  return { env, readLines }
}

export async function create(context: Context, options: Options, words: readonly string[]): Promise<ExitCode> {
  const given: Given = { ...options }
  const { object } = changeService({ metadata: {}, spec: { template: {} } }, given, surroundings(context))
  const { template: written = {}, ...spec } = isJsonObject(object['spec']) ? object['spec'] : {}
  const flagged = isJsonObject(written) ? written : {}
  // With --image, the words are what docker has after the image.
  const [image = flagged['image'], ...args] = flagged['image'] === undefined ? words : [flagged['image'], ...words]
  const template: JsonObject = {
    ...flagged,
    ...(image === undefined ? {} : { image }),
    ...(args.length === 0 ? {} : { command: args }),
  }
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {}
  const name = metadata['name'] ?? nameOfImage(template['image'])
  const auth = await credentials(context, options, template['image'])
  const client = await context.client()
  const manifest = { apiVersion, kind: 'Service', metadata: { ...metadata, name }, spec: { ...spec, template: { ...template, ...auth } } }
  const service = await client.create('Service', manifest, { fieldManager }).catch((error: unknown) => {
    if (reasonOf(error) !== 'AlreadyExists') throw error
    const help = `kit service update ${String(name)} changes it; --name gives this one another name`
    throw new CommandError(exitCodes.error, `error: service "${String(name)}" exists already\n  = help: ${help}`)
  })
  return waitFor(context, client, options, service)
}

/** `registry/shop/api:2` is called `api`. */
function nameOfImage(image: unknown): string {
  const name = typeof image === 'string' ? (/([^/:@]+)(?::[^/]*)?(?:@.*)?$/.exec(image)?.[1] ?? '') : ''
  if (name === '') throw new CommandError(exitCodes.invalid, 'error: nothing to run: give --name and an image, or --name and --args')
  return name.replaceAll(/[^A-Za-z0-9]+/g, '-')
}

async function credentials(context: Context, options: Options, image: unknown): Promise<{ readonly registryAuth?: string }> {
  if (options.withRegistryAuth !== true || typeof image !== 'string') return {}
  const auth = await registryAuth(context, image)
  if (auth === undefined) context.err(`warning: nobody has logged in to the registry of ${image}: it is pulled without credentials`)
  return auth === undefined ? {} : { registryAuth: auth }
}

function rollback(context: Context, options: Options, word: string): Promise<ExitCode> {
  const { object, warnings } = changeService({}, { ...options }, surroundings(context))
  if (Object.keys(object).length + warnings.length > 0 || options.force === true)
    throw new CommandError(exitCodes.invalid, 'error: --rollback goes back to a revision, and changes nothing else in the same command')
  return undo(context, { ...options, yes: true }, [`service/${word}`]) // As docker, which does not ask.
}

export async function update(context: Context, options: Options, [word = '']: readonly string[]): Promise<ExitCode> {
  const given: Given = { ...options }
  for (const [flag, { why }] of Object.entries(refusedOnUpdate))
    if (given[optionName(flag)] !== undefined) throw new CommandError(exitCodes.invalid, `error: --${flag}: ${why}`)
  if (options.rollback === true) return rollback(context, options, word)
  const client = await context.client()
  for (let attempt = 1; ; attempt++) {
    const live = await find(client, 'Service', word)
    const before: JsonObject = JSON.parse(JSON.stringify({ ...live, status: {} }))
    const { object, warnings } = changeService(before, { ...options }, surroundings(context))
    const after = await withRest(context, options, live, object)
    try {
      const changed = await client.update('Service', { apiVersion, kind: 'Service', metadata: {}, ...after }, { fieldManager })
      for (const warning of warnings) context.err(`warning: ${warning}`)
      if (changed.metadata.resourceVersion === live.metadata.resourceVersion) context.err('Nothing changed: the service is so already.')
      else tellOwner(context, live)
      return await waitFor(context, client, options, changed)
    } catch (error) {
      if (reasonOf(error) !== 'Conflict' || attempt === mostAttempts) throw error
    }
  }
}

/** What is no plain flag: `--force` and `--with-registry-auth`. */
async function withRest(context: Context, options: Options, live: WireObject<'Service'>, object: JsonObject): Promise<JsonObject> {
  const spec = isJsonObject(object['spec']) ? object['spec'] : {}
  const template = isJsonObject(spec['template']) ? spec['template'] : {}
  const forced = options.force === true ? { forceUpdate: (live.spec.template.forceUpdate ?? 0) + 1 } : {}
  return { ...object, spec: { ...spec, template: { ...template, ...forced, ...(await credentials(context, options, template['image'])) } } }
}

/** A file that is applied again later meets this change: what happens then is said now. */
function tellOwner(context: Context, { metadata }: WireObject<'Service'>): void {
  const stack = metadata.labels?.['kit/stack']
  const applied = metadata.managedFields?.some(({ operation }) => operation === 'Apply') === true
  const later =
    stack !== undefined
      ? `belongs to stack ${stack}, whose file keeps this until it changes the same fields itself: that is a conflict (KIT0143) then`
      : 'was applied from a file. Where the two differ now, applying it again is a conflict (KIT0143)'
  if (stack !== undefined || applied) context.err(`note: service/${metadata.name} ${later}, which --force decides for the file`)
}

/** A stack makes again what it misses. */
export async function remove(context: Context, options: Options, words: readonly string[]): Promise<ExitCode> {
  const client = await context.client()
  for (const word of words) {
    const { metadata } = await find(client, 'Service', word)
    const stack = metadata.labels?.['kit/stack']
    if (stack !== undefined)
      context.err(`note: service/${metadata.name} belongs to stack ${stack}, which makes it again; \`kit stack rm ${stack}\` deletes both`)
  }
  return removeObjects(context, options, ['services', ...words])
}

/** Prints the id, as swarmctl and docker do. */
async function waitFor(context: Context, client: Client, options: Options, { metadata }: WireObject<'Service'>): Promise<ExitCode> {
  context.out(`${metadata.uid}\n`)
  if (options.wait === false) return exitCodes.ok
  const isProgress = (line: string): boolean => /^\d\d+:\d\d /.test(line)
  const heard = options.quiet === true ? { ...context, err: (line: string) => void (isProgress(line) || context.err(line)) } : context
  const services = new Map([[metadata.name, metadata.generation]])
  return converge(heard, client, { services, stacks: new Map(), isMine: true }, timeoutOf(options))
}

export async function listOfStack(context: Context, options: Options, [word = '']: readonly string[]): Promise<void> {
  const { metadata } = await find(await context.client(), 'Stack', word)
  await list(context, options, metadata.name)
}

/** `stack`: only its services. */
export async function list(context: Context, options: Options, stack?: string): Promise<void> {
  const client = await context.client()
  const { items } = await client.list('Service', stack === undefined ? {} : { labelSelector: `kit/stack=${stack}` })
  const isAsked = filtersOf<WireObject<'Service'>>(options, {
    id: ({ metadata }, value) => metadata.uid.startsWith(value),
    name: ({ metadata }, value) => metadata.name.startsWith(value),
    label: ({ metadata }, value) => hasLabel(metadata.labels, value),
    mode: ({ spec }, value) => modeOf(spec) === value,
  })
  const rows = items.filter(isAsked).map((service) => ({
    ID: service.metadata.uid,
    Name: service.metadata.name,
    Mode: modeOf(service.spec),
    Image: service.spec.template.image ?? '',
    Replicas: replicasText(service),
    Ports: portsText(service),
  }))
  const columns = [['ID', 'ID'], ['Name', 'Name'], ['Image', 'Image'], ['Replicas', 'Replicas']] as const // biome-ignore format: one table
  printListing(context, options, { columns, rows, more: ['Mode', 'Ports'] })
}

function modeOf({ mode = 'Replicated' }: WireObject<'Service'>['spec']): string {
  return shout(mode).toLowerCase().replace('_', '-')
}

function replicasText(service: WireObject<'Service'>): string {
  return service.status.replicas?.summary ?? (service.spec.mode === 'Global' ? '0/0' : `0/${replicasOf(service)}`)
}

function portsText({ status }: WireObject<'Service'>): string {
  const ports = (status.endpoint?.ports ?? []).map(
    ({ publishedPort, targetPort, protocol, publishMode }) =>
      `${publishMode === 'Ingress' ? '*:' : ''}${publishedPort}->${targetPort}/${protocol.toLowerCase()}`,
  )
  return ports.join(',')
}

export async function tasksOf(context: Context, options: Options, words: readonly string[]): Promise<void> {
  const client = await context.client()
  const services = await Promise.all(words.map((word) => find(client, 'Service', word)))
  const names = await taskNames(client)
  const lists = await Promise.all(services.map(({ metadata }) => client.list('Task', { fieldSelector: `spec.service=${metadata.name}` })))
  printListing(context, options, taskListing(taskRows(context, options, lists.flatMap(({ items }) => items), names), true)) // biome-ignore format: one idea
}

export async function inspect(context: Context, options: Options, words: readonly string[]): Promise<void> {
  const client = await context.client()
  for (const [at, word] of words.entries()) {
    const service = await find(client, 'Service', word)
    const selector = { fieldSelector: `spec.service=${service.metadata.name}` }
    const [{ items }, names] = await Promise.all([client.list('Task', selector), taskNames(client, selector)])
    const tasks = items.filter((task) => options.all === true || !isHistory(task))
    const { columns, rows, gap } = taskListing(taskRows(context, options, tasks, names), false)
    const cells = rows.map((row) => columns.map(([cell]) => row[cell] ?? ''))
    const headings = columns.map(([, heading]) => heading)
    context.out(`${at > 0 ? '\n' : ''}${formatDetails(detailsOf(service, context.clock.wallMs()))}\n`)
    if (cells.length > 0) context.out(`\n${formatSwarmTable(headings, cells, gap, context.width?.())}\n`)
  }
}

function detailsOf(service: WireObject<'Service'>, now: number): readonly Detail[] {
  const { metadata, spec, status } = service
  const { template, update } = spec
  const { resources, placement } = template
  const ago = (at: number | undefined): string | undefined => (at === undefined ? undefined : formatAgo(now - at))
  const pairs = (map: Readonly<Record<string, string | number>> | undefined): string | undefined =>
    map && Object.entries(map).map(([key, value]) => `${key}=${value}`).join(', ') // biome-ignore format: one idea
  const joined = (words: readonly string[] | undefined): string | undefined => words?.join(' ')
  const last = status.update
  return [
    ['ID', metadata.uid],
    ['Name', metadata.name],
    ['Labels', pairs(metadata.labels)],
    ['Mode', spec.mode === undefined || spec.mode === 'Replicated' ? undefined : shout(spec.mode)],
    ['Replicas', replicasText(service)],
    'Update Status',
    [' State', last && shout(last.state)],
    [' Started', ago(last?.startedAt)],
    [' Completed', ago(last?.completedAt)],
    [' Message', last && (last.reason ?? messages[last.state])],
    'Template',
    ' Container',
    ['  Image', template.image],
    ['  Command', joined(template.entrypoint)],
    ['  Args', joined(template.command)],
    ['  Env', pairs(template.env)],
    ['  Labels', pairs(template.labels)],
    ['  Mounts', template.mounts?.map(({ type, source = '', target }) => `${type.toLowerCase()}:${source}->${target}`).join(', ')],
    ['  Secrets', template.secrets?.map(({ source, target = source }) => `${source}:${target}`).join(', ')],
    ['  Configs', template.configs?.map(({ source, target = source }) => `${source}:${target}`).join(', ')],
    ' Resources',
    ['  Limits', pairs(present(resources?.limits))],
    ['  Reservations', pairs(present({ cpus: resources?.reservations?.cpus, memory: resources?.reservations?.memory }))],
    ['  Generic', pairs(resources?.reservations?.generic)],
    ' Placement',
    ['  Constraints', placement?.constraints?.join(', ')],
    ['  Max per node', placement?.maxReplicasPerNode],
    'Update Settings',
    [' Parallelism', update?.parallelism],
    [' Delay', update?.delay],
    [' Monitor', update?.monitor],
    [' On failure', update?.failureAction?.toLowerCase()],
    [' Order', update?.order && shout(update.order).toLowerCase().replace('_', '-')],
    ['Networks', template.networks?.map(({ target }) => target).join(', ')],
    ['Ports', portsText(service)],
  ]
}

const messages: Readonly<Record<NonNullable<WireObject<'Service'>['status']['update']>['state'], string>> = {
  Updating: 'update in progress',
  Paused: 'update paused',
  Completed: 'update completed',
  RollbackStarted: 'rollback in progress',
  RollbackPaused: 'rollback paused',
  RollbackCompleted: 'rollback completed',
}

function present(map: Readonly<Record<string, string | number | undefined>> | undefined): Readonly<Record<string, string | number>> {
  return Object.fromEntries(Object.entries(map ?? {}).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))
}
