// The environment of a task's process: a few variables of the node without which hardly any program
// runs, then the template's with its placeholders filled in, then ports and volumes. Nothing else of the
// daemon's own environment reaches a task.

import { delimiter, dirname } from 'node:path'
import { reasonOf } from '../../api/errors.ts'
import { expandPlaceholders, type PlaceholderContext } from '../../api/placeholder.ts'
import type { Assignment } from '../../api/session.ts'
import { FatalTaskError, type NodeFacts } from '../executor.ts'
import { volumeVariable } from './requirements.ts'

/** Taken over from the daemon. */
export const inheritedVariables = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'] as const
const fallbackPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export type Environment = Readonly<Record<string, string>>

/**
 * @param ports target port → port of the node, in the order of the service
 * @param volumes source → directory
 */
export function environmentOf(
  task: Assignment,
  node: NodeFacts,
  inherited: NodeJS.ProcessEnv,
  nodePath: string,
  ports: ReadonlyMap<number, number>,
  volumes: ReadonlyMap<string, string>,
): Environment {
  const result: Record<string, string> = {}
  for (const name of inheritedVariables) if (inherited[name] !== undefined) result[name] = inherited[name]
  // Last on PATH: a machine with npm's Node only can run the samples too.
  result['PATH'] = [inherited['PATH'] ?? fallbackPath, dirname(nodePath)].join(delimiter)
  const context = contextOf(task, node)
  for (const [name, text] of Object.entries(task.template.env ?? {})) result[name] = expand(text, context, `environment variable ${name}`)
  for (const [target, port] of ports) result[`KIT_PORT_${target}`] = String(port)
  const port = portFor(result['PORT'], ports)
  if (port !== undefined) result['PORT'] = String(port)
  for (const [source, directory] of volumes) result[volumeVariable(source)] = directory
  return result
}

/** Throws FatalTaskError where a placeholder is wrong: no retry mends that. */
export function expand(text: string, context: PlaceholderContext, where: string): string {
  try {
    return expandPlaceholders(text, context)
  } catch (error) {
    if (reasonOf(error) === undefined) throw error
    throw new FatalTaskError(`${where} ${error instanceof Error ? error.message : ''}`, { cause: error })
  }
}

export function contextOf(task: Assignment, node: NodeFacts): PlaceholderContext {
  return {
    Service: { ID: task.service.uid, Name: task.service.name, Labels: task.service.labels },
    Node: { ID: node.id, Hostname: node.hostname, Platform: { Architecture: node.arch, OS: node.os } },
    Task: { ID: task.uid, Name: task.task, Slot: task.slot === undefined ? node.id : String(task.slot) },
  }
}

/**
 * PORT: the first target port's. A template that sets it to one of its target ports means the port to listen
 * on, which here is another number; any other value is left alone.
 */
function portFor(wanted: string | undefined, ports: ReadonlyMap<number, number>): number | undefined {
  return wanted === undefined ? ports.values().next().value : ports.get(Number(wanted))
}
