// An object as YAML, each field with who set it and when, and with what its file says where that is something else.

import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node as YamlNode } from 'yaml'
import { ownerWords } from '../../api/apply.ts'
import type { FieldSet, ManagedFieldsEntry } from '../../api/objects.ts'
import { isJsonObject, type Json, type WireObject } from '../../api/wire.ts'
import { formatObjects } from '../output/print.ts'
import type { ClusterView } from './cluster-view.ts'
import { driftOf, fileOf } from './drift.ts'
import { type Line, oneLine, type Span, widthOf } from './text.ts'

/** Owners stand in a column of their own, unless a line is longer. */
const ownerAt = 40

/** A line of the text. Of several lines of one value the first has its path. */
export interface YamlRow {
  /** The path of the field that begins here, else that of the value it goes on with and a number. */
  readonly key: string
  readonly text: string
  /** The field at the top that it is part of. */
  readonly part: string
  readonly value?: YamlNode
  readonly owner?: ManagedFieldsEntry
  /** The file of a source that the owner has it from. */
  readonly file?: string
  /** Of the whole text, from 1. What the object lacks has none. */
  readonly number?: number
  /** What the file says instead. */
  readonly said?: string
}

/** Reading a text costs more than drawing it, and objects are never changed. */
const read = new WeakMap<WireObject, readonly YamlRow[]>()

export function yamlRows(view: ClusterView, object: WireObject): readonly YamlRow[] {
  const known = read.get(object) ?? readRows(object)
  read.set(object, known)
  const drift = driftOf(view, object)
  const file = fileOf(view, object)
  const rows = known.map((row): YamlRow => {
    const said = drift.get(row.key)
    const isOfFile = file !== undefined && row.owner !== undefined && /^(gitops\/|stack$)/.test(row.owner.manager)
    if (said === undefined && !isOfFile) return row
    return { ...row, ...(said === undefined ? {} : { said }), ...(isOfFile ? { file } : {}) }
  })
  const here = new Set(known.map(({ key }) => key))
  // What the file says and the object has not stands where it would be.
  for (const [path, said] of drift) {
    const dot = path.lastIndexOf('.')
    const parent = path.slice(0, dot)
    const at = here.has(path) ? -1 : rows.findLastIndex(({ key }) => key === parent || isBelow(key, parent))
    if (at < 0) continue
    const indent = /^ */.exec(rows.find(({ key }) => key === parent)?.text ?? '')?.[0] ?? ''
    const part = rows[at]?.part ?? ''
    rows.splice(at + 1, 0, { key: path, text: `${indent}  ${path.slice(dot + 1)}:`, part, said: `not here; ${said}` })
  }
  return rows
}

/** Whether the line is part of the field with that path. */
export function isBelow(key: string, path: string): boolean {
  return key.length > path.length && key.startsWith(path) && '.[ '.includes(key[path.length] ?? '')
}

function readRows(object: WireObject): readonly YamlRow[] {
  const text = formatObjects([object], { form: 'yaml' }, false).trimEnd()
  const places = fieldPlaces(text)
  const owners = ownersByPath(object)
  let [part, last, more] = ['', '', 0]
  return text.split('\n').map((line, at): YamlRow => {
    part = /^(\w+):/.exec(line)?.[1] ?? part
    const place = places.get(at)
    const path = place?.path
    more = path === undefined ? more + 1 : 0
    last = path ?? last
    const owner = path === undefined ? undefined : owners.get(path)
    const key = path ?? `${last} +${more}`
    return {
      key,
      number: at + 1,
      text: oneLine(line.replaceAll('\t', '  ')),
      part,
      ...(place === undefined || place.value === null ? {} : { value: place.value }),
      ...(owner === undefined ? {} : { owner }),
    }
  })
}

/** One line, as it is drawn. `note`: what stands behind it besides. */
export function yamlLine({ text, owner, said, file }: YamlRow, now: number, note?: string): Line {
  // What differs first: lines are cut where the screen ends.
  const notes = [
    ...(note === undefined ? [] : [note]),
    ...(said === undefined ? [] : [said]),
    ...(owner === undefined
      ? []
      : [
          `${ownerWords(owner)}${owner.subresource === undefined ? '' : ` (${owner.subresource})`} ${timeOf(owner.time, now)}${file === undefined ? '' : `, ${file}`}`,
        ]),
  ]
  const head: Span = said === undefined ? ` ${text}` : { text: `~${text}`, style: 'yellow' }
  if (notes.length === 0) return [head]
  const gap = ' '.repeat(Math.max(2, ownerAt - widthOf(text)))
  return [head, { text: `${gap}# ${notes.join('; ')}`, style: said === undefined ? 'dim' : 'yellow' }]
}

/** Without what the cluster writes. */
export function yamlLines(view: ClusterView, object: WireObject, now: number): readonly Line[] {
  return yamlRows(view, object)
    .filter(({ part }) => part !== 'status')
    .map((row) => yamlLine(row, now))
}

/** The time of today, the day of another. */
function timeOf(time: string, now: number): string {
  const isToday = now - Date.parse(time) < 24 * 3_600_000
  return isToday ? time.slice(11, 19) : time.slice(0, 10)
}

/** Line → the field that begins there. */
function fieldPlaces(text: string): ReadonlyMap<number, { readonly path: string; readonly value: YamlNode | null }> {
  const counter = new LineCounter()
  const places = new Map<number, { readonly path: string; readonly value: YamlNode | null }>()
  const visit = (node: YamlNode | null, path: string): void => {
    if (isMap(node))
      for (const { key, value } of node.items) {
        if (!isScalar(key) || key.range === null || key.range === undefined) continue
        const below = path === '' ? String(key.value) : `${path}.${key.value}`
        const line = counter.linePos(key.range[0]).line - 1
        places.set(line, { path: below, value: value as YamlNode | null })
        visit(value as YamlNode | null, below)
      }
    if (isSeq(node))
      for (const [at, item] of node.items.entries()) {
        const { range } = item as YamlNode
        const below = `${path}[${at}]`
        if (range !== null && range !== undefined && !isMap(item))
          places.set(counter.linePos(range[0]).line - 1, { path: below, value: item as YamlNode })
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
