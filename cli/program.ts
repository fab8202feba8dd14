// Every command with its words, options and help. Bodies are behind `import()`.

import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { Context } from './context.ts'
import { exitCodes } from './exit.ts'
import { helpText } from './help.ts'
import { logLevels } from './log-level.ts'
import { executorNames, type GlobalOptions, type Options, shells, starters } from './options.ts'

const collect = (value: string, all: readonly string[] = []): readonly string[] => [...all, value]
const count = (value: string): number => {
  if (!/^\d{1,6}$/.test(value)) throw new InvalidArgumentError('wanted a number, such as 3.')
  return Number(value)
}

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
  const program = new Command('kit')
    .description('Declares what should run on a cluster, and shows what does.')
    .option('-s, --socket <path>', 'control socket of the daemon (or KIT_SOCKET)')
    .option('--context <name>', 'cluster of `kit ctx` (or KIT_CONTEXT); `local` is the one of this machine; for `kit ui` several: a,b')
    .option('--dir <directory>', 'directory of the local cluster that `kit up` started (default: ~/.kit/local)')
    .option('--stale', 'read what the manager that is asked has, however old: also while no majority of managers answers')
    .option('--show-request', 'also print what is asked of the API, without secrets')
    .addHelpText('after', helpText('kit'))
    .configureOutput(write === undefined ? {} : { writeOut: write, writeErr: write, getOutHelpWidth: () => 80, getErrHelpWidth: () => 80 })
    .showSuggestionAfterError()
    .exitOverride()
    // What a command takes, its own help says.
    .configureHelp({ sortSubcommands: false, subcommandTerm: (command) => [command.name(), ...command.aliases()].join(', ') })

  /** Adds a command whose body gets the context, its options and its words. */
  function add(
    usage: string,
    description: string,
    configure: (command: Command) => Command,
    body: (context: Context, options: Options, words: readonly string[]) => Promise<number> | Promise<void>,
    parent = program,
  ): Command {
    const path = pathOf(parent, usage)
    const command = configure(parent.command(usage).description(description).exitOverride().addHelpText('after', helpText(path)))
    command.action(async (...given: unknown[]) => {
      const words = given
        .slice(0, -2)
        .flat()
        .filter((word): word is string => typeof word === 'string')
      outcome = (await body(createContext(program.opts<GlobalOptions>()), command.opts<Options>(), words)) ?? exitCodes.ok
    })
    return command
  }
  /** Other commands, for those that offer them. */
  const runWords = (context: Context, words: readonly string[]): Promise<number> => createProgram(() => context, context.err).run(words)
  const group = (name: string, description: string): Command =>
    program.command(name).description(description).exitOverride().addHelpText('after', helpText(name))
  const output = (command: Command): Command =>
    command.option(
      '-o, --output <format>',
      'wide, columns=NAME,AGE, json, ndjson, yaml, name, custom-columns=HEADING:.path or jsonpath={.path} (default: a table)',
    )
  const selectors = (command: Command): Command =>
    command
      .option('-l, --selector <labels>', 'only objects with these labels: a=b,c!=d,e in (f,g)')
      .option('--field-selector <fields>', 'only objects with these fields: spec.nodeName=node-1')
  const files = (command: Command): Command =>
    command
      .option('-f, --filename <file>', 'file, directory, or - for standard input; may be repeated', collect)
      .option('-R, --recursive', 'read directories below, too')
  const waiting = (command: Command): Command =>
    command.option('--no-wait', 'do not wait until it is true').addOption(new Option('--timeout <duration>', 'longest wait').default('10m'))
  const force = (command: Command): Command => command.option('--force', 'take fields that somebody else has set')
  const compose = (command: Command): Command =>
    command
      .option('--name <stack>', 'name of the stack, for a Compose file')
      .option('--profile <name>', 'also services with this profile (or COMPOSE_PROFILES=a,b); may be repeated', collect)
      .option('--strict', 'refuse a Compose file with keys that kit does not act on, instead of warning')

  add(
    'up',
    'Start a cluster on this machine, apply files, wait, show what runs',
    (command) =>
      waiting(force(compose(command)))
        .argument('[file...]', 'files to apply')
        .addOption(
          new Option('--executor <name>', 'what runs tasks; auto, the default, takes Docker when it answers').choices(executorNames),
        )
        .option('--docker-host <address>', 'Docker engine (default: DOCKER_HOST, or the usual socket)')
        .addOption(
          new Option('--managers <count>', 'nodes that keep the state, at least (default: 1); 3 go on when one is lost').argParser(count),
        )
        .addOption(new Option('--workers <count>', 'nodes beside the managers, each a daemon of its own').argParser(count))
        .option('--label <label>', 'label for a node: node-1:key=value; may be repeated', collect)

        .option('--no-ui', 'show tables at the end, and no dashboard'),
    async (context, options, words) => {
      await (await import('./target.ts')).assertHere('up', program.opts<GlobalOptions>())
      return (await import('./commands/up.ts')).up(context, options, words, runWords)
    },
  )
  add(
    'down',
    'Stop the cluster that `kit up` started, with its tasks',
    (command) => command.option('--purge', 'also delete its state'),
    async (context, options) => {
      await (await import('./target.ts')).assertHere('down', program.opts<GlobalOptions>())
      await (await import('./commands/down.ts')).down(context, options)
    },
  )
  add(
    'ui',
    'Show the cluster as it changes: a dashboard, or lines where there is no terminal',
    (command) =>
      command
        .argument('[locator]', 'what to show first: services, service/NAME, node/NAME/tasks, task/NAME/logs (default: overview)')
        .option('--plain', 'no screen of its own: what there is now, then a line for each change')
        .option('--read-only', 'no key changes anything')
        .option('--theme <name>', 'dark, light, contrast, safe, mono or production (default: KIT_THEME, or dark)'),
    async (context, options, words) => (await import('./commands/ui.ts')).ui(context, options, words, runWords),
  )
  add(
    'apply',
    'Make the cluster as the files say, and wait until it is',
    (command) =>
      waiting(force(compose(files(command))))
        .option('--dry-run', 'say what would happen, and change nothing')
        .option('--plan', 'show each field that would change, and what that means for tasks; change nothing')
        .option('--if-version <version>', 'only if nothing has changed since the --plan that printed it'),
    async (context, options) => (await import('./commands/apply.ts')).apply(context, options),
  )
  add(
    'diff',
    'Show what applying the files would change (exit code 1 when anything)',
    (command) => force(compose(files(command))),
    async (context, options) => (await import('./commands/diff.ts')).diff(context, options),
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
    async (context, options, words) => (await import('./commands/get.ts')).get(context, options, words),
  )
  add(
    'describe',
    'Show an object with everything that belongs to it',
    (command) =>
      selectors(command).argument('<kind>', 'kind, kinds with commas, or kind/name').argument('[name...]', 'all of the kind without one'),
    async (context, options, words) => (await import('./commands/describe.ts')).describe(context, options, words),
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
    async (context, options, words) => (await import('./commands/delete.ts')).remove(context, options, words),
  )
  add(
    'edit',
    'Change an object in an editor; what would change is shown before it is applied',
    (command) => command.argument('<object>', 'KIND/NAME'),
    async (context, _options, words) => (await import('./commands/edit.ts')).edit(context, words),
  )
  add(
    'label',
    'Set or remove labels: KIND NAME key=value… key-…',
    (command) =>
      command.argument('<words...>', 'kind, name, then key=value or key-').option('--overwrite', 'replace a value that is there'),
    async (context, options, words) => (await import('./commands/label.ts')).label(context, options, words),
  )
  add(
    'scale',
    'Change how many replicas services have: service/web=5',
    (command) => waiting(command).argument('<target...>', 'NAME=N or service/NAME=N'),
    async (context, options, words) => (await import('./commands/scale.ts')).scale(context, options, words),
  )
  for (const [verb, availability, text] of [
    ['drain', 'Drain', 'Give all tasks of a node to others'],
    ['pause', 'Pause', 'Keep what a node runs, and give it nothing new'],
    ['activate', 'Active', 'Let a node take tasks again'],
  ] as const) {
    add(
      verb,
      text,
      (command) =>
        (verb === 'drain'
          ? waiting(command).option('--dry-run', 'only say where its tasks would go')
          : command.alias(verb === 'pause' ? 'cordon' : 'uncordon')
        ).argument('<node...>', 'name or host name'),
      async (context, options, words) => (await import('./commands/drain.ts')).setAvailability(context, availability, options, words),
    )
  }
  add(
    'logs',
    'Print what tasks wrote: service/web or task/NAME',
    (command) =>
      command
        .argument('<target>', 'service/NAME or task/NAME')
        .option('-f, --follow', 'go on with what comes')
        .option('-n, --tail <lines>', 'lines from the end of each task (default: all)')
        .option('--since <time>', 'only what is younger: 10m, or 2026-01-31T12:00:00Z')
        .option('--until <time>', 'only what is older')
        .option('-p, --previous', 'of the tasks that were in their slots before')
        .addOption(new Option('--level <level>', 'only lines that are at least so grave').choices(logLevels))
        .option('--grep <pattern>', 'only lines that this regular expression matches')
        .option('--json', 'an object a line: time, task, stream, text')
        .option('-t, --timestamps', 'print the time of each line')
        .option('--prefix', 'name the task before each line: so of a service, without being asked'),

    async (context, options, words) => (await import('./commands/logs.ts')).logs(context, options, words),
  )
  add(
    'exec',
    'Run a command in a running task: TASK -- CMD ARG…; ends with its exit code',
    (command) =>
      command
        .argument('<target>', 'task, task/NAME, or service/NAME for one of its tasks')
        .argument('<command...>', 'after --: program and arguments')
        .option('-i, --stdin', 'pass standard input on to it')
        .option('-t, --tty', 'give it a terminal')
        .option('-e, --env <key=value>', 'add to its environment; may be repeated', collect)
        .option('-w, --workdir <directory>', 'run it there')
        .option('-u, --user <user>', 'run it as that user'),
    async (context, options, words) => (await import('./commands/exec.ts')).exec(context, options, words),
  )
  add(
    'cp',
    'Copy files into a running task, or out of it',
    (command) =>
      command
        .argument('<from>', 'TASK:PATH, or a path here; - for a tar archive on standard input')
        .argument('<to>', 'TASK:PATH, or a path here; - for a tar archive on standard output')
        .option('-L, --follow-link', 'copy what links lead to'),
    async (context, options, words) => (await import('./commands/copy.ts')).copy(context, options, words),
  )
  add(
    'port-forward',
    'Let ports of this machine lead to a running task, wherever it runs, until Ctrl-C',
    (command) =>
      command
        .argument('<target>', 'task, task/NAME, or service/NAME for one of its tasks')
        .argument('<port...>', 'port of the task; LOCAL:PORT, or :PORT for any that is free here')
        .option('--address <address>', 'address of this machine to listen on (default: 127.0.0.1)'),
    async (context, options, words) => (await import('./commands/port-forward.ts')).portForward(context, options, words),
  )
  add(
    'wait',
    'Wait until something is true of objects',
    (command) =>
      command
        .argument('<kind>', 'kind, or kind/name')
        .argument('[name...]')
        .option('--for <what>', 'converged (services and stacks), delete, condition=TYPE[=STATUS] or jsonpath={.path}[=value]', 'converged')
        .addOption(new Option('--timeout <duration>', 'longest wait').default('10m')),
    async (context, options, words) => (await import('./commands/wait.ts')).wait(context, options, words),
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
    async (context, options, words) => (await import('./commands/events.ts')).events(context, options, words),
  )
  add(
    'stats',
    'Print what running tasks use: CPU, memory, processes',
    (command) =>
      command
        .argument('[target...]', 'task, task/NAME, service/NAME or node/NAME (default: all)')
        .option('-w, --watch', 'go on, every second'),
    async (context, options, words) => (await import('./commands/stats.ts')).stats(context, options, words),
  )
  add(
    'top',
    'Print what nodes have set aside and use, or what tasks use',
    (command) =>
      command
        .argument('[target...]', '`nodes`; or task, task/NAME, service/NAME, node/NAME (default: all tasks)')
        .option('-w, --watch', 'go on, every second'),
    async (context, options, words) => (await import('./commands/top.ts')).top(context, options, words),
  )
  add(
    'explain',
    'Explain a field (service.spec.update), an error (KIT0104), or why a task is where it is (task/NAME)',
    (command) => command.argument('<what>', 'field of a kind, error code, or task/NAME').option('--recursive', 'all fields below, too'),
    async (context, options, words) => (await import('./commands/explain.ts')).explain(context, options, words),
  )
  const rollout = group('rollout', 'Look at, pause, undo or repeat the rollout of a service')
  add(
    'status',
    'Wait for the rollout, and say how it went',
    (command) =>
      command.argument('<service>', 'NAME or service/NAME').addOption(new Option('--timeout <duration>', 'longest wait').default('10m')),
    async (context, options, words) => (await import('./commands/rollout.ts')).status(context, options, words),
    rollout,
  )
  for (const parent of [rollout, program]) {
    add(
      'history',
      'List the revisions of a service',
      (command) => command.argument('<service>', 'NAME or service/NAME'),
      async (context, _options, words) => (await import('./commands/rollout.ts')).history(context, words),
      parent,
    )
  }
  add(
    'pause',
    'Replace no more tasks of a service by newer ones',
    (command) => command.argument('<service>', 'NAME or service/NAME'),
    async (context, _options, words) => (await import('./commands/rollout.ts')).pause(context, words),
    rollout,
  )
  add(
    'resume',
    'Go on with a rollout that somebody, or its failures, paused',
    (command) => waiting(command).argument('<service>', 'NAME or service/NAME'),
    async (context, options, words) => (await import('./commands/rollout.ts')).resume(context, options, words),
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
          .option('--dry-run', 'only say what it would change'),
      async (context, options, words) => (await import('./commands/rollout.ts')).undo(context, options, words),
      parent,
    )
  }
  add(
    'restart',
    'Replace all tasks of a service, by its update settings',
    (command) => waiting(command).argument('<service>', 'NAME or service/NAME'),
    async (context, options, words) => (await import('./commands/rollout.ts')).restart(context, options, words),
    rollout,
  )
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
      async (context, options, words) => (await import('./commands/file-object.ts')).create(context, kind, options, words),
      parent,
    )
    add(
      'ls',
      `List ${plural}`,
      (command) => selectors(output(command)).option('-q, --quiet', 'names only'),
      async (context, options) =>
        options.quiet === true
          ? (await import('./commands/file-object.ts')).listNames(context, kind, options)
          : (await import('./commands/get.ts')).get(context, { output: 'wide', ...options }, [plural]),
      parent,
    )
    add(
      'inspect',
      `Show ${plural} with everything that belongs to them${kind === 'Secret' ? ', except what they hold' : ''}`,
      (command) => output(command).argument('<name...>'),
      async (context, options, words) =>
        options.output === undefined
          ? (await import('./commands/describe.ts')).describe(context, options, [plural, ...words])
          : (await import('./commands/get.ts')).get(context, options, [plural, ...words]),
      parent,
    )
    add(
      'rm',
      `Delete ${plural} that no service uses`,
      (command) => waiting(command).argument('<name...>'),
      async (context, options, words) => (await import('./commands/delete.ts')).remove(context, options, [plural, ...words]),
      parent,
    )
  }
  const node = group('node', 'Nodes, and this machine as one that starts with it')
  add(
    'install',
    'Write, enable and start a systemd unit for kitd (without systemd: print it)',
    (command) =>
      command
        .option('--print', 'only print the unit')
        .option('--standby', 'wait for `kit swarm init` or `kit swarm join`, instead of founding a cluster')
        .addOption(new Option('-d, --state-dir <directory>', 'state of the node').default('/var/lib/kit'))
        .addOption(new Option('-u, --user <user>', 'user that kitd runs as; only root may run tasks as other users').default('root'))
        .addOption(new Option('--executor <name>', 'auto or process').default('auto'))
        .option('--label <key=value>', 'label of the node; may be repeated', collect),
    async (context, options) => (await import('./commands/node.ts')).install(context, options),
    node,
  )
  add(
    'uninstall',
    'Stop kitd and remove its unit; tasks and state stay',
    (command) => command,
    async (context) => (await import('./commands/node.ts')).uninstall(context),
    node,
  )
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
  const contexts = add(
    'ctx',
    'Clusters that can be reached from here: list them, or switch to NAME',
    (command) =>
      command
        .argument('[name]', 'commands are for this one from now on; `local` is the cluster of this machine')
        .option('-q, --quiet', 'names only')
        .option('--format <format>', 'json, or text with {{.Name}} (default: a table)'),
    async (context, options, [name]) => {
      const commands = await import('./commands/ctx.ts')
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
    async (context, options, words) => (await import('./commands/ctx.ts')).add(context, options, words),
    contexts,
  )
  add(
    'rm',
    'Forget a context, with its key',
    (command) => command.argument('<name>'),
    async (context, _options, words) => (await import('./commands/ctx.ts')).remove(context, words),
    contexts,
  )
  add(
    'kubeconfig',
    'Print a context as kubectl takes it, with its key',
    (command) => command.argument('[name]', 'the current one without it'),
    async (context, _options, words) => (await import('./commands/ctx.ts')).kubeconfig(context, words),
    contexts,
  )
  const gitops = group('gitops', 'Directories that the cluster is kept equal to')
  add(
    'pem',
    'Write root, certificate and key of a context as files, for Prometheus or curl',
    (command) => command.argument('<directory>', 'gets ca.pem, cert.pem and key.pem').argument('[name]', 'the current one without it'),
    async (context, _options, words) => (await import('./commands/ctx.ts')).pem(context, words),
    contexts,
  )
  add(
    'whoami',
    'Print who the cluster takes you for, and which cluster that is',
    (command) => command,
    async (context) => (await import('./commands/whoami.ts')).whoami(context),
  )
  add(
    'version',
    'Print the versions of this program and of the daemon',
    (command) => command,
    async (context) => (await import('./commands/version.ts')).version(context),
  )

  add(
    'init',
    'Write a stack file to begin with',
    (command) =>
      command
        .addArgument(new Argument('[what]', 'what it runs').choices(starters).default('web'))
        .option('--file <path>', 'there, instead of to standard output')
        .option('--force', 'also over a file that is there'),
    async (context, options, words) => (await import('./commands/init.ts')).init(context, options, words),
  )
  add(
    'doctor',
    'Look whether all that kit needs is there, and say how to mend what is not',
    (command) => command,
    async (context) => (await import('./commands/doctor.ts')).doctor(context),
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
    async (context, options, words) => (await import('./commands/api.ts')).api(context, options, words),
  )
  add(
    'completion',
    'Print what a shell needs to complete commands, options and names',
    (command) => command.addArgument(new Argument('<shell>', 'which one').choices(shells)),
    async (context, _options, words) => (await import('./commands/completion.ts')).completion(context, words),
  )

  /** The program of somebody else that the first word names, if it is no command of ours. */
  async function plugin(args: readonly string[]): Promise<(() => Promise<number>) | undefined> {
    const at = firstWord(program, args)
    const name = args[at]
    if (name === undefined || name === 'help' || program.commands.some((one) => one.name() === name || one.aliases().includes(name)))
      return undefined
    const { findPlugin, runPlugin } = await import('./plugins.ts')
    program.parseOptions(args.slice(0, at))
    const options = program.opts<GlobalOptions>()
    const { env } = createContext(options)
    const path = findPlugin(env, name)
    return path === undefined ? undefined : () => runPlugin(path, args.slice(at + 1), env, options)
  }

  return {
    async run(args) {
      if (args.includes('gitops')) {
        ;(await import('./gitops-group.ts')).fillGitops({ add, output }, gitops)
        // Its `--dir` is another than that of kit itself, which has to stand before.
        if (args[args.indexOf('gitops') + 1] === 'add') program.enablePositionalOptions()
      }
      const named = swarmGroups.filter((each) => args.includes(each.name()) || args.includes(each.alias()))
      if (named.length > 0) {
        const { fillGroup } = await import('./swarm-groups.ts')
        for (const each of named) fillGroup({ add, output }, each)
      }
      if (args[0] === completionCommand) {
        await answer(program, args.slice(1))
        return exitCodes.ok
      }
      const runIt = await plugin(args)
      if (runIt !== undefined) return runIt()
      try {
        await program.parseAsync(args, { from: 'user' })
        return outcome
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error
        // Help and version are not errors; everything else has been printed already.
        return error.exitCode === 0 ? exitCodes.ok : exitCodes.invalid
      }
    },
  }
}
