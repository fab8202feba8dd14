// Waits until services are as they were asked to be, says what changes meanwhile, and returns the exit
// code that tells how it ended. `convergence.ts` decides; this watches, prints and gives up.

import { formatDuration } from '../api/duration.ts'
import type { WireObject } from '../api/wire.ts'
import type { Client } from '../client/client.ts'
import type { Context } from './context.ts'
import { assess, describeEnd, type Progress, type TaskView, withoutLost } from './convergence.ts'
import { type ExitCode, exitCodes } from './exit.ts'
import { observe } from './observe.ts'
import { ProgressLines } from './progress-lines.ts'

/** Changes within this time are told as one. */
const tellEveryMs = 500
/** All unfinished tasks unplaceable for this long means: no node will take them. */
const notPlacedAfterMs = 10_000
const lastWords = 20

/** Which services to wait for: those named, at least at that generation, and all those of the stacks. */
export interface Goal {
  readonly services: ReadonlyMap<string, number>
  readonly stacks: ReadonlyMap<string, number>
  /** This command asked for it: when somebody else changes it meanwhile, it cannot come true any more. */
  readonly isMine: boolean
}

type Outcome = { readonly code: ExitCode; readonly progress: readonly Progress[]; readonly message?: string }

/** Prints to `err`: one line per change. Returns 0, 1, 3, 4 or 5. */
export async function converge(context: Context, client: Client, goal: Goal, timeoutMs: number): Promise<ExitCode> {
  const startedAt = context.clock.monotonicMs()
  const lines = new ProgressLines()
  let stuckSince: number | undefined
  let latest: readonly Progress[] = []
  let toldAt = startedAt
  const say = (text: string): void => context.err(`${elapsed(context.clock.monotonicMs() - startedAt)} ${text}`)

  const deps = { client, clock: context.clock, signal: context.signal }
  // Services are looked at only after the stack says that it has written them: each kind is watched by itself,
  // and an older list of services could look converged.
  const merged = await observe(deps, { Stack: {} }, timeoutMs, (observed) => mergeOf(goal, observed.list('Stack')))
  const kinds = { Service: {}, Task: {}, Node: {}, ...(goal.stacks.size === 0 ? {} : { Stack: {} }) }
  const outcome: Outcome | undefined =
    merged?.failure !== undefined
      ? { code: exitCodes.error, progress: [], message: merged.failure }
      : merged &&
        (await observe<Outcome>(deps, kinds, timeoutMs - (context.clock.monotonicMs() - startedAt), (observed) => {
          const message = overtaken(goal, 'stacks', observed.list('Stack')) ?? overtaken(goal, 'services', observed.list('Service'))
          if (message !== undefined) return { code: exitCodes.error, progress: [], message }
          const services = observed.list('Service').filter((service) => isWanted(goal, service))
          const nodes = new Map(observed.list('Node').map(({ metadata, status }) => [metadata.name, status.state]))
          const isLost = (node: string): boolean => !nodes.has(node) || nodes.get(node) === 'Down'
          const tasks = Map.groupBy(withoutLost(observed.list('Task'), isLost), (task) => task.spec.service)
          const progress = services.map((service) =>
            assess(service, tasks.get(service.metadata.name) ?? [], context.clock.wallMs(), goal.services.get(service.metadata.name) ?? 0),
          )
          latest = progress
          const unfinished = progress.filter(({ verdict }) => verdict.outcome === 'converging')
          if (unfinished.length === 0 || context.clock.monotonicMs() - toldAt >= tellEveryMs) {
            toldAt = context.clock.monotonicMs()
            for (const one of progress) for (const line of lines.of(one, toldAt)) say(line)
          }
          const isStuck = unfinished.length > 0 && unfinished.every(({ verdict }) => verdict.outcome === 'converging' && verdict.stuck)
          if (!isStuck) stuckSince = undefined
          else stuckSince ??= context.clock.monotonicMs()
          if (stuckSince !== undefined && context.clock.monotonicMs() - stuckSince >= notPlacedAfterMs)
            return { code: exitCodes.notPlaced, progress }
          if (unfinished.length > 0) return undefined
          return { code: worst(progress), progress }
        }))
  if (outcome === undefined) {
    context.err(
      `error: not converged after ${formatDuration(timeoutMs)}. The cluster goes on trying; \`kit get tasks\` shows where it stands.`,
    )
    await explainFailure(context, client, { code: exitCodes.timedOut, progress: latest })
    return exitCodes.timedOut
  }
  if (outcome.message !== undefined) context.err(`error: ${outcome.message}`)
  if (outcome.code !== exitCodes.ok) await explainFailure(context, client, outcome)
  return outcome.code
}

function isWanted(goal: Goal, { metadata }: WireObject<'Service'>): boolean {
  const stack = metadata.labels?.['kit/stack']
  return goal.services.has(metadata.name) || (stack !== undefined && goal.stacks.has(stack))
}

/** Why what was asked for cannot come true any more: what would is what somebody else asked for since. */
function overtaken(goal: Goal, which: 'stacks' | 'services', objects: readonly WireObject[]): string | undefined {
  for (const [name, generation] of goal[which]) {
    const object = objects.find(({ metadata }) => metadata.name === name)
    if (object?.metadata.deletionTimestamp !== undefined || object === undefined)
      return `"${name}" was deleted by somebody else before it had converged`
    if (goal.isMine && object.metadata.generation > generation)
      return `"${name}" was changed by somebody else before it had converged: it is at generation ${object.metadata.generation}, and this was ${generation}`
  }
  return undefined
}

/** Whether all stacks are merged, or one cannot be. Nothing while the controller is still at it. */
function mergeOf(goal: Goal, stacks: readonly WireObject<'Stack'>[]): { readonly failure?: string } | undefined {
  const failure = overtaken(goal, 'stacks', stacks)
  if (failure !== undefined) return { failure }
  for (const [name, generation] of goal.stacks) {
    const stack = stacks.find(({ metadata }) => metadata.name === name)
    const condition = stack?.status.conditions?.find(
      ({ type, observedGeneration }) => type === 'Applied' && (observedGeneration ?? 0) >= generation,
    )
    if (condition?.status === 'False') return { failure: `stack "${name}": ${condition.message ?? condition.reason ?? 'not applied'}` }
    if ((stack?.status.observedGeneration ?? 0) < generation) return undefined
  }
  return {}
}

function worst(progress: readonly Progress[]): ExitCode {
  if (progress.some(({ verdict }) => verdict.outcome === 'failed')) return exitCodes.error
  return progress.some(({ verdict }) => verdict.outcome === 'rolledBack') ? exitCodes.rolledBack : exitCodes.ok
}

export function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`
}

/** The cause, the last words of the first task that failed, and where to look further. */
async function explainFailure(context: Context, client: Client, { code, progress }: Outcome): Promise<void> {
  const bad =
    progress.find(({ verdict }) => verdict.outcome === 'failed' || verdict.outcome === 'rolledBack') ??
    progress.find(({ verdict }) => verdict.outcome === 'converging')
  if (bad === undefined) return
  const { items } = await client.list('Task', { fieldSelector: `spec.service=${bad.name}` })
  const reason = bad.verdict.outcome === 'converging' ? bad.verdict.reason : undefined
  if (code === exitCodes.notPlaced) {
    const waiting = items.find(({ status }) => status.state === 'Pending')
    if (waiting !== undefined) {
      context.err('error: no node can take the tasks that are left.')
      context.err(`  next: kit explain task/${waiting.metadata.name}`)
    } else {
      context.err(`error: service/${bad.name} cannot go on${reason === undefined ? '' : `: ${reason}`}.`)
      context.err(`  next: kit get services -o wide    kit describe service/${bad.name}`)
    }
    return
  }
  const task = firstFailed(items)
  if (task !== undefined) {
    context.err(`  ${task.metadata.name}: ${task.status.error ?? describeEnd(task)}`)
    for (const line of await lastLines(client, task.metadata.name)) context.err(`  | ${line}`)
  } else if (reason !== undefined) context.err(`  service/${bad.name}: ${reason}`)
  context.err(`  next: kit describe service/${bad.name}    kit logs service/${bad.name}    kit rollout history service/${bad.name}`)
}

function firstFailed(tasks: readonly (TaskView & WireObject<'Task'>)[]): WireObject<'Task'> | undefined {
  return tasks
    .filter(({ status }) => status.state === 'Failed' || status.state === 'Rejected')
    .toSorted((a, b) => b.status.at - a.status.at)[0]
}

async function lastLines(client: Client, task: string): Promise<readonly string[]> {
  const lines: string[] = []
  try {
    for await (const { text } of client.logs('Task', task, { tail: lastWords }, new AbortController().signal)) lines.push(text)
  } catch {
    return [] // Its node does not answer, or its logs are gone: the cause above stands alone.
  }
  return lines
}
