// Rules of the cluster's settings that a schema cannot say.

import { parseDuration } from '../duration.ts'
import { invalid, type Mistake, quote } from '../mistake.ts'
import type { ClusterSpec } from '../types/cluster.ts'

const minHeartbeatMs = 100

export function clusterMistakes({ heartbeatPeriod }: ClusterSpec): readonly Mistake[] {
  const ms = heartbeatPeriod === undefined ? minHeartbeatMs : (parseDuration(heartbeatPeriod) ?? minHeartbeatMs)
  return ms >= minHeartbeatMs ? [] : [invalid(['spec', 'heartbeatPeriod'], `must be at least 100ms, found ${quote(heartbeatPeriod)}`)]
}
