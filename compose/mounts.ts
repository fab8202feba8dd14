// `volumes:` and `tmpfs:` of a service, and its references to secrets and configs. Short forms become
// long ones; sources of named volumes keep their name in the file until they are compiled.

import { type Advice, boolean, integer, isMap, list, mapping, orNull, sizeBytes, text, textOrNumber, word } from './fields.ts'
import type { FileReference, Mount } from './model.ts'
import { at, ignore, type Place, type Read, reportUnwanted, reportValue } from './problem.ts'

const propagations = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave']

export const volumes: Read<readonly Mount[]> = (value, place) => {
  const mounts = list(mount)(value, place)
  const double = mounts?.findIndex((each, index) => mounts.findIndex((other) => other.target === each.target) !== index) ?? -1
  return double === -1
    ? mounts
    : reportValue(at(place, double), 'FieldValueDuplicate', `two mounts have the target "${mounts?.[double]?.target}"`)
}

const mount: Read<Mount> = (value, place) => {
  if (typeof value === 'string') return shortMount(value, place)
  return isMap(value) ? longMount(value, place) : reportUnwanted(place, 'a mount', value, ['string'])
}

/** `[source:]target[:options]`. What begins like a path is a bind, every other source a named volume. */
function shortMount(written: string, place: Place): Mount | undefined {
  const parts = written.split(':')
  const [first = '', second, options = ''] = parts
  if (parts.length > 3 || parts.includes('')) {
    return reportValue(place, 'FieldValueInvalid', `"${written}" is not a mount`, {
      help: 'a mount is source:target, source:target:ro, or target alone',
    })
  }
  if (second === undefined) return { type: 'Volume', target: first }
  const known = readOptions(options, place)
  if (known === undefined) return undefined
  if (!/^[./~]/.test(first)) return { type: 'Volume', source: first, target: second, ...known }
  return isAbsolute(first, place) ? { type: 'Bind', source: first, target: second, ...known } : undefined
}

/** Whoever has the file has put its directory before the path (`inline.ts`): here nothing is relative to anything. */
function isAbsolute(source: string, place: Place): boolean {
  if (source.startsWith('/')) return true
  reportValue(place, 'FieldValueInvalid', `"${source}" is relative, but the mount is made on the nodes of the cluster`, {
    help: 'write the absolute path that the directory has on the nodes',
  })
  return false
}

const noRelabelling = 'nothing is relabelled for SELinux: do it on the nodes'
const noEffect = 'it has no effect on Linux'
const otherOptions: Advice = { cached: noEffect, consistent: noEffect, delegated: noEffect, z: noRelabelling, Z: noRelabelling }

function readOptions(written: string, place: Place): Pick<Mount, 'readOnly' | 'noCopy' | 'propagation'> | undefined {
  const result: { readOnly?: boolean; noCopy?: boolean; propagation?: string } = {}
  for (const option of written === '' ? [] : written.split(',')) {
    if (option === 'ro') result.readOnly = true
    else if (option === 'nocopy') result.noCopy = true
    else if (propagations.includes(option)) result.propagation = option
    else if (Object.hasOwn(otherOptions, option))
      ignore(at(place, option), otherOptions[option] ?? '', `kit does not support the mount option "${option}"`)
    else if (option !== 'rw')
      return reportValue(place, 'FieldValueNotSupported', `unknown mount option "${option}"`, {
        help: `known: ro, rw, nocopy, ${propagations.join(', ')}`,
      })
  }
  return result
}

interface LongMount {
  readonly type?: Mount['type']
  readonly source?: string
  readonly target?: string
  readonly read_only?: boolean
  readonly bind?: { readonly propagation?: string; readonly create_host_path?: boolean }
  readonly volume?: { readonly nocopy?: boolean }
  readonly tmpfs?: { readonly size?: number; readonly mode?: number }
}
/** That it is not made is how kit has it anyway. */
function createHostPath(value: unknown, place: Place): undefined {
  if (boolean(value, place) === true) ignore(place, 'a directory that is not there is not made: a task that binds it is Rejected')
}
const readLong = mapping<LongMount>(
  {
    type: word({ bind: 'Bind', volume: 'Volume', tmpfs: 'Tmpfs', npipe: 'Npipe', cluster: 'Cluster' }),
    source: text,
    target: text,
    read_only: boolean,
    bind: orNull(
      mapping<{ propagation?: string; create_host_path?: boolean }>(
        { propagation: word(Object.fromEntries(propagations.map((each) => [each, each]))), create_host_path: createHostPath },
        { ignored: { recursive: noEffect, selinux: noRelabelling } },
      ),
    ),
    volume: orNull(
      mapping<{ nocopy?: boolean }>(
        { nocopy: boolean },
        {
          ignored: { labels: 'write them where the volume is declared' },
          unsupported: { subpath: 'mount the whole volume, or make a volume of its own for that directory' },
        },
      ),
    ),
    tmpfs: orNull(mapping<{ size?: number; mode?: number }>({ size: sizeBytes, mode: integer(0) })),
  },
  { required: ['type', 'target'], ignored: { consistency: noEffect } },
)

function longMount(value: unknown, place: Place): Mount | undefined {
  const long = readLong(value, place)
  if (long?.type === undefined || long.target === undefined) return undefined
  const wrong = misfit(long, place)
  if (wrong) return undefined
  return {
    type: long.type,
    ...(long.source === undefined ? {} : { source: long.source }),
    target: long.target,
    ...(long.read_only === true ? { readOnly: true } : {}),
    ...(long.bind?.propagation === undefined ? {} : { propagation: long.bind.propagation }),
    ...(long.volume?.nocopy === true ? { noCopy: true } : {}),
    ...(long.tmpfs?.size === undefined ? {} : { sizeBytes: long.tmpfs.size }),
    ...(long.tmpfs?.mode === undefined ? {} : { mode: long.tmpfs.mode }),
  }
}

function misfit(long: LongMount, place: Place): boolean {
  const before = place.problems.length
  const owners = [['bind', 'Bind'], ['volume', 'Volume'], ['tmpfs', 'Tmpfs']] as const // biome-ignore format: one table
  for (const [options, type] of owners) {
    if (long[options] !== undefined && long.type !== type)
      reportValue(at(place, options), 'FieldValueForbidden', `these options are for a ${options} mount`)
  }
  if (long.type === 'Tmpfs' && long.source !== undefined)
    reportValue(at(place, 'source'), 'FieldValueForbidden', 'a tmpfs mount has no source')
  if (long.type === 'Bind' && long.source === undefined) reportValue(place, 'FieldValueRequired', 'a bind mount needs a source')
  if (long.type === 'Bind' && long.source !== undefined) isAbsolute(long.source, at(place, 'source'))
  return place.problems.length > before
}

/** `target[:options]`, one or a list. */
export const tmpfs: Read<readonly Mount[]> = (value, place) => {
  if (typeof value === 'string') return orNothing(tmpfsMount(value, place))
  return list((each, here) => (typeof each === 'string' ? tmpfsMount(each, here) : reportUnwanted(here, 'a directory', each, ['string'])))(
    value,
    place,
  )
}

function orNothing(mount: Mount | undefined): readonly Mount[] | undefined {
  return mount === undefined ? undefined : [mount]
}

function tmpfsMount(written: string, place: Place): Mount | undefined {
  const [target = '', options = '', ...rest] = written.split(':')
  if (!target.startsWith('/') || rest.length > 0) {
    return reportValue(place, 'FieldValueInvalid', `"${written}" is not a directory in memory`, {
      help: 'for example /run, or /run:size=64m,mode=1777',
    })
  }
  let result: Mount = { type: 'Tmpfs', target }
  for (const option of options === '' ? [] : options.split(',')) {
    const [name = '', value = ''] = option.split('=')
    if (name === 'size') result = { ...result, sizeBytes: sizeBytes(value, place) ?? 0 }
    else if (name === 'mode' && /^[0-7]{1,4}$/.test(value)) result = { ...result, mode: Number.parseInt(value, 8) }
    else if (name === 'mode') reportValue(place, 'FieldValueInvalid', `"${value}" is not a mode such as 1777`)
    else ignore(at(place, name), 'known: size, mode', `kit does not support the option "${name}" of a directory in memory`)
  }
  return result
}

interface LongReference {
  readonly source?: string
  readonly target?: string
  readonly uid?: string
  readonly gid?: string
  readonly mode?: number
}
const readReference = mapping<LongReference>(
  { source: text, target: text, uid: textOrNumber, gid: textOrNumber, mode: integer(0, 0o777) },
  { required: ['source'] },
)

/** Without a target the file is called as the secret is in this document, not as the object. */
export const fileReferences: Read<readonly FileReference[]> = (value, place) => {
  const references = list(fileReference)(value, place)
  const double = references?.findIndex((each, i) => references.findIndex((other) => other.target === each.target) !== i) ?? -1
  return double === -1
    ? references
    : reportValue(at(place, double), 'FieldValueDuplicate', `two files have the name "${references?.[double]?.target}"`)
}

const fileReference: Read<FileReference> = (value, place) => {
  if (typeof value === 'string') return { source: value, target: value }
  const long = readReference(value, place)
  if (long?.source === undefined) return undefined
  return { ...long, source: long.source, target: long.target ?? long.source }
}
