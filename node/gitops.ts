// What runs on every manager for sources: their controller, with the directories of this node, its disk for what they have
// applied, and the API in their name. It reads the copy of the store that this manager has, and writes where the leader is.

import type { Handle, Identity } from '../api/request.ts'
import { inProcessClient } from '../client/in-process.ts'
import { gitopsController } from '../controllers/gitops/gitops.ts'
import { runControllers } from '../controllers/runtime/loop.ts'
import type { Effects } from '../effects/effects.ts'
import { identityOfSource } from '../server/source-claim.ts'
import type { OpenStore } from '../store/store.ts'
import type { NodeMetrics } from './metrics.ts'
import type { ManagerOptions } from './node-options.ts'
import { createSnapshots } from './snapshots.ts'

export interface GitopsParts {
  readonly store: OpenStore
  readonly metrics: NodeMetrics
  /** Answers from this manager's own copy. */
  readonly here: Handle
  /** Wherever the leader is. */
  readonly anywhere: Handle
}

/** Until `signal` fires. */
export function runGitops(
  { clock, disk, log }: Effects,
  { identity: { nodeId }, directory, directories }: Pick<ManagerOptions, 'identity' | 'directory' | 'directories'>,
  { store, metrics, here, anywhere }: GitopsParts,
  signal: AbortSignal,
): Promise<void> {
  // What is compared is one state: that of the view, which the controller reads, too.
  const handle: Handle = (request) => (request.method === 'GET' ? here(request) : anywhere(request))
  const asSource = (source: string): Identity => identityOfSource(source, nodeId)
  const controller = gitopsController({
    ...{ store, clock, log, nodeId, directories },
    leadership: { leads: () => store.status().leads, onChange: (listener) => store.onLeadership(() => listener()) },
    snapshots: createSnapshots(disk, `${directory}/gitops`),
    clientOf: (source) => inProcessClient({ router: { handle }, clock, name: 'kitd', identity: asSource(source) }),
  })
  return runControllers([controller], { store, clock, log, metrics: metrics.controllers }, signal)
}
