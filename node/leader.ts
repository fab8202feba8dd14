// What there may be only once, on the manager that leads: the controllers, the sessions of agents, and what goes through
// them. Made anew for each term, so that nothing that one term remembered in memory outlives it.
//
// Read next: controllers.ts, ../server/dispatcher/dispatcher.ts.

import type { ReachRequest } from '../api/exec.ts'
import type { FrameConnection } from '../api/request.ts'
import type { LogLine, LogQuery } from '../api/session.ts'
import type { NodeStats } from '../api/stats.ts'
import { type Certifier, createCertifier } from '../ca/certifier.ts'
import { runControllers } from '../controllers/runtime/loop.ts'
import type { Effects } from '../effects/effects.ts'
import { Dispatcher } from '../server/dispatcher/dispatcher.ts'
import type { EventLog } from '../server/events.ts'
import { ExecBroker } from '../server/exec.ts'
import { Issuer } from '../server/issuer.ts'
import { LogBroker } from '../server/logs.ts'
import { StatsBroker } from '../server/stats.ts'
import type { OpenStore } from '../store/store.ts'
import { createControllers } from './controllers.ts'
import type { NodeMetrics } from './metrics.ts'
import type { ManagerOptions } from './node-options.ts'

export class Leader {
  readonly #effects: Effects
  readonly #options: ManagerOptions
  readonly #store: OpenStore
  readonly #events: EventLog
  readonly #metrics: NodeMetrics
  readonly #dispatcher: Dispatcher
  readonly #logs: LogBroker
  readonly #certifier: Certifier
  readonly #issuer: Issuer
  readonly #stats: StatsBroker
  readonly #exec: ExecBroker

  constructor(effects: Effects, options: ManagerOptions, store: OpenStore, events: EventLog, metrics: NodeMetrics) {
    const { clock, random, keys, log, transport, https } = effects
    const { identity, advertise, shortestCertificateMs: shortestLifeMs, own } = options
    this.#effects = effects
    this.#options = options
    this.#store = store
    this.#events = events
    this.#metrics = metrics
    const given = { store, clock, random, log, transport }
    const dispatcher = new Dispatcher({
      ...given,
      events: events.recorder('agent'),
      address: advertise ?? identity.nodeId,
      metrics: metrics.sessions,
    })
    const requestStream: Dispatcher['requestStream'] = (...request) => dispatcher.requestStream(...request)
    this.#dispatcher = dispatcher
    this.#logs = new LogBroker({ ...given, requestStream })
    const certifier = createCertifier({ clock, random, keys, https, own })
    this.#certifier = certifier
    this.#issuer = new Issuer({
      ...{ ...given, certifier, events: events.recorder('issuer'), clusterId: identity.clusterId },
      ...(shortestLifeMs === undefined ? {} : { shortestLifeMs }),
    })
    this.#stats = new StatsBroker({ ...given, requestStream })
    this.#exec = new ExecBroker({ ...given, events: events.recorder('exec'), requestStream })
  }

  /** Whether the store has what the node knew when its present session began. */
  hasReported(nodeName: string): boolean {
    return this.#dispatcher.hasReported(nodeName)
  }

  logs(of: { readonly kind: 'Task' | 'Service'; readonly name: string }, options: LogQuery, signal: AbortSignal): AsyncIterable<LogLine> {
    return this.#logs.read(of, options, signal)
  }

  stats(nodeName: string): Promise<NodeStats> {
    return this.#stats.read(nodeName)
  }

  exec(task: string, request: ReachRequest, who: string, signal: AbortSignal): Promise<FrameConnection> {
    return this.#exec.open(task, request, who, signal)
  }

  /** Until `signal` fires. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random, keys, log } = this.#effects
    const { identity, labels, founding = {} } = this.#options
    const { nodeId, clusterId } = identity
    const store = this.#store
    const { controllers, index } = createControllers({
      ...{ store, clock, log, random, keys, nodeId, clusterId, founding },
      certifier: this.#certifier,
      events: this.#events,
      liveness: this.#dispatcher,
      nodeLabels: labels,
    })
    const unsubscribe = store.subscribe((batch) => index.apply(batch))
    try {
      await Promise.all([
        runControllers(controllers, { store, clock, log, metrics: this.#metrics.controllers }, signal),
        this.#dispatcher.run(signal),
        this.#logs.run(signal),
        this.#issuer.run(signal),
        this.#exec.run(signal),
        this.#stats.run(signal),
      ])
    } finally {
      unsubscribe()
    }
  }
}
