// Options that several verbs take.

import { type Command, InvalidArgumentError, Option } from 'commander'

export type Configure = (command: Command) => Command

export const collect = (value: string, all: readonly string[] = []): readonly string[] => [...all, value]
export const count = (value: string): number => {
  if (!/^\d{1,6}$/.test(value)) throw new InvalidArgumentError('wanted a number, such as 3.')
  return Number(value)
}
export const output: Configure = (command) =>
  command.option(
    '-o, --output <format>',
    'wide, columns=NAME,AGE, json, ndjson, yaml, name, custom-columns=HEADING:.path or jsonpath={.path} (default: a table)',
  )
export const selectors: Configure = (command) =>
  command
    .option('-l, --selector <labels>', 'only objects with these labels: a=b,c!=d,e in (f,g)')
    .option('--field-selector <fields>', 'only objects with these fields: spec.nodeName=node-1')
export const files: Configure = (command) =>
  command
    .option('-f, --filename <file>', 'file, directory, or - for standard input; may be repeated', collect)
    .option('-R, --recursive', 'read directories below, too')
export const waiting: Configure = (command) =>
  command.option('--no-wait', 'do not wait until it is true').addOption(new Option('--timeout <duration>', 'longest wait').default('10m'))
export const force: Configure = (command) => command.option('--force', 'take fields that somebody else has set')
export const compose: Configure = (command) =>
  command
    .option('--name <stack>', 'name of the stack, for a Compose file')
    .option('--profile <name>', 'also services with this profile (or COMPOSE_PROFILES=a,b); may be repeated', collect)
    .option('--strict', 'refuse a Compose file with keys that kit does not act on, instead of warning')
