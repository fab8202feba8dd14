// What agents report: of their tasks, of their node, and facts for people. Each is looked at before it is believed: a node
// speaks of itself and of tasks of its own, and nothing goes back.

import { isDeepStrictEqual } from 'node:util'
import type { Node, Task } from '../../api/objects.ts'
import type { AgentMessage, StatusReport } from '../../api/session.ts'
import type { Commit } from '../../api/store.ts'
import { compareStates, hasReached, slotOf } from '../../api/task.ts'
import { commitEach } from '../../controllers/runtime/commit-each.ts'
import type { ControllerStore, EventRecorder } from '../../controllers/runtime/controller.ts'
import type { Clock } from '../../effects/effects.ts'
import type { TellRefusal } from '../refusal-log.ts'
import { commitChange } from './commit-change.ts'
import { type Session, send } from './session.ts'
import type { SessionMetrics } from './session-metrics.ts'

export interface AgentReportsDeps {
  readonly store: ControllerStore
  readonly clock: Pick<Clock, 'wallMs'>
  readonly events: EventRecorder
  readonly tell: TellRefusal
  /** Of what happens to honest agents, too. */
  readonly note: TellRefusal
  readonly metrics: SessionMetrics | undefined
}

/** What a report changes of a task. */
interface Change {
  readonly before: Task
  readonly report: StatusReport
}

type Description = NonNullable<Node['status']['description']>

/** What an agent says of a task is the same for every task of the revision here, and said once of it. */
const factsOfRevisions: ReadonlySet<string> = new Set(['ImageIgnored', 'NetworksIgnored'])

export class AgentReports {
  readonly #deps: AgentReportsDeps

  constructor(deps: AgentReportsDeps) {
    this.#deps = deps
  }

  async report(session: Session, number: number, reports: readonly StatusReport[]): Promise<void> {
    this.#deps.metrics?.reports.inc(reports.length)
    await this.#commitReports(session, reports)
    session.hasReported = true
    await send(session, { type: 'ack', number })
  }

  /** Together first; those that somebody else was faster with are looked at again, each alone. */
  async #commitReports(session: Session, reports: readonly StatusReport[]): Promise<void> {
    const { store } = this.#deps
    const changes = new Map<Commit, Change>()
    // Of two about one task the last counts.
    for (const report of new Map(reports.map((each) => [each.task, each])).values()) {
      const before = store.view.get('Task', report.task)
      const task = before === undefined ? undefined : this.#taskAfter(session, before, report)
      if (before !== undefined && task !== undefined) changes.set({ writes: [{ op: 'update', object: task }] }, { before, report })
    }
    await commitEach(store, [...changes.keys()], (commit) => {
      const change = changes.get(commit)
      if (change !== undefined) this.#recordEnd(change)
      changes.delete(commit)
    })
    await Promise.all([...changes.values()].map(({ report }) => this.#commitReport(session, report)))
  }

  async #commitReport(session: Session, report: StatusReport): Promise<void> {
    let change: Change | undefined
    await commitChange(this.#deps.store, 'Task', report.task, (before) => {
      const task = this.#taskAfter(session, before, report)
      change = task === undefined ? undefined : { before, report } // Of an attempt that met a conflict nothing counts.
      return task
    })
    if (change !== undefined) this.#recordEnd(change)
  }

  /** The task with what is reported of it; undefined when that is refused, or known. */
  #taskAfter(session: Session, task: Task, { status }: StatusReport): Task | undefined {
    if (!this.#mayReport(session, task, status) || isDeepStrictEqual(status, task.status)) return undefined
    const reported = { ...task, status }
    const settles = task.spec.settledAt === undefined && hasReached(reported, 'Running')
    return settles ? { ...reported, spec: { ...task.spec, settledAt: this.#deps.clock.wallMs() } } : reported
  }

  #recordEnd({ before, report: { status } }: Change): void {
    if (before.status.state === status.state || (status.state !== 'Failed' && status.state !== 'Rejected')) return
    const { name } = before.metadata
    const message = (status.error ?? status.message ?? 'no reason given').slice(0, 1024)
    this.#deps.events.record({
      object: { kind: 'Task', name },
      type: 'Warning',
      reason: status.state,
      message,
      series: `${before.spec.serviceUid} ${slotOf(before)} ${message}`,
    })
  }

  /** Only on tasks of its own, and never back: a node that was away may not know yet that its task was given up. */
  #mayReport({ nodeName }: Session, { metadata, spec, status }: Task, reported: Task['status']): boolean {
    const fields = { object: `Task/${metadata.name}`, node: nodeName, reported: reported.state, known: status.state }
    const isOwn = spec.nodeName === nodeName
    const isLate = compareStates(reported.state, status.state) < 0
    if (!isOwn) this.#deps.tell(`${nodeName} foreign`, 'Refused a report on a task of another node', fields)
    else if (isLate) this.#deps.note(`${nodeName} late`, 'Refused a report that goes back', fields)
    return isOwn && !isLate
  }

  async describe(session: Session, description: Description): Promise<void> {
    let before: string | undefined
    await commitChange(this.#deps.store, 'Node', session.nodeName, (node) => {
      before = node.status.description?.trouble
      const { leftAt: _, ...known } = node.status // It is back.
      const status = { ...known, description, address: session.stream.peer.address }
      return isDeepStrictEqual(status, node.status) ? undefined : { ...node, status }
    })
    const { trouble } = description
    if (trouble === before) return
    const object = { kind: 'Node', name: session.nodeName } as const
    if (trouble !== undefined)
      this.#deps.events.record({ object, type: 'Warning', reason: 'ExecutorAway', message: trouble.slice(0, 1024) })
    else this.#deps.events.record({ object, type: 'Normal', reason: 'ExecutorBack', message: 'the executor answers again' })
  }

  /** The node says that it does not come back. */
  async leave(nodeName: string): Promise<void> {
    const leftAt = this.#deps.clock.wallMs()
    await commitChange(this.#deps.store, 'Node', nodeName, (node) => ({ ...node, status: { ...node.status, leftAt } }))
  }

  recordEvent(session: Session, { task, level, reason, message }: Extract<AgentMessage, { type: 'event' }>): void {
    const spec = this.#deps.store.view.get('Task', task)?.spec
    if (spec?.nodeName !== session.nodeName) return
    const ofAll = factsOfRevisions.has(reason)
    this.#deps.events.record({
      object: ofAll ? { kind: 'Service', name: spec.service } : { kind: 'Task', name: task },
      ...(ofAll ? { series: spec.revision, isOnce: true } : {}),
      type: level,
      reason: reason.slice(0, 128),
      message: message.slice(0, 1024),
    })
  }
}
