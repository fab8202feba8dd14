// `kit rollout`, and `history` and `rollback`, which are said without it, too.

import { Option } from 'commander'
import { waiting } from './common-options.ts'
import type { VerbRegistry } from './registry.ts'

export function addRollouts({ add, group, program }: VerbRegistry): void {
  const rollout = group('rollout', 'Look at, pause, undo or repeat the rollout of a service')
  add(
    'status',
    'Wait for the rollout, and say how it went',
    (command) =>
      command.argument('<service>', 'NAME or service/NAME').addOption(new Option('--timeout <duration>', 'longest wait').default('10m')),
    async (context, options, words) => (await import('../commands/rollout.ts')).status(context, options, words),
    rollout,
  )
  for (const parent of [rollout, program]) {
    add(
      'history',
      'List the revisions of a service',
      (command) => command.argument('<service>', 'NAME or service/NAME'),
      async (context, _options, words) => (await import('../commands/rollout.ts')).history(context, words),
      parent,
    )
  }
  add(
    'pause',
    'Replace no more tasks of a service by newer ones',
    (command) => command.argument('<service>', 'NAME or service/NAME'),
    async (context, _options, words) => (await import('../commands/rollout.ts')).pause(context, words),
    rollout,
  )
  add(
    'resume',
    'Go on with a rollout that somebody, or its failures, paused',
    (command) => waiting(command).argument('<service>', 'NAME or service/NAME'),
    async (context, options, words) => (await import('../commands/rollout.ts')).resume(context, options, words),
    rollout,
  )
  for (const [verb, parent] of [
    ['undo', rollout],
    ['rollback', program],
  ] as const) {
    add(
      verb,
      'Go back to the last good revision of a service, or to any, and say what that changes',
      (command) =>
        waiting(command)
          .argument('<service>', 'NAME or service/NAME')
          .option('--to <revision>', 'its number or name (default: the last good one that is not the current one)')
          .option('--dry-run', 'only say what it would change')
          .option('-y, --yes', 'do not ask; only a terminal is asked anyway'),
      async (context, options, words) => (await import('../commands/rollout.ts')).undo(context, options, words),
      parent,
    )
  }
  add(
    'restart',
    'Replace all tasks of a service, by its update settings',
    (command) => waiting(command).argument('<service>', 'NAME or service/NAME'),
    async (context, options, words) => (await import('../commands/rollout.ts')).restart(context, options, words),
    rollout,
  )
}
