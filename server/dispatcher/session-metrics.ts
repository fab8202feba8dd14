// What the dispatcher measures of the sessions of agents.

import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

export interface SessionMetrics {
  readonly sessions: Gauge
  readonly begun: Counter<'result'>
  readonly reports: Counter
  readonly heartbeatDelay: Histogram
}

export function createSessionMetrics(registry: Registry): SessionMetrics {
  const registers = [registry]
  return {
    sessions: new Gauge({ name: 'kit_agent_sessions', help: 'Sessions of agents with this manager.', registers }),
    begun: new Counter({
      name: 'kit_agent_sessions_total',
      help: 'Sessions that agents asked for: Accepted, or the reason why they were not.',
      labelNames: ['result'],
      registers,
    }),
    reports: new Counter({ name: 'kit_agent_reports_total', help: 'What agents reported of single tasks.', registers }),
    heartbeatDelay: new Histogram({
      name: 'kit_agent_heartbeat_delay_seconds',
      help: 'How much later a heartbeat came than the agent had been told. Agents are Down after three periods.',
      buckets: [0.01, 0.05, 0.25, 1, 2.5, 5, 10],
      registers,
    }),
  }
}
