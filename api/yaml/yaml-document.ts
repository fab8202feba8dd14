// YAML with places: every document of a file as plain JSON values, and where in the text each of them
// stands, so that whoever finds a mistake later can point at it. Manifests (`api/yaml/manifest.ts`) and
// Compose files (`compose/`) are both read this way. What the values should look like is not known here.

import {
  Composer,
  type CST,
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Parser,
  type ScalarTag,
  type YAMLError,
} from 'yaml'
import type { Diagnostic } from '../diagnostic.ts'
import type { Json } from '../wire.ts'
import { type Path, type Place, pathText, type SourceFile } from './yaml-place.ts'
import { isOpenQuote, syntaxDiagnostic, tooDeep, tooLong, valueDiagnostic } from './yaml-problem.ts'
import { isMergeKey, keyText, toValue } from './yaml-value.ts'

export interface YamlDocument {
  readonly file: string
  /** Plain JSON: aliases and merge keys are resolved, nothing is shared, no member can reach a prototype. */
  readonly value: Json
  /** The place of the value, or of its key. Of the nearest parent that is there, when the path leads nowhere. */
  locate(path: Path, part: 'key' | 'value'): Place
  /** How a scalar is written, without quotes around it: `0777`, `yes`, `1.10`. Undefined for all else. */
  sourceOf(path: Path): string | undefined
}

export interface ReadLimits {
  /** Longest text, in UTF-16 units. A longer one is refused before it is parsed. */
  readonly maxLength: number
  /** Most values in one document once aliases are resolved. */
  readonly maxValues: number
  /** Most maps and lists inside each other. The parser recurses: thousands would end the process. */
  readonly maxDepth: number
}

export const defaultLimits: ReadLimits = { maxLength: 1024 * 1024, maxValues: 200_000, maxDepth: 100 }

/** `0444` is octal, as Compose and Kubernetes read it. */
const octal: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^0[0-7]+$/,
  resolve: (text: string) => Number.parseInt(text, 8),
}

/** Every document with content, and everything that is wrong with the YAML itself. Never throws. */
export function readYaml(
  file: SourceFile,
  limits: ReadLimits = defaultLimits,
): { readonly documents: readonly YamlDocument[]; readonly diagnostics: readonly Diagnostic[] } {
  if (file.text.length > limits.maxLength) return { documents: [], diagnostics: [tooLong(file, limits.maxLength)] }
  const lines = new LineCounter()
  const tokens = [...new Parser(lines.addNewLine).parse(file.text)]
  const deep = tokens.map((token) => firstTooDeep(token, limits.maxDepth)).find((offset) => offset !== undefined)
  const toPlace = (start: number, end: number) => placeOf(file.text, lines, start, end)
  if (deep !== undefined) return { documents: [], diagnostics: [tooDeep(file, toPlace(deep, deep + 1), limits.maxDepth)] }

  const documents: YamlDocument[] = []
  const diagnostics: Diagnostic[] = []
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false, customTags: (tags) => [octal, ...tags], logLevel: 'error' })
  for (const document of composer.compose(tokens)) {
    const [first, ...rest] = [...document.errors, ...document.warnings].toSorted((a, b) => a.pos[0] - b.pos[0])
    if (first !== undefined) {
      diagnostics.push(syntaxDiagnostic(file, first, toPlace(...rangeOf(first, tokens)), rest.length))
      continue
    }
    const { value, problems, targets } = toValue(document, limits)
    diagnostics.push(...problems.map((problem) => valueDiagnostic(file, problem, toPlace(...problem.range))))
    if (problems.length === 0 && value !== null) documents.push(documentOf(file, document, value, targets, toPlace))
  }
  return { documents, diagnostics }
}

/** A mistake by its path in a document, as a diagnostic by its place in the file. */
export function pointAt(
  document: YamlDocument,
  mistake: Pick<Diagnostic, 'code' | 'message' | 'hint' | 'help'> & { readonly path: Path; readonly target: 'key' | 'value' },
): Diagnostic {
  const { path, target, ...words } = mistake
  return { file: document.file, ...document.locate(path, target), path: pathText(path), ...words }
}

function documentOf(
  file: SourceFile,
  document: Document.Parsed,
  value: Json,
  targets: ReadonlyMap<Node, Node>,
  toPlace: (start: number, end: number) => Place,
): YamlDocument {
  const find = (path: Path) => findNode(document.contents, path, targets)
  return {
    file: file.name,
    value,
    locate(path, part) {
      const { key, node, length } = find(path)
      const shown = part === 'key' || length < path.length ? (key ?? node) : (node ?? key)
      const [start = 0, end = 0] = shown?.range ?? []
      return toPlace(start, end)
    },
    sourceOf(path) {
      const { node, length } = find(path)
      return isScalar(node) && length === path.length ? (node.source ?? String(node.value)) : undefined
    },
  }
}

interface Found {
  readonly key: Node | undefined
  readonly node: Node | undefined
  /** How much of the path was there. */
  readonly length: number
}

function findNode(root: unknown, path: Path, targets: ReadonlyMap<Node, Node>): Found {
  let found: Found = { key: undefined, node: nodeOf(root), length: 0 }
  for (const step of path) {
    const next = stepInto(found.node === undefined ? undefined : (targets.get(found.node) ?? found.node), step, targets)
    if (next === undefined) return found
    found = { ...next, length: found.length + 1 }
  }
  return found
}

function stepInto(node: Node | undefined, step: string | number, targets: ReadonlyMap<Node, Node>): Omit<Found, 'length'> | undefined {
  if (isSeq(node)) {
    const item = nodeOf(node.items[Number(step)])
    return item === undefined ? undefined : { key: undefined, node: item }
  }
  if (!isMap(node)) return undefined
  const pair = node.items.find(({ key }) => !isMergeKey(key) && keyText(key) === String(step))
  if (pair !== undefined) return { key: nodeOf(pair.key), node: nodeOf(pair.value) }
  for (const { key, value } of node.items) {
    if (!isMergeKey(key)) continue
    for (const part of isSeq(value) ? value.items : [value]) {
      const source = nodeOf(part)
      const found = source === undefined ? undefined : stepInto(targets.get(source) ?? source, step, targets)
      if (found !== undefined) return found
    }
  }
  return undefined
}

function nodeOf(value: unknown): Node | undefined {
  return isScalar(value) || isMap(value) || isSeq(value) || isAliasNode(value) ? value : undefined
}

function isAliasNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'source' in value && 'range' in value
}

function placeOf(text: string, lines: LineCounter, start: number, end: number): Place {
  const at = Math.min(start, text.length)
  const { line, col } = lines.linePos(at)
  const newline = text.indexOf('\n', at)
  const stop = Math.min(end, newline === -1 ? text.length : newline)
  const length = Math.max(1, text.slice(at, stop).trimEnd().length)
  return { line: Math.max(1, line), column: Math.max(1, col), endColumn: Math.max(1, col) + length }
}

/** Offset of the first token deeper than `maxDepth`. */
function firstTooDeep(root: CST.Token, maxDepth: number): number | undefined {
  for (const { token, depth } of tokensIn(root)) if (depth > maxDepth) return 'offset' in token ? token.offset : 0
  return undefined
}

/** Where an error is for people: of a quote that is never closed, where it opens. The parser says where it gave up. */
function rangeOf(error: YAMLError, tokens: readonly CST.Token[]): readonly [start: number, end: number] {
  if (!isOpenQuote(error)) return error.pos
  let opening: readonly [number, number] = error.pos
  for (const root of tokens)
    for (const { token } of tokensIn(root)) {
      const isQuoted = token.type === 'double-quoted-scalar' || token.type === 'single-quoted-scalar'
      if (isQuoted && token.offset < error.pos[0] && (opening === error.pos || token.offset > opening[0]))
        opening = [token.offset, token.offset + token.source.length]
    }
  return opening
}

/** All tokens below one, and itself. Without recursion, because the depth is what that guards. */
function* tokensIn(root: CST.Token): Generator<{ readonly token: CST.Token; readonly depth: number }> {
  const waiting = [{ token: root, depth: 0 }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next
    const { token, depth } = next
    if (token.type === 'document' && token.value !== undefined) waiting.push({ token: token.value, depth })
    if (!('items' in token)) continue
    for (const item of token.items) {
      if (item.key) waiting.push({ token: item.key, depth: depth + 1 })
      if (item.value !== undefined) waiting.push({ token: item.value, depth: depth + 1 })
    }
  }
}
