// `kit secret` and `kit config`: content that tasks get as files.

import { Option } from 'commander'
import { collect, output, selectors, waiting } from './common-options.ts'
import type { VerbRegistry } from './registry.ts'

export function addFileObjects({ add, group }: VerbRegistry): void {
  for (const [kind, text] of [
    ['Secret', 'Secrets: content that only the tasks that ask for it get to see'],
    ['Config', 'Configs: content that tasks get as files'],
  ] as const) {
    const plural = `${kind.toLowerCase()}s`
    const parent = group(kind.toLowerCase(), text)
    add(
      'create',
      'Store a file, or - for standard input, under a name',
      (command) =>
        command
          .argument('<name>', 'how services refer to it')
          .argument('<file>', 'its content; - for standard input')
          .option('-l, --label <label>', 'label: key=value; may be repeated', collect)
          .addOption(new Option('--template-driver <driver>', 'fill in placeholders on the node').choices(['golang'])),
      async (context, options, words) => (await import('../commands/file-object.ts')).create(context, kind, options, words),
      parent,
    )
    add(
      'ls',
      `List ${plural}`,
      (command) => selectors(output(command)).option('-q, --quiet', 'names only'),
      async (context, options) =>
        options.quiet === true
          ? (await import('../commands/file-object.ts')).listNames(context, kind, options)
          : (await import('../commands/get.ts')).get(context, { output: 'wide', ...options }, [plural]),
      parent,
    )
    add(
      'inspect',
      `Show ${plural} with everything that belongs to them${kind === 'Secret' ? ', except what they hold' : ''}`,
      (command) => output(command).argument('<name...>'),
      async (context, options, words) =>
        options.output === undefined
          ? (await import('../commands/describe.ts')).describe(context, options, [plural, ...words])
          : (await import('../commands/get.ts')).get(context, options, [plural, ...words]),
      parent,
    )
    add(
      'rm',
      `Delete ${plural} that no service uses`,
      (command) => waiting(command).argument('<name...>'),
      async (context, options, words) => (await import('../commands/delete.ts')).remove(context, options, [plural, ...words]),
      parent,
    )
  }
}
