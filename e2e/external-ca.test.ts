// The key of the root is with somebody else: a real cfssl signs for a cluster on loopback addresses.

import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Cluster, eventually, projectRoot } from './cluster.ts'
import { freePort } from './free-address.ts'
import { isHere } from './required.ts'

const cluster = new Cluster()
const children = new Set<ChildProcess>()
after(async () => {
  for (const child of children) child.kill('SIGKILL')
  await cluster.remove()
})

const at = (name: string): string => join(cluster.home, name)
const openssl = (...args: readonly string[]): unknown => execFileSync('openssl', args, { cwd: cluster.home, stdio: 'ignore' })

/** A root, and what an authority with its key shows to whoever connects. */
function makeAuthority(): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  openssl('req', '-x509', ...key, '-days', '3650', '-subj', '/O=Example/CN=root', '-out', 'root.pem', '-keyout', 'root-key.pem')
  openssl('req', ...key, '-subj', '/CN=ca', '-out', 'tls.csr', '-keyout', 'tls-key.pem')
  cluster.file('tls.ext', 'subjectAltName=IP:127.0.0.1\n')
  openssl('x509', '-req', '-in', 'tls.csr', '-CA', 'root.pem', '-CAkey', 'root-key.pem', '-CAcreateserial', '-days', '365', '-extfile', 'tls.ext', '-out', 'tls.pem') // biome-ignore format: one command
  const usages = ['signing', 'key encipherment', 'server auth', 'client auth']
  const signing = {
    default: { expiry: '720h', usages },
    profiles: {
      CA: { expiry: '43800h', usages: ['cert sign', 'crl sign'], ca_constraint: { is_ca: true, max_path_len: 0, max_path_len_zero: true } },
      forever: { expiry: '87600h', usages },
    },
  }
  cluster.file('cfssl.json', JSON.stringify({ signing }))
}

const flagsOf = { ca: 'root.pem', 'ca-key': 'root-key.pem', config: 'cfssl.json', 'tls-cert': 'tls.pem', 'tls-key': 'tls-key.pem' }

/** @param clients file of the roots whose certificates it asks for. */
async function startAuthority(port: number, clients?: string): Promise<ChildProcess> {
  const flags = { ...flagsOf, address: '127.0.0.1', port, ...(clients === undefined ? {} : { 'mutual-tls-ca': clients }) }
  const child = spawn('cfssl', ['serve', ...Object.entries(flags).map(([name, value]) => `-${name}=${value}`)], {
    cwd: cluster.home,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  children.add(child)
  let text = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part))
  await eventually(() => assert.match(text, /Now listening/))
  return child
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'close')
  child.kill('SIGKILL')
  await ended
}

interface Daemon {
  text(): string
  readonly child: ChildProcess
}

function kitd(name: string, ...args: readonly string[]): Daemon {
  const usual = ['-d', at(name), '--hostname', name, '--executor', 'process', '--publish-address', '127.0.0.1']
  const child = spawn(join(projectRoot, 'bin/kitd'), [...usual, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  children.add(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => (text += part))
  return { child, text: () => text }
}

function issuerOf(directory: string): string {
  const { issued } = JSON.parse(readFileSync(join(directory, 'certificates/node.json'), 'utf8'))
  return execFileSync('openssl', ['x509', '-noout', '-issuer'], { input: issued.certificate, encoding: 'utf8' })
}

interface NodeObject {
  readonly status: { readonly state?: string; readonly description?: { readonly hostname: string } }
}
async function stateOf(host: string): Promise<string | undefined> {
  const { items } = await cluster.json<{ readonly items: readonly NodeObject[] }>('nodes')
  return items.find(({ status }) => status.description?.hostname === host)?.status.state
}

const cfssl = isHere(
  'cfssl',
  spawnSync('cfssl', ['version']).error === undefined ? undefined : 'cfssl is not installed (Debian: golang-cfssl)',
  'a cluster whose certificates a real cfssl signs',
)

test('a cluster goes over to an authority outside, which signs for who renews and who joins; while it is away that is said, and it goes back', {
  skip: !cfssl,
}, async () => {
  makeAuthority()
  await cluster.kit('up', '--workers', '1')
  const before = await cluster.kit('swarm', 'ca')
  cluster.file('clients.pem', before + readFileSync(at('root.pem'), 'utf8'))
  const port = await freePort()
  let authority = await startAuthority(port, 'clients.pem')
  const spec = `protocol=cfssl,url=https://127.0.0.1:${port}/api/v1/cfssl/sign`
  const rotate = ['swarm', 'ca', '--rotate', '--ca-cert', at('root.pem'), '--external-ca', spec]
  const { code, out, err } = await cluster.run(rotate)
  assert.equal(code, 0, err)
  assert.equal(out, readFileSync(at('root.pem'), 'utf8'))
  for (const node of ['node-1', 'node-2']) assert.match(issuerOf(join(cluster.directory, node)), /O ?= ?Example, CN ?= ?root/)
  assert.match(await cluster.kit('cluster', 'inspect', 'default'), new RegExp(`External CAs:\n    cfssl: https://127.0.0.1:${port}/`))

  const token = cluster.file('token', await cluster.kit('swarm', 'join-token', 'worker', '-q'))
  const { nodes } = JSON.parse(readFileSync(join(cluster.directory, 'cluster.json'), 'utf8'))
  const joining = ['--join-addr', `${nodes[0].address}:${nodes[0].port}`, '--join-token', `@${token}`]
  const third = kitd('third', ...joining)
  await eventually(async () => assert.equal(await stateOf('third'), 'Ready', third.text()))
  assert.match(issuerOf(at('third')), /CN ?= ?root/)

  await end(authority)
  const fourth = kitd('fourth', ...joining)
  await eventually(() => assert.match(fourth.text(), /"why":"nobody has signed .*ECONNREFUSED.*"Waiting to join the cluster"/))
  await eventually(async () => assert.match(await cluster.kit('cluster', 'inspect', 'default'), /Unreachable: https:.*ECONNREFUSED/))
  assert.match(await cluster.kit('events'), /ExternalCAUnreachable.*Nodes go on with those that they have/)
  assert.match(await cluster.kit('events'), /CertificateNotSigned/)
  for (const host of ['node-1', 'node-2', 'third']) assert.equal(await stateOf(host), 'Ready')
  assert.equal(fourth.child.exitCode, null)
  authority = await startAuthority(port, 'clients.pem')
  await eventually(async () => assert.equal(await stateOf('fourth'), 'Ready', fourth.text()))

  // Back to a root of kit's own, which the authority vouches for meanwhile; what was outside is then not asked any more.
  const back = await cluster.run(['swarm', 'ca', '--rotate'])
  assert.equal(back.code, 0, back.err)
  assert.match(issuerOf(join(cluster.directory, 'node-2')), /CN ?= ?swarm-ca/)
  await end(authority)
  await cluster.kit('swarm', 'update', '--external-ca', '')
  assert.doesNotMatch(await cluster.kit('cluster', 'inspect', 'default'), /External|Unreachable/)
  const said = [
    await cluster.kit('get', 'cluster', 'default', '-o', 'yaml'),
    readFileSync(join(cluster.directory, 'node-1/kitd.log'), 'utf8'),
  ]
  for (const text of said) assert.doesNotMatch(text, /PRIVATE KEY/)
})

test('what an authority outside cannot be is refused, and nothing is changed', { skip: !cfssl }, async () => {
  const before = await cluster.json('cluster', 'default')
  const url = 'https://127.0.0.1:1/sign'
  for (const [args, why] of [
    [['update', '--external-ca', `url=${url}`], /does not say protocol=cfssl/],
    [['update', '--external-ca', 'protocol=cfssl'], /has no url=/],
    [['update', '--external-ca', `protocol=cfssl,url=${url},token=x`], /there is no "token"; it takes protocol, url, cacert, profile/],
    [['update', '--external-ca', 'protocol=cfssl,url=http://a/'], /must be an address such as https:/],
    [['update', '--external-ca', 'protocol=cfssl,url=https://ann:secret@a/'], /must hold no user, no password/],
    [['update', '--external-ca', `protocol=cfssl,url=${url},cacert=${at('root-key.pem')}`], /must hold one certificate, and holds 0/],
    [['ca', '--external-ca', `protocol=cfssl,url=${url}`], /--external-ca is for a new root: write --rotate, too/],
    [
      ['ca', '--rotate', '--external-ca', `protocol=cfssl,url=${url}`],
      /the root of the external authority is needed.*swarm update --external-ca/,
    ],
  ] as const) {
    const text = await cluster.fails(2, 'swarm', ...args)
    assert.match(text, why)
    assert.doesNotMatch(text, /secret/)
  }
  assert.deepEqual(await cluster.json('cluster', 'default'), before)
})

test('swarm init founds a cluster whose key is outside from the first certificate on, or nothing', { skip: !cfssl }, async () => {
  const port = await freePort()
  const own = kitd('own', '--standby')
  await eventually(() => assert.match(own.text(), /^ready /m))
  const kit = (...args: readonly string[]) => cluster.run(['--socket', join(at('own'), 'kit.sock'), ...args])
  const init = (external: string) => kit('swarm', 'init', '--advertise-addr', '127.0.0.1', '--listen-addr', `127.0.0.1:${listen}`, '--external-ca', external) // biome-ignore format: one command
  const listen = await freePort()
  const url = `protocol=cfssl,url=https://127.0.0.1:${port}/api/v1/cfssl/sign`
  assert.match((await init(url)).err, /say which root it signs with: cacert=FILE/)
  const away = await init(`${url},cacert=${at('root.pem')}`)
  assert.equal(away.code, 1)
  assert.match(away.err, /the external authority cannot be reached \(https:.*ECONNREFUSED.*nothing was founded/)
  await startAuthority(port)
  const { code, err } = await init(`${url},cacert=${at('root.pem')}`)
  assert.equal(code, 0, err)
  assert.equal((await kit('swarm', 'ca')).out, readFileSync(at('root.pem'), 'utf8'))
  assert.match(issuerOf(at('own')), /CN ?= ?root/)
  // What would last longer than it may is given to nobody.
  const more = await kit('swarm', 'update', '--external-ca', `${url},profile=forever`)
  assert.equal(more.code, 0, more.err)
  const waiting = cluster.start(['--socket', join(at('own'), 'kit.sock'), 'swarm', 'user', 'add', 'ann', '--role', 'viewer', '--server', 'h:1', '--file', '-']) // biome-ignore format: one command
  await eventually(() => assert.match(own.text(), /longer than the 2160 h that were asked for: give its profile a shorter expiry/))
  await waiting.kill()
  assert.match((await kit('swarm', 'update', '--external-ca', '')).err, /does not have the key of its root, and nobody else could sign/)
  assert.equal((await kit('swarm', 'leave', '--force')).code, 0)
})
