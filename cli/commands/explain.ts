// `kit explain`: of a field what it means, of an error code what to do, of a task why it is where it is.

import { definitions } from '../../api/schema/definitions.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { formatColumns } from '../output/columns.ts'
import { wrapMessage } from '../output/wrap.ts'
import { find, parseResource } from '../resource.ts'

export async function explain(context: Context, options: Options, words: readonly string[]): Promise<void> {
  const [what] = words
  if (what === undefined) return listKinds(context)
  if (what.includes('/')) return explainTask(context, what)
  if (/^KIT\d{4}$/i.test(what)) {
    const { diagnosticCodes } = await import('../../api/diagnostic-codes.ts')
    const text = Object.entries(diagnosticCodes).find(([code]) => code === what.toUpperCase())?.[1]
    if (text === undefined) throw new CommandError(exitCodes.invalid, `there is no error code ${what}`)
    say(context, text)
    return
  }
  const { explainPath } = await import('../../api/schema/explain-schema.ts')
  const explanation = explainPath(what, { recursive: options.recursive === true })
  if ('problem' in explanation) throw new CommandError(exitCodes.invalid, explanation.problem)
  say(context, explanation.text)
}

/** Prose, which a terminal would break within words. */
function say({ out, width }: Context, text: string): void {
  out(`${width === undefined ? text : wrapMessage(text, width())}\n`)
}

function listKinds(context: Context): void {
  const rows = definitions.map(({ spec: { names } }) => [names.plural, (names.shortNames ?? []).join(','), names.kind])
  context.out(`${formatColumns({ headings: ['Name', 'Short', 'Kind'], rows })}\n`)
}

async function explainTask(context: Context, target: string): Promise<void> {
  const { kind, name } = parseResource(target)
  if (kind !== 'Task')
    throw new CommandError(exitCodes.invalid, 'only tasks are placed: write task/NAME, or a field such as service.spec.update')
  const client = await context.client()
  const task = await find(client, 'Task', name)
  const answer = await client.raw({ method: 'GET', path: `/apis/kit/v1/tasks/${encodeURIComponent(task.metadata.name)}/explain` })
  const text = typeof answer === 'object' && answer !== null && 'text' in answer ? String(answer.text) : JSON.stringify(answer, null, 2)
  say(context, text)
}
