import { portServerSuite } from '../agent/mesh/port-server.suite.ts'
import { EventQueue } from './effects/event-queue.ts'
import { SimulatedPorts } from './port-server.ts'

portServerSuite('simulated', () => {
  const queue = new EventQueue()
  const tasks = new Map<number, string>()
  const ports = new SimulatedPorts(queue, (port) => tasks.get(port))
  let nextPort = 1_000
  return {
    server: ports.server(queue.lane()),
    freePort: async () => nextPort++,
    async startTask(name) {
      const port = nextPort++
      tasks.set(port, name)
      return { host: '127.0.0.1', port }
    },
    nowhere: async () => ({ host: '127.0.0.1', port: nextPort++ }),
    async connect(publishedPort) {
      const outcome = ports.connect({ protocol: 'TCP', publishedPort })
      if (outcome === 'no answer') throw new Error('nobody has frozen the agent')
      return typeof outcome === 'string' ? outcome : outcome.client
    },
    async occupy(publishedPort) {
      const port = { protocol: 'TCP', publishedPort } as const
      ports.occupy(port, true)
      return async () => ports.occupy(port, false)
    },
    async until(what, holds) {
      if (!holds()) throw new Error(`not so: ${what}`)
    },
    settle: (work) => queue.settle(work),
  }
})
