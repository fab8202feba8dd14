// What differs between two objects, field by field.

import { isJsonObject } from '../../api/wire.ts'
import { lineDiff } from './line-diff.ts'

/**
 * One line per leaf that differs: `~ path: old → new`, `+ path: new`, `- path: old`; of a text of several lines also, below
 * it, which of them differ. What is at or below a hidden path is not shown.
 */
export function fieldDiff(old: unknown, now: unknown, hidden: ReadonlySet<string> = new Set(), path = ''): readonly string[] {
  if (isJsonObject(old) && isJsonObject(now)) {
    const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].toSorted()
    return keys.flatMap((key) => fieldDiff(old[key], now[key], hidden, path === '' ? key : `${path}.${key}`))
  }
  if (Array.isArray(old) && Array.isArray(now)) {
    return Array.from({ length: Math.max(old.length, now.length) }).flatMap((_, at) =>
      fieldDiff(old[at], now[at], hidden, `${path}[${at}]`),
    )
  }
  if (JSON.stringify(old) === JSON.stringify(now)) return []
  if (old === undefined && isJsonObject(now) && Object.keys(now).length > 0) return fieldDiff({}, now, hidden, path)
  if (now === undefined && isJsonObject(old) && Object.keys(old).length > 0) return fieldDiff(old, {}, hidden, path)
  const isHidden = [...hidden].some((one) => one === path || one.startsWith(`${path}.`) || path.startsWith(`${one}[`))
  if (!isHidden && ((old === undefined && isListOfTexts(now)) || (now === undefined && isListOfTexts(old))))
    return fieldDiff(old ?? [], now ?? [], hidden, path)
  if (!isHidden && isTextOrNothing(old) && isTextOrNothing(now) && (hasLines(old) || hasLines(now)))
    return [`${old === undefined ? '+' : now === undefined ? '-' : '~'} ${path}: ${lineDiff(old, now).join('\n    ')}`]
  const show = (value: unknown): string => (isHidden ? '***' : JSON.stringify(value))
  if (old === undefined) return [`+ ${path}: ${show(now)}`]
  if (now === undefined) return [`- ${path}: ${show(old)}`]
  return [`~ ${path}: ${show(old)} → ${show(now)}`]
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.some(hasLines)
}

function isTextOrNothing(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

function hasLines(value: unknown): boolean {
  return typeof value === 'string' && value.includes('\n')
}
