// `kit service`, whose options are the table of service-flags.ts.

import type { Command } from 'commander'
import { CommandError, exitCodes } from '../exit.ts'
import { needlessFlags, refusedFlags, refusedOnUpdate, type ServiceFlag, serviceFlags } from '../service/service-flags.ts'
import { addRemove, hidden, inspectAs, inspected, listing, many, type Registry, switchOption, tasksListing, waiting } from './group.ts'

/** All flags of the table, for `create` or `update`. */
function serviceOptions(command: Command, verb: 'create' | 'update'): Command {
  for (const flag of serviceFlags) if (verb === 'create' || flag.only === undefined) serviceOption(command, flag, verb)
  for (const [name, { value }] of Object.entries(refusedFlags)) command.addOption(hidden(`--${name} <${value}>`))
  if (verb === 'update') for (const [name, { value }] of Object.entries(refusedOnUpdate)) command.addOption(hidden(`--${name} <${value}>`))
  for (const name of needlessFlags) command.addOption(hidden(`--${name}`))
  switchOption(command, '--with-registry-auth', 'send what `docker login` knows of the registry')
  return waiting(switchOption(command, '-q, --quiet', 'no progress'))
}

function serviceOption(
  command: Command,
  { flag, short, value, help, holds, also = [], plain }: ServiceFlag,
  verb: 'create' | 'update',
): void {
  const letter = short === undefined ? '' : `-${short}, `
  if (value === undefined) {
    if (flag.startsWith('no-')) command.option(`--${flag}`, help)
    else switchOption(command, `${letter}--${flag}`, help)
    return
  }
  const changes = verb === 'update' && holds !== 'one' && plain !== true
  many(command, `${letter}--${flag} <${value}>`, changes ? `${help}; instead of all` : help)
  for (const name of also) many(command, `--${name} <${value}>`)
  if (!changes) return
  many(command, `--${flag}-add <${value}>`, 'add one, or change it')
  many(command, `--${flag}-rm <${value.replace(/[=:].*/, '')}>`, 'take one out')
  for (const name of [`add-${flag}`, `rm-${flag}`]) many(command, `--${name} <${value}>`)
}

export function addService({ add, output }: Registry, service: Command): void {
  service.enablePositionalOptions() // What follows the image of `create` is not for kit.
  add(
    'create',
    'Create a service, and wait until it runs',
    (command) => serviceOptions(command, 'create').argument('[image]').argument('[args...]').passThroughOptions(),
    async (context, options, words) => (await import('../commands/service.ts')).create(context, options, words),
    service,
  )
  add(
    'update',
    'Change a service, and wait until it is so',
    (command) =>
      switchOption(
        serviceOptions(command, 'update').argument('<service>'),
        '--force',
        'replace all tasks, also when nothing changes',
      ).option('--rollback', 'go back to the last good revision'),
    async (context, options, words) => (await import('../commands/service.ts')).update(context, options, words),
    service,
  )
  add('ls', 'List services', listing, async (context, options) => (await import('../commands/service.ts')).list(context, options), service)
  add(
    'ps',
    'List the tasks of services, with those that ended',
    (command) => tasksListing(command).argument('<service...>'),
    async (context, options, words) => (await import('../commands/service.ts')).tasksOf(context, options, words),
    service,
  )
  add(
    'inspect',
    'Show services with their tasks',
    (command) => inspected(output(command)).option('-a, --all', 'also tasks that ended'),
    async (context, options, words) =>
      inspectAs('services', context, options, words) ?? (await import('../commands/service.ts')).inspect(context, options, words),
    service,
  )
  add(
    'scale',
    'Change how many replicas services have: web=5',
    (command) => waiting(command).argument('<target...>', 'NAME=N'),
    async (context, options, words) => (await import('../commands/scale.ts')).scale(context, options, words),
    service,
  )
  add(
    'logs',
    'Print what the tasks of a service wrote',
    (command) =>
      command
        .alias('log')
        .argument('<service>', 'or task/NAME')
        .option('-f, --follow', 'go on with what comes')
        .option('-n, --tail <lines>', 'lines from the end of each task (default: all)')
        .option('--since <when>', 'only what is younger: 10m, or 2026-01-31T12:00:00Z')
        .option('-t, --timestamps', 'print the time of each line')
        .option('--raw', 'without the name of the task before each line')
        .option('--no-task-ids', 'web.1 before each line, without what tells its tasks apart')
        .addOption(hidden('--details'))
        .addOption(hidden('--no-resolve')) // No names of nodes are printed.
        .addOption(hidden('--no-trunc')),
    async (context, options, words) => {
      if (options.details === true)
        throw new CommandError(
          exitCodes.invalid,
          'error: --details: kit keeps no attributes with the lines; --timestamps prints their times',
        )
      return (await import('../commands/logs.ts')).logs(context, options, words)
    },
    service,
  )
  add(
    'rollback',
    'Go back to the last good revision that is not the present one',
    (command) => switchOption(waiting(command), '-q, --quiet', 'no progress').argument('<service>'),
    // As docker, which does not ask.
    async (context, options, words) => (await import('../commands/rollout.ts')).undo(context, { ...options, yes: true }, words),
    service,
  )
  addRemove(add, service, 'services', 'Delete services with their tasks', async (context, options, words) =>
    (await import('../commands/service.ts')).remove(context, options, words),
  )
}
