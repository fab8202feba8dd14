// Bootstrap: what a cluster must have before anything else can work. The leader makes the Cluster
// `default` and its own Node when they are missing, and never touches them again: from then on they
// belong to the operator.

import { createUid } from '../../api/new-id.ts'
import type { Cluster, Metadata, Node } from '../../api/objects.ts'
import type { Write } from '../../api/store.ts'
import type { Random } from '../../effects/effects.ts'
import type { Controller, ControllerDeps } from '../runtime/controller.ts'

export const clusterName = 'default'

export interface BootstrapDeps extends ControllerDeps {
  /** The cluster's id and the node's uid must be unique in the world. */
  readonly random: Random
  /** The node that this runs on. */
  readonly nodeId: string
  readonly nodeLabels?: Readonly<Record<string, string>>
  readonly founding?: Founding
}

/** What whoever founds the cluster asked for. It counts once: from then on the objects say what holds. */
export interface Founding {
  readonly cluster?: Cluster['spec']
  readonly availability?: NonNullable<Node['spec']['availability']>
}

export function bootstrapController(deps: BootstrapDeps): Controller {
  return {
    name: 'bootstrap',
    initialKeys: [clusterName],
    // Nothing in an empty store could wake it. Deleting the Cluster does: there is always one.
    watches: { Cluster: () => [clusterName] },
    writes: { Cluster: ['create'], Node: ['create'] },
    async reconcile() {
      const { view } = deps.store
      const writes: Write[] = []
      if (view.get('Cluster', clusterName) === undefined) writes.push({ op: 'create', object: newCluster(deps) })
      if (view.get('Node', deps.nodeId) === undefined) writes.push({ op: 'create', object: newNode(deps) })
      if (writes.length > 0) await deps.store.commit({ writes })
      return {}
    },
  }
}

function newCluster(deps: BootstrapDeps): Cluster {
  return { kind: 'Cluster', metadata: newMetadata(deps, clusterName), spec: deps.founding?.cluster ?? {}, status: {} }
}

function newNode(deps: BootstrapDeps): Node {
  const labels = deps.nodeLabels ?? {}
  const metadata = { ...newMetadata(deps, deps.nodeId), ...(Object.keys(labels).length === 0 ? {} : { labels }) }
  const availability = deps.founding?.availability ?? 'Active'
  return { kind: 'Node', metadata, spec: { role: 'Manager', availability }, status: { role: 'Manager' } }
}

function newMetadata({ random, clock }: BootstrapDeps, name: string): Metadata {
  return { name, uid: createUid(random), resourceVersion: 0, generation: 1, createdAt: clock.wallMs() }
}
