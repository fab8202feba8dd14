// What is typed after `/`. Words and conditions, all of which must hold: `web` in any column, `shw` for the name `shop_web`, `!web` in none,
// `~^run_` a regular expression, `state=failed`, `state!=running`, `cpu>80`, `cpu<80` for one column, `-l tier=web` for a label.

export interface Filterable {
  /** By id, for conditions on columns. */
  readonly column: (id: string) => string | undefined
  /** In lower case; what letters are looked for in that do not stand together. */
  readonly name: string
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
  const word = term.toLowerCase()
  return [(row) => row.text.includes(word) || hasLetters(row.name, word)]
}

/**
 * Whether the letters stand in the name in this order, each after the one before or at the beginning of a word: `shw` and `shopw`
 * are in `shop_web`. Letters from anywhere would be in nearly every name.
 */
function hasLetters(name: string, letters: string): boolean {
  let ends: readonly number[] = [-1]
  for (const letter of letters) {
    const next = new Set<number>()
    for (let at = 0; at < name.length; at++)
      if (name[at] === letter && (ends.includes(at - 1) || (ends.some((end) => end < at) && isWordStart(name, at)))) next.add(at)
    if (next.size === 0) return false
    ends = [...next]
  }
  return true
}

function isWordStart(name: string, at: number): boolean {
  return at === 0 || !/[a-z0-9]/.test(name[at - 1] ?? '')
}

function onColumn(id: string, operator: string, value: string): Test {
  if (operator === '=') return ({ column }) => isCalled(column(id), value)
  if (operator === '!=') return ({ column }) => !isCalled(column(id), value)
  const limit = Number.parseFloat(value)
  return ({ column }) => {
    const amount = Number.parseFloat(column(id) ?? '')
    return operator === '>' ? amount > limit : amount < limit
  }
}

/** Where a column says more (`stopped 1/4`), its first word is what it is called. */
function isCalled(text: string | undefined, value: string): boolean {
  const found = text?.toLowerCase()
  return found === value || found?.split(' ', 1)[0] === value
}

function regularExpression(source: string): RegExp | undefined {
  try {
    return source === '' ? undefined : new RegExp(source, 'i')
  } catch {
    return undefined
  }
}
