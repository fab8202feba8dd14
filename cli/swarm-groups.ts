// The commands of the groups that docker and swarmctl have: service, node, cluster, swarm, task, stack, network, volume. Each
// is here with its options; what it does is the same code as that of kit's own verbs, or lies in `commands/`.
// Loaded only when one of the groups is named, because there are many options.

import { type Command, Option } from 'commander'
import type { Context } from './context.ts'
import { CommandError, exitCodes } from './exit.ts'
import { helpText } from './help.ts'
import type { Options } from './options.ts'
import { needlessFlags, optionName, refusedFlags, refusedOnUpdate, type ServiceFlag, serviceFlags } from './service-flags.ts'
import { clusterFlags, refusedClusterFlags, refusedInitFlags } from './swarm-settings.ts'

type Body = (context: Context, options: Options, words: readonly string[]) => Promise<number> | Promise<void>
type Configure = (command: Command) => Command

/** What `program.ts` registers commands with. */
export interface Registry {
  readonly add: (usage: string, description: string, configure: Configure, body: Body, parent: Command) => unknown
  readonly output: Configure
}

const collect = (value: string, all: readonly string[] = []): readonly string[] => [...all, value]
const hidden = (flags: string): Option => new Option(flags).hideHelp()

/** Also as docker writes it: `--detach`, or `--detach=false`. */
function switchOption(command: Command, flags: string, help: string): Command {
  const name = flags.replace(/^.*--/, '')
  return command
    .option(flags, help)
    .addOption(hidden(`--${name}=true`))
    .addOption(hidden(`--${name}=false`))
}

function many(command: Command, flags: string, help?: string): Command {
  const option = help === undefined ? hidden(flags) : new Option(flags, help)
  return command.addOption(option.argParser((value: string, all: unknown) => collect(value, Array.isArray(all) ? all : [])))
}

const waiting: Configure = (command) =>
  switchOption(command, '-d, --detach', 'do not wait until it is true')
    .addOption(hidden('--no-wait'))
    .addOption(new Option('--timeout <duration>', 'longest wait').default('10m'))
const listing: Configure = (command) =>
  many(command, '-f, --filter <key=value>', 'only what this holds of; may be repeated')
    .option('--format <format>', 'json, or text with {{.Name}} (default: a table)')
    .option('-q, --quiet', 'ids only')
    .addOption(hidden('--no-trunc')) // Nothing is cut off anyway.
const tasksListing: Configure = (command) => listing(command).option('--no-resolve', 'ids of nodes instead of host names')

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

function addService({ add, output }: Registry, service: Command): void {
  service.enablePositionalOptions() // What follows the image of `create` is not for kit.
  add(
    'create',
    'Create a service, and wait until it runs',
    (command) => serviceOptions(command, 'create').argument('[image]').argument('[args...]').passThroughOptions(),
    async (context, options, words) => (await import('./commands/service.ts')).create(context, options, words),
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
    async (context, options, words) => (await import('./commands/service.ts')).update(context, options, words),
    service,
  )
  add('ls', 'List services', listing, async (context, options) => (await import('./commands/service.ts')).list(context, options), service)
  add(
    'ps',
    'List the tasks of services, with those that ended',
    (command) => tasksListing(command).argument('<service...>'),
    async (context, options, words) => (await import('./commands/service.ts')).tasksOf(context, options, words),
    service,
  )
  add(
    'inspect',
    'Show services with their tasks',
    (command) => inspected(output(command)).option('-a, --all', 'also tasks that ended'),
    async (context, options, words) =>
      inspectAs('services', context, options, words) ?? (await import('./commands/service.ts')).inspect(context, options, words),
    service,
  )
  add(
    'scale',
    'Change how many replicas services have: web=5',
    (command) => waiting(command).argument('<target...>', 'NAME=N'),
    async (context, options, words) => (await import('./commands/scale.ts')).scale(context, options, words),
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
      return (await import('./commands/logs.ts')).logs(context, options, words)
    },
    service,
  )
  add(
    'rollback',
    'Go back to the last good revision that is not the present one',
    (command) => switchOption(waiting(command), '-q, --quiet', 'no progress').argument('<service>'),
    async (context, options, words) => (await import('./commands/rollout.ts')).undo(context, options, words),
    service,
  )
  addRemove(add, service, 'services', 'Delete services with their tasks', async (context, options, words) =>
    (await import('./commands/service.ts')).remove(context, options, words),
  )
}

const inspected: Configure = (command) =>
  command.argument('<name...>').option('-f, --format <format>', 'json (default: for people)').addOption(hidden('--pretty'))

/** `-o json` and the like are those of `kit get`; undefined when nothing of that kind is asked for. */
function inspectAs(plural: string, context: Context, options: Options, words: readonly string[]): Promise<void> | undefined {
  if (options.format !== undefined && options.format !== 'json')
    throw new CommandError(
      exitCodes.invalid,
      `error: --format: "${options.format}" is not json; -o jsonpath={.spec.replicas} picks a field`,
    )
  const output = options.output ?? options.format
  if (output === undefined) return undefined
  return import('./commands/get.ts').then(({ get }) => get(context, { output }, [plural, ...words]))
}

function addRemove(add: Registry['add'], parent: Command, plural: string, text: string, body?: Body): void {
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
    body ?? (async (context, options, words) => (await import('./commands/delete.ts')).remove(context, options, [plural, ...words])),
    parent,
  )
}

/** `describe` shows what no column has. */
function addInspect({ add, output }: Registry, parent: Command, plural: string): void {
  add(
    'inspect',
    `Show ${plural} with everything that belongs to them`,
    (command) => inspected(output(command)),
    async (context, options, words) =>
      inspectAs(plural, context, options, words) ?? (await import('./commands/describe.ts')).describe(context, {}, [plural, ...words]),
    parent,
  )
}

function addNode({ add, output }: Registry, node: Command): void {
  add('ls', 'List nodes', listing, async (context, options) => (await import('./commands/swarm-node.ts')).list(context, options), node)
  add(
    'ps',
    'List the tasks on nodes; on all without a name',
    (command) => tasksListing(command).argument('[node...]'),
    async (context, options, words) => {
      const { tasksOn, withSelf } = await import('./commands/swarm-node.ts')
      await tasksOn(context, options, await withSelf(context, words))
    },
    node,
  )
  add(
    'inspect',
    'Show nodes with their tasks',
    (command) => inspected(output(command)).option('-a, --all', 'also tasks that ended'),
    async (context, options, words) => {
      const { inspect, withSelf } = await import('./commands/swarm-node.ts')
      const named = await withSelf(context, words)
      await (inspectAs('nodes', context, options, named) ?? inspect(context, options, named))
    },
    node,
  )
  add(
    'update',
    'Change labels, availability or role of nodes',
    (command) => {
      for (const flag of ['--label-add <key=value>', '--label-rm <key>']) many(command, flag, 'may be repeated')
      return many(command, '--label <key=value>')
        .argument('<node...>')
        .addOption(new Option('--availability <availability>', 'whether it takes tasks').choices(['active', 'pause', 'drain']))
        .addOption(new Option('--role <role>', 'what it shall be').choices(['worker', 'manager']))
    },
    async (context, options, words) => {
      const { update, withSelf } = await import('./commands/swarm-node.ts')
      await update(context, options, await withSelf(context, words))
    },
    node,
  )
  for (const [verb, availability, text] of [
    ['drain', 'Drain', 'Give all tasks of a node to others'],
    ['pause', 'Pause', 'Keep what a node runs, and give it nothing new'],
    ['activate', 'Active', 'Let a node take tasks again'],
  ] as const) {
    add(
      verb,
      text,
      (command) => (verb === 'drain' ? waiting(command) : command).argument('<node...>', 'name or host name'),
      async (context, options, words) => {
        const { withSelf } = await import('./commands/swarm-node.ts')
        return (await import('./commands/drain.ts')).setAvailability(context, availability, options, await withSelf(context, words))
      },
      node,
    )
  }
  for (const [verb, role] of [['promote', 'Manager'], ['demote', 'Worker']] as const) // biome-ignore format: one table
    add(
      verb,
      `Make nodes ${role.toLowerCase()}s`,
      (command) => command.argument('<node...>', 'name or host name'),
      async (context, _options, words) => (await import('./commands/swarm-node.ts')).setRole(context, role, words),
      node,
    )
  addRemove(add, node, 'nodes', 'Remove nodes that have left')
}

function addCluster({ add, output }: Registry, cluster: Command): void {
  add(
    'ls',
    'List the cluster',
    listing,
    async (context, options) => (await import('./commands/cluster.ts')).list(context, options),
    cluster,
  )
  add(
    'inspect',
    'Show the settings of the cluster',
    (command) => inspected(output(command)),
    async (context, options, words) =>
      inspectAs('clusters', context, options, words) ?? (await import('./commands/cluster.ts')).inspect(context, words),
    cluster,
  )
  add(
    'update',
    'Change settings of the cluster',
    (command) =>
      settings(command, 'swarmctl')
        .option('--rotate-join-token <role>', 'make a new token of workers or managers: the old one lets nobody in')
        .argument('<cluster>', 'default'),
    async (context, options, words) => (await import('./commands/cluster.ts')).update(context, options, words),
    cluster,
  )
}

/** The settings of the cluster, called first as in the program that the command is known from. */
function settings(command: Command, from: 'swarmctl' | 'docker'): Command {
  for (const { names, value, section, text } of clusterFlags) {
    const [name = '', ...also] = from === 'docker' ? names.toReversed() : names
    command.option(`--${name} <${value}>`, `${section}: ${text.charAt(0).toLowerCase()}${text.slice(1)}`)
    for (const other of also) command.addOption(hidden(`--${other} <${value}>`))
  }
  return refusing(command, refusedClusterFlags)
}

function refusing(command: Command, flags: typeof refusedClusterFlags): Command {
  for (const [name, { value }] of Object.entries(flags)) command.addOption(hidden(`--${name} ${value}`))
  return command
}

/** Where this machine is to be found, and what it is for. */
const place: Configure = (command) =>
  refusing(command, refusedInitFlags)
    .option('--advertise-addr <address>', 'what others are told: IP or interface, with :PORT or without')
    .option('--listen-addr <address>', 'where managers listen: IP or interface (default: 0.0.0.0:4242)')
    .addOption(
      new Option('--availability <availability>', 'whether it takes tasks').choices(['active', 'pause', 'drain']).default('active'),
    )

function addSwarm({ add }: Registry, swarm: Command): void {
  add(
    'init',
    'Found a cluster on this machine, where kitd --standby runs',
    (command) => settings(place(command), 'docker'),
    async (context, options) => (await import('./commands/swarm.ts')).init(context, options),
    swarm,
  )
  add(
    'join',
    'Make this machine, where kitd --standby runs, a node of a cluster',
    (command) =>
      place(command).requiredOption('--token <token>', 'token to join with, or @FILE').argument('<manager>', 'address of a manager'),
    async (context, options, words) => (await import('./commands/swarm.ts')).join(context, options, words),
    swarm,
  )
  add(
    'leave',
    'Let this machine leave its cluster: what it runs is stopped, and it waits again',
    (command) => command.option('-f, --force', 'also as the last manager, which erases the cluster'),
    async (context, options) => (await import('./commands/swarm.ts')).leave(context, options),
    swarm,
  )
  add(
    'update',
    'Change settings of the cluster',
    (command) => settings(command, 'docker'),
    async (context, options) => (await import('./commands/swarm.ts')).update(context, options),
    swarm,
  )
  add(
    'join-token',
    'Print the command that another machine joins with',
    (command) =>
      command
        .argument('<role>', 'worker or manager')
        .option('--rotate', 'make a new token first: the old one lets nobody in, and nodes stay')
        .option('-q, --quiet', 'the token only'),
    async (context, options, words) => (await import('./commands/swarm.ts')).joinToken(context, options, words),
    swarm,
  )
  add(
    'ca',
    'Print the root certificate of the cluster, or replace it',
    (command) =>
      waiting(switchOption(command, '-q, --quiet', 'no progress'))
        .option('--rotate', 'go over to another root: every node gets a new certificate, then join tokens are new')
        .option('--ca-cert <file>', 'with --rotate: certificate of a root of your own, PEM')
        .option('--ca-key <file>', 'its private key, PEM')
        .option('--cert-expiry <duration>', 'with --rotate: how long certificates of nodes are valid'),
    async (context, options) => (await import('./commands/swarm.ts')).ca(context, options),
    swarm,
  )
  addUsers(add, swarm)
}

function addUsers(add: Registry['add'], swarm: Command): void {
  const user = swarm
    .command('user')
    .description('Users: who may use the cluster from other machines')
    .exitOverride()
    .addHelpText('after', helpText('swarm user'))
  const certified = (command: Command): Command =>
    many(command.argument('<name>'), '--server <host:port>', 'address of a manager (default: all that serve users); may be repeated')
      .option('--expiry <time>', 'how long the certificate is good: 90d, 12h (default: 90d)')
      .option('--file <file>', 'where to write the context of the user; - prints it (default: kit-NAME.yaml)')
  add(
    'add',
    'Make a user with a certificate, and write the context to carry to its machine',
    (command) => certified(command).option('--role <role>', 'admin, operator or viewer'),
    async (context, options, words) => (await import('./commands/swarm-user.ts')).add(context, options, words),
    user,
  )
  add(
    'renew',
    'Make another certificate: the one before is refused from then on',
    (command) => certified(command).option('--role <role>', 'admin, operator or viewer (default: as before)'),
    async (context, options, words) => (await import('./commands/swarm-user.ts')).renew(context, options, words),
    user,
  )
  add('ls', 'List users', listing, async (context, options) => (await import('./commands/swarm-user.ts')).list(context, options), user)
  add(
    'rm',
    'Take users away: they are refused at once, and what they have open ends',
    (command) => command.alias('remove').argument('<name...>', 'whole names'),
    async (context, _options, words) => (await import('./commands/swarm-user.ts')).remove(context, words),
    user,
  )
}

function addStack({ add }: Registry, stack: Command): void {
  add(
    'deploy',
    'Make the cluster as a Compose file says, and wait until it is',
    (command) =>
      many(
        waiting(command).alias('up').argument('<stack>', 'its name'),
        '-c, --compose-file <file>',
        'Compose file, or - for standard input',
      )
        .option('--force', 'take fields that somebody else has set')
        .addOption(hidden('--prune')) // What the file no longer has always goes.
        .addOption(hidden('--resolve-image <when>')),
    async (context, options, [name = '']) =>
      (await import('./commands/apply.ts')).apply(context, { ...options, name, filename: options.composeFile ?? [] }),
    stack,
  )
  add('ls', 'List stacks', listing, async (context, options) => (await import('./commands/swarm-lists.ts')).stacks(context, options), stack)
  add(
    'ps',
    'List the tasks of a stack, with those that ended',
    (command) => tasksListing(command).argument('<stack>'),
    async (context, options, words) => (await import('./commands/swarm-lists.ts')).stackTasks(context, options, words),
    stack,
  )
  add(
    'services',
    'List the services of a stack',
    (command) => listing(command).argument('<stack>'),
    async (context, options, words) => (await import('./commands/service.ts')).listOfStack(context, options, words),
    stack,
  )
  addRemove(add, stack, 'stacks', 'Delete stacks with everything they made, except volumes')
}

function addTask(registry: Registry, task: Command): void {
  registry.add(
    'ls',
    'List tasks',
    (command) => tasksListing(command).option('-a, --all', 'also tasks that ended'),
    async (context, options) => (await import('./commands/swarm-lists.ts')).tasks(context, options),
    task,
  )
  addInspect(registry, task, 'tasks')
}

function addNetwork(registry: Registry, network: Command): void {
  const { add } = registry
  add(
    'create',
    'Create a network',
    (command) => {
      for (const [flag, help] of [
        ['-o, --opt <key=value>', 'option of the driver; may be repeated'],
        ['-l, --label <key=value>', 'label; may be repeated'],
        ['--subnet <range>', 'range of addresses: 10.0.9.0/24; may be repeated'],
        ['--gateway <address>', 'gateway of the subnet'],
        ['--ip-range <range>', 'part of the subnet that tasks get addresses from'],
        ['--ipam-opt <key=value>', 'option of the address manager'],
      ] as const)
        many(command, flag, help)
      for (const [name, help] of [
        ['attachable', 'single containers may join'],
        ['internal', 'no way out of it'],
        ['ingress', 'carries the traffic of published ports'],
        ['ipv6', 'IPv6 addresses too'],
      ] as const)
        switchOption(command, `--${name}`, help)
      return command
        .argument('[name]')
        .option('-d, --driver <name>', 'what makes it (default: overlay)')
        .option('--ipam-driver <name>', 'what gives out addresses')
        .addOption(hidden('--name <name>'))
        .addOption(hidden('--scope <scope>')) // All networks are of the whole cluster.
    },
    async (context, options, words) => (await import('./commands/swarm-lists.ts')).createNetwork(context, options, words),
    network,
  )
  add('ls', 'List networks', listing, async (context, options) => (await import('./commands/swarm-lists.ts')).networks(context, options), network) // biome-ignore format: as above
  addInspect(registry, network, 'networks')
  addRemove(add, network, 'networks', 'Delete networks that no service uses')
}

function addVolume(registry: Registry, volume: Command): void {
  const { add } = registry
  add(
    'create',
    'Create a volume',
    (command) =>
      many(
        many(command, '-o, --opt <key=value>', 'option of the driver; may be repeated'),
        '-l, --label <key=value>',
        'label; may be repeated',
      )
        .argument('[name]')
        .option('-d, --driver <name>', 'what makes it (default: local)')
        .addOption(hidden('--name <name>')),
    async (context, options, words) => (await import('./commands/swarm-lists.ts')).createNamed(context, 'Volume', options, words),
    volume,
  )
  add('ls', 'List volumes', listing, async (context, options) => (await import('./commands/swarm-lists.ts')).volumes(context, options), volume) // biome-ignore format: as above
  addInspect(registry, volume, 'volumes')
  addRemove(add, volume, 'volumes', 'Delete volumes that no service uses')
}

const groups: Readonly<Record<string, (registry: Registry, group: Command) => void>> = {
  ...{
    service: addService,
    node: addNode,
    cluster: addCluster,
    swarm: addSwarm,
    stack: addStack,
    task: addTask,
    network: addNetwork,
    volume: addVolume,
  },
}

/** Adds what the group is made of. */
export function fillGroup({ add, output }: Registry, group: Command): void {
  const settling: Registry['add'] = (usage, description, configure, body, parent) =>
    add(usage, description, configure, (context, options, words) => body(context, settled(options), words), parent)
  groups[group.name()]?.({ add: settling, output }, group)
}

/** `--detach=true` is `--detach`, and that is not to wait. */
function settled(options: Options): Options {
  const on = Object.keys(options).flatMap((name) => (name.endsWith('=true') ? [optionName(name.slice(0, -'=true'.length))] : []))
  const whole: Options = { ...options, ...Object.fromEntries(on.map((name) => [name, true])) }
  return whole.detach === true ? { ...whole, wait: false } : whole
}
