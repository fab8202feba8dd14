// What keys do about the selected object, or about all that are marked. What changes the cluster is asked first, with
// what will happen, and becomes commands of kit.

import type { Kind } from '../../api/objects.ts'
import { parseKind } from '../resource.ts'
import { whyPaused } from '../service/rollout-pause.ts'
import { allConcerns } from './attention.ts'
import { type ClusterView, phaseOf, type Task } from './cluster-view.ts'
import { type Cluster, splitKey } from './clusters.ts'
import type { Deed } from './keys.ts'
import { hostOf } from './names.ts'
import { focusOf } from './panes.ts'
import { listOf, type View } from './places.ts'
import {
  ask,
  changePlace,
  go,
  goneTo,
  type Named,
  type Place,
  placeIn,
  type Shown,
  say,
  settled,
  type Transition,
  type UiState,
  viewIn,
  type Words,
  wordsIn,
} from './state.ts'
import { isOnNode, onNode, wantedOf } from './tables.ts'
import { onYaml } from './yaml-deeds.ts'

export interface Selected extends Named {
  readonly kind: Kind
}

/** What tells which object a row stands for. */
export type Rows = Pick<Shown, 'clusters' | 'keys' | 'now'>

/** The object that keys act on, if it is one that is there. */
export function selectedIn(place: Place, shown: Rows): Selected | undefined {
  const { view } = place
  const context = view.context === undefined ? {} : { context: view.context }
  if (view.screen === 'service') return { kind: 'Service', name: view.name, ...context }
  if (view.screen === 'yaml' || view.screen === 'describe' || view.screen === 'explain' || view.screen === 'logs')
    return { kind: view.kind, name: view.name, ...context }
  const { selected } = settled(place, shown.keys, shown.keys.length)
  return selected === undefined ? undefined : objectOf(view, selected, shown)
}

/** What a row of a list stands for. */
function objectOf(shownView: View, rowKey: string, { clusters, now }: Rows): Selected | undefined {
  if (shownView.screen === 'overview') {
    const opens = allConcerns(clusters, now).find(({ key }) => key === rowKey)?.opens
    return opens === undefined ? undefined : subjectOf(opens)
  }
  const { key, context = shownView.context } = splitKey(rowKey)
  const found = rowObject(shownView, key, viewIn(clusters, context))
  return found === undefined || context === undefined ? found : { ...found, context }
}

/** What a view is about. */
function subjectOf(opens: View): Selected | undefined {
  const context = opens.context === undefined ? {} : { context: opens.context }
  if (opens.screen === 'service') return { kind: 'Service', name: opens.name, ...context }
  if (opens.screen === 'yaml' || opens.screen === 'describe') return { kind: opens.kind, name: opens.name, ...context }
  if (opens.screen !== 'tasks') return undefined
  if (opens.service !== undefined) return { kind: 'Service', name: opens.service, ...context }
  return opens.node === undefined ? undefined : { kind: 'Node', name: opens.node, ...context }
}

function rowObject(shownView: View, key: string, view: ClusterView): Selected | undefined {
  switch (shownView.screen) {
    case 'services':
      return { kind: 'Service', name: key }
    case 'tasks':
      return { kind: 'Task', name: key }
    case 'nodes':
      return { kind: 'Node', name: key }
    case 'objects':
      return { kind: shownView.kind, name: key }
    case 'tree': {
      const [object = ''] = key.split('#')
      const slash = object.indexOf('/')
      return { kind: parseKind(object.slice(0, slash)), name: object.slice(slash + 1) }
    }
    case 'events': {
      const involved = view.events.find(({ metadata }) => metadata.name === key)?.involvedObject
      return involved === undefined ? undefined : present(view, involved.kind, involved.name)
    }
    default:
      return undefined
  }
}

function present(view: ClusterView, kind: string, name: string): Selected | undefined {
  for (const each of ['Service', 'Task', 'Node', 'Stack', 'Source'] as const)
    if (each === kind && view.get(each, name) !== undefined) return { kind: each, name }
  return undefined
}

/** Those that are marked and still there; else the selected one. */
export function allSelected(place: Place, shown: Shown): readonly Selected[] {
  const marked = place.marks.filter((key) => shown.keys.includes(key))
  const one = selectedIn(place, shown)
  if (marked.length === 0) return one === undefined ? [] : [one]
  return marked.flatMap((key) => objectOf(place.view, key, shown) ?? [])
}

export function onObject(state: UiState, deed: Deed, shown: Shown): Transition {
  const place = placeIn(state)
  if (deed === 'open' && place.view.screen === 'yaml') return onYaml(state, place, place.view, deed, shown) ?? { state }
  if (deed === 'open' && place.pane > 0) return openPane(state, place, shown)
  if (deed === 'open' && place.view.screen === 'kinds') {
    const { selected } = settled(place, shown.keys, shown.height)
    return { state: selected === undefined ? state : go(state, listOf(parseKind(selected))) }
  }
  if (deed === 'open' && place.view.screen === 'overview') {
    const { selected } = settled(place, shown.keys, shown.height)
    const concern = allConcerns(shown.clusters, shown.now).find(({ key }) => key === selected)
    return { state: concern === undefined ? state : go(state, concern.opens) }
  }
  if (place.view.screen === 'forwards') {
    const { selected } = settled(place, shown.keys, shown.height)
    return selected === undefined || deed !== 'delete' ? { state } : { state, effect: { do: 'end-forward', key: selected } }
  }
  const object = selectedIn(place, shown)
  if (object === undefined) return { state: say(state, 'nothing is selected, or it is gone', true) }
  if (isChange(deed)) return change(state, deed, allSelected(place, shown), shown.clusters)
  const looked = look(state, deed, object, viewIn(shown.clusters, object.context))
  return { ...looked, state: goneTo(state, looked.state, object.context) }
}

/** What the pane shows some of. */
function openPane(state: UiState, place: Place, shown: Shown): Transition {
  const focus = focusOf(place)
  if (place.view.screen === 'overview') return { state: go(state, { screen: 'events' }) }
  const object = selectedIn(place, shown)
  if (object === undefined) return { state }
  const deed = focus === 'events' ? 'events' : object.kind === 'Service' ? 'rollout' : 'describe'
  const looked = look(state, deed, object, viewIn(shown.clusters, object.context))
  return { ...looked, state: goneTo(state, looked.state, object.context) }
}

const changing = ['scale', 'restart', 'undo', 'pause-rollout', 'drain', 'cordon', 'delete'] as const
type Change = (typeof changing)[number]

function isChange(deed: Deed): deed is Change {
  return changing.some((each) => each === deed)
}

/** What is done with one object, and changes nothing by itself. */
function look(state: UiState, deed: Deed, object: Selected, view: ClusterView): Transition {
  const { kind, name } = object
  const shownName = kind === 'Node' ? hostOf(view, name) : name
  switch (deed) {
    case 'open':
      return { state: go(state, openedBy(object, view)) }
    case 'tasks':
      return { state: go(state, { screen: 'tasks', service: name }) }
    case 'describe':
    case 'yaml':
      return { state: go(state, { screen: deed, kind, name }) }
    case 'tree':
      return treeOf(state, object, view)
    case 'logs':
      if (kind !== 'Service' && kind !== 'Task') return { state: say(state, 'only services and tasks have logs', true) }
      return { state: go(state, { screen: 'logs', kind, name }) }
    case 'previous-logs': {
      const before = kind === 'Task' ? taskBefore(view, name) : undefined
      if (before === undefined) return { state: say(state, 'no task was in this slot before, as far as it is kept', true) }
      return { state: go(state, { screen: 'logs', kind: 'Task', name: before.metadata.name }) }
    }
    case 'events':
      return { state: go(state, { screen: 'events', filter: `object=${kind.toLowerCase()}/${shownName}` }) }
    case 'explain': {
      const task = kind === 'Task' ? name : kind === 'Service' ? waitingTask(view, name) : undefined
      if (task === undefined) return { state: say(state, 'no task of it waits', true) }
      return { state: go(state, { screen: 'explain', kind: 'Task', name: task }) }
    }
    case 'rollout': {
      const service = serviceOf(view, object)
      return { state: service === undefined ? noService(state) : go(state, { screen: 'service', name: service }) }
    }
    case 'copy-name':
      return { state: say(state, `copied: ${shownName}`), effect: { do: 'copy', text: shownName } }
    case 'copy-id': {
      const id = view.get(kind, name)?.metadata.uid ?? name
      return { state: say(state, `copied: ${id}`), effect: { do: 'copy', text: id } }
    }
    case 'owner': {
      const owner = ownerOf(view, object)
      return { state: owner === undefined ? say(state, 'it belongs to nothing', true) : go(state, owner) }
    }
    case 'browse': {
      const url = addressOf(view, object)
      if (url === undefined) return { state: say(state, 'it has no published port that a running task serves', true) }
      return { state: say(state, url), effect: { do: 'browse', url } }
    }
    case 'forward': {
      const task = runningTask(view, object)
      if (task === undefined) return { state: say(state, 'no task of it runs', true) }
      const target = { ...object, name: task.metadata.name }
      const text = String(portsOf(view, task)[0]?.targetPort ?? '')
      return { state: { ...state, mode: { kind: 'forward', target, text, before: text, back: 0 } } }
    }
    case 'shell':
      if (kind !== 'Service' && kind !== 'Task') return { state: say(state, 'commands run in tasks', true) }
      return {
        state,
        effect: { do: 'hand-over', words: wordsIn(object.context, ['exec', '-it', `${kind.toLowerCase()}/${name}`, '--', 'sh']) },
      }
    case 'attach': {
      const task = runningTask(view, object)
      if (task === undefined) return { state: say(state, 'no task of it runs', true) }
      const words = ['attach', ...streamsOf(view, task), `task/${task.metadata.name}`]
      return { state, effect: { do: 'hand-over', words: wordsIn(object.context, words) } }
    }
    case 'edit':
      return { state, effect: { do: 'hand-over', words: wordsIn(object.context, ['edit', `${kind.toLowerCase()}/${name}`]) } }
    default:
      return { state }
  }
}

/** What it was made for, or by. */
function ownerOf(view: ClusterView, { kind, name }: Selected): View | undefined {
  if (kind === 'Task' || kind === 'Revision') {
    const service = serviceOf(view, { kind, name })
    return service === undefined ? undefined : { screen: 'service', name: service }
  }
  const [owner] = view.get(kind, name)?.metadata.ownerReferences ?? []
  if (owner === undefined) return undefined
  const of = parseKind(owner.kind)
  return openedBy({ kind: of, name: owner.name }, view)
}

/** The task, or of a service the running one with the lowest slot. */
function runningTask(view: ClusterView, object: Selected): Task | undefined {
  const service = serviceOf(view, object)
  const tasks = object.kind === 'Task' ? [view.get('Task', object.name)] : service === undefined ? [] : [...view.tasksOf(service).values()]
  return tasks
    .filter((task) => task !== undefined)
    .filter((task) => phaseOf(task) === 'running')
    .toSorted((a, b) => (a.spec.slot ?? 0) - (b.spec.slot ?? 0))[0]
}

/** What there is to attach to besides its output. */
function streamsOf(view: ClusterView, { spec }: Task): Words {
  if (view.get('Node', spec.nodeName ?? '')?.status.description?.executor === 'process') return []
  const { stdinOpen = false, tty = false } = view.get('Revision', spec.revision)?.spec.template ?? {}
  return [...(stdinOpen ? ['--stdin'] : []), ...(tty ? ['--tty'] : [])]
}

function portsOf(view: ClusterView, task: Task): readonly { readonly targetPort: number; readonly publishedPort: number }[] {
  const published = view.get('Service', task.spec.service)?.status.endpoint?.ports ?? []
  return [...published, ...(task.spec.network?.ports ?? [])].filter(({ protocol }) => protocol === 'TCP')
}

/** Where its first published port is served: on the node of a running task. */
function addressOf(view: ClusterView, object: Selected): string | undefined {
  const task = runningTask(view, object)
  const [port] = task === undefined ? [] : portsOf(view, task)
  if (task === undefined || port === undefined) return undefined
  const { address, description } = view.get('Node', task.spec.nodeName ?? '')?.status ?? {}
  const host = address ?? description?.hostname
  if (host === undefined) return undefined
  return `http://${host.includes(':') ? `[${host}]` : host}:${port.publishedPort}`
}

function openedBy({ kind, name }: Selected, view: ClusterView): View {
  switch (kind) {
    case 'Service':
      return { screen: 'tasks', service: name }
    case 'Node':
      return { screen: 'tasks', node: name }
    case 'Task':
      return { screen: 'logs', kind, name }
    case 'Stack':
      return { screen: 'tree', kind, name }
    case 'Revision': {
      const revision = view.get('Revision', name)
      return revision === undefined
        ? { screen: 'describe', kind, name }
        : { screen: 'tasks', service: revision.spec.service, filter: `rev=v${revision.spec.number}` }
    }
    default:
      return { screen: 'describe', kind, name }
  }
}

/** Of a stack, or of the service that the object belongs to. */
function treeOf(state: UiState, object: Selected, view: ClusterView): Transition {
  if (object.kind === 'Stack') return { state: go(state, { screen: 'tree', kind: 'Stack', name: object.name }) }
  const service = serviceOf(view, object)
  return { state: service === undefined ? go(state, { screen: 'tree' }) : go(state, { screen: 'tree', kind: 'Service', name: service }) }
}

function serviceOf(view: ClusterView, { kind, name }: Selected): string | undefined {
  if (kind === 'Service') return name
  if (kind === 'Revision') return view.get('Revision', name)?.spec.service
  return kind === 'Task' ? view.get('Task', name)?.spec.service : undefined
}

/** What ran in the slot of this task before it. */
function taskBefore(view: ClusterView, name: string): Task | undefined {
  const task = view.get('Task', name)
  if (task === undefined) return undefined
  return [...view.tasksOf(task.spec.service).values()]
    .filter(({ spec }) => spec.slot === task.spec.slot && spec.node === task.spec.node && spec.attempt < task.spec.attempt)
    .toSorted((a, b) => b.spec.attempt - a.spec.attempt)[0]
}

function waitingTask(view: ClusterView, service: string): string | undefined {
  return [...view.tasksOf(service).values()].find((task) => phaseOf(task) === 'pending')?.metadata.name
}

function noService(state: UiState): UiState {
  return say(state, 'only services have that', true)
}

// Changes.

/** Of one object: what happens, the command, and a word that has to be typed. */
interface Step {
  readonly what: readonly string[]
  readonly command: Words
  readonly word?: string
}

function change(state: UiState, deed: Change, objects: readonly Selected[], clusters: readonly Cluster[]): Transition {
  if (deed === 'drain' || deed === 'cordon') return changeNodes(state, deed, objects, clusters)
  if (deed === 'delete') {
    const isRisky = state.theme === 'production'
    const steps = objects.map((object): Step => {
      const step = deletion(object, viewIn(clusters, object.context))
      // Where much is at stake nothing is deleted that was not named.
      return isRisky ? { word: object.name, ...step } : step
    })
    return { state: askAll(state, 'Delete', objects, steps, clusters) }
  }
  const targets = servicesOf(objects, clusters)
  const [first] = targets
  if (first === undefined) return { state: noService(state) }
  switch (deed) {
    case 'scale': {
      const service = viewIn(clusters, first.context).get('Service', first.name)
      if (service === undefined) return { state: say(state, `service/${first.name} is gone`, true) }
      if (service.spec.mode === 'Global') return { state: say(state, `service/${first.name} has one task on each node`, true) }
      const text = String(wantedOf(service))
      return { state: { ...state, mode: { kind: 'scale', services: targets, text, before: text, back: 0 } } }
    }
    case 'restart': {
      const steps = targets.map(({ name, context }) => ({
        what: [`${runningOf(viewIn(clusters, context), name)} replaced by the update settings of the service`],
        command: ['rollout', 'restart', `service/${name}`],
      }))
      return { state: askAll(state, 'Restart', targets, steps, clusters) }
    }
    case 'undo': {
      const steps = targets.flatMap(({ name, context }) => undoing(viewIn(clusters, context), name) ?? [])
      if (steps.length < targets.length)
        return { state: say(state, `service/${first.name} has no good revision besides the present one`, true) }
      return { state: askAll(state, 'Undo', targets, steps, clusters, 'the last change of ') }
    }
    case 'pause-rollout':
      return pausing(state, targets, clusters)
  }
}

/** Each once, however many of its tasks are marked. */
function servicesOf(objects: readonly Selected[], clusters: readonly Cluster[]): readonly Selected[] {
  const found = objects.flatMap((object): readonly Selected[] => {
    const name = serviceOf(viewIn(clusters, object.context), object)
    return name === undefined ? [] : [{ ...object, kind: 'Service', name }]
  })
  return [...new Map(found.map((each) => [`${each.context ?? ''} ${each.name}`, each])).values()]
}

function runningOf(view: ClusterView, service: string): string {
  const { running } = view.counts({ service })
  return running === 1 ? 'its running task is' : `its ${running} running tasks are`
}

function undoing(view: ClusterView, name: string): Step | undefined {
  const { revision, lastGood, previousGood } = view.get('Service', name)?.status ?? {}
  const to = [lastGood, previousGood].find((each) => each !== undefined && each !== revision)
  if (to === undefined) return undefined
  const number = view.get('Revision', to)?.spec.number
  return {
    what: [`it goes back to ${number === undefined ? to : `v${number}`}, by its update settings: ${runningOf(view, name)} replaced`],
    command: ['rollout', 'undo', `service/${name}`],
  }
}

/** Whatever keeps its rollout from going on, the same key lets it go on; in spite of failures only after a question. */
function pausing(state: UiState, services: readonly Selected[], clusters: readonly Cluster[]): Transition {
  const found = services.flatMap((target) => {
    const service = viewIn(clusters, target.context).get('Service', target.name)
    return service === undefined ? [] : [{ target, service }]
  })
  const targets = found.map(({ target }) => target)
  const steps = found.map(({ target: { name }, service }): Step => {
    const why = whyPaused(service)
    const { failures = 0 } = service.status.update ?? {}
    return {
      what: why === 'Failures' ? [`${failures} of its new tasks failed; more failures stop it again`] : [],
      command: ['rollout', why === undefined ? 'pause' : 'resume', `service/${name}`],
    }
  })
  if (steps.some(({ what }) => what.length > 0)) return { state: askAll(state, 'Go on', targets, steps, clusters, 'with the rollout of ') }
  return { state: changePlace(state, { marks: [] }), effect: { do: 'run', commands: commandsOf(targets, steps) } }
}

function changeNodes(state: UiState, deed: 'drain' | 'cordon', objects: readonly Selected[], clusters: readonly Cluster[]): Transition {
  const nodes = objects.filter(({ kind }) => kind === 'Node')
  if (nodes.length === 0) return { state }
  if (deed === 'cordon') {
    const steps = nodes.map(({ name, context }) => ({
      what: [],
      command: [availabilityOf(viewIn(clusters, context), name) === 'Active' ? 'pause' : 'activate', name],
    }))
    return { state: changePlace(state, { marks: [] }), effect: { do: 'run', commands: commandsOf(nodes, steps) } }
  }
  const steps = nodes.map(({ name, context }) => ({ what: [drainText(viewIn(clusters, context), name)], command: ['drain', name] }))
  const asked = askAll(state, 'Drain', nodes, steps, clusters)
  const commands = asked.mode.kind === 'confirm' ? asked.mode.commands : []
  return { state: asked, effect: { do: 'forecast', nodes, commands } }
}

function availabilityOf(view: ClusterView, node: string): string {
  return view.get('Node', node)?.spec.availability ?? 'Active'
}

function drainText(view: ClusterView, name: string): string {
  const tied = [...view.tasksOn(name).values()].filter(
    (task) => isOnNode(task) && view.get('Service', task.spec.service)?.spec.mode === 'Global',
  ).length
  const count = onNode(view, name) - tied
  const what = [
    ...(count > 0
      ? [`${count === 1 ? '1 task stops there and starts' : `${count} tasks stop there and start`} on other nodes, where they fit`]
      : []),
    ...(tied > 0 ? [`${tied === 1 ? '1 task of a global service ends' : `${tied} tasks of global services end`}`] : []),
  ]
  return `${what.length === 0 ? 'nothing runs there' : what.join('; ')}; it gets nothing new until it is activated (ctrl-k)`
}

function deletion({ kind, name }: Selected, view: ClusterView): Step {
  const command = ['delete', `${kind.toLowerCase()}/${name}`]
  switch (kind) {
    case 'Service': {
      const ours = view.counts({ service: name })
      const count = ours.running + ours.unhealthy + ours.starting + ours.pending
      const stack = view.get('Service', name)?.metadata.labels?.['kit/stack']
      const what = [
        count === 0 ? 'it has no tasks' : `${count === 1 ? 'its task stops' : `its ${count} tasks stop`} and nothing takes over`,
        'its revisions go with it: there is no undo',
        ...(stack === undefined ? [] : [`it is part of stack ${stack}, which makes it again when it is applied`]),
      ]
      return { what, command }
    }
    case 'Stack': {
      const owned = [...view.all('Service').values()].filter(({ metadata }) => metadata.labels?.['kit/stack'] === name)
      const count = owned.reduce((sum, { metadata }) => sum + view.tasksOf(metadata.name).size, 0)
      const named = owned.map(({ metadata }) => metadata.name).join(', ')
      const what =
        owned.length === 0 ? 'it has no services' : `its services go, with ${count === 1 ? '1 task' : `${count} tasks`}: ${named}`
      return { what: [what, 'its networks, secrets and configs go; volumes stay'], command, word: name }
    }
    case 'Node':
      return { what: ['it leaves the cluster, and must join anew to come back'], command, word: hostOf(view, name) }
    case 'Source':
      return { what: ['its directory is followed no more; what it applied stays'], command }
    default:
      return { what: ['what uses it keeps it from being deleted'], command }
  }
}

/** One question, however many objects. Where several of them would each have to be named, `all of them` is typed. */
function askAll(
  state: UiState,
  verb: string,
  objects: readonly Selected[],
  steps: readonly Step[],
  clusters: readonly Cluster[],
  of = '',
): UiState {
  const names = objects.map(({ kind, name, context }) => {
    const called = `${kind.toLowerCase()}/${kind === 'Node' ? hostOf(viewIn(clusters, context), name) : name}`
    return context === undefined ? called : `${called} of ${context}`
  })
  const commands = commandsOf(objects, steps)
  const [only] = steps
  if (only !== undefined && steps.length === 1) {
    const word = only.word === undefined ? {} : { word: only.word }
    return ask(state, { question: `${verb} ${of}${names[0]}?`, consequences: only.what, commands, verb, ...word })
  }
  const consequences = steps.map(({ what, command }, at) => `${names[at]}: ${what[0] ?? command.join(' ')}`)
  const word = steps.some((step) => step.word !== undefined) ? { word: 'all of them' } : {}
  return ask(state, { question: `${verb} ${of}these ${steps.length}?`, consequences, commands, verb, ...word })
}

function commandsOf(objects: readonly Selected[], steps: readonly Step[]): readonly Words[] {
  return steps.map(({ command }, at) => wordsIn(objects[at]?.context, command))
}
