// When certificates are no longer believed, for Prometheus: what is to be noticed before it happens.

import { Gauge, type Registry } from 'prom-client'
import type { StoreView } from '../api/store.ts'
import type { Validity } from '../ca/certificate.ts'
import { certificatesIn } from '../ca/pem.ts'
import { validityOf } from '../ca/root-ca.ts'
import type { Clock } from '../effects/effects.ts'

export interface CertificateMetricsDeps {
  readonly registry: Registry
  readonly clock: Pick<Clock, 'wallMs'>
  readonly view: () => StoreView
  /** Of the certificate of this node. */
  readonly own: () => Validity | undefined
}

export function exposeCertificates({ registry, clock, view, own }: CertificateMetricsDeps): void {
  const registers = [registry]
  const certificates = (): readonly (readonly [certificate: string, validity: Partial<Validity> | undefined])[] => {
    const [root] = certificatesIn(view().get('Cluster', 'default')?.status.ca?.certificate ?? '')
    return [
      ['root', root && validityOf(root)],
      ['node', own()],
      ['first_node', first(expiriesOfNodes(view()), clock.wallMs())],
      ['first_user', first(expiriesOfUsers(view()), clock.wallMs())],
    ]
  }
  const gauge = (name: string, help: string, of: (validity: Partial<Validity>) => number | undefined): Gauge =>
    new Gauge({
      name,
      help,
      labelNames: ['certificate'],
      registers,
      collect() {
        this.reset()
        for (const [certificate, validity] of certificates()) {
          const ms = validity === undefined ? undefined : of(validity)
          if (ms !== undefined) this.set({ certificate }, ms / 1000)
        }
      },
    })
  gauge(
    'kit_certificate_not_after_timestamp_seconds',
    'When a certificate expires: of the root, of this node (node), and the first of all nodes that are Ready (first_node) and of all users (first_user) that will.',
    ({ notAfterMs }) => notAfterMs,
  )
  gauge('kit_certificate_not_before_timestamp_seconds', 'From when on it is good: root and node.', ({ notBeforeMs }) => notBeforeMs)
}

/** Of those that are good still: what has expired is not about to. */
function first(expiries: Iterable<number>, nowMs: number): Partial<Validity> | undefined {
  let notAfterMs = Number.POSITIVE_INFINITY
  for (const expiry of expiries) if (expiry > nowMs) notAfterMs = Math.min(notAfterMs, expiry)
  return Number.isFinite(notAfterMs) ? { notAfterMs } : undefined
}

function* expiriesOfNodes(view: StoreView): Iterable<number> {
  for (const { status } of view.list('Node'))
    if (status.state === 'Ready' && status.certificate !== undefined) yield status.certificate.notAfter
}

function* expiriesOfUsers(view: StoreView): Iterable<number> {
  for (const { status } of view.list('User')) if (status.certificate !== undefined) yield Date.parse(status.certificate.expires)
}
