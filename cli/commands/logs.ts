// `kit logs service/web|task/NAME`: of a service, the lines of all its tasks with the task's name before each.

import { styleText } from 'node:util'
import { parseDuration } from '../../api/duration.ts'
import { parseTimestamp } from '../../api/timestamp.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { find, parseResource } from '../resource.ts'
import { stopSignal, untilStopped } from '../until-stopped.ts'

const colours = ['cyan', 'green', 'yellow', 'magenta', 'blue'] as const

export async function logs(context: Context, options: Options, words: readonly string[]): Promise<void> {
  const [target = ''] = words
  const { kind, name } = parseResource(target.includes('/') ? target : `service/${target}`)
  if (kind !== 'Service' && kind !== 'Task')
    throw new CommandError(exitCodes.invalid, 'only services and tasks have logs: write service/NAME or task/NAME')
  const matches = matcher(options.grep)
  const client = await context.client()
  const object = await find(client, kind, name)
  const seen = new Map<string, (typeof colours)[number]>()
  const signal = stopSignal(context)
  for await (const line of untilStopped(client.logs(kind, object.metadata.name, logOptions(context, options), signal), signal)) {
    if (!matches(line.text)) continue
    if (options.json === true) {
      context.out(`${JSON.stringify({ time: new Date(line.at).toISOString(), task: line.task, text: line.text })}\n`)
      continue
    }
    const time = options.timestamps === true ? `${new Date(line.at).toISOString()} ` : ''
    if (kind === 'Task' || options.raw === true) {
      context.out(`${time}${line.text}\n`)
      continue
    }
    const colour = seen.get(line.task) ?? colours[seen.size % colours.length] ?? 'cyan'
    seen.set(line.task, colour)
    const name = options.taskIds === false ? line.task.replace(/\.[^.]*$/, '') : line.task
    const prefix = context.isTerminal ? styleText(colour, name) : name
    context.out(`${prefix} | ${time}${line.text}\n`)
  }
}

function matcher(grep: string | undefined): (text: string) => boolean {
  if (grep === undefined) return () => true
  try {
    const pattern = new RegExp(grep)
    return (text) => pattern.test(text)
  } catch (error) {
    throw new CommandError(exitCodes.invalid, `error: --grep: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function logOptions(context: Context, options: Options): { follow: boolean; tail?: number; since?: number } {
  const result: { follow: boolean; tail?: number; since?: number } = { follow: options.follow === true }
  if (options.tail !== undefined && options.tail !== 'all') {
    if (!/^\d{1,9}$/.test(options.tail)) throw new CommandError(exitCodes.invalid, `--tail: "${options.tail}" is not a number of lines`)
    result.tail = Number(options.tail)
  }
  if (options.since !== undefined) {
    const ms = parseDuration(options.since)
    const since = ms === undefined ? parseTimestamp(options.since) : context.clock.wallMs() - ms
    if (since === undefined)
      throw new CommandError(
        exitCodes.invalid,
        `--since: "${options.since}" is not a duration such as 10m, nor a time such as 2026-01-31T12:00:00Z`,
      )
    result.since = since
  }
  return result
}
