// `kit node`. Its `install` and `uninstall` are kit's own, in verbs/node-service.ts.

import { type Command, Option } from 'commander'
import { availabilityVerbs } from '../verbs/availability.ts'
import { addRemove, inspectAs, inspected, listing, many, type Registry, tasksListing, waiting } from './group.ts'

const demoteByForce = 'also when the managers that are left cannot decide anything until more of them answer'

export function addNode({ add, output }: Registry, node: Command): void {
  add('ls', 'List nodes', listing, async (context, options) => (await import('../commands/swarm-node.ts')).list(context, options), node)
  add(
    'ps',
    'List the tasks on nodes; on all without a name',
    (command) => tasksListing(command).argument('[node...]'),
    async (context, options, words) => {
      const { tasksOn, withSelf } = await import('../commands/swarm-node.ts')
      await tasksOn(context, options, await withSelf(context, words))
    },
    node,
  )
  add(
    'inspect',
    'Show nodes with their tasks',
    (command) => inspected(output(command)).option('-a, --all', 'also tasks that ended'),
    async (context, options, words) => {
      const { inspect, withSelf } = await import('../commands/swarm-node.ts')
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
        .addOption(new Option('--role <role>', 'the role that it should have').choices(['worker', 'manager']))
    },
    async (context, options, words) => {
      const { update, withSelf } = await import('../commands/swarm-node.ts')
      await update(context, options, await withSelf(context, words))
    },
    node,
  )
  for (const [verb, availability, text] of availabilityVerbs) {
    add(
      verb,
      text,
      (command) => (verb === 'drain' ? waiting(command) : command).argument('<node...>', 'name or host name'),
      async (context, options, words) => {
        const { withSelf } = await import('../commands/swarm-node.ts')
        return (await import('../commands/drain.ts')).setAvailability(context, availability, options, await withSelf(context, words))
      },
      node,
    )
  }
  for (const [verb, role] of [['promote', 'Manager'], ['demote', 'Worker']] as const) // biome-ignore format: one table
    add(
      verb,
      `Make nodes ${role.toLowerCase()}s`,
      (command) => (verb === 'demote' ? command.option('-f, --force', demoteByForce) : command).argument('<node...>', 'name or host name'),
      async (context, options, words) => (await import('../commands/swarm-node.ts')).setRole(context, role, options, words),
      node,
    )
  addRemove(add, node, 'nodes', 'Remove nodes that have left')
}
