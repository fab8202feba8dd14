// `kit ctx`: the clusters that can be reached from here, and which of them commands are for.

import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Context } from '../context.ts'
import { expiryOf, parseContexts, type RemoteContext, writeContexts } from '../context-file.ts'
import { checkContextName, configPath, contextNamed, localContext, readContexts } from '../contexts.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { fail } from '../input/files.ts'
import { type Listing, printListing } from '../listing.ts'
import type { Options } from '../options.ts'

export async function list(context: Context, options: Options): Promise<void> {
  const { current = localContext, contexts } = await readContexts(configPath(context.env))
  const target = await context.target().catch(() => undefined)
  const used = target?.context ?? (current === localContext ? localContext : undefined)
  const mark = (name: string): string => (name === used ? '*' : '')
  const local = { Current: mark(localContext), Name: localContext, User: '', Server: context.localDirectory, Expires: '' }
  const rows = Object.entries(contexts)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, entry]) => ({
      ...{ Current: mark(name), Name: name, User: entry.user, Server: entry.servers.join(',') },
      Expires: expiryText(expiryOf(entry), context.clock.wallMs()),
    }))
  const columns: Listing['columns'] = ['Current', 'Name', 'User', 'Server', 'Expires'].map((name) => [name, name])
  printListing(context, options, { columns, rows: [local, ...rows], id: 'Name' })
}

function expiryText(atMs: number | undefined, nowMs: number): string {
  if (atMs === undefined) return 'unreadable'
  const at = new Date(atMs).toISOString().replace('.000Z', 'Z')
  return atMs <= nowMs ? `expired ${at}` : at
}

/** From now on commands are for this one. */
export async function use(context: Context, name: string): Promise<void> {
  const path = configPath(context.env)
  const { current: _, ...rest } = await readContexts(path)
  if (name !== localContext) contextNamed({ ...rest, current: undefined }, name)
  await writeContexts(path, { ...rest, current: name === localContext ? undefined : name })
  context.out(`${name}\n`)
  if (context.env['KIT_CONTEXT'] !== undefined) context.err(`note: KIT_CONTEXT is ${context.env['KIT_CONTEXT']}, and goes before this`)
}

/** Takes what `kit swarm user add` wrote, and makes it the current one when there was none. */
export async function add(context: Context, options: Options, [file = '']: readonly string[]): Promise<void> {
  const text = file === '-' ? await textOf(context.stdin()) : await readFile(file, 'utf8').catch((error: unknown) => fail(file, error))
  const found = Object.entries(parseContexts(file === '-' ? 'standard input' : file, text).contexts)
  const [only, ...more] = found
  if (only === undefined) throw new CommandError(exitCodes.invalid, `error: ${file} holds no context`)
  if (options.name !== undefined && more.length > 0)
    throw new CommandError(exitCodes.invalid, `error: --name: ${file} holds ${found.length} contexts`)
  const taken = found.map(([name, entry]) => {
    const servers = options.server ?? entry.servers
    return [checkContextName(options.name ?? name), { ...entry, servers }] as const
  })
  for (const [name, { certificate, key }] of taken) assertPair(name, certificate, key)
  const path = configPath(context.env)
  const before = await readContexts(path)
  for (const [name, entry] of taken) {
    const known = Object.hasOwn(before.contexts, name) ? before.contexts[name] : undefined
    if (known !== undefined && (known.cluster !== entry.cluster || known.user !== entry.user))
      throw new CommandError(
        exitCodes.invalid,
        `error: there is a context "${name}" already, of another cluster or user: choose another name with --name, or \`kit ctx rm ${name}\` first`,
      )
  }
  const current = before.current ?? taken[0]?.[0]
  await writeContexts(path, { current, contexts: { ...before.contexts, ...Object.fromEntries(taken) } })
  for (const [name] of taken) context.out(`context "${name}" ${Object.hasOwn(before.contexts, name) ? 'replaced' : 'added'}\n`)
  context.err(
    current === taken[0]?.[0]
      ? `Commands are for "${current}" now. ${file === '-' ? '' : `Delete ${file}: it holds the key.`}`
      : `Switch to it with \`kit ctx ${taken[0]?.[0]}\`.`,
  )
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function assertPair(name: string, certificate: string, key: string): void {
  try {
    const read = new X509Certificate(certificate)
    if (read.checkPrivateKey(createPrivateKey(key))) return
  } catch {
    // Said below: what cannot be read may be a key.
  }
  throw new CommandError(exitCodes.invalid, `error: context "${name}": certificate and key cannot be read, or do not belong together`)
}

export async function remove(context: Context, [name = '']: readonly string[]): Promise<void> {
  const path = configPath(context.env)
  const file = await readContexts(path)
  contextNamed(file, name)
  const { [name]: _, ...contexts } = file.contexts
  const wasCurrent = file.current === name
  await writeContexts(path, { current: wasCurrent ? undefined : file.current, contexts })
  context.out(`context "${name}" removed\n`)
  if (wasCurrent) context.err('It was the current one: commands are for the cluster on this machine now.')
}

/** For programs that read PEM files, such as Prometheus and curl. Each is replaced whole: whoever reads it meanwhile gets the one before. */
export async function pem(context: Context, [directory = '', name]: readonly string[]): Promise<void> {
  const { ca, certificate, key } = await wanted(context, name, 'pem DIRECTORY')
  await mkdir(directory, { recursive: true, mode: 0o700 })
  for (const [file, text] of Object.entries({ 'key.pem': key, 'cert.pem': certificate, 'ca.pem': ca })) {
    const path = join(directory, file)
    await writeFile(`${path}.new`, text, { mode: 0o600 })
    await rename(`${path}.new`, path)
    context.out(`${path}\n`)
  }
}

async function wanted(context: Context, name: string | undefined, usage: string): Promise<RemoteContext & { readonly name: string }> {
  const file = await readContexts(configPath(context.env))
  const chosen = name ?? file.current
  if (chosen === undefined) throw new CommandError(exitCodes.invalid, `error: which context? None is current: \`kit ctx ${usage} NAME\``)
  return { ...contextNamed(file, chosen), name: chosen }
}

/** For `kubectl --kubeconfig`. The name in the certificates of managers stands in for their addresses. */
export async function kubeconfig(context: Context, [name]: readonly string[]): Promise<void> {
  const { servers, ca, certificate, key, user, name: cluster } = await wanted(context, name, 'kubeconfig')
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  const server = { server: `https://${servers[0]}`, 'tls-server-name': 'swarm-manager', 'certificate-authority-data': base64(ca) }
  const person = { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) }
  context.out(
    stringify(
      {
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: cluster, cluster: server }],
        users: [{ name: user, user: person }],
        contexts: [{ name: cluster, context: { cluster, user } }],
        'current-context': cluster,
      },
      { lineWidth: 0 },
    ),
  )
}
