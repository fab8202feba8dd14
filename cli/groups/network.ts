// `kit network`.

import type { Command } from 'commander'
import { addInspect, addRemove, hidden, listing, many, type Registry, switchOption } from './group.ts'

export function addNetwork(registry: Registry, network: Command): void {
  const { add } = registry
  add(
    'create',
    'Create a network',
    (command) => {
      for (const [flag, help] of [
        ['-o, --opt <key=value>', 'option of the driver; may be repeated'],
        ['-l, --label <key=value>', 'label; may be repeated'],
        ['--subnet <range>', 'range of addresses: 10.0.9.0/24; may be repeated'],
        ['--gateway <address>', 'gateway of the subnet'],
        ['--ip-range <range>', 'part of the subnet that tasks get addresses from'],
        ['--ipam-opt <key=value>', 'option of the address manager'],
      ] as const)
        many(command, flag, help)
      for (const [name, help] of [
        ['attachable', 'single containers may join'],
        ['internal', 'no way out of it'],
        ['ingress', 'carries the traffic of published ports'],
        ['ipv6', 'IPv6 addresses too'],
      ] as const)
        switchOption(command, `--${name}`, help)
      return command
        .argument('[name]')
        .option('-d, --driver <name>', 'what makes it (default: overlay)')
        .option('--ipam-driver <name>', 'what gives out addresses')
        .addOption(hidden('--name <name>'))
        .addOption(hidden('--scope <scope>')) // All networks are of the whole cluster.
    },
    async (context, options, words) => (await import('../commands/swarm-lists.ts')).createNetwork(context, options, words),
    network,
  )
  add('ls', 'List networks', listing, async (context, options) => (await import('../commands/swarm-lists.ts')).networks(context, options), network) // biome-ignore format: as above
  addInspect(registry, network, 'networks')
  addRemove(add, network, 'networks', 'Delete networks that no service uses')
}
