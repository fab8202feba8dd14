// `kit completion SHELL`, and what its script asks: `kit __complete WORD…`.

import type { Command } from 'commander'
import type { Kind } from '../../api/objects.ts'
import { complete, type Names } from '../completion.ts'
import { completionScripts } from '../completion-scripts.ts'
import type { Context } from '../context.ts'
import { type GlobalOptions, shells } from '../options.ts'
import { pluginNames } from '../plugins.ts'

/** Nobody waits longer for a word. */
const patienceMs = 2_000
/** So many names are enough to choose from. */
const mostNames = 500

export function completion(context: Context, words: readonly string[]): void {
  context.out(completionScripts[shells.find((shell) => shell === words[0]) ?? 'bash'])
}

/** Without a cluster there are no names, and no complaints. */
export async function answer(program: Command, connect: (globals: GlobalOptions) => Context, words: readonly string[]): Promise<void> {
  const context = connect({})
  context.out(`${await complete(program, (globals) => namesOf(connect(globals)), words)}\n`)
}

function namesOf(context: Context): Names {
  return {
    of: (kind) => within(context, listed(context, kind)),
    contexts: () => within(context, contextNames(context)),
    plugins: async () => pluginNames(context.env),
  }
}

async function within(context: Context, names: Promise<readonly string[]>): Promise<readonly string[]> {
  const enough = new AbortController()
  const late = context.clock.sleep(patienceMs, enough.signal).then(
    () => [],
    () => [],
  )
  const found = await Promise.race([names.catch(() => []), late])
  enough.abort()
  return found
}

async function listed(context: Context, kind: Kind): Promise<readonly string[]> {
  const client = await context.client()
  if (kind === 'Node') return (await client.list(kind)).items.map(({ metadata, status }) => status.description?.hostname ?? metadata.name)
  // Of tasks those that run are meant; what is past fills the screen.
  const ended = kind === 'Task' ? { fieldSelector: 'spec.desired=Running' } : {}
  return (await client.list(kind, { limit: mostNames, ...ended })).items.map(({ metadata }) => metadata.name)
}

async function contextNames(context: Context): Promise<readonly string[]> {
  const { configPath, localContext, readContexts } = await import('../contexts.ts')
  return [localContext, ...Object.keys((await readContexts(configPath(context.env))).contexts)]
}
