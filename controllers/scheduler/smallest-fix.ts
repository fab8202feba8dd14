// The smallest change of the cluster that would place a task: fewest of labels, freed resources, activated
// nodes and new nodes. A new node counts for itself and for each of its labels, so changing what is there
// comes first. Nothing is suggested that the filters, asked again about the changed node, would refuse.

import type { Node } from '../../api/objects.ts'
import { formatMemory } from '../../api/quantity.ts'
import { labelOf } from './constraints.ts'
import { type Candidate, filters, formatCpus, type Platform, type Requirements } from './filters.ts'
import type { Claim, NodeRecord } from './node-table.ts'

export type Change =
  | { readonly kind: 'label'; readonly node: string; readonly key: string; readonly value: string | undefined }
  | { readonly kind: 'activate'; readonly node: string }
  /** `task` is the smallest one on the node whose leaving is enough, when a single one is. */
  | {
      readonly kind: 'free'
      readonly node: string
      readonly what: string
      readonly amount: number
      readonly text: string
      readonly task?: string
    }
  | { readonly kind: 'addNode'; readonly add: NewNode }

export interface NewNode {
  readonly role: 'Worker' | 'Manager'
  readonly labels: Readonly<Record<string, string>>
  readonly hostname?: string
  readonly platform?: Platform
  readonly nanoCpus: number
  readonly memoryBytes: number
  readonly generic: Readonly<Record<string, number>>
}

export interface Fix {
  readonly changes: readonly Change[]
  /** The node that would take the task; absent for a new one. */
  readonly node?: string
}

export interface Holder {
  readonly task: string
  readonly claim: Claim
}

export function smallestFix(
  records: readonly NodeRecord[],
  task: Requirements,
  holdersOn: (nodeName: string) => readonly Holder[],
  mayAddNode: boolean,
): Fix | undefined {
  let best: Fix | undefined
  for (const record of records) {
    const fix = fixOn(record, task, holdersOn)
    if (fix !== undefined && (best === undefined || cost(fix) < cost(best))) best = fix
  }
  const added = mayAddNode ? newNodeFor(task) : undefined
  if (added !== undefined && (best === undefined || cost(added) < cost(best))) best = added
  return best
}

/** Labels and activation are one step; freeing something stops a task, so it counts a little more. */
function cost({ changes }: Fix): number {
  return changes.reduce((sum, change) => {
    if (change.kind === 'addNode') return sum + 1.2 + Object.keys(change.add.labels).length
    return sum + (change.kind === 'free' ? 1.1 : 1)
  }, 0)
}

function fixOn(record: NodeRecord, task: Requirements, holdersOn: (nodeName: string) => readonly Holder[]): Fix | undefined {
  const node = record.node.metadata.name
  const activate = record.node.spec.availability !== undefined && record.node.spec.availability !== 'Active'
  const labels = labelChanges(record.node, task)
  const frees = freeChanges(record, task, holdersOn)
  const changes: readonly Change[] = [...(activate ? [{ kind: 'activate' as const, node }] : []), ...labels, ...frees]
  const changed: Candidate = {
    node: changedNode(record.node, labels),
    freeNanoCpus: record.freeNanoCpus + freed(frees, 'cpu'),
    freeMemoryBytes: record.freeMemoryBytes + freed(frees, 'mem'),
    freeGeneric: (kind) => record.freeGeneric(kind) + freed(frees, `generic ${kind}`),
    usesPort: (port) => record.usesPort(port) && freed(frees, `port ${port}`) === 0,
    activeOf: (uid) => record.activeOf(uid),
  }
  return changes.length > 0 && accepts(changed, task) ? { changes, node } : undefined
}

function accepts(node: Candidate, task: Requirements): boolean {
  return filters.every((filter) => !filter.applies(task) || filter.passes(task, node))
}

type LabelChange = Extract<Change, { kind: 'label' }>
type FreeChange = Extract<Change, { kind: 'free' }>

function freed(frees: readonly FreeChange[], what: string): number {
  return frees.reduce((sum, change) => sum + (change.what === what ? change.amount : 0), 0)
}

function labelChanges(node: Node, task: Requirements): readonly LabelChange[] {
  return task.constraints.flatMap(({ key, operator, value }) => {
    const label = labelOf(key)
    if (label?.of !== 'node') return []
    const holds = ((node.metadata.labels?.[label.key] ?? '').toLowerCase() === value.toLowerCase()) === (operator === '==')
    if (holds) return []
    return [{ kind: 'label' as const, node: node.metadata.name, key: label.key, value: operator === '==' ? value : undefined }]
  })
}

function changedNode(node: Node, changes: readonly LabelChange[]): Node {
  const labels = new Map(Object.entries(node.metadata.labels ?? {}))
  for (const { key, value } of changes) {
    if (value === undefined) labels.delete(key)
    else labels.set(key, value)
  }
  return { ...node, metadata: { ...node.metadata, labels: Object.fromEntries(labels) }, spec: { ...node.spec, availability: 'Active' } }
}

/** What is missing on the node, as far as its own tasks hold that much. */
function freeChanges(record: NodeRecord, task: Requirements, holdersOn: (nodeName: string) => readonly Holder[]): readonly FreeChange[] {
  const node = record.node.metadata.name
  const wants: readonly {
    readonly what: string
    readonly missing: number
    readonly text: string
    readonly held: (claim: Claim) => number
  }[] = [
    lack(
      'cpu',
      task.nanoCpus - record.freeNanoCpus,
      (amount) => `${formatCpus(Math.ceil(amount / 1e6) * 1e6)} cpu`,
      (claim) => claim.footprint.nanoCpus,
    ),
    lack(
      'mem',
      task.memoryBytes - record.freeMemoryBytes,
      (amount) => `${formatMemory(amount)} memory`,
      (claim) => claim.footprint.memoryBytes,
    ),
    ...task.generic.map(([kind, amount]) =>
      lack(
        `generic ${kind}`,
        amount - record.freeGeneric(kind),
        (missing) => `${missing} ${kind}`,
        (claim) => heldGeneric(claim, kind),
      ),
    ),
    ...task.hostPorts.map((port) =>
      lack(
        `port ${port}`,
        record.usesPort(port) ? 1 : 0,
        () => `port ${port}`,
        (claim) => (claim.footprint.hostPorts.includes(port) ? 1 : 0),
      ),
    ),
  ]
  return wants
    .filter(({ missing }) => missing > 0)
    .flatMap(({ what, missing, text, held }) => {
      const holders = holdersOn(node).map((holder) => ({ task: holder.task, amount: held(holder.claim) }))
      if (holders.reduce((sum, holder) => sum + holder.amount, 0) < missing) return []
      const enough = holders.filter(({ amount }) => amount >= missing).sort((a, b) => a.amount - b.amount || (a.task < b.task ? -1 : 1))
      const [smallest] = enough
      return [{ kind: 'free' as const, node, what, amount: missing, text, ...(smallest === undefined ? {} : { task: smallest.task }) }]
    })
}

function lack(what: string, missing: number, format: (amount: number) => string, held: (claim: Claim) => number) {
  return { what, missing, text: missing > 0 ? format(missing) : '', held }
}

function heldGeneric({ generic }: Claim, kind: string): number {
  const text = generic?.[kind]
  if (text === undefined || text === '') return 0
  return /^\d+$/.test(text) ? Number(text) : text.split(',').length
}

/** The least node that the filters accept; `undefined` when they accept none, as with `node.role` both ways. */
function newNodeFor(task: Requirements): Fix | undefined {
  const equal = new Map(task.constraints.filter(({ operator }) => operator === '==').map(({ key, value }) => [key.toLowerCase(), value]))
  const labels = Object.fromEntries(
    task.constraints.flatMap(({ key, operator, value }) => {
      const label = labelOf(key)
      return label?.of === 'node' && operator === '==' ? [[label.key, value] as const] : []
    }),
  )
  const refusesWorkers = task.constraints.some(
    ({ key, operator, value }) => key.toLowerCase() === 'node.role' && operator === '!=' && value.toLowerCase() === 'worker',
  )
  const role = equal.get('node.role')?.toLowerCase() === 'manager' || refusesWorkers ? 'Manager' : 'Worker'
  const hostname = equal.get('node.hostname')
  const [os, arch] = [equal.get('node.platform.os') ?? task.platforms[0]?.os, equal.get('node.platform.arch') ?? task.platforms[0]?.arch]
  const platform =
    os === undefined && arch === undefined
      ? {}
      : { platform: { ...(os === undefined ? {} : { os }), ...(arch === undefined ? {} : { arch }) } }
  const add: NewNode = {
    role,
    labels,
    ...(hostname === undefined ? {} : { hostname }),
    ...platform,
    nanoCpus: task.nanoCpus,
    memoryBytes: task.memoryBytes,
    generic: Object.fromEntries(task.generic),
  }
  return accepts(asCandidate(add), task) ? { changes: [{ kind: 'addNode', add }] } : undefined
}

function asCandidate(add: NewNode): Candidate {
  const description = {
    hostname: add.hostname ?? 'new',
    platform: { os: add.platform?.os || 'linux', arch: add.platform?.arch || 'amd64' },
    resources: { cpus: add.nanoCpus / 1e9, memoryBytes: add.memoryBytes },
    executor: 'docker' as const,
  }
  const metadata = { name: 'new', uid: 'new', resourceVersion: 0, generation: 1, createdAt: 0, labels: add.labels }
  return {
    node: { kind: 'Node', metadata, spec: {}, status: { state: 'Ready', role: add.role, description } },
    freeNanoCpus: add.nanoCpus,
    freeMemoryBytes: add.memoryBytes,
    freeGeneric: (kind) => add.generic[kind] ?? 0,
    usesPort: () => false,
    activeOf: () => 0,
  }
}
