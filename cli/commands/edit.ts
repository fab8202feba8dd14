// `kit edit KIND/NAME`: the object in an editor, then what would change, then a question, then the change. What the cluster
// refuses comes back into the editor with the reason on top, so that nothing that was typed is lost.

import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { reasonOf, StatusError } from '../../api/errors.ts'
import { isJsonObject, type JsonObject, type Manifest, type WireObject } from '../../api/wire.ts'
import type { Client } from '../../client/client.ts'
import { messageOf } from '../../effects/thrown.ts'
import { isConfirmed } from '../confirmation.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { fieldDiff } from '../output/field-diff.ts'
import { find, nameOf, parseResource } from '../resource.ts'

const fieldManager = 'kit-edit'

export async function edit(context: Context, words: readonly string[]): Promise<void> {
  const { terminal, env, err } = context
  if (terminal === undefined)
    throw new CommandError(exitCodes.invalid, 'error: an editor needs a terminal; elsewhere: `kit get -o yaml` and `kit apply -f`')
  const { kind, name } = parseResource(words[0] ?? '')
  if (kind === 'Secret' || kind === 'Config')
    throw new CommandError(exitCodes.invalid, `error: a ${kind.toLowerCase()} never changes: make another, and let the services use that`)
  const client = await context.client()
  const live = await find(client, kind, name)
  const directory = await mkdtemp(join(tmpdir(), 'kit-edit-')) // Nobody else may read it.
  const path = join(directory, `${kind.toLowerCase()}.yaml`)
  try {
    const before = stringify(editable(live), { lineWidth: 0 })
    let draft = before
    let problem = 'Change it, save and leave the editor. An empty file, or one that is as it was, changes nothing.'
    while (true) {
      await writeFile(path, `${commented(problem)}${draft}`, { mode: 0o600 })
      await openEditor(editorOf(env), path)
      const text = withoutHead(await readFile(path, 'utf8'))
      if (text.trim() === '' || text === before) return err('nothing was changed')
      if (text === draft && draft !== before) return err('nothing was changed: the cluster refuses it as it is')
      draft = text
      const refusal = await change(context, client, live, text)
      if (refusal === undefined) return
      problem = refusal
    }
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** What a person may write. */
function editable({ apiVersion, kind, metadata, spec }: WireObject): JsonObject {
  const { name, labels, annotations } = metadata
  return JSON.parse(JSON.stringify({ apiVersion, kind, metadata: { name, labels, annotations }, spec }))
}

/** Resolves with why it cannot be; undefined when it is done, or called off. */
async function change(context: Context, client: Client, live: WireObject, text: string): Promise<string | undefined> {
  const { kind } = live
  const { name } = live.metadata
  let wanted: unknown
  try {
    wanted = parse(text)
  } catch (error) {
    return messageOf(error)
  }
  if (!isJsonObject(wanted) || !isJsonObject(wanted['metadata'])) return 'it must be a map with apiVersion, kind, metadata and spec'
  if (wanted['kind'] !== kind || wanted['metadata']['name'] !== name) return `kind and metadata.name must stay: ${nameOf(kind, name)}`
  const manifest = changedBy(live, wanted, wanted['metadata'])
  try {
    const planned = await client.update(kind, manifest, { fieldManager, dryRun: true })
    const lines = fieldDiff(editable(live), editable(planned))
    if (lines.length === 0) {
      context.err('nothing was changed')
      return undefined
    }
    context.out(`${nameOf(kind, name)}\n${lines.map((line) => `  ${line}\n`).join('')}`)
    if (context.terminal === undefined || !(await isConfirmed(context.terminal, 'Apply this?'))) {
      context.err('nothing was changed')
      return undefined
    }
    await client.update(kind, manifest, { fieldManager })
    context.err(`${nameOf(kind, name)} changed`)
    return undefined
  } catch (error) {
    if (reasonOf(error) === 'Conflict')
      throw new CommandError(exitCodes.error, `error: ${nameOf(kind, name)} was changed meanwhile: edit it again`)
    if (error instanceof StatusError && (error.reason === 'Invalid' || error.reason === 'BadRequest')) return refusalOf(error)
    throw error
  }
}

/**
 * Owners, finalizers and all that is not shown stay; so does the version that was edited: who changed the object meanwhile is
 * not overwritten.
 */
function changedBy(live: WireObject, wanted: JsonObject, { labels, annotations, ...others }: JsonObject): Manifest {
  const { labels: _, annotations: __, ...kept }: JsonObject = JSON.parse(JSON.stringify(live.metadata))
  const metadata = { ...kept, ...others, ...(labels !== undefined && { labels }), ...(annotations !== undefined && { annotations }) }
  return { ...wanted, apiVersion: String(wanted['apiVersion']), kind: live.kind, metadata }
}

function refusalOf({ message, details }: StatusError): string {
  const causes = (details.causes ?? []).map(({ field, message: why }) => `${field === undefined ? '' : `${field}: `}${why}`)
  return [message, ...causes.filter((cause) => !message.includes(cause))].join('\n')
}

function editorOf(env: Context['env']): string {
  return [env['KIT_EDITOR'], env['VISUAL'], env['EDITOR']].find((editor) => editor !== undefined && editor !== '') ?? 'vi'
}

/** People write arguments into the variable, as in `code --wait`: a shell reads it. */
async function openEditor(editor: string, path: string): Promise<void> {
  const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', path], { stdio: 'inherit' })
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0)
    throw new CommandError(exitCodes.error, `error: the editor \`${editor}\` ended with ${code}; EDITOR names another. Nothing was changed`)
}

function commented(text: string): string {
  return `${text
    .split('\n')
    .map((line) => `# ${line}`.trimEnd())
    .join('\n')}\n#\n`
}

/** Without the lines that we wrote at the top. */
function withoutHead(text: string): string {
  return text.replace(/^(#.*\n)+/, '')
}
