// One etcd member, when Debian's etcd-server is installed: what a user would otherwise keep state in. Puts go
// over gRPC, by hand on node:http2 (a frame of one byte and a length, then the message), so that nothing
// has to be installed for a comparison.

import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Etcd {
  put(key: string, value: string): Promise<void>
  stop(): Promise<void>
}

const clientUrl = 'http://127.0.0.1:23790'
const peerUrl = 'http://127.0.0.1:23800'

/** `undefined` where it is not installed. */
export async function startEtcd(): Promise<Etcd | undefined> {
  if (spawnSync('etcd', ['--version']).status !== 0) return undefined
  const directory = mkdtempSync(join(tmpdir(), 'etcd-bench-'))
  const flags = {
    'data-dir': directory,
    'listen-client-urls': clientUrl,
    'advertise-client-urls': clientUrl,
    'listen-peer-urls': peerUrl,
    'initial-advertise-peer-urls': peerUrl,
    'initial-cluster': `default=${peerUrl}`,
    'log-level': 'error',
  }
  const child = spawn(
    'etcd',
    Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
    { stdio: 'ignore' },
  )
  while (!(await isHealthy())) await sleep(50)
  const session = connect(clientUrl)
  return {
    put: (key, value) =>
      new Promise((resolve, reject) => {
        const stream = session.request({
          ':method': 'POST',
          ':path': '/etcdserverpb.KV/Put',
          'content-type': 'application/grpc',
          te: 'trailers',
        })
        stream.once('trailers', (trailers) =>
          trailers['grpc-status'] === '0' ? resolve() : reject(new Error(`etcd: ${trailers['grpc-message']}`)),
        )
        stream.once('error', reject)
        stream.resume()
        stream.end(putRequest(key, value))
      }),
    async stop() {
      session.close()
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
      rmSync(directory, { recursive: true })
    },
  }
}

async function isHealthy(): Promise<boolean> {
  return fetch(`${clientUrl}/health`).then(
    ({ ok }) => ok,
    () => false,
  )
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
