// `kit describe`: an object's spec and status for reading, its tasks, its last failures in full, its events.

import { stringify } from 'yaml'
import { formatAge } from '../../api/table.ts'
import type { WireObject } from '../../api/wire.ts'
import type { Client } from '../../client/client.ts'
import { describeMember, readMember } from '../cluster/members.ts'
import type { Context } from '../context.ts'
import { describeEnd, withoutReplaced } from '../convergence.ts'
import type { Options } from '../options.ts'
import { formatEndpoints } from '../output/endpoints.ts'
import { harmless } from '../output/harmless.ts'
import { readable } from '../output/readable.ts'
import { wrapWords } from '../output/wrap.ts'
import { find, hostnameOf, parseKinds, parseOrSuggest, parseResources } from '../resource.ts'
import { nameOfRow } from '../sort-by.ts'
import { formatReadiness, readinessOf } from '../source-readiness.ts'
import { formatEvents, hostsIn } from './events.ts'
import { formatTable, selectorsOf } from './get.ts'

const lastEvents = 10
const lastFailures = 3
const indentation = '  '

export async function describe(context: Context, options: Options, words: readonly string[]): Promise<void> {
  const client = await context.client()
  const [first = ''] = words
  const objects: WireObject[] = []
  if (words.length > 1 || first.includes('/'))
    for (const { kind, name } of await parseOrSuggest(client, first, () => parseResources(words)))
      objects.push(await find(client, kind, name))
  else
    for (const kind of await parseOrSuggest(client, first, parseKinds))
      objects.push(...(await client.list(kind, selectorsOf(options))).items)
  for (const [at, object] of objects.entries()) {
    if (at > 0) context.out('\n')
    context.out(`${harmless(await describeObject(context, client, object))}\n`)
  }
}

async function describeObject(context: Context, client: Client, object: WireObject): Promise<string> {
  const { metadata } = object
  const now = context.clock.wallMs()
  const width = context.width === undefined ? undefined : context.width() - indentation.length
  const { spec, status } = readable(object)
  const parts = [
    section('Name', metadata.name),
    section('Kind', object.kind),
    ...(object.kind === 'Node' ? [section('Host', hostnameOf(object) ?? 'not known yet')] : []),
    section('Labels', formatMap(metadata.labels)),
    section('Age', formatAge(now - Date.parse(metadata.creationTimestamp))),
    ...(metadata.deletionTimestamp === undefined
      ? []
      : [section('Deleting', `since ${formatAge(now - Date.parse(metadata.deletionTimestamp))}`)]),
    ...(isManager(object) ? [section('Store', describeMember(await readMember(client, metadata.name)))] : []),
    ...(object.kind === 'Task' ? [section('Node', await hostOf(client, object))] : []),
    block('Spec', spec),
    block('Status', status),
  ]
  if (isSource(object)) {
    const [services, stacks] = await Promise.all([client.list('Service'), client.list('Stack')])
    parts.push(section('Ready', formatReadiness(readinessOf(object, services.items, stacks.items))))
  }
  // What a stack or a source has made, and whether it runs.
  for (const [heading, kind] of madeBy(object)) {
    const table = await client.table(kind, { labelSelector: `kit/${object.kind.toLowerCase()}=${metadata.name}` })
    parts.push(
      table.rows.length === 0
        ? `${heading}: none`
        : `${heading}:\n${indent(formatTable(table, { wide: false }, undefined, undefined, width))}`,
    )
  }
  const owned =
    object.kind === 'Service' ? `spec.service=${metadata.name}` : object.kind === 'Node' ? `spec.nodeName=${metadata.name}` : undefined
  if (owned !== undefined) {
    const [all, { items: tasks }] = await Promise.all([
      client.table('Task', { fieldSelector: owned }),
      client.list('Task', { fieldSelector: owned }),
    ])
    const present = new Set(withoutReplaced(tasks).map(({ metadata }) => metadata.name))
    const table = { ...all, rows: all.rows.filter((row) => present.has(nameOfRow(row))) }
    const before =
      tasks.length > present.size ? `\n  (${tasks.length - present.size} ended before: kit get tasks --field-selector ${owned})` : ''
    parts.push(
      table.rows.length === 0
        ? `Tasks: none${before}`
        : `Tasks:\n${indent(formatTable(table, { wide: true }, undefined, undefined, width))}${before}`,
    )
    if (isService(object)) parts.push(...(await describeEndpoints(client, object, tasks, width)))
    parts.push(...describeFailures(tasks, now, width))
  }
  const { items } = await client.events({ fieldSelector: `involvedObject.kind=${object.kind},involvedObject.name=${metadata.name}` })
  parts.push(
    items.length === 0
      ? 'Events: none'
      : `Events:\n${indent(formatEvents(items.slice(-lastEvents), now, await hostsIn(client, items), width))}`,
  )
  return parts.join('\n')
}

function isManager(object: WireObject): boolean {
  return object.kind === 'Node' && 'manager' in object.status && object.status.manager !== undefined
}

function madeBy({ kind }: WireObject): readonly (readonly [heading: string, kind: 'Service' | 'Stack'])[] {
  if (kind === 'Stack') return [['Services', 'Service']]
  if (kind !== 'Source') return []
  return [
    ['Services', 'Service'],
    ['Stacks', 'Stack'],
  ]
}

function isSource(object: WireObject): object is WireObject<'Source'> {
  return object.kind === 'Source'
}

function isService(object: WireObject): object is WireObject<'Service'> {
  return object.kind === 'Service'
}

async function describeEndpoints(
  client: Client,
  service: WireObject<'Service'>,
  tasks: readonly WireObject<'Task'>[],
  width: number | undefined,
): Promise<readonly string[]> {
  const { items: nodes } = await client.list('Node')
  const hosts = new Map(nodes.map(({ metadata, status }) => [metadata.name, status.description?.hostname]))
  const endpoints = formatEndpoints(service, tasks, (name) => hosts.get(name) ?? name, width)
  return endpoints === undefined ? [] : [endpoints.includes('\n') ? `Endpoints:\n${indent(endpoints)}` : `Endpoints: ${endpoints}`]
}

function describeFailures(tasks: readonly WireObject<'Task'>[], nowMs: number, width: number | undefined): readonly string[] {
  const failed = tasks
    .filter(({ status }) => status.state === 'Failed' || status.state === 'Rejected')
    .toSorted((a, b) => b.status.at - a.status.at)
  if (failed.length === 0) return []
  const lines = failed.slice(0, lastFailures).map((task) => {
    const line = `${task.metadata.name}, ${formatAge(nowMs - task.status.at)} ago: ${task.status.error ?? describeEnd(task)}`
    return width === undefined ? line : wrapWords(line, width - indentation.length).join(`\n${indentation}`)
  })
  return [`Last failures (${failed.length} in all):\n${indent(lines.join('\n'))}`]
}

/** The host name of its node, which people know. */
async function hostOf(client: Client, { spec }: WireObject): Promise<string> {
  const nodeName = 'nodeName' in spec ? spec.nodeName : undefined
  if (typeof nodeName !== 'string') return 'none'
  const { items } = await client.list('Node', { fieldSelector: `metadata.name=${nodeName}` })
  return items[0]?.status.description?.hostname ?? nodeName
}

function section(heading: string, text: string): string {
  return `${`${heading}:`.padEnd(10)} ${text}`
}

function block(heading: string, value: unknown): string {
  const text = stringify(value, { lineWidth: 0 }).trimEnd()
  return text === '{}' || text === 'null' ? `${heading}: none` : `${heading}:\n${indent(text)}`
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, indentation)
}

function formatMap(map: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(map ?? {})
  return entries.length === 0 ? 'none' : entries.map(([key, value]) => `${key}=${value}`).join(', ')
}
