// Lines that are longer than a terminal is wide, broken between words: a terminal breaks them within. What somebody copies as one
// piece, `code` between backticks, stays on one line where that has room for it.

/** At a space outside of backticks. Words that are too long stand alone, as they are. */
export function wrapWords(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.match(/ *(?:`[^`]*`|[^ ])+/g) ?? []) {
    const next = line === '' && lines.length > 0 ? word.trimStart() : line + word
    if (line === '' || next.length <= width) line = next
    else {
      lines.push(line)
      line = word.trimStart()
    }
  }
  return [...lines, line]
}

/** Beginning of what goes on below itself: indentation, the time of a progress line, and signs that introduce something. */
const head = /^ *(?:(?:error|warning|pending)(?:\[\w+\])?: |\d\d:\d\d |= |next: )?/
const excerpt = /^ *(?:\d+ )?\| |^ *--> /

/** A message with its line ends; excerpts of files, and what programs wrote, stay as they are. */
export function wrapMessage(message: string, width: number): string {
  return message
    .split('\n')
    .flatMap((line) => {
      if (line.length <= width || excerpt.test(line)) return [line]
      const [start = ''] = head.exec(line) ?? []
      const indent = ' '.repeat(/^ *(?:error|warning|pending)/.test(start) ? 2 : start.length)
      // Commands side by side are pieces, too.
      const pieces = start.trim() === 'next:' ? line.slice(start.length).replaceAll(/(?<=\S) (?=\S)/g, '\u00a0') : line.slice(start.length)
      const [first = '', ...rest] = wrapWords(pieces, width - start.length)
      return [start + first, ...rest.map((each) => indent + each)].map((each) => each.replaceAll('\u00a0', ' '))
    })
    .join('\n')
}
