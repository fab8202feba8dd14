// The lists of the dashboard: which rows a place has, and which of them are faults. Every kind without a screen of its own has
// the columns of `kit get`.

import type { Kind } from '../../api/objects.ts'
import type { Definition } from '../../api/schema/definition.ts'
import { definitions } from '../../api/schema/definitions.ts'
import { tablePrinter } from '../../api/table.ts'
import { isJsonObject, type WireObject } from '../../api/wire.ts'
import { definitionOf, parseKind } from '../resource.ts'
import { type ClusterView, type Node, phaseOf, type Service, type Task } from './cluster-view.ts'
import { type Cluster, firstOf, merged } from './clusters.ts'
import { type Column, type Listing, listing, order, type Sort, type Source } from './listing.ts'
import { hostOf } from './names.ts'
import type { View } from './places.ts'
import {
  byHost,
  byName,
  compareTasks,
  eventColumns,
  hasTrouble,
  nameOf,
  newestFirst,
  nodeColumns,
  serviceColumns,
  taskColumns,
  wantedOf,
} from './tables.ts'
import { treeListing } from './tree.ts'
import { type Sight, yamlListing } from './yaml-listing.ts'

export interface ListOptions {
  readonly filter: string
  readonly sort?: Sort
  /** Also tasks in whose place others are. */
  readonly withPast: boolean
  readonly onlyFaults: boolean
  /** Branches of a tree, fields of YAML. */
  readonly folded: readonly string[]
  /** How YAML is looked at. */
  readonly sight: Sight
  readonly wraps: boolean
  /** Columns that a wrapped line may have. */
  readonly width: number
}

/**
 * Of one cluster, or of several in one list. Undefined for what is no list. Ages are told from `now`, each time that a row is
 * drawn.
 */
export function listingOf(clusters: readonly Cluster[], shown: View, options: ListOptions, now: () => number): Listing | undefined {
  const { filter, sort, onlyFaults } = options
  const labels = ({ metadata }: WireObject): Readonly<Record<string, string>> | undefined => metadata.labels
  const faulty = <T>(items: () => Iterable<T>, isFault: (item: T) => boolean): (() => Iterable<T>) =>
    onlyFaults ? () => [...items()].filter(isFault) : items
  const of = <T extends object>(rowsOf: (view: ClusterView) => Source<T>): Listing =>
    clusters.length === 1 ? listing(rowsOf(firstOf(clusters)), filter, sort) : listing(merged(clusters, rowsOf), filter, sort)
  switch (shown.screen) {
    case 'services':
      return of((view) => ({
        items: faulty(
          () => view.all('Service').values(),
          (service) => isServiceFault(view, service),
        ),
        key: nameOf,
        columns: serviceColumns(view, now),
        labels,
        compare: byName,
      }))
    case 'tasks':
      return of((view) => ({
        ...tasksIn(view, shown, options),
        key: nameOf,
        columns: taskColumns(view, shown.service !== undefined, now),
        labels,
        compare: compareTasks,
      }))
    case 'nodes':
      return of((view) => ({
        items: faulty(() => view.all('Node').values(), isNodeFault),
        key: nameOf,
        columns: nodeColumns(view, now),
        labels,
        compare: byHost,
      }))
    case 'events':
      return of((view) => ({
        items: faulty(
          () => view.events,
          ({ type }) => type === 'Warning',
        ),
        key: nameOf,
        columns: eventColumns(view, now),
        compare: newestFirst,
      }))
    case 'objects':
      return of((view) => ({
        items: faulty(() => view.all(shown.kind).values(), isConditionFault),
        key: nameOf,
        ...(shown.kind === 'Source' && { empty: 'there are none: `kit gitops add NAME --dir DIRECTORY` makes one' }),
        columns: objectColumns(view, shown.kind, now),
        labels,
        compare: byName,
      }))
    case 'tree':
      return treeListing(firstOf(clusters), shown, options)
    case 'yaml':
      return yamlListing(firstOf(clusters), shown, options, now())
    case 'kinds': {
      const columns = kindColumns(firstOf(clusters))
      return listing({ items: () => definitions, key: ({ spec }) => spec.names.kind, columns, compare: byKind }, filter, sort)
    }
    default:
      return undefined
  }
}

function tasksIn(
  view: ClusterView,
  { service, node }: { readonly service?: string; readonly node?: string },
  { withPast, onlyFaults }: Pick<ListOptions, 'withPast' | 'onlyFaults'>,
): Required<Pick<Source<Task>, 'items' | 'changes'>> {
  const tasks = (): ReadonlyMap<string, Task> =>
    service !== undefined ? view.tasksOf(service) : node !== undefined ? view.tasksOn(node) : view.all('Task')
  const isWanted = (task: Task): boolean => (withPast || phaseOf(task) !== 'past') && (!onlyFaults || isTaskFault(task))
  const isOne = (task: Task | undefined): task is Task =>
    task !== undefined &&
    (service === undefined || task.spec.service === service) &&
    (node === undefined || task.spec.nodeName === node) &&
    isWanted(task)
  let seen = 0
  return {
    items() {
      seen = view.taskChanges.end
      return [...tasks().values()].filter(isWanted)
    },
    changes() {
      const changes = view.taskChanges.since(seen)
      seen = view.taskChanges.end
      return changes?.map(({ before, after }) => ({ before: isOne(before) ? before : undefined, after: isOne(after) ? after : undefined }))
    },
  }
}

// What `!` leaves.

function isServiceFault(view: ClusterView, service: Service): boolean {
  const { running, done } = view.counts({ service: service.metadata.name })
  return hasTrouble(view, service) || running + done < wantedOf(service)
}

function isTaskFault(task: Task): boolean {
  const phase = phaseOf(task)
  return (
    phase === 'failed' || phase === 'unhealthy' || phase === 'pending' || task.status.state === 'Failed' || task.status.state === 'Rejected'
  )
}

function isNodeFault(node: Node): boolean {
  return node.status.state !== 'Ready' || node.status.description?.trouble !== undefined
}

function isConditionFault({ status }: WireObject): boolean {
  return 'conditions' in status && status.conditions?.some((condition) => condition.status === 'False') === true
}

// All kinds.

function byKind(a: Definition, b: Definition): number {
  return order(a.spec.names.kind, b.spec.names.kind)
}

function kindColumns(view: ClusterView): readonly Column<Definition>[] {
  const count = ({ spec: { names } }: Definition): number | undefined => {
    const kind = parseKind(names.kind)
    return view.isKnown(kind) ? view.all(kind).size : undefined
  }
  return [
    { id: 'kind', heading: 'KIND', width: 10, rank: 0, text: ({ spec }) => spec.names.kind },
    {
      id: 'names',
      heading: 'AFTER :',
      width: 28,
      rank: 0,
      text: ({ spec }) => [spec.names.plural, ...(spec.names.shortNames ?? [])].join(', '),
    },
    { id: 'count', heading: 'OBJECTS', width: 8, rank: 0, align: 'right', text: (definition) => String(count(definition) ?? '-') },
  ]
}

// Every other kind.

const printers = new Map<Kind, ReturnType<typeof tablePrinter>>()

function objectColumns(view: ClusterView, kind: Kind, now: () => number): readonly Column<WireObject>[] {
  const definition = definitionOf(kind)
  const printer = printers.get(kind) ?? tablePrinter(definition)
  printers.set(kind, printer)
  const options = {
    now: 0,
    metadata: { resourceVersion: '' },
    includeObject: 'None',
    hostnameOf: (node: string) => hostOf(view, node),
  } as const
  const { columnDefinitions } = printer([], options)
  const cells = (object: WireObject): readonly unknown[] => {
    const json: unknown = object
    return isJsonObject(json) ? (printer([json], { ...options, now: now() }).rows[0]?.cells ?? []) : []
  }
  return columnDefinitions.map(({ name, priority }, at) => {
    const isRare = priority > 0
    const text = (object: WireObject): string => {
      const value = cells(object)[at]
      return value === null || value === undefined ? '' : String(value)
    }
    return {
      id: name.toLowerCase(),
      heading: name.toUpperCase(),
      width: at === 0 ? 16 : 10,
      grow: at === 0 ? 2 : 1,
      rank: at,
      text,
      isRare,
    }
  })
}
