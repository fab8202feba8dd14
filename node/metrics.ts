// What a manager measures, and the text in which Prometheus reads it. Every metric is declared beside what it measures, and
// docs/observability.md has them all (a test compares). Labels have values from lists of ours, so that the number of series
// does not depend on what runs, but for services, of which there are bounds.

import { Gauge, Registry } from 'prom-client'
import type { Handle } from '../api/request.ts'
import type { Validity } from '../ca/certificate.ts'
import { type ControllerMetrics, createControllerMetrics } from '../controllers/runtime/metrics.ts'
import type { Clock } from '../effects/effects.ts'
import { createClusterMetrics } from '../server/cluster-metrics.ts'
import { createSessionMetrics, type SessionMetrics } from '../server/dispatcher/session-metrics.ts'
import { createEventCounter, type EventCounter } from '../server/events.ts'
import { measureRequests } from '../server/request-metrics.ts'
import { createStoreMetrics, type StoreMetrics } from '../store/metrics.ts'
import { exposeStore } from '../store/status-metrics.ts'
import type { OpenStore } from '../store/store.ts'
import { exposeCertificates } from './certificate-metrics.ts'

const never = new AbortController().signal

export interface NodeMetricsDeps {
  readonly clock: Clock
  readonly version: string
  /** What the process that runs the node measures of itself, in the same text. */
  readonly ofProcess?: () => Promise<string>
}

export class NodeMetrics {
  readonly registry = new Registry()
  readonly store: StoreMetrics
  readonly controllers: ControllerMetrics
  readonly sessions: SessionMetrics
  readonly events: EventCounter
  readonly #deps: NodeMetricsDeps
  #count: () => Promise<void> = () => Promise.resolve()

  constructor(deps: NodeMetricsDeps) {
    this.#deps = deps
    this.store = createStoreMetrics(this.registry)
    this.controllers = createControllerMetrics(this.registry)
    this.sessions = createSessionMetrics(this.registry)
    this.events = createEventCounter(this.registry)
    new Gauge({
      name: 'kit_build_info',
      help: '1, with the version of kitd.',
      labelNames: ['version'],
      registers: [this.registry],
    }).set({ version: deps.version }, 1)
  }

  /** What is read off the store when somebody asks. */
  expose(store: OpenStore, ownCertificate: () => Validity | undefined): void {
    const { registry } = this
    const view = (): OpenStore['view'] => store.view
    exposeStore(registry, store)
    exposeCertificates({ registry, clock: this.#deps.clock, view, own: ownCertificate })
    this.#count = createClusterMetrics({
      ...{ registry, store },
      leads: () => store.status().leads,
      pause: () => this.#deps.clock.sleep(0, never),
    })
  }

  measureRequests(handle: Handle): Handle {
    return measureRequests(handle, this.registry, this.#deps.clock)
  }

  async text(): Promise<string> {
    await this.#count()
    return [await this.registry.metrics(), await this.#deps.ofProcess?.()].filter((part) => part !== undefined).join('\n')
  }
}
