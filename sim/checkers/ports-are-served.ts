import assert from 'node:assert/strict'
import type { Service } from '../../api/objects.ts'
import type { StoreView } from '../../api/store.ts'
import { isEndpoint } from '../../api/task.ts'
import { ingressPorts } from '../../server/dispatcher/endpoints.ts'
import type { SimulatedCluster } from '../cluster.ts'
import type { Checker } from './checker.ts'

/** A node has said by then that it cannot listen, and that was written down. */
const noticeMs = 8000

/**
 * At rest every node listens on exactly the assigned ports, each gives its client to a task of the node that is ready and
 * resets it when there is none, and condition PortsServed says so. While another program has a port of a node, the condition is
 * False and names the node.
 */
export function portsAreServed(cluster: () => SimulatedCluster): Checker {
  /** Node and port that another program has, and since when the manager could know. */
  const taken = new Map<string, number>()
  return {
    name: 'ports are served',
    observe() {},
    tick(nowMs) {
      const seen = new Set<string>()
      for (const node of cluster().hosts) {
        const { session } = cluster().told(node)
        const view = cluster().store?.view
        if (view === undefined || session === undefined || !cluster().isInTouch(node)) continue
        for (const port of cluster().ports(node).occupied()) {
          const service = publisher(view, port)
          if (service === undefined) continue
          const { uid, generation } = service.metadata
          const key = `${node} ${session} ${port} ${uid} ${generation}`
          seen.add(key)
          const sinceMs = taken.get(key) ?? nowMs
          taken.set(key, sinceMs)
          if (nowMs - sinceMs < noticeMs) continue
          const { status, message = '' } = conditionOf(service) ?? {}
          assert.ok(
            status === 'False' && (message.includes(node) || message.endsWith(' more')),
            `${node} has no port ${port} for ${service.metadata.name}, and PortsServed is ${status}: ${message}`,
          )
        }
      }
      for (const key of taken.keys()) if (!seen.has(key)) taken.delete(key)
    },
    settled(view) {
      const services = [...view.list('Service')]
      const assigned = services.flatMap((service) => ingressPorts(service).map((port) => ({ ...port, service })))
      assert.ok(assigned.length > 0)
      for (const service of services) {
        const wanted = ingressPorts(service).length > 0 ? 'True' : undefined
        const condition = conditionOf(service)
        assert.equal(condition?.status, wanted, `PortsServed of ${service.metadata.name}: ${condition?.message}`)
      }
      for (const node of cluster().hosts) {
        const ports = cluster().ports(node)
        const keys = assigned.map(({ publishedPort, protocol }) => `${publishedPort}/${protocol}`)
        assert.deepEqual([...ports.open()].toSorted(), keys.toSorted(), `${node} listens on the assigned ports`)
        for (const { service, ...port } of assigned) {
          const ready = [...view.tasksOfService(service.metadata.uid)]
            .filter((task) => task.spec.nodeName === cluster().nodeOf(node) && isEndpoint(task))
            .map(({ metadata }) => metadata.name)
          const reached = new Set<string>()
          for (let times = Math.max(1, ready.length); times > 0; times--) {
            const outcome = ports.connect(port)
            reached.add(typeof outcome === 'string' ? outcome : outcome.client.task)
            if (typeof outcome !== 'string') outcome.client.close()
          }
          const wanted = ready.length === 0 ? ['reset'] : ready
          assert.deepEqual(
            [...reached].toSorted(),
            wanted.toSorted(),
            `${port.publishedPort} of ${node} is answered by its ready tasks in turn`,
          )
        }
      }
    },
  }
}

function publisher(view: StoreView, key: string): Service | undefined {
  return [...view.list('Service')].find((service) =>
    ingressPorts(service).some(({ publishedPort, protocol }) => `${publishedPort}/${protocol}` === key),
  )
}

function conditionOf({ status }: Service): { readonly status: string; readonly message?: string } | undefined {
  return status.conditions?.find(({ type }) => type === 'PortsServed')
}
