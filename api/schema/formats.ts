// The formats that schemas in `crds/` name: what texts and numbers must look like. The generated
// validators call these; the words are for the message when one says no.

import { isCidr, isIp } from '../address.ts'
import { parseConstraint } from '../constraint.ts'
import { parseDuration } from '../duration.ts'
import { parseCpu, parseMemory } from '../quantity.ts'
import { parseTimestamp } from '../timestamp.ts'

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

export const formats = {
  duration: (text: string) => parseDuration(text) !== undefined,
  cpu: (text: string) => parseCpu(text) !== undefined,
  memory: (text: string) => parseMemory(text) !== undefined,
  constraint: (text: string) => typeof parseConstraint(text) !== 'string',
  cidr: isCidr,
  ip: isIp,
  byte: (text: string) => text.length % 4 === 0 && base64.test(text),
  'date-time': (text: string) => parseTimestamp(text) !== undefined,
} as const

/** What a value of the format is, to follow "must be". */
export const formatWords: Readonly<Record<string, string>> = {
  duration: "a duration such as '10s' or '1h30m'",
  cpu: "a number of CPU cores such as '0.5' or '500m'",
  memory: "an amount of memory such as '500M', '512Mi' or a number of bytes",
  cidr: "an address range such as '10.0.9.0/24'",
  ip: "an IP address such as '10.0.9.1'",
  byte: 'base64',
  'date-time': "a time such as '2026-11-24T11:44:18Z'",
}

/** What `maxLength` and `minLength` count: code points, as JSON Schema has it. */
export function codePointLength(text: string): number {
  let length = text.length
  for (let at = 0; at + 1 < text.length; at++) {
    if (/[\ud800-\udbff]/.test(text.charAt(at)) && /[\udc00-\udfff]/.test(text.charAt(at + 1))) length--
  }
  return length
}
