// The dashboard without a screen of its own: what runs as tables now, then a line for each change. For pipes, CI and
// screen readers.

import { formatAge } from '../../api/table.ts'
import type { Client } from '../../client/client.ts'
import type { Clock } from '../../effects/effects.ts'
import { formatColumns } from '../output/columns.ts'
import { harmless } from '../output/harmless.ts'
import { concernsOf } from './attention.ts'
import { ClusterView, type Service } from './cluster-view.ts'
import { follow, type Problem } from './follow.ts'
import { hostOf, revisionName } from './names.ts'
import { updateText, wantedOf } from './tables.ts'

/** Changes within this time are told as one. */
const tellEveryMs = 500
const kinds = ['Node', 'Service', 'Task', 'Revision', 'Stack'] as const

/** What a line is about, and the line. */
export type Facts = ReadonlyMap<string, string>

/** What is told of a cluster: one line for each service, node and concern. Of one service only, where one is named. */
export function factsOf(view: ClusterView, now: number, only: string | undefined): Facts {
  const facts = new Map<string, string>()
  for (const service of view.all('Service').values()) {
    const { name } = service.metadata
    if (only === undefined || only === name) facts.set(`service/${name}`, serviceFacts(view, service).join('  '))
  }
  if (only === undefined)
    for (const { metadata, spec, status } of view.all('Node').values()) {
      const { availability = 'Active' } = spec
      facts.set(
        `node/${hostOf(view, metadata.name)}`,
        `${(status.state ?? 'Unknown').toLowerCase()}${availability === 'Active' ? '' : `, ${availability.toLowerCase()}`}`,
      )
    }
  for (const { key, object, text } of concernsOf(view, now)) {
    if (only !== undefined && !key.includes(only)) continue
    // Ages go on for ever, and a line for each second would say nothing.
    facts.set(`! ${object}`, text.replace(/ for \d\w*|(?<=pending) \d\w*/, ''))
  }
  return facts
}

function serviceFacts(view: ClusterView, service: Service): readonly string[] {
  const counts = view.counts({ service: service.metadata.name })
  const others = (['starting', 'pending', 'unhealthy', 'failed', 'stopping'] as const).flatMap((phase) =>
    counts[phase] === 0 ? [] : [`${counts[phase]} ${phase}`],
  )
  return [
    `${counts.running + counts.done}/${wantedOf(service)}`,
    ...others,
    revisionName(view, service.status.revision),
    updateText(service),
  ].filter((part) => part !== '-')
}

/** One line for each fact that is new, different, or over. */
export function changes(before: Facts, now: Facts): readonly string[] {
  const lines: string[] = []
  for (const [what, text] of now) if (before.get(what) !== text) lines.push(`${what}  ${text}`)
  for (const what of before.keys()) if (!now.has(what)) lines.push(what.startsWith('! ') ? `over: ${what.slice(2)}` : `${what}  gone`)
  return lines.map((line) => harmless(line.replaceAll(/\s*[\r\n\t]+\s*/g, ' ')))
}

export function tables(view: ClusterView, now: number, only: string | undefined): string {
  const services = [...view.all('Service').values()].filter(({ metadata }) => only === undefined || metadata.name === only)
  const parts = [
    formatColumns({
      headings: ['Service', 'Tasks', 'Revision', 'Update', 'Age'],
      rows: services.map((service) => [
        service.metadata.name,
        serviceFacts(view, service)[0] ?? '',
        revisionName(view, service.status.revision),
        updateText(service),
        formatAge(now - Date.parse(service.metadata.creationTimestamp)),
      ]),
    }),
    formatColumns({
      headings: ['Node', 'State', 'Availability', 'Tasks'],
      rows: [...view.all('Node').values()].map(({ metadata, status, spec }) => [
        hostOf(view, metadata.name),
        status.state ?? 'Unknown',
        spec.availability ?? 'Active',
        String(view.counts({ node: metadata.name }).running),
      ]),
    }),
  ]
  const concerns = concernsOf(view, now)
  const rows = concerns.map(({ object, text }) => [object, text])
  return [...parts, concerns.length === 0 ? 'Nothing needs you.' : formatColumns({ headings: ['Needs you', 'Why'], rows })].join('\n\n')
}

/** Until `signal` fires. Rejects with what trying again does not mend. */
export async function tell(
  deps: { readonly client: Client; readonly clock: Clock; readonly out: (text: string) => void; readonly err: (line: string) => void },
  only: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { client, clock, out, err } = deps
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  const view = new ClusterView()
  const lost = new Set<string>()
  let failure: unknown
  const onConnection = (kind: string, problem: Problem | undefined): void => {
    const before = lost.size
    if (problem === undefined) lost.delete(kind)
    else lost.add(kind)
    if (before === 0 && problem !== undefined) err(`disconnected: ${problem.reason}`)
    if (before > 0 && lost.size === 0) err('connected again')
  }
  for (const kind of kinds)
    follow({ client, clock, view, onChange: () => {}, onConnection }, kind, either).catch((error: unknown) => {
      failure ??= error
      stop.abort()
    })
  let told: Facts | undefined
  while (!either.aborted) {
    const now = clock.wallMs()
    if (kinds.every((kind) => view.isKnown(kind))) {
      const facts = factsOf(view, now, only)
      if (told === undefined) out(`${tables(view, now, only)}\n\n`)
      else for (const line of changes(told, facts)) out(`${new Date(now).toISOString().slice(11, 19)} ${line}\n`)
      told = facts
    }
    await clock.sleep(told === undefined ? 20 : tellEveryMs, either).catch(() => undefined)
  }
  if (failure !== undefined) throw failure
}
