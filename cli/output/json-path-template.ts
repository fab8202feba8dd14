// `-o jsonpath=TEMPLATE` as kubectl has it: text, and in braces paths, texts in quotes (for line ends and tabs), and
// `{range PATH}…{end}`, within which paths begin at the value at hand. A path alone needs no braces.

import { evaluateJsonPath, type JsonPath, parseJsonPath } from '../../api/json-path.ts'
import { CommandError, exitCodes } from '../exit.ts'

type Part =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'path'; readonly path: JsonPath; readonly fromRoot: boolean }
  | { readonly type: 'range'; readonly path: JsonPath; readonly fromRoot: boolean; readonly parts: readonly Part[] }

export type JsonPathTemplate = readonly Part[]

/** Throws BadRequest for a path, CommandError for braces. */
export function parseTemplate(source: string): JsonPathTemplate {
  if (!source.includes('{')) return [pathPart(source)]
  const whole: Part[] = []
  const open: Part[][] = [whole]
  for (const token of source.matchAll(/\{((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^{}"'])*)\}|[^{]+|\{/g)) {
    const [text, inside] = token
    const into = open.at(-1) ?? whole
    if (inside === undefined) {
      if (text === '{') throw wrong(source, `the brace at ${token.index + 1} is never closed`)
      into.push({ type: 'text', text })
      continue
    }
    const content = inside.trim()
    if (content === 'end') {
      if (open.length === 1) throw wrong(source, 'there is an {end} without its {range}')
      open.pop()
    } else if (/^range\s/.test(content)) {
      const parts: Part[] = []
      into.push({ ...pathPart(content.slice('range'.length).trim()), type: 'range', parts })
      open.push(parts)
    } else if (/^["']/.test(content)) into.push({ type: 'text', text: textIn(content) })
    else into.push(pathPart(content))
  }
  if (open.length > 1) throw wrong(source, 'a {range} has no {end}')
  return whole
}

function pathPart(text: string): Extract<Part, { type: 'path' }> {
  return { type: 'path', path: parseJsonPath(text === '.' ? '' : text), fromRoot: text.startsWith('$') }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

function textIn(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(.)/g, (_, sign: string) => escapes[sign] ?? sign)
}

function wrong(source: string, why: string): CommandError {
  return new CommandError(exitCodes.invalid, `jsonpath '${source}': ${why}`)
}

export function evaluateTemplate(template: JsonPathTemplate, root: unknown, at: unknown = root): string {
  return template
    .map((part) => {
      if (part.type === 'text') return part.text
      const values = evaluateJsonPath(part.path, part.fromRoot ? root : at)
      return part.type === 'path'
        ? values.map(printed).join(' ')
        : values.map((value) => evaluateTemplate(part.parts, root, value)).join('')
    })
    .join('')
}

export function printed(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
