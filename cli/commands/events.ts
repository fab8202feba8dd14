// `kit events [KIND/NAME]`: what happened, oldest first. Events live in the leader's memory, not in the store.

import { parseDuration } from '../../api/duration.ts'
import { formatAge } from '../../api/table.ts'
import type { WireEvent } from '../../api/wire.ts'
import type { Client, Selectors } from '../../client/client.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { formatColumns } from '../output/columns.ts'
import { definitionOf, find, parseResource } from '../resource.ts'
import { stopSignal } from '../until-stopped.ts'

const lookAgainMs = 1000

export async function events(context: Context, options: Options, words: readonly string[]): Promise<void> {
  const [target] = words
  const isWanted = wantedEvents(context, options)
  const format = parseEventFormat(context, options.output)
  const client = await context.client()
  const selector = target === undefined ? {} : await selectorOf(client, target)
  const read = async (): Promise<readonly WireEvent[]> => (await client.events(selector)).items.filter(isWanted)
  const items = await read()
  if (items.length === 0 && options.watch !== true) context.err('No events found.')
  context.out(format(items, context.clock.wallMs(), true, await hostsIn(client, items)))
  const printed = new Map(items.map((event) => [event.metadata.name, event.count]))
  const signal = stopSignal(context)
  while (options.watch === true && !signal.aborted) {
    await context.clock.sleep(lookAgainMs, signal).catch(() => undefined)
    const fresh = (await read()).filter((event) => printed.get(event.metadata.name) !== event.count)
    for (const event of fresh) printed.set(event.metadata.name, event.count)
    context.out(format(fresh, context.clock.wallMs(), false, await hostsIn(client, fresh)))
  }
}

/** By --type, --reason and --since. */
function wantedEvents(context: Context, { type, reason, since }: Options): (event: WireEvent) => boolean {
  const ms = since === undefined ? undefined : parseDuration(since)
  if (since !== undefined && ms === undefined)
    throw new CommandError(exitCodes.invalid, `error: --since: "${since}" is not a duration, such as 10m`)
  const reasons = reason?.split(',')
  return (event) =>
    (type === undefined || event.type === type) &&
    (reasons === undefined || reasons.includes(event.reason)) &&
    (ms === undefined || Date.parse(event.lastTimestamp) >= context.clock.wallMs() - ms)
}

type EventFormat = (items: readonly WireEvent[], nowMs: number, withHeadings: boolean, hosts: ReadonlyMap<string, string>) => string

function parseEventFormat(context: Context, output: string | undefined): EventFormat {
  if (output === 'json')
    return (items, _, isFirst) =>
      isFirst
        ? `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2)}\n`
        : items.map((item) => `${JSON.stringify(item)}\n`).join('')
  if (output === 'ndjson') return (items) => items.map((item) => `${JSON.stringify(item)}\n`).join('')
  if (output !== undefined)
    throw new CommandError(exitCodes.invalid, `error: there is no output format "${output}" here: write json or ndjson`)
  return (items, nowMs, withHeadings, hosts) => {
    if (items.length === 0) return ''
    const text = formatEvents(items, nowMs, hosts, context.width?.())
    return `${withHeadings ? text : text.split('\n').slice(1).join('\n')}\n`
  }
}

/** What is gone still has its events, under its whole name. */
async function selectorOf(client: Client, target: string): Promise<Selectors> {
  const { kind, name } = parseResource(target)
  const of = (whole: string): Selectors => ({ fieldSelector: `involvedObject.kind=${kind},involvedObject.name=${whole}` })
  const { items } = await client.events(of(name))
  return items.length > 0 ? of(name) : of((await find(client, kind, name)).metadata.name)
}

/** Host names by node, which people know, where events are about nodes. */
export async function hostsIn(client: Client, items: readonly WireEvent[]): Promise<ReadonlyMap<string, string>> {
  if (!items.some(({ involvedObject }) => involvedObject.kind === 'Node')) return new Map()
  const { items: nodes } = await client.list('Node')
  return new Map(nodes.map(({ metadata, status }) => [metadata.name, status.description?.hostname ?? metadata.name]))
}

export function formatEvents(items: readonly WireEvent[], nowMs: number, hosts: ReadonlyMap<string, string>, width?: number): string {
  const table = {
    headings: ['Age', 'Type', 'Object', 'Reason', 'Message'],
    rows: items.map(({ lastTimestamp, type, involvedObject, reason, message, count }) => [
      formatAge(nowMs - Date.parse(lastTimestamp)),
      type,
      `${involvedKind(involvedObject.kind)}/${(involvedObject.kind === 'Node' ? hosts.get(involvedObject.name) : undefined) ?? involvedObject.name}`,
      reason,
      count > 1 ? `${message} (${count} times)` : message,
    ]),
  }
  return formatColumns(table, width)
}

function involvedKind(kind: string): string {
  return kind === 'Task' || kind === 'Service' || kind === 'Node' || kind === 'Stack'
    ? definitionOf(kind).spec.names.singular
    : kind.toLowerCase()
}
