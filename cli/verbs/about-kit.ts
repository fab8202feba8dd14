// Beside the cluster: version, init, doctor, api, completion.

import { Argument } from 'commander'
import { shells, starters } from '../options.ts'
import { collect } from './common-options.ts'
import type { VerbRegistry } from './registry.ts'

export function addAboutKit({ add }: VerbRegistry): void {
  add(
    'version',
    'Print the versions of this program and of the daemon',
    (command) => command,
    async (context) => (await import('../commands/version.ts')).version(context),
  )

  add(
    'init',
    'Write a stack file to begin with',
    (command) =>
      command
        .addArgument(new Argument('[what]', 'what it runs').choices(starters).default('web'))
        .option('--file <path>', 'there, instead of to standard output')
        .option('--force', 'also over a file that is there'),
    async (context, options, words) => (await import('../commands/init.ts')).init(context, options, words),
  )
  add(
    'doctor',
    'Look whether all that kit needs is there, and say how to mend what is not',
    (command) => command,
    async (context) => (await import('../commands/doctor.ts')).doctor(context),
  )
  add(
    'api',
    'Send a request to the API as it is: [METHOD] PATH',
    (command) =>
      command
        .argument('<method>', 'GET, POST, PUT, PATCH or DELETE; GET may be left out')
        .argument('[path]', 'such as /apis/kit/v1/services')
        .option('-f, --filename <file>', 'body, in YAML or JSON; - for standard input', collect)
        .option('-H, --header <name: value>', 'header of the request; may be repeated', collect),
    async (context, options, words) => (await import('../commands/api.ts')).api(context, options, words),
  )
  add(
    'completion',
    'Print what a shell needs to complete commands, options and names',
    (command) => command.addArgument(new Argument('<shell>', 'which one').choices(shells)),
    async (context, _options, words) => (await import('../commands/completion.ts')).completion(context, words),
  )
}
