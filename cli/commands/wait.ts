// `kit wait KIND NAME --for=converged|delete|condition=TYPE[=STATUS]|jsonpath={.path}=value`

import { evaluateJsonPath, parseJsonPath } from '../../api/json-path.ts'
import type { WireObject } from '../../api/wire.ts'
import type { Client } from '../../client/client.ts'
import type { Context } from '../context.ts'
import { converge } from '../converge.ts'
import { CommandError, type ExitCode, exitCodes } from '../exit.ts'
import { observe } from '../observe.ts'
import type { Options } from '../options.ts'
import { find, nameOf, parseOrSuggest, parseResources, type Resource } from '../resource.ts'
import { timeoutOf } from '../timeout.ts'

type Test = (object: WireObject | undefined) => boolean

export async function wait(context: Context, options: Options, words: readonly string[]): Promise<ExitCode> {
  const client = await context.client()
  const resources = await Promise.all(
    (await parseOrSuggest(client, words[0] ?? '', () => parseResources(words))).map((resource) => resolve(client, resource, options)),
  )
  if ((options.for ?? 'converged') === 'converged') return waitConverged(context, options, resources)
  const test = parseTest(options.for ?? '')
  const kinds = Object.fromEntries(resources.map(({ kind }) => [kind, {}]))
  const done = new Set<Resource>()
  const all = await observe({ client, clock: context.clock, signal: context.signal }, kinds, timeoutOf(options), (observed) => {
    for (const resource of resources) {
      if (done.has(resource) || !test(observed.list(resource.kind).find(({ metadata }) => metadata.name === resource.name))) continue
      done.add(resource)
      context.out(`${nameOf(resource.kind, resource.name)} condition met\n`)
    }
    return done.size === resources.length ? true : undefined
  })
  if (all === true) return exitCodes.ok
  const left = resources.filter((resource) => !done.has(resource)).map(({ kind, name }) => nameOf(kind, name))
  context.err(`error: ${options.for} did not come true in time for ${left.join(', ')}`)
  return exitCodes.timedOut
}

/** A node may be named by its host name. What shall be gone may be gone already. */
async function resolve(client: Client, { kind, name }: Resource, options: Options): Promise<Resource> {
  if (options.for === 'delete') return { kind, name }
  return { kind, name: (await find(client, kind, name)).metadata.name }
}

async function waitConverged(context: Context, options: Options, resources: readonly Resource[]): Promise<ExitCode> {
  const client = await context.client()
  const services = new Map<string, number>()
  const stacks = new Map<string, number>()
  for (const { kind, name } of resources) {
    if (kind === 'Service') services.set(name, (await client.get('Service', name)).metadata.generation)
    else if (kind === 'Stack') stacks.set(name, (await client.get('Stack', name)).metadata.generation)
    else
      throw new CommandError(
        exitCodes.invalid,
        `${nameOf(kind, name)} cannot converge; only services and stacks do. Use --for=condition=… or --for=jsonpath=…`,
      )
  }
  return converge(context, client, { services, stacks, isMine: false }, timeoutOf(options))
}

function parseTest(text: string): Test {
  if (text === 'delete') return (object) => object === undefined
  const [, form = '', rest = ''] = /^(condition|jsonpath)=(.+)$/.exec(text) ?? []
  if (form === 'condition') {
    const [type = '', status = 'True'] = rest.split('=')
    return (object) =>
      conditionsOf(object).some(
        (condition) => condition.type.toLowerCase() === type.toLowerCase() && condition.status.toLowerCase() === status.toLowerCase(),
      )
  }
  if (form === 'jsonpath') {
    const [, path = '', value] = /^\{?([^{}]+)\}?(?:=(.*))?$/.exec(rest) ?? []
    const parsed = parseJsonPath(path)
    return (object) =>
      object !== undefined && evaluateJsonPath(parsed, object).some((found) => value === undefined || String(found) === value)
  }
  throw new CommandError(
    exitCodes.invalid,
    `--for: "${text}" is none of converged, delete, condition=TYPE[=STATUS], jsonpath={.path}[=VALUE]`,
  )
}

/** A condition that describes an older generation does not count. */
function conditionsOf(object: WireObject | undefined): readonly { readonly type: string; readonly status: string }[] {
  if (object === undefined || !('conditions' in object.status) || !Array.isArray(object.status.conditions)) return []
  const generation = object.metadata.generation
  return object.status.conditions.filter(({ observedGeneration }) => observedGeneration === undefined || observedGeneration >= generation)
}
