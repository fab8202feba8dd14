// `kit node ls|ps|inspect|update|promote|demote`, as docker and swarmctl have them.

import { isJsonObject, type JsonObject, type WireObject } from '../../api/wire.ts'
import type { Client } from '../../client/client.ts'
import { membershipPath } from '../cluster/membership.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { filtersOf, hasLabel, printListing } from '../listing.ts'
import type { Options } from '../options.ts'
import { formatDetails, shout } from '../output/swarm-table.ts'
import { find } from '../resource.ts'
import { isHistory, taskListing, taskNames, taskRows } from '../service/swarm-tasks.ts'

type Node = WireObject<'Node'>

function hostOf({ metadata, status }: Node): string {
  return status.description?.hostname ?? metadata.name
}

/** As swarmctl has it: `*` is the leader. A manager that has no say yet is UNKNOWN. */
function managerStatus({ status: { role, manager } }: Node): string {
  if (manager === undefined || manager.member === 'Learner') return role === 'Manager' ? 'UNKNOWN' : ''
  if (manager.diverged !== undefined) return manager.member === 'Leader' ? 'DIVERGED *' : 'DIVERGED'
  const reachable = manager.reachable ? 'REACHABLE' : 'UNREACHABLE'
  return manager.member === 'Leader' ? `${reachable} *` : reachable
}

export async function list(context: Context, options: Options): Promise<void> {
  const { items } = await (await context.client()).list('Node')
  const isAsked = filtersOf<Node>(options, {
    id: ({ metadata }, value) => metadata.name.startsWith(value),
    name: (node, value) => hostOf(node).startsWith(value),
    role: ({ status }, value) => status.role?.toLowerCase() === value,
    membership: (_, value) => value === 'accepted',
    'node.label': ({ metadata }, value) => hasLabel(metadata.labels, value),
    label: ({ status }, value) => hasLabel(status.description?.engine?.labels, value),
  })
  const rows = items.filter(isAsked).map((node) => ({
    ID: node.metadata.name,
    Hostname: hostOf(node),
    Membership: 'ACCEPTED', // Who is not accepted has no Node.
    Status: shout(node.status.state ?? 'Unknown'),
    Availability: shout(node.spec.availability ?? 'Active'),
    ManagerStatus: managerStatus(node),
    EngineVersion: node.status.description?.engine?.version ?? '',
  }))
  const columns = [
    ['ID', 'ID'],
    ['Hostname', 'Name'],
    ['Membership', 'Membership'],
    ['Status', 'Status'],
    ['Availability', 'Availability'],
    ['ManagerStatus', 'Manager Status'],
  ] as const
  printListing(context, options, { columns, rows, more: ['EngineVersion'] })
}

/** docker's `self` is the node of the daemon that is asked. */
export async function withSelf(context: Context, words: readonly string[]): Promise<readonly string[]> {
  if (!words.includes('self')) return words
  const found = await (await context.client()).raw({ method: 'GET', path: membershipPath })
  const id = isJsonObject(found) ? found['nodeId'] : undefined
  return words.map((word) => (word === 'self' && typeof id === 'string' ? id : word))
}

/** Of all nodes without a name. */
export async function tasksOn(context: Context, options: Options, words: readonly string[]): Promise<void> {
  const client = await context.client()
  const nodes = words.length === 0 ? (await client.list('Node')).items : await Promise.all(words.map((word) => find(client, 'Node', word)))
  const lists = await Promise.all(nodes.map(({ metadata }) => client.list('Task', { fieldSelector: `spec.nodeName=${metadata.name}` })))
  const tasks = lists.flatMap(({ items }) => items)
  await printTasks(context, client, options, tasks)
}

async function printTasks(context: Context, client: Client, options: Options, tasks: readonly WireObject<'Task'>[]): Promise<void> {
  printListing(context, options, taskListing(taskRows(context, options, tasks, await taskNames(client)), true))
}

export async function inspect(context: Context, options: Options, words: readonly string[]): Promise<void> {
  const client = await context.client()
  for (const [at, word] of words.entries()) {
    const node = await find(client, 'Node', word)
    const { metadata, spec, status } = node
    const { description } = status
    const details = formatDetails([
      ['ID', metadata.name],
      ['Hostname', description?.hostname],
      ['Labels', Object.entries(metadata.labels ?? {}).map(([key, value]) => `${key}=${value}`).join(', ')], // biome-ignore format: one table
      'Status',
      [' State', shout(status.state ?? 'Unknown')],
      [' Message', status.message],
      [' Availability', shout(spec.availability ?? 'Active')],
      [' Address', status.address],
      'Role',
      [' Wanted', spec.role],
      [' Present', status.role],
      [' Manager', managerStatus(node)],
      'Platform',
      [' Operating System', description?.platform.os],
      [' Architecture', description?.platform.arch],
      'Resources',
      [' CPUs', description?.resources.cpus],
      [' Memory', description && `${Math.round(description.resources.memoryBytes / 1024 / 1024)} MiB`],
      'Executor',
      [' Name', description?.executor],
      [' Engine Version', description?.engine?.version],
      [' kit Version', description?.version],
    ])
    context.out(`${at > 0 ? '\n' : ''}${details}\n\n`)
    const { items } = await client.list('Task', { fieldSelector: `spec.nodeName=${metadata.name}` })
    await printTasks(
      context,
      client,
      {},
      items.filter((task) => options.all === true || !isHistory(task)),
    )
  }
}

/** docker's flags, and swarmctl's `--label`, which adds. */
export async function update(context: Context, options: Options, words: readonly string[]): Promise<void> {
  const added = [...(options.label ?? []), ...(options.labelAdd ?? [])].map((label) => {
    const [key = '', ...value] = label.split('=')
    if (key === '') throw new CommandError(exitCodes.invalid, `error: "${label}" is not key=value`)
    return [key, value.join('=')] as const
  })
  const removed = (options.labelRm ?? []).map((key) => [key, null] as const)
  const { availability, role } = options
  const spec = {
    ...(availability === undefined ? {} : { availability: capital(availability) }),
    ...(role === undefined ? {} : { role: capital(role) }),
  }
  if (added.length + removed.length + Object.keys(spec).length === 0)
    throw new CommandError(exitCodes.invalid, 'error: nothing to change: give --label-add, --label-rm, --availability or --role')
  await patchAll(context, words, { metadata: { labels: Object.fromEntries([...removed, ...added]) }, spec }, false, (id) => id)
}

/** By force also of a node that waits to be a worker, because managers that would be needed do not answer. */
export async function setRole(context: Context, role: 'Manager' | 'Worker', options: Options, words: readonly string[]): Promise<void> {
  const client = await context.client()
  const force = options.force === true
  for (const word of words) {
    const node = await find(client, 'Node', word)
    if ((node.spec.role ?? 'Worker') === role && !(force && node.status.role === 'Manager'))
      throw new CommandError(exitCodes.error, `error: node/${word} has the role ${role.toLowerCase()} already`)
  }
  await patchAll(context, words, { spec: { role } }, force, () => `a ${role.toLowerCase()}`)
}

async function patchAll(
  context: Context,
  words: readonly string[],
  patch: JsonObject,
  force: boolean,
  say: (id: string) => string,
): Promise<void> {
  const client = await context.client()
  for (const word of words) {
    const { metadata } = await find(client, 'Node', word)
    await client.patch('Node', metadata.name, { type: 'merge', patch }, { fieldManager: 'kit-node', ...(force ? { force } : {}) })
    const said = say(metadata.name)
    context.out(`${said === metadata.name ? said : `node/${word} is to become ${said}`}\n`)
  }
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()
}
