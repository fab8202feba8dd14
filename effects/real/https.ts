// One HTTPS request on a connection of its own.

import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request as open } from 'node:https'
import type { Https, HttpsAnswer, HttpsRequest } from '../effects.ts'

/** What OpenSSL says of a certificate that no root of `roots` leads to. */
const distrust = [
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
]

export function createHttps(): Https {
  return {
    async request(wanted, signal) {
      signal.throwIfAborted()
      if (wanted.roots === '') throw new Error('there is no root to believe it by') // Node.js would take its own.
      try {
        return await exchange(wanted, signal)
      } catch (error) {
        signal.throwIfAborted()
        throw explained(error)
      }
    },
  }
}

async function exchange({ method, url, body, roots, own, maxBytes }: HttpsRequest, signal: AbortSignal): Promise<HttpsAnswer> {
  const outgoing = open(url, {
    method,
    agent: false,
    signal,
    ca: roots,
    ...(own === undefined ? {} : { cert: own.certificate, key: own.key.export({ type: 'pkcs8', format: 'pem' }) }),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true, // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
  })
  try {
    outgoing.end(body)
    const [incoming]: readonly IncomingMessage[] = await once(outgoing, 'response')
    outgoing.on('error', () => undefined) // Reading fails as well, and is waited for.
    if (incoming === undefined) throw new Error('there was no answer')
    return { status: incoming.statusCode ?? 0, body: await read(incoming, maxBytes) }
  } finally {
    outgoing.destroy()
  }
}

async function read(incoming: IncomingMessage, maxBytes: number): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of incoming) {
    const bytes = Buffer.from(part)
    size += bytes.length
    if (size > maxBytes) throw new Error(`its answer is larger than ${maxBytes} bytes`)
    parts.push(bytes)
  }
  return Buffer.concat(parts).toString()
}

function explained(error: unknown): Error {
  const { code, message } =
    error instanceof Error ? { code: undefined, ...error, message: error.message } : { code: undefined, message: '' }
  if (typeof code === 'string' && distrust.includes(code))
    return new Error(`its certificate is not signed by a root that is believed here (${message})`, { cause: error })
  return error instanceof Error ? error : new Error('it failed', { cause: error })
}
