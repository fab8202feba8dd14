// Internet addresses as text: whether something is one. `node:net` knows too, and opens sockets.

const octet = /^(?:0|[1-9]\d{0,2})$/
const group = /^[0-9a-f]{1,4}$/i

function isIpv4(text: string): boolean {
  const octets = text.split('.')
  return octets.length === 4 && octets.every((part) => octet.test(part) && Number(part) <= 255)
}

function isIpv6(text: string): boolean {
  if (text.length > 45) return false
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const last = groups.at(-1) ?? ''
  const embedded = last.includes('.')
  if (embedded && !isIpv4(last)) return false
  const count = groups.length + (embedded ? 1 : 0)
  return (embedded ? groups.slice(0, -1) : groups).every((part) => group.test(part)) && (halves.length === 2 ? count < 8 : count === 8)
}

export function isIp(text: string): boolean {
  return isIpv4(text) || isIpv6(text)
}

/** `10.0.9.0/24`, `fd00::/64`. */
export function isCidr(text: string): boolean {
  const [address = '', length = '', ...rest] = text.split('/')
  if (rest.length > 0 || !/^\d{1,3}$/.test(length)) return false
  return isIpv4(address) ? Number(length) <= 32 : isIpv6(address) && Number(length) <= 128
}
