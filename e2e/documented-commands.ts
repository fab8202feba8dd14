// The commands that documents tell people to type: lines of code blocks, indented or fenced, and spans of text that begin
// with `kit` or `kitd`. A block with prompts (`$ `, or `worker$ ` where there are several machines) holds output, too; of
// others every line is a command. Only a screen of the dashboard holds none, or a fence of another language (`text`).

import { posix } from 'node:path'

export interface DocumentedCommand {
  readonly document: string
  /** From 1. */
  readonly line: number
  /** The heading of second order above it; empty before the first. */
  readonly heading: string
  readonly text: string
  readonly isInText: boolean
  /** Named by the prompt; empty where none is. */
  readonly machine: string
  /** What the document shows that it prints; undefined when its block shows no output at all. */
  readonly shown?: string
}

/** `$ kit get nodes`, `worker$ kitd …`. */
const prompt = /^(?:([a-z][a-z0-9-]*))?\$ /

export function commandsIn(document: string, text: string): readonly DocumentedCommand[] {
  const found: DocumentedCommand[] = []
  let heading = ''
  for (const { lines, first, isCode } of blocksOf(text)) {
    if (isCode) {
      found.push(...stepsOf(lines).map(({ at, ...step }) => ({ document, line: first + at, heading, isInText: false, ...step })))
      continue
    }
    for (const [at, line] of lines.entries()) {
      const [, title] = /^## (.+)$/.exec(line) ?? []
      if (title !== undefined) heading = title
      for (const span of spansIn(line)) found.push({ document, line: first + at, heading, isInText: true, text: span, machine: '' })
    }
  }
  return found
}

interface Step {
  /** Of its line in the block. */
  readonly at: number
  readonly text: string
  readonly machine: string
  readonly shown?: string
}

function stepsOf(lines: readonly string[]): readonly Step[] {
  const prompted = lines.flatMap((line, at) => (prompt.test(line) ? [at] : []))
  if (prompted.length === 0) return lines.flatMap((text, at) => (text.trim() === '' ? [] : [{ at, text, machine: '' }]))
  const showsOutput = lines.some((line) => line.trim() !== '' && !prompt.test(line))
  return prompted.map((at, index) => {
    const line = lines[at] ?? ''
    const step = { at, text: line.replace(prompt, ''), machine: prompt.exec(line)?.[1] ?? '' }
    if (!showsOutput) return step
    const output = lines
      .slice(at + 1, prompted[index + 1])
      .join('\n')
      .trimEnd()
    return { ...step, shown: output === '' ? '' : `${output}\n` }
  })
}

interface Block {
  readonly lines: readonly string[]
  readonly first: number
  readonly isCode: boolean
}

/** Languages of fences that hold no commands. */
const others = ['yaml', 'json', 'text', 'ts', 'js', 'typescript']

function blocksOf(text: string): readonly Block[] {
  const blocks: { lines: string[]; first: number; isCode: boolean }[] = []
  let fence: string | undefined
  let wasBlank = true
  for (const [at, line] of text.split('\n').entries()) {
    const [, language] = /^```(\w*)/.exec(line) ?? []
    if (language !== undefined) {
      fence = fence === undefined ? language : undefined
      wasBlank = true
      continue
    }
    const present = blocks.at(-1)
    const isIndented = fence === undefined && /^ {4}/.test(line) && (wasBlank || present?.isCode === true)
    // A blank line does not end an indented block.
    const isCode = fence !== undefined ? !others.includes(fence) : isIndented || (line === '' && present?.isCode === true)
    const code = isIndented ? line.slice(4) : line
    if (present?.isCode === isCode) present.lines.push(isCode ? code : line)
    else blocks.push({ lines: [isCode ? code : line], first: at + 1, isCode })
    wasBlank = line.trim() === ''
  }
  return blocks.map((block, at) => ({ ...block, isCode: block.isCode && !isFrame(blocks[at - 1]?.lines) }))
}

/** What `npm run screens` writes has this before it. */
const isFrame = (before: readonly string[] | undefined): boolean =>
  /^<!-- frame: .* -->$/.test(before?.findLast((line) => line !== '') ?? '')

/** `kit get all`; not `kit-NAME`, not `kit` alone. */
function spansIn(line: string): readonly string[] {
  return [...line.matchAll(/`((?:npx )?kitd? [^`]+)`/g)].map(([, span = '']) => span)
}

// Words, as a shell takes them.

/** The simple commands of a line, those inside `$( )` and `<( )` included, as words. Comments, redirections and assignments are left out. */
export function simpleCommands(line: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]]
  const inner: string[] = []
  let word: string | undefined
  const endWord = (): void => {
    if (word !== undefined) commands.at(-1)?.push(word)
    word = undefined
  }
  for (let at = 0; at < line.length; at++) {
    const sign = line[at] ?? ''
    const rest = line.slice(at)
    if (sign === "'" || sign === '"') {
      const end = closing(line, at, sign)
      const quoted = line.slice(at + 1, end)
      if (sign === '"') inner.push(...substitutions(quoted))
      word = (word ?? '') + quoted
      at = end
    } else if (/^[$<]\(/.test(rest)) {
      const end = matching(line, at + 1)
      inner.push(line.slice(at + 2, end))
      word = `${word ?? ''}X`
      at = end
    } else if (sign === '#' && word === undefined) break
    else if (/\s/.test(sign)) endWord()
    else if (/[|;&]/.test(sign)) {
      endWord()
      commands.push([])
    } else if (sign === '>' || (sign === '<' && !/^<[a-z]/i.test(rest))) {
      endWord()
      at += (/^[<>]+&?\s*(?:'[^']*'|"[^"]*"|[^\s;|&])*/.exec(rest)?.[0].length ?? 1) - 1
    } else word = (word ?? '') + sign
  }
  endWord()
  const own = commands.map((words) => words.slice(words.findIndex((each) => !/^\w+=/.test(each)))).filter((words) => words.length > 0)
  return [...own, ...inner.flatMap(simpleCommands)]
}

function closing(line: string, at: number, quote: string): number {
  const end = line.indexOf(quote, at + 1)
  return end < 0 ? line.length : end
}

function matching(line: string, at: number): number {
  let depth = 0
  for (let index = at; index < line.length; index++) {
    if (line[index] === '(') depth++
    if (line[index] === ')' && --depth === 0) return index
  }
  return line.length
}

function substitutions(text: string): readonly string[] {
  const at = text.indexOf('$(')
  if (at < 0) return []
  const end = matching(text, at + 1)
  return [text.slice(at + 2, end), ...substitutions(text.slice(end))]
}

/** `sudo`, `npx` and directories in front of a program are nobody's business. */
export function programOf(words: readonly string[]): { readonly program: string; readonly args: readonly string[] } {
  const [first = '', ...args] = words
  if (first === 'sudo' || first === 'npx' || first === 'exec') return programOf(args)
  return { program: posix.basename(first), args }
}
