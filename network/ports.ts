// Published ports: which numbers a service gets. Pure. Numbers are taken per protocol for the whole
// cluster when the routing mesh serves them (Ingress); ports in Host mode are copied, since each node has
// its own. Addresses will be allocated in this folder too; today nothing needs one.

import assert from 'node:assert/strict'
import { contentHash } from '../api/content-name.ts'
import type { Service } from '../api/objects.ts'

export type WantedPort = NonNullable<NonNullable<Service['spec']['endpoint']>['ports']>[number]
export type AssignedPort = NonNullable<NonNullable<Service['status']['endpoint']>['ports']>[number]
type Protocol = AssignedPort['protocol']

export const dynamicPorts = { first: 30_000, last: 32_767 } as const
const dynamicCount = dynamicPorts.last - dynamicPorts.first + 1

/** Where a cluster begins to number: clusters that share a machine would else take the same ports of it (ADR 0016). */
export function firstDynamicPort(cluster: string): number {
  return dynamicPorts.first + (Number.parseInt(contentHash(cluster, 8), 36) % dynamicCount)
}

/** Who has which ingress port. A service that is assigned anew gives its old ones back in the same step. */
export class PortTable {
  readonly #owners = new Map<string, string>()
  readonly #byOwner = new Map<string, readonly AssignedPort[]>()
  /** The dynamic port to begin with; after the last one comes the first. */
  readonly #start: number
  /** How far from there the next one is. Numbers are handed out serially, so that one that was just freed is not reused at once. */
  readonly #next = new Map<Protocol, number>()

  constructor(start: number = dynamicPorts.first) {
    this.#start = start
  }

  /** What is known to be assigned already. A number that another owner has stays with that owner. */
  restore(owner: string, ports: readonly AssignedPort[]): void {
    this.release(owner)
    const mine = ports.filter((port) => port.publishMode === 'Host' || (this.#owners.get(portKey(port)) ?? owner) === owner)
    this.#take(owner, mine)
    for (const { protocol, publishedPort } of mine) {
      const isDynamic = publishedPort >= dynamicPorts.first && publishedPort <= dynamicPorts.last
      const distance = (publishedPort - this.#start + dynamicCount) % dynamicCount
      if (isDynamic) this.#next.set(protocol, Math.max(this.#next.get(protocol) ?? 0, distance + 1))
    }
  }

  release(owner: string): boolean {
    const ports = this.#byOwner.get(owner)
    for (const port of ports ?? []) if (this.#owners.get(portKey(port)) === owner) this.#owners.delete(portKey(port))
    this.#byOwner.delete(owner)
    return ports?.some((port) => port.publishMode === 'Ingress') ?? false
  }

  /**
   * All ports of the service, or one sentence that says which is taken by whom; then it has none. Explicit
   * numbers go first; one that is left out stays what it was as long as the number of ports is the same.
   */
  assign(owner: string, wanted: readonly WantedPort[]): readonly AssignedPort[] | string {
    const before = this.#byOwner.get(owner) ?? []
    this.release(owner)
    const assigned = new Map<WantedPort, AssignedPort>()
    const taken = new Set<string>()
    const isFree = (port: AssignedPort): boolean => !this.#owners.has(portKey(port)) && !taken.has(portKey(port))
    for (const port of wanted) {
      if (!isExplicit(port) && port.publishMode !== 'Host') continue
      const explicit = complete(port, port.publishedPort ?? 0)
      if (explicit.publishMode === 'Ingress') {
        if (!isFree(explicit)) return this.#conflict(explicit)
        taken.add(portKey(explicit))
      }
      assigned.set(port, explicit)
    }
    for (const port of wanted) {
      if (assigned.has(port)) continue
      const sticky = before.length === wanted.length ? before.find((old) => isSame(old, port) && isFree(old)) : undefined
      const chosen = sticky === undefined ? this.#choose(port, isFree) : complete(port, sticky.publishedPort)
      if (chosen === undefined) return `no ${port.protocol ?? 'TCP'} port between ${dynamicPorts.first} and ${dynamicPorts.last} is free`
      taken.add(portKey(chosen))
      assigned.set(port, chosen)
    }
    const ports = wanted.map((port) => assigned.get(port)).filter((port) => port !== undefined)
    assert.equal(ports.length, wanted.length)
    this.#take(owner, ports)
    return ports
  }

  #choose(port: WantedPort, isFree: (port: AssignedPort) => boolean): AssignedPort | undefined {
    const next = this.#start - dynamicPorts.first + (this.#next.get(port.protocol ?? 'TCP') ?? 0)
    for (let step = 0; step < dynamicCount; step++) {
      const candidate = complete(port, dynamicPorts.first + ((next + step) % dynamicCount))
      if (!isFree(candidate)) continue
      this.#next.set(candidate.protocol, (this.#next.get(candidate.protocol) ?? 0) + step + 1)
      return candidate
    }
    return undefined
  }

  #conflict(port: AssignedPort): string {
    const owner = this.#owners.get(portKey(port))
    const by = owner === undefined ? 'published twice' : `already published by service ${owner}`
    return `port ${port.publishedPort}/${port.protocol.toLowerCase()} is ${by}`
  }

  #take(owner: string, ports: readonly AssignedPort[]): void {
    this.#byOwner.set(owner, ports)
    for (const port of ports) if (port.publishMode === 'Ingress') this.#owners.set(portKey(port), owner)
  }
}

function isExplicit(port: WantedPort): boolean {
  return (port.publishedPort ?? 0) > 0
}

function complete({ name, protocol, targetPort, publishMode, proxyProtocol }: WantedPort, publishedPort: number): AssignedPort {
  const named = name === undefined ? {} : { name }
  const told = proxyProtocol === undefined || proxyProtocol === 'None' ? {} : { proxyProtocol }
  return { ...named, protocol: protocol ?? 'TCP', targetPort, publishedPort, publishMode: publishMode ?? 'Ingress', ...told }
}

function isSame(old: AssignedPort, port: WantedPort): boolean {
  return (
    old.publishMode === 'Ingress' &&
    old.name === port.name &&
    old.protocol === (port.protocol ?? 'TCP') &&
    old.targetPort === port.targetPort
  )
}

function portKey({ protocol, publishedPort }: AssignedPort): string {
  return `${protocol}/${publishedPort}`
}
