// The output forms that every command shares: `-o json|yaml|name|wide|jsonpath=…`.

import { stringify } from 'yaml'
import { evaluateJsonPath, parseJsonPath } from '../../api/json-path.ts'
import type { WireObject } from '../../api/wire.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { nameOf } from '../resource.ts'

export type Format =
  | { readonly form: 'table'; readonly wide: boolean }
  | { readonly form: 'json' | 'yaml' | 'name' }
  | { readonly form: 'jsonpath'; readonly path: string }

export function parseFormat(text: string | undefined): Format {
  if (text === undefined) return { form: 'table', wide: false }
  if (text === 'wide') return { form: 'table', wide: true }
  if (text === 'json' || text === 'yaml' || text === 'name') return { form: text }
  const path = /^jsonpath=(.+)$/.exec(text)?.[1]
  if (path !== undefined) return { form: 'jsonpath', path: path.replace(/^\{(.*)\}$/, '$1') }
  throw new CommandError(
    exitCodes.invalid,
    `there is no output format "${text}": write wide, json, yaml, name or jsonpath={.spec.replicas}`,
  )
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
    case 'jsonpath':
      return `${evaluateJsonPath(parseJsonPath(format.path), whole)
        .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
        .join(' ')}\n`
  }
}
