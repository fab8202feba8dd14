// `kit apply -f FILE|DIR|-`: makes the cluster as the files say, and waits until it is. With `--plan` it only says what that means.

import type { WireObject } from '../../api/wire.ts'
import type { Context } from '../context.ts'
import { CommandError, type ExitCode, exitCodes } from '../exit.ts'
import { applyInput } from '../input/input-apply.ts'
import type { Options } from '../options.ts'
import { type Change, comparing, plan, printChange } from './diff.ts'

export async function apply(context: Context, options: Options): Promise<ExitCode> {
  if (options.plan !== true) return await applyInput(context, options)
  if (options.ifVersion !== undefined)
    throw new CommandError(exitCodes.invalid, 'error: --plan says which version there is: leave out --if-version')
  return await comparing(() => showPlan(context, options))
}

/** True when anything would change. */
async function showPlan(context: Context, options: Options): Promise<boolean> {
  const { changes, unchanged, version } = await plan(context, options)
  for (const change of changes) {
    printChange(context, change)
    const meaning = meaningOf(change)
    if (meaning !== undefined) context.out(`  ${meaning}\n`)
  }
  const created = changes.filter(({ live }) => live === undefined).length
  context.out(`plan: ${created} to create, ${changes.length - created} to change, ${unchanged} unchanged\nversion: ${version}\n`)
  if (changes.length > 0)
    context.err(`next: the same \`kit apply\` with --if-version ${version} in place of --plan does this, unless the cluster changes before`)
  return changes.length > 0
}

/** What becomes of its tasks. */
export function meaningOf({ live, planned }: Pick<Change, 'live' | 'planned'>): string | undefined {
  if (!isService(planned)) return undefined
  const [old, now] = [isService(live) ? live.spec : undefined, planned.spec]
  const count = (spec: typeof now): string =>
    (spec.mode ?? 'Replicated').startsWith('Global') ? 'one on each node' : String(spec.replicas ?? 1)
  if (old === undefined) return `=> starts its tasks: ${count(now)}`
  const isReplaced = JSON.stringify(old.template) !== JSON.stringify(now.template)
  const { parallelism = 1 } = now.update ?? {}
  const replaced = `=> replaces its tasks, ${parallelism === 0 ? 'all at once' : `${parallelism} at a time`}`
  const scaled = count(old) === count(now) ? undefined : `from ${count(old)} to ${count(now)} tasks`
  if (isReplaced) return scaled === undefined ? replaced : `${replaced}; ${scaled}`
  return scaled === undefined ? undefined : `=> ${scaled}`
}

function isService(object: WireObject | undefined): object is WireObject<'Service'> {
  return object?.kind === 'Service'
}
