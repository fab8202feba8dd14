// What `kitd` takes on its command line.

import { isIP } from 'node:net'
import { hostname as machineHostname } from 'node:os'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { Availability } from '../../api/join.ts'
import { executorNames } from '../options.ts'
import type { NodeFlags } from './kitd-node.ts'
import type { OwnRootFlags } from './own-root.ts'

export interface Flags extends Omit<NodeFlags, 'labels' | 'engineLabels' | 'availability'>, Omit<OwnRootFlags, 'joinAddr'> {
  readonly stateDir: string
  readonly standby?: boolean
  readonly onlyWhile?: string
  readonly autolock?: boolean
  readonly listenControlApi?: string
  readonly availability: 'active' | 'pause' | 'drain'
  readonly label: readonly string[]
  readonly engineLabel: readonly string[]
}

export const availabilities: Readonly<Record<Flags['availability'], Availability>> = { active: 'Active', pause: 'Pause', drain: 'Drain' }

const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value]

/** Rejects with CommanderError, after saying what is wrong. */
export function parseFlags(args: readonly string[]): Flags {
  return new Command('kitd')
    .description('Runs one node of a kit cluster in the foreground. Logs are JSON on standard error.')
    .requiredOption('-d, --state-dir <directory>', 'state of this node')
    .option('--hostname <name>', 'host name to report', machineHostname())
    .option('--listen-control-api <path>', 'control socket (default: <state-dir>/kit.sock)')
    .option('--listen-remote-api <host:port>', 'managers: where other nodes connect, over mutual TLS (default: 0.0.0.0:4242)')
    .option('--listen-api <host:port>', 'managers: where users of other machines connect with their certificates (default: nowhere)')
    .option('--advertise-addr <host:port>', 'managers: address that other nodes are told (default: the one that it listens on)')
    .option('--join-addr <host:port>', 'a manager: this node is a worker of its cluster')
    .option('--join-token <token>', 'token to join with, or @FILE; needed once')
    .option('--ca-cert <file>', 'first manager: certificate of a root of your own, PEM (default: kit makes one)')
    .option('--ca-key <file>', 'its private key, PEM')
    .option('--force-new-cluster', 'manager: the other managers are lost for good; go on alone with all that is here, once')
    .option('--accept-expired', 'manager: believe managers whose certificates have expired, this one included, until they are renewed')
    .option('--autolock', 'first manager: managers need the unlock key of the cluster when they are started again')
    .addOption(
      new Option('--standby', 'wait for `kit swarm init` or `kit swarm join` on this machine').conflicts([
        'joinAddr',
        'joinToken',
        'caCert',
        'caKey',
        'autolock',
      ]),
    )
    .addOption(
      new Option('--availability <availability>', 'whether this node takes tasks, when it is first started')
        .choices(Object.keys(availabilities))
        .default('active'),
    )
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
    .addOption(new Option('--gitops <directory>', 'managers: keep the cluster equal to this directory (kit gitops)').conflicts(['standby']))
    .addOption(new Option('--only-while <file>').hideHelp())
    .option('--label <key=value>', 'label of this node, set when it is first started; may be repeated', collect, [])
    .option('--engine-label <key=value>', 'engine label of this node; may be repeated', collect, [])
    .exitOverride()
    .parse(args, { from: 'user' })
    .opts<Flags>()
}

export function parseLabels(flag: string, texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=')
      if (at < 1) throw new Error(`${flag}: "${text}" is not key=value`)
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}
