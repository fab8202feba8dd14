// `kit swarm init|join|leave|update|join-token|ca`: this machine's place in a cluster, what another machine needs
// to join, as docker prints it, and the root of all certificates.

import { readFile } from 'node:fs/promises'
import type { Availability } from '../../api/join.ts'
import { isJsonObject, type Json, type JsonObject } from '../../api/wire.ts'
import { messageOf } from '../../effects/thrown.ts'
import { readExternalCas } from '../cluster/external-cas.ts'
import {
  type InitAnswer,
  type InitRequest,
  type JoinAnswer,
  type JoinRequest,
  type LeaveAnswer,
  type LeaveRequest,
  membershipPath,
} from '../cluster/membership.ts'
import { awaitRotation, beginRotation, readPem, rotationNotice, type WantedRoot } from '../cluster/root-rotation.ts'
import { keyTakenUp, printUnlockKey } from '../cluster/swarm-keys.ts'
import { refusedInitFlags } from '../cluster/swarm-settings.ts'
import { presentToken, roleNamed, rotateToken } from '../cluster/swarm-tokens.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { readFlag } from '../service/flag-values.ts'
import { optionName } from '../service/service-flags.ts'
import { timeoutOf } from '../timeout.ts'
import { change, changesSettings, settingsIn, withValue } from './cluster.ts'

const namedUsers = 10
const noInputs = { env: {}, readLines: () => [] }

const availabilities: Readonly<Record<string, Availability>> = { active: 'Active', pause: 'Pause', drain: 'Drain' }

export async function init(context: Context, options: Options): Promise<void> {
  assertPossible(options)
  const cluster = await foundingOf(options)
  const request: InitRequest = { ...placeOf(options), ...(Object.keys(cluster).length === 0 ? {} : { cluster }) }
  const { nodeId, already } = await tell<InitAnswer>(context, 'init', request)
  context.out(
    already
      ? `This swarm is there already: current node (${nodeId}) is its manager.\n\n`
      : `Swarm initialized: current node (${nodeId}) is now a manager.\n\n`,
  )
  await printJoinCommand(context, 'worker', await presentToken(context, 'worker'))
  if (cluster['autolock'] === true) printUnlockKey(context, await keyTakenUp(context))
}

/** Settings of a new cluster. Where an authority outside signs, its root is the root. */
async function foundingOf(options: Options): Promise<JsonObject> {
  const { externalCa } = options
  const settings = settingsIn(options)
  if (externalCa === undefined) return settings
  const externalCAs = await readExternalCas(externalCa, () => {
    throw new CommandError(exitCodes.invalid, 'error: --external-ca: say which root it signs with: cacert=FILE, its certificate in PEM')
  })
  const [certificate] = externalCAs.map(({ caCert }) => caCert ?? '')
  if (certificate === undefined) return settings
  return withValue(withValue(settings, ['ca', 'root'], { certificate }), ['ca', 'externalCAs'], externalCAs)
}

export async function join(context: Context, options: Options, [manager = '']: readonly string[]): Promise<void> {
  assertPossible(options)
  const { token = '' } = options
  const request: JoinRequest = { ...placeOf(options), manager, token: token.startsWith('@') ? await readToken(token.slice(1)) : token }
  const { already, role, connected } = await tell<JoinAnswer>(context, 'join', request)
  const what = `a ${role.toLowerCase()}`
  context.out(already ? `This node is ${what} of that swarm already.\n` : `This node joined a swarm as ${what}.\n`)
  if (!connected) context.err('warning: it has not reached a manager yet, and goes on trying; the log of kitd says more')
}

export async function leave(context: Context, options: Options): Promise<void> {
  const { already, told, advice } = await tell<LeaveAnswer>(context, 'leave', { force: options.force === true } satisfies LeaveRequest)
  context.out(already ? 'This node is in no swarm.\n' : 'Node left the swarm.\n')
  if (told === false) context.err('warning: no manager could be told: there the node is Down after a while; `kit node rm` removes it')
  if (advice !== undefined) context.err(`warning: ${advice}`)
}

export async function update(context: Context, options: Options): Promise<void> {
  if (!changesSettings(options))
    throw new CommandError(exitCodes.invalid, 'error: nothing to change: `kit swarm update --help` lists the settings')
  await change(context, options, ['default'])
  context.out('Swarm updated.\n')
  const key = options.autolock === undefined ? '' : await keyTakenUp(context)
  if (key !== '') printUnlockKey(context, key)
}

/** Asks the daemon of this machine. */
async function tell<T>(context: Context, verb: 'init' | 'join' | 'leave', request: InitRequest | JoinRequest | LeaveRequest): Promise<T> {
  const { context: remote } = await context.target()
  if (remote !== undefined)
    throw new CommandError(
      exitCodes.invalid,
      `error: \`kit swarm ${verb}\` is about this machine, and commands are for context "${remote}" now: name the socket of its daemon with --socket`,
    )
  const body: Json = JSON.parse(JSON.stringify(request))
  const answer = await (await context.client()).raw({ method: 'POST', path: `${membershipPath}/${verb}`, body })
  if (!isJsonObject(answer)) throw new CommandError(exitCodes.error, 'error: the daemon runs another version of kit')
  return JSON.parse(JSON.stringify(answer))
}

function placeOf({ listenAddr, advertiseAddr, availability }: Options): Pick<InitRequest, 'listen' | 'advertise' | 'availability'> {
  const meant = availability === undefined ? undefined : availabilities[availability]
  return {
    ...(listenAddr === undefined ? {} : { listen: listenAddr }),
    ...(advertiseAddr === undefined ? {} : { advertise: advertiseAddr }),
    ...(meant === undefined ? {} : { availability: meant }),
  }
}

function assertPossible(options: Options): void {
  const given: Readonly<Record<string, unknown>> = { ...options }
  for (const [flag, { why }] of Object.entries(refusedInitFlags))
    if (given[optionName(flag)] !== undefined) throw new CommandError(exitCodes.invalid, `error: --${flag}: ${why}`)
}

async function readToken(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error: unknown) => {
    throw new CommandError(exitCodes.invalid, `error: --token: cannot read it: ${messageOf(error)}`)
  })
}

export async function joinToken(context: Context, options: Options, [word = '']: readonly string[]): Promise<void> {
  const role = roleNamed(word)
  const token = options.rotate === true ? await rotateToken(context, role) : await presentToken(context, role)
  if (options.quiet === true) return context.out(`${token}\n`)
  if (options.rotate === true) context.out(`Successfully rotated ${role} join token.\n\n`)
  await printJoinCommand(context, role, token)
}

async function printJoinCommand(context: Context, role: 'worker' | 'manager', token: string): Promise<void> {
  const address = await managerAddress(context)
  context.out(
    `To add a ${role} to this swarm, run the following command:\n\n    kit swarm join --token ${token} ${address}\n\nwhere \`kitd --standby\` runs, or start its daemon as a ${role}:\n\n    kitd -d DIRECTORY --join-addr ${address} --join-token ${token}\n\n`,
  )
}

/** Of a manager that answers, if any does. */
async function managerAddress(context: Context): Promise<string> {
  const { items } = await (await context.client()).list('Node')
  const managers = items.filter(({ status }) => status.role === 'Manager' && status.description?.managerAddress !== undefined)
  const ready = managers.filter(({ status }) => status.state === 'Ready')
  // One that has just gone is ready until its heartbeats are missed; the leader knows sooner.
  const manager = ready.find(({ status }) => status.manager?.reachable !== false) ?? ready[0] ?? managers[0]
  return manager?.status.description?.managerAddress ?? 'MANAGER:4242'
}

/** Of `ca`, those that say how the next root shall be. */
const rotationFlags = ['caCert', 'caKey', 'externalCa', 'certExpiry', 'detach'] as const

export async function ca(context: Context, options: Options): Promise<number> {
  if (options.rotate === true) return await rotateCa(context, options)
  const [needless] = rotationFlags.filter((name) => options[name] !== undefined)
  if (needless !== undefined)
    throw new CommandError(exitCodes.invalid, `error: --${flagName(needless)} is for a new root: write --rotate, too`)
  const cluster = await (await context.client()).get('Cluster', 'default')
  if (cluster.status.ca === undefined)
    throw new CommandError(exitCodes.error, 'error: the cluster has no root for certificates yet: try again')
  context.out(cluster.status.ca.certificate)
  const notice = rotationNotice(cluster)
  if (notice !== undefined && options.quiet !== true) context.err(`The root is being replaced: ${notice}`)
  return exitCodes.ok
}

async function rotateCa(context: Context, options: Options): Promise<number> {
  const { certExpiry } = options
  const root = await wantedRoot(options)
  const nodeCertExpiry = certExpiry === undefined ? undefined : readFlag('cert-expiry', 'duration', certExpiry, noInputs)
  const begun = await beginRotation(context, {
    ...root,
    ...(typeof nodeCertExpiry === 'string' ? { nodeCertExpiry } : {}),
  })
  if (options.wait === false) {
    context.err('The cluster goes over to another root; `kit swarm ca` shows how far it is.')
    return exitCodes.ok
  }
  const isQuiet = options.quiet === true
  const { code, message, cluster } = await awaitRotation(context, begun, { timeoutMs: timeoutOf(options), isQuiet })
  if (code !== exitCodes.ok) throw new CommandError(code, `error: ${message ?? 'the root was not replaced'}`)
  const isSame = cluster.status.ca?.certificate === begun.before.status.ca?.certificate
  if (!isQuiet)
    context.err(
      isSame
        ? 'That is the root already.'
        : 'Every node has a certificate of the new root. Join tokens are new, too. Back up again (`kit cluster backup FILE`): nodes do not believe a manager that is restored from before.',
    )
  if (!isSame) await tellOfUsers(context)
  context.out(cluster.status.ca?.certificate ?? '')
  return exitCodes.ok
}

async function wantedRoot({ caCert, caKey, externalCa }: Options): Promise<Pick<WantedRoot, 'root' | 'externalCAs'>> {
  if (caCert === undefined && externalCa !== undefined)
    throw new CommandError(
      exitCodes.invalid,
      'error: the root of the external authority is needed, too: give --ca-cert. One that signs with the present root is named with `kit swarm update --external-ca`',
    )
  if (caCert === undefined && caKey === undefined) return {}
  if (caCert === undefined || (caKey === undefined && externalCa === undefined))
    throw new CommandError(
      exitCodes.invalid,
      'error: a root of your own is a certificate and its key: give --ca-cert and --ca-key, or name with --external-ca who has the key',
    )
  const certificate = await readPem(caCert)
  const externalCAs = externalCa && (await readExternalCas(externalCa, () => Promise.resolve(certificate)))
  return {
    root: { certificate, ...(caKey === undefined ? {} : { key: await readPem(caKey) }) },
    ...(externalCAs === undefined ? {} : { externalCAs }),
  }
}

/** Nodes get new certificates by themselves; what users carry with them does not. */
async function tellOfUsers(context: Context): Promise<void> {
  const { items } = await (await context.client()).list('User')
  if (items.length === 0) return
  const names = items.slice(0, namedUsers).map(({ metadata }) => metadata.name)
  const more = items.length > names.length ? ` and ${items.length - names.length} more` : ''
  context.err(`Users of other machines need new certificates (\`kit swarm user renew NAME\`): ${names.join(', ')}${more}`)
}

function flagName(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
