// `kit swarm user add|renew|ls|rm`: who may use the API from other machines. The key of a user is made here and goes into the
// file for the user; the cluster gets to see a request for a certificate, and never the key.

import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { parseDuration } from '../../api/duration.ts'
import { reasonOf } from '../../api/errors.ts'
import { apiVersion } from '../../api/objects.ts'
import type { WireObject } from '../../api/wire.ts'
import { trustedRoots } from '../../ca/cluster-ca.ts'
import { makeCsr } from '../../ca/csr.ts'
import { identityOf, keyDigest } from '../../ca/identity.ts'
import { createKeys } from '../../effects/real/keys.ts'
import type { Context } from '../context.ts'
import { formatContexts } from '../context-file.ts'
import { checkContextName } from '../contexts.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { filtersOf, printListing } from '../listing.ts'
import { observe } from '../observe.ts'
import type { Options } from '../options.ts'

type User = WireObject<'User'>
type Spec = User['spec']

const roles = { admin: 'Admin', operator: 'Operator', viewer: 'Viewer' } as const
const issuedWithinMs = 30_000
const fieldManager = 'kit-swarm-user'

export async function add(context: Context, options: Options, [name = '']: readonly string[]): Promise<void> {
  const role = roleNamed(options.role)
  if (role === undefined) throw new CommandError(exitCodes.invalid, 'error: --role: say what the user may do: admin, operator or viewer')
  const { file, servers } = await prepare(context, options, name)
  const keys = createKeys()
  const key = keys.generate()
  const spec = { role, request: makeCsr(keys, key), ...expiryOf(options) }
  const client = await context.client()
  try {
    await client.create('User', { apiVersion, kind: 'User', metadata: { name }, spec }, { fieldManager })
  } catch (error) {
    if (reasonOf(error) !== 'AlreadyExists') throw error
    throw new CommandError(
      exitCodes.error,
      `error: there is a user "${name}" already: \`kit swarm user renew ${name}\` makes another certificate, and the one before is refused then`,
    )
  }
  await hand(context, name, { key, file, servers })
}

/** Another key and certificate: what there was before is refused from then on. */
export async function renew(context: Context, options: Options, [name = '']: readonly string[]): Promise<void> {
  const role = roleNamed(options.role)
  const target = await context.target()
  // The certificate that this goes with would be refused before the next one has come back.
  if (target.context !== undefined && target.remote.user === name)
    throw new CommandError(
      exitCodes.invalid,
      `error: "${name}" is who you are here: another admin renews it, or you on a manager itself: \`kit --socket SOCKET swarm user renew ${name}\``,
    )
  const { file, servers } = await prepare(context, options, name)
  const keys = createKeys()
  const key = keys.generate()
  const spec = { request: makeCsr(keys, key), ...expiryOf(options), ...(role === undefined ? {} : { role }) }
  await (await context.client()).patch('User', name, { type: 'merge', patch: { spec } }, { fieldManager })
  await hand(context, name, { key, file, servers })
}

export async function list(context: Context, options: Options): Promise<void> {
  const { items } = await (await context.client()).list('User')
  const isAsked = filtersOf<User>(options, {
    name: ({ metadata }, value) => metadata.name.startsWith(value),
    role: ({ spec }, value) => spec.role.toLowerCase() === value.toLowerCase(),
  })
  const rows = items.filter(isAsked).map(({ metadata, spec, status }) => ({
    ...{ Name: metadata.name, Role: spec.role.toLowerCase(), Expires: status.certificate?.expires ?? '' },
  }))
  const columns = [['Name', 'Name'], ['Role', 'Role'], ['Expires', 'Expires']] as const // biome-ignore format: one table
  printListing(context, options, { columns, rows, id: 'Name' })
}

/** At once: what they have open ends, too. Names are not shortened here. */
export async function remove(context: Context, names: readonly string[]): Promise<void> {
  const client = await context.client()
  for (const name of names) {
    await client.delete('User', name)
    context.out(`user/${name} removed\n`)
  }
}

interface Outcome {
  readonly key: KeyObject
  readonly file: string
  readonly servers: readonly string[]
}

/** Everything that can be wrong is found before the user is made. */
async function prepare(context: Context, options: Options, name: string): Promise<Omit<Outcome, 'key'>> {
  checkContextName(name)
  const { file = `kit-${name}.yaml` } = options
  if (file !== '-' && existsSync(file))
    throw new CommandError(exitCodes.invalid, `error: ${file} is there already: delete it, or choose another with --file`)
  const servers = options.server ?? (await knownServers(context))
  const wrong = servers.find((server) => !/^\S+:\d{1,5}$/.test(server))
  if (wrong !== undefined)
    throw new CommandError(exitCodes.invalid, `error: --server: "${wrong}" is not HOST:PORT, such as 192.168.1.10:6443`)
  return { file, servers }
}

async function knownServers(context: Context): Promise<readonly string[]> {
  const { items } = await (await context.client()).list('Node')
  const managers = items.filter(({ status }) => status.role === 'Manager' && status.description?.apiAddress !== undefined)
  const servers = managers.flatMap(({ status }) => status.description?.apiAddress ?? [])
  if (servers.length > 0) return servers
  throw new CommandError(
    exitCodes.error,
    'error: no manager serves users of other machines: start its kitd with --listen-api HOST:PORT, or say with --server where it will be',
  )
}

/** Waits for the certificate of the key, and writes what the user takes with `kit ctx add`. */
async function hand(context: Context, name: string, { key, file, servers }: Outcome): Promise<void> {
  const client = await context.client()
  const digest = keyDigest(createPublicKey(key))
  const deps = { client, clock: context.clock, signal: context.signal }
  const pem = await observe(deps, { User: { fieldSelector: `metadata.name=${name}` } }, issuedWithinMs, (observed) => {
    const certificate = observed.list('User')[0]?.status.certificate
    return certificate?.publicKey === digest ? certificate.pem : undefined
  })
  if (pem === undefined)
    throw new CommandError(
      exitCodes.timedOut,
      `error: no manager has signed the certificate of "${name}" yet; its log says more, and \`kit swarm user renew ${name}\` tries again`,
    )
  const { ca } = (await client.get('Cluster', 'default')).status
  const identity = identityOf(new X509Certificate(pem))
  if (ca === undefined || identity === undefined) throw new Error('the cluster has signed a certificate without a root, or for nobody')
  const remote = {
    ...{ servers, cluster: identity.clusterId, user: name, ca: trustedRoots(ca), certificate: pem },
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
  const text = formatContexts({ current: undefined, contexts: { [name]: remote } })
  if (file === '-') return context.out(text)
  await writeFile(file, text, { mode: 0o600, flag: 'wx' })
  context.out(`user/${name} has a certificate\n`)
  context.err(`Wrote ${file}. It holds the key: carry it to the machine of "${name}", and there\n\n    kit ctx add ${file}\n`)
}

function roleNamed(word: string | undefined): Spec['role'] | undefined {
  if (word === undefined) return undefined
  const role = Object.entries(roles).find(([name]) => name === word.toLowerCase())?.[1]
  if (role === undefined)
    throw new CommandError(exitCodes.invalid, `error: --role: "${word}" is not a role: write admin, operator or viewer`)
  return role
}

/** Days, too: certificates last for many of them. */
function expiryOf({ expiry }: Options): { readonly expiry?: string } {
  if (expiry === undefined) return {}
  const [, days] = /^(\d{1,5})d$/.exec(expiry) ?? []
  const text = days === undefined ? expiry : `${24 * Number(days)}h`
  if (parseDuration(text) === undefined)
    throw new CommandError(exitCodes.invalid, `error: --expiry: "${expiry}" is not a time such as 90d or 12h`)
  return { expiry: text }
}
