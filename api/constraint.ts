// Placement constraints: `node.labels.disk == ssd`, `node.role != manager`. One comparison each; a
// list of them is a conjunction. Only the syntax is here; what a key is compared with is the
// scheduler's business. Signs such as `*` in a value stand for themselves.

export interface Constraint {
  readonly key: string
  readonly operator: '==' | '!='
  readonly value: string
}

const keyForm = /^[a-z_][a-z0-9\-_.]+$/i
const valueForm = /^[a-z0-9:\-_\s.*()?+[\]\\^$|/]+$/i

/** The comparison, or a sentence that says what is wrong with the text. */
export function parseConstraint(text: string): Constraint | string {
  const operator = text.includes('==') ? '==' : text.includes('!=') ? '!=' : undefined
  if (operator === undefined) return "must compare a key with a value by '==' or '!='"
  const at = text.indexOf(operator)
  const key = text.slice(0, at).trim()
  const value = text.slice(at + operator.length).trim()
  if (!keyForm.test(key)) return `must have a key of letters, digits, '-', '_' and '.' before '${operator}', such as node.labels.disk`
  if (!valueForm.test(value)) {
    return value === '' ? `must have a value after '${operator}'` : `must not have a value with signs such as '${firstOdd(value)}'`
  }
  return { key, operator, value }
}

function firstOdd(value: string): string {
  return [...value].find((sign) => !valueForm.test(sign)) ?? ''
}
