// What the commands of groups have in common: how they are registered, and options that many of them take.

import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { type Configure, collect } from '../verbs/common-options.ts'

export type Body = (context: Context, options: Options, words: readonly string[]) => Promise<number> | Promise<void>

/** What the commands of a group are registered with. */
export interface Registry {
  readonly add: (usage: string, description: string, configure: Configure, body: Body, parent: Command) => unknown
  readonly output: Configure
}

export const hidden = (flags: string): Option => new Option(flags).hideHelp()

/** Also as docker writes it: `--detach`, or `--detach=false`. */
export function switchOption(command: Command, flags: string, help: string): Command {
  const name = flags.replace(/^.*--/, '')
  return command
    .option(flags, help)
    .addOption(hidden(`--${name}=true`))
    .addOption(hidden(`--${name}=false`))
}

export function many(command: Command, flags: string, help?: string): Command {
  const option = help === undefined ? hidden(flags) : new Option(flags, help)
  return command.addOption(option.argParser((value: string, all: unknown) => collect(value, Array.isArray(all) ? all : [])))
}

export const waiting: Configure = (command) =>
  switchOption(command, '-d, --detach', 'do not wait until it is true')
    .addOption(hidden('--no-wait'))
    .addOption(new Option('--timeout <duration>', 'longest wait').default('10m'))
export const listing: Configure = (command) =>
  many(command, '-f, --filter <key=value>', 'only what this holds of; may be repeated')
    .option('--format <format>', 'json, or text with {{.Name}} (default: a table)')
    .option('-q, --quiet', 'ids only')
    .option('--no-trunc', 'whole ids, however narrow the terminal is')
export const tasksListing: Configure = (command) => listing(command).option('--no-resolve', 'ids of nodes instead of host names')

export const inspected: Configure = (command) => formatted(command.argument('<name...>'))

export const formatted: Configure = (command) =>
  command.option('-f, --format <format>', 'json (default: for people)').addOption(hidden('--pretty'))

/** `-o json` and the like are those of `kit get`; undefined when nothing of that kind is asked for. */
export function inspectAs(plural: string, context: Context, options: Options, words: readonly string[]): Promise<void> | undefined {
  if (options.format !== undefined && options.format !== 'json')
    throw new CommandError(
      exitCodes.invalid,
      `error: --format: "${options.format}" is not json; -o jsonpath={.spec.replicas} picks a field`,
    )
  const output = options.output ?? options.format
  if (output === undefined) return undefined
  return import('../commands/get.ts').then(({ get }) => get(context, { output }, [plural, ...words]))
}

export function addRemove(add: Registry['add'], parent: Command, plural: string, text: string, body?: Body): void {
  add(
    'rm',
    text,
    (command) => {
      const force = new Option('-f, --force', 'remove one that still answers')
      // Elsewhere nothing is asked that force would answer.
      return waiting(command)
        .alias('remove')
        .argument('<name...>')
        .addOption(plural === 'nodes' ? force : force.hideHelp())
    },
    body ?? (async (context, options, words) => (await import('../commands/delete.ts')).remove(context, options, [plural, ...words])),
    parent,
  )
}

/** `describe` shows what no column has. */
export function addInspect({ add, output }: Registry, parent: Command, plural: string): void {
  add(
    'inspect',
    `Show ${plural} with everything that belongs to them`,
    (command) => inspected(output(command)),
    async (context, options, words) =>
      inspectAs(plural, context, options, words) ?? (await import('../commands/describe.ts')).describe(context, {}, [plural, ...words]),
    parent,
  )
}
