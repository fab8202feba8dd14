// Sources of bind mounts that are relative to the file, or to the home directory of whoever applies it, as the
// absolute paths that the nodes are asked for. It happens where the file is: the CLI. Whether the path is there is
// for the node to find out, which may be another machine; a task whose source is missing is Rejected, as in Docker.

import { posix } from 'node:path'
import { eachService, type Written } from './each-service.ts'
import { isMap } from './fields.ts'
import { at, type Place, type Problem, reportValue, startPlace } from './problem.ts'

export interface Whereabouts {
  /** Absolute: where the file is. */
  readonly directory: string
  /** Undefined: nobody knows. */
  readonly home: string | undefined
}

export function absoluteBinds(
  document: unknown,
  where: Whereabouts,
): { readonly document: unknown; readonly problems: readonly Problem[] } {
  const place = startPlace()
  const changed = eachService(document, place, (service, here) => {
    const volumes = service['volumes']
    if (!Array.isArray(volumes)) return service
    return { ...service, volumes: volumes.map((mount: unknown, index) => absoluteMount(mount, where, at(here, 'volumes', index))) }
  })
  return { document: changed, problems: place.problems }
}

function absoluteMount(mount: unknown, where: Whereabouts, place: Place): unknown {
  if (typeof mount === 'string') return shortMount(mount, where, place)
  if (!isMap(mount) || mount['type'] !== 'bind') return mount
  const source = mount['source']
  if (typeof source !== 'string' || source === '') return mount
  const changed: Written = { ...mount, source: absolute(source, where, at(place, 'source')) }
  return changed
}

/** Only what begins like a path is a bind; with nothing behind it, it is the target of a volume without a name. */
function shortMount(mount: string, where: Whereabouts, place: Place): string {
  const colon = mount.indexOf(':')
  if (colon === -1 || !/^[.~]/.test(mount)) return mount
  const source = absolute(mount.slice(0, colon), where, place)
  if (source.includes(':')) {
    reportValue(place, 'FieldValueInvalid', `a colon is in the path ${source}, and ends the source here`, {
      help: 'write the long form: { type: bind, source: …, target: … }',
    })
  }
  return source + mount.slice(colon)
}

function absolute(source: string, { directory, home }: Whereabouts, place: Place): string {
  if (!source.startsWith('~')) return posix.resolve(directory, source)
  if (home !== undefined && (source === '~' || source.startsWith('~/'))) return posix.join(home, source.slice(1))
  const why = home === undefined ? 'HOME is not set' : "only one's own home directory is known"
  return reportValue(place, 'FieldValueInvalid', `"${source}" cannot be found: ${why}`, { help: 'write the absolute path' }) ?? '/'
}
