// `kit node install|uninstall`: kitd as a service of this machine. The rest of `kit node` is in groups/node.ts.

import { type Command, Option } from 'commander'
import { collect } from './common-options.ts'
import type { VerbRegistry } from './registry.ts'

export function addNodeService({ add }: VerbRegistry, node: Command): void {
  add(
    'install',
    'Write, enable and start a systemd unit for kitd (without systemd: print it)',
    (command) =>
      command
        .option('--print', 'only print the unit')
        .option('--standby', 'wait for `kit swarm init` or `kit swarm join`, instead of founding a cluster')
        .addOption(new Option('-d, --state-dir <directory>', 'state of the node').default('/var/lib/kit'))
        .addOption(new Option('-u, --user <user>', 'user that kitd runs as; only root may run tasks as other users').default('root'))
        .addOption(new Option('--executor <name>', 'auto or process').default('auto'))
        .option('--label <key=value>', 'label of the node; may be repeated', collect),
    async (context, options) => (await import('../commands/node.ts')).install(context, options),
    node,
  )
  add(
    'uninstall',
    'Stop kitd and remove its unit; tasks and state stay',
    (command) => command,
    async (context) => (await import('../commands/node.ts')).uninstall(context),
    node,
  )
}
