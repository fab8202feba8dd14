// Whether a task of this node may be given a client, and where it answers, from what this node itself knows
// of it. That counts at once, before any manager has heard of it.

import type { Assignment, IngressPort } from '../../api/session.ts'

export type LocalTask = Pick<Assignment, 'desired' | 'status'>

export function takesClients({ desired, status }: LocalTask): boolean {
  return status.state === 'Running' && status.health !== 'Unhealthy' && desired !== 'Shutdown' && desired !== 'Remove'
}

/** A task without an address of its own answers on a port of the node, which its status says. */
export function addressOf(
  { address, ports }: LocalTask['status'],
  { targetPort, protocol }: Pick<IngressPort, 'targetPort' | 'protocol'>,
): { readonly host: string; readonly port: number } | undefined {
  if (address !== undefined) return { host: address, port: targetPort }
  const port = ports?.[`${targetPort}/${protocol.toLowerCase()}`]
  return port === undefined ? undefined : { host: '127.0.0.1', port }
}
