// The Docker Engine that tests use, by plain HTTP and not by kit's own code: the one at DOCKER_HOST or at the
// default socket. Where none answers, what needs one is not run and says so in one line; where KIT_REQUIRE
// names docker that is a failure. Nothing is pulled: the image is made of a static busybox.

import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { messageOf } from '../../../effects/thrown.ts'

export interface TestEngine {
  readonly host: string
  /** An image with busybox and its shell. */
  readonly image: string
  /** Resolves with the status and the body, whatever the status is. */
  call(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly text: string }>
  /** The JSON that the engine answers; rejects unless it says that all is well. */
  json(method: string, path: string, body?: unknown): Promise<unknown>
}

const image = 'kit-test/busybox:3'
const pingLimitMs = 3_000
const busyboxPaths = ['/usr/bin/busybox', '/bin/busybox', '/usr/local/bin/busybox']

/** `undefined` where there is no engine, after one line that says how to get one. Rejects when it is required. */
export async function findEngine(): Promise<TestEngine | undefined> {
  const host = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock'
  const trouble = await explainAbsence(host)
  if (trouble === undefined) return { host, image, call: (...call) => send(host, ...call), json: (...call) => sendJson(host, ...call) }
  if ((process.env['KIT_REQUIRE'] ?? '').split(',').includes('docker')) throw new Error(`KIT_REQUIRE names docker, and ${trouble}`)
  console.log(`skipped: tests with Docker, because ${trouble}. Start one, or run .ci/run, which does`)
  return undefined
}

async function explainAbsence(host: string): Promise<string | undefined> {
  try {
    const { status } = await send(host, 'GET', '/_ping')
    if (status !== 200) return `the engine at ${host} answers with ${status}`
  } catch (error) {
    return `no engine answers at ${host} (${messageOf(error)})`
  }
  return await explainMissingImage(host)
}

/** Makes the image where it is missing. */
async function explainMissingImage(host: string): Promise<string | undefined> {
  if ((await send(host, 'GET', `/images/${image}/json`)).status === 200) return undefined
  const busybox = busyboxPaths.find((path) => existsSync(path) && lstatSync(path).isFile())
  if (busybox === undefined) return 'there is no static busybox to make an image of (package busybox-static)'
  const [repo, tag] = image.split(':')
  const { status, text } = await send(host, 'POST', `/images/create?fromSrc=-&repo=${repo}&tag=${tag}`, busyboxArchive(busybox))
  return status === 200 && !text.includes('"error"') ? undefined : `the engine does not take a test image: ${text}`
}

/** As an image of its own, for a registry: rejects where there is no busybox. @param ballast makes it that much larger */
export function busyboxLayer(ballast: Buffer): Buffer {
  const busybox = busyboxPaths.find((path) => existsSync(path) && lstatSync(path).isFile())
  if (busybox === undefined) throw new Error('there is no static busybox')
  const padding = Buffer.alloc((512 - (ballast.length % 512)) % 512)
  return Buffer.concat([tarHeader({ name: 'ballast', size: ballast.length, type: '0', link: '' }), ballast, padding, busyboxArchive(busybox)])
}

/** A tar file with bin/busybox and links to it under the names that tests use. */
function busyboxArchive(path: string): Buffer {
  const names = ['sh', 'sleep', 'echo', 'true', 'cat', 'wget', 'nc', 'httpd', 'kill', 'touch', 'stat', 'sha256sum', 'test', 'ls', 'id', 'hostname', 'ulimit', 'head', 'nslookup', 'tar', 'mkdir']
  const program = readFileSync(path)
  const padding = Buffer.alloc((512 - (program.length % 512)) % 512)
  const links = names.map((name) => tarHeader({ name: `bin/${name}`, size: 0, type: '2', link: 'busybox' }))
  // With `bin/`: what an engine makes for itself may be for root alone.
  const directories = ['bin/', 'tmp/'].map((name) => tarHeader({ name, size: 0, type: '5', link: '' }))
  return Buffer.concat([...directories, tarHeader({ name: 'bin/busybox', size: program.length, type: '0', link: '' }), program, padding, ...links, Buffer.alloc(1024)])
}

function tarHeader(entry: { readonly name: string; readonly size: number; readonly type: string; readonly link: string }): Buffer {
  const header = Buffer.alloc(512)
  const octal = (value: number, at: number, width: number): number => header.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at)
  header.write(entry.name, 0)
  octal(0o755, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(entry.size, 124, 12)
  octal(0, 136, 12)
  header.write('        ', 148)
  header.write(entry.type, 156)
  header.write(entry.link, 157)
  header.write('ustar\x0000', 257)
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  )
  return header
}

async function sendJson(host: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const { status, text } = await send(host, method, path, body)
  if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

function send(host: string, method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly text: string }> {
  const url = new URL(host)
  const where = url.protocol === 'unix:' ? { socketPath: url.pathname } : { host: url.hostname, port: url.port }
  const isArchive = Buffer.isBuffer(body)
  const payload = isArchive ? body : body === undefined ? undefined : JSON.stringify(body)
  const type = isArchive ? 'application/x-tar' : 'application/json'
  return new Promise((resolve, reject) => {
    const request = httpRequest({ ...where, method, path, agent: false, headers: payload === undefined ? {} : { 'content-type': type } }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
      answer.on('error', reject)
    })
    if (path === '/_ping') request.setTimeout(pingLimitMs, () => request.destroy(new Error(`no answer within ${pingLimitMs} ms`)))
    request.on('error', reject)
    request.end(payload)
  })
}
