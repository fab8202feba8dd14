// What a file of contexts says. Each context has the addresses of managers, the root that they are known by, and the certificate
// and key of a user. A file that `kit swarm user add` writes has the same form. It holds keys: only its owner may read it.

import { X509Certificate } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parse, stringify } from 'yaml'
import { isJsonObject, type JsonObject } from '../api/wire.ts'
import type { RemoteCluster } from '../client/http/remote.ts'
import { CommandError, exitCodes } from './exit.ts'

export interface RemoteContext extends RemoteCluster {
  /** As the certificate says; for people. */
  readonly user: string
}

export interface ContextFile {
  /** Undefined: the cluster on this machine. */
  readonly current: string | undefined
  readonly contexts: Readonly<Record<string, RemoteContext>>
}

export function parseContexts(path: string, text: string): ContextFile {
  const fail = (why: string): CommandError =>
    new CommandError(exitCodes.invalid, `error: ${path}: ${why}; \`kit ctx add FILE\` writes it from what \`kit swarm user add\` made`)
  let value: unknown
  try {
    value = parse(text) ?? {}
  } catch {
    throw fail('it is not YAML') // The parser would show a piece of the file, and there are keys in it.
  }
  if (!isJsonObject(value)) throw fail('it must be a map with `contexts`')
  const { current, contexts = {} } = value
  if (current !== undefined && typeof current !== 'string') throw fail('`current` must be the name of a context')
  if (!isJsonObject(contexts)) throw fail('`contexts` must be a map')
  const entries = Object.entries(contexts).map(([name, entry]): [string, RemoteContext] => [
    name,
    contextOf(entry, (why) => fail(`contexts.${name}${why}`)),
  ])
  return { current, contexts: Object.fromEntries(entries) }
}

function contextOf(entry: unknown, fail: (why: string) => CommandError): RemoteContext {
  if (!isJsonObject(entry)) throw fail(' must be a map')
  const textAt = (key: string): string => {
    const value = entry[key]
    if (typeof value !== 'string' || value === '') throw fail(`.${key} must be text`)
    return value
  }
  const { servers } = entry
  const isServer = (each: unknown): each is string => typeof each === 'string' && /^\S+:\d{1,5}$/.test(each)
  if (!Array.isArray(servers) || servers.length === 0 || !servers.every(isServer))
    throw fail('.servers must be a list of HOST:PORT, such as [192.168.1.10:6443]')
  return {
    servers,
    cluster: textAt('cluster'),
    user: textAt('user'),
    ca: textAt('ca'),
    certificate: textAt('certificate'),
    key: textAt('key'),
  }
}

export function formatContexts({ current, contexts }: ContextFile): string {
  const whole: JsonObject = { ...(current === undefined ? {} : { current }), contexts: JSON.parse(JSON.stringify(contexts)) }
  return stringify(whole, { lineWidth: 0 })
}

/** Who reads it meanwhile finds all of it or what was before; nobody but the owner reads it at all. */
export async function writeContexts(path: string, file: ContextFile): Promise<void> {
  const draft = `${path}.${process.pid}`
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeFile(draft, formatContexts(file), { mode: 0o600, flag: 'wx', flush: true })
  await rename(draft, path)
}

/** ms since 1970; undefined where the certificate cannot be read. */
export function expiryOf({ certificate }: RemoteContext): number | undefined {
  try {
    return new X509Certificate(certificate).validToDate.getTime()
  } catch {
    return undefined
  }
}
