// The environment of a task's process: a few variables of the node without which hardly any program
// runs, then the template's with its placeholders filled in, then ports, volumes and files. Nothing else of the
// daemon's own environment reaches a task.

import { delimiter, dirname } from 'node:path'
import type { Assignment } from '../../api/session.ts'
import type { NodeFacts } from '../executor.ts'
import { contextOf, expand } from '../placeholders.ts'

/** Taken over from the daemon. */
export const inheritedVariables = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'] as const
const fallbackPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export type Environment = Readonly<Record<string, string>>

export interface Surroundings {
  /** The daemon's own environment. */
  readonly inherited: NodeJS.ProcessEnv
  /** Node.js that runs shims. */
  readonly nodePath: string
  /** Target port → port of the node, in the order of the service. */
  readonly ports: ReadonlyMap<number, number>
  /** Further variables: where volumes and files are. */
  readonly variables: ReadonlyMap<string, string>
  /** Path in a container → path on this node. */
  readonly paths: ReadonlyMap<string, string>
}

export function environmentOf(
  task: Assignment,
  node: NodeFacts,
  { inherited, nodePath, ports, variables, paths }: Surroundings,
): Environment {
  const result: Record<string, string> = {}
  for (const name of inheritedVariables) if (inherited[name] !== undefined) result[name] = inherited[name]
  // Last on PATH: a machine with npm's Node only can run the samples too.
  result['PATH'] = [inherited['PATH'] ?? fallbackPath, dirname(nodePath)].join(delimiter)
  const context = contextOf(task, node)
  for (const [name, text] of Object.entries(task.template.env ?? {}))
    result[name] = pathHere(expand(text, context, `environment variable ${name}`), paths)
  for (const [target, port] of ports) result[`KIT_PORT_${target}`] = String(port)
  const port = portFor(result['PORT'], ports)
  if (port !== undefined) result['PORT'] = String(port)
  for (const [name, value] of variables) result[name] = value
  return result
}

/** A variable that names a mounted volume or a file, or something in one, means what it is on this node: `PASSWORD_FILE: /run/secrets/password`. */
function pathHere(value: string, paths: ReadonlyMap<string, string>): string {
  const place = [...paths.keys()]
    .filter((path) => value === path || value.startsWith(`${path}/`))
    .reduce((longest, path) => (path.length > longest.length ? path : longest), '')
  const here = paths.get(place)
  return here === undefined ? value : here + value.slice(place.length)
}

/**
 * PORT: the first target port's. A template that sets it to one of its target ports means the port to listen
 * on, which here is another number; any other value is left alone.
 */
function portFor(wanted: string | undefined, ports: ReadonlyMap<number, number>): number | undefined {
  return wanted === undefined ? ports.values().next().value : ports.get(Number(wanted))
}
