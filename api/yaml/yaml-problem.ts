// The words for what is wrong with YAML itself: before anybody asks what it should say.

import type { YAMLError } from 'yaml'
import type { Diagnostic } from '../diagnostic.ts'
import type { Place, SourceFile } from './yaml-place.ts'
import type { ValueProblem } from './yaml-value.ts'

export function tooLong(file: SourceFile, maxLength: number): Diagnostic {
  const size = `${(file.text.length / 1024 / 1024).toFixed(1)} MiB`
  return {
    code: 'KIT0108',
    file: file.name,
    line: 1,
    column: 1,
    endColumn: 2,
    path: '',
    message: `the file is too large: ${size}, and at most ${maxLength / 1024 / 1024} MiB are read`,
    help: 'split it into several files; large content belongs into a Config or Secret made from a file',
  }
}

export function tooDeep(file: SourceFile, place: Place, maxDepth: number): Diagnostic {
  const message = `maps and lists are nested more than ${maxDepth} deep here`
  return { code: 'KIT0108', file: file.name, ...place, path: '', message }
}

export function isOpenQuote(error: YAMLError): boolean {
  return error.code === 'MISSING_CHAR' && error.message.endsWith('quote')
}

/** The first error of a document. The parser trips over one mistake several times, so the others are only counted. */
export function syntaxDiagnostic(file: SourceFile, error: YAMLError, place: Place, others: number): Diagnostic {
  const rest = others === 0 ? {} : { help: `${others} more ${others === 1 ? 'error' : 'errors'} in this document may come from it` }
  if (error.code === 'TAB_AS_INDENT') {
    const message = 'this line is indented with a tab; YAML allows only spaces'
    return { code: 'KIT0101', file: file.name, ...place, path: '', message, hint: 'replace the tab by spaces', ...rest }
  }
  const [code, message] = syntaxWords(error)
  return { code, file: file.name, ...place, path: '', message, ...rest }
}

function syntaxWords(error: YAMLError): readonly [code: string, message: string] {
  const detail = (error.message.split('\n')[0] ?? '').slice(0, 200)
  if (error.code === 'TAG_RESOLVE_FAILED') return ['KIT0109', `this tag is not known: ${detail.replace(/^Unresolved tag: /, '')}`]
  if (error.code === 'RESOURCE_EXHAUSTION') return ['KIT0108', 'the document is nested too deeply']
  if (error.code === 'BLOCK_AS_IMPLICIT_KEY') return ['KIT0102', 'a second `:` on one line: put the value in quotes or on its own line']
  if (isOpenQuote(error)) return ['KIT0102', `a quote opens here and is never closed: ${detail.includes('"') ? '"' : "'"} is missing`]
  return ['KIT0102', `this is not valid YAML: ${detail.charAt(0).toLowerCase()}${detail.slice(1)}`]
}

export function valueDiagnostic(file: SourceFile, problem: ValueProblem, place: Place): Diagnostic {
  const [code, message, help] = valueWords(problem)
  return { code, file: file.name, ...place, path: '', message, ...(help === undefined ? {} : { help }) }
}

function valueWords({ reason, subject }: ValueProblem): readonly [code: string, message: string, help?: string] {
  switch (reason) {
    case 'duplicate-key':
      return ['KIT0103', `\`${subject}\` is given twice in one map`, 'delete one of them; nothing says which was meant']
    case 'forbidden-key':
      return ['KIT0111', `\`${subject}\` cannot be used as a key`]
    case 'odd-key':
      return ['KIT0109', 'this key is not text']
    case 'odd-number':
      return ['KIT0109', `the number ${subject} cannot be kept exactly`, 'write it in quotes when it is text']
    case 'odd-value':
      return ['KIT0109', 'this kind of value cannot be used here']
    case 'too-many':
      return ['KIT0108', 'the document holds too many values once its aliases are filled in']
    case 'alias':
      return ['KIT0109', `the alias *${subject} leads to nothing before it, or to a value that it is part of`]
    case 'merge':
      return ['KIT0109', '`<<` takes a map, or a list of maps']
  }
}
