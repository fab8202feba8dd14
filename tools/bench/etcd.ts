// etcd, when Debian's etcd-server is installed: what a user would otherwise keep state in. Puts go to the leader over gRPC, by
// hand on node:http2 (a frame of one byte and a length, then the message), so that nothing has to be installed for a
// comparison.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type ClientHttp2Session, connect } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freeAddress } from '../../e2e/free-address.ts'

export interface Etcd {
  put(key: string, value: string): Promise<void>
  stop(): Promise<void>
}

export interface EtcdOptions {
  readonly members: number
  /** Mutual, between members and with the client. */
  readonly tls: boolean
}

interface Certificate {
  readonly flags: Readonly<Record<string, string>>
  readonly client: { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer }
}

const host = '127.0.0.1'
const lookAgainMs = 50

/** `undefined` where it is not installed. */
export async function startEtcd({ members, tls }: EtcdOptions): Promise<Etcd | undefined> {
  if (spawnSync('etcd', ['--version']).status !== 0) return undefined
  const directory = mkdtempSync(join(tmpdir(), 'etcd-bench-'))
  const certificate = tls ? makeCertificate(directory) : undefined
  const url = async (): Promise<string> => `${tls ? 'https' : 'http'}://${await freeAddress(host)}`
  const urls: { name: string; client: string; peer: string }[] = []
  for (let at = 0; at < members; at += 1) urls.push({ name: `m${at}`, client: await url(), peer: await url() })
  const children = urls.map(({ name, client, peer }) => {
    const flags = {
      name,
      'data-dir': join(directory, name),
      'listen-client-urls': client,
      'advertise-client-urls': client,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': urls.map((each) => `${each.name}=${each.peer}`).join(','),
      'log-level': 'error',
      ...certificate?.flags,
    }
    const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`)
    return spawn('etcd', args, { stdio: 'ignore' })
  })
  const session = await leader(
    urls.map(({ client }) => client),
    certificate,
  )
  return {
    async put(key, value) {
      const { trailers } = await post(session, '/etcdserverpb.KV/Put', 'application/grpc', putRequest(key, value))
      if (trailers['grpc-status'] !== '0') throw new Error(`etcd: ${trailers['grpc-message']}`)
    },
    async stop() {
      session.close()
      const ended = children.map((child) => once(child, 'exit'))
      for (const child of children) child.kill('SIGTERM')
      await Promise.all(ended)
      rmSync(directory, { recursive: true })
    },
  }
}

/** One for all, which is its own root: what is compared is the cost of TLS, not who may what. */
function makeCertificate(directory: string): Certificate {
  const [cert, key] = [join(directory, 'certificate.pem'), join(directory, 'key.pem')]
  const kind = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    '/CN=etcd',
    '-addext',
    `subjectAltName=IP:${host}`,
  ]
  const { status, stderr } = spawnSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', cert])
  if (status !== 0) throw new Error(`openssl made no certificate: ${stderr}`)
  const flags = (whose: string) => ({
    [`${whose}cert-file`]: cert,
    [`${whose}key-file`]: key,
    [`${whose}trusted-ca-file`]: cert,
    [`${whose}client-cert-auth`]: 'true',
  })
  return {
    flags: { ...flags(''), ...flags('peer-') },
    client: { ca: readFileSync(cert), cert: readFileSync(cert), key: readFileSync(key) },
  }
}

/** A session with the member that leads, once one does. */
async function leader(urls: readonly string[], certificate: Certificate | undefined): Promise<ClientHttp2Session> {
  for (;;) {
    for (const url of urls) {
      const session = connect(url, certificate?.client ?? {}).on('error', () => {}) // Requests on it are told.
      if (await leads(session, urls.length === 1)) return session
      session.destroy()
    }
    await sleep(lookAgainMs)
  }
}

/** Without TLS etcd takes nothing but gRPC over HTTP/2; of one member nobody has to ask. */
async function leads(session: ClientHttp2Session, isOnly: boolean): Promise<boolean> {
  if (isOnly)
    return await once(session, 'connect').then(
      () => true,
      () => false,
    )
  const answer = await post(session, '/v3/maintenance/status', 'application/json', Buffer.from('{}')).catch(() => undefined)
  const { header, leader: id } = JSON.parse(answer?.body ?? '{}')
  return header !== undefined && header.member_id === id
}

interface Answer {
  readonly body: string
  readonly trailers: Readonly<Record<string, unknown>>
}

function post(session: ClientHttp2Session, path: string, type: string, content: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': type, te: 'trailers' })
    let [body, trailers] = ['', {}]
    stream.once('trailers', (given) => {
      trailers = given
    })
    stream.on('data', (chunk) => {
      body += chunk
    })
    stream.once('end', () => resolve({ body, trailers }))
    stream.once('error', reject)
    stream.end(content)
  })
}

/** etcdserverpb.PutRequest: field 1 is the key, field 2 the value, both bytes. */
function putRequest(key: string, value: string): Buffer {
  const message = Buffer.concat([field(1, key), field(2, value)])
  const head = Buffer.alloc(5)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}

function field(number: number, text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes])
}

function varint(value: number): Buffer {
  return value < 128 ? Buffer.from([value]) : Buffer.from([(value & 127) | 128, value >> 7])
}
