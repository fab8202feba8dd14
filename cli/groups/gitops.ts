// The commands of `kit gitops`, registered when one of them is asked for.

import { type Command, Option } from 'commander'
import { collect } from '../verbs/common-options.ts'
import type { Registry } from './group.ts'

export function fillGitops({ add, output }: Registry, group: Command): void {
  const waiting = (command: Command): Command =>
    command
      .option('--no-wait', 'do not wait until it was looked at')
      .addOption(new Option('--timeout <duration>', 'longest wait').default('2m'))
  const named = (command: Command): Command => command.argument('<name>', 'name of the source')
  add(
    'add',
    'Keep the cluster equal to a directory, from now on; or change how',
    (command) =>
      waiting(named(command))
        .option('--dir <directory>', 'the directory, on the machine of the manager')
        .option('--node <node>', 'manager that has it (default: any that has it)')
        .option('--prune', 'delete what it has created and the files do not hold any more (default)')
        .option('--no-prune', 'delete nothing')
        .option('--allow-empty', 'prune even when the directory holds no object')
        .option('--interval <duration>', 'time between comparisons when no file changes (default: 1m)')
        .option('--report-drift', 'only report what others change, instead of undoing it')
        .option('--leave <field>', 'leave a field to whoever has changed it: spec.replicas; may be repeated', collect)
        .option('--suspend', 'look, and apply nothing yet'),
    async (context, options, words) => (await import('../commands/gitops.ts')).add(context, options, words),
    group,
  )
  add(
    'ls',
    'List sources',
    (command) => output(command),
    async (context, options) => (await import('../commands/get.ts')).get(context, { output: 'wide', ...options }, ['sources']),
    group,
  )
  add(
    'suspend',
    'Apply nothing until it is resumed',
    (command) => named(command).option('--for <duration>', 'go on by itself after so long').option('--reason <text>', 'why, for others'),
    async (context, options, words) => (await import('../commands/gitops.ts')).suspend(context, options, words),
    group,
  )
  add(
    'resume',
    'Go on with what the directory holds, after suspend or rollback',
    (command) => waiting(named(command)),
    async (context, options, words) => (await import('../commands/gitops.ts')).resume(context, options, words),
    group,
  )
  add(
    'diff',
    'Show what others have changed, and what a sync would change',
    (command) => named(command),
    async (context, _options, words) => (await import('../commands/gitops.ts')).diff(context, words),
    group,
  )
  add(
    'sync',
    'Look and apply now, once: also while suspended, and over drift that is only reported',
    (command) => waiting(named(command)).option('--prune', 'agree to the large pruning that it asks about'),
    async (context, options, words) => (await import('../commands/gitops.ts')).sync(context, options, words),
    group,
  )
  add(
    'history',
    'List what was applied, newest first',
    (command) => named(command),
    async (context, _options, words) => (await import('../commands/gitops.ts')).history(context, words),
    group,
  )
  add(
    'rollback',
    'Apply what was applied before, and stay there until it is resumed',
    (command) => waiting(named(command)).option('--to <revision>', 'beginning of a revision or commit (default: the one before)'),
    async (context, options, words) => (await import('../commands/gitops.ts')).rollback(context, options, words),
    group,
  )
  add(
    'rm',
    'Forget a source; what it applied stays',
    (command) => waiting(named(command)).option('--prune', 'also delete what it has created, except what is protected and data'),
    async (context, options, words) => (await import('../commands/gitops.ts')).remove(context, options, words),
    group,
  )
}
