// An object as YAML, each field with who set it and when, and with what its file says where that is something else.

import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node as YamlNode } from 'yaml'
import { ownerWords } from '../../api/apply.ts'
import type { FieldSet, ManagedFieldsEntry } from '../../api/objects.ts'
import { isJsonObject, type Json, type WireObject } from '../../api/wire.ts'
import { formatObjects } from '../output/print.ts'
import type { ClusterView } from './cluster-view.ts'
import { driftOf } from './drift.ts'
import { type Line, oneLine, type Span, widthOf } from './text.ts'

/** Owners stand in a column of their own, unless a line is longer. */
const ownerAt = 44

export function yamlLines(view: ClusterView, object: WireObject, onlySpec: boolean, now: number): readonly Line[] {
  const text = formatObjects([object], { form: 'yaml' }, false).trimEnd()
  const places = fieldPlaces(text)
  const owners = ownersByPath(object)
  const drift = driftOf(view, object)
  const parts = partsOf(text)
  return text.split('\n').flatMap((line, at): readonly Line[] => {
    if (onlySpec && parts[at] === 'status') return []
    const path = places.get(at)
    const owner = path === undefined ? undefined : owners.get(path)
    const differs = path !== undefined && drift.has(path)
    const shown = oneLine(line.replaceAll('\t', '  '))
    // What differs first: lines are cut where the screen ends.
    const notes = [
      ...(differs ? [drift.get(path) ?? ''] : []),
      ...(owner === undefined
        ? []
        : [`${ownerWords(owner)}${owner.subresource === undefined ? '' : ` (${owner.subresource})`} ${timeOf(owner.time, now)}`]),
    ]
    const head: Span = differs ? { text: `~${shown}`, style: 'yellow' } : ` ${shown}`
    if (notes.length === 0) return [[head]]
    const gap = ' '.repeat(Math.max(2, ownerAt - widthOf(shown)))
    return [[head, { text: `${gap}# ${notes.join('; ')}`, style: differs ? 'yellow' : 'dim' }]]
  })
}

/** The time of today, the day of another. */
function timeOf(time: string, now: number): string {
  const isToday = now - Date.parse(time) < 24 * 3_600_000
  return isToday ? time.slice(11, 19) : time.slice(0, 10)
}

/** For each line, the top-level field that it belongs to. */
function partsOf(text: string): readonly string[] {
  let part = ''
  return text.split('\n').map((line) => {
    part = /^(\w+):/.exec(line)?.[1] ?? part
    return part
  })
}

/** Line → path of the field that begins there. */
function fieldPlaces(text: string): ReadonlyMap<number, string> {
  const counter = new LineCounter()
  const places = new Map<number, string>()
  const visit = (node: YamlNode | null, path: string): void => {
    if (isMap(node))
      for (const { key, value } of node.items) {
        if (!isScalar(key) || key.range === null || key.range === undefined) continue
        const below = path === '' ? String(key.value) : `${path}.${key.value}`
        places.set(counter.linePos(key.range[0]).line - 1, below)
        visit(value as YamlNode | null, below)
      }
    if (isSeq(node))
      for (const [at, item] of node.items.entries()) {
        const { range } = item as YamlNode
        const below = `${path}[${at}]`
        if (range !== null && range !== undefined && !isMap(item)) places.set(counter.linePos(range[0]).line - 1, below)
        visit(item as YamlNode, below)
      }
  }
  visit(parseDocument(text, { lineCounter: counter }).contents, '')
  return places
}

/** Path → who set it last, of all that managers are recorded to have set. */
function ownersByPath(object: WireObject): ReadonlyMap<string, ManagedFieldsEntry> {
  const owners = new Map<string, ManagedFieldsEntry>()
  const value: Json = JSON.parse(JSON.stringify(object))
  const entries = (object.metadata.managedFields ?? []).toSorted((a, b) => (a.time < b.time ? -1 : 1))
  for (const entry of entries) for (const path of leavesOf(entry.fieldsV1, value, '')) owners.set(path, entry)
  return owners
}

function* leavesOf(fields: FieldSet, value: Json | undefined, path: string): Iterable<string> {
  for (const [element, below] of Object.entries(fields)) {
    if (element === '.') continue
    const step = stepOf(element, value)
    if (step === undefined) continue
    const deeper = path + (path === '' ? step.path.replace(/^\./, '') : step.path)
    const isLeaf = Object.keys(below).every((key) => key === '.')
    if (isLeaf) yield deeper
    else yield* leavesOf(below, step.value, deeper)
  }
}

function stepOf(element: string, value: Json | undefined): { readonly path: string; readonly value: Json | undefined } | undefined {
  const name = element.slice(2)
  if (element.startsWith('f:')) return { path: `.${name}`, value: isJsonObject(value) ? value[name] : undefined }
  if (!Array.isArray(value)) return undefined
  const wanted: Json = JSON.parse(name)
  const at = value.findIndex((item: Json) =>
    element.startsWith('k:') && isJsonObject(wanted) && isJsonObject(item)
      ? Object.entries(wanted).every(([key, each]) => JSON.stringify(item[key]) === JSON.stringify(each))
      : JSON.stringify(item) === JSON.stringify(wanted),
  )
  return at < 0 ? undefined : { path: `[${at}]`, value: value[at] }
}
