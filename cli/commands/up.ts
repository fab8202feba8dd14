// `kit up [FILE…]`: a real cluster on this machine, the files applied to it, and what runs then.

import { join } from 'node:path'
import type { Client } from '../../client/client.ts'
import type { Context } from '../context.ts'
import { assess, withoutReplaced } from '../convergence.ts'
import { type ExitCode, exitCodes } from '../exit.ts'
import { applyInput } from '../input/input-apply.ts'
import { startCluster } from '../local-cluster.ts'
import type { Options } from '../options.ts'
import { isOnPath } from '../plugins.ts'
import { nameOfRow } from '../sort-by.ts'
import { localTarget, type Target } from '../target.ts'
import { formatTable } from './get.ts'
import { type RunWords, showDashboard } from './ui.ts'

/** Services that are said to be somewhere, at most. */
const mostPlaces = 5

export async function up(context: Context, options: Options, words: readonly string[], runWords: RunWords): Promise<ExitCode> {
  const { executor, dockerHost, label: labels = [], managers, workers } = options
  const { client, close } = await startCluster(context, {
    ...(executor === undefined ? {} : { executor }),
    ...(dockerHost === undefined ? {} : { dockerHost }),
    ...(managers === undefined ? {} : { managers }),
    ...(workers === undefined ? {} : { workers }),
    labels,
  })
  try {
    // Whichever cluster commands are for, this is about the one that was started.
    const target = (): Promise<Target> => localTarget(context.localDirectory)
    const code = await applyAndShow({ ...context, client: async () => client, target }, client, options, words, runWords)
    await sayWhere(context, client)
    await sayOther(context)
    context.err(`\nThe cluster is running. Next:\n${nextOf(context).join('\n')}`)
    return code
  } finally {
    close()
  }
}

/** Commands without --dir are for the cluster in the usual place. */
function nextOf({ localDirectory, env }: Context): readonly string[] {
  const isUsual = localDirectory === join(env['HOME'] ?? '', '.kit', 'local')
  // npx puts programs on the PATH that the shell does not find afterwards.
  const kit = env['npm_command'] !== 'exec' && isOnPath(env, 'kit') ? 'kit' : 'npx kit'
  return ['get all', 'logs service/NAME', 'down'].map((words) => `  ${kit} ${isUsual ? '' : `--dir ${localDirectory} `}${words}`)
}

async function applyAndShow(
  context: Context,
  client: Client,
  options: Options,
  words: readonly string[],
  runWords: RunWords,
): Promise<ExitCode> {
  const code = words.length === 0 ? exitCodes.ok : await applyInput(context, { ...options, filename: words })
  // What failed has been said, and a screen would hide it.
  const { terminal } = context
  if (code === exitCodes.ok && options.ui !== false && terminal !== undefined)
    await showDashboard(context, client, terminal, { start: { screen: 'overview' }, isReadOnly: false }, runWords)
  else await showTables(context, client, words.length === 0)
  return code
}

async function showTables(context: Context, client: Client, withStarting: boolean): Promise<void> {
  const [services, tasks, { items }] = await Promise.all([client.table('Service'), client.table('Task'), client.list('Task')])
  // Those of another day have ended, and each slot has some of them.
  const present = new Set(withoutReplaced(items).map(({ metadata }) => metadata.name))
  const shown = { ...tasks, rows: tasks.rows.filter((row) => present.has(nameOfRow(row))) }
  for (const table of [services, shown])
    if (table.rows.length > 0) context.out(`\n${formatTable(table, { wide: false }, undefined, undefined, context.width?.())}\n`)
  const before = items.length - present.size
  if (before > 0)
    context.err(`\n${before === 1 ? 'One task' : `${before} tasks`} that ended before ${before === 1 ? 'is' : 'are'} in \`kit get tasks\`.`)
  if (withStarting) await sayStarting(context, client)
}

/** On this machine every published port of TCP is at the first node's address. */
async function sayWhere(context: Context, client: Client): Promise<void> {
  const { items } = await client.list('Service')
  const places = items.flatMap(({ metadata, status }) => {
    const ports = status.endpoint?.ports ?? []
    const open = ports.filter(({ protocol, publishMode }) => protocol === 'TCP' && publishMode === 'Ingress')
    return open.map(({ publishedPort }) => `${metadata.name} at localhost:${publishedPort}`)
  })
  if (places.length > 0) context.err(`\nClients reach ${places.slice(0, mostPlaces).join(', ')}.`)
}

/** Commands without --dir are for another cluster: that must not be a surprise. */
async function sayOther(context: Context): Promise<void> {
  const target = await context.target().catch(() => undefined)
  if (target?.context !== undefined)
    context.err(`\nnote: commands are for context "${target.context}"; \`kit ctx local\` makes them be for this cluster`)
}

/** Without files nobody waits for tasks, so what is not up yet is named. */
async function sayStarting(context: Context, client: Client): Promise<void> {
  const [{ items: services }, { items: tasks }] = await Promise.all([client.list('Service'), client.list('Task')])
  const starting = services
    .map((service) =>
      assess(
        service,
        tasks.filter(({ spec }) => spec.service === service.metadata.name),
        context.clock.wallMs(),
        0,
      ),
    )
    .filter(({ verdict, done, wanted }) => verdict.outcome === 'converging' && done < wanted)
  if (starting.length === 0) return
  const counts = starting.map(({ name, done, wanted, verdict }) => {
    const failure = verdict.outcome === 'converging' ? verdict.failure : undefined
    return `${name} ${done}/${wanted}${failure === undefined ? '' : ` (${failure})`}`
  })
  context.err(`\nNot up yet: ${counts.join(', ')}. \`kit wait services ${starting.map(({ name }) => name).join(' ')}\` waits for it`)
}
