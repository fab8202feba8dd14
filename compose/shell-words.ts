// Splits `command: node server.js --name "two words"` into words as a POSIX shell would, without
// running one: no variables, no globs, no pipes.

/** The words, or a sentence that says what is wrong. */
export function splitShellWords(line: string): readonly string[] | string {
  const words: string[] = []
  let word: string | undefined
  let quote: '"' | "'" | undefined
  for (let index = 0; index < line.length; index++) {
    const sign = line.charAt(index)
    if (quote === "'") {
      if (sign === quote) quote = undefined
      else word = (word ?? '') + sign
    } else if (sign === '\\') {
      const next = line.charAt(++index)
      if (next === '') return 'it ends in a backslash with nothing behind it'
      // Between double quotes a backslash is only special before these four.
      word = (word ?? '') + (quote === '"' && !'"\\$`'.includes(next) ? `\\${next}` : next)
    } else if (sign === quote) {
      quote = undefined
    } else if (quote === undefined && (sign === '"' || sign === "'")) {
      quote = sign
      word ??= ''
    } else if (quote === undefined && /\s/.test(sign)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else {
      word = (word ?? '') + sign
    }
  }
  if (quote !== undefined) return `a ${quote} is never closed`
  if (word !== undefined) words.push(word)
  return words
}
