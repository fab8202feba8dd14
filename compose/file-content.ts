// What secrets and configs hold. Nothing that is said about it repeats it: messages end up in logs.

import { configLimitBytes, secretLimitBytes } from '../api/validation/file-content.ts'
import type { ComposeFile } from './model.ts'
import { type Place, type Read, reportValue } from './problem.ts'

export type FileKind = 'secret' | 'config'
export const limitsBytes = { secret: secretLimitBytes, config: configLimitBytes } as const

export const contentText: Read<string> = (value, place) =>
  typeof value === 'string' ? value : reportValue(place, 'FieldValueTypeInvalid', 'wanted a text', { help: 'put it in quotes' })

/** Base64, for bytes that are no text. The CLI writes it where the file says `file` or `environment`. */
export const contentBytes: Read<string> = (value, place) => {
  if (typeof value === 'string' && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value)) return value
  return reportValue(place, 'FieldValueInvalid', 'wanted bytes as base64')
}

/** Undefined: there is none. */
export function dataOf({ content, data }: ComposeFile): string | undefined {
  return content === undefined ? data : Buffer.from(content, 'utf8').toString('base64')
}

/** Whether it can be stored; reports what is wrong. */
export function checkContent(kind: FileKind, entry: ComposeFile, place: Place): boolean {
  if (entry.content !== undefined && entry.data !== undefined) {
    reportValue(place, 'FieldValueForbidden', 'it has two contents', { help: 'write either "content" or "data"' })
    return false
  }
  const sizeBytes = Buffer.byteLength(dataOf(entry) ?? '', 'base64')
  if (sizeBytes === 0) {
    reportValue(place, 'FieldValueRequired', 'it has no content', {
      help: 'write "file: …" or "content: …", or "external: true" when it exists already',
    })
    return false
  }
  const limit = limitsBytes[kind]
  if (sizeBytes < limit) return true
  reportValue(place, 'FieldValueTooLong', `a ${kind} holds less than ${limit} bytes, and this is ${sizeBytes}`)
  return false
}
