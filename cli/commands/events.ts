// `kit events [KIND/NAME]`: what happened, oldest first. Events live in the leader's memory, not in the store.

import { formatAge } from '../../api/table.ts'
import type { WireEvent } from '../../api/wire.ts'
import type { Client, Selectors } from '../../client/client.ts'
import type { Context } from '../context.ts'
import type { Options } from '../options.ts'
import { formatColumns } from '../output/columns.ts'
import { definitionOf, find, parseResource } from '../resource.ts'
import { stopSignal } from '../until-stopped.ts'

const lookAgainMs = 1000

export async function events(context: Context, options: Options, words: readonly string[]): Promise<void> {
  const [target] = words
  const client = await context.client()
  const selector = target === undefined ? {} : await selectorOf(client, target)
  const { items } = await client.events(selector)
  if (items.length === 0 && options.watch !== true) context.err('No events found.')
  if (items.length > 0) context.out(`${formatEvents(items, context.clock.wallMs())}\n`)
  const printed = new Map(items.map((event) => [event.metadata.name, event.count]))
  const signal = stopSignal(context)
  while (options.watch === true && !signal.aborted) {
    await context.clock.sleep(lookAgainMs, signal).catch(() => undefined)
    const fresh = (await client.events(selector)).items.filter((event) => printed.get(event.metadata.name) !== event.count)
    for (const event of fresh) printed.set(event.metadata.name, event.count)
    if (fresh.length > 0) context.out(`${formatEvents(fresh, context.clock.wallMs()).split('\n').slice(1).join('\n')}\n`)
  }
}

/** What is gone still has its events, under its whole name. */
async function selectorOf(client: Client, target: string): Promise<Selectors> {
  const { kind, name } = parseResource(target)
  const of = (whole: string): Selectors => ({ fieldSelector: `involvedObject.kind=${kind},involvedObject.name=${whole}` })
  const { items } = await client.events(of(name))
  return items.length > 0 ? of(name) : of((await find(client, kind, name)).metadata.name)
}

export function formatEvents(items: readonly WireEvent[], nowMs: number): string {
  return formatColumns({
    headings: ['Age', 'Type', 'Object', 'Reason', 'Message'],
    rows: items.map(({ lastTimestamp, type, involvedObject, reason, message, count }) => [
      formatAge(nowMs - Date.parse(lastTimestamp)),
      type,
      `${involvedKind(involvedObject.kind)}/${involvedObject.name}`,
      reason,
      count > 1 ? `${message} (${count} times)` : message,
    ]),
  })
}

function involvedKind(kind: string): string {
  return kind === 'Task' || kind === 'Service' || kind === 'Node' || kind === 'Stack'
    ? definitionOf(kind).spec.names.singular
    : kind.toLowerCase()
}
