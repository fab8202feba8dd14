// From YAML nodes to plain JSON values. The `yaml` package can do this too, but shares aliased values,
// takes any key, rounds large integers without a word, and says nothing about where.

import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml'
import type { Json } from '../wire.ts'

export interface ValueLimits {
  /** Most values in one document once aliases are resolved. */
  readonly maxValues: number
}

export type ValueProblemReason = 'duplicate-key' | 'forbidden-key' | 'odd-key' | 'odd-number' | 'too-many' | 'alias' | 'merge' | 'odd-value'

/** Something that JSON cannot hold or that nobody should write, with the node to point at. */
export interface ValueProblem {
  readonly reason: ValueProblemReason
  /** What the words of the diagnostic are about: the key, the number as written, the alias. */
  readonly subject: string
  readonly range: readonly [start: number, end: number]
}

export interface Value {
  readonly value: Json
  readonly problems: readonly ValueProblem[]
  /** Alias nodes and what they stand for. */
  readonly targets: ReadonlyMap<Node, Node>
}

/** Members that would reach the prototype of a plain object. */
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** The key as it reads in JSON: text as it is, other scalars as they are written. Undefined for maps, lists and nothing. */
export function keyText(key: unknown): string | undefined {
  if (!isScalar(key) || key.value === null || key.value === undefined) return undefined
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
}

/** Whether the key of a pair is a merge key: a bare `<<`. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN'
}

export function toValue(document: Document.Parsed, limits: ValueLimits): Value {
  const reader = new ValueReader(limits.maxValues)
  const value = document.contents === null ? null : reader.read(document.contents)
  return { value, problems: reader.problems, targets: reader.targets }
}

class ValueReader {
  readonly problems: ValueProblem[] = []
  readonly targets = new Map<Node, Node>()
  readonly #anchors = new Map<string, Node>()
  /** Nodes being read now, outermost first: an alias to one of them would never end. */
  readonly #open = new Set<Node>()
  #left: number

  constructor(maxValues: number) {
    this.#left = maxValues
  }

  read(node: unknown): Json {
    if (this.#left-- <= 0) {
      if (this.#left === -1) this.#problem('too-many', '', node)
      return null
    }
    if (isAlias(node)) return this.#alias(node)
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return null
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node)
    if (isScalar(node)) return this.#scalar(node.value, node.source ?? '', node)
    this.#open.add(node)
    const value = isMap(node) ? this.#map(node) : node.items.map((item) => this.read(item))
    this.#open.delete(node)
    return value
  }

  #scalar(value: unknown, source: string, node: Node): Json {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
    const isWhole = typeof value === 'number' && (Number.isSafeInteger(value) || (Number.isFinite(value) && !/^[-+]?\d+$/.test(source)))
    if (isWhole) return value
    this.#problem(typeof value === 'number' ? 'odd-number' : 'odd-value', source, node)
    return null
  }

  #alias(node: Node & { source: string }): Json {
    const target = this.#anchors.get(node.source)
    if (target === undefined || this.#open.has(target)) {
      this.#problem('alias', node.source, node)
      return null
    }
    this.targets.set(node, target)
    return this.read(target)
  }

  #map(map: YAMLMap): Json {
    const own = new Map<string, Json>()
    const merged = new Map<string, Json>()
    for (const { key, value } of map.items) {
      if (isMergeKey(key)) {
        this.#merge(value, merged)
        continue
      }
      const name = this.#key(key, map)
      const member = this.read(value)
      if (name === undefined) continue
      if (own.has(name)) this.#problem('duplicate-key', name, key)
      else own.set(name, member)
    }
    for (const [name, member] of merged) if (!own.has(name)) own.set(name, member)
    return Object.fromEntries(own)
  }

  #key(key: unknown, map: YAMLMap): string | undefined {
    const name = keyText(key)
    if (name === undefined) this.#problem('odd-key', '', key ?? map)
    else if (forbiddenKeys.has(name)) this.#problem('forbidden-key', name, key)
    else return name
    return undefined
  }

  /** `<<: *a`, `<<: [*a, *b]`: members that the map does not have itself; the first list element wins. */
  #merge(source: unknown, merged: Map<string, Json>): void {
    for (const part of isSeq(source) ? source.items : [source]) {
      const value = this.read(part)
      if (typeof value !== 'object' || value === null || Array.isArray(value)) this.#problem('merge', '', part)
      else for (const [name, member] of Object.entries(value)) if (!merged.has(name)) merged.set(name, member)
    }
  }

  #problem(reason: ValueProblemReason, subject: string, node: unknown): void {
    const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined
    this.problems.push({ reason, subject, range: [range?.[0] ?? 0, range?.[1] ?? 0] })
  }
}
