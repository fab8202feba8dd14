// The header of the PROXY protocol, version 2, that tells a task who its client is
// (https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt, section 2.2).

import { isIPv4 } from 'node:net'

const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
const version2Proxy = 0x21
const tcpOverIPv4 = 0x11
const tcpOverIPv6 = 0x21

interface End {
  readonly address: string
  readonly port: number
}

/** @param source the client; `destination` is what it connected to. IPv4 in IPv6 form counts as IPv4. */
export function proxyHeader(source: End, destination: End): Buffer {
  const ends = [source, destination].map(({ address }) => plain(address))
  const isV4 = ends.every((address) => isIPv4(address))
  const addresses = ends.flatMap((address) => (isV4 ? bytesOfIPv4(address) : bytesOfIPv6(address)))
  const ports = [source.port, destination.port].flatMap((port) => [port >> 8, port & 0xff])
  const length = addresses.length + ports.length
  return Buffer.from([...signature, version2Proxy, isV4 ? tcpOverIPv4 : tcpOverIPv6, length >> 8, length & 0xff, ...addresses, ...ports])
}

/** Without the zone, and IPv4 where it is. */
function plain(address: string): string {
  const [unzoned = ''] = address.split('%')
  const mapped = unzoned.toLowerCase().startsWith('::ffff:') ? unzoned.slice('::ffff:'.length) : ''
  return isIPv4(mapped) ? mapped : unzoned
}

function bytesOfIPv4(address: string): readonly number[] {
  return address.split('.').map(Number)
}

function bytesOfIPv6(address: string): readonly number[] {
  if (isIPv4(address)) return [...new Array<number>(10).fill(0), 0xff, 0xff, ...bytesOfIPv4(address)]
  const [before = '', after] = address.split('::')
  const [head, tail] = [groupsOf(before), groupsOf(after ?? '')]
  const groups = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail]
  return groups.flatMap((group) => [group >> 8, group & 0xff])
}

/** The last group may be written as IPv4. */
function groupsOf(text: string): readonly number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!isIPv4(group)) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = bytesOfIPv4(group)
    return [(a << 8) | b, (c << 8) | d]
  })
}
