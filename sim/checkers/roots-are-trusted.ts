import assert from 'node:assert/strict'
import { wantedIssuer } from '../../ca/cluster-ca.ts'
import { certificatesIn } from '../../ca/pem.ts'
import { verifyChain } from '../../ca/verify-chain.ts'
import type { NodeCertificate } from '../../node/certificate.ts'
import { managerId } from '../cluster.ts'
import type { Checker } from './checker.ts'

interface Machines {
  readonly workers: readonly string[]
  readonly hosts: readonly string[]
  readonly store: { readonly view: { get(kind: 'Node', name: string): unknown } } | undefined
  isUp(host: string): boolean
  certificateOf(host: string): NodeCertificate | undefined
}

/**
 * Whatever root follows whichever: at every moment every node that is up can connect to the manager, as far as certificates go,
 * and the manager believes it. In the end all that answer have a certificate of the root that the cluster has, or goes over to.
 */
export function rootsAreTrusted(cluster: () => Machines, fail: (error: unknown) => void): Checker & { changed(host: string): void } {
  const assertPair = (id: string): void => {
    const [worker, manager] = [cluster().certificateOf(id), cluster().certificateOf(managerId)]
    // A node that was removed is nobody's business any more.
    if (worker === undefined || manager === undefined || cluster().store?.view.get('Node', worker.nodeId) === undefined) return
    if (!cluster().isUp(id) || !cluster().isUp(managerId)) return
    for (const [who, whom, name] of [
      [worker, manager, `the manager believes ${id}`],
      [manager, worker, `${id} believes the manager`],
    ] as const) {
      const trust = { roots: certificatesIn(whom.root), clusterId: whom.clusterId, nowMs: lastMs(who) }
      const { nodeId, role, clusterId } = who
      assert.deepEqual(verifyChain(certificatesIn(who.certificate), trust), { identity: { kind: 'Node', nodeId, role, clusterId } }, name)
    }
  }
  return {
    name: 'every node believes the others, whatever root follows',
    observe() {},
    changed(host) {
      try {
        for (const worker of host === managerId ? cluster().workers : [host]) assertPair(worker)
      } catch (error) {
        fail(error)
      }
    },
    settled(view) {
      const ca = view.get('Cluster', 'default')?.status.ca
      assert.ok(ca !== undefined)
      const answering = [...view.list('Node')].filter(({ status }) => status.state === 'Ready')
      for (const { metadata, status } of answering)
        assert.equal(status.description?.issuer, wantedIssuer(ca), `${metadata.name} has a certificate of the root that is wanted`)
      if (answering.length < view.count('Node')) return // Who is gone for good has to be removed by somebody.
      assert.equal(ca.rotation, undefined, 'the rotation of the root is over')
      for (const id of cluster().hosts)
        if (cluster().isUp(id)) assert.equal(cluster().certificateOf(id)?.root, ca.certificate, `${id} trusts the root, and no other`)
    },
  }
}

/** Clocks are set in the simulator, and are not the question here: a moment at which it is good. */
function lastMs({ certificate }: NodeCertificate): number {
  return (certificatesIn(certificate)[0]?.validToDate.getTime() ?? 0) - 1
}
