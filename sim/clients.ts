// Clients of published ports: they connect to a node at random moments, say something, and go.

import type { SimulatedCluster } from './cluster.ts'
import type { SeededRandom } from './effects/random.ts'

const meanBetweenMs = 700
const meanStayMs = 3000

/** @param onReached called in the moment in which a node gives a client to a task. */
export function connectAtRandom(cluster: SimulatedCluster, random: SeededRandom, onReached: (node: string, task: string) => void): void {
  const { queue } = cluster
  const connect = (): void => {
    queue.schedule(random.exponential(meanBetweenMs), connect)
    const node = random.pick(cluster.hosts)
    const open = cluster.ports(node).open()
    if (open.length === 0) return
    const [number, protocol] = random.pick(open).split('/')
    const outcome = cluster.ports(node).connect({ publishedPort: Number(number), protocol: protocol === 'UDP' ? 'UDP' : 'TCP' })
    if (typeof outcome === 'string') return
    const { client } = outcome
    onReached(node, client.task)
    client.speak('client')
    queue.schedule(random.exponential(100), () => client.speak('task'))
    queue.schedule(random.exponential(meanStayMs), () => client.close())
  }
  connect()
}
