// Whether an authority outside of the cluster can be reached: looked at again and again, so that it is known before a
// certificate is due. Whether what it answers is any good, its requests tell.

import type { Cluster } from '../../api/objects.ts'
import { formatTimestamp } from '../../api/timestamp.ts'
import type { Certifier } from '../../ca/certifier.ts'
import type { Controller, ControllerDeps, Result } from '../runtime/controller.ts'

type ExternalCaDeps = Pick<ControllerDeps, 'store' | 'clock' | 'events'> & {
  readonly certifier: Pick<Certifier, 'unreachable' | 'subscribe'>
}
type Conditions = NonNullable<Cluster['status']['conditions']>

const clusterName = 'default'
const condition = 'ExternalCAReachable'
const lookAgainMs = 60_000
const lookAgainForOneMs = 10_000

export function externalCaController(deps: ExternalCaDeps): Controller {
  const { store, certifier } = deps
  return {
    name: 'external-ca',
    initialKeys: [clusterName],
    watches: { Cluster: (cluster, previous) => (mattersTo(cluster, previous) ? [clusterName] : []) },
    wakes: (add) => certifier.subscribe(() => add(clusterName)),
    writes: { Cluster: [`status.conditions.${condition}`] },
    async reconcile(_, signal): Promise<Result> {
      const before = store.view.get('Cluster', clusterName)
      if (before?.status.ca === undefined) return {} // Nobody can be believed yet.
      const signing = { ca: before.status.ca, externalCAs: externalsOf(before) }
      // Those of every root count: the one that follows is needed next.
      const why = signing.externalCAs.length === 0 ? undefined : await certifier.unreachable(signing, signal)
      const cluster = store.view.get('Cluster', clusterName)
      if (cluster === undefined || cluster.spec.ca !== before.spec.ca) return {} // It is looked at again.
      const conditions = nextConditions(deps, cluster, why)
      if (conditions !== cluster.status.conditions) {
        const status = { ...cluster.status, conditions: conditions ?? [] }
        await store.commit({ writes: [{ op: 'update', object: { ...cluster, status } }] })
        tell(deps, cluster.status.conditions, conditions)
      }
      if (externalsOf(cluster).length === 0) return {}
      return { requeueAfterMs: why === undefined ? lookAgainMs : lookAgainForOneMs }
    },
  }
}

function externalsOf({ spec }: Cluster): NonNullable<NonNullable<Cluster['spec']['ca']>['externalCAs']> {
  return spec.ca?.externalCAs ?? []
}

function mattersTo(cluster: Cluster, previous: Cluster | undefined): boolean {
  return cluster.spec.ca !== previous?.spec.ca || cluster.status.ca?.certificate !== previous?.status.ca?.certificate
}

/** The same array when nothing is new. A cluster that has never named an authority has no condition about it. */
function nextConditions(deps: ExternalCaDeps, cluster: Cluster, why: string | undefined): Conditions | undefined {
  const { conditions = [] } = cluster.status
  const old = conditions.find(({ type }) => type === condition)
  const others = conditions.filter((each) => each !== old)
  if (externalsOf(cluster).length === 0) return old === undefined ? cluster.status.conditions : others
  const now = why === undefined ? reachable : { status: 'False', reason: 'Unreachable', message: why } as const // biome-ignore format: one idea
  if (old?.reason === now.reason && old.message === now.message) return cluster.status.conditions
  const since = old?.status === now.status ? old.lastTransitionTime : undefined
  const lastTransitionTime = since ?? formatTimestamp(deps.clock.wallMs())
  return [...others, { type: condition, ...now, observedGeneration: cluster.metadata.generation, lastTransitionTime }]
}

const reachable = { status: 'True', reason: 'Reachable', message: 'an external authority answers' } as const

function tell({ events }: ExternalCaDeps, before: Conditions | undefined, after: Conditions | undefined): void {
  const [old, now] = [before, after].map((conditions) => conditions?.find(({ type }) => type === condition))
  if (now === undefined || now.status === old?.status) return
  const [type, message] =
    now.status === 'True'
      ? (['Normal', now.message ?? ''] as const)
      : (['Warning', `no certificate can be signed: no external authority can be reached (${now.message}). Nodes go on with those that they have`] as const) // biome-ignore format: one idea
  events.record({ object: { kind: 'Cluster', name: clusterName }, type, reason: `ExternalCA${now.reason}`, message })
}
