// `kit task`.

import type { Command } from 'commander'
import { addInspect, type Registry, tasksListing } from './group.ts'

export function addTask(registry: Registry, task: Command): void {
  registry.add(
    'ls',
    'List tasks',
    (command) => tasksListing(command).option('-a, --all', 'also tasks that ended'),
    async (context, options) => (await import('../commands/swarm-lists.ts')).tasks(context, options),
    task,
  )
  addInspect(registry, task, 'tasks')
}
