// `kit volume`.

import type { Command } from 'commander'
import { addInspect, addRemove, hidden, listing, many, type Registry } from './group.ts'

export function addVolume(registry: Registry, volume: Command): void {
  const { add } = registry
  add(
    'create',
    'Create a volume',
    (command) =>
      many(
        many(command, '-o, --opt <key=value>', 'option of the driver; may be repeated'),
        '-l, --label <key=value>',
        'label; may be repeated',
      )
        .argument('[name]')
        .option('-d, --driver <name>', 'what makes it (default: local)')
        .addOption(hidden('--name <name>')),
    async (context, options, words) => (await import('../commands/swarm-lists.ts')).createNamed(context, 'Volume', options, words),
    volume,
  )
  add('ls', 'List volumes', listing, async (context, options) => (await import('../commands/swarm-lists.ts')).volumes(context, options), volume) // biome-ignore format: as above
  addInspect(registry, volume, 'volumes')
  addRemove(add, volume, 'volumes', 'Delete volumes that no service uses')
}
