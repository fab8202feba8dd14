// `kit api METHOD PATH`: a request to the API as it is, and its answer. Streams are printed as they come, a value a line.

import { parse } from 'yaml'
import type { Method } from '../../api/request.ts'
import type { Json } from '../../api/wire.ts'
import { messageOf } from '../../effects/thrown.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { readFiles } from '../input/files.ts'
import type { Options } from '../options.ts'
import { stopSignal, untilStopped } from '../until-stopped.ts'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
/** What a PATCH is, unless a header says it: that of `kit apply` has a field manager and its own type. */
const mergePatch = 'application/merge-patch+json'

export async function api(context: Context, options: Options, words: readonly string[]): Promise<void> {
  const [first = '', second] = words
  // `kit api /version` is a GET, as with curl.
  const [method, location] = second === undefined ? ['GET', first] : [first.toUpperCase(), second]
  if (!isMethod(method)) throw new CommandError(exitCodes.invalid, `error: "${method}" is not a method: write ${methods.join(', ')}`)
  if (!location.startsWith('/'))
    throw new CommandError(exitCodes.invalid, `error: "${location}" is not a path: write one such as /apis/kit/v1/services`)
  const url = new URL(location, 'http://kit')
  const [file] = options.filename ?? []
  const body = file === undefined ? undefined : await bodyFrom(context, file)
  const headers = { ...(method === 'PATCH' ? { 'content-type': mergePatch } : {}), ...headersOf(options.header ?? []) }
  const client = await context.client()
  const request = {
    method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers,
    ...(body === undefined ? {} : { body }),
  }
  if (request.query['watch'] === 'true' || url.pathname.endsWith('/log')) {
    const signal = stopSignal(context)
    for await (const value of untilStopped(client.rawStream(request, signal), signal)) context.out(`${JSON.stringify(value)}\n`)
    return
  }
  const answer = await client.raw(request)
  if (answer !== undefined) context.out(typeof answer === 'string' ? `${answer.trimEnd()}\n` : `${JSON.stringify(answer, null, 2)}\n`)
}

function isMethod(text: string): text is Method {
  return methods.some((method) => method === text)
}

/** YAML holds JSON, too. */
async function bodyFrom(context: Context, file: string): Promise<Json> {
  const [input] = await readFiles(context, [file], false)
  try {
    return parse(input?.text ?? '')
  } catch (error) {
    throw new CommandError(exitCodes.invalid, `error: ${file}: ${messageOf(error)}`)
  }
}

function headersOf(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(text) ?? []
      if (name === undefined || value === undefined)
        throw new CommandError(exitCodes.invalid, `error: --header: "${text}" is not "name: value"`)
      return [name.toLowerCase(), value]
    }),
  )
}
