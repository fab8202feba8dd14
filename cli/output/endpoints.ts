// Who answers at the ports that a service publishes: one line for each port and task that may be given connections.

import type { Service } from '../../api/objects.ts'
import { isEndpoint, type TaskFacts } from '../../api/task.ts'
import { formatColumns } from './columns.ts'

type EndpointTask = TaskFacts & { readonly metadata: { readonly name: string } }

const mostLines = 100

/** Undefined for a service that publishes nothing through every node. `hostOf` gives a node's name for people. */
export function formatEndpoints(
  { status }: Pick<Service, 'status'>,
  tasks: readonly EndpointTask[],
  hostOf: (nodeName: string) => string,
  width?: number,
): string | undefined {
  const ports = (status.endpoint?.ports ?? []).filter(({ publishMode, protocol }) => publishMode === 'Ingress' && protocol !== 'SCTP')
  if (ports.length === 0) return undefined
  const ready = tasks.filter(isEndpoint)
  if (ready.length === 0) return 'none: clients are turned away'
  const lines = ports.flatMap(({ protocol, publishedPort, targetPort }) => {
    const [published, target] = [publishedPort, targetPort].map((port) => `${port}/${protocol.toLowerCase()}`)
    if (published === undefined || target === undefined) return []
    return ready.map((task) => [
      published,
      target,
      task.metadata.name,
      hostOf(task.spec.nodeName ?? ''),
      addressOf(task, targetPort, target),
    ])
  })
  const table = formatColumns({ headings: ['Port', 'Target', 'Task', 'Node', 'Address'], rows: lines.slice(0, mostLines) }, width)
  return lines.length > mostLines ? `${table}\nand ${lines.length - mostLines} more` : table
}

function addressOf({ status }: TaskFacts, targetPort: number, target: string): string {
  if (status.address !== undefined) return `${status.address}:${targetPort}`
  const port = status.ports?.[target]
  return port === undefined ? 'not known' : `127.0.0.1:${port}`
}
