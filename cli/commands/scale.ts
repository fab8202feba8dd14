// `kit scale service/web=5`

import type { Context } from '../context.ts'
import { converge } from '../converge.ts'
import { CommandError, type ExitCode, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { find, nameOf, parseResource } from '../resource.ts'
import { timeoutOf } from '../timeout.ts'

export async function scale(context: Context, options: Options, words: readonly string[]): Promise<ExitCode> {
  const targets = words.map(parseTarget)
  const client = await context.client()
  const services = new Map<string, number>()
  for (const { kind, name, replicas } of targets) {
    const object = await find(client, kind, name)
    await client.scale(kind, object.metadata.name, replicas, { fieldManager: 'kit-scale' })
    const changed = await client.get('Service', object.metadata.name)
    services.set(changed.metadata.name, changed.metadata.generation)
    const verb = changed.metadata.generation === object.metadata.generation ? 'not changed' : 'scaled'
    context.out(`${nameOf(kind, object.metadata.name)} ${verb} to ${replicas}\n`)
  }
  if (options.wait === false) return exitCodes.ok
  return converge(context, client, { services, stacks: new Map(), isMine: true }, timeoutOf(options))
}

function parseTarget(word: string): { readonly kind: 'Service'; readonly name: string; readonly replicas: number } {
  const [, target = '', count = ''] = /^(.+)=(\d{1,9})$/.exec(word) ?? []
  if (target === '') throw new CommandError(exitCodes.invalid, `"${word}" does not say to how many: write service/web=5`)
  const { kind, name } = parseResource(target.includes('/') ? target : `service/${target}`)
  if (kind !== 'Service') throw new CommandError(exitCodes.invalid, `only services have replicas, and ${target} is not one`)
  return { kind, name, replicas: Number(count) }
}
