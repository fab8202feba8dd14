// What belongs to what: stack, service, revision, task, and what services refer to. The worst state of what is below
// stands at every branch, and below a branch that is well only the count is told.

import { type ClusterView, phaseOf, type Service, type Task } from './cluster-view.ts'
import { type Listing, order } from './listing.ts'
import { hostOf, revisionName, taskName } from './names.ts'
import type { View } from './places.ts'
import { errorText, stateText, updateText, wantedOf } from './tables.ts'
import { cell, fit, type Line } from './text.ts'
import type { Style } from './themes.ts'

type Health = 'bad' | 'waits' | 'good'

interface Twig {
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
  if (kind === 'Service') {
    const service = view.get('Service', name ?? '')
    return service === undefined ? [] : [serviceTwig(view, service)]
  }
  const services = [...view.all('Service').values()].toSorted((a, b) => order(a.metadata.name, b.metadata.name))
  const byStack = Map.groupBy(services, ({ metadata }) => metadata.labels?.['kit/stack'] ?? '')
  const stacks = [...view.all('Stack').keys()].toSorted().filter((each) => name === undefined || each === name)
  const alone = name === undefined ? services.filter(({ metadata }) => !view.all('Stack').has(metadata.labels?.['kit/stack'] ?? '')) : []
  return [
    ...stacks.map((each) =>
      branch(
        `Stack/${each}`,
        each,
        'stack',
        (byStack.get(each) ?? []).map((service) => serviceTwig(view, service)),
      ),
    ),
    ...alone.map((service) => serviceTwig(view, service)),
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

function serviceTwig(view: ClusterView, service: Service): Twig {
  const { name } = service.metadata
  const tasks = [...view.tasksOf(name).values()].filter((task) => phaseOf(task) !== 'past')
  const revisions = [...Map.groupBy(tasks, ({ spec }) => spec.revision)].toSorted(
    ([a], [b]) => (view.get('Revision', a)?.spec.number ?? 0) - (view.get('Revision', b)?.spec.number ?? 0),
  )
  const twigs = [...revisions.map(([revision, its]) => revisionTwig(view, revision, its)), ...references(service)]
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
  return { key: `Task/${task.metadata.name}`, name: taskName(view, task), what, health, twigs: [] }
}

/** What the service uses; whether it is there is told by its tasks. */
function references({ spec: { template } }: Service): readonly Twig[] {
  const named = (kind: string, names: readonly string[]): readonly Twig[] =>
    names.map((name) => ({ key: `${kind}/${name}`, name: `${kind.toLowerCase()}/${name}`, what: '', health: 'good', twigs: [] }))
  return [
    ...named(
      'Network',
      (template.networks ?? []).map(({ target }) => target),
    ),
    ...named(
      'Config',
      (template.configs ?? []).map(({ source }) => source),
    ),
    ...named(
      'Secret',
      (template.secrets ?? []).map(({ source }) => source),
    ),
  ]
}
