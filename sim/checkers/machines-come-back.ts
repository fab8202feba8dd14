import assert from 'node:assert/strict'
import type { Node } from '../../api/objects.ts'
import type { StoreView } from '../../api/store.ts'
import { isWanted } from '../../api/task.ts'
import { expiryMs, type NodeCertificate } from '../../node/certificate.ts'
import type { SimulatedCluster } from '../cluster.ts'
import type { Checker } from './checker.ts'

/** Wrong tokens make an address wait for a minute; then it joins, and its first heartbeat follows. */
const boundMs = 100_000

/**
 * Once nobody disturbs them any more, every machine with a token is a node again within bounded time, Ready, with a certificate that
 * is valid, and stays so. Whoever is told that it was removed has been, and runs nothing of what it ran then.
 */
export function machinesComeBack(
  cluster: () => SimulatedCluster,
  fail: (error: unknown) => void,
): Checker & { calm(elapsedMs: number): void; removed(host: string): void } {
  /** Nodes that were told that they were removed, with their machine. */
  const gone = new Map<string, string>()
  let calmMs = Number.POSITIVE_INFINITY
  const expiries = new WeakMap<NodeCertificate, number>()
  const expiryOf = (certificate: NodeCertificate): number => {
    const known = expiries.get(certificate) ?? expiryMs(certificate)
    expiries.set(certificate, known)
    return known
  }
  return {
    name: 'machines come back',
    observe({ view }) {
      for (const [node, host] of gone)
        assert.equal(view.get('Node', node), undefined, `${host} was told that it was removed, and ${node} is a member`)
    },
    calm(elapsedMs) {
      calmMs = elapsedMs
    },
    removed(host) {
      const node = cluster().nodeOf(host)
      if (node !== undefined) gone.set(node, host)
      const left = cluster().machine(host).held()
      if (left.length > 0)
        fail(new assert.AssertionError({ message: `${host} was removed, has ended, and left ${left.join(' ')} running` }))
    },
    tick(elapsedMs) {
      const view = cluster().store?.view
      if (elapsedMs < calmMs + boundMs || view === undefined) return
      for (const host of cluster().hosts) {
        const node: Node | undefined = view.get('Node', cluster().nodeOf(host) ?? '')
        assert.ok(cluster().isUp(host) && node !== undefined, `${host} is no node of the cluster`)
        assert.equal(node.status.state, 'Ready', `${host} is ${node.status.state}: ${node.status.message}`)
        const certificate = cluster().certificateOf(host)
        assert.ok(certificate !== undefined && expiryOf(certificate) > cluster().wallMs, `the certificate of ${host} has expired`)
      }
    },
    settled(view) {
      for (const host of cluster().hosts) {
        const node = cluster().nodeOf(host)
        for (const { task } of cluster().machine(host).running()) {
          const spec = view.get('Task', task)?.spec
          assert.ok(spec?.nodeName === node && isWantedHere(view, task), `${host} runs ${task}, which nobody wants there`)
        }
      }
    },
  }
}

function isWantedHere(view: StoreView, name: string): boolean {
  const task = view.get('Task', name)
  return task !== undefined && !isWanted(task, 'Shutdown')
}
