// `kit diff -f FILE`: what applying would change, field by field. Exit code 0: nothing, 1: something, 2: trouble.

import { reasonOf, StatusError } from '../../api/errors.ts'
import { isJsonObject, type JsonObject, type WireObject } from '../../api/wire.ts'
import type { Client } from '../../client/client.ts'
import { variablesFromFiles } from '../../compose/env-file.ts'
import type { Context } from '../context.ts'
import { CommandError, type ExitCode, exitCodes } from '../exit.ts'
import { readInput, tellIgnored } from '../input.ts'
import { describeRefusal, fieldManager } from '../input-apply.ts'
import type { Options } from '../options.ts'
import { nameOf } from '../resource.ts'

export async function diff(context: Context, options: Options): Promise<ExitCode> {
  try {
    const input = await readInput(context, options)
    tellIgnored(context, input)
    const client = await context.client()
    let differs = false
    for (const each of input) {
      const { kind, object } = each
      const name = String(object.metadata['name'])
      const live = await getOrNothing(client, kind, name)
      const planned = await client
        .apply(kind, object, { fieldManager, dryRun: true, force: options.force === true })
        .catch((error: unknown) => {
          if (error instanceof StatusError && error.reason !== 'Unavailable')
            throw new CommandError(exitCodes.invalid, describeRefusal(error, each, live))
          throw error
        })
      const old = live === undefined ? {} : facts(live)
      const hidden = new Set([old, facts(planned)].flatMap(({ spec }) => [...variablesFromFiles(spec)].map((path) => `spec.${path}`)))
      const lines = compare(old, facts(planned), hidden)
      if (lines.length === 0) continue
      differs = true
      context.out(`${nameOf(kind, name)}${live === undefined ? ' (new)' : ''}\n${lines.map((line) => `  ${line}\n`).join('')}`)
    }
    return differs ? exitCodes.error : exitCodes.ok
  } catch (error) {
    // 1 means "differs", so every trouble is 2, as in kubectl.
    if (error instanceof Error)
      throw new CommandError(exitCodes.invalid, error instanceof CommandError ? error.message : `error: ${error.message}`)
    throw error
  }
}

async function getOrNothing(client: Client, kind: WireObject['kind'], name: string): Promise<WireObject | undefined> {
  try {
    return await client.get(kind, name)
  } catch (error) {
    if (reasonOf(error) === 'NotFound') return undefined
    throw error
  }
}

/** What a person may write: no status, no bookkeeping. Secret data is shown as changed, never as text. */
function facts(object: WireObject): JsonObject {
  const { labels, annotations } = object.metadata
  const spec: unknown = object.kind === 'Secret' ? { ...object.spec, data: '***' } : object.spec
  const value: unknown = JSON.parse(JSON.stringify({ metadata: { labels, annotations }, spec }))
  return isJsonObject(value) ? value : {}
}

/**
 * One line per leaf that differs: `~ path: old → new`, `+ path: new`, `- path: old`. What is at or below a hidden path
 * is not shown.
 */
export function compare(old: unknown, now: unknown, hidden: ReadonlySet<string> = new Set(), path = ''): readonly string[] {
  if (isJsonObject(old) && isJsonObject(now)) {
    const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].toSorted()
    return keys.flatMap((key) => compare(old[key], now[key], hidden, path === '' ? key : `${path}.${key}`))
  }
  if (Array.isArray(old) && Array.isArray(now)) {
    return Array.from({ length: Math.max(old.length, now.length) }).flatMap((_, at) => compare(old[at], now[at], hidden, `${path}[${at}]`))
  }
  if (JSON.stringify(old) === JSON.stringify(now)) return []
  if (old === undefined && isJsonObject(now) && Object.keys(now).length > 0) return compare({}, now, hidden, path)
  if (now === undefined && isJsonObject(old) && Object.keys(old).length > 0) return compare(old, {}, hidden, path)
  const isHidden = [...hidden].some((one) => one === path || one.startsWith(`${path}.`))
  const show = (value: unknown): string => (isHidden ? '***' : JSON.stringify(value))
  if (old === undefined) return [`+ ${path}: ${show(now)}`]
  if (now === undefined) return [`- ${path}: ${show(old)}`]
  return [`~ ${path}: ${show(old)} → ${show(now)}`]
}
