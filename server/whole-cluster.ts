// What only admins ask of the cluster as a whole: its unlock key, and a backup of all that it stores.

import { StatusError } from '../api/errors.ts'
import type { ApiRequest, ApiResponse } from '../api/request.ts'
import type { StoreView } from '../api/store.ts'
import { answer } from './answer.ts'

export interface WholeClusterDeps {
  readonly store: { readonly view: StoreView }
  /** The change of the unlock key that this manager has taken up last. */
  readonly lockVersion?: () => number
  /** Its values, one a line. Throws TooManyRequests while another is made. */
  readonly backup?: (signal: AbortSignal) => AsyncIterable<unknown>
}

export type WholeClusterView = 'unlockkey' | 'backup'

export function isWholeClusterView(kind: string, subresource: string | undefined): subresource is WholeClusterView {
  return kind === 'Cluster' && (subresource === 'unlockkey' || subresource === 'backup')
}

/** The cluster of the request is there. */
export function answerWholeCluster(deps: WholeClusterDeps, { signal }: ApiRequest, name: string, view: WholeClusterView): ApiResponse {
  const autolock = deps.store.view.get('Cluster', name)?.status.autolock
  if (view === 'unlockkey') {
    const { version = 0, key = '' } = autolock ?? {}
    return answer(200, { unlockKey: key, version, takenUp: deps.lockVersion?.() ?? version })
  }
  if (deps.backup === undefined) throw new StatusError('NotFound', 'the server could not find the requested resource')
  return { status: 200, headers: { 'content-type': 'application/x-ndjson' }, stream: deps.backup(signal) }
}
