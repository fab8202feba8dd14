// What the scheduler knows of the nodes: what each has, what its tasks hold of it, how many are active.
// Kept up to date task by task; nothing here decides. Resources and ports are held until a task has ended;
// a task is active while its desired state is at most Complete.

import assert from 'node:assert/strict'
import type { Node } from '../../api/objects.ts'
import { EmptiestFirst, unavailable } from './emptiest-first.ts'
import type { Candidate, Requirements } from './filters.ts'
import { GenericPool } from './generic-pool.ts'
import type { Footprint } from './requirements.ts'

/** One task on its node. */
export interface Claim {
  readonly nodeName: string
  readonly serviceUid: string
  readonly footprint: Footprint
  readonly generic: Readonly<Record<string, string>> | undefined
  readonly active: boolean
}

export class NodeRecord implements Candidate {
  node: Node
  /** Place in the order of nodes: the tie-break when all else is equal. */
  readonly sequence: number
  freeNanoCpus = 0
  freeMemoryBytes = 0
  /** Active tasks of all services. */
  active = 0
  /** Scratch for the group that is being placed: failures that count (0 below the limit), active tasks of the service. */
  rankFailures = 0
  rankCount = 0
  readonly generic = new GenericPool()
  readonly #ports = new Map<string, number>()
  readonly #activeByService = new Map<string, number>()

  constructor(node: Node, sequence: number) {
    this.node = node
    this.sequence = sequence
    this.replace(node, undefined)
  }

  /** What its tasks hold stays held: only what the node has changes. */
  replace(node: Node, before: Node | undefined): void {
    const resources = node.status.description?.resources
    const had = before?.status.description?.resources
    this.node = node
    this.freeNanoCpus += nanoCpus(resources?.cpus) - nanoCpus(had?.cpus)
    this.freeMemoryBytes += (resources?.memoryBytes ?? 0) - (had?.memoryBytes ?? 0)
    this.generic.advertise(resources?.generic ?? {})
  }

  freeGeneric(kind: string): number {
    return this.generic.free(kind)
  }

  usesPort(port: string): boolean {
    return this.#ports.has(port)
  }

  activeOf(serviceUid: string): number {
    return this.#activeByService.get(serviceUid) ?? 0
  }

  /** `sign` is 1 to hold what the claim says and -1 to give it back. */
  change(claim: Claim, sign: 1 | -1): void {
    this.freeNanoCpus -= sign * claim.footprint.nanoCpus
    this.freeMemoryBytes -= sign * claim.footprint.memoryBytes
    for (const port of claim.footprint.hostPorts) addTo(this.#ports, port, sign)
    if (claim.generic !== undefined) this.generic.change(claim.generic, sign)
    if (!claim.active) return
    this.active += sign
    addTo(this.#activeByService, claim.serviceUid, sign)
  }
}

function nanoCpus(cores: number | undefined): number {
  return Math.round((cores ?? 0) * 1e9)
}

function addTo(counts: Map<string, number>, key: string, change: number): void {
  const count = (counts.get(key) ?? 0) + change
  assert(count >= 0, `${key} was given back more often than taken`)
  if (count === 0) counts.delete(key)
  else counts.set(key, count)
}

export class NodeTable {
  readonly emptiest = new EmptiestFirst()
  readonly #records = new Map<string, NodeRecord>()
  readonly #bySequence: (NodeRecord | undefined)[] = []
  readonly #claims = new Map<string, Claim>()
  /** Claims of tasks by node name, also of nodes that are not there (yet). */
  readonly #claimsByNode = new Map<string, Set<string>>()

  get size(): number {
    return this.#records.size
  }

  /** In order of sequence. */
  records(): Iterable<NodeRecord> {
    return this.#records.values()
  }

  get(nodeName: string): NodeRecord | undefined {
    return this.#records.get(nodeName)
  }

  at(sequence: number): NodeRecord | undefined {
    return this.#bySequence[sequence]
  }

  claimOf(taskName: string): Claim | undefined {
    return this.#claims.get(taskName)
  }

  setNode(node: Node): void {
    const { name } = node.metadata
    let record = this.#records.get(name)
    if (record !== undefined) record.replace(node, record.node)
    else {
      record = new NodeRecord(node, this.#bySequence.length)
      this.#records.set(name, record)
      this.#bySequence.push(record)
      for (const task of this.#claimsByNode.get(name) ?? []) {
        const claim = this.#claims.get(task)
        if (claim !== undefined) record.change(claim, 1)
      }
    }
    this.#reindex(record)
  }

  removeNode(nodeName: string): void {
    const record = this.#records.get(nodeName)
    if (record === undefined) return
    this.#records.delete(nodeName)
    this.#bySequence[record.sequence] = undefined
    this.emptiest.set(record.sequence, unavailable)
  }

  /** A task has at most one claim: an earlier one is replaced. */
  claim(taskName: string, claim: Claim): void {
    this.release(taskName)
    this.#claims.set(taskName, claim)
    const onNode = this.#claimsByNode.get(claim.nodeName)
    if (onNode === undefined) this.#claimsByNode.set(claim.nodeName, new Set([taskName]))
    else onNode.add(taskName)
    this.#change(claim, 1)
  }

  /** Whether there was anything to give back. */
  release(taskName: string): boolean {
    const claim = this.#claims.get(taskName)
    if (claim === undefined) return false
    this.#claims.delete(taskName)
    const onNode = this.#claimsByNode.get(claim.nodeName)
    onNode?.delete(taskName)
    if (onNode?.size === 0) this.#claimsByNode.delete(claim.nodeName)
    this.#change(claim, -1)
    return true
  }

  /** Takes what the task asks for on a node that passed the filters, and says which generic resources it got. */
  place(taskName: string, record: NodeRecord, task: Requirements): Claim {
    const generic = task.generic.length === 0 ? undefined : record.generic.pick(task.generic)
    const claim = { nodeName: record.node.metadata.name, serviceUid: task.serviceUid, footprint: task, generic, active: true }
    this.claim(taskName, claim)
    assert(record.freeNanoCpus >= 0 || task.nanoCpus === 0, 'more CPU was given than the node has')
    assert(record.freeMemoryBytes >= 0 || task.memoryBytes === 0, 'more memory was given than the node has')
    return claim
  }

  #change(claim: Claim, sign: 1 | -1): void {
    const record = this.#records.get(claim.nodeName)
    if (record === undefined) return
    record.change(claim, sign)
    if (claim.active) this.#reindex(record)
  }

  #reindex(record: NodeRecord): void {
    const { node } = record
    const takesTasks = node.status.state === 'Ready' && (node.spec.availability ?? 'Active') === 'Active'
    this.emptiest.set(record.sequence, takesTasks ? record.active : unavailable)
  }
}
