// `kit label KIND NAME key=value… key-…`

import type { JsonObject } from '../../api/wire.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { find, nameOf, parseResources } from '../resource.ts'

export async function label(context: Context, options: Options, words: readonly string[]): Promise<void> {
  const changes = words.filter((word) => /^[^=/]+(\/[^=/]+)?(=.*|-)$/.test(word) && (word.includes('=') || word.endsWith('-')))
  const targets = words.filter((word) => !changes.includes(word))
  if (changes.length === 0) throw new CommandError(exitCodes.invalid, 'which labels? Write key=value to set one, key- to remove one')
  const patch = parseChanges(changes)
  const client = await context.client()
  for (const { kind, name } of parseResources(targets)) {
    const object = await find(client, kind, name)
    const present = object.metadata.labels ?? {}
    const taken = Object.entries(patch).find(([key, value]) => value !== null && present[key] !== undefined && present[key] !== value)
    if (taken !== undefined && options.overwrite !== true) {
      throw new CommandError(
        exitCodes.error,
        `${nameOf(kind, object.metadata.name)} has ${taken[0]}=${present[taken[0]]} already; --overwrite replaces it`,
      )
    }
    const changed = await client.patch(
      kind,
      object.metadata.name,
      { type: 'merge', patch: { metadata: { labels: patch } } },
      { fieldManager: 'kit-label' },
    )
    const verb = changed.metadata.resourceVersion === object.metadata.resourceVersion ? 'not changed' : 'labeled'
    context.out(`${nameOf(kind, object.metadata.name)} ${verb}\n`)
  }
}

/** `a=b` sets, `a-` removes. */
function parseChanges(changes: readonly string[]): JsonObject {
  return Object.fromEntries(
    changes.map((change) => {
      const at = change.indexOf('=')
      return at < 0 ? [change.slice(0, -1), null] : [change.slice(0, at), change.slice(at + 1)]
    }),
  )
}
