// `kit cluster`, and the settings that it shares with `kit swarm`.

import type { Command } from 'commander'
import { clusterFlags, refusedClusterFlags } from '../cluster/swarm-settings.ts'
import { formatted, hidden, inspectAs, listing, many, type Registry } from './group.ts'

export function addCluster({ add, output }: Registry, cluster: Command): void {
  add(
    'ls',
    'List the cluster',
    listing,
    async (context, options) => (await import('../commands/cluster.ts')).list(context, options),
    cluster,
  )
  add(
    'inspect',
    'Show the settings of the cluster',
    (command) => formatted(output(command).argument('[cluster]', 'default')),
    async (context, options, words) =>
      inspectAs('clusters', context, options, named(words)) ?? (await import('../commands/cluster.ts')).inspect(context, named(words)),
    cluster,
  )
  add(
    'update',
    'Change settings of the cluster',
    (command) =>
      settings(command, 'swarmctl')
        .option('--rotate-join-token <role>', 'make a new token for workers or managers: the old one stops working')
        .option('--rotate-unlock-key', 'make a new unlock key of managers')
        .argument('[cluster]', 'default'),
    async (context, options, words) => (await import('../commands/cluster.ts')).update(context, options, named(words)),
    cluster,
  )
  add(
    'unlock-key',
    'Print the unlock key of managers',
    (command) => command.argument('[cluster]', 'default').option('-q, --quiet', 'the key only'),
    async (context, options) => (await import('../commands/swarm-lock.ts')).unlockKey(context, options),
    cluster,
  )
  add(
    'backup',
    'Write all that the cluster stores into a file, while everything goes on',
    (command) => command.argument('<file>', 'must not be there yet'),
    async (context, _options, words) => (await import('../commands/backup.ts')).backup(context, words),
    cluster,
  )
  add(
    'restore',
    'Make a state directory of a backup, for the first manager of the cluster that was',
    (command) =>
      command.argument('<file>').requiredOption('--state-dir <directory>', 'where kitd is to be started; empty, or not there yet'),
    async (context, options, words) => (await import('../commands/backup.ts')).restore(context, options, words),
    cluster,
  )
}

/** There is one cluster, and its name is the same everywhere. */
function named(words: readonly string[]): readonly string[] {
  return words.length === 0 ? ['default'] : words
}

export const externalCaFlag = '--external-ca <spec>'

/** The settings of the cluster, called first as in the program that the command is known from. */
export function settings(command: Command, from: 'swarmctl' | 'docker'): Command {
  for (const { names, value, section, text } of clusterFlags) {
    const [name = '', ...also] = from === 'docker' ? names.toReversed() : names
    command.option(`--${name} <${value}>`, `${section}: ${text.charAt(0).toLowerCase()}${text.slice(1)}`)
    for (const other of also) command.addOption(hidden(`--${other} <${value}>`))
  }
  many(command, externalCaFlag, 'authority outside of the cluster that signs: protocol=cfssl,url=URL[,cacert=FILE]; may be repeated')
  command.option('--autolock [boolean]', 'Encryption: managers need the unlock key when they are started again')
  return refusing(command, refusedClusterFlags)
}

export function refusing(command: Command, flags: typeof refusedClusterFlags): Command {
  for (const [name, { value }] of Object.entries(flags)) command.addOption(hidden(`--${name} ${value}`))
  return command
}
