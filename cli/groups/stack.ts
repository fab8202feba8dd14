// `kit stack`.

import type { Command } from 'commander'
import { addRemove, hidden, listing, many, type Registry, tasksListing, waiting } from './group.ts'

export function addStack({ add }: Registry, stack: Command): void {
  add(
    'deploy',
    'Make the cluster as a Compose file says, and wait until it is',
    (command) =>
      many(
        waiting(command).alias('up').argument('<stack>', 'its name'),
        '-c, --compose-file <file>',
        'Compose file, or - for standard input',
      )
        .option('--force', 'take fields that somebody else has set')
        .addOption(hidden('--prune')) // What the file no longer has always goes.
        .addOption(hidden('--resolve-image <when>')),
    async (context, options, [name = '']) =>
      (await import('../commands/apply.ts')).apply(context, { ...options, name, filename: options.composeFile ?? [] }),
    stack,
  )
  add(
    'ls',
    'List stacks',
    listing,
    async (context, options) => (await import('../commands/swarm-lists.ts')).stacks(context, options),
    stack,
  )
  add(
    'ps',
    'List the tasks of a stack, with those that ended',
    (command) => tasksListing(command).argument('<stack>'),
    async (context, options, words) => (await import('../commands/swarm-lists.ts')).stackTasks(context, options, words),
    stack,
  )
  add(
    'services',
    'List the services of a stack',
    (command) => listing(command).argument('<stack>'),
    async (context, options, words) => (await import('../commands/service.ts')).listOfStack(context, options, words),
    stack,
  )
  addRemove(add, stack, 'stacks', 'Delete stacks with everything they made, except volumes')
}
