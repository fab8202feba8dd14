// Tables of tasks in the manner of swarmctl: of a service, a node, a stack or the cluster.

import { compareDesired, slotOf } from '../../api/task.ts'
import type { WireObject } from '../../api/wire.ts'
import type { Client, Selectors } from '../../client/client.ts'
import type { Context } from '../context.ts'
import { filtersOf, type Listing, type Row } from '../listing.ts'
import type { Options } from '../options.ts'
import { formatAgo, shout } from '../output/swarm-table.ts'

/** Tasks that should no longer run are history, and shown only when `all` are asked for. */
export function isHistory({ spec }: WireObject<'Task'>): boolean {
  return compareDesired(spec.desired, 'Running') > 0
}

export interface TaskNames {
  readonly hostOf: (node: string | undefined) => string
  readonly imageOf: (task: WireObject<'Task'>) => string
}

/** Tasks know their node and their image by name only. */
export async function taskNames(client: Client, revisions: Selectors = {}): Promise<TaskNames> {
  const [{ items: nodes }, { items }] = await Promise.all([client.list('Node'), client.list('Revision', revisions)])
  const hosts = new Map(nodes.map(({ metadata, status }) => [metadata.name, status.description?.hostname]))
  const images = new Map(items.map(({ metadata, spec: { template } }) => [metadata.name, template.image ?? template.command?.[0] ?? '']))
  return {
    hostOf: (node) => (node === undefined ? '' : (hosts.get(node) ?? node)),
    imageOf: ({ spec }) => images.get(spec.revision) ?? '',
  }
}

/** By service and slot, the newest of a slot first. */
export function taskRows(context: Context, options: Options, tasks: readonly WireObject<'Task'>[], names: TaskNames): readonly Row[] {
  const now = context.clock.wallMs()
  const isAsked = filtersOf<WireObject<'Task'>>(options, {
    id: ({ metadata }, value) => metadata.name.startsWith(value),
    name: ({ metadata }, value) => metadata.name.startsWith(value),
    service: ({ spec }, value) => spec.service === value,
    node: ({ spec }, value) => spec.nodeName === value || names.hostOf(spec.nodeName) === value,
    'desired-state': ({ spec }, value) => spec.desired.toLowerCase() === value.toLowerCase(),
  })
  return tasks
    .filter(isAsked)
    .toSorted(
      (a, b) =>
        a.spec.service.localeCompare(b.spec.service) ||
        (a.spec.slot ?? 0) - (b.spec.slot ?? 0) ||
        slotOf(a).localeCompare(slotOf(b)) ||
        b.spec.attempt - a.spec.attempt,
    )
    .map((task) => ({
      ID: task.metadata.name,
      Name: `${task.spec.service}.${task.spec.slot ?? names.hostOf(task.spec.node)}`,
      Service: task.spec.service,
      Slot: String(task.spec.slot ?? ''),
      Image: names.imageOf(task),
      DesiredState: shout(task.spec.desired),
      CurrentState: `${shout(task.status.state)} ${formatAgo(now - task.status.at)}`,
      Node: options.resolve === false ? (task.spec.nodeName ?? '') : names.hostOf(task.spec.nodeName),
      Error: task.status.error ?? '',
    }))
}

/** swarmctl's table below `service inspect`; `ps` has the errors too. */
export function taskListing(rows: readonly Row[], withErrors: boolean): Listing {
  return {
    columns: [
      ['ID', 'Task ID'],
      ['Service', 'Service'],
      ['Slot', 'Slot'],
      ['Image', 'Image'],
      ['DesiredState', 'Desired State'],
      ['CurrentState', 'Last State'],
      ['Node', 'Node'],
      ...(withErrors ? [['Error', 'Error'] as const] : []),
    ],
    rows,
    gap: 4,
    more: ['Name'],
  }
}
