// The output forms that every command shares: `-o wide|columns=…|json|ndjson|yaml|name|custom-columns=…|jsonpath=…`.

import { stringify } from 'yaml'
import { evaluateJsonPath, type JsonPath, parseJsonPath } from '../../api/json-path.ts'
import type { WireObject } from '../../api/wire.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { nameOf } from '../resource.ts'
import { formatColumns } from './columns.ts'
import { evaluateTemplate, type JsonPathTemplate, parseTemplate, printed } from './json-path-template.ts'

export interface TableFormat {
  readonly form: 'table'
  readonly wide: boolean
  /** Those alone, by their headings. */
  readonly columns?: readonly string[]
}

export type Format =
  | TableFormat
  | { readonly form: 'json' | 'ndjson' | 'yaml' | 'name' }
  | { readonly form: 'jsonpath'; readonly template: JsonPathTemplate }
  | { readonly form: 'custom'; readonly columns: readonly { readonly heading: string; readonly path: JsonPath }[] }

export function parseFormat(text: string | undefined): Format {
  if (text === undefined) return { form: 'table', wide: false }
  if (text === 'wide') return { form: 'table', wide: true }
  if (text === 'json' || text === 'ndjson' || text === 'yaml' || text === 'name') return { form: text }
  const [, form, value = ''] = /^(jsonpath|columns|custom-columns)=(.+)$/s.exec(text) ?? []
  if (form === 'jsonpath') return { form, template: parseTemplate(value) }
  if (form === 'columns') return { form: 'table', wide: true, columns: value.split(',') }
  if (form === 'custom-columns') return { form: 'custom', columns: value.split(',').map(customColumn) }
  throw new CommandError(
    exitCodes.invalid,
    `there is no output format "${text}": write wide, columns=NAME,AGE, json, ndjson, yaml, name, custom-columns=NAME:.metadata.name or jsonpath={.spec.replicas}`,
  )
}

function customColumn(text: string): { readonly heading: string; readonly path: JsonPath } {
  const at = text.indexOf(':')
  if (at < 1) throw new CommandError(exitCodes.invalid, `custom-columns: "${text}" is not HEADING:.path`)
  return { heading: text.slice(0, at), path: parseJsonPath(text.slice(at + 1)) }
}

/** Managed fields are for machines; people ask for them with the API. */
export function forPeople<O extends WireObject>(object: O): O {
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

/** Text of one object, or of a list when `list` says so. Ends with a line end unless it is empty. */
export function formatObjects(objects: readonly WireObject[], format: Exclude<Format, { form: 'table' }>, list: boolean): string {
  const [first] = objects
  const whole = list || first === undefined ? { apiVersion: 'v1', kind: 'List', items: objects.map(forPeople) } : forPeople(first)
  switch (format.form) {
    case 'json':
      return `${JSON.stringify(whole, null, 2)}\n`
    case 'yaml':
      return stringify(whole, { lineWidth: 0 })
    case 'name':
      return objects.map((object) => `${nameOf(object.kind, object.metadata.name)}\n`).join('')
    case 'ndjson':
      return objects.map((object) => `${JSON.stringify(forPeople(object))}\n`).join('')
    case 'jsonpath': {
      const text = evaluateTemplate(format.template, whole)
      return text.endsWith('\n') ? text : `${text}\n`
    }
    case 'custom':
      return `${formatColumns({
        headings: format.columns.map(({ heading }) => heading),
        rows: objects.map((object) => format.columns.map(({ path }) => evaluateJsonPath(path, object).map(printed).join(','))),
      })}\n`
  }
}
