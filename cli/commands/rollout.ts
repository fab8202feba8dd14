// `kit rollout status|history|pause|resume|undo|restart service/NAME`

import { formatAge } from '../../api/table.ts'
import type { WireObject } from '../../api/wire.ts'
import type { Client } from '../../client/client.ts'
import { isConfirmed } from '../confirmation.ts'
import type { Context } from '../context.ts'
import { converge } from '../converge.ts'
import { CommandError, type ExitCode, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { formatColumns } from '../output/columns.ts'
import { fieldDiff } from '../output/field-diff.ts'
import { find, parseResource } from '../resource.ts'
import { pauseRollout, resumeRollout, whyPaused } from '../service/rollout-pause.ts'
import { timeoutOf } from '../timeout.ts'
import { comparing } from './diff.ts'

async function findService(client: Client, words: readonly string[]): Promise<WireObject<'Service'>> {
  const [target = ''] = words
  const { kind, name } = parseResource(target.includes('/') ? target : `service/${target}`)
  if (kind !== 'Service') throw new CommandError(exitCodes.invalid, 'only services have rollouts: write service/NAME')
  return find(client, 'Service', name)
}

async function waitFor(
  context: Context,
  client: Client,
  service: WireObject<'Service'>,
  options: Options,
  isMine: boolean,
): Promise<ExitCode> {
  if (options.wait === false) return exitCodes.ok
  const services = new Map([[service.metadata.name, service.metadata.generation]])
  return converge(context, client, { services, stacks: new Map(), isMine }, timeoutOf(options))
}

export async function status(context: Context, options: Options, words: readonly string[]): Promise<ExitCode> {
  const client = await context.client()
  const service = await findService(client, words)
  const code = await waitFor(context, client, service, options, false)
  if (code === exitCodes.ok) context.out(`service/${service.metadata.name} has converged\n`)
  return code
}

/** Nothing is replaced any more, until `resume`. What is being replaced right now comes to its end. */
export async function pause(context: Context, words: readonly string[]): Promise<void> {
  const client = await context.client()
  const service = await findService(client, words)
  const { name } = service.metadata
  if (service.spec.paused === true) return context.out(`service/${name} is paused already\n`)
  await pauseRollout(client, service)
  context.out(`service/${name} replaces no more tasks; \`kit rollout resume ${name}\` lets it go on\n`)
}

export async function resume(context: Context, options: Options, words: readonly string[]): Promise<ExitCode> {
  const client = await context.client()
  const service = await findService(client, words)
  const { name } = service.metadata
  const why = whyPaused(service)
  if (why === undefined) throw new CommandError(exitCodes.error, `the rollout of service/${name} is not paused`)
  const { failures = 0 } = service.status.update ?? {}
  const changed = await resumeRollout(client, service)
  context.out(
    `service/${name} goes on${why === 'Failures' ? `, in spite of ${failures} ${failures === 1 ? 'failure' : 'failures'}` : ''}\n`,
  )
  return waitFor(context, client, changed, options, true)
}

/** Oldest first; the last column says which one is wanted now, how its rollout ended, and where undoing goes. */
export async function history(context: Context, words: readonly string[]): Promise<void> {
  const client = await context.client()
  const { metadata, status } = await findService(client, words)
  const revisions = await revisionsOf(client, metadata.name, metadata.uid)
  const now = context.clock.wallMs()
  const rows = revisions.map(({ metadata: { name, creationTimestamp }, spec }) => [
    String(spec.number),
    name,
    spec.template.image ?? spec.template.command?.join(' ') ?? '',
    formatAge(now - Date.parse(creationTimestamp)),
    stateOf(name, status),
  ])
  context.out(`${formatColumns({ headings: ['Number', 'Name', 'Image', 'Age', 'State'], rows }, context.width?.())}\n`)
}

function stateOf(revision: string, { revision: current, lastGood, previousGood, update }: WireObject<'Service'>['status']): string {
  const isLast = update?.of === revision
  const words = [
    revision === current ? 'current' : '',
    isLast && update.state.startsWith('Rollback') ? 'rolled back' : isLast && update.state === 'Paused' ? 'paused' : '',
    revision === lastGood ? 'last good' : '',
    revision === previousGood ? 'good before' : '',
  ]
  return words.filter(Boolean).join(', ') || '-'
}

async function revisionsOf(client: Client, service: string, uid: string): Promise<readonly WireObject<'Revision'>[]> {
  const { items } = await client.list('Revision', { fieldSelector: `spec.service=${service}` })
  return items.filter(({ spec }) => spec.serviceUid === uid).toSorted((a, b) => a.spec.number - b.spec.number)
}

/** Puts an older template back into the spec: a new rollout, by the service's update settings. Whoever sits at a terminal is asked first. */
export async function undo(context: Context, options: Options, words: readonly string[]): Promise<ExitCode> {
  const client = await context.client()
  const service = await findService(client, words)
  const revisions = await revisionsOf(client, service.metadata.name, service.metadata.uid)
  const target = chooseRevision(revisions, service, options.to)
  // Placement and credentials are not part of a revision: they stay as they are.
  const { placement, registryAuth } = service.spec.template
  const template = {
    ...target.spec.template,
    ...(placement === undefined ? {} : { placement }),
    ...(registryAuth === undefined ? {} : { registryAuth }),
  }
  // What is given back is told before it is asked for.
  const lines = fieldDiff(JSON.parse(JSON.stringify(service.spec.template)), JSON.parse(JSON.stringify(template)))
  for (const line of lines) context.out(`  ${line}\n`)
  if (options.dryRun === true) return exitCodes.ok
  const question = `Let service/${service.metadata.name} go back to revision ${target.spec.number}?`
  if (context.terminal !== undefined && options.yes !== true && !(await isConfirmed(context.terminal, question))) {
    context.err('nothing was changed')
    return exitCodes.ok
  }
  const changed = await client.patch(
    'Service',
    service.metadata.name,
    {
      type: 'json',
      patch: [
        { op: 'test', path: '/metadata/resourceVersion', value: service.metadata.resourceVersion },
        { op: 'replace', path: '/spec/template', value: JSON.parse(JSON.stringify(template)) },
      ],
    },
    { fieldManager: 'kit-rollout' },
  )
  context.out(`service/${service.metadata.name} goes back to revision ${target.spec.number} (${target.metadata.name})\n`)
  return waitFor(context, client, changed, options, true)
}

/** What one revision has otherwise than another: not what a file says. */
export async function diffRevisions(context: Context, options: Options, word: string): Promise<ExitCode> {
  const { from, to } = options
  if (from === undefined && to === undefined)
    throw new CommandError(exitCodes.invalid, `error: files come after -f: kit diff -f ${word}; of revisions, say which: --from 1 --to 2`)
  return await comparing(async () => {
    const client = await context.client()
    const service = await findService(client, [word])
    const revisions = await revisionsOf(client, service.metadata.name, service.metadata.uid)
    const templateOf = (named = service.status.revision ?? ''): unknown =>
      JSON.parse(JSON.stringify(chooseRevision(revisions, service, named.replace(/^v(?=\d+$)/, '')).spec.template))
    const lines = fieldDiff(templateOf(from), templateOf(to))
    for (const line of lines) context.out(`${line}\n`)
    return lines.length > 0
  })
}

function chooseRevision(
  revisions: readonly WireObject<'Revision'>[],
  service: WireObject<'Service'>,
  to: string | undefined,
): WireObject<'Revision'> {
  const { name } = service.metadata
  if (to !== undefined) {
    const chosen = revisions.find((revision) => revision.metadata.name === to || String(revision.spec.number) === to)
    if (chosen === undefined)
      throw new CommandError(exitCodes.error, `service/${name} has no revision "${to}"; \`kit rollout history service/${name}\` lists them`)
    return chosen
  }
  const { revision: current, lastGood, previousGood } = service.status
  // A revision that failed is never what somebody wants back without naming it.
  const good = [lastGood, previousGood].filter((each) => each !== current)
  const before = good.map((each) => revisions.find((revision) => revision.metadata.name === each)).find((each) => each !== undefined)
  if (before === undefined)
    throw new CommandError(
      exitCodes.error,
      `service/${name} has no good revision besides the current one; --to goes to any that \`kit rollout history service/${name}\` lists`,
    )
  return before
}

/** Replaces all tasks by the service's update settings, by counting `forceUpdate` up. */
export async function restart(context: Context, options: Options, words: readonly string[]): Promise<ExitCode> {
  const client = await context.client()
  const service = await findService(client, words)
  const forceUpdate = (service.spec.template.forceUpdate ?? 0) + 1
  const changed = await client.patch(
    'Service',
    service.metadata.name,
    { type: 'merge', patch: { spec: { template: { forceUpdate } } } },
    { fieldManager: 'kit-rollout' },
  )
  context.out(`service/${service.metadata.name} restarts its tasks\n`)
  return waitFor(context, client, changed, options, true)
}
