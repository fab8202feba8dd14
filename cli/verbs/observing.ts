// What waits for things, and says how they are: wait, events, stats, top, explain.

import { Option } from 'commander'
import type { VerbRegistry } from './registry.ts'

export function addObserving({ add }: VerbRegistry): void {
  add(
    'wait',
    'Wait until something is true of objects',
    (command) =>
      command
        .argument('<kind>', 'kind, or kind/name')
        .argument('[name...]')
        .option('--for <what>', 'converged (services and stacks), delete, condition=TYPE[=STATUS] or jsonpath={.path}[=value]', 'converged')
        .addOption(new Option('--timeout <duration>', 'longest wait').default('10m')),
    async (context, options, words) => (await import('../commands/wait.ts')).wait(context, options, words),
  )
  add(
    'events',
    'List what happened, newest last',
    (command) =>
      command
        .argument('[target]', 'kind/name (default: of everything)')
        .addOption(new Option('--type <type>', 'only those').choices(['Normal', 'Warning']))
        .option('--reason <reasons>', 'only these: RolloutPaused,RollbackStarted')
        .option('--since <duration>', 'only what happened within it, such as 10m')
        .option('-o, --output <format>', 'json or ndjson (default: a table)')
        .option('-w, --watch', 'go on with what happens'),
    async (context, options, words) => (await import('../commands/events.ts')).events(context, options, words),
  )
  add(
    'stats',
    'Print what running tasks use: CPU, memory, processes',
    (command) =>
      command
        .argument('[target...]', 'task, task/NAME, service/NAME or node/NAME (default: all)')
        .option('-w, --watch', 'go on, every second'),
    async (context, options, words) => (await import('../commands/stats.ts')).stats(context, options, words),
  )
  add(
    'top',
    'Print what nodes have set aside and use, or what tasks use',
    (command) =>
      command
        .argument('[target...]', '`nodes`; or task, task/NAME, service/NAME, node/NAME (default: all tasks)')
        .option('-w, --watch', 'go on, every second'),
    async (context, options, words) => (await import('../commands/top.ts')).top(context, options, words),
  )
  add(
    'explain',
    'Explain a field (service.spec.update), an error (KIT0104), or why a task is where it is (task/NAME)',
    (command) =>
      command
        .argument('[what]', 'field of a kind, error code, or task/NAME (default: lists the kinds)')
        .option('--recursive', 'all fields below, too'),
    async (context, options, words) => (await import('../commands/explain.ts')).explain(context, options, words),
  )
}
