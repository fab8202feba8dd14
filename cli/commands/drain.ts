// `kit drain|pause|activate NODE`

import { isEnded } from '../../api/task.ts'
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
  if (done === true) return exitCodes.ok
  context.err(
    `error: ${countTasks(last)} there after ${Math.round(timeoutMs / 1000)} s; \`kit get tasks --field-selector spec.nodeName=${names[0]}\` lists them`,
  )
  return exitCodes.timedOut
}

function countTasks(count: number): string {
  return count === 1 ? '1 task still runs' : `${count} tasks still run`
}
