// Label and field selectors, parsed once and then asked about many objects. A text that cannot be
// parsed is a BadRequest that quotes it.

import { StatusError } from './errors.ts'

interface Requirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  readonly values: readonly string[]
}

/** All must hold. */
export type LabelSelector = readonly Requirement[]

export interface FieldRequirement {
  /** `metadata.name`, `spec.nodeName` */
  readonly path: string
  readonly equal: boolean
  readonly value: string
}
export type FieldSelector = readonly FieldRequirement[]

const maxSelectorLength = 16_384
const labelKey = /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?$/
const setPattern = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/

/** `a=b`, `a==b`, `a!=b`, `a in (x,y)`, `a notin (x)`, `a`, `!a`; a comma means and. The empty text selects everything. */
export function parseLabelSelector(text: string): LabelSelector {
  assertLength(text)
  return splitOutsideParentheses(text)
    .filter((part) => part !== '')
    .map(parseRequirement)
}

function parseRequirement(part: string): Requirement {
  const set = setPattern.exec(part)
  if (set !== null) {
    const [, key = '', operator, values = ''] = set
    return {
      key: checkKey(key, part),
      operator: operator === 'in' ? 'In' : 'NotIn',
      values: values.split(',').map((value) => value.trim()),
    }
  }
  const compared = /^([^=!]+?)\s*(==|!=|=)\s*([^=!]*)$/.exec(part)
  if (compared !== null) {
    const [, key = '', operator, value = ''] = compared
    return { key: checkKey(key.trim(), part), operator: operator === '!=' ? 'NotIn' : 'In', values: [value.trim()] }
  }
  if (part.startsWith('!')) return { key: checkKey(part.slice(1).trim(), part), operator: 'DoesNotExist', values: [] }
  return { key: checkKey(part, part), operator: 'Exists', values: [] }
}

export function matchesLabels(selector: LabelSelector, labels: Readonly<Record<string, string>> | undefined): boolean {
  return selector.every((requirement) =>
    holds(requirement, labels !== undefined && Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined),
  )
}

/** As in Kubernetes, a label that is missing satisfies `!=` and `notin`. */
function holds(requirement: Requirement, value: string | undefined): boolean {
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && requirement.values.includes(value)
    case 'NotIn':
      return value === undefined || !requirement.values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
  }
}

/** `path=value`, `path==value`, `path!=value`; a comma means and. `allowed` are the paths that the kind can be selected by. */
export function parseFieldSelector(text: string, allowed: readonly string[]): FieldSelector {
  assertLength(text)
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [, path = '', operator, value = ''] = /^([^=!]+?)\s*(==|!=|=)\s*(.*)$/.exec(part) ?? []
      if (operator === undefined)
        throw new StatusError('BadRequest', `field selector '${part}' must have the form path=value or path!=value`)
      if (!allowed.includes(path)) {
        throw new StatusError('BadRequest', `field selector '${part}': '${path}' is not selectable; selectable are ${allowed.join(', ')}`)
      }
      return { path, equal: operator !== '!=', value: value.trim() }
    })
}

/** `valueAt` gives the text of a path in the object; a missing value is the empty text. */
export function matchesFields(selector: FieldSelector, valueAt: (path: string) => string): boolean {
  return selector.every(({ path, equal, value }) => (valueAt(path) === value) === equal)
}

function checkKey(key: string, part: string): string {
  if (!labelKey.test(key)) throw new StatusError('BadRequest', `label selector '${part}': '${key}' is not a label key`)
  return key
}

function assertLength(text: string): void {
  if (text.length > maxSelectorLength)
    throw new StatusError('BadRequest', `a selector must be at most ${maxSelectorLength} characters, got ${text.length}`)
}

function splitOutsideParentheses(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at <= text.length; at++) {
    if (text[at] === '(') depth++
    if (text[at] === ')') depth--
    if (at === text.length || (text[at] === ',' && depth === 0)) {
      parts.push(text.slice(start, at).trim())
      start = at + 1
    }
  }
  if (depth !== 0) throw new StatusError('BadRequest', `label selector '${text}': parentheses do not match`)
  return parts
}
