// Requests to somebody who is no node: whom to believe, who asks, and that nothing is endless.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { HttpsRequest } from '../effects.ts'
import { createHttps } from './https.ts'
import { createRoot, issue } from './testdata/tls-nodes.ts'

const https = createHttps()
const never = new AbortController().signal
const maxBytes = 1000
const root = createRoot()
/** Its names are `swarm-worker` and its id. */
const server = issue(root, { id: 'localhost', role: 'Worker' })
const manager = issue(root, { id: 'm' })

async function serve(t: TestContext, listener: RequestListener, own = server): Promise<(more?: Partial<HttpsRequest>) => HttpsRequest> {
  const key = own.key.export({ type: 'pkcs8', format: 'pem' })
  const options = { key, cert: own.certificate, ca: root.certificate, requestCert: true, rejectUnauthorized: false }
  const listening = createServer(options, listener).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  t.after(() => {
    listening.close()
    listening.closeAllConnections()
  })
  const url = `https://localhost:${(listening.address() as AddressInfo).port}/sign`
  return (more = {}) => ({ method: 'POST', url, body: '{}', roots: root.certificate, own: manager, maxBytes, ...more })
}

test('what is asked arrives with the certificate of who asks, and the answer comes back, whatever its status is', async (t) => {
  const heard: unknown[] = []
  const request = await serve(t, async (incoming, answer) => {
    let body = ''
    for await (const part of incoming) body += String(part)
    const socket = incoming.socket as unknown as { getPeerX509Certificate(): X509Certificate | undefined }
    const type = incoming.headers['content-type']
    heard.push([incoming.method, incoming.url, type, body, socket.getPeerX509Certificate()?.fingerprint256])
    answer.writeHead(307, { location: 'https://localhost:1/elsewhere' }).end('{"no":"more"}')
  })
  assert.deepEqual(await https.request(request(), never), { status: 307, body: '{"no":"more"}' })
  const { fingerprint256 } = new X509Certificate(manager.certificate)
  assert.deepEqual(heard, [['POST', '/sign', 'application/json', '{}', fingerprint256]], 'nobody went elsewhere')
  const { body: _, ...plain } = request({ method: 'GET', own: undefined })
  await https.request(plain, never)
  assert.deepEqual(heard[1], ['GET', '/sign', undefined, '', undefined])
})

test('a server that is not to be believed is told nothing', async (t) => {
  const heard: string[] = []
  const note: RequestListener = (incoming, answer) => {
    heard.push(incoming.url ?? '')
    answer.end()
  }
  const request = await serve(t, note)
  await assert.rejects(https.request(request({ roots: createRoot().certificate }), never), /not signed by a root that is believed here/)
  await assert.rejects(https.request(request({ roots: '' }), never), /no root to believe it by/)
  const address = request().url.replace('localhost', '127.0.0.1')
  await assert.rejects(https.request(request({ url: address }), never), /IP: 127\.0\.0\.1/)
  const expired = await serve(
    t,
    note,
    issue(root, { id: 'localhost', role: 'Worker', validity: { notBeforeMs: 0, notAfterMs: Date.now() - 1000 } }),
  )
  await assert.rejects(https.request(expired(), never), /expired/)
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
  t.after(() => delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'])
  await assert.rejects(https.request(expired(), never), /expired/)
  assert.deepEqual(heard, [])
})

test('an answer that is too large, broken off or never comes ends', async (t) => {
  let answerWith: RequestListener = () => undefined
  const request = await serve(t, (...args) => answerWith(...args))
  answerWith = (_, answer) => void answer.end('x'.repeat(maxBytes))
  assert.equal((await https.request(request(), never)).body.length, maxBytes)
  answerWith = (_, answer) => {
    const more = (): void => void (answer.destroyed || answer.write('x'.repeat(64), () => setImmediate(more)))
    more()
  }
  await assert.rejects(https.request(request(), never), /larger than 1000 bytes/)
  answerWith = (_, answer) => void answer.writeHead(200, { 'content-length': 10 }).write('x', () => answer.destroy())
  await assert.rejects(https.request(request(), never), /aborted/)
  answerWith = (incoming) => void incoming.socket.destroy()
  await assert.rejects(https.request(request(), never), /socket hang up|ECONNRESET/)

  const asked = Promise.withResolvers<void>()
  const enough = new AbortController()
  answerWith = () => asked.resolve()
  const waiting = https.request(request(), enough.signal)
  await asked.promise
  enough.abort(new Error('no answer within 5 s'))
  await assert.rejects(waiting, /no answer within 5 s/)
  const halfway = new AbortController()
  answerWith = (_, answer) => void answer.write('x', () => halfway.abort(new Error('too slow')))
  await assert.rejects(https.request(request(), halfway.signal), /too slow/)
  await assert.rejects(https.request(request(), halfway.signal), /too slow/)
})

test('nobody there is said as the network says it', async () => {
  const nobody = createServer().listen(0, '127.0.0.1')
  await once(nobody, 'listening')
  const { port } = nobody.address() as AddressInfo
  await new Promise((resolve) => nobody.close(resolve))
  const request = { method: 'GET', url: `https://127.0.0.1:${port}/`, roots: root.certificate, own: undefined, maxBytes } as const
  await assert.rejects(https.request(request, never), /ECONNREFUSED/)
})
