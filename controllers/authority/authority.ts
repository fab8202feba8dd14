// Authority: the root of the cluster's certificates and the tokens that machines join with. It makes what is
// missing, and a new token where the operator raised the number of its rotation. Who gets a certificate is
// the issuer's business (server/issuer.ts).

import type { Cluster } from '../../api/objects.ts'
import { makeToken } from '../../ca/join-token.ts'
import { type IssueDeps, makeRootCa } from '../../ca/root-ca.ts'
import type { Controller, ControllerDeps, Result } from '../runtime/controller.ts'

const clusterName = 'default'

export type AuthorityDeps = Pick<ControllerDeps, 'store' | 'clock' | 'log'> & IssueDeps

export function authorityController(deps: AuthorityDeps): Controller {
  return {
    name: 'authority',
    initialKeys: [clusterName],
    watches: { Cluster: () => [clusterName] },
    writes: { Cluster: ['status.ca', 'status.joinTokens'] },
    async reconcile(): Promise<Result> {
      const cluster = deps.store.view.get('Cluster', clusterName)
      const status = cluster === undefined ? undefined : completed(deps, cluster)
      if (cluster === undefined || status === undefined) return {}
      await deps.store.commit({ writes: [{ op: 'update', object: { ...cluster, status } }] })
      deps.log.info('Renewed what nodes join with', { object: `Cluster/${clusterName}` })
      return {}
    },
  }
}

/** The status with a root and tokens for the rotations that are wanted; undefined when it has them. */
function completed(deps: AuthorityDeps, { spec, status }: Cluster): Cluster['status'] | undefined {
  const ca = status.ca ?? newRoot(deps)
  const { rotateWorkerToken: workerRotation = 0, rotateManagerToken: managerRotation = 0 } = spec.ca ?? {}
  const before = status.ca === undefined ? undefined : status.joinTokens
  if (before?.workerRotation === workerRotation && before.managerRotation === managerRotation) return undefined
  const fresh = (): string => makeToken(ca.certificate, deps.random)
  return {
    ...status,
    ca,
    joinTokens: {
      worker: before?.workerRotation === workerRotation ? before.worker : fresh(),
      manager: before?.managerRotation === managerRotation ? before.manager : fresh(),
      workerRotation,
      managerRotation,
    },
  }
}

function newRoot(deps: AuthorityDeps): NonNullable<Cluster['status']['ca']> {
  const { certificate, key } = makeRootCa(deps, deps.clock.wallMs())
  return { certificate, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
}
