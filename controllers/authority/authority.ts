// Authority: the root of the cluster's certificates and the tokens that machines join with. It makes what is
// missing, a new token where the operator raised the number of its rotation, and leads the cluster from one root
// to another: it asks nodes to renew, and looks at what they go with. Who gets a certificate is the issuer's
// business (server/issuer.ts).

import { StatusError } from '../../api/errors.ts'
import type { Cluster, Node } from '../../api/objects.ts'
import { formatTimestamp } from '../../api/timestamp.ts'
import { type ClusterCa, wantedIssuer } from '../../ca/cluster-ca.ts'
import { makeToken } from '../../ca/join-token.ts'
import { commitEach } from '../runtime/commit-each.ts'
import type { Controller, ControllerDeps, Result } from '../runtime/controller.ts'
import { describeProgress, directed, firstCa, nodesToAsk, patienceMs, progressed, type RotationDeps } from './root-rotation.ts'

const clusterName = 'default'
const condition = 'RootRotated'
/** Authorities outside of the cluster that have not signed are asked again after so long. */
const signAgainMs = 10_000

export type AuthorityDeps = Pick<ControllerDeps, 'store' | 'clock' | 'log' | 'events'> & RotationDeps
type Conditions = NonNullable<Cluster['status']['conditions']>

export function authorityController(deps: AuthorityDeps): Controller {
  const { store, log } = deps
  return {
    name: 'authority',
    initialKeys: [clusterName],
    watches: { Cluster: () => [clusterName], Node: (node, previous) => (mattersTo(node, previous) ? [clusterName] : []) },
    writes: { Cluster: ['status.ca', 'status.joinTokens', `status.conditions.${condition}`], Node: ['status.renewal'] },
    async reconcile(_, signal): Promise<Result> {
      const cluster = store.view.get('Cluster', clusterName)
      if (cluster === undefined) return {}
      const nodes = [...store.view.list('Node')]
      const next = await nextCa(deps, cluster, nodes, signal)
      const status = completed(deps, cluster, next, nodes)
      if (status !== undefined) {
        await store.commit({ writes: [{ op: 'update', object: { ...cluster, status } }] })
        log.info('Renewed what nodes join with', { object: `Cluster/${clusterName}` })
        tell(deps, cluster.status, status)
      }
      const { ca } = status ?? cluster.status
      if (ca === undefined) return {}
      const result = await ask(deps, ca, nodes)
      return next.isTriedAgain ? { requeueAfterMs: signAgainMs } : result
    },
  }
}

/** What a rotation looks at. The last state of a node that was removed comes as both. */
function mattersTo(node: Node, previous: Node | undefined): boolean {
  const { state, description, renewal } = node.status
  const before = previous === node ? undefined : previous?.status
  return state !== before?.state || description?.issuer !== before?.description?.issuer || renewal !== before?.renewal
}

async function ask({ store, clock, log }: AuthorityDeps, ca: ClusterCa, nodes: readonly Node[]): Promise<Result> {
  const chosen = nodesToAsk(ca, nodes, clock.wallMs())
  const renewal = { issuer: wantedIssuer(ca), at: clock.wallMs() }
  await commitEach(
    store,
    chosen.map((node) => ({ writes: [{ op: 'update', object: { ...node, status: { ...node.status, renewal } } }] })),
  )
  if (chosen.length > 0) log.info('Asked nodes to renew their certificates', { count: chosen.length })
  // Those that were asked and do not get on shall not keep the others waiting.
  return ca.rotation === undefined && chosen.length === 0 ? {} : { requeueAfterMs: patienceMs }
}

/** The status as the spec and the nodes want it; undefined when it is so. */
function completed(deps: AuthorityDeps, cluster: Cluster, next: NextCa, nodes: readonly Node[]): Cluster['status'] | undefined {
  const { spec, status } = cluster
  const { rotateWorkerToken: workerRotation = 0, rotateManagerToken: managerRotation = 0 } = spec.ca ?? {}
  const { ca } = next
  const conditions = nextConditions(deps, cluster, next, nodes)
  const tokens = ca?.certificate === status.ca?.certificate ? status.joinTokens : undefined // They name the root.
  const areNew = tokens?.workerRotation === workerRotation && tokens.managerRotation === managerRotation
  if (ca === undefined) return conditions === status.conditions ? undefined : withConditions(status, conditions)
  if (areNew && ca === status.ca && conditions === status.conditions) return undefined
  const fresh = (): string => makeToken(ca.certificate, deps.random)
  const joinTokens = {
    worker: tokens?.workerRotation === workerRotation ? tokens.worker : fresh(),
    manager: tokens?.managerRotation === managerRotation ? tokens.manager : fresh(),
    workerRotation,
    managerRotation,
  }
  return withConditions({ ...status, ca, joinTokens: areNew ? tokens : joinTokens }, conditions)
}

function withConditions(status: Cluster['status'], conditions: Conditions | undefined): Cluster['status'] {
  return conditions === undefined ? status : { ...status, conditions }
}

interface NextCa {
  readonly ca: ClusterCa | undefined
  /** Why it is not on its way to the root that is wanted. */
  readonly obstacle?: string
  /** It may be gone another time: otherwise only the operator can mend it. */
  readonly isTriedAgain: boolean
}

async function nextCa(deps: AuthorityDeps, { spec, status }: Cluster, nodes: readonly Node[], signal: AbortSignal): Promise<NextCa> {
  const wanted = spec.ca ?? {}
  const nowMs = deps.clock.wallMs()
  const { ca } = status
  try {
    const next = ca === undefined ? firstCa(deps, wanted, nowMs) : progressed(await directed(deps, wanted, ca, nowMs, signal), nodes)
    return { ca: next, isTriedAgain: false }
  } catch (error) {
    // It was good when it was written, or it was not written through the API; or who has to sign it does not.
    if (!(error instanceof StatusError)) throw error
    return { ca: ca && progressed(ca, nodes), obstacle: error.message, isTriedAgain: error.reason === 'Unavailable' }
  }
}

/** The same array when nothing is new. A cluster whose root was never rotated has no condition about it. */
function nextConditions(deps: AuthorityDeps, { metadata, status }: Cluster, next: NextCa, nodes: readonly Node[]): Conditions | undefined {
  const { conditions = [] } = status
  const old = conditions.find(({ type }) => type === condition)
  const now = standing(old?.status === 'False', status.ca, next, nodes)
  if (now === undefined || (old?.reason === now.reason && old?.message === now.message)) return status.conditions
  const since = old !== undefined && old.status === now.status ? old.lastTransitionTime : undefined
  const lastTransitionTime = since ?? formatTimestamp(deps.clock.wallMs())
  const written = { type: condition, ...now, observedGeneration: metadata.generation, lastTransitionTime }
  return [...conditions.filter((each) => each !== old), written]
}

function standing(
  isOpen: boolean,
  before: ClusterCa | undefined,
  { ca, obstacle, isTriedAgain }: NextCa,
  nodes: readonly Node[],
): Pick<Conditions[number], 'status' | 'reason' | 'message'> | undefined {
  if (obstacle !== undefined)
    return isTriedAgain
      ? { status: 'False', reason: 'NotSigned', message: `no external authority has signed the root that follows (${obstacle})` }
      : { status: 'False', reason: 'Invalid', message: obstacle }
  if (ca?.rotation !== undefined) return { status: 'False', reason: 'Rotating', message: describeProgress(ca, nodes) }
  if (before !== undefined && ca?.certificate !== before.certificate)
    return { status: 'True', reason: 'Completed', message: 'every node has a certificate of the new root' }
  return isOpen ? { status: 'True', reason: 'GivenUp', message: 'the root stays the one that it was' } : undefined
}

function tell({ events }: AuthorityDeps, before: Cluster['status'], after: Cluster['status']): void {
  const [old, now] = [before, after].map(({ conditions }) => conditions?.find(({ type }) => type === condition))
  if (now === undefined || now.reason === old?.reason) return
  const type = now.reason === 'Invalid' || now.reason === 'NotSigned' ? 'Warning' : 'Normal'
  const message = now.reason === 'Rotating' ? 'the cluster goes over to another root' : (now.message ?? '')
  events.record({ object: { kind: 'Cluster', name: clusterName }, type, reason: `Root${now.reason}`, message })
}
