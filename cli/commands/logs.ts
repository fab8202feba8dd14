// `kit logs service/web|task/NAME`: of a service, the lines of all its tasks by their times, with the task's name before each.

import { styleText } from 'node:util'
import { parseDuration } from '../../api/duration.ts'
import { reasonOf } from '../../api/errors.ts'
import type { LogLine, LogQuery } from '../../api/session.ts'
import { parseTimestamp } from '../../api/timestamp.ts'
import type { Client } from '../../client/client.ts'
import { messageOf } from '../../effects/thrown.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { atLeast } from '../log-level.ts'
import type { Options } from '../options.ts'
import { find, nameOf, parseResource } from '../resource.ts'
import { stopSignal, untilStopped } from '../until-stopped.ts'

const colours = ['cyan', 'green', 'yellow', 'magenta', 'blue'] as const

export async function logs(context: Context, options: Options, words: readonly string[]): Promise<void> {
  const [target = ''] = words
  const isWanted = chooser(options)
  const query = queryOf(context, options)
  const until = timeOf(context, '--until', options.until)
  const client = await context.client()
  const { kind, name, attempt = 1 } = await targetOf(client, target)
  const signal = stopSignal(context)
  const print = printer(context, options, kind)
  const lines = untilStopped(client.logs(kind, name, query, signal), signal)
  let isSilent = true
  let lastAt = context.clock.wallMs()
  try {
    for await (const line of until === undefined ? lines : endingAt(lines, until, tailOf(options))) {
      isSilent = false
      lastAt = line.at
      if (isWanted(line)) print(line)
    }
  } catch (error) {
    // Not by itself: who comes back may be another manager, and would have to know what was shown.
    if (options.follow === true && reasonOf(error) === 'Unavailable')
      context.err(`the log ends here; \`kit logs ${target} -f --since ${new Date(lastAt).toISOString()}\` goes on from its last line`)
    throw error
  }
  // Of a task that fails again and again one wants to know what the one before it said.
  if (isSilent && attempt > 1 && options.previous !== true && !signal.aborted)
    context.err(`${nameOf(kind, name)} has written nothing; \`kit logs ${target} --previous\` has what the one before it wrote`)
}

/** A name without a kind is a service's, unless only a task has it. */
async function targetOf(
  client: Client,
  target: string,
): Promise<{ readonly kind: 'Service' | 'Task'; readonly name: string; readonly attempt?: number }> {
  const isNamed = target.includes('/')
  const { kind, name } = parseResource(isNamed ? target : `service/${target}`)
  if (kind !== 'Service' && kind !== 'Task')
    throw new CommandError(exitCodes.invalid, 'only services and tasks have logs: write service/NAME or task/NAME')
  try {
    if (kind === 'Service') return { kind, name: (await find(client, kind, name)).metadata.name }
    const { metadata, spec } = await find(client, kind, name)
    return { kind, name: metadata.name, attempt: spec.attempt }
  } catch (error) {
    if (isNamed || !(error instanceof CommandError)) throw error
    const task = await find(client, 'Task', name).catch(() => Promise.reject(error))
    return { kind: 'Task', name: task.metadata.name, attempt: task.spec.attempt }
  }
}

function printer(context: Context, options: Options, kind: 'Service' | 'Task'): (line: LogLine) => void {
  const seen = new Map<string, (typeof colours)[number]>()
  return ({ at, task, stream, text }) => {
    if (options.json === true) return context.out(`${JSON.stringify({ time: new Date(at).toISOString(), task, stream, text })}\n`)
    const time = options.timestamps === true ? `${new Date(at).toISOString()} ` : ''
    if (options.raw === true || (kind === 'Task' && options.prefix !== true)) return context.out(`${time}${text}\n`)
    const colour = seen.get(task) ?? colours[seen.size % colours.length] ?? 'cyan'
    seen.set(task, colour)
    const name = options.taskIds === false ? task.replace(/\.[^.]*$/, '') : task
    context.out(`${context.isTerminal ? styleText(colour, name) : name} | ${time}${text}\n`)
  }
}

/**
 * Nodes know no end, so all is read that is not newer, and of each task the last lines are kept. Lines come by their times:
 * the first that is newer ends it.
 */
async function* endingAt(lines: AsyncIterable<LogLine>, until: number, tail: number | undefined): AsyncGenerator<LogLine, void, void> {
  const kept: LogLine[] = []
  const counts = new Map<string, number>()
  for await (const line of lines) {
    if (line.at > until) break
    if (tail === undefined) {
      yield line
      continue
    }
    kept.push(line)
    counts.set(line.task, (counts.get(line.task) ?? 0) + 1)
    if (kept.length > 2 * tail * counts.size + 1_000) dropOld(kept, counts, tail)
  }
  dropOld(kept, counts, tail ?? 0)
  yield* kept
}

/** Of each task, the newest `tail` lines stay. */
function dropOld(kept: LogLine[], counts: Map<string, number>, tail: number): void {
  const stay = kept.filter(({ task }) => {
    const left = counts.get(task) ?? 0
    counts.set(task, left - 1)
    return left <= tail
  })
  kept.splice(0, kept.length, ...stay)
  counts.clear()
  for (const { task } of stay) counts.set(task, (counts.get(task) ?? 0) + 1)
}

function chooser({ grep, level }: Options): (line: LogLine) => boolean {
  const isGrave = level === undefined ? () => true : atLeast(level)
  if (grep === undefined) return isGrave
  try {
    const pattern = new RegExp(grep)
    // Every line is asked how grave it is: those after it go by that.
    return (line) => [isGrave(line), pattern.test(line.text)].every(Boolean)
  } catch (error) {
    throw new CommandError(exitCodes.invalid, `error: --grep: ${messageOf(error)}`)
  }
}

function queryOf(context: Context, options: Options): LogQuery {
  const tail = options.until === undefined ? tailOf(options) : undefined
  const since = timeOf(context, '--since', options.since)
  if (options.previous === true && options.follow === true)
    throw new CommandError(exitCodes.invalid, 'error: --previous is of tasks that have ended: there is nothing to follow')
  return {
    ...(options.follow === true && { follow: true }),
    ...(tail !== undefined && { tail }),
    ...(since !== undefined && { since }),
    ...(options.previous === true && { previous: true }),
  }
}

function tailOf({ tail }: Options): number | undefined {
  if (tail === undefined || tail === 'all') return undefined
  if (!/^\d{1,9}$/.test(tail)) throw new CommandError(exitCodes.invalid, `--tail: "${tail}" is not a number of lines`)
  return Number(tail)
}

function timeOf(context: Context, option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = parseDuration(text)
  const time = ms === undefined ? parseTimestamp(text) : context.clock.wallMs() - ms
  if (time !== undefined) return time
  throw new CommandError(exitCodes.invalid, `${option}: "${text}" is not a duration such as 10m, nor a time such as 2026-01-31T12:00:00Z`)
}
