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
    ...(ca?.externalCAs ?? []).flatMap(({ url }, index) => urlMistakes(['spec', 'ca', 'externalCAs', index, 'url'], url)),
  ]
}

/** Settings are shown, so nothing secret may be in it; and what may be secret is not repeated. */
function urlMistakes(path: Mistake['path'], text: string): readonly Mistake[] {
  const url = URL.parse(text)
  if (url?.protocol !== 'https:' || url.hostname === '')
    return [invalid(path, 'must be an address such as https://ca.example.com:8888/api/v1/cfssl/sign')]
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    return [invalid(path, 'must hold no user, no password and nothing after ? or #: managers show their certificate instead')]
  return []
}
