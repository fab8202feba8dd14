// A registry on this machine with one image: as much of the protocol as an engine asks for. It can be slow, want
// credentials, drop connections, and lack the image. Engines take plain HTTP from 127.0.0.1.

import { hash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { busyboxLayer } from './engine.ts'

export interface TestRegistry {
  /** Name of the image. Each registry has one that no engine has seen. */
  readonly image: string
  /** Requests for the layer so far. */
  readonly layerRequests: number
  /** Requests for the layer that are being answered now. */
  readonly underWay: number
  /** While false the image is unknown here. */
  hasImage: boolean
  /** While true a layer trickles: it moves, and does not end. */
  isSlow: boolean
  /** Cuts off every answer under way. */
  dropConnections(): void
  close(): void
}

const ballastBytes = 8 * 1024 * 1024
/** Its first half goes out at once. */
const trickleBytes = 4 * 1024
const trickleEveryMs = 50

export async function startRegistry(
  options: { readonly authorization?: string; readonly command?: readonly string[] } = {},
): Promise<TestRegistry> {
  const layer = busyboxLayer(randomBytes(ballastBytes))
  const packed = gzipSync(layer, { level: 1 })
  const digest = (bytes: Buffer): string => `sha256:${hash('sha256', bytes)}`
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: { Cmd: options.command ?? ['sh', '-c', "trap 'exit 0' TERM; while :; do sleep 0.05; done"] },
      rootfs: { type: 'layers', diff_ids: [digest(layer)] },
    }),
  )
  const type = 'application/vnd.docker.distribution.manifest.v2+json'
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: type,
      config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: config.length, digest: digest(config) },
      layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size: packed.length, digest: digest(packed) }],
    }),
  )
  const state = { layerRequests: 0, hasImage: true, isSlow: false }
  const answers = new Set<ServerResponse>()

  const sendLayer = (request: IncomingMessage, response: ServerResponse): void => {
    state.layerRequests += 1
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const range = from === 0 ? {} : { 'content-range': `bytes ${from}-${packed.length - 1}/${packed.length}` }
    response.writeHead(from === 0 ? 200 : 206, { 'content-length': packed.length - from, ...range })
    answers.add(response)
    let sent = from
    const step = (): void => {
      const half = Math.floor(packed.length / 2)
      const until = !state.isSlow ? packed.length : sent < half ? half : Math.min(sent + trickleBytes, packed.length - 1)
      response.write(packed.subarray(sent, until))
      sent = until
      if (sent < packed.length) return
      clearInterval(timer)
      response.end()
    }
    const timer = setInterval(step, trickleEveryMs)
    response.once('close', () => {
      clearInterval(timer)
      answers.delete(response)
    })
    step()
  }

  const server = createServer((request, response) => {
    const { url = '' } = request
    const send = (status: number, body: Buffer | string, headers: Readonly<Record<string, string>> = {}): void => {
      response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers })
      response.end(request.method === 'HEAD' ? '' : body)
    }
    if (options.authorization !== undefined && request.headers.authorization !== options.authorization)
      return send(401, '{"errors":[{"code":"UNAUTHORIZED","message":"who are you?"}]}', { 'www-authenticate': 'Basic realm="test"' })
    if (url === '/v2/') return send(200, '{}')
    if (url.includes('/manifests/') && state.hasImage)
      return send(200, manifest, { 'content-type': type, 'docker-content-digest': digest(manifest) })
    if (url.endsWith(digest(config))) return send(200, config)
    if (url.endsWith(digest(packed))) return sendLayer(request, response)
    send(404, '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}')
  })
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    }),
  )
  const dropConnections = (): void => {
    for (const answer of answers) answer.destroy()
  }
  return {
    image: `127.0.0.1:${port}/app:1`,
    get layerRequests() {
      return state.layerRequests
    },
    get underWay() {
      return answers.size
    },
    get hasImage() {
      return state.hasImage
    },
    set hasImage(value) {
      state.hasImage = value
    },
    get isSlow() {
      return state.isSlow
    },
    set isSlow(value) {
      state.isSlow = value
    },
    dropConnections,
    close() {
      dropConnections()
      server.close()
      server.closeAllConnections()
    },
  }
}
