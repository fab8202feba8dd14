// What belongs to what: stack, service, revision, task, container, what services refer to, and the sources that applied them. The
// worst state of what is below stands at every branch, and below a branch that is well only the count is told.

import type { Kind } from '../../api/objects.ts'
import type { WireObject } from '../../api/wire.ts'
import { type ClusterView, phaseOf, type Service, type Task } from './cluster-view.ts'
import { readinessText } from './glance.ts'
import { type Listing, order } from './listing.ts'
import { hostOf, revisionName, taskName } from './names.ts'
import type { View } from './places.ts'
import { errorText, stateText, updateText, wantedOf } from './tables.ts'
import { cell, fit, type Line } from './text.ts'
import type { Style } from './themes.ts'

type Health = 'bad' | 'waits' | 'good'

interface Twig {
  /** `KIND/NAME` of the object that keys act on. What may stand in several places has `#` and where behind it. */
  readonly key: string
  readonly name: string
  readonly what: string
  readonly health: Health
  readonly twigs: readonly Twig[]
}

/** Tasks that are named below a revision; of the others there is a count. */
const mostTasks = 20

const signs: Readonly<Record<Health, readonly [sign: string, style: Style | undefined]>> = {
  bad: ['x', 'red'],
  waits: ['~', 'yellow'],
  good: ['+', undefined],
}

export function treeListing(
  view: ClusterView,
  shown: Extract<View, { screen: 'tree' }>,
  { filter, folded }: { readonly filter: string; readonly folded: readonly string[] },
): Listing {
  const rows = rootsOf(view, shown).flatMap((root) => [...rowsOf(root, '', '', new Set(folded))])
  const wanted = filter.toLowerCase()
  const matching = rows.filter(({ text }) => text.toLowerCase().includes(wanted))
  return {
    keys: matching.map(({ twig }) => twig.key),
    total: rows.length,
    columns: [],
    columnAt: () => undefined,
    draw: (first, count, width) => ({
      headings: [{ text: ' WHAT BELONGS TO WHAT    x trouble  ~ not there yet  + well    left folds, right unfolds', style: 'dim' }],
      rows: matching.slice(first, first + count).map((row) => lineOf(row, width)),
    }),
  }
}

interface Row {
  readonly twig: Twig
  readonly branch: string
  readonly text: string
}

function* rowsOf(twig: Twig, branch: string, indent: string, folded: ReadonlySet<string>): Iterable<Row> {
  const isFolded = twig.twigs.length > 0 && folded.has(twig.key)
  yield { twig, branch, text: `${twig.name} ${twig.what}${isFolded ? ` (${twig.twigs.length} folded)` : ''}` }
  if (isFolded) return
  for (const [at, below] of twig.twigs.entries()) {
    const isLast = at === twig.twigs.length - 1
    yield* rowsOf(below, `${indent}${isLast ? '`-' : '+-'} `, `${indent}${isLast ? '   ' : '|  '}`, folded)
  }
}

function lineOf({ twig, branch, text }: Row, width: number): Line {
  const [sign, style] = signs[twig.health]
  const name = cell(twig.name, Math.max(twig.name.length, 26 - branch.length))
  const line: Line = [` ${branch}`, style === undefined ? sign : { text: sign, style }, ` ${name}  ${text.slice(twig.name.length + 1)}`]
  return fit(line, width)
}

function rootsOf(view: ClusterView, { kind, name }: Extract<View, { screen: 'tree' }>): readonly Twig[] {
  const uses = usesOf(view)
  if (kind === 'Service') {
    const service = view.get('Service', name ?? '')
    return service === undefined ? [] : [serviceTwig(view, service, uses)]
  }
  const services = [...view.all('Service').values()].toSorted((a, b) => order(a.metadata.name, b.metadata.name))
  const byStack = Map.groupBy(services, ({ metadata }) => metadata.labels?.['kit/stack'] ?? '')
  const stacks = [...view.all('Stack').keys()].toSorted().filter((each) => name === undefined || each === name)
  const alone = name === undefined ? services.filter(({ metadata }) => !view.all('Stack').has(metadata.labels?.['kit/stack'] ?? '')) : []
  return [
    ...stacks.map((each) =>
      branch(`Stack/${each}`, each, 'stack', [
        ...(byStack.get(each) ?? []).map((service) => serviceTwig(view, service, uses)),
        ...sourcesOf(view, 'Stack', each),
      ]),
    ),
    ...alone.map((service) => serviceTwig(view, service, uses)),
    ...(name === undefined ? idleSources(view) : []),
  ]
}

function branch(key: string, name: string, what: string, twigs: readonly Twig[]): Twig {
  const health = worst(twigs)
  const bad = twigs.filter((twig) => twig.health === 'bad').length
  return { key, name, what: bad === 0 ? what : `${what}  ${bad} in trouble`, health, twigs }
}

function worst(twigs: readonly Twig[]): Health {
  return twigs.some(({ health }) => health === 'bad') ? 'bad' : twigs.some(({ health }) => health === 'waits') ? 'waits' : 'good'
}

function serviceTwig(view: ClusterView, service: Service, uses: Uses): Twig {
  const { name } = service.metadata
  const tasks = [...view.tasksOf(name).values()].filter((task) => phaseOf(task) !== 'past')
  const revisions = [...Map.groupBy(tasks, ({ spec }) => spec.revision)].toSorted(
    ([a], [b]) => (view.get('Revision', a)?.spec.number ?? 0) - (view.get('Revision', b)?.spec.number ?? 0),
  )
  const twigs = [
    ...revisions.map(([revision, its]) => revisionTwig(view, revision, its)),
    ...references(view, service, uses),
    ...sourcesOf(view, 'Service', name),
  ]
  const counts = view.counts({ service: name })
  const update = updateText(service)
  const up = counts.running + counts.done
  const isStopped = update === 'stopped' || update === 'stuck'
  const health = isStopped ? 'bad' : up < wantedOf(service) && worst(twigs) === 'good' ? 'waits' : worst(twigs)
  const what = `service  ${up}/${wantedOf(service)}${update === '-' || update === 'done' ? '' : `  rollout ${update}`}`
  return { key: `Service/${name}`, name, what, health, twigs }
}

function revisionTwig(view: ClusterView, revision: string, tasks: readonly Task[]): Twig {
  const twigs = tasks
    .map((task) => taskTwig(view, task))
    .filter(({ health }) => health !== 'good')
    .toSorted((a, b) => order(a.health, b.health) || order(a.name, b.name))
  const groups = [...Map.groupBy(tasks, stateText)].map(([state, its]) => `${its.length} ${state}`)
  return {
    key: `Revision/${revision}`,
    name: revisionName(view, revision),
    what: `revision  ${groups.join(', ')}${twigs.length > mostTasks ? `, the first ${mostTasks} are named` : ''}`,
    health: worst(twigs),
    twigs: twigs.slice(0, mostTasks),
  }
}

function taskTwig(view: ClusterView, task: Task): Twig {
  const phase = phaseOf(task)
  const health =
    phase === 'failed' || phase === 'unhealthy' || phase === 'pending' ? 'bad' : phase === 'running' || phase === 'done' ? 'good' : 'waits'
  const error = errorText(task)
  const what = `task  ${stateText(task)}  ${hostOf(view, task.spec.nodeName)}${error === '' ? '' : `  ${error}`}`
  return { key: `Task/${task.metadata.name}`, name: taskName(view, task), what, health, twigs: containerTwigs(task, health) }
}

/** What the machine knows the task by: of a process its number. */
function containerTwigs({ metadata, status: { containerId, pid, exitCode } }: Task, health: Health): readonly Twig[] {
  const name = containerId?.slice(0, containerIdLength) ?? (pid === undefined ? undefined : String(pid))
  if (name === undefined) return []
  const what = `${containerId === undefined ? 'process' : 'container'}${exitCode === undefined ? '' : `  exited ${exitCode}`}`
  return [{ key: `Task/${metadata.name}#${name}`, name, what, health, twigs: [] }]
}

/** As the engine writes them in its lists. */
const containerIdLength = 12

/** Sources that have made it. */
function sourcesOf(view: ClusterView, kind: Kind, name: string): readonly Twig[] {
  return [...view.all('Source').values()]
    .filter(({ status }) => status.inventory?.some((made) => made.kind === kind && made.name === name))
    .map((source) => sourceTwig(view, source, `${kind}/${name}`))
}

/** Sources that have made nothing that the tree shows. */
function idleSources(view: ClusterView): readonly Twig[] {
  const isShown = ({ kind, name }: { readonly kind: string; readonly name: string }): boolean =>
    (kind === 'Stack' && view.get('Stack', name) !== undefined) || (kind === 'Service' && view.get('Service', name) !== undefined)
  return [...view.all('Source').values()]
    .filter(({ status }) => status.inventory?.some(isShown) !== true)
    .map((source) => sourceTwig(view, source, ''))
}

function sourceTwig(view: ClusterView, source: WireObject<'Source'>, below: string): Twig {
  const { metadata, spec, status } = source
  const { drift = [], errors = [] } = status
  const isBroken = spec.suspend !== true && status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'False') === true
  const parts = [
    `source  ready ${readinessText(view, source)}`,
    ...(spec.suspend === true ? ['suspended'] : []),
    ...(drift.length === 0 ? [] : [`drift ${drift.length}`]),
    ...(errors.length === 0 ? [] : [`${errors.length} in error`]),
  ]
  const health = isBroken || errors.length > 0 ? 'bad' : drift.length > 0 || spec.suspend === true ? 'waits' : 'good'
  return { key: `Source/${metadata.name}#${below}`, name: `source/${metadata.name}`, what: parts.join('  '), health, twigs: [] }
}

/** `Network/front` → how many services use it. */
type Uses = ReadonlyMap<string, number>

function usesOf(view: ClusterView): Uses {
  const uses = new Map<string, number>()
  for (const service of view.all('Service').values())
    for (const [kind, name] of namedBy(service)) uses.set(`${kind}/${name}`, (uses.get(`${kind}/${name}`) ?? 0) + 1)
  return uses
}

function namedBy({ spec: { template } }: Service): readonly (readonly [kind: 'Network' | 'Config' | 'Secret', name: string])[] {
  return [
    ...(template.networks ?? []).map(({ target }) => ['Network', target] as const),
    ...(template.configs ?? []).map(({ source }) => ['Config', source] as const),
    ...(template.secrets ?? []).map(({ source }) => ['Secret', source] as const),
  ]
}

/** What the service uses. What is not there is in its way, as far as that kind is known here. */
function references(view: ClusterView, service: Service, uses: Uses): readonly Twig[] {
  return namedBy(service).map(([kind, name]): Twig => {
    const isGone = view.isKnown(kind) && view.get(kind, name) === undefined
    const users = uses.get(`${kind}/${name}`) ?? 0
    const parts = [
      ...(isGone ? ['is not there'] : []),
      ...(kind === 'Network' ? (view.get('Network', name)?.status.subnets ?? []) : []),
      ...(users > 1 ? [`used by ${users}`] : []),
    ]
    return {
      key: `${kind}/${name}#${service.metadata.name}`,
      name: `${kind.toLowerCase()}/${name}`,
      what: parts.join('  '),
      health: isGone ? 'bad' : 'good',
      twigs: [],
    }
  })
}
