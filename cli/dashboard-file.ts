// What a person has set for the dashboard: dashboard.yaml beside the file of contexts. Filters and columns are kept there by the
// dashboard itself (`saved-filters.ts`, `saved-columns.ts`); themes of contexts and keys of one's own are written by hand.

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse, parseDocument } from 'yaml'
import { isJsonObject, type Json } from '../api/wire.ts'
import { configPath } from './contexts.ts'

/** A key that runs a command about what is selected. */
export interface OwnKey {
  readonly key: string
  /** Lists and screens by their names after `:`, such as `services`. */
  readonly on: readonly string[]
  readonly help: string
  /** For a shell; `{name}`, `{kind}` and `{context}` are put in, quoted. */
  readonly command: string
}

export interface DashboardFile {
  /** By context; `local` is the cluster of this machine. */
  readonly themes: Readonly<Record<string, string>>
  readonly keys: readonly OwnKey[]
  /** Contexts in which the dashboard changes nothing. */
  readonly readOnly: readonly string[]
}

const mostKeys = 50
/** One character, or ctrl and a letter. */
const keyForm = /^(?:[!-~]|ctrl-[a-z])$/

export function dashboardPath(env: Readonly<Record<string, string | undefined>>): string {
  return join(dirname(configPath(env)), 'dashboard.yaml')
}

export async function readDashboardText(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw new Error(`cannot read ${path}: ${error.message}`)
  })
}

/** Most people have no file. Then nothing is set up that reads YAML, on the way to the first frame. */
function parsed(text: string): unknown {
  return text === '' ? {} : (parse(text) ?? {})
}

/** What the dashboard keeps under a name: lists of text, by what they are of. */
export function parseLists(path: string, text: string, under: string, example: string): Readonly<Record<string, readonly string[]>> {
  const fail = (why: string): Error =>
    new Error(`${path}: ${why}; write \`${under}:\` with lists of text under it ${example}, or move the file away`)
  let value: unknown
  try {
    value = parsed(text)
  } catch {
    throw fail('it is not YAML')
  }
  const lists = isJsonObject(value) ? (value[under] ?? {}) : undefined
  if (!isJsonObject(lists)) throw fail(`it must be a map with \`${under}\``)
  return Object.fromEntries(
    Object.entries(lists).map(([of, list]) => {
      const isText = (each: unknown): each is string => typeof each === 'string' && each !== ''
      if (!Array.isArray(list) || !list.every(isText)) throw fail(`${under}.${of} must be a list of text`)
      return [of, list]
    }),
  )
}

/** Whatever else is in the file stays as it was written, with its comments. */
export async function rewrite(
  path: string,
  text: string,
  under: string,
  lists: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  const whole = parseDocument(text)
  whole.set(under, lists)
  const draft = `${path}.${process.pid}`
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeFile(draft, whole.toString({ lineWidth: 0 }), { mode: 0o600, flush: true })
  await rename(draft, path)
}

/** `filters` and `columns` are read by who keeps them. */
export function parseDashboardFile(path: string, text: string): DashboardFile {
  const fail = (why: string): Error => new Error(`${path}: ${why}; docs/dashboard.md has an example`)
  let value: unknown
  try {
    value = parsed(text)
  } catch {
    throw fail('it is not YAML')
  }
  if (!isJsonObject(value)) throw fail('it must be a map with `filters`, `themes`, `readOnly` and `keys`')
  const { themes = {}, keys = [], readOnly = [] } = value
  if (!isJsonObject(themes)) throw fail('themes must be a map from contexts to names of themes')
  if (!Array.isArray(keys) || keys.length > mostKeys) throw fail(`keys must be a list of at most ${mostKeys}`)
  if (!Array.isArray(readOnly) || !readOnly.every((each) => typeof each === 'string')) throw fail('readOnly must be a list of contexts')
  return {
    readOnly,
    themes: Object.fromEntries(
      Object.entries(themes).map(([context, theme]) => {
        if (typeof theme !== 'string') throw fail(`themes.${context} must be the name of a theme`)
        return [context, theme]
      }),
    ),
    keys: keys.map((each: Json, at) => ownKeyOf(each, (why) => fail(`keys[${at}]${why}`))),
  }
}

function ownKeyOf(value: Json, fail: (why: string) => Error): OwnKey {
  if (!isJsonObject(value)) throw fail(' must be a map with key, on, help and command')
  const { key, on, help, command } = value
  if (typeof key !== 'string' || !keyForm.test(key)) throw fail('.key must be one character, or ctrl- and a letter')
  const isText = (each: Json | undefined): each is string => typeof each === 'string' && each !== ''
  if (!Array.isArray(on) || on.length === 0 || !on.every(isText)) throw fail('.on must be a list of views, such as [services, tasks]')
  if (!isText(help)) throw fail('.help must say what the key does')
  if (!isText(command)) throw fail('.command must be a command of the shell')
  return { key, on, help, command }
}

/** The command with what is selected put in. Nothing in a name is ever read by the shell. */
export function filledIn(command: string, values: Readonly<Record<'name' | 'kind' | 'context', string>>): string {
  return command.replaceAll(
    /\{(name|kind|context)\}/g,
    (_, which: 'name' | 'kind' | 'context') => `'${values[which].replaceAll("'", "'\\''")}'`,
  )
}
