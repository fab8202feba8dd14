// `kit swarm`: founding, joining and leaving, tokens, the root, users.

import { type Command, Option } from 'commander'
import { refusedInitFlags } from '../cluster/swarm-settings.ts'
import { addHelp } from '../help/help.ts'
import type { Configure } from '../verbs/common-options.ts'
import { externalCaFlag, refusing, settings } from './cluster.ts'
import { listing, many, type Registry, switchOption, waiting } from './group.ts'

/** Where this machine is to be found, and what it is for. */
const place: Configure = (command) =>
  refusing(command, refusedInitFlags)
    .option('--advertise-addr <address>', 'what others are told: IP or interface, with :PORT or without')
    .option('--listen-addr <address>', 'where managers listen: IP or interface (default: 0.0.0.0:4242)')
    .addOption(
      new Option('--availability <availability>', 'whether it takes tasks').choices(['active', 'pause', 'drain']).default('active'),
    )

export function addSwarm({ add }: Registry, swarm: Command): void {
  add(
    'init',
    'Found a cluster on this machine, where kitd --standby runs',
    (command) => settings(place(command), 'docker'),
    async (context, options) => (await import('../commands/swarm.ts')).init(context, options),
    swarm,
  )
  add(
    'join',
    'Make this machine, where kitd --standby runs, a node of a cluster',
    (command) =>
      place(command).requiredOption('--token <token>', 'token to join with, or @FILE').argument('<manager>', 'address of a manager'),
    async (context, options, words) => (await import('../commands/swarm.ts')).join(context, options, words),
    swarm,
  )
  add(
    'leave',
    'Let this machine leave its cluster: what it runs is stopped, and it waits again',
    (command) => command.option('-f, --force', 'also as the last manager, which erases the cluster'),
    async (context, options) => (await import('../commands/swarm.ts')).leave(context, options),
    swarm,
  )
  add(
    'update',
    'Change settings of the cluster',
    (command) => settings(command, 'docker'),
    async (context, options) => (await import('../commands/swarm.ts')).update(context, options),
    swarm,
  )
  add(
    'join-token',
    'Print the command that another machine joins with',
    (command) =>
      command
        .argument('<role>', 'worker or manager')
        .option('--rotate', 'make a new token first: the old one stops working, and nodes stay')
        .option('-q, --quiet', 'the token only'),
    async (context, options, words) => (await import('../commands/swarm.ts')).joinToken(context, options, words),
    swarm,
  )
  add(
    'unlock',
    'Give the manager of this machine its unlock key, from the terminal or standard input',
    (command) => command,
    async (context) => (await import('../commands/swarm-lock.ts')).unlock(context),
    swarm,
  )
  add(
    'unlock-key',
    'Print the unlock key of managers',
    (command) => command.option('--rotate', 'make a new key first: managers that run take it up').option('-q, --quiet', 'the key only'),
    async (context, options) => (await import('../commands/swarm-lock.ts')).unlockKey(context, options),
    swarm,
  )
  add(
    'ca',
    'Print the root certificate of the cluster, or replace it',
    (command) =>
      many(
        waiting(switchOption(command, '-q, --quiet', 'no progress')),
        externalCaFlag,
        'with --rotate: authority outside of the cluster that has the key',
      )
        .option('--rotate', 'go over to another root: every node gets a new certificate, then join tokens are new')
        .option('--ca-cert <file>', 'with --rotate: certificate of a root of your own, PEM')
        .option('--ca-key <file>', 'its private key, PEM')
        .option('--cert-expiry <duration>', 'with --rotate: how long certificates of nodes are valid'),
    async (context, options) => (await import('../commands/swarm.ts')).ca(context, options),
    swarm,
  )
  addUsers(add, swarm)
}

function addUsers(add: Registry['add'], swarm: Command): void {
  const user = addHelp(swarm.command('user').description('Users: who may use the cluster from other machines').exitOverride(), 'swarm user')
  const certified = (command: Command): Command =>
    many(command.argument('<name>'), '--server <host:port>', 'address of a manager (default: all that serve users); may be repeated')
      .option('--expiry <time>', 'how long the certificate is good: 90d, 12h (default: 90d)')
      .option('--file <file>', 'where to write the context of the user; - prints it (default: kit-NAME.yaml)')
  add(
    'add',
    'Make a user with a certificate, and write the context to carry to its machine',
    (command) => certified(command).option('--role <role>', 'admin, operator or viewer'),
    async (context, options, words) => (await import('../commands/swarm-user.ts')).add(context, options, words),
    user,
  )
  add(
    'renew',
    'Make another certificate: the one before is refused from then on',
    (command) => certified(command).option('--role <role>', 'admin, operator or viewer (default: as before)'),
    async (context, options, words) => (await import('../commands/swarm-user.ts')).renew(context, options, words),
    user,
  )
  add('ls', 'List users', listing, async (context, options) => (await import('../commands/swarm-user.ts')).list(context, options), user)
  add(
    'rm',
    'Take users away: they are refused at once, and what they have open ends',
    (command) => command.alias('remove').argument('<name...>', 'whole names'),
    async (context, _options, words) => (await import('../commands/swarm-user.ts')).remove(context, words),
    user,
  )
}
