// Objects as rows of text, by the printer columns of their definition: what `kubectl get` and `kit get`
// print. Ages are rendered here, so that every client shows the same.

import { evaluateJsonPath, type JsonPath, parseJsonPath } from './json-path.ts'
import type { Definition, PrinterColumn, Schema } from './schema/definition.ts'
import { schemaOf } from './schema/schema.ts'
import type { Json, JsonObject, ListMetadata, Table, TableColumn, TableRow } from './wire.ts'

export interface TableOptions {
  /** ms since 1970: ages are told from here. */
  readonly now: number
  readonly metadata: ListMetadata
  readonly includeObject: 'None' | 'Metadata' | 'Object'
  /** Host name of a node: what columns of format `node` show instead of its id. */
  readonly hostnameOf: (node: string) => string | undefined
}

export type TablePrinter = (objects: readonly JsonObject[], options: TableOptions) => Table

/** Parses the columns once. Name is the first column and Age the last when the definition has no columns. */
export function tablePrinter(definition: Definition): TablePrinter {
  const columns = columnsOf(definition).map((column) => ({
    column,
    path: parseJsonPath(column.jsonPath),
    standard: defaultAt(definition, column.jsonPath),
  }))
  const columnDefinitions = columns.map(({ column }) => headerOf(column))
  return (objects, options) => ({
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata,
    columnDefinitions,
    rows: objects.map((object) => rowOf(object, columns, options)),
  })
}

function columnsOf(definition: Definition): readonly PrinterColumn[] {
  const columns = definition.spec.versions[0]?.additionalPrinterColumns ?? []
  if (columns.length > 0) return columns
  return [
    { name: 'Name', type: 'string', format: 'name', jsonPath: '.metadata.name', description: 'Name' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Time since it was created' },
  ]
}

/** The default of the field that a plain path such as `.spec.mode` names: what an object without it means. */
function defaultAt(definition: Definition, jsonPath: string): Json {
  let schema: Schema | undefined = schemaOf(definition)
  for (const step of jsonPath.split('.').slice(1)) schema = schema?.properties?.[step]
  const value = schema?.default
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}

function headerOf(column: PrinterColumn): TableColumn {
  const type = column.type === 'date' ? 'string' : column.type
  return { name: column.name, type, format: column.format ?? '', description: column.description ?? '', priority: column.priority ?? 0 }
}

function rowOf(
  object: JsonObject,
  columns: readonly { readonly column: PrinterColumn; readonly path: JsonPath; readonly standard: Json }[],
  options: TableOptions,
): TableRow {
  return {
    cells: columns.map(({ column, path, standard }) => cellOf(column, evaluateJsonPath(path, object), options) ?? standard),
    object: options.includeObject === 'None' ? null : options.includeObject === 'Object' ? object : partialOf(object),
  }
}

export function partialOf(object: JsonObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object['metadata'] ?? {} }
}

/** null where there is no value: clients print `<none>`. */
function cellOf(column: PrinterColumn, values: readonly unknown[], { now, hostnameOf }: TableOptions): Json {
  const [first] = values
  if (first === undefined || first === null) return null
  if (column.type === 'date') return typeof first === 'string' ? formatAge(now - Date.parse(first)) : null
  if (column.format === 'node' && typeof first === 'string') return hostnameOf(first) ?? first
  if (values.length === 1 && (typeof first === 'number' || typeof first === 'boolean')) return first
  return values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value))).join(',')
}

const units = [
  ['y', 365 * 86_400],
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const

/**
 * `5s`, `3m20s`, `47m`, `3h12m`, `5d3h`, `400d`, `3y10d`: two units while the first is small. Clocks
 * differ, so an age up to a second in the future is 0s, and beyond that `<invalid>`.
 */
export function formatAge(ageMs: number): string {
  const seconds = Math.floor(ageMs / 1000)
  if (seconds < -1 || !Number.isFinite(seconds)) return '<invalid>'
  if (seconds < 120) return `${Math.max(0, seconds)}s`
  if (seconds < 600) return pair(seconds, 3)
  if (seconds < 3 * 3_600) return `${Math.floor(seconds / 60)}m`
  if (seconds < 8 * 3_600) return pair(seconds, 2)
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3_600)}h`
  if (seconds < 8 * 86_400) return pair(seconds, 1)
  if (seconds < 2 * 365 * 86_400) return `${Math.floor(seconds / 86_400)}d`
  if (seconds < 8 * 365 * 86_400) return pair(seconds, 0)
  return `${Math.floor(seconds / (365 * 86_400))}y`
}

/** The unit at `first` and, unless it is zero, the next smaller one. */
function pair(seconds: number, first: 0 | 1 | 2 | 3): string {
  const [name, size] = units[first]
  const [nextName, nextSize] = units[first === 0 ? 1 : first === 1 ? 2 : first === 2 ? 3 : 4]
  const rest = Math.floor((seconds % size) / nextSize)
  return `${Math.floor(seconds / size)}${name}${rest === 0 ? '' : `${rest}${nextName}`}`
}
