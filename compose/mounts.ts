// `volumes:` and `tmpfs:` of a service, and its references to secrets and configs. Short forms become
// long ones; sources of named volumes keep their name in the file until they are compiled.

import { boolean, integer, isMap, list, mapping, orNull, sizeBytes, text, textOrNumber, word } from './fields.ts'
import type { FileReference, Mount } from './model.ts'
import { at, type Place, type Read, reportUnwanted, reportValue } from './problem.ts'

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

/** A path of the user's machine means nothing on the nodes of the cluster. */
function isAbsolute(source: string, place: Place): boolean {
  if (source.startsWith('/')) return true
  reportValue(place, 'FieldValueInvalid', `"${source}" is relative to this file, but the mount is made on the nodes of the cluster`, {
    help: 'write the absolute path that the directory has on the nodes',
  })
  return false
}

function readOptions(written: string, place: Place): Pick<Mount, 'readOnly' | 'noCopy' | 'propagation'> | undefined {
  const result: { readOnly?: boolean; noCopy?: boolean; propagation?: string } = {}
  for (const option of written === '' ? [] : written.split(',')) {
    if (option === 'ro') result.readOnly = true
    else if (option === 'nocopy') result.noCopy = true
    else if (propagations.includes(option)) result.propagation = option
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
  readonly bind?: { readonly propagation?: string }
  readonly volume?: { readonly nocopy?: boolean }
  readonly tmpfs?: { readonly size?: number; readonly mode?: number }
}
const readLong = mapping<LongMount>(
  {
    type: word({ bind: 'Bind', volume: 'Volume', tmpfs: 'Tmpfs', npipe: 'Npipe', cluster: 'Cluster' }),
    source: text,
    target: text,
    read_only: boolean,
    bind: orNull(mapping<{ propagation?: string }>({ propagation: word(Object.fromEntries(propagations.map((each) => [each, each]))) })),
    volume: orNull(mapping<{ nocopy?: boolean }>({ nocopy: boolean })),
    tmpfs: orNull(mapping<{ size?: number; mode?: number }>({ size: sizeBytes, mode: integer(0) })),
  },
  { required: ['type', 'target'], unsupported: { consistency: 'leave it out: it has no effect on Linux' } },
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
