// What this agent was told about published ports: which there are, and which tasks serve them. Values are
// replaced, never changed, so that whoever chooses a task looks at one state.

import type { Endpoint, EndpointsUpdate, IngressPort, ManagerMessage } from '../../api/session.ts'
import type { ListenPort } from './port-server.ts'

export type EndpointsMessage = Extract<ManagerMessage, { type: 'endpoints' }>

interface ServiceEndpoints {
  readonly service: string
  readonly uid: string
  readonly ports: readonly IngressPort[]
  /** By name of the task. */
  readonly endpoints: ReadonlyMap<string, Endpoint>
}

/** By uid of the service. */
export type Endpoints = ReadonlyMap<string, ServiceEndpoints>

/** What is known after a message. Applying one twice changes nothing. */
export function applyEndpoints(known: Endpoints, message: EndpointsMessage): Endpoints {
  const next = new Map(message.mode === 'complete' ? [] : known)
  for (const uid of message.remove) next.delete(uid)
  for (const update of message.update) next.set(update.uid, applyUpdate(next.get(update.uid), update))
  return next
}

/** A task that is both added and removed is removed: a connection too few is tried elsewhere, one too many fails. */
function applyUpdate(known: ServiceEndpoints | undefined, { service, uid, ports, added, removed }: EndpointsUpdate): ServiceEndpoints {
  const endpoints = new Map(known?.endpoints)
  for (const endpoint of added) endpoints.set(endpoint.task, endpoint)
  for (const task of removed) endpoints.delete(task)
  return { service, uid, ports, endpoints }
}

export interface PublishedPort extends IngressPort {
  /** Uid of the service. */
  readonly uid: string
  readonly service: string
}

/**
 * The ports to listen on, by `keyOfPort`, and those that a second service claims. Managers refuse such claims; one
 * may still be seen while a port goes from one service to another.
 */
export function publishedPorts(endpoints: Endpoints): {
  readonly ports: ReadonlyMap<string, PublishedPort>
  readonly claimedTwice: readonly (PublishedPort & { readonly heldBy: string })[]
} {
  const ports = new Map<string, PublishedPort>()
  const claimedTwice: (PublishedPort & { heldBy: string })[] = []
  for (const { uid, service, ports: own } of endpoints.values()) {
    for (const port of own) {
      const holder = ports.get(keyOfPort(port))
      if (holder === undefined) ports.set(keyOfPort(port), { ...port, uid, service })
      else claimedTwice.push({ ...port, uid, service, heldBy: holder.service })
    }
  }
  return { ports, claimedTwice }
}

/** `80/tcp` */
export function keyOfPort({ protocol, publishedPort }: ListenPort): string {
  return `${publishedPort}/${protocol.toLowerCase()}`
}
