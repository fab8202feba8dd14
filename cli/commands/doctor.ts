// `kit doctor`: whether all that kit needs is there, from this machine to the services, and how to mend what is not. It
// changes nothing; where it may not look, or nobody answers, it says so and goes on.

import { X509Certificate } from 'node:crypto'
import { access, constants, statfs } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { reasonOf } from '../../api/errors.ts'
import type { Client } from '../../client/client.ts'
import { lockHolder } from '../../effects/real/directory-lock.ts'
import { messageOf } from '../../effects/thrown.ts'
import { readMembers } from '../cluster/members.ts'
import type { Context } from '../context.ts'
import { assertEngineAnswers } from '../daemon/executor-choice.ts'
import { daemonVersion } from '../daemon-version.ts'
import { type ExitCode, exitCodes } from '../exit.ts'
import {
  type Finding,
  judgeCertificate,
  judgeClock,
  judgeDisk,
  judgeManagers,
  judgeMembers,
  judgeNode,
  judgeService,
  judgeVersions,
} from '../health.ts'
import { readPlan } from '../local-plan.ts'
import { harmless } from '../output/harmless.ts'
import { wrapWords } from '../output/wrap.ts'
import { version as own } from '../version.ts'

const connectMs = 2_000

/** 0 when nothing is bad: warnings are for people. */
export async function doctor(context: Context): Promise<ExitCode> {
  let worst: Finding['level'] = 'ok'
  for await (const finding of look(context)) {
    context.out(format(finding, context.width?.()))
    if (finding.level === 'bad' || worst === 'ok') worst = finding.level
  }
  context.err({ ok: 'All is well.', warning: 'It works; see the warnings.', bad: 'Something is broken: see what is marked FAIL.' }[worst])
  return worst === 'bad' ? exitCodes.error : exitCodes.ok
}

const marks = { ok: 'ok  ', warning: 'WARN', bad: 'FAIL' } as const

function format({ level, about, text, mend }: Finding, width = Number.POSITIVE_INFINITY): string {
  const under = (head: string, prose: string): string =>
    `${head}${wrapWords(harmless(prose), width - head.length).join(`\n${' '.repeat(head.length)}`)}\n`
  return `${under(`${marks[level]}  ${about.padEnd(12)}  `, text)}${mend === undefined ? '' : under('        mend: ', mend)}`
}

async function* look(context: Context): AsyncGenerator<Finding> {
  const target = await context.target()
  if (target.context === undefined) yield* lookHere(context, target.socket)
  else {
    const { user, servers, certificate } = target.remote
    yield judgeCertificate(
      `user ${user} in context ${target.context}`,
      Date.parse(new X509Certificate(certificate).validTo),
      context.clock.wallMs(),
    )
    for (const server of servers) yield await reach('server', server)
  }
  yield await engine(context)
  let client: Client
  try {
    client = await context.client()
    await client.raw({ method: 'GET', path: '/version' })
  } catch (error) {
    const mend =
      reasonOf(error) === 'Locked'
        ? 'nothing more can be asked of this manager until it has its key'
        : 'nothing more can be asked until a daemon answers'
    yield { level: 'bad', about: 'cluster', text: messageOf(error), mend }
    return
  }
  yield await versions(context, client)
  yield await clock(context, client)
  yield* lookAtCluster(context, client)
}

/** The daemons of `kit up` when the cluster is that, else the socket. */
async function* lookHere(context: Context, socket: string): AsyncGenerator<Finding> {
  const directory = context.localDirectory
  const isLocal = socket === join(directory, 'node-1', 'kit.sock')
  const plan = isLocal ? await readPlan(directory).catch(() => undefined) : undefined
  for (const { name } of plan?.nodes ?? []) {
    const pid = lockHolder(join(directory, name))
    yield pid === undefined
      ? { level: 'bad', about: 'daemon', text: `kitd of ${name} does not run`, mend: '`kit up` starts it' }
      : { level: 'ok', about: 'daemon', text: `kitd of ${name} runs (process ${pid})` }
  }
  const readable = await access(socket, constants.R_OK | constants.W_OK).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  )
  if (readable === undefined) yield { level: 'ok', about: 'socket', text: socket }
  else if (readable === 'EACCES')
    yield {
      level: 'bad',
      about: 'socket',
      text: `${socket} may not be opened`,
      mend: 'run kit as the user that started the daemon, or use a context (`kit ctx add`)',
    }
  else
    yield {
      level: 'bad',
      about: 'socket',
      text: `there is none at ${socket}`,
      mend: '`kit up` starts a cluster here; `--socket` or `--context` names another',
    }
  if (!isLocal || plan === undefined) return
  const { bavail, blocks, bsize } = await statfs(directory)
  yield judgeDisk(directory, bavail * bsize, blocks * bsize)
}

async function engine(context: Context): Promise<Finding> {
  try {
    await assertEngineAnswers({ executor: 'auto' }, context.env)
    return { level: 'ok', about: 'engine', text: 'Docker answers on this machine' }
  } catch (error) {
    return {
      level: 'ok',
      about: 'engine',
      text: `none on this machine, tasks of a cluster that starts here are plain processes (${messageOf(error)})`,
    }
  }
}

async function versions(context: Context, client: Client): Promise<Finding> {
  const theirs = await daemonVersion(client, context.clock)
  if (theirs === own) return { level: 'ok', about: 'version', text: `kit and kitd are ${own}` }
  return {
    level: 'warning',
    about: 'version',
    text: `this is kit ${own}, and the daemon is ${theirs === undefined ? 'none of kit' : `kitd ${theirs}`}`,
    mend: 'use the kit of the same version where something is not understood',
  }
}

/** A manager writes its time into what it would create, also when it is asked not to. */
async function clock(context: Context, client: Client): Promise<Finding> {
  const sentMs = context.clock.wallMs()
  const probe = { apiVersion: 'kit/v1', kind: 'Config', metadata: { name: 'kit-doctor-probe' }, spec: { data: 'aw==' } }
  try {
    const { metadata } = await client.create('Config', probe, { dryRun: true })
    return judgeClock(sentMs, context.clock.wallMs(), Date.parse(metadata.creationTimestamp))
  } catch (error) {
    const why = reasonOf(error) === 'Forbidden' ? 'only operators can ask' : messageOf(error)
    return { level: 'ok', about: 'clock', text: `not compared: ${why}` }
  }
}

async function* lookAtCluster(context: Context, client: Client): AsyncGenerator<Finding> {
  const [{ items: nodes }, { items: services }, { items: tasks }] = await Promise.all([
    client.list('Node'),
    client.list('Service'),
    client.list('Task'),
  ])
  const now = context.clock.wallMs()
  const bad = nodes.flatMap((node) => judgeNode(node, now))
  if (bad.length === 0) yield { level: 'ok', about: 'nodes', text: `${nodes.length} ready` }
  yield* bad
  const mixed = judgeVersions(nodes)
  if (mixed !== undefined) yield mixed
  yield judgeManagers(nodes)
  for (const { status } of nodes) {
    const address = status.description?.managerAddress
    if (address !== undefined) yield await reach('manager', address)
  }
  const members = await readMembers(client, nodes)
  const hosts = new Map(nodes.map(({ metadata, status }) => [metadata.name, status.description?.hostname]))
  yield* judgeMembers(new Map([...members].map(([name, member]) => [hosts.get(name) ?? name, member])))
  const unwell = services.flatMap((service) => {
    const finding = judgeService(
      service,
      tasks.filter(({ spec }) => spec.service === service.metadata.name),
    )
    return finding === undefined ? [] : [finding]
  })
  if (unwell.length === 0) yield { level: 'ok', about: 'services', text: `${services.length} as they should be` }
  yield* unwell
}

/** Whether somebody listens there. Who that is, the certificate of the connection says later. */
function reach(about: string, address: string): Promise<Finding> {
  const [, host = '', port = '0'] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? []
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), timeout: connectMs })
    const fail = (why: string): void => {
      socket.destroy()
      resolve({
        level: 'warning',
        about,
        text: `${address} cannot be reached from here: ${why}`,
        mend: 'start kitd there, give it its unlock key if it is locked, and let this port through between the machines',
      })
    }
    socket.once('connect', () => {
      socket.destroy()
      resolve({ level: 'ok', about, text: `${address} can be reached` })
    })
    socket.once('timeout', () => fail(`nothing within ${connectMs / 1000} s`))
    socket.once('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message))
  })
}
