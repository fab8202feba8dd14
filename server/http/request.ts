// An HTTP request as the router takes it.

import type { IncomingMessage } from 'node:http'
import type { ApiRequest, Identity, Method } from '../../api/request.ts'

export const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** @param signal fires when the client has gone or the daemon stops. */
export function requestOf(incoming: IncomingMessage, body: unknown, identity: Identity, signal: AbortSignal): ApiRequest {
  const [path = '', search = ''] = splitOnce(incoming.url ?? '', '?')
  return {
    method: methods.find((each) => each === incoming.method) ?? 'GET',
    path,
    query: search === '' ? {} : Object.fromEntries(new URLSearchParams(search)),
    headers: headersOf(incoming),
    body,
    identity,
    signal,
  }
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

function headersOf(request: IncomingMessage): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (name.startsWith(':')) continue // Those of HTTP/2 say what method and path say.
    headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '')
  }
  return headers
}
