// Users: signs the certificate of each user, anew whenever its spec changes. Only the key of the request counts; who the
// user is and for how long is in the object. What a user may do is decided at each request (server/access.ts).

import { durationMs } from '../../api/duration.ts'
import { StatusError } from '../../api/errors.ts'
import type { Cluster, User } from '../../api/objects.ts'
import { formatTimestamp } from '../../api/timestamp.ts'
import type { Certifier, Signing } from '../../ca/certifier.ts'
import { readCsr } from '../../ca/csr.ts'
import { keyDigest } from '../../ca/identity.ts'
import { certificateValidity } from '../../ca/issue.ts'
import type { Controller, ControllerDeps, Result } from '../runtime/controller.ts'

export type UsersDeps = Pick<ControllerDeps, 'store' | 'clock' | 'log'> & { readonly certifier: Certifier; readonly clusterId: string }

export function usersController(deps: UsersDeps): Controller {
  return {
    name: 'users',
    watches: { User: ({ metadata }) => [metadata.name] },
    writes: { User: ['status.certificate', 'status.observedGeneration'] },
    async reconcile(name, signal): Promise<Result> {
      const user = deps.store.view.get('User', name)
      if (user === undefined || user.metadata.deletedAt !== undefined) return {}
      if (user.status.observedGeneration === user.metadata.generation) return {}
      const certificate = await certify(deps, user, signingOf(deps.store.view.get('Cluster', 'default')), signal)
      const status = { ...user.status, observedGeneration: user.metadata.generation, certificate }
      await deps.store.commit({ writes: [{ op: 'update', object: { ...user, status } }] })
      deps.log.info('Issued the certificate of a user', { object: `User/${name}`, expires: certificate.expires })
      return {}
    },
  }
}

async function certify(
  { certifier, clock, clusterId }: UsersDeps,
  { metadata: { name }, spec }: User,
  signing: Signing,
  signal: AbortSignal,
): Promise<NonNullable<User['status']['certificate']>> {
  const publicKey = readCsr(spec.request)
  const validity = certificateValidity(clock.wallMs(), spec.expiry === undefined ? undefined : durationMs(spec.expiry))
  const identity = { kind: 'Operator', user: name, role: spec.role, clusterId } as const
  const { chain, notAfterMs } = await certifier.certify(signing, { csr: spec.request, publicKey, identity, validity }, signal)
  return { pem: chain, publicKey: keyDigest(publicKey), expires: formatTimestamp(notAfterMs) }
}

function signingOf(cluster: Cluster | undefined): Signing {
  const { ca } = cluster?.status ?? {}
  if (ca === undefined) throw new StatusError('Unavailable', 'the cluster has no root for certificates yet')
  return { ca, externalCAs: cluster?.spec.ca?.externalCAs ?? [] }
}
