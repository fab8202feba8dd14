// The `kitd` program: one node. Wires the real effects into `createNode`, opens the control socket, says
// `ready` in one line when it is, and stops cleanly on SIGTERM: tasks keep running, their shims own them.

import { isIP } from 'node:net'
import { hostname as machineHostname } from 'node:os'
import { join, resolve } from 'node:path'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { createPortServer } from '../agent/proxy/port-server.ts'
import { RefusedError } from '../agent/session.ts'
import { createClock } from '../effects/real/clock.ts'
import { lockDirectory } from '../effects/real/directory-lock.ts'
import { createDisk } from '../effects/real/disk.ts'
import { createKeys } from '../effects/real/keys.ts'
import { createLog } from '../effects/real/log.ts'
import { createRandom } from '../effects/real/random.ts'
import { certificatesOf } from '../node/certificate.ts'
import { createNode } from '../node/node.ts'
import { serveControlSocket } from '../server/http/http.ts'
import { chooseExecutor, type ExecutorFlags } from './executor-choice.ts'
import { type NetworkFlags, openRealNetwork } from './open-network.ts'
import { executorNames } from './options.ts'
import { tellReady } from './tell-ready.ts'
import { version } from './version.ts'

interface Flags extends ExecutorFlags, Omit<NetworkFlags, 'labels'> {
  readonly stateDir: string
  readonly listenControlApi?: string
  readonly label: readonly string[]
  readonly engineLabel: readonly string[]
  readonly publishAddress: string
}

const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value]

function parseFlags(args: readonly string[]): Flags {
  return new Command('kitd')
    .description('Runs one node of a kit cluster in the foreground. Logs are JSON on standard error.')
    .requiredOption('-d, --state-dir <directory>', 'state of this node')
    .option('--hostname <name>', 'host name to report', machineHostname())
    .option('--listen-control-api <path>', 'control socket (default: <state-dir>/kit.sock)')
    .option('--listen-remote-api <host:port>', 'managers: where other nodes connect, over mutual TLS (default: 0.0.0.0:4242)')
    .option('--advertise-addr <host:port>', 'managers: address that other nodes are told (default: the one that it listens on)')
    .option('--join-addr <host:port>', 'a manager: this node is a worker of its cluster')
    .option('--join-token <token>', 'token to join with, or @FILE; needed once')
    .addOption(
      new Option('--executor <name>', 'what runs tasks; auto takes Docker when it answers, and then stays with its choice')
        .choices(executorNames)
        .default('auto'),
    )
    .option('--docker-host <address>', 'Docker engine: unix:///path or tcp://host:port (default: DOCKER_HOST, or the usual socket)')
    .addOption(
      new Option('--publish-address <ip>', 'address of this machine on which published ports are opened')
        .default('0.0.0.0')
        .argParser((text) => {
          if (isIP(text) === 0) throw new InvalidArgumentError('It is not an IP address, such as 0.0.0.0 or 192.168.1.10.')
          return text
        }),
    )
    .option('--label <key=value>', 'label of this node, set when it is first started; may be repeated', collect, [])
    .option('--engine-label <key=value>', 'engine label of this node; may be repeated', collect, [])
    .exitOverride()
    .parse(args, { from: 'user' })
    .opts<Flags>()
}

function parseLabels(flag: string, texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=')
      if (at < 1) throw new Error(`${flag}: "${text}" is not key=value`)
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

async function run(flags: Flags): Promise<void> {
  const directory = resolve(flags.stateDir)
  const socket = flags.listenControlApi ?? join(directory, 'kit.sock')
  process.title = `kitd -d ${directory} --hostname ${flags.hostname}`
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort())

  const log = createLog()
  const effects = { clock: createClock(), random: createRandom(), keys: createKeys(), disk: createDisk(), log }
  const unlock = lockDirectory(directory)
  try {
    const labels = parseLabels('--label', flags.label)
    const network = await openRealNetwork(effects, directory, { ...flags, labels }, stop.signal)
    const { identity, transport, managers, advertise, certificate, onCertificate, onManagers } = network
    const programs = { node: process.execPath, shim: join(import.meta.dirname, 'kit-shim.mjs') }
    const executor = await chooseExecutor({ directory, identity, programs, environment: process.env, log }, flags)
    const node = await createNode(
      { ...effects, transport },
      {
        identity,
        directory,
        hostname: flags.hostname,
        executor,
        portServer: createPortServer({ address: flags.publishAddress, log }),
        managers,
        onManagers,
        onCertificate,
        ...(certificate === undefined ? {} : { certificate }),
        ...(advertise === undefined ? {} : { advertise }),
        labels,
        engineLabels: parseLabels('--engine-label', flags.engineLabel),
        version,
      },
    )
    const end = new AbortController()
    const all = AbortSignal.any([stop.signal, end.signal])
    // Whichever fails ends the other: a node that cannot be reached, or must not go on, says so and stops.
    const running = Promise.all([node.run(all), network.run(all, node.store)]).finally(() => end.abort())
    running.catch(() => undefined)
    const server = await serveControlSocket(socket, node.handle)
    tellReady(socket)
    await running
      .catch((error: unknown) => {
        if (!(error instanceof RefusedError) || error.reason !== 'NotFound') throw error
        throw new Error(
          `this node was removed from the cluster (${error.message}). What it runs goes on without a manager. To join again, as a new node that stops what the old one ran: delete ${certificatesOf(directory)}, and start with --join-addr and --join-token`,
          { cause: error },
        )
      })
      .finally(() => server.close())
  } finally {
    unlock()
  }
}

try {
  await run(parseFlags(process.argv.slice(2)))
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else {
    process.stderr.write(`kitd: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
