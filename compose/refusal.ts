// What a server has refused of an object, at its places in the file.

import type { Diagnostic } from '../api/diagnostic.ts'
import type { Cause, StatusError } from '../api/errors.ts'
import { codeOfCause } from '../api/mistake.ts'
import type { Manifest, WireObject } from '../api/wire.ts'
import { pointAt } from '../api/yaml/yaml-document.ts'
import { type Path, pathText, valueAt } from '../api/yaml/yaml-place.ts'
import type { InputObject } from './input-object.ts'

/** One diagnostic for each cause; none when the refusal has only a sentence. `conflictHelp`: how to take a field, or to leave it. */
export function placeCauses(
  { details: { causes = [] } }: StatusError,
  { object, document }: InputObject,
  live: WireObject | undefined,
  conflictHelp: string,
): readonly Diagnostic[] {
  return causes.map((cause) => {
    const path = parsePath(cause.field ?? '')
    const place = placeIn(document, path)
    if (cause.reason !== 'FieldManagerConflict')
      return pointAt(document, { code: codeOfCause(cause), path: place, target: 'value', message: sentenceOf(cause, place) })
    const message = cause.code === undefined ? `${cause.message}: ${compareValues(path, object, live)}` : cause.message
    return pointAt(document, { code: 'KIT0143', path: place, target: 'value', message, help: conflictHelp })
  })
}

const kindsOfLists: Readonly<Record<string, string>> = { networks: 'Network', secrets: 'Secret', configs: 'Config', mounts: 'Volume' }

/** Whether all that it refers to and is not there comes with it: a dry run cannot see that. `given`: `Kind/name`. */
export function isPromised({ details: { causes = [] } }: StatusError, object: Manifest, given: ReadonlySet<string>): boolean {
  return (
    causes.length > 0 &&
    causes.every(({ reason, field = '' }) => {
      const path = parsePath(field)
      const kind = path.map((step) => kindsOfLists[step]).find((each) => each !== undefined)
      return reason === 'FieldValueNotFound' && given.has(`${kind}/${String(valueAt(object, path))}`)
    })
  )
}

function sentenceOf({ message }: Cause, path: Path): string {
  return path.length === 0 ? message : `\`${pathText(path)}\` ${message}`
}

/** What the cluster has at a path, and what the file says. Maps and lists are not shown: secrets may be in them. */
function compareValues(path: Path, object: Manifest, live: WireObject | undefined): string {
  if ([valueAt(live, path), valueAt(object, path)].some((value) => typeof value === 'object'))
    return `\`${pathText(path)}\` is not what the file says`
  const show = (value: unknown): string => (value === undefined ? 'something else' : JSON.stringify(value))
  return `\`${pathText(path)}\` is ${show(valueAt(live, path))}, and the file says ${show(valueAt(object, path))}`
}

/** Where a field stands, or what it is part of, when the file does not have it. From 1. */
export function placeOf({ document }: InputObject, field: string): { readonly file: string; readonly line: number } {
  return { file: document.file, line: document.locate(placeIn(document, parsePath(field)), 'key').line }
}

/** A Compose file is the spec of its stack: its own paths begin below that. */
function placeIn({ kind }: InputObject['document'], path: Path): Path {
  return kind === 'Compose' && path[0] === 'spec' ? path.slice(1) : path
}

/** `spec.ports[0].port` as steps. */
function parsePath(field: string): Path {
  return field
    .split(/[.[\]]+/)
    .filter((step) => step !== '')
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step))
}
