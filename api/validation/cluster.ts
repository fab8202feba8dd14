// Rules of the cluster's settings that a schema cannot say.

import { parseDuration } from '../duration.ts'
import { invalid, type Mistake, quote } from '../mistake.ts'
import type { ClusterSpec } from '../types/cluster.ts'

const minHeartbeatMs = 100
/** Nodes renew between 50 % and 80 % of it; less leaves no time for a manager that is away. */
const minCertificateMs = 30 * 60_000

export function clusterMistakes({ heartbeatPeriod, ca }: ClusterSpec): readonly Mistake[] {
  const isShort = (text: string | undefined, leastMs: number): boolean => text !== undefined && (parseDuration(text) ?? leastMs) < leastMs
  return [
    ...(isShort(heartbeatPeriod, minHeartbeatMs)
      ? [invalid(['spec', 'heartbeatPeriod'], `must be at least 100ms, found ${quote(heartbeatPeriod)}`)]
      : []),
    ...(isShort(ca?.nodeCertExpiry, minCertificateMs)
      ? [invalid(['spec', 'ca', 'nodeCertExpiry'], `must be at least 30m, found ${quote(ca?.nodeCertExpiry)}`)]
      : []),
  ]
}
