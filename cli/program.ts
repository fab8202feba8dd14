// The program: what every command has in common, and where each is registered. Words and options are in `verbs/` and `groups/`,
// bodies in `commands/`, behind `import()`.

import { Command, CommanderError } from 'commander'
import type { Context } from './context.ts'
import { exitCodes } from './exit.ts'
import { explainComplaint } from './help/foreign-words.ts'
import { addHelp } from './help/help.ts'
import type { GlobalOptions, Options } from './options.ts'
import { timeoutOf } from './timeout.ts'
import { addAboutKit } from './verbs/about-kit.ts'
import { output } from './verbs/common-options.ts'
import { addContexts } from './verbs/contexts.ts'
import { addFileObjects } from './verbs/file-objects.ts'
import { addLocal } from './verbs/local.ts'
import { addNodeService } from './verbs/node-service.ts'
import { addObjects } from './verbs/objects.ts'
import { addObserving } from './verbs/observing.ts'
import type { VerbRegistry } from './verbs/registry.ts'
import { addRollouts } from './verbs/rollouts.ts'
import { addTasks } from './verbs/tasks.ts'

/** The words of a command after `kit`. */
export function pathOf(parent: Command, name: string): string {
  const groups: string[] = []
  for (let at: Command | null = parent; at?.parent != null; at = at.parent) groups.unshift(at.name())
  return [...groups, name].join(' ')
}

/** Hidden: what scripts of `kit completion` call. */
const completionCommand = '__complete'

/** Where the first word is that is neither a global option nor the value of one. */
function firstWord(program: Command, args: readonly string[]): number {
  let at = 0
  for (let word = args[at]; word?.startsWith('-') === true; word = args[at]) {
    const takesNext = program.options.some(({ short, long, required }) => required && (short === word || long === word))
    at += takesNext ? 2 : 1
  }
  return at
}

function isOurs(program: Command, name: string | undefined): boolean {
  return name === undefined || name === 'help' || program.commands.some((one) => one.name() === name || one.aliases().includes(name))
}

/** The program of somebody else that the first word names, if it is no command of ours. */
async function plugin(
  program: Command,
  args: readonly string[],
  createContext: (options: GlobalOptions) => Context,
): Promise<(() => Promise<number>) | undefined> {
  const at = firstWord(program, args)
  const name = args[at]
  if (name === undefined || isOurs(program, name)) return undefined
  const { findPlugin, runPlugin } = await import('./plugins.ts')
  program.parseOptions(args.slice(0, at))
  const options = program.opts<GlobalOptions>()
  const { env } = createContext(options)
  const path = findPlugin(env, name)
  return path === undefined ? undefined : () => runPlugin(path, args.slice(at + 1), env, options)
}

/**
 * `createContext` is called when a command runs, with the global options; `write` takes help and complaints instead of the
 * standard streams; `answer` is given what a shell asks for.
 */
export function createProgram(
  createContext: (options: GlobalOptions) => Context,
  write?: (text: string) => void,
  answer: (program: Command, words: readonly string[]) => Promise<void> = async (program, words) =>
    (await import('./commands/completion.ts')).answer(program, createContext, words),
): { run(args: readonly string[]): Promise<number> } {
  let outcome: number = exitCodes.ok
  let given: readonly string[] = []
  const program = new Command('kit')
    .description('Declares what should run on a cluster, and shows what does.')
    .option('-s, --socket <path>', 'control socket of the daemon (or KIT_SOCKET)')
    .option('--context <name>', 'cluster of `kit ctx` (or KIT_CONTEXT); `local` is the one of this machine; for `kit ui` several: a,b')
    .option('--dir <directory>', 'directory of the local cluster that `kit up` started (default: ~/.kit/local)')
    .option('--stale', 'read what the manager that is asked has, however old: also while no majority of managers answers')
    .option('--show-request', 'also print what is asked of the API, without secrets')
    .configureOutput({
      outputError: (text, print) => print(explainComplaint(text, given)),
      ...(write === undefined ? {} : { writeOut: write, writeErr: write, getOutHelpWidth: () => 80, getErrHelpWidth: () => 80 }),
    })
    .showSuggestionAfterError()
    .exitOverride()
    // What a command takes, its own help says.
    .configureHelp({ sortSubcommands: false, subcommandTerm: (command) => [command.name(), ...command.aliases()].join(', ') })
  addHelp(program, 'kit')

  /** Adds a command whose body gets the context, its options and its words. */
  function add(
    usage: string,
    description: string,
    configure: (command: Command) => Command,
    body: (context: Context, options: Options, words: readonly string[]) => Promise<number> | Promise<void>,
    parent = program,
  ): Command {
    const path = pathOf(parent, usage)
    const command = configure(addHelp(parent.command(usage).description(description).exitOverride(), path))
    command.showHelpAfterError(`(\`kit ${path.trim()} --help\` has examples)`)
    command.action(async (...given: unknown[]) => {
      const words = given
        .slice(0, -2)
        .flat()
        .filter((word): word is string => typeof word === 'string')
      const options = command.opts<Options>()
      timeoutOf(options) // What is wrong with it is said before anything is changed.
      outcome = (await body(createContext(program.opts<GlobalOptions>()), options, words)) ?? exitCodes.ok
    })
    return command
  }
  /** Other commands, for those that offer them. */
  const runWords = (context: Context, words: readonly string[]): Promise<number> => createProgram(() => context, context.err).run(words)
  const group = (name: string, description: string): Command => addHelp(program.command(name).description(description).exitOverride(), name)
  const registry: VerbRegistry = { add, program, group, runWords, globals: () => program.opts<GlobalOptions>() }

  addLocal(registry)
  addObjects(registry)
  addTasks(registry)
  addObserving(registry)
  addRollouts(registry)
  addFileObjects(registry)
  const node = group('node', 'Nodes, and this machine as one that starts with it')
  addNodeService(registry, node)
  const swarmGroups = [
    node,
    group('service', 'Services, as docker and swarmctl have them').alias('svc'),
    group('stack', 'Stacks: what a Compose file makes'),
    group('task', 'Tasks: what runs, or ran, in a slot of a service'),
    group('network', 'Networks that tasks are attached to'),
    group('volume', 'Named volumes: each node makes its own when a task mounts it'),
    group('cluster', 'The cluster and its settings'),
    group('swarm', 'This machine in a cluster: init, join, leave; tokens, users and settings'),
  ]
  const gitops = group('gitops', 'Directories that the cluster is kept equal to')
  addContexts(registry)
  addAboutKit(registry)

  return {
    async run(args) {
      given = args.slice(firstWord(program, args))
      if (args.includes('gitops')) {
        ;(await import('./groups/gitops.ts')).fillGitops({ add, output }, gitops)
        // Its `--dir` is another than that of kit itself, which has to stand before.
        if (args[args.indexOf('gitops') + 1] === 'add') program.enablePositionalOptions()
      }
      const named = swarmGroups.filter((each) => args.includes(each.name()) || args.includes(each.alias()))
      if (named.length > 0) {
        const { fillGroup } = await import('./groups/groups.ts')
        for (const each of named) fillGroup({ add, output }, each)
      }
      if (args[0] === completionCommand) {
        await answer(program, args.slice(1))
        return exitCodes.ok
      }
      const runIt = await plugin(program, args, createContext)
      if (runIt !== undefined) return runIt()
      try {
        // Asked for the help of a command that there is not, commander shows that of all: nobody would see the mistake.
        const words = given[0] === 'help' && !isOurs(program, given[1]) ? given.slice(1) : args
        const parsed = isOurs(program, words[firstWord(program, words)])
          ? words
          : words.filter((word) => word !== '--help' && word !== '-h')
        await program.parseAsync(parsed, { from: 'user' })
        return outcome
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error
        // Help and version are not errors; everything else has been printed already.
        return error.exitCode === 0 ? exitCodes.ok : exitCodes.invalid
      }
    },
  }
}
