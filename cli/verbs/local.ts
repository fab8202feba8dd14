// The cluster of this machine, and the dashboard: up, down, ui.

import { Option } from 'commander'
import { executorNames } from '../options.ts'
import { collect, compose, count, force, waiting } from './common-options.ts'
import type { VerbRegistry } from './registry.ts'

export function addLocal({ add, runWords, globals }: VerbRegistry): void {
  add(
    'up',
    'Start a cluster on this machine, apply files, wait, show what runs',
    (command) =>
      waiting(force(compose(command)))
        .argument('[file...]', 'files to apply')
        .addOption(
          new Option('--executor <name>', 'what runs tasks; auto, the default, takes Docker when it answers').choices(executorNames),
        )
        .option('--docker-host <address>', 'Docker engine (default: DOCKER_HOST, or the usual socket)')
        .addOption(
          new Option('--managers <count>', 'nodes that keep the state, at least (default: 1); 3 go on when one is lost').argParser(count),
        )
        .addOption(new Option('--workers <count>', 'nodes beside the managers, each a daemon of its own').argParser(count))
        .option('--label <label>', 'label for a node: node-1:key=value; may be repeated', collect)

        .option('--no-ui', 'show tables at the end, and no dashboard'),
    async (context, options, words) => {
      await (await import('../target.ts')).assertHere('up', globals())
      return (await import('../commands/up.ts')).up(context, options, words, runWords)
    },
  )
  add(
    'down',
    'Stop the cluster that `kit up` started, with its tasks',
    (command) => command.option('--purge', 'also delete its state'),
    async (context, options) => {
      await (await import('../target.ts')).assertHere('down', globals())
      await (await import('../commands/down.ts')).down(context, options)
    },
  )
  add(
    'ui',
    'Show the cluster as it changes: a dashboard, or lines where there is no terminal',
    (command) =>
      command
        .argument('[locator]', 'what to show first: services, service/NAME, node/NAME/tasks, task/NAME/logs (default: overview)')
        .option('--plain', 'no screen of its own: what there is now, then a line for each change')
        .option('--read-only', 'no key changes anything')
        .option('--theme <name>', 'dark, light, contrast, safe, mono or production (default: KIT_THEME, or dark)')
        .option('--record <file>', 'keep all that the screen shows in a new file')
        .option('--replay <file>', 'show what was recorded, and no cluster'),
    async (context, options, words) => (await import('../commands/ui.ts')).ui(context, options, words, runWords),
  )
}
