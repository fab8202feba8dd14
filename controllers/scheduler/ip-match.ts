// Addresses as numbers, for the constraint `node.ip`: equality and prefixes are by address, not by text.

interface Address {
  readonly bits: 32 | 128
  readonly value: bigint
}

/** Whether `text` is the address or inside the prefix `wanted`; `undefined` when `wanted` is neither. */
export function matchesAddress(wanted: string, text: string): boolean | undefined {
  const [base = '', length, rest] = wanted.split('/')
  const prefix = parseAddress(base)
  if (prefix === undefined || rest !== undefined) return undefined
  const bits = length === undefined ? prefix.bits : parseLength(length, prefix.bits)
  if (bits === undefined) return undefined
  const address = parseAddress(text)
  if (address === undefined || address.bits !== prefix.bits) return false
  const shift = BigInt(prefix.bits - bits)
  return address.value >> shift === prefix.value >> shift
}

function parseLength(text: string, most: number): number | undefined {
  const length = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN
  return length <= most ? length : undefined
}

function parseAddress(text: string): Address | undefined {
  const value = text.includes(':') ? parseV6(text) : parseV4(text)
  if (value === undefined) return undefined
  // ::ffff:a.b.c.d is the IPv4 address a.b.c.d in another spelling.
  if (text.includes(':') && value >> 32n === 0xffffn) return { bits: 32, value: value & 0xffff_ffffn }
  return { bits: text.includes(':') ? 128 : 32, value }
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || parts.some((part) => !/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255)) return undefined
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n)
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = parseGroups(halves[0] ?? '')
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '') : []
  if (head === undefined || tail === undefined) return undefined
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  return [...head, ...new Array<bigint>(missing).fill(0n), ...tail].reduce((value, group) => (value << 16n) | group, 0n)
}

/** The 16-bit groups of one side of `::`; a dotted IPv4 address at the end gives two. */
function parseGroups(text: string): bigint[] | undefined {
  if (text === '') return []
  const groups: bigint[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    const v4 = index === parts.length - 1 && part.includes('.') ? parseV4(part) : undefined
    if (v4 !== undefined) groups.push(v4 >> 16n, v4 & 0xffffn)
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`))
    else return undefined
  }
  return groups
}
