// An explanation as text: one line that says what is the matter, a table of nodes, the fix.

import { formatMemory } from '../../api/quantity.ts'
import type { Explanation, NodeRow } from './explain.ts'
import { formatCpus, formatPlatform } from './filters.ts'
import type { Change, Fix, NewNode } from './smallest-fix.ts'

/** Nodes that are printed; the explanation itself has all. */
const maxRows = 30

export function formatExplanation(explanation: Explanation): string {
  const { task, outcome, message, rows, nodeName = '' } = explanation
  const nameOf = nodeNames(rows)
  if (outcome === 'placed')
    return [`placed: task ${task} is on ${nameOf(nodeName)}`, ...table(rows, true), `   = why: ${message}`].join('\n')
  if (outcome !== 'pending') return `${outcome}: task ${task}: ${message}`
  if (rows.some((row) => row.fits)) return `pending: task ${task}: ${message}`
  return [`pending[KIT0301]: task ${task} cannot be placed`, ...table(rows, false), `   = ${formatFix(explanation.fix, nameOf)}`].join('\n')
}

/** What people call a node: its host name where only one has it, as commands accept it too; else its id. */
function nodeNames(rows: readonly NodeRow[]): (node: string) => string {
  const byHostname = Map.groupBy(rows, ({ hostname }) => hostname)
  return (node) => {
    const hostname = rows.find((row) => row.node === node)?.hostname
    return hostname !== undefined && byHostname.get(hostname)?.length === 1 ? hostname : node
  }
}

function table(rows: readonly NodeRow[], withCounts: boolean): readonly string[] {
  if (rows.length === 0) return ['  there is no node']
  const titles = [...new Set(rows.flatMap((row) => row.checks.map((check) => check.what)))]
  const shown = titles.filter(
    (title) => title !== 'state' || rows.some((row) => row.checks.some(({ what, ok }) => what === 'state' && !ok)),
  )
  const counts = (row: NodeRow): readonly string[] => (withCounts ? [String(row.serviceTasks), String(row.tasks)] : [])
  const cells = [
    ['node', ...shown, ...(withCounts ? ['other tasks of the service', 'other tasks'] : [])],
    ...rows.slice(0, maxRows).map((row) => [row.hostname, ...shown.map((title) => cell(row, title)), ...counts(row)]),
  ]
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)))
  const lines = cells.map((line) => `  ${line.map((text, column) => text.padEnd(widths[column] ?? 0)).join('   ')}`.trimEnd())
  return rows.length > maxRows ? [...lines, `  … and ${rows.length - maxRows} more nodes`] : lines
}

function cell(row: NodeRow, title: string): string {
  const check = row.checks.find(({ what }) => what === title)
  return check === undefined || check.ok ? 'ok' : check.found
}

function formatFix(fix: Fix | undefined, nameOf: (node: string) => string): string {
  if (fix === undefined) return 'no label, freed resource or new node would place it: change what the service asks for'
  return `smallest fix: ${fix.changes.map((change) => formatChange(change, nameOf)).join(', and ')}`
}

function formatChange(change: Change, nameOf: (node: string) => string): string {
  switch (change.kind) {
    case 'label':
      return change.value === undefined
        ? `remove label ${change.key} from node ${nameOf(change.node)}`
        : `set label ${change.key}=${change.value} on node ${nameOf(change.node)}`
    case 'activate':
      return `activate node ${nameOf(change.node)}`
    case 'free':
      return `free ${change.text} on node ${nameOf(change.node)}${change.task === undefined ? '' : ` (move ${change.task} away)`}`
    case 'addNode':
      return `add a ${formatNewNode(change.add)}`
  }
}

function formatNewNode(add: NewNode): string {
  const labels = Object.entries(add.labels).map(([key, value]) => `${key}=${value}`)
  const named = add.hostname === undefined ? '' : ` named ${add.hostname}`
  const platform = add.platform === undefined ? '' : ` of platform ${formatPlatform(add.platform)}`
  const has = [
    ...(labels.length === 0 ? [] : [`label${labels.length === 1 ? '' : 's'} ${labels.join(', ')}`]),
    ...(add.nanoCpus > 0 ? [`${formatCpus(add.nanoCpus)} cpu`] : []),
    ...(add.memoryBytes > 0 ? [`${formatMemory(add.memoryBytes)} memory`] : []),
    ...Object.entries(add.generic).map(([kind, amount]) => `${amount} ${kind}`),
  ]
  return `${add.role.toLowerCase()} node${named}${platform}${has.length === 0 ? '' : ` with ${has.join(' and ')}`}`
}
