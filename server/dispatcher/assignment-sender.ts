// What agents are told of tasks: first everything, then what changes, with what the tasks need (payloads, published ports) in
// front of them. assignments.ts says what is said of one task.

import type { Task } from '../../api/objects.ts'
import type { ManagerMessage } from '../../api/session.ts'
import type { Store } from '../../api/store.ts'
import type { Clock } from '../../effects/effects.ts'
import { assignmentOf, isAssigned } from './assignments.ts'
import type { EndpointTables } from './endpoints.ts'
import { payloadsOf } from './payloads.ts'
import { changes, type Session, send } from './session.ts'

/** What follows a message within this time goes with the next. Longer would only add to the way of every task (docs/benchmarks.md). */
const batchMs = 20
const batchChanges = 100

type EndpointsMessage = Extract<ManagerMessage, { type: 'endpoints' }>

export interface AssignmentSenderDeps {
  readonly store: Pick<Store, 'view'>
  readonly clock: Clock
  readonly endpoints: EndpointTables
}

export class AssignmentSender {
  readonly #deps: AssignmentSenderDeps

  constructor(deps: AssignmentSenderDeps) {
    this.#deps = deps
  }

  /** Until the session ends. A change goes out at once when nothing went out lately; otherwise with those that follow soon. */
  async run(session: Session): Promise<void> {
    const { clock } = this.#deps
    await this.#sendComplete(session)
    let flushedAt = clock.monotonicMs()
    while (!session.ended.signal.aborted) {
      await changes(session, 1)
      const waitMs = flushedAt + batchMs - clock.monotonicMs()
      if (waitMs > 0) await this.#wait(session, waitMs)
      if (session.ended.signal.aborted) return
      await this.#sendChanges(session)
      flushedAt = clock.monotonicMs()
    }
  }

  async #wait(session: Session, waitMs: number): Promise<void> {
    const enough = new AbortController()
    const signal = AbortSignal.any([enough.signal, session.ended.signal])
    await Promise.race([this.#deps.clock.sleep(waitMs, signal).catch(() => undefined), changes(session, batchChanges)])
    enough.abort()
  }

  async #sendComplete(session: Session): Promise<void> {
    const { view } = this.#deps.store
    session.dirty.clear()
    session.endpoints.clear()
    const tasks = [...view.tasksOnNode(session.nodeName)]
      .filter((task) => isAssigned(task, session.nodeName))
      .map((task) => (this.#deps.endpoints.isHeld(task.metadata.name) ? asBeforeItsEnd(task) : task))
    const endpoints = this.#deps.endpoints.complete()
    for (const task of tasks) {
      session.told.set(task.metadata.name, task.spec.desired)
      session.payloads.note(task.metadata.name, payloadsOf(view, task))
    }
    const update = tasks.map((task) => assignmentOf(view, task))
    for (const payload of session.payloads.take(view).tell) await send(session, { type: 'payload', payload })
    await send(session, { type: 'assignments', mode: 'complete', appliesTo: '', resultsIn: String(++session.sequence), update, remove: [] })
    await this.#sendEndpoints(session, endpoints)
  }

  async #sendEndpoints(session: Session, messages: readonly EndpointsMessage[]): Promise<void> {
    for (const message of messages) {
      for (const { uid } of message.update) session.unconfirmed.set(uid, message.version)
      await send(session, message)
    }
  }

  async #sendChanges(session: Session): Promise<void> {
    const { view } = this.#deps.store
    const names = [...session.dirty].filter((name) => !this.#deps.endpoints.isHeld(name))
    session.dirty.clear()
    const endpoints = session.endpoints.size === 0 ? [] : this.#deps.endpoints.incremental(session.endpoints)
    session.endpoints.clear()
    const tasks = names.map((name) => ({ name, task: view.get('Task', name) }))
    const isMine = (task: Task | undefined): task is Task => task !== undefined && isAssigned(task, session.nodeName)
    const update = tasks.flatMap(({ task }) => (isMine(task) && session.told.get(task.metadata.name) !== task.spec.desired ? [task] : []))
    const remove = tasks.flatMap(({ name, task }) => (!isMine(task) && session.told.has(name) ? [name] : []))
    for (const task of update) session.told.set(task.metadata.name, task.spec.desired)
    for (const name of remove) session.told.delete(name)
    const assignments = update.map((task) => assignmentOf(view, task))
    for (const { name, task } of tasks) session.payloads.note(name, payloadsOf(view, isMine(task) ? task : undefined))
    await this.#sendEndpoints(session, endpoints)
    const { tell, forget } = session.payloads.take(view)
    for (const payload of tell) await send(session, { type: 'payload', payload })
    if (update.length + remove.length > 0) {
      const appliesTo = String(session.sequence)
      const resultsIn = String(++session.sequence)
      await send(session, { type: 'assignments', mode: 'incremental', appliesTo, resultsIn, update: assignments, remove })
    }
    if (forget.length > 0) await send(session, { type: 'forget', payloads: forget })
  }
}

/** What an agent is told of a task while others may still choose it. */
function asBeforeItsEnd(task: Task): Task {
  return { ...task, spec: { ...task.spec, desired: 'Running' } }
}
