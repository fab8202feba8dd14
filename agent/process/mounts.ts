// Mounts of a task that has no file system of its own: a named volume is a directory of this node, which
// a variable names; a bind is what it is when the program looks for it where it is. Nothing else can be had.

import { existsSync } from 'node:fs'
import { join, normalize } from 'node:path'
import type { TaskTemplate } from '../../api/objects.ts'
import type { Assignment } from '../../api/session.ts'
import { FatalTaskError, type NodeFacts } from '../executor.ts'
import { contextOf, expand } from '../placeholders.ts'

type Mount = NonNullable<TaskTemplate['mounts']>[number]

export interface Volume {
  /** Name of the volume. */
  readonly name: string
  readonly directory: string
  /** Where a container has it. */
  readonly target: string
}

const safeName = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/

/** Environment variable with the directory of a named volume. */
export function volumeVariable(name: string): string {
  return `KIT_VOLUME_${name.replaceAll(/[^A-Za-z0-9_]/g, '_')}`
}

/** Throws FatalTaskError, with the way out, for a mount that a process cannot have. */
export function volumesOf(task: Assignment, node: NodeFacts, volumesDirectory: string): readonly Volume[] {
  const context = contextOf(task, node)
  return (task.template.mounts ?? []).flatMap((mount) => {
    const source = expand(mount.source ?? '', context, `source "${mount.source}"`)
    const target = expand(mount.target, context, `target "${mount.target}"`)
    if (mount.type === 'Volume') return [volume(mount, source, target, volumesDirectory)]
    if (mount.type === 'Bind') {
      assertSamePlace(source, target)
      return []
    }
    throw new FatalTaskError(
      `the process executor cannot mount a ${mount.type.toLowerCase()} at ${target}: use a named volume, or a node with Docker`,
    )
  })
}

function volume({ driver, driverOptions }: Mount, name: string, target: string, directory: string): Volume {
  if (name === '') throw new FatalTaskError(`the process executor cannot mount an anonymous volume at ${target}: give the volume a name`)
  if (!safeName.test(name)) throw new FatalTaskError(`"${name}" cannot be the name of a volume`)
  const options = Object.keys(driverOptions ?? {})
  if ((driver !== undefined && driver !== 'local') || options.length > 0) {
    const asked = driver === undefined || driver === 'local' ? `the driver options ${options.join(', ')}` : `the driver ${driver}`
    throw new FatalTaskError(
      `the process executor makes volumes as plain directories, without ${asked} of volume "${name}": use a node with Docker`,
    )
  }
  return { name, directory: join(directory, name), target }
}

function assertSamePlace(source: string, target: string): void {
  if (normalize(`${source}/`) !== normalize(`${target}/`)) {
    throw new FatalTaskError(
      `the process executor cannot show ${source} at ${target}, a process sees the files of the node: make the target ${source} too, or use a node with Docker`,
    )
  }
  if (!existsSync(source))
    throw new FatalTaskError(`there is no ${source} on this node, which the task mounts: make it, or choose nodes that have it`)
}
