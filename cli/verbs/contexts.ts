// `kit ctx`, and `whoami`: which cluster is spoken to, and as whom.

import { collect } from './common-options.ts'
import type { VerbRegistry } from './registry.ts'

export function addContexts({ add }: VerbRegistry): void {
  const contexts = add(
    'ctx',
    'Clusters that can be reached from here: list them, or switch to NAME',
    (command) =>
      command
        .argument('[name]', 'commands are for this one from now on; `local` is the cluster of this machine')
        .option('-q, --quiet', 'names only')
        .option('--format <format>', 'json, or text with {{.Name}} (default: a table)'),
    async (context, options, [name]) => {
      const commands = await import('../commands/ctx.ts')
      return name === undefined ? commands.list(context, options) : commands.use(context, name)
    },
  )
  add(
    'add',
    'Take a context from the file that `kit swarm user add` wrote',
    (command) =>
      command
        .argument('<file>', 'the file, or - for standard input')
        .option('--name <name>', 'what to call it (default: as in the file)')
        .option('--server <host:port>', 'address of a manager instead of those in the file; may be repeated', collect),
    async (context, options, words) => (await import('../commands/ctx.ts')).add(context, options, words),
    contexts,
  )
  add(
    'rm',
    'Forget a context, with its key',
    (command) => command.argument('<name>'),
    async (context, _options, words) => (await import('../commands/ctx.ts')).remove(context, words),
    contexts,
  )
  add(
    'kubeconfig',
    'Print a context as kubectl takes it, with its key',
    (command) => command.argument('[name]', 'the current one without it'),
    async (context, _options, words) => (await import('../commands/ctx.ts')).kubeconfig(context, words),
    contexts,
  )
  add(
    'pem',
    'Write root, certificate and key of a context as files, for Prometheus or curl',
    (command) => command.argument('<directory>', 'gets ca.pem, cert.pem and key.pem').argument('[name]', 'the current one without it'),
    async (context, _options, words) => (await import('../commands/ctx.ts')).pem(context, words),
    contexts,
  )
  add(
    'whoami',
    'Print who the cluster takes you for, and which cluster that is',
    (command) => command,
    async (context) => (await import('../commands/whoami.ts')).whoami(context),
  )
}
