// How far agents have heard of published ports, by the version of the store that each has answered with. A task that leaves is
// held back until nobody chooses it any more; and whether the ports of a service are served everywhere is written into its
// condition PortsServed.

import type { Service } from '../../api/objects.ts'
import type { AgentMessage } from '../../api/session.ts'
import type { ControllerStore, EventRecorder } from '../../controllers/runtime/controller.ts'
import type { Clock, Log } from '../../effects/effects.ts'
import { commitChange } from './commit-change.ts'
import type { EndpointTables } from './endpoints.ts'
import { type NodeReport, withPortsServed } from './ports-served.ts'
import { markTask, type Session } from './session.ts'

/** Of one node, kept in memory. */
const maxPortProblems = 1_000
const judgedAtOnce = 100
const judgeAgainMs = 1_000

export interface EndpointVersionsDeps {
  readonly store: ControllerStore
  readonly clock: Clock
  readonly log: Log
  readonly events: EventRecorder
  readonly endpoints: EndpointTables
  readonly sessions: ReadonlyMap<string, Session>
}

export class EndpointVersions {
  readonly #deps: EndpointVersionsDeps
  /** Present while tasks are held back. */
  #releasing: Promise<void> | undefined
  #signal = AbortSignal.abort()
  /** Services of which it has to be looked at again whether their ports are served. */
  readonly #toJudge = new Set<string>()
  #judging: Promise<void> | undefined

  constructor(deps: EndpointVersionsDeps) {
    this.#deps = deps
  }

  /** Of a term of leadership, until `signal` fires. */
  begin(signal: AbortSignal): void {
    this.#signal = signal
    this.releaseInTime()
  }

  /** Of a session that has ended. */
  drop(session: Session): void {
    this.release()
    for (const uid of [...session.problems.keys(), ...session.unconfirmed.keys()]) this.#judgeTable(uid)
  }

  hear(session: Session, { version, problems }: Extract<AgentMessage, { type: 'served' }>): void {
    session.served = Math.max(session.served, version)
    const before = session.problems
    session.problems = Map.groupBy(problems.slice(0, maxPortProblems), ({ service }) => service)
    for (const uid of [...before.keys(), ...session.problems.keys()]) this.#judgeTable(uid)
    for (const [uid, told] of session.unconfirmed) {
      if (told > session.served) continue
      session.unconfirmed.delete(uid)
      this.#judgeTable(uid)
    }
    this.release()
  }

  /** Tells agents of the tasks that no other agent chooses any more. */
  release(): void {
    const { sessions, endpoints, clock, store } = this.#deps
    let version = Number.POSITIVE_INFINITY
    for (const { served } of sessions.values()) version = Math.min(version, served)
    for (const name of endpoints.release(version, clock.monotonicMs())) {
      const task = store.view.get('Task', name)
      if (task !== undefined) markTask(sessions, task)
    }
  }

  /** Sees to it that no hold lasts longer than it may. */
  releaseInTime(): void {
    if (this.#releasing !== undefined || this.#deps.endpoints.nextReleaseMs() === undefined) return
    this.#releasing = this.#releaseLate(this.#signal).finally(() => {
      this.#releasing = undefined
    })
  }

  async #releaseLate(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps
    for (let at = this.#deps.endpoints.nextReleaseMs(); at !== undefined && !signal.aborted; at = this.#deps.endpoints.nextReleaseMs()) {
      await clock.sleep(Math.max(0, at - clock.monotonicMs()), signal).catch(() => undefined)
      if (!signal.aborted) this.release()
    }
  }

  #judgeTable(uid: string): void {
    const name = this.#deps.endpoints.serviceOf(uid)
    if (name !== undefined) this.judge(name)
  }

  /** Writes down, soon, whether the service's ports are served. */
  judge(service: string): void {
    this.#toJudge.add(service)
    this.#judging ??= this.#judgeAll(this.#signal).finally(() => {
      this.#judging = undefined
    })
  }

  async #judgeAll(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps
    await Promise.resolve() // It may be the store that calls, in the middle of an entry.
    while (this.#toJudge.size > 0 && !signal.aborted) {
      const names = [...this.#toJudge].slice(0, judgedAtOnce)
      for (const name of names) this.#toJudge.delete(name)
      try {
        await Promise.all(names.map((name) => this.#writePortsServed(name)))
      } catch (error) {
        if (signal.aborted) return
        log.warn('Could not write which ports are served', { error })
        for (const name of names) this.#toJudge.add(name)
        await clock.sleep(judgeAgainMs, signal).catch(() => undefined)
      }
    }
  }

  async #writePortsServed(name: string): Promise<void> {
    let written: Service | undefined
    await commitChange(this.#deps.store, 'Service', name, (service) => {
      const { uid } = service.metadata
      const version = this.#deps.endpoints.portsVersion(uid)
      written = withPortsServed(service, version !== undefined, this.#reportsOn(uid, version ?? 0), this.#deps.clock.wallMs())
      return written
    })
    const condition = written?.status.conditions?.find(({ type }) => type === 'PortsServed')
    if (condition?.status !== 'False') return
    const { reason = '', message = '' } = condition
    this.#deps.events.record({ object: { kind: 'Service', name }, type: 'Warning', reason, message })
  }

  #reportsOn(uid: string, version: number): readonly NodeReport[] {
    return [...this.#deps.sessions.values()].map(({ nodeName, served, problems }) => ({
      hostname: this.#deps.store.view.get('Node', nodeName)?.status.description?.hostname ?? nodeName,
      isCurrent: served >= version,
      problems: problems.get(uid) ?? [],
    }))
  }
}
