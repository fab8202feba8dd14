// What of a task template a plain process can have: what it cannot do without is refused, with the way
// out; what only a container has and a program can do without is ignored, and said once.

import { constants } from 'node:os'
import type { TaskTemplate } from '../../api/objects.ts'
import { FatalTaskError, type Notice, type TaskFile } from '../executor.ts'
import { filesVariables } from './memory-files.ts'
import { type Volume, volumeVariable } from './mounts.ts'

/** Program and arguments. */
export function commandOf(template: TaskTemplate): readonly [program: string, ...args: string[]] {
  const [program, ...args] = [...(template.entrypoint ?? []), ...(template.command ?? [])]
  if (program !== undefined && program !== '') return [program, ...args]
  throw new FatalTaskError(
    'the process executor runs no images, and the task has no command: set `command` (or `entrypoint`) in the service, or use a node with Docker',
  )
}

export function stopSignalOf(template: TaskTemplate): NodeJS.Signals {
  const wanted = template.stopSignal ?? 'SIGTERM'
  const name = wanted.toUpperCase().replace(/^(?:SIG)?/, 'SIG')
  const found = Object.entries(constants.signals).find(([signal, number]) => signal === name || String(number) === wanted)?.[0]
  if (found !== undefined && isSignal(found)) return found
  throw new FatalTaskError(`stop signal "${wanted}" does not exist on this node`)
}

/** Throws FatalTaskError for what cannot be had at all. */
export function refuseImpossible(template: TaskTemplate): void {
  commandOf(template)
  stopSignalOf(template)
  if ((template.groups ?? []).length > 0)
    throw new FatalTaskError('the process executor cannot give a task additional groups: remove `groups`')
}

/** What is ignored, or is elsewhere. `limitsEnforced`: whether the node can limit resources. */
export function noticesFor(
  template: TaskTemplate,
  given: { readonly limitsEnforced: boolean; readonly volumes: readonly Volume[]; readonly files: readonly TaskFile[] },
): readonly Notice[] {
  const notices: Notice[] = []
  const add = (level: Notice['level'], reason: string, message: string): number => notices.push({ level, reason, message })
  if (template.image !== undefined)
    add('Normal', 'ImageIgnored', `Image ${template.image} is ignored: the command runs as a process of the node`)
  if ((template.networks ?? []).length > 0)
    add('Normal', 'NetworksIgnored', 'Networks are ignored: the process uses the network of the node')
  const volumes = given.volumes.map(({ name, target }) => `${target} is ${volumeVariable(name)}`)
  if (volumes.length > 0)
    add('Normal', 'VolumesAsDirectories', `Volumes are not mounted; variables name their directories: ${volumes.join(', ')}`)
  const files = given.files.map(({ kind, path }) => `${path} is below ${filesVariables[kind]}`)
  if (files.length > 0)
    add('Normal', 'FilesElsewhere', `Files are not at their paths; variables name their directories: ${files.join(', ')}`)
  if ((template.mounts ?? []).some(({ readOnly }) => readOnly === true))
    add('Warning', 'ReadOnlyIgnored', 'Mounts are not read-only: the process may write what its user may write')
  if (wantsLimits(template) && !given.limitsEnforced)
    add('Warning', 'LimitsNotEnforced', 'Resource limits are not enforced: this node has no control groups with limits that kit may write')
  const ignored = containerOptions.filter((option) => isSet(template[option]))
  if (ignored.length > 0) add('Warning', 'OptionsIgnored', `Only containers have these options; they are ignored: ${ignored.join(', ')}`)
  return notices
}

function wantsLimits({ resources }: TaskTemplate): boolean {
  const { cpus, memory, pids } = resources?.limits ?? {}
  return cpus !== undefined || memory !== undefined || (pids ?? 0) > 0
}

const containerOptions = [
  'hostname',
  'init',
  'tty',
  'stdinOpen',
  'readOnly',
  'isolation',
  'extraHosts',
  'dns',
  'logDriver',
  'capabilityAdd',
  'capabilityDrop',
  'sysctls',
  'ulimits',
  'oomScoreAdj',
  'shmSize',
] as const satisfies readonly (keyof TaskTemplate)[]

function isSet(value: unknown): boolean {
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)
}

function isSignal(name: string): name is NodeJS.Signals {
  return Object.hasOwn(constants.signals, name)
}
