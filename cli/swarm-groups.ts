// The commands of the groups that docker and swarmctl have: service, node, cluster, swarm, task, stack, network, volume. Each
// is in `groups/` with its options; what it does is the same code as that of kit's own verbs, or lies in `commands/`.
// Loaded only when one of the groups is named, because there are many options.

import type { Command } from 'commander'
import { addCluster } from './groups/cluster.ts'
import type { Registry } from './groups/group.ts'
import { addNetwork } from './groups/network.ts'
import { addNode } from './groups/node.ts'
import { addService } from './groups/service.ts'
import { addStack } from './groups/stack.ts'
import { addSwarm } from './groups/swarm.ts'
import { addTask } from './groups/task.ts'
import { addVolume } from './groups/volume.ts'
import type { Options } from './options.ts'
import { optionName } from './service-flags.ts'

const groups: Readonly<Record<string, (registry: Registry, group: Command) => void>> = {
  service: addService,
  node: addNode,
  cluster: addCluster,
  swarm: addSwarm,
  stack: addStack,
  task: addTask,
  network: addNetwork,
  volume: addVolume,
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
