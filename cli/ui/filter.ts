// What is typed after `/`. Words and conditions, all of which must hold: `web` in any column, `!web` in none,
// `~^run_` a regular expression, `state=failed`, `state!=running`, `cpu>80`, `cpu<80` for one column, `-l tier=web` for a label.

export interface Filterable {
  /** By id, for conditions on columns. */
  readonly column: (id: string) => string | undefined
  /** All columns, in lower case. */
  readonly text: string
  readonly labels: Readonly<Record<string, string>>
}

export type Test = (row: Filterable) => boolean

/** Undefined when everything matches. While somebody is still typing, what cannot be understood matches everything. */
export function parseFilter(filter: string): Test | undefined {
  const tests = (filter.match(/-l\s+\S+|\S+/g) ?? []).flatMap(parseTerm)
  return tests.length === 0 ? undefined : (row) => tests.every((test) => test(row))
}

function parseTerm(term: string): readonly Test[] {
  const [, label = '', value = ''] = /^-l\s+([^=]+)=?(.*)$/.exec(term) ?? []
  if (label !== '') return [({ labels }) => (value === '' ? label in labels : labels[label] === value)]
  if (term === '-l') return []
  return parseWord(term)
}

function parseWord(term: string): readonly Test[] {
  const [, column = '', operator = '', value = ''] = /^([a-z]+)(!=|=|>|<)(.*)$/.exec(term) ?? []
  if (column !== '') return value === '' ? [] : [onColumn(column, operator, value.toLowerCase())]
  if (term.startsWith('~')) {
    const pattern = regularExpression(term.slice(1))
    return pattern === undefined ? [] : [({ text }) => pattern.test(text)]
  }
  if (term.startsWith('!')) return term === '!' ? [] : [({ text }) => !text.includes(term.slice(1).toLowerCase())]
  return [({ text }) => text.includes(term.toLowerCase())]
}

function onColumn(id: string, operator: string, value: string): Test {
  if (operator === '=') return ({ column }) => column(id)?.toLowerCase() === value
  if (operator === '!=') return ({ column }) => column(id)?.toLowerCase() !== value
  const limit = Number.parseFloat(value)
  return ({ column }) => {
    const amount = Number.parseFloat(column(id) ?? '')
    return operator === '>' ? amount > limit : amount < limit
  }
}

function regularExpression(source: string): RegExp | undefined {
  try {
    return source === '' ? undefined : new RegExp(source, 'i')
  } catch {
    return undefined
  }
}
