// What the process measures of itself, for Prometheus: CPU, memory, file descriptors, delay of the event loop, collections.

import { collectDefaultMetrics, Registry } from 'prom-client'

/** The event loop is looked at that often. The default, 10 ms, would keep an idle daemon awake. */
const eventLoopPrecisionMs = 100

/** Once in a process: it watches garbage collections from then on. */
export function measureProcess(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: eventLoopPrecisionMs })
  return registry
}
