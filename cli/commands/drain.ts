// `kit drain|pause|activate NODE`

import { formatDuration } from '../../api/duration.ts'
import { isEnded } from '../../api/task.ts'
import type { Client } from '../../client/client.ts'
import type { Context } from '../context.ts'
import { type ExitCode, exitCodes } from '../exit.ts'
import { observe } from '../observe.ts'
import type { Options } from '../options.ts'
import { find } from '../resource.ts'
import { timeoutOf } from '../timeout.ts'

/** Draining waits until nothing runs on the node any more; the others take effect at once. */
export async function setAvailability(
  context: Context,
  availability: 'Active' | 'Pause' | 'Drain',
  options: Options,
  words: readonly string[],
): Promise<ExitCode> {
  const client = await context.client()
  if (options.dryRun === true) return await forecast(context, client, words)
  const names: string[] = []
  for (const word of words) {
    const node = await find(client, 'Node', word)
    const { name } = node.metadata
    const changed = await client.patch('Node', name, { type: 'merge', patch: { spec: { availability } } }, { fieldManager: 'kit-drain' })
    const verb = changed.metadata.resourceVersion === node.metadata.resourceVersion ? 'already' : 'now'
    context.out(`node/${word} ${verb} ${availability}\n`)
    names.push(name)
  }
  if (availability !== 'Drain' || options.wait === false) return exitCodes.ok
  const timeoutMs = timeoutOf(options)
  let last = -1
  const done = await observe({ client, clock: context.clock, signal: context.signal }, { Task: {} }, timeoutMs, (observed) => {
    const left = observed.list('Task').filter((task) => names.includes(task.spec.nodeName ?? '') && !isEnded(task)).length
    if (left !== last && left > 0) context.err(`${countTasks(left)} there`)
    last = left
    return left === 0 ? true : undefined
  })
  if (done === true) {
    context.err(
      `Nothing runs there any more. \`kit activate ${words.join(' ')}\` lets ${words.length === 1 ? 'it' : 'them'} take tasks again.`,
    )
    return exitCodes.ok
  }
  context.err(
    `error: ${countTasks(last)} there after ${formatDuration(timeoutMs)}; \`kit get tasks --field-selector spec.nodeName=${names[0]}\` lists them`,
  )
  return exitCodes.timedOut
}

/** Where the tasks would go, by the present nodes; nothing is changed. */
async function forecast(context: Context, client: Client, words: readonly string[]): Promise<ExitCode> {
  for (const word of words) {
    const { metadata } = await find(client, 'Node', word)
    context.out(`node/${word}\n${(await drainForecast(client, metadata.name)).map((line) => `  ${line}\n`).join('')}`)
  }
  return exitCodes.ok
}

/** Lines for people. */
export async function drainForecast(client: Client, node: string): Promise<readonly string[]> {
  const answer = await client.raw({ method: 'GET', path: `/apis/kit/v1/nodes/${encodeURIComponent(node)}/forecast` })
  return typeof answer === 'object' && answer !== null && 'text' in answer ? String(answer.text).trim().split('\n') : []
}

function countTasks(count: number): string {
  return count === 1 ? '1 task still runs' : `${count} tasks still run`
}
