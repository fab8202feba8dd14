// What needs a person, most urgent first: what the cluster will not mend by itself. A pure reading of the copy.

import { formatAge } from '../../api/table.ts'
import type { WireObject } from '../../api/wire.ts'
import { describeEnd } from '../convergence.ts'
import type { Connection } from './cluster-copy.ts'
import { type ClusterView, phaseOf, type Service, type Task } from './cluster-view.ts'
import { type Cluster, keyIn } from './clusters.ts'
import type { Deed } from './keys.ts'
import { hostOf, revisionName, taskName } from './names.ts'
import { inContext, type View } from './places.ts'

export interface Concern {
  /** The same as long as it is the same matter. */
  readonly key: string
  readonly severity: 'bad' | 'warning'
  /** `service/web`, as people write it. */
  readonly object: string
  readonly text: string
  /** Where to look. */
  readonly opens: View
  /** What leads to its mending soonest, and in which word. */
  readonly mend: Mend
}

type Mend = readonly [deed: Deed, word: string]

/** The key of a mend is pressed on what a concern `opens`, which is about the same object. */
const describe: Mend = ['describe', 'describe']
const edit: Mend = ['edit', 'edit']
const rollout: Mend = ['rollout', 'rollout']
const goOn: Mend = ['pause-rollout', 'go on']
const why: Mend = ['explain', 'why']
const logs: Mend = ['logs', 'logs']
const open: Mend = ['open', 'open']

/** A task that waits for a node gets so long before it counts: the scheduler may be about to place it. */
const pendingForMs = 5_000
/** So many failures of a service within that time are a crash loop. */
const crashLoop = { failures: 3, withinMs: 10 * 60_000 }

/** Of several clusters, each with its name; one that is not reached is a concern of its own. */
export function allConcerns(clusters: readonly Cluster[], now: number): readonly Concern[] {
  const [first, ...others] = clusters
  if (first !== undefined && others.length === 0) return concernsOf(first.view, now)
  const lost = clusters.flatMap(({ name, connection }) => (connection.state === 'lost' ? [unreachedConcern(name, connection, now)] : []))
  const found = clusters.flatMap(({ name, view }) =>
    concernsOf(view, now).map((concern) => ({
      ...concern,
      key: keyIn(name, concern.key),
      object: `${name} ${concern.object}`,
      opens: inContext(concern.opens, name),
    })),
  )
  return [...lost, ...found.toSorted((a, b) => rank(a) - rank(b))]
}

function unreachedConcern(name: string, { since, reason }: Extract<Connection, { state: 'lost' }>, now: number): Concern {
  const text = `not reached for ${formatAge(now - since)}: ${reason}`
  return { key: keyIn(name, 'connection'), severity: 'bad', object: name, text, opens: { screen: 'cluster', context: name }, mend: open }
}

export function concernsOf(view: ClusterView, now: number): readonly Concern[] {
  const found = [
    ...[...view.all('Node').values()].flatMap((node) => nodeConcern(view, node.metadata.name, now)),
    ...[...view.all('Stack').values()].flatMap((stack): readonly Concern[] => {
      const applied = stack.status.conditions?.find(({ type }) => type === 'Applied')
      if (applied?.status !== 'False') return []
      const { name } = stack.metadata
      const text = applied.message ?? 'it could not be merged'
      const opens: View = { screen: 'yaml', kind: 'Stack', name }
      return [{ key: `stack/${name}`, severity: 'bad', object: `stack/${name}`, text, opens, mend: edit }]
    }),
    ...[...view.all('Source').values()].flatMap(sourceConcern),
    ...[...view.all('Service').values()].flatMap((service) => serviceConcerns(service, view)),
    ...taskConcerns(view, now),
  ]
  return found.toSorted((a, b) => rank(a) - rank(b) || (a.key < b.key ? -1 : 1))
}

function rank({ severity }: Concern): number {
  return severity === 'bad' ? 0 : 1
}

function nodeConcern(view: ClusterView, name: string, now: number): readonly Concern[] {
  const node = view.get('Node', name)
  if (node === undefined) return []
  const { state, stateAt, description } = node.status
  const object = `node/${hostOf(view, name)}`
  const opens: View = { screen: 'tasks', node: name }
  if (state === 'Down' || state === 'Disconnected') {
    const since = stateAt === undefined ? '' : ` for ${formatAge(now - stateAt)}`
    const { stopping, past, ...others } = view.counts({ node: name })
    const left = Object.values(others).reduce((sum, count) => sum + count, 0)
    const tasks = left === 0 ? 'its tasks were replaced' : `${left} of its tasks are not replaced yet`
    return [{ key: object, severity: 'bad', object, text: `${state.toLowerCase()}${since}; ${tasks}`, opens, mend: describe }]
  }
  if (description?.trouble === undefined) return []
  return [{ key: object, severity: 'bad', object, text: description.trouble, opens, mend: describe }]
}

/** Nothing is broken: it waits for somebody to say what is meant. */
const waiting: ReadonlySet<string | undefined> = new Set(['Drifted', 'PruneNeedsConsent'])

function sourceConcern({ metadata: { name }, status }: WireObject<'Source'>): readonly Concern[] {
  const ready = status.conditions?.find(({ type }) => type === 'Ready')
  // Pruning goes on by itself; suspended by somebody is neither ready nor not.
  if (ready?.status !== 'False' || ready.reason === 'Pruning') return []
  const object = `source/${name}`
  const severity = waiting.has(ready.reason) ? 'warning' : 'bad'
  const text = ready.message ?? ready.reason ?? 'the cluster is not as its files say'
  return [{ key: object, severity, object, text, opens: { screen: 'describe', kind: 'Source', name }, mend: describe }]
}

function serviceConcerns({ metadata: { name }, status }: Service, view: ClusterView): readonly Concern[] {
  const object = `service/${name}`
  const opens: View = { screen: 'service', name }
  const concerns: Concern[] = []
  const { update } = status
  if (update !== undefined && update.of === status.revision) {
    const because = update.reason === undefined ? '' : `: ${update.reason}`
    const target = revisionName(view, update.of)
    const isStopped = update.state === 'Paused' || update.state === 'RollbackPaused'
    const base = { key: `${object} update`, object, opens, mend: rollout }
    if (isStopped && update.requested === true)
      concerns.push({ ...base, severity: 'warning', text: `rollout of ${target} is paused by somebody`, mend: goOn })
    else if (isStopped) concerns.push({ ...base, severity: 'bad', text: `rollout of ${target} stopped${because}` })
    if (update.state === 'RollbackCompleted') concerns.push({ ...base, severity: 'warning', text: `${target} was rolled back${because}` })
  }
  const served = status.conditions?.find(({ type }) => type === 'PortsServed')
  if (served?.status === 'False')
    concerns.push({
      key: `${object} ports`,
      severity: 'bad',
      object,
      text: served.message ?? 'its ports are not open',
      opens,
      mend: describe,
    })
  return concerns
}

/** One for each service and sort of trouble: a crash loop of a thousand tasks is one line. */
function taskConcerns(view: ClusterView, now: number): readonly Concern[] {
  const groups = Map.groupBy(view.troubled.values(), (task) => `${task.spec.service} ${troubleOf(task)}`)
  return [...groups.values()].map((tasks) => taskConcern(view, tasks, now)).filter((concern) => concern !== undefined)
}

/** Of tasks of one service that are in the same trouble. */
function taskConcern(view: ClusterView, tasks: readonly Task[], now: number): Concern | undefined {
  const oldest = tasks.reduce((a, b) => (a.status.at <= b.status.at ? a : b))
  const newest = tasks.reduce((a, b) => (a.status.at >= b.status.at ? a : b))
  const { service } = oldest.spec
  const trouble = troubleOf(oldest)
  const object = tasks.length === 1 ? `task/${taskName(view, oldest)}` : `service/${service}`
  const who = tasks.length === 1 ? '' : `${tasks.length} tasks `
  const base = { key: `tasks of ${service} ${trouble}`, object, opens: tasksOf(service, trouble), mend: trouble === 'pending' ? why : logs }
  switch (trouble) {
    case 'pending': {
      const waitedMs = now - oldest.status.at
      if (waitedMs < pendingForMs) return undefined
      return { ...base, severity: 'bad', text: `${who}pending ${formatAge(waitedMs)}: ${newest.status.error ?? 'no node fits'}` }
    }
    case 'failed':
      // That its rollout stopped or went back is said already, with the first of these.
      return isRolloutOver(view, service) ? undefined : { ...base, severity: 'bad', text: `${who}${endOf(newest)}, not restarted` }
    case 'unhealthy': {
      const { error } = newest.status
      return { ...base, severity: 'bad', text: `${who}${error ?? 'unhealthy'}` }
    }
    case 'replaced': {
      const failures = tasks.filter(({ status }) => now - status.at < crashLoop.withinMs).length
      if (failures < crashLoop.failures || isRolloutOver(view, service)) return undefined
      return { ...base, object: `service/${service}`, severity: 'warning', text: `fails again and again: the last task ${endOf(newest)}` }
    }
  }
}

function isRolloutOver(view: ClusterView, service: string): boolean {
  const { update, revision } = view.get('Service', service)?.status ?? {}
  return update !== undefined && update.of === revision && (update.state === 'Paused' || update.state.startsWith('Rollback'))
}

type Trouble = 'pending' | 'failed' | 'unhealthy' | 'replaced'

function troubleOf(task: Task): Trouble {
  const phase = phaseOf(task)
  return phase === 'pending' || phase === 'failed' || phase === 'unhealthy' ? phase : 'replaced'
}

function tasksOf(service: string, trouble: Trouble): View {
  return { screen: 'tasks', service, ...(trouble === 'replaced' ? {} : { filter: `state=${trouble}` }) }
}

function endOf(task: Task): string {
  const end = describeEnd(task)
  const { error } = task.status
  return error === undefined || error === end ? end : `${end}: ${error}`
}
