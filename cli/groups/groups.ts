// The commands of the groups that docker and swarmctl have: service, node, cluster, swarm, task, stack, network, volume. Each
// is a file of this folder, with its options; what it does is the same code as that of kit's own verbs, or lies in `commands/`.
// Loaded only when one of the groups is named, because there are many options.

import type { Command } from 'commander'
import type { Options } from '../options.ts'
import { optionName } from '../service/service-flags.ts'
import { addCluster } from './cluster.ts'
import type { Registry } from './group.ts'
import { addNetwork } from './network.ts'
import { addNode } from './node.ts'
import { addService } from './service.ts'
import { addStack } from './stack.ts'
import { addSwarm } from './swarm.ts'
import { addTask } from './task.ts'
import { addVolume } from './volume.ts'

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
