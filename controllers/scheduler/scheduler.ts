// Gives every pending task a node, or says why there is none. It writes where a task runs and nothing
// else: which tasks exist is up to others, and a task that has a node is never moved. What it keeps in
// memory (who holds what on which node) follows from the view; a new leader makes it anew. Decisions are
// pure (`place.ts`); a decision that loses a race is undone by reading that task again.

import { placementHash } from '../../api/content-name.ts'
import type { Revision, Task } from '../../api/objects.ts'
import type { Commit } from '../../api/store.ts'
import { hasReached, isWanted } from '../../api/task.ts'
import { commitEach } from '../runtime/commit-each.ts'
import type { Controller, ControllerDeps, Result } from '../runtime/controller.ts'
import { Failures } from './failures.ts'
import { filters, type Requirements } from './filters.ts'
import { type Claim, NodeTable } from './node-table.ts'
import { explainRefusals, placeGroup } from './place.ts'
import { emptyFootprint, type Footprint, footprintOf, requirementsOf } from './requirements.ts'
import { claimFor } from './task-claim.ts'
import { WaitingTasks } from './waiting-tasks.ts'

type SchedulerDeps = Pick<ControllerDeps, 'store' | 'clock' | 'log'>

/** Longest pause between two passes, however long the last one took. */
const maxPauseMs = 1000

/** What the tasks of one group ask for. */
interface Asked {
  readonly requirements: Requirements
  readonly spread: readonly string[]
  /** Hash of the placement. */
  readonly placedFor: string
}

interface Decision {
  readonly task: Task
  readonly write: Task
}

/**
 * Everything is one key, `schedule`: deciding about all that waits at once is what makes groups. A pass
 * that took long is followed by a pause of the same length, so a busy cluster is scheduled in larger
 * batches while a lone task waits for nothing.
 */
export function schedulerController(deps: SchedulerDeps): Controller {
  const scheduler = new Scheduler(deps)
  return {
    name: 'scheduler',
    watches: {
      Task: (task, previous) => scheduler.taskChanged(task, previous),
      Node: (node) => scheduler.nodeChanged(node.metadata.name),
      // Its placement is all that counts here; status changes with every task.
      Service: (service, previous) => (service.spec === previous?.spec ? none : scheduler.serviceChanged(service.metadata.uid)),
      Revision: (revision) => scheduler.revisionChanged(revision.metadata.name),
    },
    writes: { Task: ['spec.nodeName', 'spec.placedFor', 'spec.assignedGeneric', 'status'] },
    reconcile: () => scheduler.pass(),
  }
}

const key = ['schedule']
const none: readonly string[] = []

class Scheduler {
  readonly #deps: SchedulerDeps
  readonly #table = new NodeTable()
  readonly #failures = new Failures()
  readonly #waiting = new WaitingTasks()
  readonly #footprints = new Map<string, Footprint>()
  readonly #changedTasks = new Set<string>()
  readonly #changedNodes = new Set<string>()
  /** Set when a node may take more than before: everything that waits is tried again. */
  #roomChanged = true
  #notBeforeMs = 0

  constructor(deps: SchedulerDeps) {
    this.#deps = deps
  }

  taskChanged(task: Task, previous: Task | undefined): readonly string[] {
    // Reports of a task that keeps running change nothing here; they are most of all events.
    const moved = previous === undefined || relevance(task) !== relevance(previous) || task.spec.nodeName !== previous.spec.nodeName
    if (!moved) return none
    this.#changedTasks.add(task.metadata.name)
    return key
  }

  nodeChanged(name: string): readonly string[] {
    this.#changedNodes.add(name)
    return key
  }

  serviceChanged(uid: string): readonly string[] {
    return this.#waiting.touchService(uid) ? key : none
  }

  revisionChanged(name: string): readonly string[] {
    this.#footprints.delete(name)
    return this.#waiting.touchRevision(name) ? key : none
  }

  async pass(): Promise<Result> {
    const { clock } = this.#deps
    const early = this.#notBeforeMs - clock.monotonicMs()
    if (early > 0) return { requeueAfterMs: early }
    const started = clock.monotonicMs()
    this.#readChanges()
    const decisions = this.#decide()
    const decided = clock.monotonicMs()
    this.#notBeforeMs = decided + Math.min(maxPauseMs, decided - started)
    const again = await this.#commitAll(decisions)
    return again ? { requeueAfterMs: 1 } : {}
  }

  #readChanges(): void {
    const { view } = this.#deps.store
    for (const name of this.#changedNodes) {
      const node = view.get('Node', name)
      if (node === undefined) this.#table.removeNode(name)
      else this.#table.setNode(node)
      this.#roomChanged = true
    }
    this.#changedNodes.clear()
    for (const name of this.#changedTasks) this.#readTask(name)
    this.#changedTasks.clear()
  }

  /** Makes memory say of one task what the view says; also how a decision that was not committed is undone. */
  #readTask(name: string): void {
    const task = this.#deps.store.view.get('Task', name)
    const held = this.#table.claimOf(name)
    const claim = task === undefined ? undefined : claimFor(task, (revision) => this.#footprint(revision))
    if (claim !== undefined) this.#table.claim(name, claim)
    else this.#table.release(name)
    // The last word on an active task frees its place under the limit per node before it frees resources.
    if (held !== undefined && (claim === undefined || (held.active && !claim.active))) this.#roomChanged = true
    if (task !== undefined) this.#recordFailure(task)
    if (task !== undefined && relevance(task) === 'waiting') this.#waiting.add(task)
    else this.#waiting.remove(name)
  }

  #footprint(revisionName: string): Footprint {
    const known = this.#footprints.get(revisionName)
    if (known !== undefined) return known
    const revision = this.#deps.store.view.get('Revision', revisionName)
    if (revision === undefined) return emptyFootprint
    const footprint = footprintOf(revision)
    this.#footprints.set(revisionName, footprint)
    return footprint
  }

  /** Tasks of global services never choose their node, so their failures say nothing about choosing it. */
  #recordFailure({ metadata, spec, status }: Task): void {
    if (spec.nodeName === undefined || spec.node !== undefined || (status.state !== 'Failed' && status.state !== 'Rejected')) return
    this.#failures.record(spec.revision, spec.nodeName, metadata.name, status.at)
  }

  #decide(): readonly Decision[] {
    const groups = this.#waiting.take(this.#roomChanged)
    this.#roomChanged = false
    // Tasks that were given their node come first: they have no choice.
    return [...groups.flatMap((names) => this.#confirm(names)), ...groups.flatMap((names) => this.#placeFree(names))]
  }

  #confirm(names: readonly string[]): readonly Decision[] {
    return this.#tasks(names).flatMap((task) => {
      const record = task.spec.nodeName === undefined ? undefined : this.#table.get(task.spec.nodeName)
      const asked = this.#asked(task)
      if (record === undefined || asked === undefined) return []
      const { requirements } = asked
      const refused = filters.some((filter) => filter.applies(requirements) && !filter.passes(requirements, record))
      if (refused) return this.#refuse(task, explainRefusals([record], requirements))
      return [this.#assign(task, this.#table.place(task.metadata.name, record, requirements), asked.placedFor)]
    })
  }

  #placeFree(names: readonly string[]): readonly Decision[] {
    const tasks = new Map(
      this.#tasks(names)
        .filter(({ spec }) => spec.nodeName === undefined)
        .map((task) => [task.metadata.name, task]),
    )
    const [first] = tasks.values()
    const asked = first === undefined ? undefined : this.#asked(first)
    if (first === undefined || asked === undefined) return []
    const faulty = this.#failures.faulty(first.spec.revision, this.#deps.clock.wallMs())
    const { requirements, spread } = asked
    const outcome = placeGroup(this.#table, { requirements, spread, faulty, tasks: [...tasks.keys()] })
    const why = outcome.explanation === '' ? 'no suitable node' : `no suitable node (${outcome.explanation})`
    const assigned = outcome.placed.flatMap(({ task: name, claim }) => {
      const task = tasks.get(name)
      return task === undefined ? [] : [this.#assign(task, claim, asked.placedFor)]
    })
    const refused = outcome.unplaced.flatMap((name) => {
      const task = tasks.get(name)
      return task === undefined ? [] : this.#refuse(task, why)
    })
    return [...assigned, ...refused]
  }

  #tasks(names: readonly string[]): readonly Task[] {
    const { view } = this.#deps.store
    return names
      .map((name) => view.get('Task', name))
      .filter((task) => task !== undefined)
      .filter((task) => relevance(task) === 'waiting')
  }

  /** `undefined` while the service or the revision is missing: such a task belongs to the reaper. */
  #asked(task: Task): Asked | undefined {
    const { view } = this.#deps.store
    const service = view.get('Service', task.spec.service)
    const revision: Revision | undefined = view.get('Revision', task.spec.revision)
    if (service === undefined || revision === undefined || service.metadata.uid !== task.spec.serviceUid) return undefined
    const { placement } = service.spec.template
    return {
      requirements: requirementsOf(revision, placement),
      spread: (placement?.preferences ?? []).map((preference) => preference.spread),
      placedFor: placementHash(placement),
    }
  }

  #assign(task: Task, claim: Claim, placedFor: string): Decision {
    const { error: _, ...status } = task.status
    const spec = { ...task.spec, nodeName: claim.nodeName }
    const generic = claim.generic === undefined ? {} : { assignedGeneric: claim.generic }
    const placed = task.spec.placedFor === undefined ? { placedFor } : {}
    return {
      task,
      write: {
        ...task,
        spec: { ...spec, ...placed, ...generic },
        status: { ...status, state: 'Assigned', at: this.#deps.clock.wallMs(), message: 'assigned to a node' },
      },
    }
  }

  #refuse(task: Task, error: string): readonly Decision[] {
    if (task.status.error === error) return []
    return [{ task, write: { ...task, status: { ...task.status, error } } }]
  }

  /** Whether anything was refused and has to be decided again. */
  async #commitAll(decisions: readonly Decision[]): Promise<boolean> {
    const left = new Map(decisions.map(({ task, write }) => [{ writes: [{ op: 'update', object: write }] } as Commit, task]))
    try {
      await commitEach(this.#deps.store, [...left.keys()], (commit) => left.delete(commit))
    } finally {
      for (const task of left.values()) {
        this.#waiting.touchRevision(task.spec.revision)
        this.#deps.log.debug('Undid a decision that was not committed', { object: `Task/${task.metadata.name}` })
      }
      // Whether it was written or not, the view now says what holds.
      for (const { task } of decisions) this.#readTask(task.metadata.name)
    }
    return left.size > 0
  }
}

/** What a task is to the scheduler; as long as this and the node stay the same, it need not be read again. */
function relevance(task: Task): 'none' | 'waiting' | 'active' | 'leaving' | 'failed' {
  if (hasReached(task, 'Complete')) return task.status.state === 'Failed' || task.status.state === 'Rejected' ? 'failed' : 'none'
  if (hasReached(task, 'Assigned')) return isWanted(task, 'Shutdown') ? 'leaving' : 'active'
  return task.status.state === 'Pending' && !isWanted(task, 'Shutdown') ? 'waiting' : 'none'
}
