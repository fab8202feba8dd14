// What changes and shows objects: apply, get, delete and their like.

import { Option } from 'commander'
import { availabilityVerbs } from './availability.ts'
import { compose, files, force, output, selectors, waiting } from './common-options.ts'
import type { VerbRegistry } from './registry.ts'

export function addObjects({ add }: VerbRegistry): void {
  add(
    'apply',
    'Make the cluster as the files say, and wait until it is',
    (command) =>
      waiting(force(compose(files(command))))
        .option('--dry-run', 'say what would happen, and change nothing')
        .option('--plan', 'show each field that would change, and what that means for tasks; change nothing')
        .option('--if-version <version>', 'only if nothing has changed since the --plan that printed it'),
    async (context, options) => (await import('../commands/apply.ts')).apply(context, options),
  )
  add(
    'plan',
    'Show each field that applying the files would change, and what that means for tasks: as `kit apply --plan`',
    (command) => force(compose(files(command))),
    async (context, options) => (await import('../commands/apply.ts')).apply(context, { ...options, plan: true }),
  )
  add(
    'diff',
    'Show what applying the files would change, or has changed between two revisions (exit code 1 when anything)',
    (command) =>
      force(compose(files(command)))
        .argument('[service]', 'of revisions: NAME or service/NAME')
        .option('--from <revision>', 'its number or name (default: the one that is wanted now)')
        .option('--to <revision>', 'its number or name (default: the one that is wanted now)'),
    async (context, options, [service]) =>
      service === undefined
        ? (await import('../commands/diff.ts')).diff(context, options)
        : (await import('../commands/rollout.ts')).diffRevisions(context, options, service),
  )
  add(
    'get',
    'List objects, or show one',
    (command) =>
      selectors(output(command))
        .argument('[kind]', 'kind, kinds with commas, all, or kind/name')
        .argument('[name...]', 'all of the kind without one')
        .option('-w, --watch', 'go on printing what changes')
        .option('--sort-by <column>', 'a column of the table, or a field: AGE, .spec.replicas')
        .option('-q, --quiet', 'names only')
        .option('--raw <path>', 'print what the API answers there: /metrics, /readyz?verbose'),
    async (context, options, words) => (await import('../commands/get.ts')).get(context, options, words),
  )
  add(
    'describe',
    'Show an object with everything that belongs to it',
    (command) =>
      selectors(command).argument('<kind>', 'kind, kinds with commas, or kind/name').argument('[name...]', 'all of the kind without one'),
    async (context, options, words) => (await import('../commands/describe.ts')).describe(context, options, words),
  )
  add(
    'delete',
    'Delete objects, and wait until they and what belongs to them are gone',
    (command) =>
      waiting(selectors(files(command)))
        .option('--name <stack>', 'name of the stack, for a Compose file')
        // As kubectl has it.
        .addOption(new Option('--wait [yes]').argParser((text) => text !== 'false').hideHelp())
        .argument('[kind]', 'kind, or kind/name')
        .argument('[name...]', 'names, unless -f, -l, --field-selector or --all says which')
        .option('--all', 'all objects of the kind')
        .option('--force', 'remove a node that still answers'),
    async (context, options, words) => (await import('../commands/delete.ts')).remove(context, options, words),
  )
  add(
    'edit',
    'Change an object in an editor; what would change is shown before it is applied',
    (command) => command.argument('<object>', 'KIND/NAME'),
    async (context, _options, words) => (await import('../commands/edit.ts')).edit(context, words),
  )
  add(
    'label',
    'Set or remove labels: KIND NAME key=value… key-…',
    (command) =>
      command.argument('<words...>', 'kind, name, then key=value or key-').option('--overwrite', 'replace a value that is there'),
    async (context, options, words) => (await import('../commands/label.ts')).label(context, options, words),
  )
  add(
    'scale',
    'Change how many replicas services have: service/web=5',
    (command) => waiting(command).argument('<target...>', 'NAME=N or service/NAME=N'),
    async (context, options, words) => (await import('../commands/scale.ts')).scale(context, options, words),
  )
  for (const [verb, availability, text] of availabilityVerbs) {
    add(
      verb,
      text,
      (command) =>
        (verb === 'drain'
          ? waiting(command).option('--dry-run', 'only say where its tasks would go')
          : command.alias(verb === 'pause' ? 'cordon' : 'uncordon')
        ).argument('<node...>', 'name or host name'),
      async (context, options, words) => (await import('../commands/drain.ts')).setAvailability(context, availability, options, words),
    )
  }
}
